//! An instance: what a run sends and judges.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::burden::Burden;
use super::model::{CaseFile, Scenario};
use super::needs::Needs;

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

    /// What it costs, leaves or asks of people beyond its requests; nothing, when it is harmless.
    pub fn burdens(&self) -> BTreeSet<Burden> {
        Burden::of(&self.scenario, &self.needs)
    }
}
