//! Whether a stream of events tells the run that result and terms are of, in its order.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use oss_auth::Timestamp;
use serde_json::json;

use super::bundle::EVENTS;
use super::refusal::Refusal;
use super::terms::Terms;
use super::unique::{unique, written};
use crate::report::entry::Entry;
use crate::report::events::{Event, Started};
use crate::report::json::ResultFile;
use crate::report::read::Recorded;
use crate::run::journal::Line;

/// Longer lines are no events, in bytes.
const LONGEST_LINE: u64 = 64 << 20;

/// The events tell the run of the result, to its end.
pub(super) fn told(
    folder: &Path,
    head: &ResultFile,
    entries: &[Entry],
    terms: &Terms,
) -> Result<(), Refusal> {
    let told = |error: String| Refusal::Events(error);
    let mut recorded =
        Recorded::read(&folder.join(EVENTS)).map_err(|error| told(error.to_string()))?;
    let found = recorded
        .entries()
        .map_err(|error| told(error.to_string()))?;
    let json = |entries: &[Entry]| serde_json::to_value(entries).unwrap_or_default();
    let [of_events, of_result] =
        [&recorded.head, head].map(|head| serde_json::to_value(head).unwrap_or_default());
    if of_events != of_result {
        return Err(told("their sums differ".into()));
    }
    let other = found.iter().zip(entries).find(|(found, entry)| {
        serde_json::to_value(found).unwrap_or_default()
            != serde_json::to_value(entry).unwrap_or_default()
    });
    match other {
        Some((found, _)) => Err(told(format!("`{}` is told otherwise", found.id))),
        None if json(&found) != json(entries) => Err(told("instances are missing".into())),
        None => other_than(&folder.join(EVENTS), head, terms).map_err(told),
    }
}

/// In what a stream of events tells another run, in words.
fn other_than(path: &Path, head: &ResultFile, terms: &Terms) -> Result<(), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut reader = BufReader::new(file);
    let mut finished = BTreeSet::new();
    let mut last = None;
    let mut ended = false;
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let mut limited = reader.by_ref().take(LONGEST_LINE);
        let read = limited.read_until(b'\n', &mut text);
        if read.map_err(|error| error.to_string())? == 0 {
            break;
        }
        if ended {
            return Err(format!("line {line} stands after its end"));
        }
        unique(&text).map_err(|error| format!("line {line}: {error}"))?;
        let event = Event::read(&text).map_err(|error| format!("line {line}: {error}"))?;
        let own = written(&event, text.strip_suffix(b"\n").unwrap_or_default());
        own.map_err(|error| format!("line {line}: {error}"))?;
        let at = match event {
            Event::RunStarted(started) => {
                if let Some(what) = other_start(&started, head, terms) {
                    return Err(format!("it was begun with another {what}"));
                }
                if line != 1 {
                    return Err(format!("line {line} begins it again"));
                }
                started.at
            }
            _ if line == 1 => return Err("it has no beginning".into()),
            Event::InstanceFinished { at, instance } => {
                if !finished.insert(instance.id.clone()) {
                    return Err(format!("`{}` is told twice", instance.id));
                }
                at
            }
            Event::RunFinished { at, .. } => {
                ended = true;
                at
            }
            // What was sent and answered stands in the records.
            Event::Journal(Line::Exchanged { .. } | Line::RunStarted(_)) => {
                return Err(format!("line {line} is none of its events"));
            }
            Event::Journal(_) => continue,
        };
        let at =
            Timestamp::parse_iso_extended(&at).map_err(|_| format!("line {line} says no time"))?;
        if last.is_some_and(|last| at.0 < last) {
            return Err(format!(
                "line {line} is of a time before that of what stands above it"
            ));
        }
        last = Some(at.0);
    }
    Ok(())
}

fn other_start(started: &Started, head: &ResultFile, terms: &Terms) -> Option<&'static str> {
    // What the run found to be refused to everybody is claimed at its beginning and not at its end.
    let retired = terms.surroundings.retired.iter().map(|gone| gone.as_str());
    let retired: BTreeSet<&str> = retired.collect();
    let claims = started.claims.iter().map(String::as_str);
    let claims: BTreeSet<&str> = claims.filter(|claim| !retired.contains(claim)).collect();
    let due = head.claims.iter().map(String::as_str);
    let due: BTreeSet<&str> = due.filter(|claim| !retired.contains(claim)).collect();
    let differs = [
        ("format", started.schema != head.schema),
        (
            "id",
            started.run != terms.run() || started.resumes.is_some(),
        ),
        ("program", started.tool != head.tool),
        ("suite", json!(started.suite) != json!(head.suite)),
        ("target", json!(started.target) != json!(head.target)),
        ("selection", started.selection != head.selection),
        ("seed", started.seed != head.seed),
        ("set of claims", claims != due),
    ];
    let mut differs = differs.into_iter();
    differs.find(|(_, differs)| *differs).map(|(what, _)| what)
}
