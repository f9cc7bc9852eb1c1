//! Snapshots: the normalised answers of an earlier run, one file for each scenario, in insta's format.
//!
//! A snapshot is evidence of what a target answered; the expectation stands in the case file. So only an answer that is conformant
//! is compared: the others are reported already.

mod file;
mod pending;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sha2::{Digest as _, Sha256};
use similar::TextDiff;

pub use file::SnapshotFile;
use file::{canonical, is_there};
pub use pending::{Decision, Pending};
use pending::{Pair, pending_path};

use super::verdict::{Facet, Judgement, Verdict};
use oss403_case::Instance;
use oss403_case::diagnostic::Diagnostic;

/// The folder of snapshots of one target.
#[derive(Debug)]
pub struct Snapshots {
    folder: PathBuf,
    ci: bool,
    /// The files that were read already, by their paths.
    known: Mutex<HashMap<PathBuf, Known>>,
}

/// What was found of a scenario when its first instance was compared.
#[derive(Debug)]
struct Known {
    accepted: SnapshotFile,
    /// Whether answers wait beside it.
    waits: bool,
}

/// How an answer compares with its snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// The answer is the same.
    Same,
    /// There is no snapshot.
    New,
    /// The answer is another; what differs, line by line.
    Changed(String),
}

impl Snapshots {
    /// The snapshots of `target` in `root`. In CI nothing is ever written.
    pub fn new(root: &Path, target: &str, ci: bool) -> Self {
        Self {
            folder: root.join(slug(target)),
            ci,
            known: Mutex::default(),
        }
    }

    /// Whether the environment says that this is CI, where nobody could accept a snapshot.
    pub fn is_ci() -> bool {
        says_ci(&std::env::var("CI").unwrap_or_default())
    }

    /// The file that holds an instance's snapshot.
    pub fn path(&self, instance: &Instance) -> PathBuf {
        let name = format!("{}.snap", slug(&instance.scenario.name));
        self.folder.join(slug(&instance.file.cause)).join(name)
    }

    /// Compares an answer, and outside CI lets it wait beside the accepted one when they differ.
    ///
    /// # Errors
    /// When a file cannot be read or written, or is not in the format.
    pub fn compare(&self, instance: &Instance, text: &str) -> Result<Comparison, Diagnostic> {
        let answer = canonical(text);
        let path = self.path(instance);
        let mut known = self.known.lock().expect("nobody panics with this lock");
        let known = match known.entry(path.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let known = Known::read(&self.folder, &path)?;
                place.insert(known)
            }
        };
        let comparison = match known.accepted.answers.get(label(instance)) {
            Some(accepted) if *accepted == answer => Comparison::Same,
            Some(accepted) => Comparison::Changed(diff(accepted, &answer)),
            None => Comparison::New,
        };
        // What was pending may have been answered otherwise since.
        if !self.ci && (known.waits || comparison != Comparison::Same) {
            let mut pair = Pair::open(&path)?;
            pair.answered(instance, &answer);
            known.waits = pair.save()?;
        }
        Ok(comparison)
    }

    /// The judgement, with its snapshot taken into account: a changed one is a deviation of the envelope, and in CI so is a new one.
    pub fn judge(&self, judgement: Judgement, comparison: &Comparison) -> Judgement {
        if judgement.verdict != Verdict::Conformant {
            return judgement;
        }
        let reason = match comparison {
            Comparison::Same => return judgement,
            Comparison::New if !self.ci => return judgement,
            Comparison::New => "there is no snapshot of this answer; run outside CI and accept it with `oss403 review`".to_owned(),
            Comparison::Changed(diff) => format!("the answer differs from its snapshot\n{}", diff.trim_end()),
        };
        Judgement {
            verdict: Verdict::Deviates(Facet::Envelope),
            reason,
        }
    }
}

impl Known {
    fn read(folder: &Path, path: &Path) -> Result<Self, Diagnostic> {
        // The folders are not followed either when they are links.
        for folder in [Some(folder), path.parent()].into_iter().flatten() {
            is_there(folder)?;
        }
        Ok(Self {
            accepted: SnapshotFile::read(path)?.unwrap_or_default(),
            waits: is_there(&pending_path(path))?,
        })
    }
}

fn says_ci(value: &str) -> bool {
    !matches!(value, "" | "0" | "false")
}

/// The label of an instance in its scenario's file: its id without cause and scenario. Empty for a scenario without axes.
pub fn label(instance: &Instance) -> &str {
    instance.id.splitn(3, '/').nth(2).unwrap_or_default()
}

/// The lines that differ, with one line of context.
fn diff(known: &str, seen: &str) -> String {
    let end = |text: &str| format!("{}\n", text.trim_end());
    let (known, seen) = if known.is_empty() {
        (String::new(), end(seen))
    } else {
        (end(known), end(seen))
    };
    let diff = TextDiff::from_lines(known.as_str(), seen.as_str());
    let mut text = String::new();
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            text.push_str(&format!("{}{}", change.tag(), change.value()));
        }
    }
    text
}

/// Longest file name, far below what any file system takes.
const MAX_NAME: usize = 120;

/// A text as part of a path. Where characters had to be given up, a digest keeps different texts apart.
fn slug(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    let mut name: String = text
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    // A name of dots alone would be another folder, and one that begins with a dot is hidden.
    if name == text && name.len() <= MAX_NAME && !name.starts_with('.') && !name.is_empty() {
        return name;
    }
    name.truncate(MAX_NAME);
    let digest = Sha256::digest(text.as_bytes());
    let digest = oss_auth::hex(&digest[..4]);
    format!("{}~{digest}", name.trim_start_matches('.'))
}

#[cfg(test)]
mod tests;
