//! Files that people write and programs leave behind: cases, profiles, journals.

use std::path::Path;
use std::sync::OnceLock;

use oss403::run::journal::Line;
use oss403::target::Profile;
use oss403_case::check;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::ledger::{Listed, embedded_lists};
use oss403_case::model::Scenario;
use serde_json::Value;

/// A case file.
///
/// A fault stands in the text, and its findings are few; what is accepted expands to instances whose ids differ, and whose scenarios
/// read the same after they have been written.
pub fn case_file(data: &[u8]) -> bool {
    static DOCUMENTED: OnceLock<Vec<Listed>> = OnceLock::new();
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let documented = DOCUMENTED.get_or_init(embedded_lists);
    let (entry, diagnostics) = check::file("case.yaml", text, documented);
    assert!(diagnostics.len() <= 101, "{} findings", diagnostics.len());
    diagnostics
        .iter()
        .for_each(|diagnostic| stands_in(diagnostic, text));
    let Some(entry) = entry else {
        assert!(!diagnostics.is_empty(), "refused without a word");
        return true;
    };
    let mut ids = std::collections::BTreeSet::new();
    for instance in entry.instances().take(64) {
        let written = serde_json::to_value(&*instance.scenario).expect("a scenario is JSON");
        let again: Scenario =
            serde_json::from_value(written.clone()).expect("what is written reads back");
        assert_eq!(
            serde_json::to_value(&again).ok(),
            Some(written),
            "{}",
            instance.id
        );
        assert!(
            ids.insert(instance.id.clone()),
            "two instances are called {}",
            instance.id
        );
    }
    true
}

/// A target profile.
///
/// A fault stands in the text, and no finding shows a literal secret.
pub fn target_profile(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    match Profile::parse(text, Path::new("target.yaml")) {
        Ok(profile) => {
            assert!(!profile.name.is_empty() && !profile.snapshots.is_empty());
            assert!(
                !profile.snapshots.contains(['/', '\\']) && profile.snapshots != "..",
                "a folder elsewhere"
            );
            assert!(profile.limits.concurrency > 0 && profile.limits.buckets > 0);
        }
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty(), "refused without a word");
            let secret = literal_secret(text);
            for diagnostic in &diagnostics {
                stands_in(diagnostic, text);
                let shown = secret.filter(|secret| diagnostic.to_string().contains(secret));
                assert_eq!(shown, None, "a finding shows the secret: {diagnostic}");
            }
        }
    }
    true
}

/// A secret that stands in the text as it is, and only once; its key may be quoted.
fn literal_secret(text: &str) -> Option<&str> {
    let (before, behind) = text.split_once("access-key-secret")?;
    let is_key = before.is_empty() || before.ends_with(['\n', ' ', '"', '\'', '{', ',']);
    let behind = behind.strip_prefix(['"', '\'']).unwrap_or(behind);
    let value = behind.trim_start_matches(' ').strip_prefix(": ")?;
    let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
    let end = value
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(value.len());
    let secret = &value[..end];
    let alone = matches!(value[end..].chars().next(), None | Some('\n' | '"' | '\''));
    (is_key && secret.len() >= 8 && alone && text.matches(secret).count() == 1).then_some(secret)
}

fn stands_in(diagnostic: &Diagnostic, text: &str) {
    let shown = diagnostic.to_string();
    assert!(shown.len() < 8 * 1024, "a finding of {} bytes", shown.len());
    assert!(!diagnostic.message.is_empty());
    if diagnostic.line == 0 {
        return;
    }
    let lines = text.lines().count().max(1);
    assert!(
        diagnostic.line <= lines,
        "line {} of {lines}",
        diagnostic.line
    );
    assert!(diagnostic.column >= 1 && diagnostic.length >= 1);
    let line = text.lines().nth(diagnostic.line - 1).unwrap_or_default();
    assert!(
        diagnostic.column <= line.chars().count() + 1,
        "a column beyond the line"
    );
}

/// A journal, line by line.
///
/// What is read and written again reads the same; redaction is final, and leaves no signature that a request carried.
pub fn journal(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let mut read = false;
    for line in text.lines().take(16) {
        let Ok(line) = serde_json::from_str::<Line>(line) else {
            continue;
        };
        read = true;
        let written = serde_json::to_string(&line).expect("a line is JSON");
        assert!(!written.contains('\n'), "a line of several lines");
        let again: Line = serde_json::from_str(&written).expect("what is written reads back");
        let value = |line: &Line| serde_json::to_value(line).ok();
        assert_eq!(value(&again), value(&line));
        match line {
            Line::Making { what, .. } | Line::Made { what, .. } | Line::Removed { what } => {
                assert!(!what.to_string().is_empty());
            }
            Line::Exchanged { record } => {
                let once = record.redacted(&record.redactor());
                let json = |record| serde_json::to_value(record).unwrap_or(Value::Null);
                let twice = once.redacted(&once.redactor());
                // A token may be a piece of the mark itself, which then is marked again.
                if !["edac", "dact", "acted"]
                    .iter()
                    .any(|piece| written.contains(piece))
                {
                    assert_eq!(json(&twice), json(&once), "redaction is not final");
                }
                for sent in record.base.iter().chain(&record.edited) {
                    let hidden: Vec<&str> = sent
                        .request
                        .headers
                        .iter()
                        .filter(|(name, _)| name.eq_ignore_ascii_case("x-oss-security-token"))
                        .map(|(_, value)| value.trim())
                        .filter(|token| token.len() >= 8 && !"[redacted]".contains(token))
                        .collect();
                    let shown = once
                        .base
                        .iter()
                        .chain(&once.edited)
                        .map(|sent| &sent.request.headers);
                    let leaks = shown
                        .flatten()
                        .any(|(_, value)| hidden.iter().any(|token| value.contains(token)));
                    assert!(!leaks, "a token is written down");
                }
            }
            _ => {}
        }
    }
    read || text.is_empty()
}
