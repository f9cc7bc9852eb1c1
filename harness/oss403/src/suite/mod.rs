//! A whole certification: run the instances, judge each as it finishes, compare it with its snapshot, add it all up.

mod selection;

pub use selection::{Partition, SelectionError, select};

use indexmap::IndexMap;

use crate::exit::Exit;
use crate::judge::normalise::normalise;
use crate::judge::snapshot::{Comparison, Snapshots};
use crate::judge::summary::{Counts, Tally};
use crate::judge::verdict::{Judgement, Verdict, VerdictKind};
use crate::judge::{Judged, judge};
use crate::run::record::{Progress, TwinRecord};
use crate::run::{Options, RunError, RunEvent, RunSummary, StopSignal, run};
use crate::target::Target;
use crate::wire::redact::Redactor;
use oss403_case::Instance;

/// A certification that is over.
#[derive(Debug)]
pub struct Certified {
    /// What became of the causes.
    pub tally: Tally,
    /// What the run was.
    pub run: RunSummary,
    /// How the answers compared with their snapshots.
    pub snapshots: SnapshotCounts,
}

/// An instance that is done: what was asked, what happened, how it was judged.
#[derive(Debug)]
pub struct Finished<'r> {
    /// What was asked.
    pub instance: &'r Instance,
    /// What happened, unredacted.
    pub record: &'r TwinRecord,
    /// Hides what the record's requests carried.
    pub redactor: Redactor,
    /// How it was judged, and what judging found.
    pub judged: Judged<'r>,
    /// How often it was run.
    pub attempts: usize,
}

/// A step of a certification.
#[derive(Debug)]
pub enum Step<'r> {
    /// That many instances are going to be run.
    Planned(usize),
    /// An instance is done.
    Finished(&'r Finished<'r>),
}

/// How many answers were the same, new, changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SnapshotCounts {
    /// As before.
    pub same: usize,
    /// Without a snapshot.
    pub new: usize,
    /// Other than before.
    pub changed: usize,
}

/// A certification that came to a bad end.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failed {
    /// Why.
    #[source]
    pub error: RunError,
    /// What it was until then.
    pub certified: Box<Certified>,
}

/// Runs and judges the instances; `on_step` sees each as it is done. An instance that an interruption cut short is not judged. One that
/// deviates or was not provoked is run again, in another world, as often as the options allow; when that shows something else, it is
/// flaky.
///
/// # Errors
/// When a canary failed, or the journal could not be written.
pub async fn certify(
    target: &Target,
    instances: Vec<Instance>,
    options: &Options,
    stop: StopSignal,
    snapshots: Option<&Snapshots>,
    on_step: impl FnMut(Step<'_>) + Send,
) -> Result<Certified, Failed> {
    let mut tally = Tally::default();
    for instance in &instances {
        tally.plan(&instance.file.cause);
    }
    let mut suite = Suite {
        certified: Certified {
            tally,
            run: RunSummary::default(),
            snapshots: SnapshotCounts::default(),
        },
        snapshots,
        attempts: options.attempts,
        open: IndexMap::new(),
        on_step,
    };
    let mut next = Some(instances);
    let mut attempt = 0;
    while let Some(instances) = next.take() {
        attempt += 1;
        let options = Options {
            canaries: options.canaries && attempt == 1,
            ..options.clone()
        };
        let ran = run(target, instances, &options, stop.clone(), |event| {
            suite.take(attempt, event);
        })
        .await;
        suite.add(ran.as_ref().map_or_else(RunError::run, RunSummary::clone));
        if let Err(error) = ran {
            return Err(Failed {
                error,
                certified: Box::new(suite.close()),
            });
        }
        let again = suite.open.values().map(|open| open.instance.clone());
        let again: Vec<_> = again.collect();
        if !again.is_empty() && attempt < options.attempts && !stop.is_stopped() {
            next = Some(again);
        }
    }
    Ok(suite.close())
}

/// A certification under way.
struct Suite<'s, F> {
    certified: Certified,
    snapshots: Option<&'s Snapshots>,
    attempts: usize,
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

impl<F: FnMut(Step<'_>) + Send> Suite<'_, F> {
    fn take(&mut self, attempt: usize, event: RunEvent) {
        match event {
            RunEvent::Planned { instances } if attempt == 1 => {
                (self.on_step)(Step::Planned(instances));
            }
            RunEvent::Finished {
                instance,
                record,
                redactor,
            } if record.progress != Progress::Interrupted => {
                let compared = &mut self.certified.snapshots;
                let judgement = if attempt == 1 {
                    judge_with(&instance, &record, self.snapshots, compared).judgement
                } else {
                    let nowhere = &mut SnapshotCounts::default();
                    judge_with(&instance, &record, self.snapshots, nowhere).judgement
                };
                let known = self.open.swap_remove(&instance.id);
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

    /// Keeps what may be run again, and hands over the rest.
    fn settle(&mut self, open: Open) {
        let fails = matches!(
            open.judgement.verdict,
            Verdict::Deviates(_) | Verdict::NotProvoked
        );
        if fails && open.attempts < self.attempts {
            self.open.insert(open.instance.id.clone(), open);
        } else {
            self.finish(open);
        }
    }

    fn finish(&mut self, open: Open) {
        let Open {
            instance,
            record,
            redactor,
            judgement,
            attempts,
        } = open;
        let tally = &mut self.certified.tally;
        tally.add(&instance.file.cause, judgement.verdict, record.elapsed_us);
        let judged = Judged {
            judgement,
            ..judge(&instance, &record)
        };
        (self.on_step)(Step::Finished(&Finished {
            instance: &instance,
            record: &record,
            redactor,
            judged,
            attempts,
        }));
    }

    fn add(&mut self, ran: RunSummary) {
        let run = &mut self.certified.run;
        run.requests += ran.requests;
        run.elapsed += ran.elapsed;
        run.left_behind.extend(ran.left_behind);
        for note in ran.notes {
            if !run.notes.contains(&note) {
                run.notes.push(note);
            }
        }
        run.stopped = ran.stopped;
        run.journal = ran.journal;
    }

    fn close(mut self) -> Certified {
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

/// A record judged, its snapshot included. Only an answer that is conformant by itself is compared.
fn judge_with<'r>(
    instance: &Instance,
    record: &'r TwinRecord,
    snapshots: Option<&Snapshots>,
    compared: &mut SnapshotCounts,
) -> Judged<'r> {
    let mut judged = judge(instance, record);
    let (Some(snapshots), Some(answer), Verdict::Conformant) =
        (snapshots, &judged.answer, judged.verdict())
    else {
        return judged;
    };
    let text = normalise(answer, &record.placeholders);
    judged.judgement = match snapshots.compare(instance, &text) {
        Ok(comparison) => {
            let count = match comparison {
                Comparison::Same => &mut compared.same,
                Comparison::New => &mut compared.new,
                Comparison::Changed(_) => &mut compared.changed,
            };
            *count += 1;
            snapshots.judge(judged.judgement, &comparison)
        }
        Err(error) => Judgement {
            verdict: Verdict::HarnessError,
            reason: format!("the snapshot could not be compared\n{error}"),
        },
    };
    judged
}

impl Certified {
    /// The exit code that this result asks for. A run in which everything was set aside has shown nothing, and is no success.
    pub fn exit(&self) -> Exit {
        let counts: Counts = self.tally.instances();
        let any = |verdict| counts.get(&verdict).is_some_and(|count| *count > 0);
        let failures = [
            VerdictKind::Deviates,
            VerdictKind::NotProvoked,
            VerdictKind::Flaky,
        ];
        if self.run.stopped.is_some() {
            Exit::Interrupted
        } else if any(VerdictKind::HarnessError) || !self.run.left_behind.is_empty() {
            Exit::Target
        } else if failures.into_iter().any(any) {
            Exit::Deviations
        } else if any(VerdictKind::Conformant) {
            Exit::Ok
        } else {
            Exit::NothingSelected
        }
    }
}
