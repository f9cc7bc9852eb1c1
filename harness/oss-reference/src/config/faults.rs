//! Deliberate errors: what makes a server that a test suite has to find out.
//!
//! One fault is one way in which an implementation of OSS can be wrong. The faults are told in the words of the table of checks, so that
//! they can be made from it: whoever adds a check, a cause or a limit has added its faults too.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::denial::Cause;
use crate::limit::Limit;

/// Deliberate errors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Faults {
    /// Names of checks that are skipped.
    pub without: Vec<String>,
    /// Two checks of which each stands in the other's place.
    pub swap: Option<(String, String)>,
    /// The cause for which no check refuses, although the same check refuses for others.
    #[serde(deserialize_with = "cause_or_none")]
    #[schemars(schema_with = "cause_name")]
    pub lets_through: Option<Cause>,
    /// What is wrong with the answers for one cause.
    pub answer: Option<AnswerFault>,
    /// A limit that is off by one.
    pub limit: Option<LimitFault>,
    /// Replaces the whole table.
    pub extreme: Option<Extreme>,
}

/// Something wrong with every refusal for a cause.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AnswerFault {
    /// The cause.
    #[serde(deserialize_with = "cause")]
    #[schemars(schema_with = "cause_name")]
    pub cause: Cause,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What can be wrong with a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Wrong {
    /// The status is this one.
    Status(u16),
    /// The code is this one.
    Code(String),
    /// The message is this one.
    Message(String),
    /// The element is missing.
    Missing(String),
    /// The element says something else.
    Altered(String),
    /// There is no document at all, and no code in a header.
    Bare,
    /// The document is declared to be of another type.
    ContentType,
    /// The operation is carried out all the same.
    Applies,
    /// The refusal shows the content that was asked for.
    ShowsContent,
    /// The refusal shows the headers that tell of the object.
    ShowsMetadata,
}

/// A limit that is off by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LimitFault {
    /// The limit.
    pub of: Limit,
    /// How many units more it lets pass; negative for less.
    pub by: i64,
}

/// The two servers that no test suite may find conformant.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Extreme {
    /// Nothing is forbidden.
    AllowAll,
    /// Everything is forbidden.
    DenyAll,
}

impl Faults {
    /// Whether the check of that name is skipped.
    pub fn skips(&self, name: &str) -> bool {
        self.without.iter().any(|known| known == name)
    }

    /// What is wrong with refusals for `cause`.
    pub fn wrong(&self, cause: Cause) -> Option<&Wrong> {
        self.answer
            .as_ref()
            .filter(|fault| fault.cause == cause)
            .map(|fault| &fault.wrong)
    }

    /// How many units more than it should a limit lets pass.
    pub fn slack(&self, limit: Limit) -> i64 {
        self.limit
            .filter(|fault| fault.of == limit)
            .map_or(0, |fault| fault.by)
    }
}

fn cause_name(_: &mut SchemaGenerator) -> Schema {
    let ids: Vec<&str> = Cause::ALL.iter().map(|cause| cause.id()).collect();
    json_schema!({ "type": "string", "enum": ids })
}

fn cause<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cause, D::Error> {
    let id = String::deserialize(deserializer)?;
    let known = || Cause::ALL.iter().copied();
    known().find(|cause| cause.id() == id).ok_or_else(|| {
        let ids: Vec<&str> = known().map(Cause::id).collect();
        let meant = nearest(&id, &ids).map(|near| format!(" (did you mean `{near}`?)"));
        serde::de::Error::custom(format!("unknown cause `{id}`{}", meant.unwrap_or_default()))
    })
}

fn cause_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cause>, D::Error> {
    cause(deserializer).map(Some)
}

/// The known word that is near to one that is not known.
pub(crate) fn nearest(name: &str, known: &[&str]) -> Option<String> {
    known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, name), *known))
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, known)| known.to_owned())
}
