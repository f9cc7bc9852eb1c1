//! How the base and the edited request go out: in their second, and again where that is safe.

use std::time::{Duration, Instant};

use super::trace::Trace;
use super::{Twin, Unsure};
use crate::run::fault::RunFault;
use crate::run::patience::{Attempts, may_repeat};
use crate::run::world::World;
use crate::wire::client::Outgoing;
use crate::wire::draft::Draft;
use crate::wire::exchange::{Exchange, Response};
use crate::wire::parts::parse_path;
use crate::wire::scene::Scene;
use crate::wire::sign;
use crate::wire::tamper::tamper;
use oss403_case::model::{Edit, Who};

/// How often a request is sent at most whose limit is tested to the second. One that takes less than a second needs three.
const ATTEMPTS_AT_A_SECOND: u32 = 30;

/// The base, or the edited request: for its own object, or for the one of another path.
#[derive(Clone, Copy)]
struct What<'w> {
    edit: Option<&'w Edit>,
    path: Option<&'w str>,
}

impl Twin<'_> {
    /// Sends the base, or the edited request. Where the very second matters it is sent again until the answer's `Date` shows that the
    /// server decided in the second that the request was made for; each attempt is made for the second in which the one before it would be
    /// decided now.
    ///
    /// An attempt that came too late may have been granted, and have changed something: what was read `before` is read again then.
    pub(super) async fn in_its_second(
        &self,
        world: &World,
        edit: Option<&Edit>,
        path: Option<&str>,
        before: &mut Vec<Exchange>,
    ) -> Result<Exchange, RunFault> {
        let what = What { edit, path };
        let context = self.sender.context;
        if !self.instance.scenario.to_the_second {
            return self.send(what, world, &world.scene, None).await;
        }
        let signer = self.signer(edit);
        let started = Instant::now();
        let time = context.target.limits.patience.time;
        let mut second = context.seen_second();
        let mut sent = 0;
        while sent < ATTEMPTS_AT_A_SECOND && (sent < 3 || started.elapsed() < time) {
            sent += 1;
            // The target is in this second already, and if it answers in it too, the session was made in it.
            let scene = world.with_fresh_sessions(self.sender, &[signer]).await?;
            let began = Instant::now();
            let exchange = self.send(what, world, &scene, Some(second)).await?;
            match exchange.response().map(Response::date) {
                Some(Some(date)) if date != second => {
                    if !before.is_empty() {
                        *before = self.probe().await?;
                    }
                    // Decided in the middle of that second, for all we know; the next one will be later by what this one took.
                    let later = began.elapsed() + Duration::from_millis(500);
                    let later = if world.makes_session_anew(signer) {
                        0
                    } else {
                        i64::try_from(later.as_secs()).unwrap_or(0)
                    };
                    second = date.saturating_add(later);
                }
                Some(None) => {
                    let reason = "the limit is tested to the second, and the target's answer has no Date that can be read";
                    return Err(RunFault::Precondition(reason.into()));
                }
                _ => return Ok(exchange),
            }
        }
        Err(RunFault::Precondition(
            format!(
                "the limit is tested to the second, and none of {sent} requests was answered in the second it was made for: \
                 the target is too slow, or its Date is not its clock"
            )
            .into(),
        ))
    }

    /// Who sends the base, or the edited request.
    fn signer<'s>(&'s self, edit: Option<&'s Edit>) -> &'s Who {
        let parts = edit.map(Edit::parts).unwrap_or_default();
        let another = parts.iter().rev().find_map(|part| match part {
            Edit::As(signer) => Some(signer),
            _ => None,
        });
        another.unwrap_or(&self.instance.scenario.base.r#as)
    }

    /// Sends the base, or the edited request, and again where that is safe until there is an answer that can be read. Where it is not, and
    /// there is none, another world is needed.
    async fn send(
        &self,
        what: What<'_>,
        world: &World,
        scene: &Scene,
        second: Option<i64>,
    ) -> Result<Exchange, RunFault> {
        let context = self.sender.context;
        let mut attempts = Attempts::new(&context.target.limits.patience);
        loop {
            let now = second.unwrap_or_else(|| context.now());
            let draft = self.draft(what, scene, now)?;
            let repeats = may_repeat(&draft) && !self.becomes_post(what.edit);
            let earlier = self.earlier(what);
            let fresh = attempts.fresh() || !(repeats || earlier.is_empty());
            let mut exchange = self.send_once(draft, what.edit, world, now, fresh).await?;
            if repeats {
                if let Some(exchange) = attempts.last(exchange, context.ending.begun()).await {
                    return Ok(exchange);
                }
                continue;
            }
            // What is said not to be answered was sent twice at least.
            let settled = self.turn.is_last && !(what.edit.is_some() && earlier.is_empty());
            if !settled && let Some(why) = exchange.unreadable() {
                let _ = self.unsure.set(Unsure {
                    edited: what.edit.is_some(),
                    why: why.clone(),
                });
                let answered = exchange.response().is_some();
                let reason = format!("nobody knows what became of a request: {why}");
                return Err(RunFault::Unknown {
                    reason: reason.into(),
                    answered,
                });
            }
            exchange.earlier = earlier;
            return Ok(exchange);
        }
    }

    /// What the same request came to in other worlds.
    fn earlier(&self, what: What<'_>) -> Vec<String> {
        let edited = what.edit.is_some();
        let earlier = self.turn.earlier.iter();
        let earlier = earlier.filter(|unsure| unsure.edited == edited);
        earlier.map(|unsure| unsure.why.clone()).collect()
    }

    fn becomes_post(&self, edit: Option<&Edit>) -> bool {
        let parts = edit.map(Edit::parts).unwrap_or_default();
        let mut parts = parts.iter();
        parts.any(|part| matches!(part, Edit::TamperMethod(method) if method == "POST"))
    }

    fn draft(&self, what: What<'_>, scene: &Scene, now: i64) -> Result<Draft, RunFault> {
        let call = &self.instance.scenario.base;
        let mut draft = match what.edit {
            Some(edit) => Draft::of_edited(call, edit, scene, now)?,
            None => Draft::of_call(call, scene, now)?,
        };
        if let Some(path) = what.path {
            let path = scene.text(path, now)?;
            draft.key = parse_path(path.trim_start_matches('/')).0;
        }
        Ok(draft)
    }

    async fn send_once(
        &self,
        draft: Draft,
        edit: Option<&Edit>,
        world: &World,
        now: i64,
        fresh: bool,
    ) -> Result<Exchange, RunFault> {
        let context = self.sender.context;
        context.go_on()?;
        let trace = Trace::of(&draft);
        let mut signed = sign::sign(draft, now);
        if let Some(edit) = edit {
            tamper(&mut signed, edit, &world.scene, now)?;
        }
        let string_to_sign = match edit {
            Some(_) if self.speaks_of_string_to_sign() => signed.string_to_sign(),
            _ => None,
        };
        let copy = string_to_sign.is_none().then(|| signed.clone());
        let trace = trace.sent_as(&signed.method);
        trace.announce(world, self.sender, self.signer(edit));
        let disguises = &self.instance.scenario.base.disguise;
        let outgoing = Outgoing {
            fresh,
            ..context.target.client.disguised(signed, disguises)
        };
        let mut exchange = self.sender.deliver(outgoing).await?;
        exchange.request.string_to_sign = string_to_sign.or_else(|| {
            let reported = exchange.response()?.reports_string_to_sign();
            reported.then(|| copy?.string_to_sign()).flatten()
        });
        trace.note(world, &exchange);
        Ok(exchange)
    }

    fn speaks_of_string_to_sign(&self) -> bool {
        self.instance.file.code == "SignatureDoesNotMatch"
            || self
                .record
                .elements
                .iter()
                .any(|(name, _)| name.starts_with("StringToSign"))
    }
}
