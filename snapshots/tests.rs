//! The snapshots and the ledger fit each other. (The run itself compares answers with them.)
//!
//! This file stands here, and not with the crate's other tests, so that `cargo insta review` finds the folder.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use oss403::judge::snapshot::Snapshots;
use oss403_case::ledger::Ledger;
use oss403_case::revision::Revision;

#[test]
fn every_instance_has_a_snapshot_and_every_snapshot_an_instance() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../snapshots");
    let snapshots = Snapshots::new(&folder, "embedded", true);
    let ledger = Ledger::embedded().unwrap().at(Revision::Observed);
    let wanted: BTreeSet<PathBuf> = ledger
        .instances()
        .map(|instance| snapshots.path(&instance))
        .collect();
    assert!(wanted.len() >= ledger.listed().len());

    let mut found = BTreeSet::new();
    collect(&folder.join("embedded"), &mut found);
    let missing: Vec<_> = wanted.difference(&found).collect();
    let orphaned: Vec<_> = found.difference(&wanted).collect();
    assert!(
        missing.is_empty(),
        "without a snapshot; run `oss403 run`, then `oss403 review`: {missing:#?}"
    );
    assert!(
        orphaned.is_empty(),
        "of no instance; delete them: {orphaned:#?}"
    );
}

fn collect(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "snap")
        {
            found.insert(path);
        }
    }
}
