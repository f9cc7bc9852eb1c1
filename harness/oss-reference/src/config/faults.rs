//! Deliberate errors: what makes a server that a test suite has to find out.
//!
//! One fault is one way in which an implementation of OSS can be wrong. The faults are told in the words of the table of checks, so that
//! they can be made from it: whoever adds a check, a cause or a limit has added its faults too.

use std::fmt;

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

/// In a few words; nothing when there are none.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = Vec::new();
        if !self.without.is_empty() {
            said.push(format!("without {}", self.without.join(", ")));
        }
        if let Some((first, second)) = &self.swap {
            said.push(format!("{first} and {second} in each other's place"));
        }
        if let Some(cause) = self.lets_through {
            said.push(format!("lets through {}", cause.id()));
        }
        if let Some(AnswerFault { cause, wrong }) = &self.answer {
            said.push(format!(
                "answers {} otherwise: {}",
                cause.id(),
                wrong.in_words()
            ));
        }
        if let Some(LimitFault { of, by }) = self.limit {
            said.push(format!("{} off by {by}", of.name()));
        }
        match self.extreme {
            Some(Extreme::AllowAll) => said.push("allows everything".into()),
            Some(Extreme::DenyAll) => said.push("denies everything".into()),
            None => {}
        }
        f.write_str(&said.join("; "))
    }
}

impl Wrong {
    fn in_words(&self) -> String {
        match self {
            Self::Status(status) => format!("status {status}"),
            Self::Code(code) => format!("code {code}"),
            Self::Message(message) => format!("message {message:?}"),
            Self::Missing(element) => format!("without {element}"),
            Self::Altered(element) => format!("another {element}"),
            Self::Bare => "without a document".into(),
            Self::ContentType => "another type of document".into(),
            Self::Applies => "and carries it out".into(),
            Self::ShowsContent => "and shows the content".into(),
            Self::ShowsMetadata => "and shows what tells of the object".into(),
        }
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

#[cfg(test)]
mod tests {
    use super::Faults;

    #[test]
    fn every_kind_of_fault_is_told_and_none_is_nothing() {
        assert_eq!(Faults::default().to_string(), "");
        for (fault, told) in [
            (r#"{"without":["referer","acl"]}"#, "without referer, acl"),
            (
                r#"{"swap":["acl","referer"]}"#,
                "acl and referer in each other's place",
            ),
            (
                r#"{"lets-through":"bucket-acl"}"#,
                "lets through bucket-acl",
            ),
            (
                r#"{"answer":{"cause":"bucket-acl","wrong":{"status":404}}}"#,
                "answers bucket-acl otherwise: status 404",
            ),
            (
                r#"{"limit":{"of":"url-v1","by":-1},"extreme":"allow-all"}"#,
                "url-v1 off by -1; allows everything",
            ),
        ] {
            let faults: Faults = serde_json::from_str(fault).unwrap();
            assert_eq!(faults.to_string(), told);
        }
    }
}
