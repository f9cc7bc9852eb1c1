//! A scenario: a twin of requests, the world around it, what is expected.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Call, Capability, Edit, Given, TextMap};

/// A twin: a base request that must succeed, one edit that must turn it into the refusal, and what must not change.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// Unique in its file, kebab-case, reads as a sentence.
    pub name: String,
    /// One sentence more than the name says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Capabilities the target must claim besides what the scenario's words imply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Capability>,
    /// Marks what is only our own inference: it counts for the embedded server alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reference_only: bool,
    /// Both requests are sent until the server decides in the very second they were made for, so that limits can be tested to the
    /// second.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_the_second: bool,
    /// Axes; an instance for each combination. `$axis` anywhere in the scenario stands for the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Value>,
    /// Combinations to leave out, each a map of axis to value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Value>,
    /// The world before the first request.
    #[serde(default)]
    pub given: Given,
    /// The request that must succeed.
    pub base: Call,
    /// The one thing that is different the second time.
    pub edit: Edit,
    /// That two things are wrong the second time, and which other answer the refusal has to come before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// What differs from the cause's own answer.
    #[serde(default, skip_serializing_if = "Expect::is_empty")]
    pub expect: Expect,
    /// What must read the same before and after the refused request, as the owner sees it: an object (`k.txt`), a sub-resource
    /// (`?acl`, `k.txt?acl`, `?list-type=2`), in another bucket with its name in front (`second:k.txt`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unchanged: Vec<String>,
}

impl Scenario {
    /// One that says this and nothing else.
    pub fn new(name: &str, given: Given, base: Call, edit: Edit) -> Self {
        Self {
            name: name.to_owned(),
            about: None,
            requires: Vec::new(),
            reference_only: false,
            to_the_second: false,
            matrix: None,
            exclude: Vec::new(),
            given,
            base,
            edit,
            before: None,
            expect: Expect::default(),
            unchanged: Vec::new(),
        }
    }
}

/// The answer that would be given if OSS looked at a request in another order: that of another cause, or one that is no 403.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Before {
    /// The cause. Other scenarios of the ledger show that it is refused by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Status and code of an answer that is no 403, `404 NoSuchKey`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// How the order is known.
    pub order: OrderBasis,
    /// Where it is known from: a page, a sighting; for an inference what it rests on.
    pub source: String,
}

/// How the order of two checks is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrderBasis {
    /// A page states it.
    Documented,
    /// It was seen on the wire, or an official SDK's test asserts it.
    Observed,
    /// Our own reading: such a scenario is `reference-only`.
    Inferred,
}

/// What differs from the cause's own answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expect {
    /// Another code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Another message, or a longer one (the failed condition).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// More elements than the cause's own; `"-"` for one that must not be there.
    #[serde(default, skip_serializing_if = "TextMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub elements: TextMap,
    /// The status of the base's success, when it is not just any 2xx.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_status: Option<u16>,
    /// The path of another object (`/absent.txt`) for which the answer must be the same: whoever may not read learns nothing of what
    /// is there. The edited request is sent a second time, for that object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_for: Option<String>,
}

impl Expect {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
