//! Changes to the text of a baseline that leave everything else as people wrote it, comments and order too.
//!
//! Entries are lines: one is added behind the last, or taken out. The result is read again, and is refused unless it says what it was to say.

use std::ops::Range;

use super::item::Item;
use super::{Baseline, Day, Fingerprint};
use crate::wire::redact::is_obeyed;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::place::{Part, Path, Place, Places};

/// Why a text is not changed.
#[derive(Debug, thiserror::Error)]
pub enum NotEdited {
    /// It is written in a way in which no line is an entry.
    #[error("{0}")]
    Form(Box<Diagnostic>),
    /// What would be written is not what was meant.
    #[error("{0} cannot be changed without rewriting it; the entries have to be edited by hand")]
    Unsure(String),
}

/// A new baseline without entries.
pub(super) fn fresh(target: &str, ledger: &str) -> String {
    format!(
        "# Deviations that are known: each with the answer it is known by, why it is put up with, by whom and until when.\n\
         version: 1\ntarget: {}\nledger: {}\nentries: []\n",
        scalar(target),
        scalar(ledger)
    )
}

/// The text with entries behind its last one.
pub(super) fn with(
    file: &str,
    text: &str,
    today: Day,
    items: &[Item],
) -> Result<String, NotEdited> {
    if items.is_empty() {
        return Ok(text.to_owned());
    }
    let lines = Lines::of(file, text)?;
    let new: Vec<String> = items
        .iter()
        .flat_map(|item| written(item, lines.indent))
        .collect();
    let mut out: Vec<String> = lines.all.iter().map(|&line| line.to_owned()).collect();
    let behind = match (lines.items.last(), lines.empty) {
        (Some(last), _) => last.end,
        (None, Some((line, ref before))) => {
            out[line].clone_from(before);
            line + 1
        }
        (None, None) => return Err(NotEdited::Unsure(file.to_owned())),
    };
    out.splice(behind..behind, new);
    let changed = joined(&out, text);
    same(file, &changed, today, text, |known| {
        known.extend(items.iter().cloned());
    })?;
    Ok(changed)
}

/// The text without some entries, given by their positions. The comment right above an entry goes with it.
pub(super) fn without(
    file: &str,
    text: &str,
    today: Day,
    gone: &[usize],
) -> Result<String, NotEdited> {
    if gone.is_empty() {
        return Ok(text.to_owned());
    }
    let lines = Lines::of(file, text)?;
    let mut dropped = vec![false; lines.all.len()];
    for &number in gone {
        let item = lines.items.get(number);
        let item = item.ok_or_else(|| NotEdited::Unsure(file.to_owned()))?;
        let start = lines.comments_above(item.start);
        dropped[start..item.end].fill(true);
        // Of the blank lines around it those before it are enough.
        let is_blank = |line: usize| {
            lines
                .all
                .get(line)
                .is_some_and(|line| line.trim().is_empty())
        };
        if is_blank(item.end) && (start == 0 || is_blank(start - 1) || number == 0) {
            dropped[item.end] = true;
        }
    }
    let kept = lines.all.iter().zip(dropped);
    let mut out: Vec<String> = kept
        .filter(|(_, dropped)| !dropped)
        .map(|(line, _)| (*line).to_owned())
        .collect();
    if gone.len() == lines.items.len() {
        let key = out.iter_mut().find(|line| line.trim_end() == "entries:");
        let key = key.ok_or_else(|| NotEdited::Unsure(file.to_owned()))?;
        *key = "entries: []".into();
    }
    let changed = joined(&out, text);
    same(file, &changed, today, text, |known| {
        let mut number = 0;
        known.retain(|_| {
            number += 1;
            !gone.contains(&(number - 1))
        });
    })?;
    Ok(changed)
}

/// Whether a changed text says what the former one said, but for what was to change.
fn same(
    file: &str,
    changed: &str,
    today: Day,
    text: &str,
    change: impl FnOnce(&mut Vec<Item>),
) -> Result<(), NotEdited> {
    let unsure = || NotEdited::Unsure(file.to_owned());
    let read = |text: &str| Baseline::read(file, text, today).map_err(|_| unsure());
    let (before, after) = (read(text)?, read(changed)?);
    let mut wanted = before.items;
    change(&mut wanted);
    let bare = |items: Vec<Item>| items.into_iter().map(|item| Item { line: 0, ..item });
    let as_meant = bare(wanted).eq(bare(after.items))
        && (before.target, before.ledger) == (after.target, after.ledger);
    as_meant.then_some(()).ok_or_else(unsure)
}

/// Where the entries stand.
struct Lines<'t> {
    all: Vec<&'t str>,
    /// The lines of each entry, from its dash to its last word.
    items: Vec<Range<usize>>,
    /// Blanks before the dash of an entry.
    indent: usize,
    /// The line of a list without entries, and what becomes of it when one is added.
    empty: Option<(usize, String)>,
}

impl<'t> Lines<'t> {
    fn of(file: &str, text: &'t str) -> Result<Self, NotEdited> {
        let all: Vec<&str> = text.lines().collect();
        let places = Places::of(text);
        let find = |path: Path, part| places.find(&path, part);
        let unsure = || NotEdited::Unsure(file.to_owned());
        let key = find(["entries"].into(), Part::Key).ok_or_else(unsure)?;
        let list = find(["entries"].into(), Part::Value).ok_or_else(unsure)?;
        let mut lines = Self {
            all,
            items: Vec::new(),
            indent: 2,
            empty: None,
        };
        if lines.at(list) == Some('[') {
            lines.empty = Some(lines.emptied(file, text, list)?);
            return Ok(lines);
        }
        let mut starts = Vec::new();
        while let Some(item) = find(Path::from(["entries"]).then(starts.len()), Part::Value) {
            // What is not there has the place of what it would be part of.
            if item.line <= key.line {
                break;
            }
            starts.push(lines.dash(item.line - 1).ok_or_else(unsure)?);
        }
        let others = ["version", "target", "ledger"].into_iter();
        let others = others.filter_map(|other| find([other].into(), Part::Key));
        let others = others.map(|other| other.line - 1);
        let behind = others.filter(|line| *line >= key.line).min();
        let behind = behind.unwrap_or(lines.all.len());
        for (number, &start) in starts.iter().enumerate() {
            let next = starts.get(number + 1).copied().unwrap_or(behind);
            let end = (start..next).rev().find(|&line| lines.says(line));
            lines.items.push(start..end.unwrap_or(start) + 1);
        }
        let first = starts.first().map(|&line| lines.all[line]);
        lines.indent = first.map_or(2, |line| line.len() - line.trim_start().len());
        Ok(lines)
    }

    fn at(&self, place: Place) -> Option<char> {
        self.all.get(place.line - 1)?.chars().nth(place.column - 1)
    }

    /// The line with the dash of what begins in a line.
    fn dash(&self, line: usize) -> Option<usize> {
        let mut above = (0..=line).rev();
        above.find(|&line| {
            self.all
                .get(line)
                .is_some_and(|text| text.trim_start().starts_with('-'))
        })
    }

    /// Whether a line is neither blank nor a comment.
    fn says(&self, line: usize) -> bool {
        let text = self.all.get(line).map_or("", |line| line.trim_start());
        !text.is_empty() && !text.starts_with('#')
    }

    /// The first of the comments that stand right above a line.
    fn comments_above(&self, line: usize) -> usize {
        let is_comment = |line: usize| self.all[line].trim_start().starts_with('#');
        let mut first = line;
        while first > 0 && is_comment(first - 1) {
            first -= 1;
        }
        first
    }

    /// The line of `entries: []`, and the same without the brackets. A list with something between them has no line for each entry.
    fn emptied(&self, file: &str, text: &str, list: Place) -> Result<(usize, String), NotEdited> {
        let line = list.line - 1;
        let whole = self.all[line];
        let start = whole.char_indices().nth(list.column - 1);
        let start = start.map_or(whole.len(), |(byte, _)| byte);
        let (before, brackets) = whole.split_at(start);
        let behind = brackets.strip_prefix('[').map(str::trim_start);
        match behind.and_then(|behind| behind.strip_prefix(']')) {
            Some(comment) => Ok((line, format!("{}{comment}", before.trim_end()))),
            None => {
                let place = (list.line, list.column, 1);
                let message =
                    "this list is written in one piece, and cannot be changed line by line";
                let help = "write each entry below the other, beginning with `- id: …`";
                let found = Diagnostic::at(file, text, place, message).help(help);
                Err(NotEdited::Form(Box::new(found)))
            }
        }
    }
}

/// Lines as a text, with the line ends of the former one.
fn joined(lines: &[String], former: &str) -> String {
    let end = if former.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut text = lines.join(end);
    text.push_str(end);
    text
}

/// The lines of an entry.
fn written(item: &Item, indent: usize) -> Vec<String> {
    let mut keys = vec![
        format!("id: {}", scalar(&item.id)),
        format!("verdict: {}", item.verdict.name()),
    ];
    if item.observed != Fingerprint::default() {
        keys.push(format!("observed: {}", observed(&item.observed)));
    } else if item.verdict != super::Excused::Disabled {
        keys.push("observed: {}".into());
    }
    if item.accept_risk {
        keys.push("accept-risk: true".into());
    }
    keys.push(format!("reason: {}", scalar(&item.reason)));
    keys.push(format!("owner: {}", scalar(&item.owner)));
    keys.extend(
        item.link
            .as_ref()
            .map(|link| format!("link: {}", scalar(link))),
    );
    keys.extend(item.added.map(|day| format!("added: {day}")));
    keys.push(format!("expires: {}", item.expires));
    let line = |(number, key): (usize, String)| {
        let dash = if number == 0 { "- " } else { "  " };
        format!("{:indent$}{dash}{key}", "")
    };
    keys.into_iter().enumerate().map(line).collect()
}

fn observed(seen: &Fingerprint) -> String {
    let mut keys = Vec::new();
    keys.extend(seen.status.map(|status| format!("status: {status}")));
    for (name, text) in [
        ("code", &seen.code),
        ("message", &seen.message),
        ("differs", &seen.differs),
    ] {
        keys.extend(
            text.as_ref()
                .map(|text| format!("{name}: {}", scalar(text))),
        );
    }
    format!("{{ {} }}", keys.join(", "))
}

/// A text as YAML: as it is where that can only be read as this text, in a list or a map written in one line too, and otherwise quoted.
fn scalar(text: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' ');
    let begins = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let is_a_word = !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .contains(&text.to_ascii_lowercase().as_str());
    if begins && is_a_word && text.chars().all(word) && text.trim() == text {
        return text.to_owned();
    }
    // What JSON quotes, YAML reads as the same text, but for what it does not take as it is.
    let quoted = serde_json::Value::from(text).to_string();
    let escaped = |c: char| match is_obeyed(c) {
        true => format!("\\u{:04x}", u32::from(c)),
        false => c.to_string(),
    };
    quoted.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oss403_case::yaml;

    #[test]
    fn whatever_a_text_is_it_is_read_as_that_text() {
        for text in [
            "Access denied.",
            "Access denied: no",
            "a # b",
            "- a",
            "yes",
            "No",
            "null",
            "~",
            "12",
            "1e3",
            "2026-11-28",
            "{a}",
            "[a], b",
            "a, b",
            "\"quoted\" 'too'",
            "\\ ü …",
            " a",
            "a ",
            "",
            "*x",
            "&x",
            "!x",
            "a\nb\tc\u{7f}\u{85}\u{2028}\u{feff}",
            "https://issues.example/12?a=b#c",
        ] {
            let written = format!("a: {{ b: {} }}\nc: {}\n", scalar(text), scalar(text));
            let read = yaml::parse(&written).unwrap();
            assert_eq!(read["a"]["b"].as_str(), Some(text), "{written}");
            assert_eq!(read["c"].as_str(), Some(text), "{written}");
        }
    }
}
