//! TAP 14, the Test Anything Protocol.

use std::io::{self, Write};

use super::entry::Entry;
use super::failures;
use super::json::ResultFile;
use super::spool::Spool;
use crate::judge::verdict::VerdictKind;
use crate::wire::redact::one_line;

/// Writes a run. What is known to deviate is `TODO`, what is not claimed `SKIP`.
pub(super) fn write(out: &mut dyn Write, head: &ResultFile, spool: &mut Spool) -> io::Result<()> {
    writeln!(out, "TAP version 14")?;
    writeln!(out, "# {}", comment(&head.sentence()))?;
    writeln!(out, "1..{}", spool.len() + head.red_entries().count())?;
    let mut number = 0;
    spool.each(|entry| {
        number += 1;
        point(out, number, &entry)
    })?;
    for (file, entry) in head.red_entries() {
        number += 1;
        let words = escaped(&entry.sentence());
        writeln!(out, "not ok {number} - baseline {}", escaped(&entry.id))?;
        writeln!(out, "  ---\n  verdict: {}", entry.state.name())?;
        writeln!(
            out,
            "  message: |\n    {}:{}: {words}\n  ...",
            comment(file),
            entry.line
        )?;
    }
    match head.unfinished_because() {
        Some(why) => writeln!(out, "Bail out! {}", comment(&why)),
        None => Ok(()),
    }
}

fn point(out: &mut dyn Write, number: usize, entry: &Entry) -> io::Result<()> {
    let ok = if entry.verdict.is_failure() {
        "not ok"
    } else {
        "ok"
    };
    write!(out, "{ok} {number} - {}", escaped(&entry.id))?;
    match entry.verdict {
        VerdictKind::NotClaimed | VerdictKind::NotApplicable | VerdictKind::Disabled => {
            writeln!(out, " # SKIP {}", escaped(&entry.reason))
        }
        _ if entry.is_known() => {
            writeln!(out, " # TODO {}", escaped(&entry.reason_with_baseline()))
        }
        verdict if verdict.is_failure() => {
            writeln!(out)?;
            writeln!(out, "  ---")?;
            writeln!(out, "  verdict: {}", entry.verdict_in_words())?;
            writeln!(out, "  message: |")?;
            for line in failures::unwrapped(entry).lines() {
                writeln!(out, "    {}", one_line(line.to_owned()))?;
            }
            writeln!(out, "  ...")
        }
        _ => writeln!(out),
    }
}

/// A description or a reason: `\` and `#` have a meaning there.
fn escaped(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    one_line(first.to_owned())
        .replace('\\', "\\\\")
        .replace('#', "\\#")
}

fn comment(text: &str) -> String {
    one_line(text.to_owned())
}
