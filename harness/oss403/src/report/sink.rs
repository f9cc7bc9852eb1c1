//! Report files: chosen on the command line, opened before the run, put in place when it is over.

use std::io;
use std::path::PathBuf;

use super::Facts;
use super::atomic::{Atomic, Place};
use super::entry::Entry;
use super::json::JsonReport;
use super::junit::JunitReport;
use oss403_case::model::CaseFile;

/// A report that is being written.
#[derive(Debug)]
pub enum Report {
    /// The result file.
    Json(JsonReport),
    /// For CI servers.
    Junit(JunitReport),
}

/// The kinds of report, by their names on the command line.
pub const KINDS: [&str; 2] = ["json", "junit"];

/// Why a report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Not `KIND=PATH`.
    #[error("`{0}` is not of the form KIND=PATH")]
    Form(String),
    /// A kind that does not exist.
    #[error("unknown kind of report `{0}`")]
    Kind(String),
    /// Two reports would go to the same file.
    #[error("two reports would be written to {}", .0.display())]
    Twice(PathBuf),
    /// The file cannot be written.
    #[error("the report {} cannot be written: {error}", path.display())]
    File {
        /// Where it should go.
        path: PathBuf,
        /// Why it cannot.
        error: io::Error,
    },
}

impl Report {
    /// Opens the reports that are asked for, each as `KIND=PATH`, so that a path that cannot be written is known before the run. What stands there
    /// already goes.
    ///
    /// # Errors
    /// The first report that cannot be written.
    pub fn open_all(wanted: &[String]) -> Result<Vec<Self>, ReportError> {
        let (mut places, mut paths) = (Vec::new(), Vec::new());
        let mut reports = Vec::new();
        for text in wanted {
            let (kind, path) = text
                .split_once('=')
                .ok_or_else(|| ReportError::Form(text.clone()))?;
            let path = PathBuf::from(path);
            let failed = |error| ReportError::File {
                path: path.clone(),
                error,
            };
            let place = Place::of(&path).map_err(failed)?;
            if places.contains(&place) {
                return Err(ReportError::Twice(path));
            }
            let report = match kind {
                "json" => Atomic::open(&path).and_then(JsonReport::to).map(Self::Json),
                "junit" => Atomic::open(&path).map(JunitReport::to).map(Self::Junit),
                other => return Err(ReportError::Kind(other.to_owned())),
            };
            reports.push(report.map_err(failed)?);
            places.push(place);
            paths.push(path);
        }
        // What an earlier run wrote must not be taken for what this one did, whatever becomes of it.
        for path in paths {
            let is_file = path.symlink_metadata().is_ok_and(|known| known.is_file());
            if is_file && let Err(error) = std::fs::remove_file(&path) {
                return Err(ReportError::File { path, error });
            }
        }
        Ok(reports)
    }

    /// Whether it goes to standard output, where nothing else may stand then.
    pub fn is_on_standard_output(&self) -> bool {
        match self {
            Self::Json(report) => report.file.is_standard_output(),
            Self::Junit(report) => report.file.is_standard_output(),
        }
    }

    /// Takes in an instance.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, entry: &Entry, file: &CaseFile) -> io::Result<()> {
        match self {
            Self::Json(report) => report.add(entry),
            Self::Junit(report) => {
                report.add(entry, file);
                Ok(())
            }
        }
    }

    /// Puts the finished report in its place.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self, facts: &Facts) -> io::Result<()> {
        match self {
            Self::Json(report) => report.finish(facts),
            Self::Junit(report) => report.finish(facts),
        }
    }
}
