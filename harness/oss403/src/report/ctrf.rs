//! Common Test Report Format (ctrf.io), for tools that read no JUnit.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::entry::Entry;
use super::failures;
use super::json::ResultFile;
use super::spool::Spool;
use super::style::no_commands;
use crate::baseline::Listed;
use crate::judge::verdict::VerdictKind;

/// Writes a run. The format forbids keys that it does not know, and has `extra` for them.
pub(super) fn write(out: &mut dyn Write, head: &ResultFile, spool: &mut Spool) -> io::Result<()> {
    let sums = &head.summary.instances;
    let known = head.summary.baseline.map_or(0, |baseline| baseline.known);
    let red = head.red_entries().count();
    let failed = sums.deviates + sums.not_provoked + sums.flaky - known + red;
    let skipped = sums.not_claimed + sums.not_applicable + sums.disabled + known;
    let start = head.started_ms();
    let report = json!({
        "reportFormat": "CTRF",
        "specVersion": "1.0.0",
        "timestamp": head.started,
        "generatedBy": "oss403",
        "results": {
            "tool": { "name": head.tool.name, "version": head.tool.version },
            "summary": {
                "tests": spool.len() + red,
                "passed": sums.conformant,
                "failed": failed,
                "skipped": skipped,
                "pending": 0,
                "other": sums.harness_error,
                "start": start,
                "stop": start + head.elapsed_ms,
                "duration": head.elapsed_ms,
                "extra": { "sentence": head.sentence(), "unfinished": sums.unfinished },
            },
            "environment": {
                "reportName": "oss403",
                "appName": head.target.name,
                "extra": { "endpoint": head.target.endpoint, "claims": head.claims },
            },
            "extra": {
                "seed": head.seed, "suite": head.suite, "selection": head.selection,
                "level": head.summary.level, "failure": head.summary.failure,
            },
            "tests": [],
        },
    });
    // The list of tests is written as it is read.
    let text = report.to_string();
    let (before, after) = text
        .split_once("\"tests\":[]")
        .expect("the empty list of tests");
    write!(out, "{before}\"tests\":[")?;
    let mut separator = "\n";
    spool.each(|entry| {
        write!(out, "{separator}{}", test(&entry))?;
        separator = ",\n";
        Ok(())
    })?;
    for (file, entry) in head.red_entries() {
        write!(out, "{separator}{}", red_entry(file, entry))?;
        separator = ",\n";
    }
    writeln!(out, "\n]{after}")
}

fn test(entry: &Entry) -> Value {
    let mut test = Map::new();
    let mut put = |name: &str, value: Value| {
        test.insert(name.to_owned(), value);
    };
    put("name", entry.id.clone().into());
    put("testId", entry.id.clone().into());
    put("suite", json!([entry.code(), entry.cause]));
    let status = if entry.is_known() {
        "skipped"
    } else {
        status(entry.verdict)
    };
    put("status", status.into());
    put("rawStatus", entry.status_in_words().into());
    put("duration", entry.milliseconds().into());
    put("type", "conformance".into());
    put("filePath", entry.case_file().into());
    if entry.attempts > 1 {
        put("retries", (entry.attempts - 1).into());
    }
    if !entry.matrix.is_empty() {
        put("parameters", json!(entry.matrix));
    }
    if entry.verdict != VerdictKind::Conformant {
        put("message", no_commands(&entry.reason_with_baseline()).into());
    }
    if entry.verdict.is_failure() {
        put("trace", failures::unwrapped(entry).into());
    }
    Value::Object(test)
}

/// An entry of the baseline that fails the run.
fn red_entry(file: &str, entry: &Listed) -> Value {
    json!({
        "name": format!("baseline/{}", entry.id),
        "testId": format!("baseline/{}", entry.id),
        "suite": ["baseline"],
        "status": "failed",
        "rawStatus": entry.state.name(),
        "duration": 0,
        "type": "conformance",
        "filePath": file,
        "line": entry.line,
        "message": no_commands(&entry.sentence()),
    })
}

fn status(verdict: VerdictKind) -> &'static str {
    match verdict {
        VerdictKind::Conformant => "passed",
        // `flaky` there is a test that passed in the end, which is no success here.
        VerdictKind::Deviates | VerdictKind::NotProvoked | VerdictKind::Flaky => "failed",
        VerdictKind::NotClaimed | VerdictKind::NotApplicable | VerdictKind::Disabled => "skipped",
        VerdictKind::HarnessError => "other",
    }
}
