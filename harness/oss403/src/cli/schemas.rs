//! The JSON Schemas that are checked in: where each stands, and how they are written.

use std::path::{Path, PathBuf};

use oss_reference::Config;
use oss403_case::schema::{self, text_of};

use super::{Console, source};
use crate::baseline::Baseline;
use crate::certify::records::Line;
use crate::certify::terms::Terms;
use crate::exit::Exit;
use crate::explain::json::Explained;
use crate::report::checked::CheckedFile;
use crate::report::events::Event;
use crate::report::json::ResultFile;
use crate::target::Profile;
use crate::target::quirk::Quirks;

/// Name of a schema's file, the folder beside the ledger in which it stands in this project's own checkout, and how it is made.
type Written = (&'static str, &'static str, fn() -> String);

const SCHEMAS: [Written; 12] = [
    (schema::FILE, ".", schema::text),
    (
        "result.schema.json",
        "../harness/oss403",
        ResultFile::schema,
    ),
    ("events.schema.json", "../harness/oss403", Event::schema),
    (
        "explain.schema.json",
        "../harness/oss403",
        Explained::schema,
    ),
    (
        "check.schema.json",
        "../harness/oss403",
        CheckedFile::schema,
    ),
    ("profile.schema.json", "../harness/oss403", Profile::schema),
    (
        "baseline.schema.json",
        "../harness/oss403",
        Baseline::schema,
    ),
    ("terms.schema.json", "../harness/oss403", Terms::schema),
    ("records.schema.json", "../harness/oss403", Line::schema),
    ("quirks.schema.json", "../harness/oss403", || {
        text_of::<Quirks>("oss403 quirks")
    }),
    ("config.schema.json", "../harness/oss-reference", || {
        text_of::<Config>("oss403 serve --config")
    }),
    (
        oss403_operator::schema::FILE,
        "../harness/oss403-operator",
        oss403_operator::schema::text,
    ),
];

/// Writes all of them: into the folder that was named, or that of the ledger; those that stand elsewhere in this checkout, there.
pub(super) fn write(paths: &[PathBuf], console: Console) -> Exit {
    let folder = match paths {
        [] => source::folder(None),
        [folder] => Some(folder.clone()),
        _ => None,
    };
    let Some(folder) = folder else {
        console.error(
            "there is no one folder to write the schemas into",
            Some("name it: `oss403 check --write-schema cases`"),
        );
        return Exit::Usage;
    };
    for (name, place, text) in SCHEMAS {
        let path = path_of(&folder, place, name);
        if let Err(error) = std::fs::write(&path, text()) {
            console.error(format_args!("{}: {error}", path.display()), None);
            return Exit::Usage;
        }
        console.complain(&format!("wrote {}\n", path.display()));
    }
    Exit::Ok
}

/// The crate beside the ledger that a schema belongs to, when there is one; else the folder itself.
fn path_of(folder: &Path, place: &str, name: &str) -> PathBuf {
    let beside = folder.join(place);
    if beside.join("Cargo.toml").is_file() {
        beside.join(name)
    } else {
        folder.join(name)
    }
}
