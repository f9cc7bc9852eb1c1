//! Arguments of `report` and of what it does with several results.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Format, OnFlaky, at_least_one, report};

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ReportArgs {
    /// What to do besides.
    #[command(subcommand)]
    pub command: Option<ReportCommand>,
    /// Which reports of what.
    #[command(flatten)]
    pub render: RenderArgs,
}

/// What `report` does with several results.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Say what differs between two results: two nights, or two servers. Ends with 1 when something is worse
    Compare(CompareArgs),
    /// Make one result of the parts of a run (`--partition`): none missing, none doubled, none of another run. Ends as the one run would
    /// have ended
    Merge(MergeArgs),
    /// Make a page of a result that stands alone: the verdict, the causes, every instance
    Html(HtmlArgs),
    /// Compare several servers, and the nights of each, in pages that any host can serve
    Site(SiteArgs),
}

/// Arguments of `report site`.
#[derive(Debug, Args)]
pub struct SiteArgs {
    /// Results, or folders of them: bundles, or what nights have left. Of each server there may be as many as there are.
    #[arg(value_name = "PATH", required = true)]
    pub results: Vec<PathBuf>,
    /// The folder that the pages are written to.
    #[arg(long, value_name = "SITE")]
    pub out: PathBuf,
    /// Of each server, how many of its last nights have a page of what was sent and answered. Older ones keep their place in the history,
    /// and their page only when something began there that is still wrong.
    #[arg(long, value_name = "N", default_value = "14", value_parser = at_least_one)]
    pub pages: usize,
    /// Folder of the case files, which say what causes mean. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `report html`.
#[derive(Debug, Args)]
pub struct HtmlArgs {
    /// A result file or a stream of events.
    #[arg(value_name = "RESULT")]
    pub from: PathBuf,
    /// Where the page goes; `-` is standard output.
    #[arg(long, value_name = "PATH", default_value = "oss403.html")]
    pub out: PathBuf,
    /// Folder of the case files, which say what causes mean. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `report merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The results of the parts, result files or streams of events. Of two of the same part, the later one counts that came to its end.
    #[arg(value_name = "FILE", required = true)]
    pub parts: Vec<PathBuf>,
    /// Write a report, as for `run`. May be given more than once.
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = report(), hide_possible_values = true)]
    pub reports: Vec<String>,
    /// End with 1 unless the level is at least this one, from 1 to 4.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub min_level: Option<u8>,
    /// Whether what is flaky fails the whole, as for `run`. Default: fail.
    #[arg(long, value_name = "pass|fail", hide_possible_values = true)]
    pub flaky: Option<OnFlaky>,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `report`, without a command.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// A result file or a stream of events.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Write a report, as for `run`. May be given more than once.
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = report(), hide_possible_values = true)]
    pub reports: Vec<String>,
    /// Folder of the case files, for reports that say what causes mean. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `report compare`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each instance that is not as it was is one of: new, it fails and did not, or was not there; changed, it fails in another \
        way; gone, it is not in AFTER, or was not done there; fixed; added, it is in AFTER alone and does not fail; other, neither failed \
        and yet the verdict is another.\n\n\
        Exit codes: 0 nothing is new, changed or gone; 1 something is, or the run of AFTER did not come to its end; 2 one of the two is no \
        result. What a baseline knows fails all the same, so that it is neither new nor changed as long as it stays as it is."
)]
pub struct CompareArgs {
    /// The result before: a result file or a stream of events.
    #[arg(value_name = "BEFORE")]
    pub first: PathBuf,
    /// The result after.
    #[arg(value_name = "AFTER")]
    pub second: PathBuf,
    /// Text to read, or JSON.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}
