//! What an answer should have been, and what it was, in the few words that a verdict and a report need.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, shorten};
use crate::run::record::TwinRecord;
use oss403_case::Instance;

/// The documented answer of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// HTTP status.
    pub status: u16,
    /// The `Code` element.
    pub code: String,
    /// What the `Message` element must say, by the rule of [`super::message`]; `*` stands for any text.
    pub message: String,
    /// Other forms of the answer that the sources show for the same cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Form>,
    /// Further elements and their texts; `*` stands for any text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<(String, String)>,
}

/// Another form of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// HTTP status, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The `Code` element.
    pub code: String,
    /// What the `Message` element must say.
    pub message: String,
}

impl Expected {
    /// What the cause, the scenario and the run say together.
    ///
    /// A scenario's own code or message is more exact than the cause's, so an alternative of the cause that gives the same word does not
    /// apply beside it.
    pub fn of(instance: &Instance, record: &TwinRecord) -> Self {
        let file = &instance.file;
        let own_code = instance.scenario.expect.code.as_ref();
        let own_message = record
            .message
            .as_ref()
            .or(instance.scenario.expect.message.as_ref());
        let code = own_code.unwrap_or(&file.code).clone();
        let message = own_message.unwrap_or(&file.message).clone();
        let alternatives = file
            .alternatives
            .iter()
            .filter(|other| other.is_for(&instance.scenario.name))
            .filter(|other| own_code.is_none() || other.code.is_none())
            .filter(|other| own_message.is_none() || other.message.is_none())
            .map(|other| Form {
                status: other.status,
                code: other.code.clone().unwrap_or_else(|| code.clone()),
                message: other.message.clone().unwrap_or_else(|| message.clone()),
            })
            .collect();
        Self {
            status: file.status,
            code,
            message,
            alternatives,
            elements: record.elements.clone(),
        }
    }

    /// Every status, code and message that are accepted together, the documented ones first.
    pub fn forms(&self) -> impl Iterator<Item = (u16, &str, &str)> {
        let own = (self.status, self.code.as_str(), self.message.as_str());
        let others = self.alternatives.iter().map(|form| {
            let status = form.status.unwrap_or(self.status);
            (status, form.code.as_str(), form.message.as_str())
        });
        std::iter::once(own).chain(others)
    }
}

/// The answer to an instance's edited request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// HTTP status; `null` when nothing was answered.
    pub status: Option<u16>,
    /// The `Code` element, as far as there was one.
    pub code: Option<String>,
    /// The `Message` element, as far as there was one.
    pub message: Option<String>,
    /// The `EC` element, or the header `x-oss-ec`.
    pub ec: Option<String>,
    /// Other causes whose documented answer this is, in status, code and message.
    #[serde(default)]
    pub is_the_answer_of: Vec<String>,
}

impl Observed {
    /// What an answer says; of none, nothing.
    pub fn of(answer: Option<&Answer<'_>>) -> Self {
        let Some(answer) = answer else {
            return Self::default();
        };
        let text = |name: &str| answer.text(name).map(shorten);
        Self {
            status: Some(answer.response.status),
            code: text("Code"),
            message: text("Message"),
            ec: text("EC").or_else(|| answer.response.header("x-oss-ec").map(shorten)),
            is_the_answer_of: Vec::new(),
        }
    }
}
