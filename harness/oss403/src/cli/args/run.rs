//! The arguments of `run`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use oss403_case::revision::Revision;

use super::{AgainOptions, EXIT_CODES, at_least_one, report, revision, time};
use crate::suite::Partition;

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct RunArgs {
    /// Causes, codes, instance ids, parts of ids up to a `/`, globs with `*`, or paths of case files (`*.yaml`). Everything, when none is
    /// given.
    #[arg(value_name = "FILTER|PATH.yaml")]
    pub filters: Vec<String>,
    /// The options.
    #[command(flatten)]
    pub options: RunOptions,
}

/// Options of `run`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct RunOptions {
    /// Target profile, or `embedded` for the reference server inside this process (the default).
    #[arg(long, value_name = "FILE")]
    pub target: Option<PathBuf>,
    /// `documented`, the causes of the 403 page, or `observed`, those and what the service was seen to refuse besides.
    #[arg(long, value_name = "NAME", default_value = "documented", value_parser = revision(), hide_possible_values = true)]
    pub revision: Revision,
    /// Write a report: json, events, junit, junit+file, ctrf, sarif, tap, markdown or html. `-` is standard output: what else is printed then goes to
    /// standard error.
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = report(), hide_possible_values = true)]
    pub reports: Vec<String>,
    /// Deviations that are known (`oss403 baseline`): they fail no run and raise no level. One that passes, has expired, or fails in another
    /// way ends the run with 1.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Show so many failures of each cause, or all. Default: 3, and what several causes have in common once.
    #[arg(long, value_name = "N|all", value_parser = most)]
    pub failures: Option<Most>,
    /// Print the sums alone.
    #[arg(long, short, conflicts_with_all = ["verbose", "failures"])]
    pub quiet: bool,
    /// Print every instance as it is done.
    #[arg(long, short)]
    pub verbose: bool,
    /// End with 1 unless the level is at least this one, from 1 to 4. Of parts, `report merge` states it.
    #[arg(long, value_name = "N", conflicts_with = "partition", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub min_level: Option<u8>,
    /// End with 1 unless this cause is conformant, or this capability is claimed and shown. May be given more than once.
    #[arg(long = "require", value_name = "CAUSE|CAPABILITY")]
    pub required: Vec<String>,
    /// Decides the order of the instances.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Most instances at a time.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub jobs: Option<usize>,
    /// Run an instance that deviates or was not provoked again, in another world, until it was run so often; what differs is flaky.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub attempts: Option<usize>,
    /// Leave what failed instances were run in on the target: buckets, people, accounts, not the states that an operator made. The notes
    /// at the end say what stays, which is half of the buckets that the profile allows at most.
    #[arg(long)]
    pub keep: bool,
    /// Only what is harmless: nothing that cannot be undone, costs more than requests, takes long, or needs a domain or an operator.
    #[arg(long)]
    pub harmless: bool,
    /// Send the service itself (hosts under aliyuncs.com) what nobody can undo, too: locked retention policies.
    #[arg(long, conflicts_with = "harmless")]
    pub allow_irreversible: bool,
    /// Begin nothing new after so long, as if interrupted: a whole number with `s`, `m`, `h` or `d`.
    #[arg(long, value_name = "SPAN", value_parser = time)]
    pub time: Option<Duration>,
    /// Run only the M-th of N parts, counted from 1: `M/N` deals worlds out evenly, `hash:M/N` instances by their ids, so that a new one
    /// never moves others, and `auto` asks the variables of Kubernetes Indexed Jobs (with OSS403_PARTITIONS), GitLab, Buildkite, CircleCI.
    #[arg(long, value_name = "M/N|hash:M/N|auto")]
    pub partition: Option<Partition>,
    /// Keep running: whenever a case file is saved, check it and run those of its scenarios that are not what they were. Ctrl-C ends it.
    #[arg(long, conflicts_with_all = ["reports", "partition", "keep", "harmless", "min_level", "required", "time"])]
    pub watch: bool,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Folder of the snapshots. Default: ./snapshots when it exists.
    #[arg(long, value_name = "DIR")]
    pub snapshots: Option<PathBuf>,
    /// Folder of the journal. Default: ./reports.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Journals of finished runs that stay in their folder; older ones are removed, unless the run left something behind. Default: 20.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub keep_journals: Option<usize>,
    /// What has to do with earlier runs.
    #[command(flatten)]
    pub again: AgainOptions,
}

/// A number, or no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    /// So many.
    Of(usize),
    /// All there are.
    All,
}

impl Most {
    /// The number, when there is one.
    pub fn limit(self) -> Option<usize> {
        match self {
            Self::Of(number) => Some(number),
            Self::All => None,
        }
    }
}

fn most(text: &str) -> Result<Most, String> {
    match text.parse() {
        Ok(number) => Ok(Most::Of(number)),
        Err(_) if text == "all" => Ok(Most::All),
        Err(_) => Err("must be a whole number or `all`".into()),
    }
}
