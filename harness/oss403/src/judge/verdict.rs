//! Verdicts, and the facets in which an answer can deviate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of an instance.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
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
    /// Switched off by a baseline or filter entry.
    Disabled,
    /// Differed between attempts.
    Flaky,
    /// Our fault, or the network's.
    HarnessError,
}

/// In what an answer deviates, worst first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Facet {
    /// The edited request succeeded.
    Granted,
    /// It was refused, and yet something changed.
    Effect,
    /// The refusal shows what it should hide.
    Leak,
    /// Another status.
    Status,
    /// Another code.
    Code,
    /// Another message.
    Message,
    /// The envelope or its headers are not as they should be.
    Envelope,
}

/// The judgement of one instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The worst facet, when it deviates.
    pub facet: Option<Facet>,
    /// One sentence a person can act on; empty when conformant.
    pub reason: String,
}

impl Verdict {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conformant => "conformant",
            Self::Deviates => "deviates",
            Self::NotProvoked => "not-provoked",
            Self::NotClaimed => "not-claimed",
            Self::NotApplicable => "not-applicable",
            Self::Disabled => "disabled",
            Self::Flaky => "flaky",
            Self::HarnessError => "harness-error",
        }
    }
}

impl Facet {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Effect => "effect",
            Self::Leak => "leak",
            Self::Status => "status",
            Self::Code => "code",
            Self::Message => "message",
            Self::Envelope => "envelope",
        }
    }
}
