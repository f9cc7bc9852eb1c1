//! The kill matrix for people: sums by kind, then everything that calls for action.

use std::fmt::Write as _;

use super::{Suite, Tables, outside, sums};
use crate::mutate::matrix::{Extent, Matrix, Row};
use crate::report::style::{Style, Tone, counted, grouped};

/// Idle instances that are named; there would be hundreds when something is wrong at large.
const SHOWN: usize = 20;

/// The tables as text.
pub fn terminal(tables: Tables<'_>, suite: &Suite, style: Style) -> String {
    let mut text = String::new();
    let heading = style.wrap(&heading(tables, suite), 0).join("\n");
    let _ = writeln!(text, "{heading}\n");
    if let Some(matrix) = tables.inside {
        kinds(&mut text, matrix, style);
        survivors(&mut text, matrix, style);
        misjudged(&mut text, matrix, style);
        idle(&mut text, matrix, suite, style);
        summary(&mut text, matrix, suite, style);
    }
    if let Some(rows) = tables.outside {
        if tables.inside.is_some() {
            text.push('\n');
        }
        outside::terminal(&mut text, rows, style);
    }
    text
}

fn heading(tables: Tables<'_>, suite: &Suite) -> String {
    let inside = tables.inside.map(|matrix| {
        let (mutants, instances) = (
            counted(matrix.rows.len(), "mutant"),
            counted(matrix.instances, "instance"),
        );
        format!("{mutants} of the reference server against {instances}")
    });
    let outside = tables.outside.map(|rows| {
        let (faults, weather) = (
            counted(rows.faults.len(), "fault"),
            counted(rows.weather.len(), "kind"),
        );
        format!("{faults} and {weather} of weather before it")
    });
    let what: Vec<_> = inside.into_iter().chain(outside).collect();
    format!(
        "oss403 {}: {} of {}; ledger {} ({})",
        env!("CARGO_PKG_VERSION"),
        what.join(", "),
        counted(suite.causes.len(), "cause"),
        suite.from,
        suite.revision,
    )
}

fn kinds(text: &mut String, matrix: &Matrix, style: Style) {
    let heading = format!("  {:16}  {:>9}", "", "killed");
    let _ = writeln!(text, "{}", style.paint(Tone::Faint, &heading));
    for (kind, sums) in sums(matrix) {
        let all = sums.killed == sums.total;
        let (mark, tone) = if all {
            ("✓", Tone::Good)
        } else {
            ("✗", Tone::Bad)
        };
        let share = format!("{}/{}", sums.killed, sums.total);
        let note = match sums.equivalent {
            0 => String::new(),
            count => format!("  and {count} equivalent"),
        };
        let row = format!(
            "{} {:16}  {share:>9}{}",
            style.paint(tone, mark),
            kind.name(),
            style.paint(Tone::Faint, &note)
        );
        let _ = writeln!(text, "{row}");
    }
}

fn survivors(text: &mut String, matrix: &Matrix, style: Style) {
    for row in matrix.survivors() {
        let _ = writeln!(
            text,
            "\n{} {}  {}",
            style.paint(Tone::Bad, "✗"),
            style.paint(Tone::Strong, &row.mutant.id),
            style.paint(Tone::Bad, "survived")
        );
        let said = format!("{}, and {}", row.mutant.description, nobody(row));
        for line in style.wrap(&said, 4) {
            let _ = writeln!(text, "{line}");
        }
    }
}

fn misjudged(text: &mut String, matrix: &Matrix, style: Style) {
    for (row, reason) in matrix.misjudged() {
        let _ = writeln!(
            text,
            "\n{} {}  {}",
            style.paint(Tone::Bad, "✗"),
            style.paint(Tone::Strong, &row.mutant.id),
            style.paint(Tone::Bad, "misjudged")
        );
        let said = format!("it was noticed, although it is listed as equivalent: {reason}");
        for line in style.wrap(&said, 4) {
            let _ = writeln!(text, "{line}");
        }
    }
}

/// Who did not notice.
fn nobody(row: &Row) -> String {
    let causes: Vec<String> = row
        .causes
        .iter()
        .map(|(cause, noticed)| format!("{} of {cause}", counted(noticed.of, "instance")))
        .collect();
    format!("none of the {} noticed", causes.join(" and the "))
}

fn idle(text: &mut String, matrix: &Matrix, suite: &Suite, style: Style) {
    if matrix.idle.is_empty() || suite.extent == Extent::Part {
        return;
    }
    let _ = writeln!(
        text,
        "\n{}",
        style.paint(
            Tone::Strong,
            "idle: nothing that a server does makes them fail"
        )
    );
    for id in matrix.idle.iter().take(SHOWN) {
        let _ = writeln!(text, "  {} {id}", style.paint(Tone::Bad, "✗"));
    }
    if let Some(more @ 1..) = matrix.idle.len().checked_sub(SHOWN) {
        let _ = writeln!(text, "  … and {}", counted(more, "more instance"));
    }
}

fn summary(text: &mut String, matrix: &Matrix, suite: &Suite, style: Style) {
    text.push('\n');
    let mut line = |name: &str, value: String| line(text, style, name, &value);
    let survivors = matrix.survivors().count();
    let total = matrix.killed() + survivors;
    let tone = |good: bool| if good { Tone::Good } else { Tone::Bad };
    let killed = format!(
        "{} of {} killed",
        grouped(matrix.killed() as u64),
        grouped(total as u64)
    );
    let excused = match matrix.equivalents().count() {
        0 => String::new(),
        count => format!(", {count} equivalent (reviewed, with reasons: --format json)"),
    };
    line(
        "mutants",
        style.paint(tone(survivors == 0), &killed) + &excused,
    );
    if suite.extent == Extent::Part {
        line("idle", "not asked of a part of the mutants".into());
    } else {
        let said = match matrix.idle.len() {
            0 => "no instance".into(),
            count => counted(count, "instance"),
        };
        line("idle", style.paint(tone(matrix.idle.is_empty()), &said));
    }
    let baselines = matrix.baselines;
    let said = format!(
        "a server that allows everything is conformant in {} causes, one that denies everything in {}",
        baselines.allow_all, baselines.deny_all
    );
    line("baselines", style.paint(tone(baselines.are_clean()), &said));
    let seconds = matrix.elapsed.as_secs_f64();
    let requests = grouped(matrix.requests);
    line("requests", format!("{requests} in {seconds:.1} s"));
}

/// One of the figures at the end.
pub(super) fn line(text: &mut String, style: Style, name: &str, value: &str) {
    let name = style.paint(Tone::Faint, &format!("{name:>9}"));
    let lines = style.wrap(value, 11).join("\n");
    let _ = writeln!(text, "{name}  {}", lines.trim_start());
}
