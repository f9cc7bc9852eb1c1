//! What a run records of one instance: enough to judge it, now or later, without a network.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::wire::exchange::Exchange;

/// Everything that was sent and seen for one instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TwinRecord {
    /// Id of the instance.
    pub instance: String,
    /// How far it came.
    pub progress: Progress,
    /// The base request; absent when it was never sent.
    pub base: Option<Exchange>,
    /// The edited request; absent when it was never sent.
    pub edited: Option<Exchange>,
    /// The edited request for the object of `expect.same-for`; absent when the scenario names none, or it was never sent.
    #[serde(default)]
    pub same_for: Option<Exchange>,
    /// What the owner read before and after the edited request, one for each entry of `unchanged`.
    pub probes: Vec<Probe>,
    /// Contents of the objects that a refusal must not show, with the key each belongs to.
    pub secrets: Vec<(String, String)>,
    /// What the `${…}` placeholders of this instance stood for (names of buckets, UIDs, regions, hosts).
    pub placeholders: BTreeMap<String, String>,
    /// The expectation's `elements`, placeholders replaced.
    pub elements: Vec<(String, String)>,
    /// The expectation's message, placeholders replaced; `None` means the cause's own.
    pub message: Option<String>,
    /// Requests sent for this instance, fixtures included as far as they were its own.
    pub requests: u64,
    /// Microseconds from its first request to its last.
    pub elapsed_us: u64,
}

/// How far an instance came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Both requests were sent and every probe was read.
    Complete,
    /// The target does not claim what the scenario needs.
    NotClaimed(String),
    /// It cannot apply to this target.
    NotApplicable(String),
    /// Its world could not be made: a precondition failed on the target's side.
    PreconditionFailed(String),
    /// Our fault, or the network's.
    HarnessError(String),
    /// The run was interrupted before it was done.
    Interrupted,
}

/// The same read, before and after.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Probe {
    /// The entry of `unchanged`.
    pub target: String,
    /// Before the edited request.
    pub before: Exchange,
    /// After it.
    pub after: Exchange,
}
