//! A whole certification: run the instances, judge each as it finishes, compare it with its snapshot, add it all up.

mod attempts;
mod partition;
mod rehearsal;
mod selection;

pub use partition::Partition;
pub use rehearsal::{Part, Sent, rehearse};
pub use selection::{LeftOut, SelectionError, harmless, select, select_harmless};

use attempts::Suite;

use crate::exit::Exit;
use crate::judge::snapshot::Snapshots;
use crate::judge::summary::{Counts, Tally};
use crate::judge::verdict::{Verdict, VerdictKind};
use crate::judge::{Judged, judge};
use crate::run::record::TwinRecord;
use crate::run::{Options, RunError, RunEvent, RunSummary, StopSignal, run};
use crate::target::Target;
use crate::wire::redact::Redactor;
use oss403_case::Instance;

/// A certification that is over.
#[derive(Debug, Default)]
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
    /// An instance was run once. It is not done when it may be run again.
    Ran {
        /// Which attempt it was, counted from 1.
        attempt: usize,
        /// What happened, unredacted.
        record: &'r TwinRecord,
        /// Hides what the record's requests carried.
        redactor: &'r Redactor,
    },
    /// An instance is done.
    Finished(&'r Finished<'r>),
    /// An instance is done, and fails as a baseline has it.
    Known(&'r Finished<'r>),
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
        // Of what has been run as often as it may, nothing is left.
        let again = suite.again();
        if !again.is_empty() && !stop.is_stopped() {
            next = Some(again);
        }
    }
    Ok(suite.close())
}

/// Judges what was recorded before, in the order in which it ended, as [`certify`] did when it happened. Nothing is sent, and nothing is
/// compared with snapshots.
pub fn retell(
    instances: &[Instance],
    attempts: usize,
    records: impl IntoIterator<Item = (usize, Instance, TwinRecord)>,
    on_step: impl FnMut(Step<'_>) + Send,
) -> Certified {
    let mut tally = Tally::default();
    for instance in instances {
        tally.plan(&instance.file.cause);
    }
    let mut suite = Suite::new(tally, None, attempts, on_step);
    for (attempt, instance, record) in records {
        let redactor = record.redactor();
        suite.take(
            attempt,
            RunEvent::Finished {
                instance,
                record: Box::new(record),
                redactor,
            },
        );
    }
    suite.close()
}

/// Whether a record alone shows that its instance is not conformant.
pub fn has_failed(instance: &Instance, record: &TwinRecord) -> bool {
    judge(instance, record).verdict().kind().is_failure()
}

impl Certified {
    /// Adds instances that an earlier run has judged, which this one finishes.
    pub fn take_over<'i>(
        &mut self,
        judged: impl IntoIterator<Item = (&'i Instance, Verdict, u64)>,
    ) {
        for (instance, verdict, elapsed_us) in judged {
            self.tally.plan(&instance.file.cause);
            self.tally.add_instance(instance, verdict, elapsed_us);
        }
    }

    /// The exit code that this result asks for. A run in which everything was set aside has shown nothing, and is no success.
    pub fn exit(&self) -> Exit {
        self.exit_but(0, false)
    }

    /// The same, where so many failures are known: they are no success either, but something was shown. And where what is flaky may
    /// count as no failure.
    pub fn exit_but(&self, known: usize, flaky_passes: bool) -> Exit {
        let counts: Counts = self.tally.instances();
        let count = |verdict| counts.get(&verdict).copied().unwrap_or_default();
        let any = |verdict| count(verdict) > 0;
        let mut failures = vec![VerdictKind::Deviates, VerdictKind::NotProvoked];
        if !flaky_passes {
            failures.push(VerdictKind::Flaky);
        }
        if self.run.stopped.is_some() {
            Exit::Interrupted
        } else if any(VerdictKind::HarnessError) || !self.run.left_behind.is_empty() {
            Exit::Target
        } else if failures.into_iter().map(count).sum::<usize>() > known {
            Exit::Deviations
        } else if any(VerdictKind::Conformant) || any(VerdictKind::Flaky) || known > 0 {
            Exit::Ok
        } else {
            Exit::NothingSelected
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::Twin;
    use crate::judge::verdict::Facet;
    use crate::run::StopReason;

    fn exit(verdicts: &[Verdict], left_behind: bool, interrupted: bool) -> Exit {
        let mut tally = Tally::default();
        for verdict in verdicts {
            tally.plan("cause");
            tally.add("cause", *verdict, 1);
        }
        let left = || "bucket oss403-1".into();
        let run = RunSummary {
            left_behind: left_behind.then(left).into_iter().collect(),
            stopped: interrupted.then_some(StopReason::Asked),
            ..RunSummary::default()
        };
        Certified {
            tally,
            run,
            snapshots: SnapshotCounts::default(),
        }
        .exit()
    }

    /// The contract of the README: 0 conformant, 1 deviations, flaky or not-provoked, 3 the target or the harness, 4 nothing was tested,
    /// 130 interrupted.
    #[test]
    fn every_verdict_has_its_exit_code_and_the_gravest_counts() {
        use Verdict::*;
        let alone = [
            (Conformant, Exit::Ok),
            (Deviates(Facet::Envelope), Exit::Deviations),
            (Deviates(Facet::Granted), Exit::Deviations),
            (Deviates(Facet::Unanswered), Exit::Deviations),
            (NotProvoked, Exit::Deviations),
            (Flaky, Exit::Deviations),
            (HarnessError, Exit::Target),
            (NotClaimed, Exit::NothingSelected),
            (NotApplicable, Exit::NothingSelected),
            (Disabled, Exit::NothingSelected),
        ];
        for (verdict, code) in alone {
            assert_eq!(exit(&[verdict], false, false), code, "{verdict:?}");
            let beside = match code {
                Exit::NothingSelected => Exit::Ok,
                other => other,
            };
            assert_eq!(
                exit(&[Conformant, verdict], false, false),
                beside,
                "{verdict:?}"
            );
            assert_eq!(
                exit(&[verdict, Conformant], false, false),
                beside,
                "{verdict:?}"
            );
            let worse = exit(
                &[verdict, HarnessError, Deviates(Facet::Code)],
                false,
                false,
            );
            assert_eq!(worse, Exit::Target, "{verdict:?}");
            // What stays behind has to be removed by somebody, whatever else is right or wrong.
            assert_eq!(exit(&[verdict], true, false), Exit::Target, "{verdict:?}");
            for left_behind in [false, true] {
                let interrupted = exit(&[verdict], left_behind, true);
                assert_eq!(interrupted, Exit::Interrupted, "{verdict:?}");
            }
        }
        // What is flaky may be let pass, and nothing else.
        for verdict in alone.map(|(verdict, _)| verdict) {
            let mut certified = Certified {
                tally: Tally::default(),
                run: RunSummary::default(),
                snapshots: SnapshotCounts::default(),
            };
            certified.tally.plan("cause");
            certified.tally.add("cause", verdict, 1);
            let expected = match verdict {
                Flaky => Exit::Ok,
                _ => certified.exit(),
            };
            assert_eq!(certified.exit_but(0, true), expected, "{verdict:?}");
        }
        assert_eq!(exit(&[], false, false), Exit::NothingSelected);
        assert_eq!(exit(&[], true, false), Exit::Target);
    }

    #[test]
    fn a_record_alone_shows_whether_its_instance_has_failed() {
        let failed = |twin: &Twin| has_failed(&twin.instance, &twin.record);
        assert!(!failed(&Twin::new()));
        assert!(failed(&Twin::new().base(403)), "not provoked");
        assert!(failed(&Twin::new().edited(|answer| answer.status = 200)));
    }
}
