//! The case language: reading, checking and expanding the ledger. Knows nothing of sockets.

pub mod model;

use std::sync::Arc;

use model::{CaseFile, Scenario};

/// One scenario with every axis given a value: what a run sends and judges.
#[derive(Debug, Clone)]
pub struct Instance {
    /// `cause/scenario` or `cause/scenario/label-label…`, unique in the ledger; the labels are those of the axes, in order.
    pub id: String,
    /// The file it comes from.
    pub file: Arc<CaseFile>,
    /// Axis name and label, in the order of the matrix.
    pub axes: Vec<(String, String)>,
    /// The scenario with its `$axis` names replaced.
    pub scenario: Arc<Scenario>,
}
