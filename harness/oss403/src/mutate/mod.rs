//! Testing the suite: the reference server is made wrong in one respect after the other, and the suite has to notice each time.
//!
//! The mutants are made from the table of checks, the causes and the limits ([`generate()`]), not listed beside them: whoever adds a check
//! has added its mutants. [`matrix::run()`] runs each against the scenarios that could notice it. A mutant that none of them notices is a
//! gap in the suite, unless [`equivalent`] says why nobody could notice it; an instance that notices no mutant of behaviour is idle.

pub mod equivalent;
mod generate;
pub mod matrix;
pub mod neighbours;
pub mod outside;
#[cfg(test)]
mod tests;

use oss_reference::config::Faults;

pub use generate::generate;

/// A reference server that is wrong in one respect.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// `kind/subject`, unique.
    pub id: String,
    /// What kind of error it has.
    pub kind: Kind,
    /// What is wrong with it, in words.
    pub description: String,
    /// Ids of the causes whose scenarios could notice.
    pub causes: Vec<&'static str>,
    /// The server's faults.
    pub faults: Faults,
}

/// Kinds of mutants.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// A check is skipped.
    SkipCheck,
    /// A check that refuses for several causes lets one of them through.
    LetThrough,
    /// Two neighbouring checks have changed places.
    SwapChecks,
    /// A limit is off by one.
    OffByOne,
    /// What is refused happens all the same.
    DenyButApply,
    /// The refusal shows what it hides.
    DenyButLeak,
    WrongStatus,
    WrongCode,
    WrongMessage,
    /// An element or header of the envelope is missing or says something else.
    WrongEnvelope,
}

impl Kind {
    /// Every kind, those of behaviour first.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name in ids and reports.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a server of this kind decides or acts otherwise, rather than only answering in other words. Every instance notices that an
    /// answer reads otherwise; it takes a good one to notice what a server does.
    pub fn is_behaviour(self) -> bool {
        matches!(
            self,
            Self::SkipCheck
                | Self::LetThrough
                | Self::SwapChecks
                | Self::OffByOne
                | Self::DenyButApply
                | Self::DenyButLeak
        )
    }
}
