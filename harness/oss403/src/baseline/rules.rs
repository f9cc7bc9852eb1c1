//! What must hold between the keys of a baseline, and between a baseline and what it is used with.

use std::collections::{BTreeSet, HashMap};

use super::Baseline;
use super::day::Day;
use super::item::{Excused, Item, lineage};
use super::keys::{File, Keys};
use oss403_case::Ledger;
use oss403_case::decode::Problem;
use oss403_case::diagnostic::{Diagnostic, Severity};
use oss403_case::document::{Document, problem};
use oss403_case::place::{Part, Path};
use oss403_case::revision::Revision;
use oss403_case::suggest;

/// Somewhere it is tomorrow already.
const TOMORROW: i64 = 1;

const ENTRY: &str = "an entry is a map: `- { id: referer-denied, verdict: deviates/message, observed: { … }, reason: …, owner: …, expires: … }`";
const EXPIRES: &str = "the last day on which it counts, such as `expires: 2027-03-01`: without one it would hide what it hides for ever";
const OBSERVED: &str = "the answer that the failure is known by: `observed: { status: 403, code: AccessDenied, message: … }`; `oss403 baseline update` writes it";
const AGAIN: &str =
    "who puts up with it again writes the day into `added`, and a later one into `expires`";

/// Reads the keys, and each entry by itself.
pub(super) fn read(document: &Document, today: Day) -> Result<(File, Vec<Item>), Vec<Diagnostic>> {
    let mut keys: File = document.decode().map_err(|mut found| {
        for found in &mut found {
            let help = match found.message.as_str() {
                "the key `expires` is missing" => EXPIRES,
                "the key `reason` is missing" | "the key `owner` is missing" => {
                    "an entry says why something is put up with, and whose it is"
                }
                message if message.starts_with("a map is needed here, not the text") => ENTRY,
                _ => continue,
            };
            found.help = Some(help.into());
        }
        found
    })?;
    let mut problems = Vec::new();
    if keys.version != 1 {
        let message = format!("version {} is not known", keys.version);
        problems.push(at(["version"], message).help("this program reads version 1"));
    }
    let entries = std::mem::take(&mut keys.entries);
    let items: Vec<Option<Item>> = entries
        .into_iter()
        .enumerate()
        .map(|(number, entry)| {
            let place = Path::from(["entries"]).then(number);
            item(entry, &place, document, today, &mut problems)
        })
        .collect();
    if problems.is_empty() {
        return Ok((keys, items.into_iter().flatten().collect()));
    }
    Err(problems.iter().map(|p| document.diagnostic(p)).collect())
}

fn at(path: impl Into<Path>, message: impl Into<String>) -> Problem {
    problem(path.into(), Part::Value, message)
}

/// One entry; `None` when something is wrong with it.
fn item(
    keys: Keys,
    place: &Path,
    document: &Document,
    today: Day,
    problems: &mut Vec<Problem>,
) -> Option<Item> {
    let before = problems.len();
    for (key, text) in [
        ("id", &keys.id),
        ("reason", &keys.reason),
        ("owner", &keys.owner),
    ] {
        if text.trim().is_empty() {
            let message = format!("the {key} is empty");
            problems.push(at(place.then(key), message));
        }
    }
    let verdict = verdict(&keys, place, problems);
    let (added, expires) = days(&keys, place, today, problems);
    let line = document.diagnostic(&at(place.then("id"), "")).line;
    if problems.len() > before {
        return None;
    }
    Some(Item {
        id: keys.id,
        verdict: verdict?,
        observed: keys.observed.unwrap_or_default(),
        accept_risk: keys.accept_risk,
        reason: keys.reason,
        owner: keys.owner,
        link: keys.link,
        added,
        expires: expires?,
        line,
    })
}

fn verdict(keys: &Keys, place: &Path, problems: &mut Vec<Problem>) -> Option<Excused> {
    let Some(verdict) = Excused::named(&keys.verdict) else {
        let names = Excused::names();
        let names = names.iter().map(String::as_str);
        let help = match keys.verdict.as_str() {
            "flaky" => {
                "what differs between attempts has no one answer that it could be known by".into()
            }
            "harness-error" => {
                "what the harness or the network did says nothing of the target".into()
            }
            "deviates" => "say in which facet, such as `deviates/message`".into(),
            word => suggest::help(word, names, "verdicts"),
        };
        let message = format!("`{}` cannot be excused", keys.verdict);
        problems.push(at(place.then("verdict"), message).help(help));
        return None;
    };
    match (&keys.observed, verdict) {
        (Some(_), Excused::Disabled) => {
            let message = "what is disabled is not run, and has no answer";
            problems.push(at(place.then("observed"), message));
        }
        (None, Excused::Disabled) => {}
        (None, _) => {
            problems.push(at(place.clone(), "the key `observed` is missing").help(OBSERVED));
        }
        (Some(_), _) => {}
    }
    if verdict.is_risky() && !keys.accept_risk {
        let message = format!("`{}` is no matter of wording", verdict.name());
        let help = "add `accept-risk: true` when somebody who may decide that has decided it";
        problems.push(at(place.then("verdict"), message).help(help));
    }
    Some(verdict)
}

fn days(
    keys: &Keys,
    place: &Path,
    today: Day,
    problems: &mut Vec<Problem>,
) -> (Option<Day>, Option<Day>) {
    let mut day = |key: &str, text: &str| {
        let day = Day::parse(text);
        if day.is_none() {
            let message = format!("`{text}` is no day");
            let help = format!("a day is written as `{today}`");
            problems.push(at(place.then(key), message).help(help));
        }
        day
    };
    let added = keys.added.as_deref().and_then(|text| day("added", text));
    let expires = day("expires", &keys.expires);
    if let Some(added) = added.filter(|added| today.until(*added) > TOMORROW) {
        let message = format!("{added} is not yet");
        let help = format!("the day on which it was recorded; today is {today}");
        problems.push(at(place.then("added"), message).help(help));
    }
    if let Some(expires) = expires {
        let (from, since) = match added {
            Some(added) => (added, "after `added`"),
            None => (today, "ahead"),
        };
        // Nothing is put up with for longer unless somebody looks at it again.
        if expires > from.a_year_later() {
            let message = format!("{expires} is more than a year {since}");
            let help = format!("{} at the latest; {AGAIN}", from.a_year_later());
            problems.push(at(place.then("expires"), message).help(help));
        } else if from.until(expires) < 0 && added.is_some() {
            let message = format!("{expires} is before `added`");
            problems.push(at(place.then("expires"), message).help(AGAIN));
        }
    }
    (added, expires)
}

/// What is wrong with a baseline for what it is used with.
pub(super) fn misfits(
    baseline: &Baseline,
    ledger: &Ledger,
    besides: &[&str],
    target: Option<&str>,
) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if let Some(target) = target.filter(|target| *target != baseline.target) {
        let message = format!(
            "the baseline is of `{}`, and the target is `{target}`",
            baseline.target
        );
        let help =
            "every target has a baseline of its own: what is known of one says nothing of another";
        problems.push(at(["target"], message).help(help));
    }
    let revision = ledger.revision();
    if baseline.ledger != revision.name() {
        let known: Option<Revision> = baseline.ledger.parse().ok();
        let (message, help) = match known {
            Some(known) => (
                format!(
                    "the baseline is of `{}`, and the ledger is `{revision}`",
                    baseline.ledger
                ),
                format!(
                    "run it with `--revision {}`, or write a baseline for the other revision",
                    known.word()
                ),
            ),
            None => {
                let names = Revision::ALL.map(Revision::name);
                (
                    format!("there is no ledger `{}`", baseline.ledger),
                    suggest::help(&baseline.ledger, names, "ledgers"),
                )
            }
        };
        problems.push(at(["ledger"], message).help(help));
    } else {
        let names = Baseline::names(ledger, besides);
        problems.extend(unmatched(baseline, ledger, &names));
    }
    problems.extend(overlaps(&baseline.items));
    let document = &baseline.document;
    problems.iter().map(|p| document.diagnostic(p)).collect()
}

fn id_of(number: usize) -> Path {
    Path::from(["entries"]).then(number).then("id")
}

fn unmatched<'a>(
    baseline: &'a Baseline,
    ledger: &'a Ledger,
    names: &'a BTreeSet<String>,
) -> impl Iterator<Item = Problem> + 'a {
    let unknown = baseline.items.iter().enumerate();
    let unknown = unknown.filter(|(_, item)| !names.contains(&item.id));
    unknown.map(|(number, item)| {
        let id = item.id.as_str();
        let cause = id.split('/').next().unwrap_or_default();
        let help = if id.contains('*') {
            "an entry names a cause, a scenario or an instance, without `*`: a pattern would take in what nobody has looked at".into()
        } else if ledger.causes().any(|file| file.code == id) {
            "that is a code: an entry names a cause, a scenario or an instance (`oss403 list`)".into()
        } else if let Some(later) = ledger.later(cause) {
            format!("`{cause}` belongs to the ledger `{later}`")
        } else {
            let near = names.iter().map(String::as_str);
            let near = near.filter(|name| id.matches('/').count() == name.matches('/').count());
            match suggest::nearest(id, near) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`oss403 list` shows every id; when the instance is gone, so should be the entry".into(),
            }
        };
        at(id_of(number), format!("no instance is called `{id}`")).help(help)
    })
}

fn overlaps(items: &[Item]) -> Vec<Problem> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (number, item) in items.iter().enumerate() {
        first.entry(&item.id).or_insert(number);
    }
    let mut problems = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let others = lineage(&item.id).filter_map(|id| first.get(id).copied());
        if let Some(other) = others.into_iter().find(|other| *other != number) {
            let (wide, line) = (&items[other].id, items[other].line);
            let message = if *wide == item.id {
                format!("`{wide}` has an entry already, in line {line}")
            } else {
                format!(
                    "`{}` belongs to `{wide}`, which has an entry in line {line}",
                    item.id
                )
            };
            let help =
                "each instance has one entry: leave one of the two, or name the others one by one";
            problems.push(at(id_of(number), message).help(help));
        }
    }
    problems
}

/// What there is to be careful about.
pub(super) fn warnings(baseline: &Baseline, today: Day) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (number, item) in baseline.items.iter().enumerate() {
        let place = Path::from(["entries"]).then(number);
        if item.verdict.needs_more() && item.observed.differs.is_none() {
            let message = format!(
                "this excuses every `{}` with that answer",
                item.verdict.name()
            );
            let help =
                "`differs:` in `observed` says which one, as `oss403 baseline update` writes it";
            problems.push(at(place.then("observed"), message).help(help));
        }
        if today > item.expires {
            let message = format!("`{}` has expired: what it is for fails every run", item.id);
            problems.push(at(place.then("expires"), message).help(AGAIN));
        }
    }
    let warning = |problem: &Problem| {
        let mut found = baseline.document.diagnostic(problem);
        found.severity = Severity::Warning;
        found
    };
    problems.iter().map(warning).collect()
}

/// Reads the last day of new entries as somebody names it.
///
/// # Errors
/// In a sentence, why that is none.
pub(super) fn last_day(text: &str, today: Day) -> Result<Day, String> {
    let day = Day::parse(text).ok_or(format!("`{text}` is no day: one is written as `{today}`"))?;
    let latest = today.a_year_later();
    if day < today {
        Err(format!("{day} is over: today is {today}"))
    } else if day > latest {
        Err(format!(
            "{day} is more than a year ahead: {latest} at the latest"
        ))
    } else {
        Ok(day)
    }
}
