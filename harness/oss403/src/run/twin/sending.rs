//! How the base and the edited request go out: in their second, and again where that is safe.

use std::time::{Duration, Instant};

use tokio::sync::SemaphorePermit;

use super::trace::Trace;
use super::{Twin, Unsure};
use crate::run::fault::RunFault;
use crate::run::patience::{Attempts, may_repeat};
use crate::run::plan::is_read;
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
/// How long that goes on at most, but for three attempts.
const TIME_FOR_A_SECOND: Duration = Duration::from_secs(60);

/// The second that a request is made for.
#[derive(Clone, Copy)]
enum Aim {
    /// The target's, when it goes out.
    Now,
    /// The one in which the target decides, if the exchange takes so long.
    Decided(Duration),
    /// This very one.
    At(i64),
}

/// The base, or the edited request: for its own object, or for the one of another path.
#[derive(Clone, Copy)]
struct What<'w> {
    edit: Option<&'w Edit>,
    path: Option<&'w str>,
}

impl Twin<'_> {
    /// Sends the base, or the edited request. Where the very second matters it is sent again until the answer's `Date` shows that the
    /// server decided in the second that the request was made for; each attempt is made for the second in which it is decided, for all that
    /// is known of the target's clock and of how long the one before it took.
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
            let sent = self.send(what, world, &world.scene, Aim::Now).await?;
            return Ok(sent.0);
        }
        let signer = self.signer(edit);
        let started = Instant::now();
        // The target is in the second that was seen, and if it answers in it too, a session was made in it as well.
        let has_session = world.makes_session_anew(signer);
        let mut aim = if has_session {
            Aim::At(context.seen_second())
        } else {
            Aim::Decided(Duration::ZERO)
        };
        let mut sent = 0;
        let waited = self.sender.waited();
        let spent = || {
            started
                .elapsed()
                .saturating_sub(self.sender.waited() - waited)
        };
        while may_meet_it_yet(sent, spent()) {
            sent += 1;
            let scene = world.with_fresh_sessions(self.sender, &[signer]).await?;
            let (exchange, second) = self.send(what, world, &scene, aim).await?;
            match exchange.response().map(Response::date) {
                Some(Some(date)) if date != second => {
                    aim = if has_session || !context.is_near(date) {
                        Aim::At(date)
                    } else {
                        Aim::Decided(Duration::from_micros(exchange.elapsed_us))
                    };
                    if !before.is_empty() {
                        *before = self.probe().await?;
                    }
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
        aim: Aim,
    ) -> Result<(Exchange, i64), RunFault> {
        let context = self.sender.context;
        let mut attempts = Attempts::new(&context.target.limits.patience);
        loop {
            context.go_on()?;
            let permit = self.sender.permit().await?;
            let now = match aim {
                Aim::Now => context.now(),
                Aim::Decided(took) => context.second_after(took),
                Aim::At(second) => second,
            };
            let draft = self.draft(what, scene, now)?;
            let repeats = may_repeat(&draft) && !self.becomes_post(what.edit);
            let fresh = attempts.fresh() || !repeats;
            let sent = self.send_once(permit, draft, what.edit, world, now, fresh);
            let mut exchange = Box::pin(sent).await?;
            if repeats {
                let last = attempts.last(exchange, context.ending.begun());
                let Some(exchange) = last.await else { continue };
                if what.edit.is_none() && !self.turn.is_last && is_refused_late(&exchange) {
                    return Err(self.unsure(what, &exchange.earlier[0], true));
                }
                return Ok((exchange, now));
            }
            let earlier = self.earlier(what);
            // What is said not to be answered was sent twice at least.
            let settled = self.turn.is_last && !(what.edit.is_some() && earlier.is_empty());
            if !settled && let Some(why) = exchange.unreadable() {
                return Err(self.unsure(what, &why, exchange.response().is_some()));
            }
            exchange.earlier = earlier;
            return Ok((exchange, now));
        }
    }

    /// Another world is needed for a request.
    fn unsure(&self, what: What<'_>, why: &str, answered: bool) -> RunFault {
        let _ = self.unsure.set(Unsure {
            edited: what.edit.is_some(),
            why: why.to_owned(),
        });
        let reason = format!("nobody knows what became of a request: {why}");
        RunFault::Unknown {
            reason: reason.into(),
            answered,
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
        permit: SemaphorePermit<'_>,
        draft: Draft,
        edit: Option<&Edit>,
        world: &World,
        now: i64,
        fresh: bool,
    ) -> Result<Exchange, RunFault> {
        let trace = Trace::of(&draft);
        let (bucket, method) = (draft.bucket.clone(), draft.method.clone());
        let doubts = &self.sender.doubts;
        doubts.about_to_send(&draft);
        let mut signed = sign::sign(draft, now);
        if let Some(edit) = edit {
            tamper(&mut signed, edit, &world.scene, now)?;
            doubts.about_to_tamper(edit, [&method, &signed.method]);
        }
        let string_to_sign = match edit {
            Some(_) if self.speaks_of_string_to_sign() => signed.string_to_sign(),
            _ => None,
        };
        let copy = string_to_sign.is_none().then(|| signed.clone());
        let trace = trace.sent_as(&signed.method);
        trace.announce(world, self.sender, self.signer(edit)).await;
        let disguises = &self.instance.scenario.base.disguise;
        let outgoing = Outgoing {
            fresh,
            ..self
                .sender
                .context
                .target
                .client
                .disguised(signed, disguises)
        };
        let mut exchange = self.sender.deliver(permit, outgoing).await?;
        doubts.sent(bucket.as_deref(), &exchange);
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

/// Whether a second that was missed so often, for so long, may be met yet.
fn may_meet_it_yet(sent: u32, spent: Duration) -> bool {
    sent < ATTEMPTS_AT_A_SECOND && (sent < 3 || spent < TIME_FOR_A_SECOND)
}

/// Whether a request that changes something was refused after an attempt that may have been carried out, and maybe for that very reason.
fn is_refused_late(exchange: &Exchange) -> bool {
    let refused = exchange
        .response()
        .is_some_and(|response| !response.is_success());
    refused && !exchange.earlier.is_empty() && !is_read(&exchange.request.method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_tried_for_thirty_times_or_a_minute_and_three_times_however_long_that_takes() {
        let minute = Duration::from_mins(1);
        let most = |spent| {
            (0..100)
                .take_while(|sent| may_meet_it_yet(*sent, spent))
                .count()
        };
        assert_eq!(most(Duration::ZERO), 30);
        assert_eq!(most(minute - Duration::from_nanos(1)), 30);
        assert_eq!(most(minute), 3);
        assert_eq!(most(60 * minute), 3);
    }
}
