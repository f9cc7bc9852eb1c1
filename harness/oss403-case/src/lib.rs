//! The case language: reading, checking and expanding the ledger. Knows nothing of sockets.
//!
//! A text becomes a [`document::Document`], which knows where everything stands; [`check::file`] reads its header and makes a
//! [`expand::Template`] of each scenario; a template gives an [`Instance`] for each combination of its matrix.

pub mod check;
pub mod decode;
pub mod diagnostic;
pub mod document;
pub mod edit;
pub mod expand;
pub mod ledger;
mod matrix;
pub mod model;
pub mod needs;
pub mod placeholder;
pub mod request_line;
pub mod revision;
pub mod schema;
pub mod select;
pub mod span;
pub mod suggest;
pub mod template;
pub mod visit;
pub mod words;
pub mod yaml;

use std::sync::Arc;

pub use ledger::Ledger;
pub use model::Stage;
use model::{CaseFile, Scenario};
pub use needs::Needs;

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
    /// What it asks of a target.
    pub needs: Arc<Needs>,
}

impl Instance {
    /// An instance of a scenario that no axis was replaced in.
    pub fn new(id: String, file: Arc<CaseFile>, scenario: Scenario) -> Self {
        let needs = Arc::new(Needs::of(&scenario, &file.elements));
        Self {
            id,
            file,
            axes: Vec::new(),
            scenario: Arc::new(scenario),
            needs,
        }
    }
}
