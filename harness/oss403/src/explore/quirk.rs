//! Quirks: how a target is known to word its refusals otherwise than OSS, so that this does not drown what matters.

use serde::{Deserialize, Serialize};

use super::compare::{Difference, Facet};

/// A harmless difference. The fuzzer proposes quirks in a file; a person copies those into the profile that are harmless indeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Quirk {
    /// The cause that the model refuses for.
    pub cause: String,
    /// In what the target differs: `status`, `code`, `message` or `envelope`. What it grants, does or shows is never a quirk.
    pub facet: Facet,
    /// What it says; anything, when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

impl Quirk {
    /// The quirk that a difference would be; `None` when it is no matter of wording.
    pub fn of(difference: &Difference) -> Option<Self> {
        difference.facet.is_wording().then(|| Self {
            cause: difference.cause.clone(),
            facet: difference.facet,
            says: Some(difference.says.clone()),
        })
    }

    /// Whether a difference is this quirk.
    pub fn is(&self, difference: &Difference) -> bool {
        self.facet.is_wording()
            && self.facet == difference.facet
            && self.cause == difference.cause
            && self
                .says
                .as_ref()
                .is_none_or(|says| *says == difference.says)
    }
}
