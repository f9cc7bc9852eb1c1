//! What all instances of a run share: the target, the clock, the journal, the names of what is made.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use super::fault::{RunFault, succeeded};
use super::journal::Journal;
use super::stop::StopSignal;
use crate::target::ReadyTarget;
use crate::target::operator::Operator;
use crate::wire::client::Outgoing;
use crate::wire::draft::Draft;
use crate::wire::exchange::{Exchange, Response};
use crate::wire::identity::Identity;
use crate::wire::scene::Scene;
use crate::wire::sign;
use crate::wire::xml;
use oss403_case::model::{SignWith, Who};

/// What all instances of a run share.
pub(crate) struct Context {
    pub(crate) target: Arc<ReadyTarget>,
    pub(crate) journal: Journal,
    pub(crate) stop: StopSignal,
    /// Eight characters that no other run has.
    pub(crate) id: String,
    /// Seconds that the target's clock is ahead of ours.
    pub(crate) clock_ahead: i64,
    /// The latest second that any answer's `Date` had.
    seen_second: AtomicI64,
    /// What could not be removed.
    pub(crate) left: Mutex<Vec<String>>,
    /// UIDs of accounts that the profile does not give, by identity.
    accounts: tokio::sync::Mutex<BTreeMap<Who, String>>,
    names: AtomicU64,
}

impl Context {
    pub(crate) fn new(
        target: Arc<ReadyTarget>,
        journal: Journal,
        stop: StopSignal,
        id: String,
        clock_ahead: i64,
    ) -> Self {
        Self {
            target,
            journal,
            stop,
            id,
            clock_ahead,
            seen_second: AtomicI64::new(i64::MIN),
            left: Mutex::default(),
            accounts: tokio::sync::Mutex::default(),
            names: AtomicU64::new(0),
        }
    }

    /// The target's time in Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        unix_now().saturating_add(self.clock_ahead)
    }

    /// The latest second that the target itself was seen to be in; never ahead of its clock, unlike [`now`](Self::now).
    pub(crate) fn seen_second(&self) -> i64 {
        match self.seen_second.load(Ordering::Relaxed) {
            i64::MIN => self.now(),
            second => second,
        }
    }

    /// A name that nothing else has: `oss403-<run>-<n>`.
    pub(crate) fn fresh_name(&self) -> String {
        let number = self.names.fetch_add(1, Ordering::Relaxed) + 1;
        format!("oss403-{}-{number}", self.id)
    }

    /// A number that no other fresh name has.
    pub(crate) fn fresh_number(&self) -> u64 {
        self.names.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// An error when the run is being stopped, what it makes cannot be written down any more, or nobody answers.
    pub(crate) fn go_on(&self) -> Result<(), RunFault> {
        if self.stop.is_stopped() {
            Err(RunFault::Interrupted)
        } else if self.journal.is_broken() {
            Err(RunFault::Harness("the journal cannot be written".into()))
        } else if self.target.client.is_silent() {
            Err(RunFault::Harness("the target has stopped answering".into()))
        } else {
            Ok(())
        }
    }

    /// The operator hook.
    pub(crate) fn operator(&self) -> Result<&Operator, RunFault> {
        let missing = || RunFault::Precondition("the target has no operator hook".into());
        self.target.operator.as_ref().ok_or_else(missing)
    }

    /// An identity of the profile.
    pub(crate) fn known_identity(&self, who: &Who) -> Option<Arc<Identity>> {
        self.target.identities.get(who.as_str()).map(Arc::clone)
    }

    /// Notes that something stays behind.
    pub(crate) fn leave_behind(&self, what: String) {
        self.left
            .lock()
            .expect("nobody panics with this lock")
            .push(what);
    }

    /// The UID of an identity's account: what the profile says, or else what the service says of the owner of its buckets.
    pub(crate) async fn account_of(
        &self,
        who: &Who,
        identity: &Arc<Identity>,
        scene: &Scene,
        sender: &Sender<'_>,
    ) -> Result<String, RunFault> {
        if let Some(account) = &identity.account {
            return Ok(account.clone());
        }
        let mut accounts = self.accounts.lock().await;
        if let Some(account) = accounts.get(who) {
            return Ok(account.clone());
        }
        let with = self.target.usual_signature();
        let draft = Draft::new("GET", scene, None, None, Arc::clone(identity), with)
            .query("max-keys", Some("1"));
        let response = succeeded(sender.send(draft).await)?;
        let account = xml::text(&response.body, "ID")
            .filter(|id| !id.is_empty())
            .ok_or_else(|| {
                RunFault::Precondition(
                    format!("ListBuckets does not name the account of `{who}`").into(),
                )
            })?;
        accounts.insert(who.clone(), account.clone());
        Ok(account)
    }
}

/// Sends requests on behalf of one instance or one world, and counts them.
pub(crate) struct Sender<'a> {
    pub(crate) context: &'a Context,
    sent: AtomicU64,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self {
            context,
            sent: AtomicU64::new(0),
        }
    }

    /// How many it has sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Counts a request that somebody else has sent.
    pub(crate) fn count(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Signs and sends.
    pub(crate) async fn send(&self, draft: Draft) -> Exchange {
        let signed = sign::sign(draft, self.context.now());
        self.deliver(Outgoing::new(signed)).await
    }

    /// Sends.
    pub(crate) async fn deliver(&self, outgoing: Outgoing) -> Exchange {
        self.count();
        let exchange = self.context.target.client.send(outgoing).await;
        if let Some(second) = exchange.response().and_then(Response::date) {
            let seen = &self.context.seen_second;
            seen.fetch_max(second, Ordering::Relaxed);
        }
        exchange
    }

    /// How fixtures and probes are signed.
    pub(crate) fn signature(&self) -> SignWith {
        self.context.target.usual_signature()
    }
}

/// Our own time in Unix seconds.
pub(crate) fn unix_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Eight characters that no other run has.
pub(crate) fn run_id() -> String {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    // Two runs of one process may begin in the same moment.
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let mut hash = Sha256::new();
    hash.update(since.as_nanos().to_be_bytes());
    hash.update(std::process::id().to_be_bytes());
    hash.update(RUNS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    oss_auth::hex(&hash.finalize()[..4])
}
