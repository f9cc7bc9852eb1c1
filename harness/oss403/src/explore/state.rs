//! Where an exploration stands, so that another one can go on with it.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Key;
use super::spoken::Unspoken;
use crate::target::quirk::Quirk;

/// Name of the file in the folder of the findings.
pub const FILE: &str = "fuzz-state.json";

/// Version of its format.
const VERSION: u32 = 1;

/// Where an exploration stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct State {
    /// Version of the format.
    version: u32,
    pub seed: u64,
    /// Name of the target.
    pub target: String,
    /// Hash of the ledger that the scenarios begin with.
    pub ledger: String,
    /// Whether there was no model.
    pub without_model: bool,
    /// The position to go on at.
    pub position: u64,
    /// How many findings were written.
    pub findings: u64,
    /// What was found.
    pub known: Vec<Key>,
    /// What was proposed as quirks.
    pub quirks: Vec<Quirk>,
    /// What the target does not speak.
    #[serde(default)]
    pub not_spoken: Vec<Unspoken>,
    /// Positions whose scenarios showed something that was not followed up yet.
    #[serde(default)]
    pub waiting: Vec<u64>,
}

impl State {
    /// At the beginning.
    pub fn new(seed: u64, target: &str, ledger: &str, without_model: bool) -> Self {
        Self {
            version: VERSION,
            seed,
            target: target.to_owned(),
            ledger: ledger.to_owned(),
            without_model,
            position: 0,
            findings: 0,
            known: Vec::new(),
            quirks: Vec::new(),
            not_spoken: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Whether two explorations look at the same target in the same way with the same scenarios.
    pub fn is_of(&self, other: &Self) -> bool {
        (self.seed, &self.target, &self.ledger, self.without_model)
            == (
                other.seed,
                &other.target,
                &other.ledger,
                other.without_model,
            )
    }

    /// What a folder holds.
    ///
    /// # Errors
    /// Why it holds nothing that can be gone on with, in words.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let state: Self =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        if state.version != VERSION {
            return Err(format!("{} is of another version", path.display()));
        }
        Ok(state)
    }

    /// Writes it. A reader sees the former one or this one, never a half.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        let path = folder.join(FILE);
        let draft = folder.join(format!("{FILE}.new"));
        std::fs::write(&draft, text + "\n")?;
        std::fs::rename(&draft, &path)
    }
}
