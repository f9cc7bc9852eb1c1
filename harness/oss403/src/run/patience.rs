//! Patience: what cannot be told apart from a lost connection or an overloaded server is sent again, on a fresh connection, after a
//! pause.

use std::time::Duration;

use tokio::time::sleep;

use super::context::unix_now;
use crate::target::ReadyTarget;
use crate::wire::client::Outgoing;
use crate::wire::draft::{Body, Draft};
use crate::wire::exchange::Exchange;
use crate::wire::limits::Limits;
use crate::wire::patience::Patience;
use crate::wire::sign;

/// Pauses between two looks at something that takes its time.
pub(crate) fn pauses() -> impl Iterator<Item = Duration> {
    pauses_up_to(Duration::from_millis(1_600))
}

/// The same for what takes longer: each pause is twice as long as the one before, up to the longest.
pub(crate) fn pauses_up_to(longest: Duration) -> impl Iterator<Item = Duration> {
    (0..).map(move |step: u32| Duration::from_millis(50 << step.min(20)).min(longest))
}

/// The attempts at one request.
pub(crate) struct Attempts<'p> {
    patience: &'p Patience,
    /// What the exchanges and the pauses between them took. Waiting for a permit is not the target's doing: it has told everybody to wait.
    spent: Duration,
    /// What those so far came to, each in a few words.
    earlier: Vec<String>,
}

impl<'p> Attempts<'p> {
    /// At the first attempt.
    pub(crate) fn new(patience: &'p Patience) -> Self {
        Self {
            patience,
            spent: Duration::ZERO,
            earlier: Vec::new(),
        }
    }

    /// Whether the next attempt needs a connection that nothing was sent on yet.
    pub(crate) fn fresh(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// The exchange with its history when it is the one that counts: it can be read, or patience has come to its end. Otherwise `None`,
    /// after a pause. When `end` comes first, there is no further attempt either.
    pub(crate) async fn last<E>(
        &mut self,
        mut exchange: Exchange,
        end: impl Future<Output = E>,
    ) -> Option<Exchange> {
        // What met the end of a kept connection was sent again already.
        self.earlier.append(&mut exchange.earlier);
        if let Some(why) = exchange.unreadable() {
            let sent = u32::try_from(self.earlier.len() + 1).unwrap_or(u32::MAX);
            let pause = self.patience.pause_after(sent);
            self.spent += Duration::from_micros(exchange.elapsed_us) + pause;
            if self.patience.allows(sent, self.spent) {
                tokio::select! {
                    () = sleep(pause) => {
                        self.earlier.push(why);
                        return None;
                    }
                    _ = end => {}
                }
            }
        }
        exchange.earlier = std::mem::take(&mut self.earlier);
        Some(exchange)
    }
}

/// Signs and sends what may be repeated, as often as the target's patience allows, before there is a run. The record keeps the
/// StringToSign.
pub(crate) async fn send_patiently(target: &ReadyTarget, draft: Draft) -> Exchange {
    let patience = before_a_run(&target.limits);
    let mut attempts = Attempts::new(&patience);
    loop {
        let signed = sign::sign(draft.clone(), unix_now());
        let string_to_sign = signed.string_to_sign();
        let outgoing = Outgoing {
            fresh: attempts.fresh(),
            ..Outgoing::new(signed)
        };
        let mut exchange = target.client.send(outgoing).await;
        exchange.request.string_to_sign = string_to_sign;
        if let Some(exchange) = attempts.last(exchange, std::future::pending::<()>()).await {
            return exchange;
        }
    }
}

/// The patience before there is a run: a target that says nothing at all is found out soon.
fn before_a_run(limits: &Limits) -> Patience {
    Patience {
        time: limits.patience.time.min(2 * limits.time_per_request),
        ..limits.patience.clone()
    }
}

/// Whether a request may be sent again when nobody knows what became of it: its second execution is answered like its first.
pub(crate) fn may_repeat(draft: &Draft) -> bool {
    let query = |name: &str| draft.query.iter().any(|(known, _)| known == name);
    let header = |name: &str| {
        draft
            .headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    match draft.method.as_str() {
        "GET" | "HEAD" | "OPTIONS" => true,
        "PUT" => !header("x-oss-forbid-overwrite"),
        // What is deleted twice was not there the second time, but for objects and settings, of which that is not said.
        // Nor was a retention policy that was given up.
        "DELETE" if draft.key.is_none() => !draft.query.is_empty() && !query("worm"),
        "DELETE" => !query("uploadId"),
        "POST" => match &draft.body {
            Body::Form(form) => {
                let mut fields = form.fields.iter();
                !fields.any(|(name, _)| name.eq_ignore_ascii_case("x-oss-forbid-overwrite"))
            }
            // One upload more is removed with the others.
            Body::Empty | Body::Bytes(_) => query("uploads") || query("delete"),
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::draft;
    use crate::wire::draft::FormDraft;

    #[test]
    fn each_pause_is_twice_as_long_as_the_one_before_up_to_the_longest() {
        let ms = |pauses: &mut dyn Iterator<Item = Duration>| -> Vec<u128> {
            pauses.take(8).map(|pause| pause.as_millis()).collect()
        };
        let usual = [50, 100, 200, 400, 800, 1_600, 1_600, 1_600];
        assert_eq!(ms(&mut pauses()), usual);
        let longer = [50, 100, 200, 400, 800, 1_000, 1_000, 1_000];
        assert_eq!(ms(&mut pauses_up_to(Duration::from_secs(1))), longer);
        let last = pauses_up_to(Duration::from_hours(1)).nth(1_000);
        assert_eq!(last, Some(Duration::from_hours(1)));
    }

    #[test]
    fn before_a_run_two_requests_that_come_to_nothing_are_enough() {
        let seconds = |patience: u64, request: u64| {
            let mut limits = Limits::default();
            limits.patience.time = Duration::from_secs(patience);
            limits.time_per_request = Duration::from_secs(request);
            let before = before_a_run(&limits);
            assert_eq!(before.attempts, limits.patience.attempts);
            before.time.as_secs()
        };
        assert_eq!(seconds(60, 5), 10);
        assert_eq!(seconds(60, 30), 60);
        assert_eq!(seconds(20, 30), 20);
    }

    /// What a second execution would answer otherwise than the first: it meets what the first one made, or finds gone what it removed.
    #[test]
    fn what_may_be_repeated_is_answered_the_second_time_as_the_first() {
        let forbids = Some("X-Oss-Forbid-Overwrite");
        for (line, header, repeats) in [
            ("GET k", None, true),
            ("HEAD k", None, true),
            ("OPTIONS k", None, true),
            ("PUT k", None, true),
            ("PUT ", None, true),
            ("PUT k", Some("x-oss-meta-a"), true),
            ("PUT k", forbids, false),
            // An object that is not there is deleted as well as one that is; a bucket is not, and a retention policy is given up once.
            ("DELETE k", None, true),
            ("DELETE k?tagging", None, true),
            ("DELETE k?uploadId", None, false),
            ("DELETE ", None, false),
            ("DELETE ?policy", None, true),
            ("DELETE ?worm", None, false),
            ("POST k?uploads", None, true),
            ("POST ?delete", None, true),
            ("POST k?append", None, false),
            ("POST k", None, false),
            ("PATCH k", None, false),
        ] {
            let draft = draft(line, header, Body::Empty);
            assert_eq!(may_repeat(&draft), repeats, "{line} {header:?}");
        }
        for (field, repeats) in [
            ("x-oss-forbid-overwrite", false),
            ("X-OSS-Forbid-Overwrite", false),
            ("key", true),
        ] {
            let form = FormDraft {
                fields: vec![(field.into(), "a".into())],
                conditions: None,
                file: String::new(),
            };
            let draft = draft("POST ", None, Body::Form(form));
            assert_eq!(may_repeat(&draft), repeats, "{field}");
        }
    }
}
