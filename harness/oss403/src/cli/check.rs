//! `oss403 check`: everything that can be found wrong with case files and target profiles without a network.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::{CheckArgs, Format};
use super::console::{print, tolerate_closed_pipe};
use super::{Console, schemas, source};
use crate::exit::Exit;
use crate::report::checked::{CheckedFile, Looked};
use crate::report::style::counted;
use crate::target::Profile;
use crate::target::kind::Kind;
use oss403_case::diagnostic::{Diagnostic, Severity};
use oss403_case::ledger::{CAUSES, Ledger, read_text, stays_in};
use oss403_case::{check, revision::Revision};

pub(super) fn check(args: &CheckArgs, console: Console) -> Exit {
    if args.write_schema {
        return schemas::write(&args.paths, console);
    }
    let checked = Checked::of(&args.paths);
    match args.format {
        Format::Json => {
            if let Err(error) = json(&checked) {
                return console.fail(format_args!("standard output: {error}"), Exit::Target);
            }
        }
        Format::Text => {
            let mut err = io::stderr().lock();
            let reported = report(
                &checked,
                (console.color_err(), console.width_err()),
                &mut err,
            );
            if let Err(error) = tolerate_closed_pipe(reported) {
                console.error(format_args!("standard error: {error}"), None);
            }
        }
    }
    if checked.errors() == 0 {
        Exit::Ok
    } else {
        Exit::Usage
    }
}

/// What was looked at, and what was found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Everything found, file by file.
    pub(super) found: Vec<Diagnostic>,
    looked: Looked,
}

impl Checked {
    /// Looks at files and folders; at the ledger that a run would use when there is none.
    pub(super) fn of(paths: &[PathBuf]) -> Self {
        let mut checked = Self::default();
        if paths.is_empty() {
            checked.ledger(match source::folder(None) {
                Some(folder) => Ledger::load(&folder),
                None => Ledger::embedded(),
            });
        }
        for path in paths {
            checked.path(path);
        }
        checked
    }

    /// How many errors were found.
    pub(super) fn errors(&self) -> usize {
        self.found
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .count()
    }

    fn ledger(&mut self, loaded: Result<Ledger, Vec<Diagnostic>>) {
        match loaded {
            Ok(ledger) => {
                let ledger = ledger.at(Revision::Observed);
                self.looked.cases += ledger.causes().len();
                self.looked.instances += ledger.instances().count();
            }
            Err(found) => self.found.extend(found),
        }
    }

    fn path(&mut self, path: &Path) {
        if !path.is_dir() {
            return self.file(path);
        }
        if path.join(CAUSES).is_file() {
            return self.ledger(Ledger::load(path));
        }
        let before = self.looked.files() + self.found.len();
        for file in yaml_below(path, &mut self.found) {
            match stays_in(path, &file) {
                Ok(()) => self.file(&file),
                Err(found) => self.found.push(found),
            }
        }
        if self.looked.files() + self.found.len() == before {
            self.found.push(Diagnostic::of_file(
                path.display().to_string(),
                "there is no `.yaml` file in this folder",
            ));
        }
    }

    fn file(&mut self, path: &Path) {
        let text = match read_text(path) {
            Ok(text) => text,
            Err(found) => return self.found.push(found),
        };
        let name = path.display().to_string();
        match Kind::of(&text) {
            Kind::Case => {}
            Kind::Profile => {
                self.looked.profiles += 1;
                self.found.extend(Profile::check(&text, path));
                return;
            }
            Kind::Baseline => {
                self.looked.baselines += 1;
                self.found.extend(super::baseline::look(path, &text));
                return;
            }
        }
        self.looked.cases += 1;
        let (entry, found) = check::file(&name, &text, &source::lists_for(path));
        self.looked.instances += entry.map_or(0, |entry| entry.instances().count());
        self.found.extend(found);
    }
}

/// Prints what was found as one JSON value.
fn json(checked: &Checked) -> io::Result<()> {
    let file = CheckedFile::of(checked.looked, &checked.found);
    print(&(serde_json::to_string_pretty(&file)? + "\n"))
}

/// Writes what was found, then one line that sums it up.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn report(
    checked: &Checked,
    (color, width): (bool, Option<usize>),
    out: &mut dyn Write,
) -> io::Result<()> {
    for diagnostic in &checked.found {
        writeln!(out, "{}", diagnostic.render_in(color, width))?;
    }
    let cases = format!(
        "{} with {}",
        counted(checked.looked.cases, "case file"),
        counted(checked.looked.instances, "instance")
    );
    let mut looked = Vec::new();
    if checked.looked.cases > 0 || checked.looked.files() == 0 {
        looked.push(cases);
    }
    if checked.looked.profiles > 0 {
        looked.push(counted(checked.looked.profiles, "target profile"));
    }
    if checked.looked.baselines > 0 {
        looked.push(counted(checked.looked.baselines, "baseline"));
    }
    let errors = checked.errors();
    let warnings = checked.found.len() - errors;
    let also = if warnings == 0 {
        String::new()
    } else {
        format!(", {}", counted(warnings, "warning"))
    };
    match errors {
        0 => writeln!(out, "{}: no errors{also}", looked.join(", ")),
        _ => writeln!(out, "{}{also}", counted(errors, "error")),
    }
}

/// The `.yaml` files of a folder and of the folders in it, sorted.
pub(super) fn yaml_below(folder: &Path, found: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    const DEEPEST: usize = 8;
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                found.push(Diagnostic::of_file(
                    folder.display().to_string(),
                    format!("cannot be read: {error}"),
                ));
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            // Links to folders are not followed, so that no circle is.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if depth < DEEPEST {
                    folders.push((path, depth + 1));
                }
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
