//! An entry of a baseline: what it is for, and what it excuses.

use super::day::Day;
use super::fingerprint::Fingerprint;
use crate::judge::verdict::{Facet, VerdictKind};

/// An entry of a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// A cause, `cause/scenario`, or an instance.
    pub id: String,
    /// What is excused.
    pub verdict: Excused,
    /// What the failure is known by.
    pub observed: Fingerprint,
    /// Whether somebody knows what it means.
    pub accept_risk: bool,
    /// Why it is put up with.
    pub reason: String,
    /// Whose it is.
    pub owner: String,
    /// Where it is followed up.
    pub link: Option<String>,
    /// The day on which it was recorded.
    pub added: Option<Day>,
    /// The last day on which it counts.
    pub expires: Day,
    /// Where it stands in its file, counted from 1.
    pub line: usize,
}

/// What an entry excuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Excused {
    /// An answer that deviates in this facet.
    Deviates(Facet),
    /// A base that fails, or a precondition that cannot be had.
    NotProvoked,
    /// It is not run.
    Disabled,
}

impl Excused {
    const FACETS: [Facet; 8] = [
        Facet::Granted,
        Facet::Effect,
        Facet::Leak,
        Facet::Unanswered,
        Facet::Status,
        Facet::Code,
        Facet::Message,
        Facet::Envelope,
    ];

    /// Everything that can be excused.
    pub fn all() -> impl Iterator<Item = Self> {
        let facets = Self::FACETS.into_iter().map(Self::Deviates);
        facets.chain([Self::NotProvoked, Self::Disabled])
    }

    /// The names of all.
    pub fn names() -> Vec<String> {
        Self::all().map(Self::name).collect()
    }

    /// `deviates/message`, `not-provoked`, `disabled`.
    pub fn name(self) -> String {
        match self {
            Self::Deviates(facet) => format!("deviates/{}", facet.name()),
            Self::NotProvoked => "not-provoked".into(),
            Self::Disabled => "disabled".into(),
        }
    }

    /// From its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|known| known.name() == name)
    }

    /// What an entry may excuse of what became of an instance. What differs between attempts has no one answer to know it by, and what
    /// the harness or the network did says nothing of the target.
    pub fn of(verdict: VerdictKind, facet: Option<Facet>) -> Option<Self> {
        match verdict {
            VerdictKind::Deviates => facet.map(Self::Deviates),
            VerdictKind::NotProvoked => Some(Self::NotProvoked),
            _ => None,
        }
    }

    /// Whether somebody has to say that the risk is accepted.
    pub fn is_risky(self) -> bool {
        matches!(
            self,
            Self::Deviates(Facet::Granted | Facet::Effect | Facet::Leak)
        )
    }

    /// Whether status, code and message alone do not say what is wrong.
    pub fn needs_more(self) -> bool {
        matches!(
            self,
            Self::Deviates(Facet::Effect | Facet::Leak | Facet::Envelope)
        )
    }
}

/// Whether an entry with an id is for an instance.
pub fn is_for(id: &str, instance: &str) -> bool {
    let rest = instance.strip_prefix(id);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An id and all that it is part of, the shortest first: `a`, `a/b`, `a/b/c`.
pub(super) fn lineage(id: &str) -> impl Iterator<Item = &str> {
    let ends = id.match_indices('/').map(|(at, _)| at).chain([id.len()]);
    ends.map(move |end| &id[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_as_what_it_names() {
        for known in Excused::all() {
            assert_eq!(Excused::named(&known.name()), Some(known));
        }
        assert_eq!(Excused::named("deviates"), None);
        assert_eq!(Excused::named("flaky"), None);
    }

    #[test]
    fn an_id_is_for_what_stands_below_it_and_for_nothing_that_only_begins_alike() {
        assert!(is_for("a", "a/b/c") && is_for("a/b", "a/b/c") && is_for("a/b/c", "a/b/c"));
        assert!(!is_for("a/b", "a/bc") && !is_for("a/b/c", "a/b") && !is_for("a", "ab/c"));
        let all: Vec<&str> = lineage("a/b/c").collect();
        assert_eq!(all, ["a", "a/b", "a/b/c"]);
    }
}
