//! A whole certification: run the instances, judge each as it finishes, compare it with its snapshot, add it all up.

mod attempts;
mod rehearsal;
mod selection;

pub use rehearsal::{Part, Sent, rehearse};
pub use selection::{Partition, SelectionError, select};

use attempts::Suite;

use crate::exit::Exit;
use crate::judge::Judged;
use crate::judge::snapshot::Snapshots;
use crate::judge::summary::{Counts, Tally};
use crate::judge::verdict::VerdictKind;
use crate::run::record::TwinRecord;
use crate::run::{Options, RunError, RunSummary, StopSignal, run};
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
    let mut suite = Suite::new(tally, snapshots, options.attempts, on_step);
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
        let again = suite.again();
        if !again.is_empty() && attempt < options.attempts && !stop.is_stopped() {
            next = Some(again);
        }
    }
    Ok(suite.close())
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
