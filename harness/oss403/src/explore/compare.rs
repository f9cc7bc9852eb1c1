//! Compares what a target did with what the model did in the same world: a pure function of two records.
//!
//! The differences stand in a lattice, worst first: *granted where the model denies*, then effects and leaks of a refusal, then *refused
//! where the model grants*, then how the refusal reads. Volatile parts are taken out as for snapshots, and the EC is not compared, since
//! OSS says that it may change.

use std::collections::BTreeMap;
use std::sync::Arc;

use oss_reference::config::Decisions;
use oss_reference::denial::Cause;
use oss403_case::Ledger;
use oss403_case::model::CaseFile;

use crate::judge::answer::{Answer, unreadable};
use crate::judge::effect::{Effect, effect};
use crate::judge::leak::leak;
use crate::judge::message;
use crate::judge::normalise::normalise;
use crate::run::record::TwinRecord;
use crate::target::quirk::{Facet, Quirk};
use crate::wire::exchange::{Exchange, FailureKind, Outcome};
use crate::wire::redact::one_line;

/// Which request of a twin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Which {
    /// The edited one.
    Edited,
    Base,
}

/// A difference between a target and the model, or a law that the target broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In what.
    pub facet: Facet,
    /// In the answer to which request.
    pub which: Which,
    /// Id of the cause that the model refuses for; of a refusal that has none its status and code. Where the model grants: what the target
    /// says.
    pub cause: String,
    /// What the target says, in the words by which a quirk is known.
    pub says: String,
    /// Whether it is the same defect whatever the cause.
    pub is_common: bool,
    /// One sentence for a person.
    pub reason: String,
}

impl Difference {
    /// The quirk that it would be; `None` when it is no matter of wording, and nothing that is refused.
    pub fn as_quirk(&self) -> Option<Quirk> {
        if self.facet == Facet::Refused {
            return Some(Quirk {
                refuses: Some(self.cause.clone()),
                ..Quirk::default()
            });
        }
        self.facet.is_wording().then(|| Quirk {
            cause: (!self.is_common).then(|| self.cause.clone()),
            facet: Some(self.facet),
            says: Some(self.says.clone()),
            refuses: None,
        })
    }

    /// Whether it is this quirk, as a matter of wording.
    pub fn is(&self, quirk: &Quirk) -> bool {
        let fits =
            |wanted: &Option<String>, own: &String| wanted.as_ref().is_none_or(|text| text == own);
        self.facet.is_wording()
            && quirk.facet == Some(self.facet)
            && fits(&quirk.cause, &self.cause)
            && fits(&quirk.says, &self.says)
    }
}

/// The other forms in which a cause may be refused, as the ledger has them.
#[derive(Debug, Clone, Default)]
pub struct Accepted(BTreeMap<String, Arc<CaseFile>>);

impl Accepted {
    /// Those of a ledger.
    pub fn of(ledger: &Ledger) -> Self {
        let files = ledger.causes().filter(|file| !file.alternatives.is_empty());
        Self(
            files
                .map(|file| (file.cause.clone(), Arc::clone(file)))
                .collect(),
        )
    }

    /// Whether status, code and message are another form of the refusal for a cause; without a message any will do.
    fn takes(&self, cause: &str, status: u16, code: &str, message: Option<&str>) -> bool {
        let Some(file) = self.0.get(cause) else {
            return false;
        };
        file.alternatives.iter().any(|form| {
            let due = form.message.as_ref().unwrap_or(&file.message);
            form.status.unwrap_or(file.status) == status
                && form.code.as_ref().unwrap_or(&file.code) == code
                && message.is_none_or(|said| message::matches(due, said))
        })
    }
}

/// The worst difference between the two records of a scenario, if there is any.
pub fn compare(
    subject: &TwinRecord,
    model: &TwinRecord,
    accepted: &Accepted,
) -> Option<Difference> {
    [Which::Edited, Which::Base]
        .into_iter()
        .filter_map(|which| difference(which, subject, model, accepted))
        .min_by_key(|found| (found.facet, found.which))
}

/// That the target refuses the base that the model grants.
pub fn refused_base(subject: &TwinRecord, model: &TwinRecord) -> Option<Difference> {
    let found = difference(Which::Base, subject, model, &Accepted::default());
    found.filter(|found| found.facet == Facet::Refused)
}

fn difference(
    which: Which,
    subject: &TwinRecord,
    model: &TwinRecord,
    accepted: &Accepted,
) -> Option<Difference> {
    let (own, other) = match which {
        Which::Edited => (&subject.edited, &model.edited),
        Which::Base => (&subject.base, &model.base),
    };
    let (own, other) = (own.as_ref()?, other.as_ref()?);
    let says_nothing = unreadable(own);
    let pair = Pair {
        which,
        subject,
        model,
        accepted,
        own: Answer::of(own).filter(|_| says_nothing.is_none()),
        other: Answer::of(other).filter(|_| unreadable(other).is_none())?,
    };
    match says_nothing {
        Some(why) => pair.broken_off(own, &why),
        None => pair.worst(),
    }
}

/// The id of the cause that an answer of the reference server refuses for; status and code of one that has none.
pub fn cause(exchange: &Exchange) -> Option<String> {
    let answer = Answer::of(exchange)?;
    Some(cause_of(&answer))
}

fn cause_of(answer: &Answer<'_>) -> String {
    let status = answer.response.status;
    let text = |name: &str| answer.text(name);
    let Some(code) = text("Code") else {
        return status.to_string();
    };
    let (said, ec) = (text("Message").unwrap_or_default(), text("EC"));
    // As the model decides, of which every answer tells its cause.
    let decisions = Decisions::default().documented();
    let fits = |cause: &&Cause| {
        status == 403
            && cause.code(&decisions) == code
            && message::matches(cause.message().trim_end(), said)
    };
    // Some messages are those of several causes, which only the EC tells apart.
    let known = Cause::ALL.iter().filter(fits);
    let best = known.max_by_key(|cause| (ec == cause.usual_ec(), cause.message().len()));
    match best {
        Some(cause) => cause.id().to_owned(),
        None => format!("{status} {}", short(code)),
    }
}

/// The answers to one request of a twin.
struct Pair<'r> {
    which: Which,
    subject: &'r TwinRecord,
    model: &'r TwinRecord,
    accepted: &'r Accepted,
    /// The target's; absent when it broke off.
    own: Option<Answer<'r>>,
    other: Answer<'r>,
}

fn grants(answer: &Answer<'_>) -> bool {
    (200..400).contains(&answer.response.status)
}

impl Pair<'_> {
    fn worst(&self) -> Option<Difference> {
        let own = self.own.as_ref()?;
        let (seen, due) = (own.in_words(), self.other.in_words());
        match (grants(own), grants(&self.other)) {
            (true, false) => self.found(
                Facet::Granted,
                &own.response.status.to_string(),
                &format!("the target answers {seen} where the model refuses with {due}"),
            ),
            (false, true) => self.found(
                Facet::Refused,
                &seen,
                &format!("the target refuses with {seen} what the model answers with {due}"),
            ),
            (true, true) => (own.response.status != self.other.response.status)
                .then(|| {
                    let status = own.response.status.to_string();
                    let reason = format!("the target grants with {seen}, the model with {due}");
                    self.found(Facet::Status, &status, &reason)
                })
                .flatten(),
            (false, false) => self.refusal(own),
        }
    }

    fn refusal(&self, own: &Answer<'_>) -> Option<Difference> {
        if self.which == Which::Edited {
            let effects = (effect(&self.subject.probes), effect(&self.model.probes));
            if let (Effect::Changed(reason), Effect::None | Effect::Unreadable(_)) = effects {
                return self.found(Facet::Effect, "", &reason);
            }
        }
        if let Some(reason) = leak(own, self.subject)
            && leak(&self.other, self.model).is_none()
        {
            return self.found(Facet::Leak, "", &reason);
        }
        let statuses = (own.response.status, self.other.response.status);
        // What neither side says with a 403 is not about who may do what.
        if statuses.0 != 403 && statuses.1 != 403 {
            return None;
        }
        self.wording(own)
    }

    fn wording(&self, own: &Answer<'_>) -> Option<Difference> {
        let due = self.other.in_words();
        let (status, wanted) = (own.response.status, self.other.response.status);
        let cause = cause_of(&self.other);
        // A base may have had a world of its own, whose names nobody remembers.
        let is_base = self.which == Which::Base;
        let words = |answer: &Answer<'_>| {
            let of = |name| answer.text(name).unwrap_or_default().to_owned();
            (of("Code"), of("Message"))
        };
        let (code, said) = words(own);
        let is_accepted =
            self.accepted
                .takes(&cause, status, &code, (!is_base).then_some(said.as_str()));
        if status != wanted && !is_accepted {
            let reason = format!("refused with {} instead of {due}", own.in_words());
            return self.found(Facet::Status, &status.to_string(), &reason);
        }
        // An answer that nobody can read is one defect, for whatever it refuses.
        if let (Err(error), Ok(_)) = (own.envelope(), self.other.envelope()) {
            let (facet, says) = match own.is_head() {
                true => (Facet::Envelope, error.to_string()),
                false => (Facet::Code, "no envelope".to_owned()),
            };
            let found = self.found(facet, &says, &format!("there is no code: {error} ({due})"));
            return found.map(common);
        }
        let read =
            |answer: &Answer<'_>, record: &TwinRecord| normalise(answer, &record.placeholders);
        let (text, model) = (read(own, self.subject), read(&self.other, self.model));
        let (code, known) = (element(&text, "Code"), element(&model, "Code"));
        let said = element(&text, "Message");
        if code != known && !is_accepted {
            let reason = format!("the code is `{code}`, the model's `{known}` ({due})");
            return self.found(Facet::Code, code, &reason);
        }
        if is_base {
            return None;
        }
        let known = element(&model, "Message");
        if said != known && !message::matches(known, said) && !is_accepted {
            let reason = format!("the message is {said:?}, the model's {known:?}");
            return self.found(Facet::Message, said, &reason);
        }
        let (lines, known) = (judged(&text), judged(&model));
        let changed = |from: &[&str], to: &[&str], sign: char| -> Vec<String> {
            let missing = from.iter().filter(|line| !to.contains(line));
            missing
                .map(|line| format!("{sign} {}", line.trim()))
                .collect()
        };
        let differ = [changed(&known, &lines, '-'), changed(&lines, &known, '+')].concat();
        if differ.is_empty() {
            return None;
        }
        let says = differ.join("; ");
        let reason = format!("the rest of the answer reads otherwise: {says}");
        self.found(Facet::Envelope, &says, &reason).map(common)
    }

    /// An answer that says nothing is no finding by itself: networks lose some. It is one where the server answers the base, and not what it
    /// should refuse, although it was asked again.
    fn broken_off(&self, own: &Exchange, detail: &str) -> Option<Difference> {
        let unreachable = matches!(&own.outcome, Outcome::Failed(failure) if failure.kind == FailureKind::Connect);
        let base = self.subject.base.as_ref();
        let answers_the_base = base.is_some_and(|base| unreadable(base).is_none());
        let was_repeated = !own.earlier.is_empty();
        if self.which == Which::Base || unreachable || !answers_the_base || !was_repeated {
            return None;
        }
        let due = self.other.in_words();
        let reason = format!(
            "the target answers the base and not the edited request ({detail}), the model answers {due}"
        );
        self.found(Facet::Unanswered, "no answer", &reason)
    }

    fn found(&self, facet: Facet, says: &str, reason: &str) -> Option<Difference> {
        let cause = match (&self.own, grants(&self.other)) {
            (Some(own), true) => cause_of(own),
            _ => cause_of(&self.other),
        };
        // A server may repeat in any text what it was sent, and these words are printed and written down.
        let redactors = [self.subject, self.model].map(TwinRecord::redactor);
        let harmless = |text: &str| {
            let text = redactors[0].text(text);
            one_line(short(&redactors[1].text(&text)))
        };
        Some(Difference {
            facet,
            which: self.which,
            cause: harmless(&cause),
            says: harmless(says),
            is_common: false,
            reason: harmless(reason),
        })
    }
}

fn common(found: Difference) -> Difference {
    Difference {
        is_common: true,
        ..found
    }
}

/// The text of an element in a normalised answer.
fn element<'t>(text: &'t str, name: &str) -> &'t str {
    let of = |line: &'t str| {
        line.strip_prefix("  ")?
            .strip_prefix(name)?
            .strip_prefix(':')
    };
    text.lines().find_map(of).unwrap_or_default().trim()
}

/// The lines of a normalised answer that are compared as a whole: not what was compared by itself, nor what OSS says may change.
fn judged(text: &str) -> Vec<&str> {
    const APART: [&str; 6] = [
        "Code:",
        "Message:",
        "EC:",
        "x-oss-ec:",
        "RecommendDoc:",
        "status:",
    ];
    let apart = |line: &&str| APART.iter().any(|name| line.trim_start().starts_with(name));
    text.lines()
        .filter(|line| !line.trim().is_empty() && !apart(line))
        .collect()
}

/// A server may say as much as it likes; a finding need not repeat all of it.
fn short(text: &str) -> String {
    const MOST: usize = 600;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
