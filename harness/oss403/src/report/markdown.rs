//! A page in Markdown: the sums, a table of the causes, the failures. For the summary of a CI step, and for a comment.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::entry::Entry;
use super::json::ResultFile;
use super::spool::Spool;
use super::style::{counted, harmless};
use crate::judge::verdict::VerdictKind;
use crate::wire::redact::one_line;

/// GitHub takes 1 MiB for the summary of a step, and shows nothing of more.
pub(super) const MOST_BYTES: usize = 900 << 10;
/// Failures that are shown in full.
const SHOWN: usize = 50;

#[derive(Default)]
struct Cause {
    code: String,
    conformant: usize,
    failed: usize,
    known: usize,
    aside: usize,
}

/// Writes a run.
pub(super) fn write(out: &mut dyn Write, head: &ResultFile, spool: &mut Spool) -> io::Result<()> {
    let mut causes: BTreeMap<String, Cause> = BTreeMap::new();
    let mut failures = Vec::new();
    let mut failed = 0;
    spool.each(|entry| {
        let cause = causes.entry(entry.cause.clone()).or_default();
        cause.code = entry.code().to_owned();
        match entry.verdict {
            VerdictKind::Conformant => cause.conformant += 1,
            _ if entry.is_known() => cause.known += 1,
            verdict if verdict.is_failure() => {
                cause.failed += 1;
                failed += 1;
                if failures.len() < SHOWN {
                    failures.push(entry);
                }
            }
            _ => cause.aside += 1,
        }
        Ok(())
    })?;
    let mut text = format!(
        "## oss403: {}\n\n{}\n\n",
        cell(&head.target.name),
        cell(&head.sentence())
    );
    if let Some(why) = head.unfinished_because() {
        text.push_str(&format!("> **{}**\n\n", cell(&why)));
    }
    baseline(&mut text, head);
    table(&mut text, &causes, head.baseline.is_some());
    for entry in &failures {
        let mut one = String::new();
        failure(&mut one, entry);
        // What does not fit is left out whole.
        if text.len() + one.len() > MOST_BYTES {
            break;
        }
        text.push_str(&one);
    }
    if failed > failures.len() {
        let more = counted(failed - failures.len(), "more failure");
        text.push_str(&format!("\n… and {more}.\n"));
    }
    out.write_all(text.as_bytes())
}

/// The entries of the baseline that fail the run.
fn baseline(text: &mut String, head: &ResultFile) {
    let mut red = head.red_entries();
    for (file, entry) in red.by_ref().take(SHOWN) {
        let words = cell(&entry.sentence());
        text.push_str(&format!("- ❌ {words} ({}:{})\n", cell(file), entry.line));
    }
    match red.count() {
        0 => {}
        more => text.push_str(&format!("- … and {more} more\n")),
    }
    if text.ends_with(")\n") || text.ends_with("more\n") {
        text.push('\n');
    }
}

fn table(text: &mut String, causes: &BTreeMap<String, Cause>, with_known: bool) {
    let (known, rule) = match with_known {
        true => (" known |", "---:|"),
        false => ("", ""),
    };
    text.push_str(&format!(
        "| | cause | code | conformant | failed |{known} set aside |\n|---|---|---|---:|---:|{rule}---:|\n"
    ));
    for (name, cause) in causes {
        let mark = match (cause.failed, cause.known, cause.conformant) {
            (1.., _, _) => "❌",
            (0, 1.., _) => "🟰",
            (0, 0, 1..) => "✅",
            (0, 0, 0) => "➖",
        };
        let known = match with_known {
            true => format!(" {} |", cause.known),
            false => String::new(),
        };
        text.push_str(&format!(
            "| {mark} | {} | {} | {} | {} |{known} {} |\n",
            cell(name),
            cell(&cause.code),
            cause.conformant,
            cause.failed,
            cause.aside
        ));
    }
}

fn failure(text: &mut String, entry: &Entry) {
    // Lines remain; nothing in them is obeyed.
    let details = harmless(&super::failures::unwrapped(entry));
    let fence = fence(&details);
    text.push_str(&format!(
        "\n<details><summary>{}: {}</summary>\n\n{fence}text\n{}\n{fence}\n\n</details>\n",
        html(&one_line(entry.id.clone())),
        entry.verdict_in_words(),
        details.trim_end(),
    ));
}

/// A fence that no text in it ends.
fn fence(text: &str) -> String {
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// A text inside a line or a cell of a table: no markup and no HTML of others.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text.to_owned()).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' | '#' | '!' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
