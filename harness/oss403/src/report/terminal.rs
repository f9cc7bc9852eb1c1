//! What a person reads: a table of causes grouped by code, the failures with what to do about them, and the sums.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use indexmap::IndexMap;

use super::Facts;
use super::entry::Entry;
use super::failures::{self, Failures, SHOWN};
use super::style::{Style, Tone, counted, grouped, harmless, in_a_line};
use crate::baseline::{Account, State};
use crate::judge::expected::{Expected, Observed};
use crate::judge::summary::{CauseTally, Tally};
use crate::judge::verdict::{Verdict, VerdictKind};
use crate::run::NOT_CLAIMED;
use crate::wire::redact::one_line;
use oss403_case::model::CaseFile;

/// How much the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detail {
    /// Most failures of a cause that are shown in full; `None` for all. Equal reasons of several causes are then shown one by one too.
    pub failures: Option<usize>,
    /// The sums alone.
    pub quiet: bool,
}

impl Default for Detail {
    fn default() -> Self {
        Self {
            failures: Some(SHOWN),
            quiet: false,
        }
    }
}

/// Collects what the terminal will show.
#[derive(Debug)]
pub struct Terminal {
    detail: Detail,
    failures: Failures,
    /// Of each cause, how many failures are known.
    known: BTreeMap<String, usize>,
    /// Why instances were set aside: by cause and verdict each reason, and how many it holds for.
    aside: BTreeMap<(String, VerdictKind), IndexMap<String, usize>>,
}

impl Terminal {
    /// Nothing yet.
    pub fn new(detail: Detail) -> Self {
        Self {
            detail,
            failures: Failures::new(detail.failures),
            known: BTreeMap::new(),
            aside: BTreeMap::new(),
        }
    }

    /// Takes in an instance. Only as many failures are kept as will be shown.
    pub fn add(&mut self, entry: Entry) {
        if self.detail.quiet {
        } else if entry.is_known() {
            *self.known.entry(entry.cause).or_default() += 1;
        } else if entry.verdict.is_failure() {
            self.failures.add(entry);
        } else if entry.verdict != VerdictKind::Conformant {
            let reasons = self.aside.entry((entry.cause, entry.verdict)).or_default();
            *reasons.entry(entry.reason).or_default() += 1;
        }
    }

    /// Everything that is printed after the run. `files` are the causes in the order of the table.
    pub fn render(&self, facts: &Facts, files: &[&CaseFile], style: Style) -> String {
        let mut text = String::new();
        if !self.detail.quiet && facts.tally.causes().next().is_some() {
            self.table(&mut text, &facts.tally, files, style);
            self.failures.render(&mut text, style);
            text.push('\n');
        }
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
        let heading = columns("", "conform", "ms each", name_width, style);
        let _ = writeln!(text, "    {}", style.paint(Tone::Faint, &heading));
        for (code, causes) in groups {
            let _ = writeln!(text, "{}", style.paint(Tone::Strong, &in_a_line(code)));
            for (file, cause) in causes {
                self.row(text, &file.cause, cause, name_width, style);
            }
        }
    }

    fn row(&self, text: &mut String, name: &str, cause: &CauseTally, width: usize, style: Style) {
        let (mark, tone) = match self.known.get(name) {
            Some(known) if *known == failures_of(cause) && cause.unfinished() == 0 => KNOWN,
            _ => mark(cause.verdict().map(Verdict::kind)),
        };
        let share = format!(
            "{}/{}",
            cause.count(VerdictKind::Conformant),
            cause.planned.max(cause.total())
        );
        let row = format!(
            "  {} {}",
            style.paint(tone, mark),
            columns(name, &share, &milliseconds_each(cause), width, style),
        );
        text.push_str(&row);
        let note = self.note(name, cause);
        // Beside the numbers where that leaves room for words, and otherwise below.
        let beside = width + 26;
        if beside + note.chars().count() <= style.width {
            let _ = write!(text, "  {}", style.paint(tone, &note));
        } else {
            for line in style.wrap(&note, 6) {
                let _ = write!(text, "\n{}", style.paint(tone, &line));
            }
        }
        text.truncate(text.trim_end().len());
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
                let why = self.why_aside(name, verdict);
                notes.push(format!("{count} {}{why}", in_words(verdict, count)));
            }
        }
        if let Some(known) = self.known.get(name) {
            notes.push(match failures_of(cause) - known {
                0 => "known".into(),
                new => format!(
                    "{} known, {} new",
                    grouped(*known as u64),
                    grouped(new as u64)
                ),
            });
        }
        if cause.unfinished() > 0 {
            notes.push(format!("{} unfinished", cause.unfinished()));
        }
        notes.join(", ")
    }

    /// Why instances of a cause were set aside: one reason as it is, several with how many each holds for, the most frequent first.
    fn why_aside(&self, name: &str, verdict: VerdictKind) -> String {
        const FEW: usize = 3;
        let Some(reasons) = self.aside.get(&(name.to_owned(), verdict)) else {
            return String::new();
        };
        let mut reasons: Vec<(&str, usize)> = reasons
            .iter()
            .map(|(why, count)| (why.strip_prefix(NOT_CLAIMED).unwrap_or(why), *count))
            .collect();
        reasons.sort_by_key(|(why, count)| (std::cmp::Reverse(*count), *why));
        let more: usize = reasons.iter().skip(FEW).map(|(_, count)| count).sum();
        let mut words: Vec<String> = match reasons[..] {
            [(why, _)] => vec![why.to_owned()],
            _ => {
                let few = reasons.iter().take(FEW);
                few.map(|(why, count)| format!("{count} {why}")).collect()
            }
        };
        if more > 0 {
            words.push(format!("{more} for other reasons"));
        }
        format!(" ({})", harmless(&words.join(", ")).replace('\n', " "))
    }
}

/// Instances of a cause that somebody should look at, unless they are known.
fn failures_of(cause: &CauseTally) -> usize {
    let all = cause.verdicts.iter();
    let failed = all.filter(|(verdict, _)| verdict.kind().is_failure());
    failed.map(|(_, count)| count).sum()
}

/// A row of the table behind its mark. Where there is no room for it, it has no times, and its numbers stand below a long name.
fn columns(name: &str, share: &str, each: &str, width: usize, style: Style) -> String {
    if width + 24 <= style.width {
        return format!("{name:width$}  {share:>9}  {each:>7}");
    }
    let room = style.width.saturating_sub(12);
    let width = width.min(room);
    if name.chars().count() <= room {
        return format!("{name:width$} {share:>7}");
    }
    let lines = style.wrap_id(name, 4);
    format!(
        "{}\n{:indent$} {share:>7}",
        lines.join("\n").trim_start(),
        "",
        indent = width + 4
    )
}

/// An instance that is done, on a line of its own: `✗ cause/scenario  deviates: code`, or `= cause/scenario  known, deviates: code`.
pub fn done_line(id: &str, verdict: Verdict, is_known: bool, style: Style) -> String {
    let mut line = String::new();
    let what = (verdict.kind(), verdict.facet());
    let (sign, words) = match is_known {
        true => (KNOWN, format!("known, {}", failures::verdict(what))),
        false => (mark(Some(verdict.kind())), failures::verdict(what)),
    };
    failures::head_with(&mut line, &harmless(id), sign, &words, style);
    line
}

/// What fails as the baseline has it.
const KNOWN: (&str, Tone) = ("=", Tone::Faint);

fn summary(text: &mut String, facts: &Facts, style: Style) {
    let mut line = |name: &str, value: String| {
        let _ = writeln!(
            text,
            "{}  {}",
            style.paint(Tone::Faint, &format!("{name:>9}")),
            hung(style, &value)
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
    line("requests", requests(facts));
    if !facts.snapshots.is_empty() {
        line("snapshots", in_a_line(&facts.snapshots));
    }
    if let Some(baseline) = &facts.baseline {
        for (name, value) in baseline_lines(baseline, style) {
            line(name, value);
        }
    }
    line("level", level(facts, style));
    for sentence in &facts.unmet {
        line("unmet", style.paint(Tone::Bad, &harmless(sentence)));
    }
    if facts.interrupted {
        let why = match facts.time_ran_out {
            true => "time ran out",
            false => "interrupted",
        };
        let words = format!("{why}: what was not done yet is not counted");
        line("", style.paint(Tone::Warning, &words));
    }
    for note in &facts.notes {
        line("note", harmless(note));
    }
    for thing in &facts.left_behind {
        line("left", style.paint(Tone::Bad, &in_a_line(thing)));
    }
}

/// How many were sent, and how fast.
fn requests(facts: &Facts) -> String {
    let seconds = facts.elapsed.as_secs_f64();
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate for people"
    )]
    let rate = (facts.requests as f64 / seconds.max(1e-6)) as u64;
    format!(
        "{} in {seconds:.2} s, {} a second",
        grouped(facts.requests),
        grouped(rate)
    )
}

/// The level, and what it is stated for.
fn level(facts: &Facts, style: Style) -> String {
    let level = match &facts.level {
        Ok(level) => level,
        Err(why) => return format!("none: {why}"),
    };
    let head = format!("{} {}", level.number(), level.name());
    format!(
        "{}, of {}, {}",
        style.paint(Tone::Strong, &head),
        harmless(&facts.revision),
        facts.scope.in_words()
    )
}

/// Entries of the baseline of one kind that are named; there may be hundreds.
const NAMED: usize = 5;

/// What the baseline came to: its sums, what fails the run, and what was not looked at.
fn baseline_lines(baseline: &Account, style: Style) -> Vec<(&'static str, String)> {
    let tone = match (baseline.counts.new, baseline.red().next()) {
        (0, None) => Tone::Good,
        _ => Tone::Bad,
    };
    let words = style.paint(tone, &baseline.counts.in_words());
    let mut lines = vec![(
        "baseline",
        format!("{words} ({})", harmless(&baseline.file)),
    )];
    for state in [State::Stale, State::Expired, State::Unobserved] {
        let of = || baseline.entries.iter().filter(|entry| entry.state == state);
        if state == State::Unobserved {
            let names: Vec<String> = of()
                .take(NAMED)
                .map(|e| format!("`{}`", harmless(&e.id)))
                .collect();
            if !names.is_empty() {
                let more = more(of().count());
                lines.push(("", format!("unobserved: {}{more}", names.join(", "))));
            }
            continue;
        }
        for entry in of().take(NAMED) {
            let words = format!("line {}: {}", entry.line, harmless(&entry.sentence()));
            lines.push((state.name(), style.paint(Tone::Bad, &words)));
        }
        if of().count() > NAMED {
            lines.push(("", more(of().count()).trim_start().to_owned()));
        }
    }
    lines
}

fn more(count: usize) -> String {
    match count.saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(
            " and {}",
            counted(more, "more entry").replace("entrys", "entries")
        ),
    }
}

/// A text behind the name of a line of the sums, its further lines below its first.
fn hung(style: Style, text: &str) -> String {
    let lines = style.wrap(text, 11);
    lines.join("\n").trim_start().to_owned()
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
        let count = grouped(*count as u64) + " " + &in_words(*verdict, *count);
        parts.push(style.paint(tone, &count));
    }
    if unfinished > 0 {
        parts.push(format!("{} unfinished", grouped(unfinished as u64)));
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

pub(super) fn mark(verdict: Option<VerdictKind>) -> (&'static str, Tone) {
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
    one_line(parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_times_where_there_is_room_for_them() {
        let row = |width: usize| {
            let style = Style {
                color: false,
                width,
            };
            columns("cause", "1/2", "1.5", 10, style)
        };
        assert_eq!(row(34), "cause             1/2      1.5");
        assert_eq!(row(33), "cause          1/2");
    }
}
