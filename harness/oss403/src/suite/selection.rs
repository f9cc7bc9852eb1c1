//! What a certification is of: the instances that filters and case files name, or a part of them.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::exit::Exit;
use oss403_case::ledger::Entry;
use oss403_case::select::UnknownFilter;
use oss403_case::{Instance, Ledger};

/// The m-th of n parts, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    part: u32,
    parts: u32,
}

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
        instances.retain(|instance| partition.holds(&instance.id));
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

impl Partition {
    /// Whether an id belongs to it. That depends on the id alone.
    pub fn holds(self, id: &str) -> bool {
        let hash = Sha256::digest(id.as_bytes());
        let number = hash[..8]
            .iter()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.parts) + 1 == u64::from(self.part)
    }
}

/// `2/4`, as on the command line.
impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once('/')
            .and_then(|(m, n)| Some((m.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((part, parts)) if 1 <= part && part <= parts => Ok(Self { part, parts }),
            Some(_) => Err("M counts from 1 to N".into()),
            None => Err("must look like `1/4`".into()),
        }
    }
}

/// `2 of 4`.
impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.part, self.parts)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_count_from_one_to_the_last() {
        let read = |text: &str| text.parse::<Partition>();
        assert_eq!(
            read("2/3").map(|part| part.to_string()),
            Ok("2 of 3".into())
        );
        for wrong in ["0/3", "4/3", "1/0", "1", "a/b", "-1/2", "1/2/3"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn partitions_cover_every_id_exactly_once() {
        for parts in [1, 2, 3, 7] {
            let mut sizes = vec![0; parts as usize];
            for number in 0..1_000 {
                let id = format!("cause/scenario/{number}");
                let homes: Vec<u32> = (1..=parts)
                    .filter(|part| Partition { part: *part, parts }.holds(&id))
                    .collect();
                assert_eq!(homes.len(), 1, "{id} of {parts}");
                sizes[homes[0] as usize - 1] += 1;
            }
            // None is left with nothing to do.
            assert!(
                sizes.iter().all(|size| *size > 1_000 / parts as usize / 2),
                "{sizes:?}"
            );
        }
    }
}
