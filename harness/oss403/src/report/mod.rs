//! Reports: functions of the stream of finished instances.
//!
//! Everything that a report repeats of a server or of a request goes through [`entry::Entry`], where it is redacted once.

mod atomic;
pub mod checked;
pub mod compare;
mod ctrf;
mod diff;
pub mod entry;
pub mod events;
mod failures;
pub(crate) mod flow;
pub mod found;
pub mod github;
pub mod html;
pub mod json;
mod junit;
pub mod kill_matrix;
pub mod lore;
mod markdown;
pub mod merge;
pub mod progress;
pub mod read;
pub mod resume;
mod sarif;
pub mod sink;
mod spool;
pub mod style;
mod tap;
pub mod terminal;
mod workspace;

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::baseline::Account;
use crate::exit::Exit;
use crate::judge::scope::Scope;
use crate::judge::summary::{Level, NoLevel, Tally};
use crate::suite::Certified;

/// What a report says of a run as a whole, once it is over.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Revision of the suite: the frozen set of causes that the level is stated of.
    pub revision: String,
    /// Digest of the case files.
    pub hash: String,
    /// Causes in the ledger.
    pub ledger_causes: usize,
    /// Name of the target.
    pub target: String,
    pub endpoint: String,
    /// The file of its profile, as it was named.
    pub profile: Option<String>,
    /// How the reference server is configured, when that is the target.
    pub reference: Option<String>,
    /// What of the suite was run.
    pub selection: json::Selection,
    /// What decided the order.
    pub seed: u64,
    /// Seconds since 1970 at which the run began.
    pub started: i64,
    /// Wall time.
    pub elapsed: Duration,
    /// Requests sent.
    pub requests: u64,
    /// What became of the causes.
    pub tally: Tally,
    /// What the baseline came to, when there is one.
    pub baseline: Option<Account>,
    /// The level attained, or why none can be stated.
    pub level: Result<Level, NoLevel>,
    /// What the level is stated for.
    pub scope: Scope,
    /// What was asked of the result besides, and is not so.
    pub unmet: Vec<String>,
    /// Whether the run was stopped before everything was done.
    pub interrupted: bool,
    /// Whether it was because the time it was given ran out.
    pub time_ran_out: bool,
    /// Why the run cannot be relied upon, when it cannot: a canary failed, or the journal could not be written.
    pub failure: Option<String>,
    /// What else there is to say of the run.
    pub notes: Vec<String>,
    /// What the run made and could not remove.
    pub left_behind: Vec<String>,
    /// What the comparison with the snapshots came to, in words.
    pub snapshots: String,
}

impl Facts {
    /// The exit code that a certification asks for, with what the baseline knows and what else was asked of it.
    pub fn exit(&self, certified: &Certified, flaky_passes: bool) -> Exit {
        let account = self.baseline.as_ref();
        let known = account.map_or(0, |account| account.counts.known);
        let is_red = account.is_some_and(|account| account.red().next().is_some());
        match certified.exit_but(known, flaky_passes) {
            Exit::Ok | Exit::NothingSelected if is_red => Exit::Deviations,
            Exit::Ok if !self.unmet.is_empty() => Exit::Deviations,
            // In another part there may be something to test: whether nothing was tested is a matter of the whole.
            Exit::NothingSelected if self.selection.partition.is_some() => Exit::Ok,
            exit => exit,
        }
    }
}
