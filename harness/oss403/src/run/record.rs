//! What a run records of one instance: enough to judge it, now or later, without a network.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::wire::exchange::Exchange;
use crate::wire::redact::Redactor;

/// Everything that was sent and seen for one instance.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TwinRecord {
    /// Id of the instance.
    pub instance: String,
    /// How far it came.
    pub progress: Progress,
    /// The base request; absent when it was never sent.
    pub base: Option<Exchange>,
    /// The edited request; absent when it was never sent.
    pub edited: Option<Exchange>,
    /// The edited request for the object of `expect.same-for`; absent when the scenario names none, or it was never sent.
    #[serde(default)]
    pub same_for: Option<Exchange>,
    /// The request of the harness for the scenario's world, or for its change, whose answer stood in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_step: Option<Exchange>,
    /// What the owner read before and after the edited request, one for each entry of `unchanged`.
    pub probes: Vec<Probe>,
    /// Contents of the objects that a refusal must not show, with the key each belongs to.
    pub secrets: Vec<(String, String)>,
    /// What the `${…}` placeholders of this instance stood for (names of buckets, UIDs, regions, hosts).
    pub placeholders: BTreeMap<String, String>,
    /// The expectation's `elements`, placeholders replaced.
    pub elements: Vec<(String, String)>,
    /// The expectation's message, placeholders replaced; `None` means the cause's own.
    pub message: Option<String>,
    /// Requests sent for this instance, fixtures included as far as they were its own.
    pub requests: u64,
    /// Microseconds from its first request to its last.
    pub elapsed_us: u64,
}

impl TwinRecord {
    /// Hides what any request of the record carried.
    pub fn redactor(&self) -> Redactor {
        let probes = self
            .probes
            .iter()
            .flat_map(|probe| [&probe.before, &probe.after]);
        let twins = self.base.iter().chain(&self.edited).chain(&self.same_for);
        let twins = twins.chain(&self.failed_step);
        Redactor::of(twins.chain(probes).map(|sent| &sent.request))
    }

    /// A copy that may be written down. It can still be judged.
    pub fn redacted(&self, redactor: &Redactor) -> Self {
        let exchange = |exchange: &Exchange| redactor.exchange(exchange);
        let hidden = |(name, value): &(String, String)| (name.clone(), redactor.text(value));
        Self {
            instance: self.instance.clone(),
            progress: self.progress.clone(),
            base: self.base.as_ref().map(exchange),
            edited: self.edited.as_ref().map(exchange),
            same_for: self.same_for.as_ref().map(exchange),
            failed_step: self.failed_step.as_ref().map(exchange),
            probes: self
                .probes
                .iter()
                .map(|probe| Probe {
                    target: probe.target.clone(),
                    before: exchange(&probe.before),
                    after: exchange(&probe.after),
                })
                .collect(),
            secrets: self.secrets.clone(),
            placeholders: self.placeholders.clone(),
            elements: self.elements.iter().map(hidden).collect(),
            message: self.message.as_deref().map(|text| redactor.text(text)),
            requests: self.requests,
            elapsed_us: self.elapsed_us,
        }
    }
}

/// How far an instance came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// Both requests were sent and every probe was read.
    Complete,
    /// The target does not claim what the scenario needs.
    NotClaimed(String),
    /// It cannot apply to this target.
    NotApplicable(String),
    /// Its world could not be made: a precondition failed on the target's side.
    PreconditionFailed(String),
    /// Our fault, or the network's.
    HarnessError(String),
    /// The run was interrupted before it was done.
    Interrupted,
}

/// The same read, before and after.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Probe {
    /// The entry of `unchanged`, placeholders replaced.
    pub target: String,
    /// Before the edited request.
    pub before: Exchange,
    /// After it.
    pub after: Exchange,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::exchange::{Outcome, Response, SentRequest};

    #[test]
    fn every_request_of_a_record_is_hidden_in_it() {
        let same_for = Exchange {
            request: SentRequest {
                method: "GET".into(),
                scheme: "http".into(),
                host: "b.oss-cn-hangzhou.aliyuncs.test".into(),
                address: "127.0.0.1:1".into(),
                target: "/other.txt".into(),
                headers: vec![("Authorization".into(), "OSS LTAI1:b3RoZXItc2ln".into())],
                body: Vec::new(),
                string_to_sign: None,
            },
            outcome: Outcome::Answered(Response {
                status: 403,
                body: b"<SignatureProvided>b3RoZXItc2ln</SignatureProvided>".to_vec(),
                ..Response::default()
            }),
            elapsed_us: 1,
            earlier: Vec::new(),
        };
        let record = TwinRecord {
            instance: "cause/scenario".into(),
            progress: Progress::Complete,
            base: None,
            edited: None,
            same_for: Some(same_for.clone()),
            failed_step: Some(same_for),
            probes: Vec::new(),
            secrets: Vec::new(),
            placeholders: BTreeMap::new(),
            elements: Vec::new(),
            message: None,
            requests: 1,
            elapsed_us: 1,
        };
        let redacted = record.redacted(&record.redactor());
        for exchange in [redacted.same_for, redacted.failed_step] {
            let body = &exchange.unwrap().response().unwrap().body.clone();
            assert_eq!(
                String::from_utf8_lossy(body),
                "<SignatureProvided>[redacted]</SignatureProvided>"
            );
        }
    }
}
