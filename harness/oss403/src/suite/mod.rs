//! A whole certification: run the instances, judge each as it finishes, compare it with its snapshot, add it all up.

mod rehearsal;
mod selection;

pub use rehearsal::{Part, Sent, rehearse};
pub use selection::{Partition, SelectionError, select};

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

/// Runs and judges the instances; `on_step` sees each as it is done. An instance that an interruption cut short is not judged.
///
/// # Errors
/// When there was no run: a canary failed, or the journal could not be written.
pub async fn certify(
    target: &Target,
    instances: Vec<Instance>,
    options: &Options,
    stop: StopSignal,
    snapshots: Option<&Snapshots>,
    mut on_step: impl FnMut(Step<'_>) + Send,
) -> Result<Certified, RunError> {
    let mut tally = Tally::default();
    for instance in &instances {
        tally.plan(&instance.file.cause);
    }
    let mut compared = SnapshotCounts::default();
    let run = run(target, instances, options, stop, |event| match event {
        RunEvent::Planned { instances } => on_step(Step::Planned(instances)),
        RunEvent::Finished { record, .. } if record.progress == Progress::Interrupted => {}
        RunEvent::Finished {
            instance,
            record,
            redactor,
        } => {
            let judged = judge_with(&instance, &record, snapshots, &mut compared);
            tally.add(&instance.file.cause, judged.verdict(), record.elapsed_us);
            on_step(Step::Finished(&Finished {
                instance: &instance,
                record: &record,
                redactor,
                judged,
            }));
        }
        RunEvent::LeftBehind(_) | RunEvent::Done => {}
    })
    .await?;
    Ok(Certified {
        tally,
        run,
        snapshots: compared,
    })
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
