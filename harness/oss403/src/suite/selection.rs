//! What a certification is of: the instances that filters and case files name, or a part of them.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use oss403_case::ledger::Entry;
use oss403_case::select::UnknownFilter;
use oss403_case::{Burden, Instance, Ledger};

/// Why there is nothing to certify.
#[derive(Debug, thiserror::Error)]
pub enum SelectionError {
    /// A filter names nothing.
    #[error(transparent)]
    Unknown(#[from] UnknownFilter),
    /// Two instances have the same id.
    #[error("the instance `{0}` is selected twice")]
    Twice(String),
    /// There is nothing in what is named.
    #[error("nothing is selected")]
    Nothing,
    /// Only what is harmless was wanted.
    #[error("nothing that is selected is harmless; {0}")]
    NothingHarmless(LeftOut),
}

/// What a selection left out, since only what is harmless was wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// How many instances, of the whole selection and not of a part alone.
    pub instances: usize,
    /// How many of them have each burden, by its name; one instance may have several.
    pub burdens: BTreeMap<String, usize>,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { instances, burdens } = self;
        write!(f, "left out as not harmless: {instances}")?;
        for (number, (name, count)) in burdens.iter().enumerate() {
            let before = if number == 0 { " (" } else { ", " };
            write!(f, "{before}{count} {name}")?;
        }
        f.write_str(if burdens.is_empty() { "" } else { ")" })
    }
}

/// The instances that the filters name in the ledger (all of it when there is neither filter nor file) and those of the case files. What
/// belongs to a part of them says [`Partition::of`](super::Partition::of): a part may be empty, and a selection may not.
///
/// # Errors
/// When a filter names nothing, an instance is named twice, or nothing is named.
pub fn select(
    ledger: &Ledger,
    filters: &[String],
    files: &[Entry],
) -> Result<Vec<Instance>, SelectionError> {
    let instances = named(ledger, filters, files)?;
    if instances.is_empty() {
        return Err(SelectionError::Nothing);
    }
    Ok(instances)
}

/// The same without what costs, leaves or asks of people anything beyond requests and buckets that are removed at once
/// ([`Instance::burdens`]).
///
/// # Errors
/// As [`select`], and when nothing is harmless.
pub fn select_harmless(
    ledger: &Ledger,
    filters: &[String],
    files: &[Entry],
) -> Result<(Vec<Instance>, LeftOut), SelectionError> {
    let (instances, left_out) = harmless(select(ledger, filters, files)?);
    if instances.is_empty() {
        return Err(SelectionError::NothingHarmless(left_out));
    }
    Ok((instances, left_out))
}

/// Those that have no burden, and what the others have.
pub fn harmless(instances: Vec<Instance>) -> (Vec<Instance>, LeftOut) {
    let mut left_out = LeftOut::default();
    let is_harmless = |instance: &Instance| {
        let burdens = instance.burdens();
        left_out.instances += usize::from(!burdens.is_empty());
        for name in burdens.iter().copied().map(Burden::as_str) {
            *left_out.burdens.entry(name.to_owned()).or_default() += 1;
        }
        burdens.is_empty()
    };
    let instances = instances.into_iter().filter(is_harmless).collect();
    (instances, left_out)
}

fn named(
    ledger: &Ledger,
    filters: &[String],
    files: &[Entry],
) -> Result<Vec<Instance>, SelectionError> {
    let mut instances = Vec::new();
    if files.is_empty() || !filters.is_empty() {
        instances = ledger.select(filters)?;
    }
    instances.extend(files.iter().flat_map(own));
    if let Some(twice) = first_twice(&instances) {
        return Err(SelectionError::Twice(twice.to_owned()));
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
            Self::NothingHarmless(_) => Some(
                "without --harmless they run; `oss403 list --format json` says what each `leaves`",
            ),
        }
    }

    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unknown(_) | Self::Nothing | Self::NothingHarmless(_) => Exit::NothingSelected,
            Self::Twice(_) => Exit::Usage,
        }
    }
}
