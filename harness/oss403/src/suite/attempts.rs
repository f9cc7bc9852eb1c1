//! A certification under way: each instance judged as it finishes, and run again as often as is asked for when it fails.

use indexmap::IndexMap;

use super::{Certified, Finished, SnapshotCounts, Step};
use crate::judge::answer::Answer;
use crate::judge::ids::Ids;
use crate::judge::normalise::normalise;
use crate::judge::snapshot::{Comparison, Snapshots};
use crate::judge::summary::Tally;
use crate::judge::verdict::{Judgement, Verdict};
use crate::judge::{Judged, judge};
use crate::run::record::{Progress, TwinRecord};
use crate::run::{RunEvent, RunSummary};
use crate::wire::redact::Redactor;
use oss403_case::Instance;

/// A certification under way.
pub(super) struct Suite<'s, F> {
    certified: Certified,
    snapshots: Option<&'s Snapshots>,
    attempts: usize,
    ids: Ids,
    /// What failed so far, and may be run again.
    open: IndexMap<String, Open>,
    on_step: F,
}

/// An instance that failed.
struct Open {
    instance: Instance,
    record: Box<TwinRecord>,
    redactor: Redactor,
    judgement: Judgement,
    attempts: usize,
}

impl<'s, F: FnMut(Step<'_>) + Send> Suite<'s, F> {
    pub(super) fn new(
        tally: Tally,
        snapshots: Option<&'s Snapshots>,
        attempts: usize,
        on_step: F,
    ) -> Self {
        Self {
            certified: Certified {
                tally,
                run: RunSummary::default(),
                snapshots: SnapshotCounts::default(),
            },
            snapshots,
            attempts,
            ids: Ids::default(),
            open: IndexMap::new(),
            on_step,
        }
    }

    /// Takes in what happened in an attempt, counted from 1.
    pub(super) fn take(&mut self, attempt: usize, event: RunEvent) {
        match event {
            RunEvent::Planned { instances } if attempt == 1 => {
                (self.on_step)(Step::Planned(instances));
            }
            RunEvent::Finished {
                instance,
                record,
                redactor,
            } if record.progress != Progress::Interrupted => {
                (self.on_step)(Step::Ran {
                    attempt,
                    record: &record,
                    redactor: &redactor,
                });
                let judged = self.judge(attempt, (&instance, &record, &redactor));
                let known = self.open.swap_remove(&instance.id);
                if known.is_none() && !self.may_run_again(&judged.judgement, attempt) {
                    return self.hand_over((&instance, &record, redactor), judged, attempt);
                }
                let judgement = judged.judgement;
                let open = Open {
                    instance,
                    record,
                    redactor,
                    judgement,
                    attempts: attempt,
                };
                match known {
                    None => self.settle(open),
                    Some(known) => self.settle(known.again(&open)),
                }
            }
            _ => {}
        }
    }

    /// What is to be run once more.
    pub(super) fn again(&self) -> Vec<Instance> {
        let open = self.open.values();
        open.map(|open| open.instance.clone()).collect()
    }

    fn judge<'r>(
        &mut self,
        attempt: usize,
        done: (&Instance, &'r TwinRecord, &Redactor),
    ) -> Judged<'r> {
        let mut judged = judge(done.0, done.1);
        judged.judgement = self.ids.judge(done.1, judged.judgement);
        if let (Some(snapshots), Verdict::Conformant) = (self.snapshots, judged.verdict()) {
            let mut again = SnapshotCounts::default();
            let compared = match attempt {
                1 => &mut self.certified.snapshots,
                _ => &mut again,
            };
            judged.judgement = with_snapshot(judged.judgement, done, snapshots, compared);
        }
        judged
    }

    fn may_run_again(&self, judgement: &Judgement, attempts: usize) -> bool {
        let fails = matches!(
            judgement.verdict,
            Verdict::Deviates(_) | Verdict::NotProvoked
        );
        fails && attempts < self.attempts
    }

    /// Keeps what may be run again, and hands over the rest.
    fn settle(&mut self, open: Open) {
        if self.may_run_again(&open.judgement, open.attempts) {
            self.open.insert(open.instance.id.clone(), open);
        } else {
            self.finish(open);
        }
    }

    /// Hands over what was run more than once, or might have been.
    fn finish(&mut self, open: Open) {
        let Open {
            instance,
            record,
            redactor,
            judgement,
            attempts,
        } = open;
        let judged = Judged {
            judgement,
            ..judge(&instance, &record)
        };
        self.hand_over((&instance, &record, redactor), judged, attempts);
    }

    fn hand_over<'r>(
        &mut self,
        (instance, record, redactor): (&'r Instance, &'r TwinRecord, Redactor),
        judged: Judged<'r>,
        attempts: usize,
    ) {
        let tally = &mut self.certified.tally;
        tally.add_instance(instance, judged.verdict(), record.elapsed_us);
        (self.on_step)(Step::Finished(&Finished {
            instance,
            record,
            redactor,
            judged,
            attempts,
        }));
    }

    /// Adds what a run was.
    pub(super) fn add(&mut self, ran: RunSummary) {
        let run = &mut self.certified.run;
        run.requests += ran.requests;
        run.elapsed += ran.elapsed;
        run.left_behind.extend(ran.left_behind);
        for note in ran.notes {
            if !run.notes.contains(&note) {
                run.notes.push(note);
            }
        }
        run.retired.extend(ran.retired);
        run.stopped = ran.stopped;
        run.journal = ran.journal;
    }

    /// Hands over what is still open.
    pub(super) fn close(mut self) -> Certified {
        for (_, open) in std::mem::take(&mut self.open) {
            self.finish(open);
        }
        self.certified
    }
}

impl Open {
    /// What it is after one more attempt. One that says nothing of the target changes nothing.
    fn again(self, next: &Self) -> Self {
        let (first, second) = (&self.judgement, &next.judgement);
        if second.verdict == Verdict::HarnessError || first.verdict == second.verdict {
            return Self {
                attempts: next.attempts,
                ..self
            };
        }
        let said = |attempt: usize, judgement: &Judgement| {
            let (kind, reason) = (judgement.verdict.kind().name(), &judgement.reason);
            let facet = judgement.verdict.facet();
            let facet = facet.map_or(String::new(), |facet| format!(" ({})", facet.name()));
            let colon = if reason.is_empty() { "" } else { ": " };
            format!("attempt {attempt} {kind}{facet}{colon}{reason}")
        };
        let reason = format!(
            "differed between attempts: {}; {}",
            said(next.attempts - 1, first),
            said(next.attempts, second)
        );
        Self {
            judgement: Judgement {
                verdict: Verdict::Flaky,
                reason,
            },
            attempts: next.attempts,
            ..self
        }
    }
}

/// The judgement of an answer that is conformant by itself, its snapshot included. Compared is the answer that may be written down.
fn with_snapshot(
    judgement: Judgement,
    (instance, record, redactor): (&Instance, &TwinRecord, &Redactor),
    snapshots: &Snapshots,
    compared: &mut SnapshotCounts,
) -> Judgement {
    let edited = record.edited.as_ref().map(|sent| redactor.exchange(sent));
    let Some(answer) = edited.as_ref().and_then(Answer::of) else {
        return judgement;
    };
    let text = normalise(&answer, &record.placeholders);
    match snapshots.compare(instance, &text) {
        Ok(comparison) => {
            let count = match comparison {
                Comparison::Same => &mut compared.same,
                Comparison::New => &mut compared.new,
                Comparison::Changed(_) => &mut compared.changed,
            };
            *count += 1;
            snapshots.judge(judgement, &comparison)
        }
        Err(error) => Judgement {
            verdict: Verdict::HarnessError,
            reason: format!("the snapshot could not be compared\n{error}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::judge::testing::{Twin, error_body};

    /// A twin of this name, with a request id of its own.
    fn named(id: &str) -> Twin {
        let mut twin = Twin::new();
        twin.instance.id = id.into();
        let body = error_body("AccessDenied", "Request has expired.", id);
        twin.edited_body(&body)
            .edited_header("x-oss-request-id", Some(id))
    }

    fn ran(twin: Twin) -> RunEvent {
        RunEvent::Finished {
            redactor: twin.record.redactor(),
            instance: twin.instance,
            record: Box::new(twin.record),
        }
    }

    /// What is told of these events where everything may be run so often; and what is to be run again after them.
    fn told(attempts: usize, events: Vec<(usize, RunEvent)>) -> (Vec<String>, Vec<String>) {
        let mut steps = Vec::new();
        let mut suite = Suite::new(Tally::default(), None, attempts, |step| {
            steps.push(match step {
                Step::Planned(instances) => format!("{instances} planned"),
                Step::Ran { attempt, .. } => format!("ran, attempt {attempt}"),
                Step::Finished(done) | Step::Known(done) => {
                    let (id, attempts) = (&done.instance.id, done.attempts);
                    format!(
                        "{id}: {} after {attempts}",
                        done.judged.verdict().kind().name()
                    )
                }
            });
        });
        for (attempt, event) in events {
            suite.take(attempt, event);
        }
        let again = suite.again().into_iter().map(|instance| instance.id);
        let again = again.collect();
        suite.close();
        (steps, again)
    }

    #[test]
    fn only_the_first_attempt_says_how_many_instances_are_planned() {
        let planned = |instances| RunEvent::Planned { instances };
        let (steps, _) = told(3, vec![(1, planned(3)), (2, planned(1))]);
        assert_eq!(steps, ["3 planned"]);
    }

    #[test]
    fn what_an_interruption_cut_short_is_not_judged() {
        let cut = named("cut").record(|record| record.progress = Progress::Interrupted);
        assert_eq!(told(2, vec![(1, ran(cut))]), (vec![], vec![]));
    }

    #[test]
    fn what_fails_is_done_when_it_may_not_be_run_again_and_not_before() {
        let events = || vec![(1, ran(named("bad").base(403))), (1, ran(named("good")))];
        let (steps, again) = told(1, events());
        let at_once = [
            "ran, attempt 1",
            "bad: not-provoked after 1",
            "ran, attempt 1",
            "good: conformant after 1",
        ];
        assert_eq!((steps, again), (at_once.map(String::from).to_vec(), vec![]));
        let (steps, again) = told(2, events());
        let later = [
            "ran, attempt 1",
            "ran, attempt 1",
            "good: conformant after 1",
            // Nobody has run it again.
            "bad: not-provoked after 1",
        ];
        assert_eq!(steps, later);
        assert_eq!(again, ["bad"]);
    }

    #[test]
    fn what_the_attempts_took_adds_up() {
        let mut suite = Suite::new(Tally::default(), None, 2, |_| {});
        for (requests, seconds, note) in [(3, 5, "a"), (4, 6, "b"), (5, 7, "a")] {
            suite.add(RunSummary {
                requests,
                elapsed: Duration::from_secs(seconds),
                left_behind: vec![note.into()],
                notes: vec![note.into()],
                ..RunSummary::default()
            });
        }
        let run = suite.close().run;
        assert_eq!((run.requests, run.elapsed.as_secs()), (12, 18));
        assert_eq!(run.left_behind, ["a", "b", "a"]);
        assert_eq!(run.notes, ["a", "b"]);
    }
}
