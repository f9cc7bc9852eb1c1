//! A small case to change, and the ledger of this repository as texts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use oss403_case::diagnostic::Diagnostic;
use oss403_case::ledger::{Entry, embedded_lists};
use oss403_case::revision::Revision;
use oss403_case::{Instance, check};

pub(crate) const NAME: &str = "cases/AccessDenied/url-auth-expired.yaml";

const HEAD: &str = "\
# yaml-language-server: $schema=../case.schema.json
cause: url-auth-expired
code: AccessDenied
message: Request has expired
status: 403
sources:
  - { kind: documented, page: HTTP status code 403, date: 2023-06-27 }
severity: grants-access
provoked-by: owner
means: The URL was used after the time it was good for.
fix: Sign a new URL.
scenarios:
";

/// A case file with these scenarios.
pub(crate) fn with_scenarios(scenarios: &str) -> String {
    format!("{HEAD}{scenarios}")
}

/// What is read and found in a text.
pub(crate) fn check_text(text: &str) -> (Option<Entry>, Vec<Diagnostic>) {
    check::file(NAME, text, &embedded_lists())
}

/// The instances of these scenarios, which must be sound.
pub(crate) fn instances(scenarios: &str) -> Vec<Instance> {
    let (entry, found) = check_text(&with_scenarios(scenarios));
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    entry
        .expect("a sound file gives an entry")
        .instances()
        .collect()
}

/// The folder of the ledger of this repository.
pub(crate) fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases")
}

/// Every file of the ledger of this repository, by its path below it.
pub(crate) fn texts() -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for folder in fs::read_dir(cases())
        .expect("the ledger of the repository can be read")
        .flatten()
        .filter(|entry| entry.path().is_dir())
    {
        for file in fs::read_dir(folder.path())
            .expect("the ledger of the repository can be read")
            .flatten()
        {
            let (folder, name) = (folder.file_name(), file.file_name());
            let path = format!("{}/{}", folder.to_string_lossy(), name.to_string_lossy());
            texts.insert(
                path,
                fs::read_to_string(file.path()).expect("the ledger of the repository can be read"),
            );
        }
    }
    for revision in Revision::ALL {
        let list = revision.list();
        texts.insert(
            list.into(),
            fs::read_to_string(cases().join(list))
                .expect("the ledger of the repository can be read"),
        );
    }
    texts
}
