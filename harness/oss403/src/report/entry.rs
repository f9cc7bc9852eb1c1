//! One instance as every report shows it, with everything secret taken out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::baseline::{Excused, Fingerprint, Mark, Marked, Outcome};
use crate::doctor::{Asked, Evidence, best_guess};
use crate::judge::answer::Answer;
use crate::judge::expected::{Expected, Form, Observed};
use crate::judge::normalise::steady;
use crate::judge::recognise::other_causes;
use crate::judge::verdict::{Facet, Verdict, VerdictKind};
use crate::suite::Finished;
use crate::wire::curl;
use crate::wire::exchange::Exchange;
use crate::wire::redact::{Redactor, one_line};
use oss403_case::model::Severity;
use oss403_case::{Instance, Ledger};
use sha2::{Digest as _, Sha256};

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
    /// The code that the cause is documented with.
    #[serde(default)]
    pub code: String,
    /// What a wrong answer would mean, as the ledger has it.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Axis names and labels of the scenario's matrix.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub matrix: BTreeMap<String, String>,
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
    /// The base request; `null` when it was never sent.
    #[serde(default)]
    pub base: Option<Sent>,
    /// The request for the scenario's world, or for its change, whose answer stood in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_step: Option<Sent>,
    /// Where an answer reports another StringToSign than the one that its request has: both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_to_sign: Option<StringsToSign>,
    /// What is probably wrong with the signature, where a request that should have been let in was answered `SignatureDoesNotMatch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// What a failure is known by from one night to the next: the answer without what is made anew in each run. Of what was not provoked, the
    /// answer that stood in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// What the baseline says of it, when it has an entry for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Mark>,
    /// The edited request as a command of curl; `null` when it was never sent.
    pub curl: Option<String>,
}

/// A request besides the edited one, and its answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// HTTP status; `null` when nothing was answered.
    pub status: Option<u16>,
    /// The `Code` element, as far as there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The `Message` element, as far as there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Causes whose documented answer this is, in status, code and message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub is_the_answer_of: Vec<String>,
    /// The request as a command of curl.
    pub curl: String,
}

/// A StringToSign that a server reports, beside the one of the request that it was sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StringsToSign {
    /// Which request: `failed_step`, `base` or `edited`.
    pub of: String,
    /// That of the request as it was sent.
    pub sent: String,
    /// The one that the answer reports.
    pub reported: String,
}

impl Entry {
    /// The entry of a finished instance. The causes that an answer really is of are looked up in `ledger`.
    pub fn of(finished: &Finished<'_>, ledger: &Ledger) -> Self {
        let Finished {
            instance,
            record,
            redactor,
            judged,
            attempts,
        } = finished;
        let hide = |text: &str| redactor.text(text);
        let (judgement, expected) = (&judged.judgement, &judged.expected);
        let verdict = judgement.verdict;
        let mut observed = judged.observed();
        if verdict.facet().is_some() {
            let cause = &instance.file.cause;
            observed.is_the_answer_of = other_causes(ledger, &observed, cause, Some(expected));
        }
        let sent = |exchange: &Exchange| Sent::of(exchange, redactor, ledger);
        let failed = verdict.kind().is_failure();
        let mut entry = Self {
            id: instance.id.clone(),
            cause: instance.file.cause.clone(),
            scenario: instance.scenario.name.clone(),
            code: instance.file.code.clone(),
            severity: Some(instance.file.severity),
            matrix: instance.axes.iter().cloned().collect(),
            verdict: verdict.kind(),
            facet: verdict.facet(),
            reason: hide(&judgement.reason),
            attempts: *attempts,
            elapsed_ms: milliseconds(record.elapsed_us),
            expected: hidden_expectation(expected, redactor),
            observed: hidden(observed, redactor),
            base: record.base.as_ref().map(sent),
            failed_step: record.failed_step.as_ref().map(sent),
            string_to_sign: if failed {
                let sent = [
                    ("failed_step", &record.failed_step),
                    ("base", &record.base),
                    ("edited", &record.edited),
                ];
                sent.into_iter()
                    .find_map(|(of, exchange)| StringsToSign::of(of, exchange.as_ref()?, redactor))
            } else {
                None
            },
            signature: [&record.failed_step, &record.base]
                .into_iter()
                .flatten()
                .filter(|_| failed)
                .find_map(|exchange| wrong_signature(exchange, redactor)),
            fingerprint: None,
            baseline: None,
            curl: record
                .edited
                .as_ref()
                .map(|edited| curl::redacted(&edited.request, redactor)),
        };
        entry.fingerprint = entry.known_by(&record.placeholders);
        entry
    }

    /// The entry of an instance that was not run, since the baseline says so.
    pub fn disabled(instance: &Instance, mark: Mark) -> Self {
        let (file, scenario) = (&instance.file, &instance.scenario);
        let own = |own: &Option<String>, usual: &String| own.as_ref().unwrap_or(usual).clone();
        Self {
            id: instance.id.clone(),
            cause: file.cause.clone(),
            scenario: scenario.name.clone(),
            code: file.code.clone(),
            severity: Some(file.severity),
            matrix: instance.axes.iter().cloned().collect(),
            verdict: VerdictKind::Disabled,
            facet: None,
            reason: one_line(mark.sentence()),
            attempts: 0,
            elapsed_ms: 0.0,
            expected: Expected {
                status: file.status,
                code: own(&scenario.expect.code, &file.code),
                message: own(&scenario.expect.message, &file.message),
                alternatives: Vec::new(),
                elements: Vec::new(),
            },
            observed: Observed::default(),
            base: None,
            failed_step: None,
            string_to_sign: None,
            signature: None,
            fingerprint: None,
            baseline: Some(mark),
            curl: None,
        }
    }

    /// What a failure is known by. Everything in it is redacted already.
    fn known_by(&self, placeholders: &BTreeMap<String, String>) -> Option<Fingerprint> {
        let excused = Excused::of(self.verdict, self.facet)?;
        let base = self.base.as_ref().map(Sent::observed);
        let in_the_way = self.failed_step.as_ref().map(Sent::observed).or(base);
        let seen = match excused {
            Excused::NotProvoked => in_the_way.unwrap_or_default(),
            _ => self.observed.clone(),
        };
        let steadied = |text: Option<String>| text.map(|text| steady(&text, placeholders));
        let says_nothing = excused == Excused::NotProvoked && seen.status.is_none();
        let differs = (excused.needs_more() || says_nothing).then(|| {
            let mut lines = self.reason.splitn(2, '\n');
            let first = steady(lines.next().unwrap_or_default(), placeholders);
            match lines.next() {
                // Of a difference from a snapshot it is enough to know it again.
                Some(more) => format!("{first} [{}]", digest_of(&steady(more, placeholders))),
                None => first,
            }
        });
        Some(Fingerprint {
            status: seen.status,
            code: steadied(seen.code),
            message: steadied(seen.message),
            differs,
        })
    }
}

/// The beginning of the SHA-256 of a text.
fn digest_of(text: &str) -> String {
    oss_auth::hex(&Sha256::digest(text.as_bytes())[..4])
}

impl Entry {
    /// Whether a request of it was sent.
    pub(super) fn was_sent(&self) -> bool {
        self.curl.is_some() || self.base.is_some() || self.failed_step.is_some()
    }

    /// Whether it fails as the baseline has it.
    pub fn is_known(&self) -> bool {
        let mark = self.baseline.as_ref();
        self.verdict.is_failure() && mark.is_some_and(|mark| mark.state == Marked::Known)
    }

    /// Whether somebody should look at it: it fails, and nobody knew.
    pub fn is_new_failure(&self) -> bool {
        self.verdict.is_failure() && !self.is_known()
    }

    /// `deviates/code`, and of what is known `known: deviates/code`.
    pub(super) fn status_in_words(&self) -> String {
        match self.is_known() {
            true => format!("known: {}", self.verdict_in_words()),
            false => self.verdict_in_words(),
        }
    }

    /// The reason, after what the baseline says of it.
    pub(super) fn reason_with_baseline(&self) -> String {
        match &self.baseline {
            Some(mark) if self.verdict.is_failure() => {
                format!("{}; {}", one_line(mark.sentence()), self.reason)
            }
            _ => self.reason.clone(),
        }
    }

    /// What a baseline is concerned with.
    pub fn outcome(&self) -> Outcome {
        Outcome {
            id: self.id.clone(),
            verdict: self.verdict,
            facet: self.facet,
            fingerprint: self.fingerprint.clone(),
        }
    }

    /// The code that the cause is documented with, also of a result that does not say it.
    pub(super) fn code(&self) -> &str {
        if self.code.is_empty() {
            &self.expected.code
        } else {
            &self.code
        }
    }

    /// The file of the ledger that it comes from.
    pub(super) fn case_file(&self) -> String {
        format!("cases/{}/{}.yaml", self.code(), self.cause)
    }

    /// `deviates/code`, `not-provoked`.
    pub fn verdict_in_words(&self) -> String {
        match self.facet {
            Some(facet) => format!("{}/{}", self.verdict.name(), facet.name()),
            None => self.verdict.name().to_owned(),
        }
    }

    /// Whole milliseconds from its first request to its last.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float becomes the nearest whole number that there is"
    )]
    pub(super) fn milliseconds(&self) -> u64 {
        self.elapsed_ms.round() as u64
    }

    /// How it was judged.
    pub fn judged(&self) -> Verdict {
        // There is no deviation without a facet.
        Verdict::of(self.verdict, self.facet).unwrap_or(Verdict::HarnessError)
    }

    /// Microseconds from its first request to its last.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float becomes the nearest whole number that there is"
    )]
    pub fn microseconds(&self) -> u64 {
        (self.elapsed_ms * 1000.0).round() as u64
    }

    /// How bad a failure is: the smaller, the worse.
    pub(super) fn gravity(&self) -> u8 {
        match (self.verdict, self.facet) {
            (VerdictKind::Deviates, Some(Facet::Granted)) => 0,
            (VerdictKind::Deviates, Some(Facet::Effect)) => 1,
            (VerdictKind::Deviates, Some(Facet::Leak)) => 2,
            (VerdictKind::Deviates, _) => 3,
            (VerdictKind::Flaky, _) => 4,
            (VerdictKind::NotProvoked, _) => 5,
            _ => 6,
        }
    }

    /// What GitHub ranks alerts by, on the scale of CVSS.
    pub(super) fn security_severity(&self) -> &'static str {
        match self.severity {
            Some(Severity::GrantsAccess) => "9.1",
            Some(Severity::BreaksProtection) => "7.0",
            Some(Severity::Misleads) | None => "3.0",
        }
    }
}

impl Sent {
    fn of(exchange: &Exchange, redactor: &Redactor, ledger: &Ledger) -> Self {
        let mut observed = Observed::of(Answer::of(exchange).as_ref());
        if observed.code.is_some() {
            observed.is_the_answer_of = other_causes(ledger, &observed, "", None);
        }
        let observed = hidden(observed, redactor);
        Self {
            status: observed.status,
            code: observed.code,
            message: observed.message,
            is_the_answer_of: observed.is_the_answer_of,
            curl: curl::redacted(&exchange.request, redactor),
        }
    }

    /// What was answered, as a report shows it.
    pub(super) fn observed(&self) -> Observed {
        Observed {
            status: self.status,
            code: self.code.clone(),
            message: self.message.clone(),
            ec: None,
            is_the_answer_of: self.is_the_answer_of.clone(),
        }
    }
}

impl StringsToSign {
    /// Both, where the request's own is known and the answer reports another.
    fn of(of: &str, exchange: &Exchange, redactor: &Redactor) -> Option<Self> {
        let answer = Answer::of(exchange)?;
        let sent = exchange.request.string_to_sign.as_deref()?;
        let reported = answer.text("StringToSign")?;
        // XML readers see one line feed where a carriage return and a line feed were written.
        let differ = sent.replace("\r\n", "\n") != reported.replace("\r\n", "\n");
        differ.then(|| Self {
            of: of.to_owned(),
            sent: redactor.text(sent),
            reported: redactor.text(reported),
        })
    }
}

/// What the doctor makes of a signature that was not accepted.
fn wrong_signature(exchange: &Exchange, redactor: &Redactor) -> Option<String> {
    let answer = Answer::of(exchange)
        .filter(|answer| answer.text("Code") == Some("SignatureDoesNotMatch"))?;
    let request = &exchange.request;
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let asked = Asked {
        method: request.method.clone(),
        host: request.host.clone(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: request.headers.clone(),
    };
    let mut evidence = Evidence::of_answer(|name| answer.text(name));
    if let Some(signed) = &request.string_to_sign {
        evidence.client = Some(signed.clone().into_bytes());
        evidence.is_told = true;
    }
    let guess = best_guess(&evidence.with_request(asked))?;
    Some(one_line(redactor.text(&guess)))
}

fn hidden_expectation(expected: &Expected, redactor: &Redactor) -> Expected {
    let hide = |text: &str| redactor.text(text);
    let form = |form: &Form| Form {
        status: form.status,
        code: form.code.clone(),
        message: hide(&form.message),
    };
    let element = |(name, value): &(String, String)| (name.clone(), hide(value));
    Expected {
        status: expected.status,
        code: expected.code.clone(),
        message: hide(&expected.message),
        alternatives: expected.alternatives.iter().map(form).collect(),
        elements: expected.elements.iter().map(element).collect(),
    }
}

fn hidden(observed: Observed, redactor: &Redactor) -> Observed {
    let hide = |text: Option<String>| text.map(|text| redactor.text(&text));
    Observed {
        status: observed.status,
        code: hide(observed.code),
        message: hide(observed.message),
        ec: hide(observed.ec),
        is_the_answer_of: observed.is_the_answer_of,
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
