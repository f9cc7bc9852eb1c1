//! Judging: a pure function of what was expected and what was recorded.

pub mod answer;
mod claims;
pub mod envelope;
pub mod expected;
pub(crate) mod facets;
pub mod foundation;
pub mod message;
pub mod normalise;
pub mod scope;
pub mod snapshot;
pub mod summary;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod verdict;

use answer::Answer;
use facets::Effect;
use verdict::{Facet, Judgement, Verdict};

use crate::run::record::{Progress, TwinRecord};
use crate::wire::exchange::{Exchange, FailureKind, Outcome};
use expected::{Expected, Observed};
use oss403_case::Instance;

/// A judgement, with what judging found on the way: whoever writes about it need not look again.
#[derive(Debug)]
pub struct Judged<'r> {
    pub judgement: Judgement,
    /// What was due.
    pub expected: Expected,
    /// What the edited request was answered; `None` when it was not.
    pub answer: Option<Answer<'r>>,
}

impl Judged<'_> {
    /// What became of the instance.
    pub fn verdict(&self) -> Verdict {
        self.judgement.verdict
    }

    /// What was answered, in the few words of a report.
    pub fn observed(&self) -> Observed {
        Observed::of(self.answer.as_ref())
    }
}

/// What became of an instance.
///
/// An edited request that was answered like a success is the worst there can be, so it is said whatever else went wrong. After that
/// nothing counts unless the base succeeded: a refusal proves something only beside a success that differs in one thing. Then the
/// worst facet is reported.
pub fn judge<'r>(instance: &Instance, record: &'r TwinRecord) -> Judged<'r> {
    let expected = Expected::of(instance, record);
    let answer = record.edited.as_ref().and_then(Answer::of);
    Judged {
        judgement: judgement(instance, record, answer.as_ref(), &expected),
        expected,
        answer,
    }
}

fn judgement(
    instance: &Instance,
    record: &TwinRecord,
    answer: Option<&Answer<'_>>,
    expected: &Expected,
) -> Judgement {
    if let Some(reason) = answer.and_then(|answer| facets::granted(answer, expected)) {
        return deviates(Facet::Granted, reason);
    }
    match &record.progress {
        Progress::Complete => {}
        Progress::NotClaimed(why) => return set_aside(Verdict::NotClaimed, why),
        Progress::NotApplicable(why) => return set_aside(Verdict::NotApplicable, why),
        Progress::PreconditionFailed(why) => return set_aside(Verdict::NotProvoked, why),
        Progress::HarnessError(why) => return set_aside(Verdict::HarnessError, why),
        Progress::Interrupted => {
            return set_aside(
                Verdict::NotProvoked,
                "the run was interrupted before it was done",
            );
        }
    }
    if let Err(judgement) = base_succeeded(instance, record.base.as_ref()) {
        return judgement;
    }
    match (answer, &record.edited) {
        (Some(answer), _) => refusal(instance, record, answer, expected),
        (None, Some(edited)) => unanswered(edited),
        (None, None) => set_aside(Verdict::HarnessError, "the edited request was never sent"),
    }
}

/// The facets of a refusal, worst first.
fn refusal(
    instance: &Instance,
    record: &TwinRecord,
    answer: &Answer<'_>,
    expected: &Expected,
) -> Judgement {
    let effect = facets::effect(&record.probes);
    if let Effect::Changed(reason) = effect {
        return deviates(Facet::Effect, reason);
    }
    let edit = &instance.scenario.edit;
    let worst = None
        .or_else(|| facets::leak(answer, record).map(|reason| (Facet::Leak, reason)))
        .or_else(|| {
            facets::tells_apart(answer, instance, record).map(|reason| (Facet::Leak, reason))
        })
        .or_else(|| facets::status(answer, expected).map(|reason| (Facet::Status, reason)))
        .or_else(|| facets::code(answer, expected).map(|reason| (Facet::Code, reason)))
        .or_else(|| facets::message(answer, expected).map(|reason| (Facet::Message, reason)))
        .or_else(|| {
            facets::envelope(answer, expected, edit).map(|reason| (Facet::Envelope, reason))
        });
    match (worst, effect) {
        (Some((facet, reason)), _) => deviates(facet, reason),
        // A refusal whose effects could not be looked at has not been shown to be without effect.
        (None, Effect::Unreadable(reason)) => set_aside(Verdict::NotProvoked, &reason),
        (None, _) => Judgement {
            verdict: Verdict::Conformant,
            reason: String::new(),
        },
    }
}

/// Whether the base was answered as a base must be.
fn base_succeeded(instance: &Instance, base: Option<&Exchange>) -> Result<(), Judgement> {
    let Some(base) = base else {
        return Err(set_aside(
            Verdict::HarnessError,
            "the base request was never sent",
        ));
    };
    let Some(answer) = Answer::of(base) else {
        let Outcome::Failed(failure) = &base.outcome else {
            return Ok(());
        };
        let verdict = match failure.kind {
            FailureKind::Connect => Verdict::HarnessError,
            FailureKind::Timeout | FailureKind::Lost | FailureKind::Malformed => {
                Verdict::NotProvoked
            }
        };
        return Err(set_aside(
            verdict,
            &format!("the base request got no answer: {}", failure.detail),
        ));
    };
    let (found, wanted) = (answer.response.status, instance.scenario.expect.base_status);
    if wanted.map_or(answer.response.is_success(), |wanted| wanted == found) {
        return Ok(());
    }
    let due = wanted.map_or("a success".into(), |wanted| wanted.to_string());
    let reason = format!(
        "the base request was answered {} instead of {due}, so that the refusal proves nothing",
        answer.in_words()
    );
    Err(set_aside(Verdict::NotProvoked, &reason))
}

/// A server that can be reached and has answered the base, but breaks off or falls silent at the edited request, answers it otherwise
/// than OSS. That it cannot be reached any more is the network's fault.
fn unanswered(edited: &Exchange) -> Judgement {
    let Outcome::Failed(failure) = &edited.outcome else {
        return set_aside(Verdict::HarnessError, "the edited request has no answer");
    };
    let reason = format!("the edited request got no answer: {}", failure.detail);
    match failure.kind {
        FailureKind::Connect => set_aside(Verdict::HarnessError, &reason),
        FailureKind::Timeout | FailureKind::Lost | FailureKind::Malformed => {
            deviates(Facet::Unanswered, reason)
        }
    }
}

fn deviates(facet: Facet, reason: String) -> Judgement {
    Judgement {
        verdict: Verdict::Deviates(facet),
        reason,
    }
}

fn set_aside(verdict: Verdict, reason: &str) -> Judgement {
    Judgement {
        verdict,
        reason: reason.to_owned(),
    }
}
