//! What `oss403 check --format json` prints: every finding with its place, for editors and for annotations of a pull request.

use schemars::JsonSchema;
use serde::Serialize;

use super::json::Tool;
use oss403_case::diagnostic::{Diagnostic, Severity};
use oss403_case::schema::text_of;

/// The version of the form.
const SCHEMA: u32 = 1;

/// What was looked at and what was found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckedFile {
    /// Version of this form: 1. A change that a reader could stumble over makes it another one.
    pub schema: u32,
    /// The program.
    pub tool: Tool,
    /// How many findings are errors. With one or more the command ends with 2.
    pub errors: usize,
    /// How many are warnings.
    pub warnings: usize,
    /// Case files that were looked at.
    pub case_files: usize,
    /// Instances of those that are sound.
    pub instances: usize,
    /// Target profiles that were looked at.
    pub profiles: usize,
    /// Baselines that were looked at.
    pub baselines: usize,
    /// Everything that was found, file by file.
    pub findings: Vec<Finding>,
}

/// One finding in one file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// How bad it is.
    pub severity: FindingSeverity,
    /// The file, as it was named.
    pub file: String,
    /// Where it is; absent when it is about the file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingSeverity {
    /// The file cannot be used.
    Error,
    /// It can, but probably not as it was meant.
    Warning,
}

/// A stretch of one line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// In characters, at least 1.
    pub length: usize,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Looked {
    /// Case files.
    pub cases: usize,
    /// Instances of those that are sound.
    pub instances: usize,
    /// Target profiles.
    pub profiles: usize,
    /// Baselines.
    pub baselines: usize,
}

impl Looked {
    /// Files of any kind.
    pub fn files(&self) -> usize {
        self.cases + self.profiles + self.baselines
    }
}

impl CheckedFile {
    /// Puts together what was found.
    pub fn of(looked: Looked, found: &[Diagnostic]) -> Self {
        let of = |severity| {
            found
                .iter()
                .filter(|found| found.severity == severity)
                .count()
        };
        Self {
            schema: SCHEMA,
            tool: Tool::default(),
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            case_files: looked.cases,
            instances: looked.instances,
            profiles: looked.profiles,
            baselines: looked.baselines,
            findings: found.iter().map(Finding::of).collect(),
        }
    }

    /// The JSON Schema, as the text of its file.
    pub fn schema() -> String {
        text_of::<Self>("oss403 check --format json")
    }
}

impl Finding {
    fn of(found: &Diagnostic) -> Self {
        Self {
            severity: match found.severity {
                Severity::Error => FindingSeverity::Error,
                Severity::Warning => FindingSeverity::Warning,
            },
            file: found.file.clone(),
            place: (found.line > 0).then_some(Place {
                line: found.line,
                column: found.column,
                length: found.length,
            }),
            message: found.message.clone(),
            help: found.help.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Looked;

    #[test]
    fn files_of_every_kind_are_counted() {
        let looked = Looked {
            cases: 1,
            instances: 2,
            profiles: 4,
            baselines: 8,
        };
        assert_eq!(looked.files(), 13);
    }
}
