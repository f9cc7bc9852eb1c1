//! SARIF 2.1.0, for code scanning: a rule for each cause, a result for each failure.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::entry::Entry;
use super::json::ResultFile;
use super::spool::Spool;
use super::style::no_commands;
use crate::judge::verdict::VerdictKind;
use crate::wire::redact::one_line;

/// GitHub keeps so many results, and drops the others without a word.
const MOST_RESULTS: usize = 5_000;
/// GitLab takes messages up to this length.
const MOST_CHARACTERS: usize = 1_000;

/// Writes a run. What stands nowhere is not shown, so each result stands in the profile of the target, and without one in the case file.
pub(super) fn write(out: &mut dyn Write, head: &ResultFile, spool: &mut Spool) -> io::Result<()> {
    let mut failures = Vec::new();
    spool.each(|entry| {
        if entry.verdict.is_failure() {
            failures.push(entry);
        }
        Ok(())
    })?;
    // The gravest first: they are kept.
    failures.sort_by_key(Entry::gravity);
    failures.truncate(MOST_RESULTS);
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for entry in &failures {
        rules.entry(&entry.cause).or_insert_with(|| rule(entry));
    }
    let places: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let results: Vec<Value> = failures
        .iter()
        .map(|entry| result(entry, head, places[entry.cause.as_str()]))
        .collect();
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "oss403",
                "semanticVersion": head.tool.version,
                "rules": rules.values().collect::<Vec<_>>(),
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

fn result(entry: &Entry, head: &ResultFile, rule: usize) -> Value {
    let level = match entry.verdict {
        VerdictKind::Deviates if entry.gravity() < 3 => "error",
        VerdictKind::HarnessError => "note",
        _ => "warning",
    };
    let place = head
        .target
        .profile
        .clone()
        .unwrap_or_else(|| entry.case_file());
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
    json!({
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
    })
}

/// The same for the same failure of the same instance, whatever else changes.
fn fingerprint(entry: &Entry) -> String {
    let text = format!("{}\n{}", entry.id, entry.verdict_in_words());
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{hex}:1")
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
