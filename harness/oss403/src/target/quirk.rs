//! Quirks: how a target is known to word its refusals otherwise than OSS, and what it is known not to speak, so that this does not drown
//! what matters.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The file in which the fuzzer proposes quirks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Quirks {
    /// What was found; copy into the profile what is harmless.
    pub quirks: Vec<Quirk>,
}

/// A harmless difference: another wording (`facet`, with `cause`, `says` or both), or a feature that is refused (`refuses`, alone). The
/// fuzzer proposes quirks in a file; a person copies those into the profile that are harmless indeed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["facet"] }, { "required": ["refuses"] }]))]
pub struct Quirk {
    /// The cause that the model refuses for; any, when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// In what the target differs: `status`, `code`, `message` or `envelope`. What it grants, does or shows, or never answers, is never a
    /// quirk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "wording")]
    pub facet: Option<Facet>,
    /// What it says; anything, when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// What the target refuses although OSS grants it, as the fuzzer calls it: `url-v1`, `?acl`, `post-object`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refuses: Option<String>,
}

impl Quirk {
    /// What is wrong with it: the key, and why; `None` when it can be a quirk.
    pub(super) fn defect(&self) -> Option<(&'static str, String)> {
        match (self.facet, &self.refuses) {
            (Some(facet), _) if !facet.is_wording() => {
                Some(("facet", format!("`{}` is never a quirk", facet.name())))
            }
            (Some(_), None) if self.cause.is_none() && self.says.is_none() => Some((
                "facet",
                "a quirk of wording has a `cause`, or what it `says`".into(),
            )),
            (Some(_), None) => None,
            (None, Some(_)) if self.cause.is_none() && self.says.is_none() => None,
            (_, Some(_)) => Some(("refuses", "`refuses` stands alone in a quirk".into())),
            (None, None) => Some((
                "",
                "a quirk has a `facet`, or says what the target `refuses`".into(),
            )),
        }
    }
}

/// The facets that a quirk may have.
fn wording(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Facet::WORDING.map(Facet::name) })
}

/// In what a target differs from the model, worst first.
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
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Facet {
    /// The target grants what the model denies.
    Granted,
    /// Both refuse, and at the target something changed all the same.
    Effect,
    /// Both refuse, and the target's refusal shows what it should hide.
    Leak,
    /// The target answers the base, and what it should refuse not at all, however often it is asked.
    Unanswered,
    /// The target refuses what the model grants.
    Refused,
    /// Another status.
    Status,
    /// Another code.
    Code,
    /// Another message.
    Message,
    /// The rest of the answer.
    Envelope,
}

impl Facet {
    /// Matters of wording, which a target may be known for.
    pub const WORDING: [Self; 4] = [Self::Status, Self::Code, Self::Message, Self::Envelope];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it is a matter of wording.
    pub fn is_wording(self) -> bool {
        Self::WORDING.contains(&self)
    }
}
