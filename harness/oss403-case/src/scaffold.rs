//! The beginning of a case: everything that the lists know, and a gap for whatever only an author knows.
//!
//! `oss403 check` says of each gap what belongs there.

use super::check::{GAP, SCHEMA_LINE};
use super::listed::{ANY_MESSAGE, Listed};
use super::revision::Revision;
use super::yaml;

/// The comment that stands before the scenarios with two faults, which are the last ones of a file.
const TWO_FAULTS: &str = "  # Two faults at once.";

/// A case file for a cause of the lists, with one scenario.
pub fn file(row: &Listed, scenario: &str) -> String {
    let page = match row.revision {
        Revision::Documented => "page: HTTP status code 403, date: 2023-06-27".to_owned(),
        Revision::Observed => format!("ref: {GAP}"),
    };
    let kind = match row.revision {
        Revision::Documented => "documented",
        Revision::Observed => GAP,
    };
    format!(
        "{SCHEMA_LINE}\ncause: {}\ncode: {}\nmessage: {}\nstatus: 403\nsources:\n  - {{ kind: {kind}, {page} }}\nseverity: {GAP}\n\
         provoked-by: {GAP}\nmeans: {GAP}\nfix: {GAP}\nscenarios:\n{}",
        row.id,
        row.code,
        text(&message(row)),
        self::scenario(row, scenario),
    )
}

/// A scenario of a cause.
pub fn scenario(row: &Listed, name: &str) -> String {
    let cause = &row.id;
    let expect = match message(row).ends_with(':') {
        true => format!("    expect: {{ message: {GAP} }}\n"),
        false => String::new(),
    };
    format!(
        "  - name: {name}\n    given: {{ bucket: {{ objects: {{ k.txt: the k.txt of {name} in {cause} }} }} }}\n    \
         base: {{ request: GET /k.txt }}\n    edit: {GAP}\n{expect}"
    )
}

/// The text of a file with one scenario more, and the line in which it begins, counted from 1: behind the others, before those with two
/// faults.
pub fn with_scenario(text: &str, row: &Listed, name: &str) -> (String, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let faults = lines.iter().position(|line| line.trim_end() == TWO_FAULTS);
    let end = lines
        .iter()
        .rposition(|line| !line.trim().is_empty())
        .map_or(0, |last| last + 1);
    let at = faults.unwrap_or(end);
    let mut written: Vec<String> = lines[..at].iter().map(|line| (*line).to_owned()).collect();
    while written.last().is_some_and(|line| line.trim().is_empty()) {
        written.pop();
    }
    if written
        .last()
        .is_some_and(|line| line.trim_end() != "scenarios:")
    {
        written.push(String::new());
    }
    let begins = written.len() + 1;
    written.extend(scenario(row, name).lines().map(str::to_owned));
    if faults.is_some() {
        written.push(String::new());
        written.extend(lines[at..end].iter().map(|line| (*line).to_owned()));
    }
    (written.join("\n") + "\n", begins)
}

/// The message as a case gives it: up to what differs from answer to answer.
fn message(row: &Listed) -> String {
    if row.message == ANY_MESSAGE || row.allows(&row.message) {
        return row.message.clone();
    }
    let parts = row
        .message
        .split_once(": <")
        .or(row.message.split_once(": [\""));
    parts.map_or_else(|| row.message.clone(), |(fixed, _)| format!("{fixed}:"))
}

/// A text as YAML has it: in double quotes where it would be read otherwise without.
fn text(text: &str) -> String {
    let plain = yaml::parse(&format!("k: {text}\n"));
    match plain {
        Ok(value) if value["k"] == text => text.to_owned(),
        _ => serde_json::Value::from(text).to_string(),
    }
}
