//! Target profiles: the YAML file in which a target's address, identities and claims are written down.

use std::path::Path;

use crate::case::diagnostic::Diagnostic;

/// A target profile as it was read; nothing in it has been contacted yet.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name of the target.
    pub name: String,
}

impl Profile {
    /// The profile of the reference server inside this process, without faults.
    pub fn embedded() -> Self {
        Self { name: "embedded".into() }
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn load(_path: &Path) -> Result<Self, Vec<Diagnostic>> {
        Ok(Self::embedded())
    }

    /// Everything that is wrong with a profile's text, without a network.
    pub fn check(_text: &str, _path: &Path) -> Vec<Diagnostic> {
        Vec::new()
    }
}
