//! SARIF 2.1.0, for code scanning: a rule for each cause, a result for each failure.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::entry::Entry;
use super::json::ResultFile;
use super::spool::Spool;
use super::style::no_commands;
use super::workspace::Workspace;
use crate::baseline::Listed;
use crate::judge::verdict::VerdictKind;
use crate::wire::redact::one_line;

/// GitHub keeps so many results, and drops the others without a word.
const MOST_RESULTS: usize = 5_000;
/// GitLab takes messages up to this length.
const MOST_CHARACTERS: usize = 1_000;

/// Writes a run. What stands nowhere is not shown, so each result stands in the profile of the target, and in the case file without one, or
/// where that is not in the workspace.
pub(super) fn write(
    out: &mut dyn Write,
    head: &ResultFile,
    spool: &mut Spool,
    workspace: &Workspace,
) -> io::Result<()> {
    let profile = head.target.profile.as_deref();
    let profile = profile.and_then(|profile| workspace.file(profile));
    let mut failures = Vec::new();
    spool.each(|entry| {
        if entry.verdict.is_failure() {
            failures.push(entry);
        }
        Ok(())
    })?;
    // The gravest first, and what is known last: so many are kept.
    failures.sort_by_key(|entry| (entry.is_known(), entry.gravity()));
    let red: Vec<_> = head.red_entries().take(MOST_RESULTS / 2).collect();
    failures.truncate(MOST_RESULTS - red.len());
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for entry in &failures {
        rules.entry(&entry.cause).or_insert_with(|| rule(entry));
    }
    let places: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let results = failures
        .iter()
        .map(|entry| result(entry, profile.as_deref(), places[entry.cause.as_str()]));
    let last = rules.len();
    let results: Vec<Value> = results
        .chain(red.iter().map(|(file, entry)| {
            let file = workspace.file(file).unwrap_or_else(|| name_of(file));
            red_entry(&file, entry, last)
        }))
        .collect();
    let mut rules: Vec<Value> = rules.into_values().collect();
    if !red.is_empty() {
        rules.push(rule_of_baselines());
    }
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "oss403",
                "semanticVersion": head.tool.version,
                "rules": rules,
            } },
            "automationDetails": { "id": format!("oss403/{}/", one_line(head.target.name.clone())) },
            "invocations": [{
                "executionSuccessful": head.unfinished_because().is_none(),
                "startTimeUtc": head.started,
            }],
            "results": results,
        }],
    });
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

fn rule(entry: &Entry) -> Value {
    let code = entry.code();
    json!({
        "id": entry.cause,
        "name": entry.cause,
        "shortDescription": { "text": format!("OSS refuses this with 403 {code} ({})", entry.cause) },
        "fullDescription": { "text": format!(
            "Something that OSS refuses with 403 {code} is not refused, or not so, by this server. The cause is `{}`.", entry.cause
        ) },
        "help": { "text": format!("`oss403 explain {}` says what it means and what to do.", entry.cause) },
        "properties": {
            "tags": ["security", "oss", code],
            "security-severity": entry.security_severity(),
        },
    })
}

fn result(entry: &Entry, profile: Option<&str>, rule: usize) -> Value {
    let level = match entry.verdict {
        VerdictKind::Deviates if entry.gravity() < 3 => "error",
        VerdictKind::HarnessError => "note",
        _ => "warning",
    };
    let place = profile.map_or_else(|| entry.case_file(), str::to_owned);
    let message = format!(
        "{}: {}: {}",
        entry.id,
        entry.verdict_in_words(),
        entry.reason
    );
    let message: String = no_commands(&message)
        .chars()
        .take(MOST_CHARACTERS)
        .collect();
    let mut result = json!({
        "ruleId": entry.cause,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": message },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&place) },
            "region": { "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2 },
        } }],
        // Without one of ours, whoever uploads it makes one of the line, which is the same for all.
        "partialFingerprints": { "primaryLocationLineHash": fingerprint(entry) },
        "properties": { "instance": entry.id, "verdict": entry.verdict_in_words() },
    });
    if let Some(mark) = entry.baseline.as_ref().filter(|_| entry.is_known()) {
        result["suppressions"] = json!([{
            "kind": "external", "status": "accepted", "justification": one_line(mark.sentence()),
        }]);
    }
    result
}

/// The rule of entries of a baseline that fail the run.
fn rule_of_baselines() -> Value {
    json!({
        "id": "baseline",
        "name": "baseline",
        "shortDescription": { "text": "An entry of the baseline is not so, or not any more" },
        "fullDescription": { "text":
            "What the baseline says to fail passes now, or the last day of the entry is over. Either way somebody has to look at it."
        },
        "help": { "text": "`oss403 baseline prune` drops entries of what passes." },
        "properties": { "tags": ["oss", "baseline"], "security-severity": "3.0" },
    })
}

fn red_entry(file: &str, entry: &Listed, rule: usize) -> Value {
    let words: String = no_commands(&entry.sentence())
        .chars()
        .take(MOST_CHARACTERS)
        .collect();
    json!({
        "ruleId": "baseline",
        "ruleIndex": rule,
        "level": "warning",
        "message": { "text": words },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(file) },
            "region": { "startLine": entry.line, "startColumn": 1, "endLine": entry.line, "endColumn": 2 },
        } }],
        "partialFingerprints": {
            "primaryLocationLineHash": hash_of(&format!("baseline\n{}\n{}", entry.id, entry.state.name())),
        },
        "properties": { "entry": entry.id, "state": entry.state.name() },
    })
}

/// The same for the same failure of the same instance, whatever else changes.
fn fingerprint(entry: &Entry) -> String {
    hash_of(&format!("{}\n{}", entry.id, entry.verdict_in_words()))
}

fn hash_of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{hex}:1")
}

/// A file that is not in the workspace has no path there; where it is elsewhere is nobody's business.
fn name_of(file: &str) -> String {
    let name = Path::new(file).file_name();
    name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A path as the reference of a URI.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
