//! Arguments of runs that go on, and of what removes what dead ones left.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use oss403_case::model::Span;

/// Options of `run` that have to do with earlier runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct AgainOptions {
    /// Finish a run that was interrupted or killed: what it left at the target is removed, what it has judged is taken over, the rest is
    /// run. Everything else has to be asked for as it was then. JOURNAL is its journal, or its stream of events.
    #[arg(long, value_name = "JOURNAL", conflicts_with = "rerun_failed")]
    pub resume: Option<PathBuf>,
    /// Run only what was not conformant in an earlier result (JSON or events), as far as it is selected. No level is stated of that; ends
    /// with 4 when there is nothing to run.
    #[arg(long, value_name = "RESULT")]
    pub rerun_failed: Option<PathBuf>,
    /// Whether what is flaky fails the run. It is never conformant, and stands against a level in any case. Default: fail.
    #[arg(long, value_name = "pass|fail", hide_possible_values = true)]
    pub flaky: Option<OnFlaky>,
}

/// What becomes of a run in which something is flaky.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnFlaky {
    /// It does not fail for that.
    Pass,
    /// It fails.
    Fail,
}

/// Arguments of `sweep`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a journal, those in --out of runs against this target that died are swept; then the buckets of runs of which there is \
        no journal, by their names: oss403-<run>-<number>, where the run's id proves itself, so that no other bucket is taken for one.\n\n\
        Exit codes: 0 nothing is left; 2 usage, or the journal is none, of another target, or of a run that lives; 3 something is left, \
        or the target is unreachable; 130 interrupted."
)]
pub struct SweepArgs {
    /// Journals of dead runs. Only what these runs left is removed then.
    #[arg(value_name = "JOURNAL")]
    pub journals: Vec<PathBuf>,
    /// Target profile.
    #[arg(long, value_name = "FILE")]
    pub target: PathBuf,
    /// Say what would be removed, and remove nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Where there is no journal: take a run for dead when its youngest bucket is older than this. Default: 24h.
    #[arg(long, value_name = "SPAN", value_parser = age, conflicts_with = "journals")]
    pub older_than: Option<Duration>,
    /// Folder of the journals. Where JOURNAL is a copy of one in it, that one is settled too. Default: ./reports.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// A span that may be nothing.
fn age(text: &str) -> Result<Duration, String> {
    let Ok(span) = text.parse::<Span>() else {
        return Err(
            "must be a whole number with its unit, such as `90s`, `15m`, `1h`, `7d`".into(),
        );
    };
    let seconds = u64::try_from(span.seconds()).map_err(|_| "must not be below zero")?;
    Ok(Duration::from_secs(seconds))
}
