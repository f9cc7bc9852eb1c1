//! The words of the case language, as types. Every key of a case file is a field here; unknown keys are errors.
//!
//! A file is read in two steps: the ledger header and the scenarios' matrices first; then every instance of a scenario, after
//! its `$axis` names have been replaced. `${…}` placeholders stay in the text: they are known only when a run has made its buckets.

mod call;
mod capability;
mod edit;
mod given;
mod scenario;
mod who;
pub(crate) mod words;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use call::{Call, Disguise, Form, HostName, SignWith, Span, Via};
pub use capability::{Capability, ClaimName, Named, SIGNATURE_V1};
pub use edit::{
    Edit, Misspelling, OperatorEdit, RequestEdit, Row, Stage, Staged, WireEdit, WorldEdit, Yes,
};
pub use given::{
    AccountSpec, BucketSpec, CorsRuleSpec, EndpointPolicy, Given, IdentitySpec, ObjectSpec,
    Picture, RamUserSpec, RefererSpec, RegionName, SessionSpec, WormSpec,
};
pub use scenario::{Before, Expect, OrderBasis, Scenario};
pub use who::Who;

/// Text by name, in the order written.
pub type TextMap = indexmap::IndexMap<String, String>;

/// One file of the ledger: a documented cause of a 403, and the scenarios that prove it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CaseFile {
    /// Id of the cause; the file is named for it.
    pub cause: String,
    /// The `Code` element that OSS documents.
    pub code: String,
    /// The `Message` element that OSS documents, without its final full stop. An answer's message must begin with it.
    pub message: String,
    /// The HTTP status that OSS documents.
    pub status: u16,
    /// Other statuses, codes or messages that the sources show for the same cause, each with its own source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// Elements of `<Error>` besides Code, Message, RequestId and HostId that the answer must have: a text (placeholders allowed)
    /// or `"*"` for any non-empty text; `"-"` for an element that must not be there.
    #[serde(default, skip_serializing_if = "TextMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub elements: TextMap,
    /// Where all this is known from.
    pub sources: Vec<Source>,
    /// What a wrong answer would mean.
    pub severity: Severity,
    /// Who can bring the cause about.
    pub provoked_by: ProvokedBy,
    /// What the refusal tells its reader.
    pub means: String,
    /// What its reader should do.
    pub fix: String,
    /// Anything a reader of the ledger should know: disputes, limits, why fewer than four instances make sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The scenarios, still with their `$axis` names.
    #[schemars(with = "Vec<Scenario>")]
    pub scenarios: Vec<Value>,
}

/// Another form of the same answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Alternative {
    /// The HTTP status, when it differs from the cause's own. Of the 4xx family, so that it is a refusal all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The code, when it differs from the cause's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The message, when it differs from the cause's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The scenarios in which it is accepted; without this key all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<String>,
    /// Why this form is accepted.
    pub sources: Vec<Source>,
}

impl Alternative {
    /// Whether it is accepted in a scenario.
    pub fn is_for(&self, scenario: &str) -> bool {
        self.scenarios.is_empty() || self.scenarios.iter().any(|name| name == scenario)
    }
}

/// Where a claim comes from.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Source {
    /// How good it is.
    pub kind: SourceKind,
    /// A documentation page, by title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Date of the page or sighting, as far as known (`2023-06-27`, `2021-07`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// An address, an EC, a test's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#ref: Option<String>,
    /// What the source adds or disputes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

/// Kinds of sources, best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// Our own reading; no source states it.
    Inferred,
    /// A third party's table or note.
    Secondary,
    /// A page of the OSS documentation.
    Documented,
    /// A test of an official SDK asserts it against the service.
    SdkTest,
    /// Seen on the wire.
    Observed,
}

/// What a wrong answer would mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Somebody gets what is not theirs.
    GrantsAccess,
    /// A rule that protects data or money is not kept.
    BreaksProtection,
    /// A client is told the wrong reason.
    Misleads,
}

/// Who can bring a cause about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProvokedBy {
    /// Anyone, with a key or without.
    Anyone,
    /// The bucket's owner, with RAM users of the same account.
    Owner,
    /// A second account is needed.
    SecondAccount,
    /// A holder of an STS token.
    Sts,
    /// Only an operator of the service.
    Operator,
}
