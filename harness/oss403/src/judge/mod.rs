//! Judging: a pure function of what was expected and what was recorded.

pub mod answer;
mod claims;
pub(crate) mod effect;
pub mod envelope;
pub mod expected;
mod facets;
pub mod foundation;
pub mod ids;
pub(crate) mod leak;
pub mod message;
mod no_level;
pub mod normalise;
pub mod recognise;
pub mod scope;
mod shown;
pub mod snapshot;
pub mod summary;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod verdict;

use answer::{Answer, unreadable};
use effect::Effect;
use verdict::{Facet, Judgement, Verdict};

use crate::run::record::{Progress, TwinRecord};
use crate::wire::exchange::{Exchange, FailureKind, Outcome};
use crate::wire::redact::one_line;
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
    let there = instance.scenario.expect.same_for.as_deref();
    let there = there.zip(record.same_for.as_ref().and_then(Answer::of));
    let granted = answer.and_then(|answer| facets::granted(answer, None, expected));
    let granted_there = || {
        let (path, answer) = there.as_ref()?;
        facets::granted(answer, Some(path), expected)
    };
    if let Some(reason) = granted.or_else(granted_there) {
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
    if let Some(reason) = unreachable(record) {
        return set_aside(Verdict::HarnessError, &reason);
    }
    if let Err(judgement) = base_succeeded(instance, record.base.as_ref()) {
        return judgement;
    }
    match answer {
        _ if record.edited.is_none() => {
            set_aside(Verdict::HarnessError, "the edited request was never sent")
        }
        answer => refusal(instance, record, answer, there.as_ref(), expected),
    }
}

/// The facets of a refusal, worst first.
fn refusal(
    instance: &Instance,
    record: &TwinRecord,
    answer: Option<&Answer<'_>>,
    there: Option<&(&str, Answer<'_>)>,
    expected: &Expected,
) -> Judgement {
    let effect = effect::effect(&record.probes);
    if let Effect::Changed(reason) = effect {
        return deviates(Facet::Effect, reason);
    }
    let edit = &instance.scenario.edit;
    let readable = |answer: &&Answer<'_>| answer.exchange.unreadable().is_none();
    let here = answer.filter(readable);
    let there = there.filter(|(_, answer)| readable(&answer));
    let leak = |answer: &Answer<'_>| leak::leak(answer, record);
    let of = |facet: Facet| move |reason: String| (facet, reason);
    let worst = None
        .or_else(|| here.and_then(leak).map(of(Facet::Leak)))
        .or_else(|| {
            there
                .and_then(|(_, answer)| leak(answer))
                .map(of(Facet::Leak))
        })
        .or_else(|| leak::tells_apart(here?, there?, record).map(of(Facet::Leak)))
        .or_else(|| unanswered(record).map(of(Facet::Unanswered)))
        .or_else(|| facets::status(here?, expected).map(of(Facet::Status)))
        .or_else(|| facets::code(here?, expected).map(of(Facet::Code)))
        .or_else(|| facets::message(here?, expected).map(of(Facet::Message)))
        .or_else(|| defect(record).map(of(Facet::Envelope)))
        .or_else(|| facets::envelope(here?, expected, edit, record).map(of(Facet::Envelope)));
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

/// Every exchange of a record, and what it is.
fn exchanges(record: &TwinRecord) -> impl Iterator<Item = (String, &Exchange)> {
    let edited = record
        .edited
        .iter()
        .map(|sent| ("the edited request", sent));
    let base = record.base.iter().map(|sent| ("the base request", sent));
    let there = record.same_for.iter();
    let there = there.map(|sent| ("the edited request for the other object", sent));
    let probes = record.probes.iter().flat_map(|probe| {
        let read = |when, sent| (format!("reading `{}` {when}", probe.target), sent);
        [
            read("before the refusal", &probe.before),
            read("after the refusal", &probe.after),
        ]
    });
    let twins = edited.chain(base).chain(there);
    twins
        .map(|(what, sent)| (what.to_owned(), sent))
        .chain(probes)
}

/// That a server cannot be reached is the network's fault, whichever request it was.
fn unreachable(record: &TwinRecord) -> Option<String> {
    let mut failed = exchanges(record).filter_map(|(what, sent)| match &sent.outcome {
        Outcome::Failed(failure) if failure.kind == FailureKind::Connect => {
            Some(format!("{what} got no answer: {}", unreadable(sent)?))
        }
        _ => None,
    });
    failed.next()
}

/// Whether the base was answered as a base must be.
fn base_succeeded(instance: &Instance, base: Option<&Exchange>) -> Result<(), Judgement> {
    let Some(base) = base else {
        return Err(set_aside(
            Verdict::HarnessError,
            "the base request was never sent",
        ));
    };
    if let Some(why) = unreadable(base) {
        let reason = format!("the base request got no answer that says anything: {why}");
        return Err(set_aside(Verdict::NotProvoked, &reason));
    }
    let Some(answer) = Answer::of(base) else {
        return Ok(());
    };
    let wanted = instance.scenario.expect.base_status;
    if answer.suits_base(wanted) {
        return Ok(());
    }
    let due = wanted.map_or("a success".into(), |wanted| wanted.to_string());
    let reason = format!(
        "the base request was answered {} instead of {due}, so that the refusal proves nothing",
        answer.in_words()
    );
    Err(set_aside(Verdict::NotProvoked, &reason))
}

/// A server that can be reached and has answered the base, but breaks off, falls silent or is out of order whenever it should refuse,
/// answers otherwise than OSS.
fn unanswered(record: &TwinRecord) -> Option<String> {
    let refused = exchanges(record).filter(|(_, sent)| {
        [&record.edited, &record.same_for]
            .into_iter()
            .flatten()
            .any(|refused| std::ptr::eq(refused, *sent))
    });
    let mut silent = refused.filter_map(|(what, sent)| {
        let why = unreadable(sent)?;
        Some(format!("{what} got no answer that says anything: {why}"))
    });
    silent.next()
}

/// The first answer of a record that could be read although it is no proper HTTP.
fn defect(record: &TwinRecord) -> Option<String> {
    let mut defects = exchanges(record).filter_map(|(what, sent)| {
        let defect = sent.response()?.defects.first()?;
        Some(format!("the answer to {what} is no proper HTTP: {defect}"))
    });
    defects.next()
}

fn deviates(facet: Facet, reason: String) -> Judgement {
    Judgement {
        verdict: Verdict::Deviates(facet),
        reason: one_line(reason),
    }
}

fn set_aside(verdict: Verdict, reason: &str) -> Judgement {
    Judgement {
        verdict,
        reason: one_line(reason.to_owned()),
    }
}
