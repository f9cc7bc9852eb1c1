//! Case files in the one form that all of the ledger have: order of keys, indentation, blanks between braces, quotes. Comments stay where
//! they are, beside what they speak of; lines are neither broken nor joined.

mod node;
mod write;

use super::check::SCHEMA_LINE;
use super::diagnostic::Diagnostic;
use super::document::Document;
use super::slip::BYTE_ORDER_MARK;

/// The order of the keys of a file.
pub const FILE_KEYS: [&str; 13] = [
    "cause",
    "code",
    "message",
    "status",
    "alternatives",
    "elements",
    "sources",
    "severity",
    "provoked-by",
    "means",
    "fix",
    "notes",
    "scenarios",
];

/// The order of the keys of a scenario: what it says of itself, the world, the twin, what is due.
const SCENARIO_KEYS: [&str; 13] = [
    "name",
    "about",
    "requires",
    "reference-only",
    "to-the-second",
    "given",
    "matrix",
    "exclude",
    "base",
    "edit",
    "before",
    "expect",
    "unchanged",
];

/// The same case file in its canonical form; `name` is the file's name for diagnostics.
///
/// # Errors
/// When the text is no YAML, or has what this module cannot move without changing what it says: anchors, aliases, tags.
pub fn canonical(name: &str, text: &str) -> Result<String, Diagnostic> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let document = Document::read(name, text.as_str())?;
    if !document.value().is_object() {
        let message = "a case file is a map that begins with `cause:`";
        return Err(Diagnostic::at(name, &text, (1, 1, 1), message));
    }
    let root = node::read(&text).map_err(|(place, what)| {
        let message = format!("{what} cannot be kept in order");
        let help = "write out what it stands for; the file was left as it is";
        Diagnostic::at(name, &text, place, message).help(help)
    })?;
    let mut written = write::document(&text, &root);
    if written.lines().next() != Some(SCHEMA_LINE) {
        written.insert_str(0, &format!("{SCHEMA_LINE}\n"));
    }
    let same =
        Document::read(name, written.as_str()).is_ok_and(|after| after.value() == document.value());
    if !same || letters(&written) != letters(&text) {
        let message = "this file cannot be put in order without changing what it says";
        let help =
            "write it more plainly: one key a line, texts on one line; the file was left as it is";
        return Err(Diagnostic::of_file(name, message).help(help));
    }
    Ok(written)
}

/// Every character that must not be lost, comments included, in whatever order. Blanks, quotes and what is written for them may change.
fn letters(text: &str) -> Vec<char> {
    let lines = text.lines().filter(|line| line.trim_end() != SCHEMA_LINE);
    let kept = |letter: &char| !letter.is_whitespace() && !"'\"\\,".contains(*letter);
    let mut letters: Vec<char> = lines.flat_map(str::chars).filter(kept).collect();
    letters.sort_unstable();
    letters
}
