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
    /// How often it was run: more than once when it was not conformant and `--attempts` allowed it.
    #[serde(default = "once")]
    pub attempts: usize,
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
    pub fn of(finished: &Finished<'_>) -> Self {
        let Finished {
            instance,
            record,
            redactor,
            judged,
            attempts,
        } = finished;
        let hide = |text: &str| redactor.text(text);
        let (judgement, expected) = (&judged.judgement, &judged.expected);
        let observed = judged.observed();
        let hidden = |text: Option<String>| text.map(|text| hide(&text));
        Self {
            id: instance.id.clone(),
            cause: instance.file.cause.clone(),
            scenario: instance.scenario.name.clone(),
            verdict: judgement.verdict.kind(),
            facet: judgement.verdict.facet(),
            reason: hide(&judgement.reason),
            attempts: *attempts,
            elapsed_ms: milliseconds(record.elapsed_us),
            expected: Expected {
                status: expected.status,
                code: expected.code.clone(),
                message: hide(&expected.message),
                alternatives: expected
                    .alternatives
                    .iter()
                    .map(|form| Form {
                        code: form.code.clone(),
                        message: hide(&form.message),
                    })
                    .collect(),
                elements: expected
                    .elements
                    .iter()
                    .map(|(name, value)| (name.clone(), hide(value)))
                    .collect(),
            },
            observed: Observed {
                status: observed.status,
                code: hidden(observed.code),
                message: hidden(observed.message),
                ec: hidden(observed.ec),
            },
            curl: record
                .edited
                .as_ref()
                .map(|edited| curl::command(&edited.request)),
        }
    }
}

/// Result files that do not say it are of runs without a second attempt.
fn once() -> usize {
    1
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a run does not last 2^53 microseconds"
)]
fn milliseconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1000.0
}
