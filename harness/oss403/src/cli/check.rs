//! `oss403 check`: everything that can be found wrong with case files and target profiles without a network.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::CheckArgs;
use super::console::tolerate_closed_pipe;
use super::{Console, schemas, source};
use crate::exit::Exit;
use crate::report::style::counted;
use crate::target::Profile;
use oss403_case::diagnostic::{Diagnostic, Severity};
use oss403_case::ledger::{CAUSES, Ledger, read_text, stays_in};
use oss403_case::{check, document::Document, revision::Revision};

pub(super) fn check(args: &CheckArgs, console: Console) -> Exit {
    if args.write_schema {
        return schemas::write(&args.paths, console);
    }
    let checked = Checked::of(&args.paths);
    let mut err = io::stderr().lock();
    let reported = report(&checked, console.color_err(), &mut err);
    if let Err(error) = tolerate_closed_pipe(reported) {
        console.error(format_args!("standard error: {error}"), None);
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
    cases: usize,
    instances: usize,
    profiles: usize,
    baselines: usize,
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
                self.cases += ledger.causes().len();
                self.instances += ledger.instances().count();
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
        let before = self.cases + self.profiles + self.baselines + self.found.len();
        for file in yaml_below(path, &mut self.found) {
            match stays_in(path, &file) {
                Ok(()) => self.file(&file),
                Err(found) => self.found.push(found),
            }
        }
        if self.cases + self.profiles + self.baselines + self.found.len() == before {
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
        if is_baseline(&text) {
            self.baselines += 1;
            self.found.extend(super::baseline::look(path, &text));
            return;
        }
        if is_profile(&text) {
            self.profiles += 1;
            self.found.extend(Profile::check(&text, path));
            return;
        }
        self.cases += 1;
        let name = path.display().to_string();
        let (entry, found) = check::file(&name, &text, &source::lists_for(path));
        self.instances += entry.map_or(0, |entry| entry.instances().count());
        self.found.extend(found);
    }
}

/// Writes what was found, then one line that sums it up.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn report(checked: &Checked, color: bool, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in &checked.found {
        writeln!(out, "{}", diagnostic.render(color))?;
    }
    let cases = format!(
        "{} with {}",
        counted(checked.cases, "case file"),
        counted(checked.instances, "instance")
    );
    let mut looked = Vec::new();
    if checked.cases > 0 || checked.profiles + checked.baselines == 0 {
        looked.push(cases);
    }
    if checked.profiles > 0 {
        looked.push(counted(checked.profiles, "target profile"));
    }
    if checked.baselines > 0 {
        looked.push(counted(checked.baselines, "baseline"));
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

/// Baselines have entries, or say of which ledger they are.
fn is_baseline(text: &str) -> bool {
    let Ok(document) = Document::read("", text) else {
        let has = |key: &str| text.lines().any(|line| line.starts_with(key));
        return has("entries:") && !has("cause:") && !has("endpoint:");
    };
    let has = |key: &str| document.value().get(key).is_some();
    !has("cause") && !has("endpoint") && (has("entries") || has("ledger"))
}

/// Case files have a cause; what names an endpoint or a target is a profile.
fn is_profile(text: &str) -> bool {
    let Ok(document) = Document::read("", text) else {
        // Not YAML: told apart by the first words of its lines, so that each gets its own diagnostics.
        return text
            .lines()
            .any(|line| line.starts_with("endpoint:") || line.starts_with("target:"))
            && !text.lines().any(|line| line.starts_with("cause:"));
    };
    let has = |key: &str| document.value().get(key).is_some();
    !has("cause") && (has("endpoint") || has("target"))
}

/// The `.yaml` files of a folder and of the folders in it, sorted.
fn yaml_below(folder: &Path, found: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
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
