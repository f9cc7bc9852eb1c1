//! What is wrong with a file, and where: `file:line:column`, the line itself, a caret under the word, and help.

use std::fmt;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// It can, but probably not as it was meant.
    Warning,
}

/// One finding in one file. [`fmt::Display`] renders it without color.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file, as the user named it.
    pub file: String,
    /// Line, counted from 1; 0 when the finding is about the file as a whole.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// How many characters the caret underlines; at least 1.
    pub length: usize,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The text of the line, or of the part of it around the place when it is long; `None` when the finding is about the file as a whole.
    pub excerpt: Option<String>,
    /// Characters of the line that are left out before the excerpt.
    skipped: usize,
}

/// Most characters of a line that are shown.
const WIDEST: usize = 200;
/// Most characters of a message or of help that are shown: a file may have words without end.
const LONGEST: usize = 600;

impl Diagnostic {
    /// An error about a file as a whole.
    pub fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: file.into(),
            line: 0,
            column: 0,
            length: 1,
            message: message.into(),
            help: None,
            excerpt: None,
            skipped: 0,
        }
    }

    /// An error at a place in a text. `line` and `column` count from 1; places outside the text are moved to its end.
    pub fn at(
        file: impl Into<String>,
        text: &str,
        (line, column, length): (usize, usize, usize),
        message: impl Into<String>,
    ) -> Self {
        let last = text.lines().count().max(1);
        let line = line.clamp(1, last);
        let whole = text.lines().nth(line - 1).unwrap_or_default();
        let width = whole.chars().count();
        let column = column.clamp(1, width + 1);
        let skipped = if width <= WIDEST {
            0
        } else {
            column.saturating_sub(WIDEST / 2)
        };
        let excerpt: String = whole.chars().skip(skipped).take(WIDEST).collect();
        let end = skipped + excerpt.chars().count();
        Self {
            line,
            column,
            length: length.clamp(1, (end + 1).saturating_sub(column).max(1)),
            excerpt: Some(excerpt),
            skipped,
            ..Self::of_file(file, message)
        }
    }

    /// The same with help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Renders it for a terminal, with ANSI colors when `color` is set. Ends with a line break.
    pub fn render(&self, color: bool) -> String {
        self.render_in(color, None)
    }

    /// The same in lines of at most so many columns, as far as words and places allow: sentences go on below themselves, and of a long line
    /// of the file the part around the place is shown.
    pub fn render_in(&self, color: bool, width: Option<usize>) -> String {
        let width = width.unwrap_or(usize::MAX);
        let paint = Paint(color);
        let mut out = String::new();
        let (word, code) = match self.severity {
            Severity::Error => ("error", "1;31"),
            Severity::Warning => ("warning", "1;33"),
        };
        let before = word.len() + 2;
        let headline = format!(": {}", hung(&shown(&self.message), before, width));
        out += &format!("{}{}\n", paint.with(code, word), paint.with("1", &headline));
        let digits = self.line.to_string().len();
        let gutter = " ".repeat(digits);
        let arrow = paint.with("1;34", "-->");
        let bar = paint.with("1;34", "|");
        let file = shown(&self.file);
        match &self.excerpt {
            None => out += &format!(" {arrow} {file}\n"),
            Some(excerpt) => {
                let number = paint.with("1;34", &self.line.to_string());
                let before = (self.column - 1).saturating_sub(self.skipped);
                let (excerpt, before, length) = around(
                    excerpt,
                    before,
                    self.length,
                    width.saturating_sub(digits + 3),
                );
                let indent = " ".repeat(before);
                let carets = paint.with(code, &"^".repeat(length));
                out += &format!("{gutter}{arrow} {file}:{}:{}\n", self.line, self.column);
                out += &format!("{gutter} {bar}\n");
                out += &format!("{number} {bar} {}\n", shown(&excerpt));
                out += &format!("{gutter} {bar} {indent}{carets}\n");
            }
        }
        if let Some(help) = &self.help {
            let mark = paint.with("1;34", "=");
            out += &format!(
                "{gutter} {mark} {} {}\n",
                paint.with("1", "help:"),
                hung(&shown(help), digits + 9, width)
            );
        }
        out
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// Fewer columns than that are given no heed: nothing could be read.
const NARROWEST: usize = 20;

/// A text in lines that end before a width, the first of them behind so many columns and the others below it.
fn hung(text: &str, before: usize, width: usize) -> String {
    let room = width.saturating_sub(before).max(NARROWEST);
    let mut out = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', before));
            used = 0;
        } else if !out.is_empty() {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

/// The part of a line around a place that has room in so many columns, with what stands before the place in it, and how much of the place is
/// shown.
fn around(line: &str, before: usize, length: usize, room: usize) -> (String, usize, usize) {
    let room = room.max(NARROWEST);
    let whole = line.chars().count();
    if whole <= room {
        return (line.to_owned(), before, length);
    }
    // The place in the middle, unless that would leave room at an end of the line.
    let middle = before + length.min(room) / 2;
    let first = middle
        .saturating_sub(room / 2)
        .min(whole - room)
        .min(before);
    let part: String = line.chars().skip(first).take(room).collect();
    let before = before - first;
    (part, before, length.min(room.saturating_sub(before).max(1)))
}

struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The beginning of the text, with a placeholder for each character that would move a terminal's cursor, so that a file cannot speak to the terminal
/// and carets stay where they belong.
fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .map(|character| match character {
            '\t' => ' ',
            character if character.is_control() || is_format(character) => '\u{fffd}',
            character => character,
        })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Invisible characters that reorder or hide what stands beside them.
fn is_format(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_word() {
        let text = "scenarios:\n  - edit: { expire-in: -1s }\n";
        let diagnostic = Diagnostic::at("a.yaml", text, (2, 13, 9), "unknown edit `expire-in`")
            .help("did you mean `expires-in`?");
        let expected = "\
error: unknown edit `expire-in`
 --> a.yaml:2:13
  |
2 |   - edit: { expire-in: -1s }
  |             ^^^^^^^^^
  = help: did you mean `expires-in`?
";
        assert_eq!(diagnostic.to_string(), expected);
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let text = format!("{}word{}", "a".repeat(100_000), "b".repeat(100_000));
        let rendered =
            Diagnostic::at("a.yaml", &text, (1, 100_001, 4), "c".repeat(5_000)).to_string();
        assert!(rendered.len() < 1_500, "{}", rendered.len());
        let lines: Vec<&str> = rendered.lines().collect();
        let at = lines[3].find("word").unwrap();
        assert_eq!(lines[4].find("^^^^"), Some(at));
        assert!(lines[1].ends_with("a.yaml:1:100001"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_the_caret_stays_under_the_word() {
        let keys =
            "keys here: name, given, base, edit, matrix, exclude, expect, unchanged, only, sources";
        let line = format!(
            "  - {{ nmae: x, {} }} # the end of it",
            "given: {}, ".repeat(12)
        );
        for width in [40, 80] {
            for (column, word) in [(7, "nmae"), (line.chars().count() - 5, "end of")] {
                let length = word.chars().count();
                let found = Diagnostic::at(
                    "a.yaml",
                    &line,
                    (1, column, length),
                    "unknown key ".repeat(9),
                )
                .help(keys);
                let rendered = found.render_in(false, Some(width));
                for line in rendered.lines() {
                    assert!(line.chars().count() <= width, "{width}: {line}");
                }
                let lines: Vec<&str> = rendered.lines().collect();
                let carets = lines.iter().position(|line| line.contains('^')).unwrap();
                let at = lines[carets].find('^').unwrap();
                let below: String = lines[carets - 1].chars().skip(at).take(length).collect();
                let due: String = line.chars().skip(column - 1).take(length).collect();
                assert_eq!(below, due, "{rendered}");
                // Nothing is lost, and what goes on stands below the beginning.
                let words = rendered.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(words.contains(keys), "{rendered}");
                let last = lines.last().unwrap();
                assert_eq!(last.len() - last.trim_start().len(), 10, "{rendered}");
            }
        }
        let short = Diagnostic::at("a.yaml", "ab", (1, 1, 2), "x").help("y");
        assert_eq!(short.render_in(true, Some(40)), short.render(true));
    }

    #[test]
    fn places_outside_the_text_are_moved_into_it() {
        let diagnostic = Diagnostic::at("a.yaml", "ab", (9, 99, 99), "x");
        assert_eq!(
            (diagnostic.line, diagnostic.column, diagnostic.length),
            (1, 3, 1)
        );
        let empty = Diagnostic::at("a.yaml", "", (0, 0, 0), "x");
        assert_eq!((empty.line, empty.column, empty.length), (1, 1, 1));
    }

    #[test]
    fn a_file_cannot_speak_to_the_terminal() {
        let diagnostic = Diagnostic::at(
            "a\u{1b}[2J",
            "\tk: \u{1b}]0;x\u{7}\u{202e}",
            (1, 2, 1),
            "no\r\n`\u{1b}`",
        );
        let rendered = diagnostic.to_string();
        assert!(
            rendered.chars().all(|c| c == '\n' || !c.is_control()),
            "{rendered:?}"
        );
        assert!(!rendered.contains('\u{202e}'));
    }

    #[test]
    fn color_only_adds_escapes() {
        let diagnostic = Diagnostic::at("a.yaml", "key: 1", (1, 1, 3), "x").help("y");
        let mut plain = String::new();
        let mut rest = diagnostic.render(true);
        assert!(rest.contains("\u{1b}[1;31m"));
        while let Some(start) = rest.find('\u{1b}') {
            plain.push_str(&rest[..start]);
            let end = start + rest[start..].find('m').unwrap() + 1;
            rest = rest[end..].to_owned();
        }
        assert_eq!(plain + &rest, diagnostic.to_string());
    }
}
