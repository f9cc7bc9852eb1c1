//! Verifying a bundle, without a network: the envelopes, the digests, the terms; then everything is made again from the records and compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::attested::{attestation, digests};
use super::bundle::{self, EVENTS, RECORDS, RESULT, TERMS};
use super::events;
use super::key::PublicKey;
use super::keys::{lore, renamed};
use super::place::{dated, reached};
use super::records::{self, Line};
use super::refusal::Refusal;
use super::statement::{SVR, TEST_RESULT, statements};
use super::terms::{ATTEMPTS, SCHEMA, Terms, is_challenge};
use super::unique::unique;
use crate::judge::scope::Scope;
use crate::judge::verdict::VerdictKind;
use crate::report::Facts;
use crate::report::entry::Entry;
use crate::report::json::{ResultFile, Tool};
use crate::report::read::Recorded;
use crate::report::sink::Reports;
use crate::run::due::misfit;
use crate::run::record::{Progress, TwinRecord};
use crate::suite::{Step, retell, select};
use crate::wire::redact::REDACTED;
use oss_auth::Timestamp;
use oss403_case::revision::Revision;
use oss403_case::{Instance, Ledger};

/// What is asked of a bundle.
#[derive(Debug)]
pub struct Question<'q> {
    /// Who should have signed it.
    pub key: &'q PublicKey,
    /// The suite that it should be of, at any revision.
    pub ledger: &'q Ledger,
    /// What the run should have been given.
    pub challenge: Option<&'q str>,
}

/// What was found out about a bundle that is as it should be.
#[derive(Debug)]
pub struct Verified {
    /// The result, without its instances.
    pub head: ResultFile,
    /// What the run was given.
    pub terms: Terms,
    /// Instances that were judged again.
    pub judged: usize,
    /// Instances that were rightly set aside.
    pub aside: usize,
    /// The instances that were sent, and what became of them.
    pub sent: BTreeMap<String, VerdictKind>,
    /// What could not be judged again, and of how many instances: each a facet and why.
    pub not_again: Vec<(&'static str, usize)>,
}

/// Verifies a bundle.
///
/// # Errors
/// The first respect in which it is not as it should be.
pub fn verify(folder: &Path, question: &Question<'_>) -> Result<Verified, Refusal> {
    let said = attestation(folder, question.key)?;
    let digests = digests(folder, &said)?;
    let terms = terms(folder)?;
    let ledger = ledger(&terms, question.ledger)?;
    once(folder)?;
    let mut recorded = Recorded::read(&folder.join(RESULT)).map_err(|error| Refusal::File {
        file: RESULT,
        why: error.to_string(),
    })?;
    let entries = recorded.entries().map_err(|error| Refusal::File {
        file: RESULT,
        why: error.to_string(),
    })?;
    rules(&recorded.head, &entries, &terms, question.challenge)?;
    let lines = records::read(&folder.join(RECORDS), &terms.surroundings)?;
    dated(&recorded.head, &lines)?;
    reached(&recorded.head, &lines)?;
    let not_again = not_again(&lines);
    let again = again(&ledger, &terms, lines)?;
    compared(&again.entries, &entries)?;
    summed(&again, &recorded.head, &ledger, &terms)?;
    events::told(folder, &recorded.head, &entries, &terms)?;
    let due = statements(&recorded.head, &entries, &terms, &digests);
    stated(&said, &due)?;
    reports(folder, &mut recorded, &terms, &ledger)?;
    let aside = entries.iter().filter(|entry| entry.verdict.is_set_aside());
    Ok(Verified {
        judged: entries.len(),
        aside: aside.count(),
        sent: entries
            .iter()
            .filter(|entry| !entry.verdict.is_set_aside())
            .map(|entry| (entry.id.clone(), entry.verdict))
            .collect(),
        head: recorded.head,
        terms,
        not_again,
    })
}

/// No key of the result is there twice.
fn once(folder: &Path) -> Result<(), Refusal> {
    let text = fs::read(folder.join(RESULT));
    let found = text.and_then(|text| unique(&text).map_err(std::io::Error::other));
    found.map_err(|error| Refusal::File {
        file: RESULT,
        why: error.to_string(),
    })
}

fn terms(folder: &Path) -> Result<Terms, Refusal> {
    let unread = |why: String| Refusal::File { file: TERMS, why };
    let text = fs::read_to_string(folder.join(TERMS)).map_err(|error| unread(error.to_string()))?;
    unique(text.as_bytes()).map_err(|error| unread(error.to_string()))?;
    let terms: Terms = serde_json::from_str(&text).map_err(|error| unread(error.to_string()))?;
    if terms.schema != SCHEMA {
        return Err(Refusal::Version(terms.schema));
    }
    // Its words and pages cannot be made again here, and what is not compared may say anything.
    if terms.tool != Tool::default() {
        let Tool { name, version } = terms.tool;
        return Err(Refusal::Program { name, version });
    }
    if !ATTEMPTS.contains(&terms.attempts) {
        return Err(unread(format!("no run has {} attempts", terms.attempts)));
    }
    Ok(terms)
}

/// The suite at the revision that the terms name, when it is the same one.
fn ledger(terms: &Terms, ledger: &Ledger) -> Result<Ledger, Refusal> {
    let revision: Revision = terms
        .revision
        .parse()
        .map_err(|_| Refusal::Revision(terms.revision.clone()))?;
    let ledger = ledger.clone().at(revision);
    if ledger.hash() == terms.suite && revision.name() == terms.revision {
        return Ok(ledger);
    }
    Err(Refusal::Suite {
        said: terms.suite.clone(),
        ours: ledger.hash().to_owned(),
        revision: revision.name().to_owned(),
    })
}

/// The rules of a certificate were kept.
fn rules(
    head: &ResultFile,
    entries: &[Entry],
    terms: &Terms,
    challenge: Option<&str>,
) -> Result<(), Refusal> {
    if let Some(what) = terms.other_than(head) {
        return Err(Refusal::Terms(what));
    }
    match (challenge, &terms.challenge) {
        (Some(_), None) => return Err(Refusal::Unchallenged),
        (Some(asked), Some(given)) if asked != given => {
            return Err(Refusal::Challenge(given.clone()));
        }
        (_, Some(given)) if !is_challenge(given) => return Err(Refusal::NoChallenge),
        _ => {}
    }
    if terms.seed != Terms::seed_of(terms.challenge.as_deref(), &terms.nonce) {
        return Err(Refusal::Seed(terms.seed));
    }
    if let Some(missing) = terms.product.missing() {
        return Err(Refusal::Product(missing));
    }
    let selection = &head.selection;
    if !selection.filters.is_empty()
        || selection.partition.is_some()
        || selection.left_out.is_some()
        || selection.rerun
    {
        return Err(Refusal::Part);
    }
    if selection.revision != terms.revision {
        return Err(Refusal::Terms("revision of the selection"));
    }
    let is_excused =
        |entry: &&Entry| entry.verdict == VerdictKind::Disabled || entry.baseline.is_some();
    if let Some(entry) = entries.iter().find(is_excused) {
        return Err(Refusal::Baseline(entry.id.clone()));
    }
    if let Some(account) = &head.baseline {
        return Err(Refusal::Baseline(account.file.clone()));
    }
    let summary = &head.summary;
    if let Some(failure) = &summary.failure {
        return Err(Refusal::Unfinished(failure.clone()));
    }
    if summary.interrupted || summary.time_ran_out || summary.instances.unfinished > 0 {
        return Err(Refusal::Unfinished("it was stopped".into()));
    }
    Ok(())
}

/// What follows from the records.
struct Again {
    entries: BTreeMap<String, Entry>,
    certified: crate::suite::Certified,
}

/// Judges every record again, after it was seen to be one of its instance.
fn again(ledger: &Ledger, terms: &Terms, lines: Vec<Line>) -> Result<Again, Refusal> {
    let instances =
        select(ledger, &[], &[]).map_err(|error| Refusal::Unreadable(error.to_string()))?;
    let instances = renamed(&instances, &terms.named_by());
    let attempts = attempts(lines, &instances, terms)?;
    of_this_run(&attempts, terms)?;
    let mut entries = BTreeMap::new();
    let certified = retell(&instances, terms.attempts, attempts, |step| {
        if let Step::Finished(finished) = step {
            let entry = Entry::of(finished, ledger);
            entries.insert(entry.id.clone(), entry);
        }
    });
    Ok(Again { entries, certified })
}

/// Which attempt it was, counted from 1, at what, and what happened.
type Attempt = (usize, Instance, TwinRecord);

/// Each record with its instance. There is one of every instance, and one of each attempt up to its last.
fn attempts(
    lines: Vec<Line>,
    instances: &[Instance],
    terms: &Terms,
) -> Result<Vec<Attempt>, Refusal> {
    let known: BTreeMap<&str, &Instance> = instances
        .iter()
        .map(|instance| (instance.id.as_str(), instance))
        .collect();
    let mut seen = BTreeSet::new();
    let mut attempts = Vec::new();
    for Line { attempt, record } in lines {
        let Some(instance) = known.get(record.instance.as_str()) else {
            return Err(Refusal::RecordUnknown(record.instance));
        };
        let impossible = |why| Refusal::Attempt {
            instance: instance.id.clone(),
            attempt,
            why,
        };
        if attempt == 0 || attempt > terms.attempts {
            return Err(impossible("the terms allow no such attempt"));
        }
        if attempt > 1 && !seen.contains(&(instance.id.as_str(), attempt - 1)) {
            return Err(impossible("the attempt before it has none"));
        }
        if !seen.insert((instance.id.as_str(), attempt)) {
            return Err(Refusal::RecordTwice {
                instance: record.instance,
                attempt,
            });
        }
        if record.progress == Progress::Interrupted {
            return Err(Refusal::Unfinished(format!(
                "`{}` was interrupted",
                instance.id
            )));
        }
        attempts.push((attempt, Instance::clone(instance), record));
    }
    if let Some(missing) = instances
        .iter()
        .find(|i| !seen.contains(&(i.id.as_str(), 1)))
    {
        return Err(Refusal::RecordMissing(missing.id.clone()));
    }
    Ok(attempts)
}

/// Every record is one of its instance in this run.
fn of_this_run(attempts: &[Attempt], terms: &Terms) -> Result<(), Refusal> {
    let run = terms.run();
    let misfits = super::in_parallel(attempts, |(_, instance, record)| {
        misfit(instance, record, &terms.surroundings, &run)
    });
    let foreign = misfits.into_iter().zip(attempts);
    let mut foreign = foreign.filter_map(|(why, (_, _, record))| Some((why?, record)));
    match foreign.next() {
        None => Ok(()),
        Some((why, record)) => Err(Refusal::RecordForeign {
            instance: record.instance.clone(),
            why,
        }),
    }
}

impl Again {
    /// The run as its records have it. What they do not show is taken as it stands in the result.
    fn facts(&self, head: &ResultFile, ledger: &Ledger, terms: &Terms) -> Facts {
        let frozen = || ledger.listed().iter().map(|row| row.id.as_str());
        let tally = self.certified.tally.clone();
        let surroundings = &terms.surroundings;
        let started = Timestamp::parse_iso_extended(&head.started);
        Facts {
            revision: ledger.revision().name().to_owned(),
            hash: ledger.hash().to_owned(),
            ledger_causes: ledger.causes().len(),
            target: terms.target.clone(),
            endpoint: head.target.endpoint.clone(),
            profile: head.target.profile.clone(),
            reference: head.target.reference.clone(),
            selection: head.selection.clone(),
            seed: terms.seed,
            started: started.map_or(0, |started| started.0),
            elapsed: Duration::from_millis(head.elapsed_ms),
            requests: head.summary.requests,
            level: tally.level(frozen()),
            scope: Scope::of(
                &tally,
                frozen(),
                &surroundings.claims,
                &surroundings.retired,
            ),
            tally,
            unmet: Vec::new(),
            interrupted: false,
            time_ran_out: false,
            failure: None,
            notes: head.summary.notes.clone(),
            left_behind: head.summary.left_behind.clone(),
            snapshots: String::new(),
            baseline: None,
        }
    }
}

/// Every instance of the result follows from its record.
fn compared(again: &BTreeMap<String, Entry>, said: &[Entry]) -> Result<(), Refusal> {
    let listed: BTreeSet<&str> = said.iter().map(|entry| entry.id.as_str()).collect();
    if let Some(missing) = again.keys().find(|id| !listed.contains(id.as_str())) {
        return Err(Refusal::EntryMissing(missing.clone()));
    }
    for entry in said {
        let Some(due) = again.get(&entry.id) else {
            return Err(Refusal::EntryExtra(entry.id.clone()));
        };
        if (entry.verdict, entry.facet) != (due.verdict, due.facet) {
            return Err(Refusal::Verdict {
                instance: entry.id.clone(),
                found: due.verdict_in_words(),
                said: entry.verdict_in_words(),
            });
        }
        if let Some(field) = first_difference(due, entry) {
            return Err(Refusal::Entry {
                instance: entry.id.clone(),
                field,
            });
        }
    }
    Ok(())
}

/// What the doctor makes of a signature cannot be made of one that is hidden.
const OF_SIGNATURES: &str = "signature";

fn first_difference(due: &Entry, said: &Entry) -> Option<String> {
    let [due, said] = [due, said].map(|entry| {
        let mut entry = serde_json::to_value(entry).unwrap_or_default();
        if let Some(entry) = entry.as_object_mut() {
            entry.remove(OF_SIGNATURES);
        }
        entry
    });
    differing(&due, &said)
}

/// The first key of two objects that differs.
fn differing(due: &Value, said: &Value) -> Option<String> {
    let none = serde_json::Map::new();
    let of = |value: &'_ Value| value.as_object().cloned().unwrap_or_else(|| none.clone());
    let (due, said) = (of(due), of(said));
    let keys: BTreeSet<&String> = due.keys().chain(said.keys()).collect();
    let differs = |key: &&&String| due.get(key.as_str()) != said.get(key.as_str());
    keys.iter().find(differs).map(|key| (**key).clone())
}

/// Level, scope and sums follow from the records.
fn summed(again: &Again, said: &ResultFile, ledger: &Ledger, terms: &Terms) -> Result<(), Refusal> {
    let mut due = ResultFile::head(&again.facts(said, ledger, terms));
    due.started.clone_from(&said.started);
    let level = |head: &ResultFile| match head.summary.level {
        Some(level) => level.to_string(),
        None => "none".into(),
    };
    if due.summary.level != said.summary.level {
        return Err(Refusal::Level {
            found: level(&due),
            said: level(said),
        });
    }
    let [due, said] = [&due, said].map(|head| serde_json::to_value(head).unwrap_or_default());
    let Some(field) = differing(&due, &said) else {
        return Ok(());
    };
    let below = differing(&due[&field], &said[&field]);
    let below = below.map_or(String::new(), |below| format!(".{below}"));
    Err(Refusal::Sums(format!("{field}{below}")))
}

/// The statements say what follows from everything else.
fn stated(said: &[Value; 2], due: &[Value; 2]) -> Result<(), Refusal> {
    for (kind, (said, due)) in [TEST_RESULT, SVR].into_iter().zip(said.iter().zip(due)) {
        let Some(field) = differing(due, said) else {
            continue;
        };
        let below = differing(&due[&field], &said[&field]);
        let below = below.map_or(String::new(), |below| format!(".{below}"));
        return Err(Refusal::Statement {
            kind,
            field: format!("{field}{below}"),
        });
    }
    Ok(())
}

/// Every other file is what the result and the terms make it.
fn reports(
    folder: &Path,
    recorded: &mut Recorded,
    terms: &Terms,
    ledger: &Ledger,
) -> Result<(), Refusal> {
    let unread = |error: std::io::Error| Refusal::Unreadable(error.to_string());
    let scratch = tempfile::tempdir().map_err(unread)?;
    let made = bundle::reports().filter(|(_, name)| *name != EVENTS);
    let made: Vec<_> = made.collect();
    let wanted: Vec<String> = made
        .iter()
        .map(|(kind, name)| format!("{kind}={}", scratch.path().join(name).display()))
        .collect();
    let mut again =
        Reports::open(&wanted).map_err(|error| Refusal::Unreadable(error.to_string()))?;
    again.explain(lore(ledger, &terms.named_by()));
    let written = again.of(recorded);
    written.map_err(|error| Refusal::Unreadable(error.to_string()))?;
    for (_, name) in made {
        let [due, said] = [scratch.path(), folder].map(|folder| fs::read(folder.join(name)));
        if due.map_err(unread)? != said.map_err(unread)? {
            return Err(Refusal::Report(name));
        }
    }
    for (name, due) in bundle::functions_of(&recorded.head, terms) {
        if fs::read(folder.join(name)).map_err(unread)? != due.as_bytes() {
            return Err(Refusal::Report(name));
        }
    }
    Ok(())
}

/// What of an answer cannot be judged again, since what it would be held against is hidden.
fn not_again(lines: &[Line]) -> Vec<(&'static str, usize)> {
    let answers = |record: &TwinRecord, what: &str| {
        let refused = record.edited.iter().chain(&record.same_for);
        refused.into_iter().any(|exchange| {
            let answer = crate::judge::answer::Answer::of(exchange);
            let text = answer.as_ref().and_then(|answer| answer.text(what));
            text.is_some_and(|text| text.contains(REDACTED))
        })
    };
    let counted = |what: &str| {
        let hidden = super::in_parallel(lines, |line| answers(&line.record, what));
        hidden.into_iter().filter(|hidden| *hidden).count()
    };
    let all = [
        (
            "envelope: that SignatureProvided is the signature that was sent (both are hidden)",
            counted("SignatureProvided"),
        ),
        (
            "envelope: StringToSignBytes and the digest of CanonicalRequest (a token in them is hidden)",
            counted("StringToSign").max(counted("CanonicalRequest")),
        ),
    ];
    all.into_iter().filter(|(_, count)| *count > 0).collect()
}
