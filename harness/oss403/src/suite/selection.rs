//! What a certification is of: the instances that filters and case files name, or a part of them.

use std::collections::HashSet;
use std::sync::Arc;

use super::Partition;
use crate::exit::Exit;
use oss403_case::ledger::Entry;
use oss403_case::select::UnknownFilter;
use oss403_case::{Instance, Ledger};

/// Why there is nothing to certify.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// A filter names nothing.
    #[error(transparent)]
    Unknown(#[from] UnknownFilter),
    /// Two instances have the same id.
    #[error("the instance `{0}` is selected twice")]
    Twice(String),
    /// The part is empty.
    #[error("nothing is selected")]
    Nothing,
}

/// The instances that the filters name in the ledger (all of it when there is neither filter nor file) and those of the case files, as far
/// as they belong to the part.
///
/// # Errors
/// When a filter names nothing, an instance is named twice, or nothing is left.
pub fn select(
    ledger: &Ledger,
    filters: &[String],
    files: &[Entry],
    partition: Option<Partition>,
) -> Result<Vec<Instance>, SelectionError> {
    let mut instances = Vec::new();
    if files.is_empty() || !filters.is_empty() {
        instances = ledger.select(filters)?;
    }
    instances.extend(files.iter().flat_map(own));
    if let Some(twice) = first_twice(&instances) {
        return Err(SelectionError::Twice(twice.to_owned()));
    }
    if let Some(partition) = partition {
        instances = partition.of(instances);
    }
    if instances.is_empty() {
        return Err(SelectionError::Nothing);
    }
    Ok(instances)
}

/// The instances of a case file by itself. Whoever names a file means all that is in it: also what is our own inference, which counts for
/// no foreign server where the whole ledger is run.
fn own(file: &Entry) -> impl Iterator<Item = Instance> {
    file.instances().map(|mut instance| {
        if instance.scenario.reference_only {
            Arc::make_mut(&mut instance.scenario).reference_only = false;
        }
        instance
    })
}

/// The first id that two instances have.
fn first_twice(instances: &[Instance]) -> Option<&str> {
    let mut seen = HashSet::new();
    let mut ids = instances.iter().map(|instance| instance.id.as_str());
    ids.find(|id| !seen.insert(*id))
}

impl SelectionError {
    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Unknown(unknown) => Some(&unknown.help),
            Self::Twice(_) => Some("two files, or a file and a filter, have it"),
            Self::Nothing => None,
        }
    }

    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unknown(_) | Self::Nothing => Exit::NothingSelected,
            Self::Twice(_) => Exit::Usage,
        }
    }
}
