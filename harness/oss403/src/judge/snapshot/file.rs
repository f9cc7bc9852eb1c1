//! A file of snapshots: the answers of one scenario, in insta's format.
//!
//! After insta's header come the labels of the instances, each on a line of its own, and below them, indented by two blanks, the answer
//! that they share. The answer of a scenario without axes has no label.
//!
//! ```text
//! ---
//! source: cases/AccessDenied/url-auth-expired.yaml
//! expression: url-auth-expired/get-after-expiry
//! ---
//! url-v1-GET
//! url-v2-GET
//!   status: 403
//!   …
//! ```
//!
//! A label a line, since a diff and a merge then name just the instances whose answers changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use indexmap::IndexMap;

use crate::whole;
use oss403_case::Instance;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::ledger::read_text;

/// The answers of one scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Where they come from, as lines of insta's header.
    header: String,
    /// In a pending file: the labels whose answers wait for a decision. The others stand there only because insta's own tool puts the
    /// whole file in the place of the accepted one. Without this line everything waits.
    pub(super) changes: Option<BTreeSet<String>>,
    /// The answer of each label. The one instance of a scenario without axes has the label ``.
    pub answers: BTreeMap<String, String>,
}

const DASHES: &str = "---";
const CHANGES: &str = "changes: ";
const INDENT: &str = "  ";

impl SnapshotFile {
    /// Says where the answers come from, unless the file does already.
    pub(super) fn head_with(&mut self, instance: &Instance) {
        if self.header.is_empty() {
            let file = &instance.file;
            let source = scalar(&format!("cases/{}/{}.yaml", file.code, file.cause));
            let expression = scalar(&format!("{}/{}", file.cause, instance.scenario.name));
            self.header = format!("source: {source}\nexpression: {expression}\n");
        }
    }

    pub(super) fn without_answers(&self) -> Self {
        Self {
            header: self.header.clone(),
            ..Self::default()
        }
    }

    /// Reads a file; `None` when there is none.
    ///
    /// # Errors
    /// When it is a link, cannot be read, or is not in the format.
    pub fn read(path: &Path) -> Result<Option<Self>, Diagnostic> {
        if is_there(path)? {
            Self::parse(path, &read_text(path)?).map(Some)
        } else {
            Ok(None)
        }
    }

    /// # Errors
    /// At the first line that does not fit.
    fn parse(path: &Path, text: &str) -> Result<Self, Diagnostic> {
        let text = text.replace("\r\n", "\n");
        let fault = |number: usize, length: usize, message: String| {
            Diagnostic::at(
                path.display().to_string(),
                &text,
                (number, 1, length),
                message,
            )
        };
        let mut lines = (1..).zip(text.lines());
        if lines.next().is_none_or(|(_, line)| line != DASHES) {
            return Err(fault(
                1,
                1,
                format!("a snapshot begins with a header between two lines `{DASHES}`"),
            ));
        }
        let mut file = Self::default();
        loop {
            let (number, line) = lines.next().ok_or_else(|| {
                fault(
                    1,
                    DASHES.len(),
                    format!("the header has no end, a second line `{DASHES}`"),
                )
            })?;
            if line == DASHES {
                break;
            } else if let Some(labels) = line.strip_prefix(CHANGES) {
                let labels = serde_json::from_str(labels)
                    .map_err(|error| fault(number, line.len(), format!("no list: {error}")))?;
                file.changes = Some(labels);
            } else {
                file.header.push_str(line);
                file.header.push('\n');
            }
        }
        file.add(lines, &fault)?;
        Ok(file)
    }

    fn add<'a>(
        &mut self,
        lines: impl Iterator<Item = (usize, &'a str)>,
        fault: &dyn Fn(usize, usize, String) -> Diagnostic,
    ) -> Result<(), Diagnostic> {
        let mut labels: Vec<(usize, &str)> = Vec::new();
        let mut answer: Vec<&str> = Vec::new();
        for (number, line) in lines {
            if line.trim().is_empty() {
                if !answer.is_empty() {
                    answer.push("");
                }
            } else if let Some(line) = line.strip_prefix(INDENT) {
                if labels.is_empty() {
                    labels.push((number, ""));
                }
                answer.push(line);
            } else if !is_label(line) {
                let help = "labels stand at the beginning of a line, each on its own; the answer below them is indented by two blanks";
                let message = "this line is neither a label nor part of an answer".to_owned();
                return Err(fault(number, line.chars().count(), message).help(help));
            } else {
                if !answer.is_empty() {
                    self.share(&labels, &answer);
                    labels.clear();
                    answer.clear();
                }
                if self.answers.contains_key(line) || labels.iter().any(|(_, known)| *known == line)
                {
                    let message = format!("the label `{line}` stands twice");
                    let help = "an instance has one answer: remove the other";
                    return Err(fault(number, line.len(), message).help(help));
                }
                labels.push((number, line));
            }
        }
        match labels.last() {
            Some((number, label)) if answer.is_empty() => {
                let message = format!("the label `{label}` has no answer");
                let help = "the answer stands below its labels, indented by two blanks";
                Err(fault(*number, label.len(), message).help(help))
            }
            _ => {
                self.share(&labels, &answer);
                Ok(())
            }
        }
    }

    fn share(&mut self, labels: &[(usize, &str)], answer: &[&str]) {
        let answer = canonical(&answer.join("\n"));
        let labels = labels.iter().map(|(_, label)| (*label).to_owned());
        self.answers
            .extend(labels.map(|label| (label, answer.clone())));
    }

    /// Puts this file in the place of the one at `path`. Whoever reads sees the old one or the new one, and a link is replaced rather
    /// than followed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn write(&self, path: &Path) -> Result<(), Diagnostic> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let write = || {
            let mut file = whole::temporary(folder)?;
            file.write_all(self.to_string().as_bytes())?;
            file.persist(path)?;
            io::Result::Ok(())
        };
        write().map_err(|error| cannot_be("written", path, &error))
    }
}

/// The file as text: answers in the order of their first labels, labels sorted, so that the same answers make the same file.
impl fmt::Display for SnapshotFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups: IndexMap<(bool, &str), Vec<&str>> = IndexMap::new();
        for (label, answer) in &self.answers {
            // What has no label shares with nobody.
            let key = (label.is_empty(), answer.as_str());
            groups.entry(key).or_default().push(label);
        }
        write!(f, "{DASHES}\n{}", self.header)?;
        if let Some(changes) = &self.changes {
            let changes = serde_json::to_string(changes).expect("texts make JSON");
            writeln!(f, "{CHANGES}{changes}")?;
        }
        writeln!(f, "{DASHES}")?;
        for (number, ((_, answer), labels)) in groups.into_iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            for label in labels.into_iter().filter(|label| !label.is_empty()) {
                writeln!(f, "{label}")?;
            }
            for line in answer.lines() {
                let indent = if line.is_empty() { "" } else { INDENT };
                writeln!(f, "{indent}{line}")?;
            }
        }
        Ok(())
    }
}

/// The text without what the format does not keep: blanks at the ends of lines, empty lines at both ends.
pub(super) fn canonical(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Whether a file or folder is there.
///
/// # Errors
/// When it is a link: the folder may lie in somebody else's checkout, and what it points to is nobody's snapshot.
pub(super) fn is_there(path: &Path) -> Result<bool, Diagnostic> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            let help = "links are not followed: put there what it points to";
            Err(Diagnostic::of_file(path.display().to_string(), "a link").help(help))
        }
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(cannot_be("read", path, &error)),
    }
}

pub(super) fn cannot_be(done: &str, path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::of_file(
        path.display().to_string(),
        format!("cannot be {done}: {error}"),
    )
}

/// Ids are made of these characters.
fn is_label(line: &str) -> bool {
    line.chars().all(is_plain)
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// A text in the header, as insta writes it. JSON texts are YAML texts, whatever characters they hold.
fn scalar(text: &str) -> String {
    if text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| is_plain(c) || c == '/')
    {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::scalar;

    #[test]
    fn a_text_that_yaml_reads_otherwise_is_quoted() {
        for (text, written) in [
            (
                "cases/AccessDenied/a-b.c_d.yaml",
                "cases/AccessDenied/a-b.c_d.yaml",
            ),
            ("a: b", "\"a: b\""),
            ("1a", "\"1a\""),
            ("-a", "\"-a\""),
            ("a#b", "\"a#b\""),
            ("", "\"\""),
        ] {
            assert_eq!(scalar(text), written);
        }
    }
}
