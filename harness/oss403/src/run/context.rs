//! What all instances of a run share: the target, the clock, the journal, the names of what is made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::clock::ServerClock;
use super::ending::Ending;
use super::fault::{RunFault, succeeded};
use super::journal::{Journal, Made};
use super::kept::Kept;
use super::pool::Pool;
use super::sender::Sender;
use crate::target::ReadyTarget;
use crate::target::operator::Operator;
use crate::wire::client::Outgoing;
use crate::wire::draft::Draft;
use crate::wire::exchange::{Exchange, Response};
use crate::wire::identity::Identity;
use crate::wire::scene::Scene;
use crate::wire::sign;
use crate::wire::xml;
use oss403_case::model::Who;

/// What all instances of a run share.
pub(crate) struct Context {
    pub(crate) target: Arc<ReadyTarget>,
    pub(crate) journal: Journal,
    pub(crate) ending: Ending,
    pub(crate) kept: Kept,
    /// Buckets for worlds to come; whoever lets it hold any empties it.
    pub(crate) pool: Pool,
    /// What no other run has in its names.
    pub(crate) id: String,
    /// Seconds that the target's clock is ahead of ours.
    pub(crate) clock_ahead: i64,
    /// What the answers say of the target's clock.
    clock: Mutex<ServerClock>,
    left: Mutex<Vec<Left>>,
    notes: Mutex<Vec<String>>,
    /// Who made buckets of a name that only this run has.
    makers: Mutex<BTreeSet<Who>>,
    /// UIDs of accounts that the profile does not give, or why they cannot be had, by identity.
    accounts: Mutex<BTreeMap<Who, Arc<Account>>>,
}

type Account = OnceCell<Result<String, RunFault>>;

/// Something that could not be removed.
struct Left {
    what: Made,
    reason: String,
}

/// An answer's `Date` that is further from the target's measured clock is no time at all.
const FAR: u64 = 60;

/// How long a target may take to show that it is there at all.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

impl Context {
    pub(crate) fn new(
        target: Arc<ReadyTarget>,
        journal: Journal,
        ending: Ending,
        kept: Kept,
        id: String,
        clock_ahead: i64,
    ) -> Self {
        Self {
            target,
            journal,
            ending,
            kept,
            pool: Pool::default(),
            id,
            clock_ahead,
            clock: Mutex::default(),
            left: Mutex::default(),
            notes: Mutex::default(),
            makers: Mutex::default(),
            accounts: Mutex::default(),
        }
    }

    /// The target's time in Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        unix_now().saturating_add(self.clock_ahead)
    }

    /// The latest second that the target itself was seen to be in; never ahead of its clock, unlike [`now`](Self::now).
    pub(crate) fn seen_second(&self) -> i64 {
        locked(&self.clock).seen().unwrap_or_else(|| self.now())
    }

    /// The second in which the target decides what is sent now, when an exchange takes so long.
    pub(crate) fn second_after(&self, took: Duration) -> i64 {
        let moment = moment() + took.as_secs_f64() / 2.0;
        let second = locked(&self.clock).second_at(moment);
        second.unwrap_or_else(|| self.now())
    }

    /// Whether a `Date` is one of the clock that was measured.
    pub(crate) fn is_near(&self, date: i64) -> bool {
        date.abs_diff(self.now()) <= FAR
    }

    /// A name that nothing else has: `oss403-<run>-<n>`.
    pub(crate) fn fresh_name(&self) -> String {
        format!("{}{}", prefix_of(&self.id), self.fresh_number())
    }

    /// A number that no other fresh name has.
    pub(crate) fn fresh_number(&self) -> u64 {
        self.journal.fresh_number()
    }

    /// An error when the run is being stopped, what it makes cannot be written down any more, or nobody answers.
    pub(crate) fn go_on(&self) -> Result<(), RunFault> {
        if let Some(fault) = self.ending.fault() {
            Err(fault)
        } else if self.journal.is_broken() {
            Err(RunFault::Harness("the journal cannot be written".into()))
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

    /// Notes what somebody is about to make. The note is durable when this returns.
    pub(crate) async fn making(&self, made: &Made) -> u64 {
        if let Made::Bucket { owner, .. } = made {
            locked(&self.makers).insert(owner.as_str().into());
        }
        self.journal.making(made).await
    }

    /// Notes that something is gone.
    pub(crate) fn removed(&self, made: &Made) {
        self.journal.removed(made);
        locked(&self.left).retain(|left| !left.what.is_same(made));
    }

    /// Notes that something stays behind.
    pub(crate) fn leave_behind(&self, made: &Made, reason: &str) {
        self.journal.left_behind(made, reason);
        let mut left = locked(&self.left);
        left.retain(|left| !left.what.is_same(made));
        left.push(Left {
            what: made.clone(),
            reason: reason.to_owned(),
        });
    }

    /// What stays behind, in words.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        let left = locked(&self.left);
        let mut left: Vec<_> = left
            .iter()
            .map(|Left { what, reason }| format!("{what}: {reason}"))
            .collect();
        left.sort();
        left
    }

    /// Whether anything does.
    pub(crate) fn is_anything_left(&self) -> bool {
        !locked(&self.left).is_empty()
    }

    /// Whether something does.
    pub(crate) fn is_left(&self, made: &Made) -> bool {
        locked(&self.left)
            .iter()
            .any(|left| left.what.is_same(made))
    }

    /// The buckets that stay behind.
    pub(crate) fn left_buckets(&self) -> Vec<Made> {
        let left = locked(&self.left);
        let left = left.iter().map(|left| &left.what);
        left.filter(|made| matches!(made, Made::Bucket { .. }))
            .cloned()
            .collect()
    }

    /// Who made buckets.
    pub(crate) fn makers(&self) -> BTreeSet<Who> {
        locked(&self.makers).clone()
    }

    /// Notes something that whoever reads of the run should know.
    pub(crate) fn note(&self, what: String) {
        locked(&self.notes).push(what);
    }

    /// What was noted.
    pub(crate) fn notes(&self) -> Vec<String> {
        locked(&self.notes).clone()
    }

    /// The UID of an identity's account: what the profile says, or else what the service says of the owner of its buckets. It is asked
    /// once, whatever comes of it; nobody holds anything while it is.
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
        self.go_on()?;
        let account = Arc::clone(locked(&self.accounts).entry(who.clone()).or_default());
        let asked = account.get_or_try_init(|| async {
            match ask_account(who, identity, scene, sender).await {
                Err(RunFault::Interrupted) => Err(RunFault::Interrupted),
                Err(fault) => Ok(Err(fault.for_good())),
                Ok(account) => Ok(Ok(account)),
            }
        });
        tokio::select! {
            account = asked => account?.clone(),
            fault = self.ending.begun() => Err(fault),
        }
    }

    /// Takes in an exchange: the target's second, and whether anybody is there at all.
    pub(crate) async fn hear(&self, exchange: &Exchange) {
        if let Some(date) = exchange.response().and_then(Response::date)
            && self.is_near(date)
        {
            let arrived = moment();
            let took = Duration::from_micros(exchange.elapsed_us).as_secs_f64();
            locked(&self.clock).hear(date, arrived - took, arrived);
        }
        if self.ending.hear(exchange.unreadable().is_none()) {
            self.ending.found(Box::pin(self.is_somebody_there()).await);
        }
    }

    /// Whether the target answers anything that can be read, to a request that every target has to answer somehow.
    async fn is_somebody_there(&self) -> bool {
        let scene = Scene::of_service(Arc::clone(&self.target.names));
        let Some(owner) = self.known_identity(&Who::Owner) else {
            return false;
        };
        let with = self.target.usual_signature();
        let draft = Draft::new("GET", &scene, None, None, owner, with);
        let outgoing = Outgoing {
            fresh: true,
            ..Outgoing::new(sign::sign(draft, self.now()))
        };
        let asked = timeout(SIGN_OF_LIFE, self.target.client.send(outgoing));
        asked
            .await
            .is_ok_and(|exchange| exchange.unreadable().is_none())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics with this lock")
}

async fn ask_account(
    who: &Who,
    identity: &Arc<Identity>,
    scene: &Scene,
    sender: &Sender<'_>,
) -> Result<String, RunFault> {
    let with = sender.signature();
    let draft = Draft::new("GET", scene, None, None, Arc::clone(identity), with)
        .query("max-keys", Some("1"));
    let response = succeeded(sender.send(draft).await)?;
    xml::text(&response.body, "ID")
        .filter(|id| !id.is_empty())
        .ok_or_else(|| {
            RunFault::Precondition(
                format!("ListBuckets does not name the account of `{who}`").into(),
            )
        })
}

/// Our own time in seconds since 1970, with their parts.
fn moment() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}

/// Our own time in Unix seconds.
pub(crate) fn unix_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// What the names of everything begin with that a run makes.
pub(crate) fn prefix_of(run: &str) -> String {
    format!("oss403-{run}-")
}

/// The run that a name was made by: `oss403-<run>-<number>`. No name that somebody else thought of is taken for one: a run's id proves
/// itself.
pub(crate) fn run_of(name: &str) -> Option<&str> {
    let (run, number) = name.strip_prefix("oss403-")?.split_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !number.starts_with('0') && is_run_id(run)).then_some(run)
}

/// Characters of a run's id that are drawn, and those that prove it.
const DRAWN: usize = 8;
const PROOF: usize = 6;

/// Whether a text is the id of a run of this program.
pub(crate) fn is_run_id(text: &str) -> bool {
    text.is_ascii() && text.len() == DRAWN + PROOF && text[DRAWN..] == proof(&text[..DRAWN])
}

fn proof(drawn: &str) -> String {
    let mut proof = oss_auth::hex(&Sha256::digest(format!("oss403 run {drawn}")));
    proof.truncate(PROOF);
    proof
}

/// The id that is derived from a text, for a run whose names are to be known beforehand.
pub fn id_from(names: &str) -> String {
    let mut id = oss_auth::hex(&Sha256::digest(names.as_bytes()));
    id.truncate(DRAWN);
    let proof = proof(&id);
    id + &proof
}

/// The id of a new run: characters that no other run has, and a proof that they were not made up by somebody else.
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
    let drawn = oss_auth::hex(&hash.finalize()[..DRAWN / 2]);
    format!("{drawn}{}", proof(&drawn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_a_run_made_are_taken_for_such() {
        let run = run_id();
        assert_eq!(run_of(&format!("oss403-{run}-1")), Some(&*run));
        assert_eq!(run_of(&format!("oss403-{run}-1024")), Some(&*run));
        let mut other = run.clone();
        let last = if run.ends_with('0') { "1" } else { "0" };
        other.replace_range(run.len() - 1.., last);
        for name in [
            "oss403-backup".to_owned(),
            "oss403-30cf0d98-1".into(),
            "oss403-30cf0d98x-1".into(),
            "oss403-deadbeefdeadbe-1".into(),
            format!("oss403-{other}-1"),
            format!("oss403-{}-1", run.to_uppercase()),
            format!("oss403-{run}"),
            format!("oss403-{run}-"),
            format!("oss403-{run}-01"),
            format!("oss403-{run}-1a"),
            format!("oss403-{run}-1-copy"),
            format!("oss403-{run}x-1"),
            format!("oss4030{run}-1"),
            format!("my-oss403-{run}-1"),
        ] {
            let is_upper_digits = name == format!("oss403-{run}-1");
            assert!(is_upper_digits || run_of(&name).is_none(), "{name}");
        }
    }
}
