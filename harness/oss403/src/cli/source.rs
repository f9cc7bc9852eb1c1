//! Where the ledger comes from.

use std::path::{Path, PathBuf};

use super::Console;
use crate::case::Ledger;
use crate::case::diagnostic::Diagnostic;
use crate::case::ledger::CAUSES;
use crate::case::revision::Revision;
use crate::exit::Exit;

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

/// Prints what is wrong with files of the user.
pub(super) fn refuse(found: &[Diagnostic], console: Console) -> Exit {
    let text: Vec<String> = found
        .iter()
        .map(|diagnostic| diagnostic.render(console.color_err()))
        .collect();
    console.complain(&text.join("\n"));
    Exit::Usage
}
