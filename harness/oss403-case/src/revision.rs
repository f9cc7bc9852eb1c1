//! The revisions of the suite: which list of causes is run, and which the level is stated of.
//!
//! Each revision is a frozen list beside the folders of the codes, and each includes the former. What is added later never changes
//! what an earlier one means: neither its name, nor its list, nor its hash.

use std::fmt;
use std::str::FromStr;

/// A revision of the suite.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revision {
    /// The 51 causes of the page "HTTP status code 403" of 2023-06-27.
    #[default]
    Documented,
    /// Those, and the refusals with 403 that the service was seen to give, or another page documents, besides.
    Observed,
}

impl Revision {
    /// Every revision, the smallest first.
    pub const ALL: [Self; 2] = [Self::Documented, Self::Observed];

    /// The word that selects it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
        }
    }

    /// Its name with the date at which its list was frozen: what a level is stated of.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented-2023-06-27",
            Self::Observed => "observed-2026-11",
        }
    }

    /// The file of its own list, without the causes of the former revisions.
    pub fn list(self) -> &'static str {
        match self {
            Self::Documented => "causes.tsv",
            Self::Observed => "observed.tsv",
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Revision {
    type Err = String;

    /// Reads the word or the whole name, so that a name copied from a report selects what the report is about.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|revision| [revision.word(), revision.name()].contains(&text))
            .ok_or_else(|| {
                let words = Self::ALL.map(|revision| format!("`{}`", revision.word()));
                format!("must be {}", words.join(" or "))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_read_by_its_word_and_by_its_name() {
        for revision in Revision::ALL {
            assert_eq!(revision.word().parse(), Ok(revision));
            assert_eq!(revision.name().parse(), Ok(revision));
        }
        assert_eq!(
            "observd".parse::<Revision>(),
            Err("must be `documented` or `observed`".into())
        );
    }
}
