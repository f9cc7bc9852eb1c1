//! Makes the mutants from what the reference server is made of: its table of checks, its causes, its limits.

use std::collections::BTreeSet;

use oss_reference::checks::{Check, Row, Stage, TABLE};
use oss_reference::config::{AnswerFault, Decisions, Faults, LimitFault, Wrong};
use oss_reference::denial::Cause;
use oss_reference::limit::Limit;

use super::neighbours::neighbours;
use super::{Kind, Mutant};

/// The elements that every refusal has besides code and message (help page: Error responses).
const ALWAYS: [&str; 2] = ["RequestId", "HostId"];

/// Every mutant that concerns one of the causes (by their ids), in the order of kinds.
pub fn generate(causes: &BTreeSet<&str>) -> Vec<Mutant> {
    let concerned = |cause: &Cause| causes.contains(cause.id());
    let own: Vec<Cause> = Cause::ALL.iter().copied().filter(concerned).collect();
    let checks: Vec<&Check> = TABLE
        .iter()
        .filter_map(|row| match row {
            Row::Check(check) => Some(check),
            Row::Guard(_) => None,
        })
        .filter(|check| check.causes.iter().any(concerned))
        .collect();
    let ids = |check: &Check| -> Vec<&'static str> {
        let own = check.causes.iter().copied().filter(concerned);
        own.map(Cause::id).collect()
    };
    let mut mutants: Vec<Mutant> = Vec::new();
    mutants.extend(checks.iter().map(|check| skip(check, ids(check))));
    for check in checks.iter().filter(|check| check.causes.len() > 1) {
        let own = check.causes.iter().copied().filter(concerned);
        mutants.extend(own.map(|cause| let_through(check, cause)));
    }
    for (first, second) in neighbours() {
        let (own, other) = (ids(first), ids(second));
        let same_time = (first.stage == Stage::Body) == (second.stage == Stage::Body);
        if same_time && !own.is_empty() && !other.is_empty() {
            mutants.push(swap(first, second, [own, other].concat()));
        }
    }
    for limit in Limit::ALL.iter().filter(|limit| concerned(&limit.cause())) {
        mutants.extend([1, -1].map(|by| off_by_one(*limit, by)));
    }
    for cause in &own {
        let keeps = cause.keeps_from();
        if keeps.changing {
            mutants.push(apply(*cause));
        }
        if keeps.reading {
            mutants.extend(leaks(*cause));
        }
    }
    for cause in &own {
        mutants.extend(answers(*cause));
    }
    mutants.sort_by_key(|mutant| mutant.kind);
    mutants
}

fn skip(check: &Check, causes: Vec<&'static str>) -> Mutant {
    let name = check.name;
    Mutant {
        id: id(Kind::SkipCheck, name),
        kind: Kind::SkipCheck,
        description: format!("the check `{name}` is skipped"),
        causes,
        faults: Faults {
            without: vec![name.into()],
            ..Faults::default()
        },
    }
}

fn let_through(check: &Check, cause: Cause) -> Mutant {
    let (name, subject) = (check.name, cause.id());
    Mutant {
        id: id(Kind::LetThrough, subject),
        kind: Kind::LetThrough,
        description: format!("the check `{name}` does not refuse for `{subject}`"),
        causes: vec![subject],
        faults: Faults {
            lets_through: Some(cause),
            ..Faults::default()
        },
    }
}

fn swap(first: &Check, second: &Check, causes: Vec<&'static str>) -> Mutant {
    let (first, second) = (first.name, second.name);
    Mutant {
        id: id(Kind::SwapChecks, &format!("{first}+{second}")),
        kind: Kind::SwapChecks,
        description: format!("the check `{second}` comes before `{first}` instead of after it"),
        causes,
        faults: Faults {
            swap: Some((first.into(), second.into())),
            ..Faults::default()
        },
    }
}

fn off_by_one(limit: Limit, by: i64) -> Mutant {
    let (name, unit) = (limit.name(), limit.unit());
    let (sign, more) = if by > 0 {
        ("more", "more")
    } else {
        ("less", "less")
    };
    Mutant {
        id: id(Kind::OffByOne, &format!("{name}/one-{sign}")),
        kind: Kind::OffByOne,
        description: format!("the limit `{name}` lets one {unit} {more} pass"),
        causes: vec![limit.cause().id()],
        faults: Faults {
            limit: Some(LimitFault { of: limit, by }),
            ..Faults::default()
        },
    }
}

fn apply(cause: Cause) -> Mutant {
    let subject = cause.id();
    let description = format!("what is refused for `{subject}` is carried out all the same");
    answer(Kind::DenyButApply, cause, "", description, Wrong::Applies)
}

fn leaks(cause: Cause) -> [Mutant; 2] {
    let subject = cause.id();
    let leak = |detail, what, wrong| {
        let description = format!("a refusal for `{subject}` shows {what}");
        answer(Kind::DenyButLeak, cause, detail, description, wrong)
    };
    [
        leak("content", "the object's content", Wrong::ShowsContent),
        leak(
            "metadata",
            "the headers of the object",
            Wrong::ShowsMetadata,
        ),
    ]
}

/// Everything that can be wrong with how a refusal reads.
fn answers(cause: Cause) -> Vec<Mutant> {
    let subject = cause.id();
    let mut mutants = Vec::new();
    let mut wrong = |kind, detail: &str, what: String, wrong| {
        let description = format!("a refusal for `{subject}` {what}");
        mutants.push(answer(kind, cause, detail, description, wrong));
    };
    wrong(
        Kind::WrongStatus,
        "",
        "has the status 401".into(),
        Wrong::Status(401),
    );
    let code = another_code(cause);
    let what = format!("has the code `{code}`");
    wrong(Kind::WrongCode, "", what, Wrong::Code(code.into()));
    if cause.has_known_message() {
        let message = another_message(cause);
        let what = format!("has the message {message:?}");
        wrong(Kind::WrongMessage, "", what, Wrong::Message(message.into()));
    }
    let envelope = Kind::WrongEnvelope;
    wrong(envelope, "bare", "has no document".into(), Wrong::Bare);
    let what = "is declared to be HTML".into();
    wrong(envelope, "content-type", what, Wrong::ContentType);
    for element in ALWAYS.iter().chain(cause.elements()) {
        let name = (*element).to_owned();
        wrong(
            envelope,
            &format!("without-{element}"),
            format!("lacks the element `{element}`"),
            Wrong::Missing(name.clone()),
        );
        wrong(
            envelope,
            &format!("other-{element}"),
            format!("has another text in `{element}`"),
            Wrong::Altered(name),
        );
    }
    mutants
}

fn answer(kind: Kind, cause: Cause, detail: &str, description: String, wrong: Wrong) -> Mutant {
    let subject = cause.id();
    let id = match detail {
        "" => id(kind, subject),
        detail => id(kind, &format!("{subject}/{detail}")),
    };
    Mutant {
        id,
        kind,
        description,
        causes: vec![subject],
        faults: Faults {
            answer: Some(AnswerFault { cause, wrong }),
            ..Faults::default()
        },
    }
}

fn id(kind: Kind, subject: &str) -> String {
    format!("{}/{subject}", kind.name())
}

/// The code of the next cause that has another one: the likeliest mistake is a code that OSS has.
fn another_code(cause: Cause) -> &'static str {
    let decisions = Decisions::default();
    let own = cause.code(&decisions);
    after(cause)
        .map(|other| other.code(&decisions))
        .find(|code| *code != own)
        .unwrap_or("Forbidden")
}

/// The message of the next cause that shares the code: a refusal for the wrong reason, which only its message tells.
fn another_message(cause: Cause) -> &'static str {
    let decisions = Decisions::default();
    let same_code = |other: &Cause| other.code(&decisions) == cause.code(&decisions);
    after(cause)
        .filter(same_code)
        .map(Cause::message)
        .find(|message| *message != cause.message())
        .unwrap_or("Forbidden.")
}

/// The other causes, beginning with the one that follows.
fn after(cause: Cause) -> impl Iterator<Item = Cause> {
    let place = Cause::ALL.iter().position(|other| *other == cause);
    let (before, from) = Cause::ALL.split_at(place.unwrap_or_default());
    from.iter().skip(1).chain(before).copied()
}
