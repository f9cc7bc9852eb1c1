//! The snapshots and the ledger fit each other. (The run itself compares answers with them.)
//!
//! This file stands here, and not with the crate's other tests, so that `cargo insta review` finds the folder.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use insta::Snapshot;
use insta::internals::SnapshotContents;
use oss403::judge::snapshot::{SnapshotFile, Snapshots, label};
use oss403_case::ledger::Ledger;
use oss403_case::revision::Revision;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../snapshots")
}

#[test]
fn every_instance_has_a_snapshot_and_every_snapshot_an_instance() {
    let snapshots = Snapshots::new(&folder(), "embedded", true);
    let ledger = Ledger::embedded().unwrap().at(Revision::Observed);
    let wanted: BTreeSet<(PathBuf, String)> = ledger
        .instances()
        .map(|instance| (snapshots.path(&instance), label(&instance).to_owned()))
        .collect();
    let found: BTreeSet<(PathBuf, String)> = files()
        .into_iter()
        .flat_map(|path| {
            let labels = read(&path).answers.into_keys();
            labels
                .map(|label| (path.clone(), label))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(wanted.len() >= ledger.listed().len());
    let missing: Vec<_> = wanted.difference(&found).collect();
    let orphaned: Vec<_> = found.difference(&wanted).collect();
    assert!(
        missing.is_empty(),
        "without a snapshot; run `oss403 run`, then `oss403 review`: {missing:#?}"
    );
    assert!(
        orphaned.is_empty(),
        "of no instance; delete these labels, and what has no label left: {orphaned:#?}"
    );
}

#[test]
fn every_file_is_as_the_engine_writes_it_and_insta_reads_it() {
    for path in files() {
        let file = read(&path);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            file.to_string(),
            text,
            "{}; delete it, then `oss403 run` and `oss403 review`",
            path.display()
        );
        let snapshot = Snapshot::from_file(&path).unwrap();
        let scenario = path.strip_prefix(folder().join("embedded")).unwrap();
        let scenario = scenario.with_extension("").display().to_string();
        assert_eq!(snapshot.metadata().expression(), Some(scenario.as_str()));
        let SnapshotContents::Text(contents) = snapshot.contents() else {
            panic!("{} is no text", path.display());
        };
        assert!(text.ends_with(&format!("\n---\n{contents}\n")));
    }
}

fn read(path: &Path) -> SnapshotFile {
    SnapshotFile::read(path).unwrap().unwrap()
}

/// Every snapshot; nothing else lies between them.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder().join("embedded")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|extension| extension != "new") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty());
    found
}
