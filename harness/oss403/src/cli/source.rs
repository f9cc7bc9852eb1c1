//! Where the ledger comes from.

use std::path::{Path, PathBuf};

use super::Console;
use crate::exit::Exit;
use crate::target::kind::Kind;
use oss403_case::Ledger;
use oss403_case::check;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::ledger::{self, CAUSES, Entry, Listed, read_text};
use oss403_case::revision::Revision;

/// The folder of the case files: the one that was named, else `./cases` when it is a ledger; `None` for the one compiled in.
pub(super) fn folder(named: Option<&Path>) -> Option<PathBuf> {
    let here = || Some(PathBuf::from("cases")).filter(|folder| folder.join(CAUSES).is_file());
    named.map(Path::to_owned).or_else(here)
}

/// The ledger, and where it comes from in words. What is wrong with it has been printed when there is none.
pub(super) fn ledger(
    named: Option<&Path>,
    revision: Revision,
    console: Console,
) -> Result<(Ledger, String), Exit> {
    let folder = folder(named);
    let (loaded, source) = match &folder {
        Some(folder) => (Ledger::load(folder), folder.display().to_string()),
        None => (Ledger::embedded(), "compiled in".to_owned()),
    };
    loaded
        .map(|ledger| (ledger.at(revision), source))
        .map_err(|found| refuse(&found, console))
}

/// Whether a filter is the path of a case file rather than a name in the ledger.
pub(super) fn is_case_file(filter: &str) -> bool {
    filter.ends_with(".yaml")
}

/// The case file at a path, checked as `oss403 check` does. What is wrong with it has been printed when there is none.
pub(super) fn case_file(path: &str, console: Console) -> Result<Entry, Exit> {
    let place = Path::new(path);
    let text = read_text(place).map_err(|found| refuse(&[found], console))?;
    no_other(place, &text, Kind::Case, console)?;
    let (entry, found) = check::file(path, &text, &lists_for(place));
    entry.ok_or_else(|| refuse(&found, console))
}

/// Whether a file may be what it is named as. One of another kind is named, with the command that takes it.
pub(super) fn no_other(path: &Path, text: &str, meant: Kind, console: Console) -> Result<(), Exit> {
    let kind = Kind::of(text);
    if kind == meant || !kind.has_keys(text) {
        return Ok(());
    }
    let shown = path.display();
    let help = match kind {
        Kind::Case => format!("`oss403 run {shown}` runs it"),
        Kind::Profile => format!("`oss403 run --target {shown}` runs the suite against its server"),
        Kind::Baseline => format!("`oss403 run --baseline {shown}` puts up with what it holds"),
    };
    let message = format!("{shown} is {}, not {}", kind.in_words(), meant.in_words());
    console.error(message, Some(&help));
    Err(Exit::Usage)
}

/// The lists of causes of the ledger that a file belongs to; those compiled in when it belongs to none.
pub(super) fn lists_for(path: &Path) -> Vec<Listed> {
    let near = path
        .parent()
        .and_then(Path::parent)
        .filter(|root| root.join(CAUSES).is_file());
    match near {
        Some(root) => ledger::lists(|name| read_text(&root.join(name)).ok()),
        None => ledger::embedded_lists(),
    }
}

/// Prints what is wrong with files of the user.
pub(super) fn refuse(found: &[Diagnostic], console: Console) -> Exit {
    let text: Vec<String> = found
        .iter()
        .map(|diagnostic| diagnostic.render_in(console.color_err(), console.width_err()))
        .collect();
    console.complain(&text.join("\n"));
    Exit::Usage
}
