//! A YAML file in memory: its values, its places, and typed reading that reports every fault it can with its place.

use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::decode::{self, Kind, Problem};
use super::diagnostic::{Diagnostic, Severity};
use super::place::{Part, Path, Place, Places};
use super::slip;
use super::yaml::{self, YamlError};

/// A file that is YAML.
#[derive(Debug)]
pub struct Document {
    file: String,
    text: String,
    value: Value,
    places: OnceLock<Places>,
}

impl Document {
    /// Reads a text; `file` is its name for diagnostics.
    ///
    /// # Errors
    /// When it is no YAML or exceeds a limit of [`yaml`].
    pub fn read(file: impl Into<String>, text: impl Into<String>) -> Result<Self, Diagnostic> {
        let (file, mut text) = (file.into(), text.into());
        if text.starts_with(slip::BYTE_ORDER_MARK) {
            text.remove(0);
        }
        match yaml::parse(&text) {
            Ok(value) => Ok(Self {
                file,
                text,
                value,
                places: OnceLock::new(),
            }),
            Err(error) => Err(refused(file, &text, error)),
        }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The whole value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Reads the whole as a type.
    ///
    /// # Errors
    /// Every unknown key, and the first fault besides.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Vec<Diagnostic>> {
        decode::all(&self.value).map_err(|problems| {
            problems
                .iter()
                .map(|problem| self.diagnostic(problem))
                .collect()
        })
    }

    /// The line in which a value stands, counted from 1.
    pub fn line(&self, path: &Path) -> usize {
        let places = self.places.get_or_init(|| Places::of(&self.text));
        let found = places.find(path, Part::Value);
        found.map_or(1, |place| place.line)
    }

    /// The diagnostic for a problem, with its place.
    pub fn diagnostic(&self, problem: &Problem) -> Diagnostic {
        let places = self.places.get_or_init(|| Places::of(&self.text));
        let span = places
            .find(&problem.path, problem.part)
            .map(|span| match &problem.word {
                Some(word) => self.narrow(span, word),
                None => span,
            });
        let mut diagnostic = match span {
            Some(Place {
                line,
                column,
                length,
            }) => Diagnostic::at(
                &self.file,
                &self.text,
                (line, column, length),
                &problem.message,
            ),
            None => Diagnostic::at(&self.file, &self.text, (1, 1, 1), &problem.message),
        };
        diagnostic.help.clone_from(&problem.help);
        diagnostic
    }

    /// The first place of a word in what starts at a span, within a few lines; the span itself when the word is written otherwise.
    fn narrow(&self, span: Place, word: &str) -> Place {
        const FEW: usize = 40;
        let lines = self.text.lines().enumerate().skip(span.line - 1).take(FEW);
        for (number, line) in lines {
            let from = if number + 1 == span.line {
                span.column - 1
            } else {
                0
            };
            let start = line
                .char_indices()
                .nth(from)
                .map_or(line.len(), |(byte, _)| byte);
            if let Some(found) = line[start..].find(word) {
                let column = line[..start + found].chars().count() + 1;
                return Place {
                    line: number + 1,
                    column,
                    length: word.chars().count().max(1),
                };
            }
        }
        span
    }
}

/// Why a text is no document, at its place and in words for its author.
fn refused(file: String, text: &str, error: YamlError) -> Diagnostic {
    let at = |place: Place| (place.line, place.column, place.length);
    let duplicate = error.duplicate.as_deref();
    if let Some((first, second)) = duplicate.and_then(|key| Places::of(text).duplicate(key)) {
        let help = format!("the first one is in line {}: keep one of them", first.line);
        return Diagnostic::at(file, text, at(second), error.message).help(help);
    }
    if let Some(slip) = slip::of(text, &error) {
        return Diagnostic::at(file, text, at(slip.place), slip.message).help(slip.help);
    }
    match error.place {
        Some((line, column)) => Diagnostic::at(file, text, (line, column, 1), error.message),
        None => Diagnostic::of_file(file, error.message),
    }
}

/// A warning when a text begins with a byte order mark. It is read all the same.
pub fn byte_order_mark(file: &str, text: &str) -> Option<Diagnostic> {
    let text = text.strip_prefix(slip::BYTE_ORDER_MARK)?;
    let message = "the file begins with a byte order mark, an invisible character";
    let help = "it means nothing here and misleads other programs: save the file as `UTF-8`, not as `UTF-8 with BOM`";
    let mut warning = Diagnostic::at(file, text, (1, 1, 1), message).help(help);
    warning.severity = Severity::Warning;
    Some(warning)
}

/// A problem at a place of a document.
pub fn problem(path: Path, part: Part, message: impl Into<String>) -> Problem {
    Problem {
        path,
        part,
        kind: Kind::Rule,
        word: None,
        message: message.into(),
        help: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    struct Example {
        #[allow(dead_code, reason = "only its reading is of interest")]
        time_limit: Option<u32>,
        #[allow(dead_code, reason = "only its reading is of interest")]
        inner: Option<Box<Example>>,
    }

    #[test]
    fn every_unknown_key_is_reported_and_the_first_fault_besides() {
        let text = "tim-limit: 1\ninner:\n  innner: {}\n  time-limit: soon\n";
        let document = Document::read("p.yaml", text).unwrap();
        let found = document.decode::<Example>().unwrap_err();
        let seen: Vec<_> = found
            .iter()
            .map(|diagnostic| {
                (
                    diagnostic.line,
                    diagnostic.column,
                    diagnostic.message.as_str(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                (1, 1, "unknown key `tim-limit`"),
                (3, 3, "unknown key `innner`"),
                (
                    4,
                    15,
                    "a number that is not negative is needed here, not the text \"soon\""
                ),
            ]
        );
        assert_eq!(found[0].help.as_deref(), Some("did you mean `time-limit`?"));
    }

    #[test]
    fn a_key_that_stands_twice_is_shown_where_it_stands_again() {
        let found = Document::read("p.yaml", "a: 1\nb:\n  c: 1\n  c: 2\n").unwrap_err();
        assert_eq!((found.line, found.column, found.length), (4, 3, 1));
    }
}
