//! One instance as every report shows it, with everything secret taken out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::judge::expected::{Expected, Form, Observed};
use crate::judge::verdict::{Facet, VerdictKind};
use crate::suite::Finished;
use crate::wire::curl;

/// What became of one instance.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// `cause/scenario` or `cause/scenario/labels`.
    pub id: String,
    /// Id of the cause.
    pub cause: String,
    /// Name of the scenario.
    pub scenario: String,
    /// What became of it.
    pub verdict: VerdictKind,
    /// The worst facet, when it deviates.
    pub facet: Option<Facet>,
    /// One sentence a person can act on; empty when conformant. A difference from a snapshot follows on further lines.
    pub reason: String,
    /// Milliseconds from its first request to its last.
    pub elapsed_ms: f64,
    /// The documented answer.
    pub expected: Expected,
    /// The answer.
    pub observed: Observed,
    /// The edited request as a command of curl; `null` when it was never sent.
    pub curl: Option<String>,
}

impl Entry {
    /// The entry of a finished instance.
    pub fn of(finished: &Finished) -> Self {
        let Finished {
            instance,
            record,
            judgement,
        } = finished;
        let redactor = record.redactor();
        let text = |text: String| redactor.text(&text);
        let observed = Observed::of(record);
        let expected = Expected::of(instance, record);
        Self {
            id: instance.id.clone(),
            cause: instance.file.cause.clone(),
            scenario: instance.scenario.name.clone(),
            verdict: judgement.verdict.kind(),
            facet: judgement.verdict.facet(),
            reason: redactor.text(&judgement.reason),
            elapsed_ms: milliseconds(record.elapsed_us),
            expected: Expected {
                message: text(expected.message),
                alternatives: expected
                    .alternatives
                    .into_iter()
                    .map(|form| Form {
                        message: text(form.message),
                        ..form
                    })
                    .collect(),
                elements: expected
                    .elements
                    .into_iter()
                    .map(|(name, value)| (name, text(value)))
                    .collect(),
                ..expected
            },
            observed: Observed {
                status: observed.status,
                code: observed.code.map(text),
                message: observed.message.map(text),
                ec: observed.ec.map(text),
            },
            curl: record
                .edited
                .as_ref()
                .map(|edited| curl::command(&edited.request)),
        }
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a run does not last 2^53 microseconds"
)]
fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1000.0
}
