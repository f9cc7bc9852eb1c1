//! Verdicts, and the facets in which an answer can deviate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The base succeeded, the edit was refused exactly so, nothing changed.
    Conformant,
    /// The answer deviates, in this facet at worst.
    Deviates(Facet),
    /// The base failed, or a precondition could not be reached.
    NotProvoked,
    /// The profile declares that the feature does not exist there.
    NotClaimed,
    /// Cannot apply to this target.
    NotApplicable,
    /// Not run, since an entry of the baseline says so.
    Disabled,
    /// Differed between attempts.
    Flaky,
    /// Our fault, or the network's.
    HarnessError,
}

/// In what an answer deviates, worst first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Facet {
    /// The edited request succeeded.
    Granted,
    /// It was refused, and yet something changed.
    Effect,
    /// The refusal shows what it should hide.
    Leak,
    /// The base was answered and the refused request was not, readably, however often it was sent.
    Unanswered,
    /// Another status.
    Status,
    /// Another code.
    Code,
    /// Another message.
    Message,
    /// The envelope or its headers are not as they should be.
    Envelope,
}

/// A verdict without its facet: what sums are made of, and what the result file calls the verdict.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Verdict", description = "What became of an instance.")]
#[strum(serialize_all = "kebab-case")]
pub enum VerdictKind {
    /// The base succeeded, the edit was refused exactly so, nothing changed.
    Conformant,
    /// The answer deviates in a facet.
    Deviates,
    /// The base failed, or a precondition could not be reached.
    NotProvoked,
    /// The profile declares that the feature does not exist there.
    NotClaimed,
    /// Cannot apply to this target.
    NotApplicable,
    /// Not run, since an entry of the baseline says so.
    Disabled,
    /// Differed between attempts.
    Flaky,
    /// Our fault, or the network's.
    HarnessError,
}

/// The judgement of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence a person can act on; empty when conformant.
    pub reason: String,
}

impl Verdict {
    /// From its two parts; `None` where a deviation has no facet.
    pub fn of(kind: VerdictKind, facet: Option<Facet>) -> Option<Self> {
        Some(match kind {
            VerdictKind::Conformant => Self::Conformant,
            VerdictKind::Deviates => Self::Deviates(facet?),
            VerdictKind::NotProvoked => Self::NotProvoked,
            VerdictKind::NotClaimed => Self::NotClaimed,
            VerdictKind::NotApplicable => Self::NotApplicable,
            VerdictKind::Disabled => Self::Disabled,
            VerdictKind::Flaky => Self::Flaky,
            VerdictKind::HarnessError => Self::HarnessError,
        })
    }

    /// The verdict without its facet.
    pub fn kind(self) -> VerdictKind {
        match self {
            Self::Conformant => VerdictKind::Conformant,
            Self::Deviates(_) => VerdictKind::Deviates,
            Self::NotProvoked => VerdictKind::NotProvoked,
            Self::NotClaimed => VerdictKind::NotClaimed,
            Self::NotApplicable => VerdictKind::NotApplicable,
            Self::Disabled => VerdictKind::Disabled,
            Self::Flaky => VerdictKind::Flaky,
            Self::HarnessError => VerdictKind::HarnessError,
        }
    }

    /// The worst facet, when it deviates.
    pub fn facet(self) -> Option<Facet> {
        match self {
            Self::Deviates(facet) => Some(facet),
            _ => None,
        }
    }
}

impl VerdictKind {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it was not asked at all.
    pub fn is_set_aside(self) -> bool {
        matches!(
            self,
            Self::NotClaimed | Self::NotApplicable | Self::Disabled
        )
    }

    /// Whether somebody should look at it.
    pub fn is_failure(self) -> bool {
        matches!(
            self,
            Self::Deviates | Self::NotProvoked | Self::Flaky | Self::HarnessError
        )
    }
}

impl Facet {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use VerdictKind::*;

    #[test]
    fn what_was_not_asked_is_set_aside_and_nothing_else() {
        for (kind, set_aside) in [
            (Conformant, false),
            (Deviates, false),
            (NotProvoked, false),
            (NotClaimed, true),
            (NotApplicable, true),
            (Disabled, true),
            (Flaky, false),
            (HarnessError, false),
        ] {
            assert_eq!(kind.is_set_aside(), set_aside, "{kind:?}");
        }
    }

    #[test]
    fn somebody_should_look_at_what_fails_and_at_nothing_else() {
        for (kind, fails) in [
            (Conformant, false),
            (Deviates, true),
            (NotProvoked, true),
            (NotClaimed, false),
            (NotApplicable, false),
            (Disabled, false),
            (Flaky, true),
            (HarnessError, true),
        ] {
            assert_eq!(kind.is_failure(), fails, "{kind:?}");
        }
    }

    #[test]
    fn a_verdict_is_put_together_of_its_kind_and_its_facet() {
        for kind in [
            Conformant,
            NotProvoked,
            NotClaimed,
            NotApplicable,
            Disabled,
            Flaky,
            HarnessError,
        ] {
            assert_eq!(Verdict::of(kind, None).map(Verdict::kind), Some(kind));
        }
        assert_eq!(Verdict::of(Deviates, None), None);
        let leak = Verdict::Deviates(Facet::Leak);
        assert_eq!(Verdict::of(Deviates, Some(Facet::Leak)), Some(leak));
    }
}
