//! What a person reads: a table of causes grouped by code, the failures with what to do about them, and the sums.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use indexmap::IndexMap;

use super::Facts;
use super::entry::Entry;
use super::style::{Style, Tone, counted, grouped, harmless, in_a_line};
use crate::judge::expected::{Expected, Observed};
use crate::judge::summary::{CauseTally, Tally};
use crate::judge::verdict::{Verdict, VerdictKind};
use oss403_case::model::CaseFile;

/// Failures that are shown in full for each cause.
const SHOWN: usize = 3;

/// Collects what the terminal will show.
#[derive(Debug, Default)]
pub struct Terminal {
    /// The first failures of each cause by id, and how many there are.
    failures: BTreeMap<String, (BTreeMap<String, Entry>, usize)>,
    /// Why causes were set aside, the first reason of each.
    aside: BTreeMap<String, String>,
}

impl Terminal {
    /// Takes in an instance. Only a few failures of each cause are kept.
    pub fn add(&mut self, entry: Entry) {
        if entry.verdict.is_failure() {
            let (shown, count) = self.failures.entry(entry.cause.clone()).or_default();
            *count += 1;
            shown.insert(entry.id.clone(), entry);
            if shown.len() > SHOWN {
                shown.pop_last();
            }
        } else if entry.verdict != VerdictKind::Conformant {
            self.aside.entry(entry.cause).or_insert(entry.reason);
        }
    }

    /// Everything that is printed after the run. `files` are the causes in the order of the table.
    pub fn render(&self, facts: &Facts, files: &[&CaseFile], style: Style) -> String {
        let mut text = String::new();
        self.table(&mut text, &facts.tally, files, style);
        self.failures(&mut text, style);
        summary(&mut text, facts, style);
        text
    }

    fn table(&self, text: &mut String, tally: &Tally, files: &[&CaseFile], style: Style) {
        let mut groups: IndexMap<&str, Vec<(&CaseFile, &CauseTally)>> = IndexMap::new();
        for file in files {
            if let Some(cause) = tally.cause(&file.cause) {
                groups.entry(&file.code).or_default().push((file, cause));
            }
        }
        let name_width = files
            .iter()
            .map(|file| file.cause.len())
            .max()
            .unwrap_or_default();
        let heading = format!(
            "{:width$}  {:>9}  {:>7}",
            "",
            "conform",
            "ms each",
            width = name_width + 4
        );
        let _ = writeln!(text, "{}", style.paint(Tone::Faint, &heading));
        for (code, causes) in groups {
            let _ = writeln!(text, "{}", style.paint(Tone::Strong, &in_a_line(code)));
            for (file, cause) in causes {
                self.row(text, &file.cause, cause, name_width, style);
            }
        }
    }

    fn row(&self, text: &mut String, name: &str, cause: &CauseTally, width: usize, style: Style) {
        let (mark, tone) = mark(cause.verdict().map(Verdict::kind));
        let share = format!(
            "{}/{}",
            cause.count(VerdictKind::Conformant),
            cause.planned.max(cause.total())
        );
        let note = self.note(name, cause);
        let row = format!(
            "  {} {name:width$}  {share:>9}  {:>7}  {}",
            style.paint(tone, mark),
            milliseconds_each(cause),
            style.paint(tone, &note),
        );
        text.push_str(row.trim_end());
        text.push('\n');
    }

    /// What there is to say of a cause besides its numbers.
    fn note(&self, name: &str, cause: &CauseTally) -> String {
        let mut notes: Vec<String> = cause
            .facets()
            .map(|(facet, count)| format!("{count} {}", facet.name()))
            .collect();
        for verdict in [
            VerdictKind::Flaky,
            VerdictKind::HarnessError,
            VerdictKind::NotProvoked,
            VerdictKind::NotClaimed,
            VerdictKind::NotApplicable,
            VerdictKind::Disabled,
        ] {
            let count = cause.count(verdict);
            if count > 0 {
                notes.push(format!("{count} {}", in_words(verdict, count)));
            }
        }
        if cause.unfinished() > 0 {
            notes.push(format!("{} unfinished", cause.unfinished()));
        }
        let mut note = notes.join(", ");
        if let Some(why) = self.aside.get(name) {
            let _ = write!(note, ": {}", harmless(why).replace('\n', " "));
        }
        note
    }

    fn failures(&self, text: &mut String, style: Style) {
        for (shown, count) in self.failures.values() {
            for entry in shown.values() {
                text.push('\n');
                failure(text, entry, style);
            }
            if *count > shown.len() {
                let more = format!(
                    "… and {} of this cause",
                    counted(count - shown.len(), "more failure")
                );
                let _ = writeln!(text, "\n{}", style.paint(Tone::Faint, &more));
            }
        }
    }
}

fn failure(text: &mut String, entry: &Entry, style: Style) {
    let (mark, tone) = mark(Some(entry.verdict));
    let verdict = match entry.facet {
        Some(facet) => format!("{}: {}", entry.verdict.name(), facet.name()),
        None => entry.verdict.name().to_owned(),
    };
    let id = in_a_line(&entry.id);
    let fits = id.chars().count() + verdict.len() + 4 <= style.width;
    let _ = writeln!(
        text,
        "{} {}{}{}",
        style.paint(tone, mark),
        style.paint(Tone::Strong, &id),
        if fits { "  " } else { "\n    " },
        style.paint(tone, &verdict)
    );
    for line in style.wrap(&harmless(&entry.reason), 4) {
        let _ = writeln!(text, "{line}");
    }
    let mut fact = |name: &str, value: &str| {
        let lines = style.wrap(&in_a_line(value), 14);
        let first = lines.first().map_or("", |line| line.trim_start());
        let _ = writeln!(text, "    {}  {first}", style.paint(Tone::Faint, name));
        for line in lines.iter().skip(1) {
            let _ = writeln!(text, "{line}");
        }
    };
    if entry.verdict == VerdictKind::Deviates {
        fact("expected", &expected_in_words(&entry.expected));
        fact("observed", &observed_in_words(&entry.observed));
    }
    if let Some(curl) = &entry.curl {
        // Never wrapped: it is there to be copied.
        let _ = writeln!(text, "    {}", in_a_line(curl));
    }
}

fn summary(text: &mut String, facts: &Facts, style: Style) {
    text.push('\n');
    let mut line = |name: &str, value: String| {
        let _ = writeln!(
            text,
            "{}  {value}",
            style.paint(Tone::Faint, &format!("{name:>9}"))
        );
    };
    let tally = &facts.tally;
    let causes = tally.causes().count();
    let undecided = causes - tally.cause_verdicts().values().sum::<usize>();
    line(
        "causes",
        verdicts(&tally.cause_verdicts(), causes, undecided, style),
    );
    let instances = tally
        .causes()
        .map(|(_, cause)| cause.planned.max(cause.total()))
        .sum();
    line(
        "instances",
        verdicts(&tally.instances(), instances, tally.unfinished(), style),
    );
    let seconds = facts.elapsed.as_secs_f64();
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate for people"
    )]
    let rate = (facts.requests as f64 / seconds.max(1e-6)) as u64;
    line(
        "requests",
        format!(
            "{} in {seconds:.2} s, {} a second",
            grouped(facts.requests),
            grouped(rate)
        ),
    );
    if !facts.snapshots.is_empty() {
        line("snapshots", in_a_line(&facts.snapshots));
    }
    let level = match &facts.level {
        Ok(level) => {
            style.paint(
                Tone::Strong,
                &format!("{} {}", level.number(), level.name()),
            ) + &format!(", of {}", in_a_line(&facts.revision))
        }
        Err(why) => format!("none: {why}"),
    };
    line("level", level);
    if facts.interrupted {
        line(
            "",
            style.paint(
                Tone::Warning,
                "interrupted: what was not done yet is not counted",
            ),
        );
    }
    for thing in &facts.left_behind {
        line("left", style.paint(Tone::Bad, &in_a_line(thing)));
    }
}

/// `48 of 51 conformant, 2 deviate, 1 not claimed`.
fn verdicts(
    counts: &crate::judge::summary::Counts,
    total: usize,
    unfinished: usize,
    style: Style,
) -> String {
    let conformant = counts
        .get(&VerdictKind::Conformant)
        .copied()
        .unwrap_or_default();
    let tone = if conformant == total {
        Tone::Good
    } else {
        Tone::Strong
    };
    let first = format!(
        "{} of {}",
        grouped(conformant as u64),
        grouped(total as u64)
    );
    let mut parts = vec![format!("{} conformant", style.paint(tone, &first))];
    for (verdict, count) in counts
        .iter()
        .filter(|(verdict, _)| **verdict != VerdictKind::Conformant)
    {
        let (_, tone) = mark(Some(*verdict));
        parts.push(style.paint(tone, &format!("{count} {}", in_words(*verdict, *count))));
    }
    if unfinished > 0 {
        parts.push(format!("{unfinished} unfinished"));
    }
    parts.join(", ")
}

/// What one instance took, on average. They run at the same time, so that a sum would mean nothing.
fn milliseconds_each(cause: &CauseTally) -> String {
    let count = u64::try_from(cause.total()).unwrap_or(u64::MAX);
    let tenths = cause
        .elapsed_us
        .checked_div(count.saturating_mul(100))
        .unwrap_or_default();
    format!("{}.{}", grouped(tenths / 10), tenths % 10)
}

/// A verdict after a number.
fn in_words(verdict: VerdictKind, count: usize) -> String {
    match verdict {
        VerdictKind::Deviates if count != 1 => "deviate".into(),
        VerdictKind::HarnessError if count != 1 => "harness errors".into(),
        other => other.name().replace('-', " "),
    }
}

fn mark(verdict: Option<VerdictKind>) -> (&'static str, Tone) {
    match verdict {
        Some(VerdictKind::Conformant) => ("✓", Tone::Good),
        Some(VerdictKind::Deviates) => ("✗", Tone::Bad),
        Some(VerdictKind::HarnessError) => ("!", Tone::Bad),
        Some(VerdictKind::Flaky) => ("~", Tone::Warning),
        Some(VerdictKind::NotProvoked) => ("○", Tone::Warning),
        Some(VerdictKind::NotClaimed | VerdictKind::NotApplicable | VerdictKind::Disabled) => {
            ("–", Tone::Faint)
        }
        None => ("·", Tone::Faint),
    }
}

/// `403 AccessDenied "Request has expired"`.
pub(super) fn expected_in_words(expected: &Expected) -> String {
    format!(
        "{} {} {:?}",
        expected.status, expected.code, expected.message
    )
}

/// The same of an answer, as far as it goes.
pub(super) fn observed_in_words(observed: &Observed) -> String {
    let mut parts = vec![
        observed
            .status
            .map_or("no answer".to_owned(), |status| status.to_string()),
    ];
    parts.extend(observed.code.clone());
    parts.extend(
        observed
            .message
            .as_ref()
            .map(|message| format!("{message:?}")),
    );
    parts.extend(observed.ec.as_ref().map(|ec| format!("(EC {ec})")));
    parts.join(" ")
}
