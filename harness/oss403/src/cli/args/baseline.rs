//! Arguments of `baseline`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Arguments of `baseline`.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: BaselineCommand,
}

/// What `baseline` does.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Record what fails in a result and is in no entry yet. What stands there stays as it is, comments and dates too; a file that is not
    /// there is made. Ends with 1 when something is left that fails the next run
    Update(UpdateArgs),
    /// Drop the entries of which everything ran and passed in a result. The comment right above an entry goes with it
    Prune(PruneArgs),
    /// Read a baseline, hold it against the ledger, and say what expires soon
    Check(KnownArgs),
}

/// Arguments of `baseline update`.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// The baseline.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The result: a result file or a stream of events.
    #[arg(long, value_name = "RESULT|EVENTS")]
    pub from: PathBuf,
    /// Why what is new is put up with.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Whose it is.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// The last day on which new entries count, at most a year ahead: `2027-03-01`.
    #[arg(long, value_name = "DAY")]
    pub expires: Option<String>,
    /// Where it is followed up.
    #[arg(long, value_name = "URL")]
    pub link: Option<String>,
    /// Record what is granted, done or shown as well: somebody who may decide that has decided it.
    #[arg(long)]
    pub accept_risk: bool,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `baseline prune`.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// The baseline.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The result: a result file or a stream of events.
    #[arg(long, value_name = "RESULT|EVENTS")]
    pub from: PathBuf,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}

/// Arguments of `baseline check`.
#[derive(Debug, Args)]
pub struct KnownArgs {
    /// The baseline.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The target profile that it is to fit, or `embedded`.
    #[arg(long, value_name = "PROFILE")]
    pub target: Option<PathBuf>,
    /// Folder of the case files. Default: ./cases when it is a ledger, else the one compiled in.
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
}
