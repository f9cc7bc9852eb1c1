//! What a run tells its caller while it goes on.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::record::TwinRecord;
use super::stop::StopReason;
use crate::wire::redact::Redactor;
use oss403_case::Instance;
use oss403_case::model::Capability;

/// A step of a run.
#[derive(Debug)]
pub enum RunEvent {
    /// The plan stands; that many instances will be finished unless the run is stopped.
    Planned {
        /// How many.
        instances: usize,
    },
    /// An instance is done.
    Finished {
        /// What was asked.
        instance: Instance,
        /// What happened, unredacted.
        record: Box<TwinRecord>,
        /// Hides what the record's requests carried.
        redactor: Redactor,
    },
    /// Something that the run made could not be removed.
    LeftBehind(String),
    /// Nothing follows.
    Done,
}

/// What a run was, once it is over.
#[derive(Debug, Clone, Default)]
pub struct RunSummary {
    /// Requests sent, fixtures and canaries included.
    pub requests: u64,
    /// Wall time.
    pub elapsed: Duration,
    /// What the run made and could not remove, in words.
    pub left_behind: Vec<String>,
    /// What else there is to say of it, in words.
    pub notes: Vec<String>,
    /// What the target refuses to everybody, as the profile says or a canary was told.
    pub retired: BTreeSet<Capability>,
    /// Why it was stopped before everything was done, when it was.
    pub stopped: Option<StopReason>,
    pub journal: PathBuf,
}
