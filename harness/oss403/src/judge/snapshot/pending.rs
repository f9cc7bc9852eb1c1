//! Snapshots that wait to be accepted or rejected: `….snap.new` beside the accepted file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::file::{SnapshotFile, cannot_be};
use super::{diff, label};
use oss403_case::Instance;
use oss403_case::diagnostic::Diagnostic;

/// An answer that waits to be accepted or rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The file that it goes to when it is accepted.
    pub path: PathBuf,
    /// Whose answer it is; empty for the instance of a scenario without axes.
    pub label: String,
    /// What it changes, line by line.
    pub diff: String,
    /// Whether nothing was accepted before.
    pub is_new: bool,
    answer: String,
}

/// What becomes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is the snapshot from now on.
    Accept,
    /// It is thrown away.
    Reject,
}

impl Pending {
    /// Every pending answer below a folder, in the order of files and labels, and what is wrong with files and folders that cannot be read.
    pub fn find(root: &Path) -> (Vec<Self>, Vec<Diagnostic>) {
        let (mut files, mut faults) = (Vec::new(), Vec::new());
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            match entries {
                Ok(entries) => {
                    for entry in entries {
                        let path = entry.path();
                        // A link is none: the folder may lie in somebody else's checkout.
                        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                            folders.push(path);
                        } else if path.to_string_lossy().ends_with(".snap.new") {
                            files.push(path.with_extension(""));
                        }
                    }
                }
                Err(error) => faults.push(cannot_be("read", &folder, &error)),
            }
        }
        files.sort();
        let mut found = Vec::new();
        for path in &files {
            match Self::of(path) {
                Ok(pending) => found.extend(pending),
                Err(fault) => faults.push(fault),
            }
        }
        (found, faults)
    }

    fn of(path: &Path) -> Result<Vec<Self>, Diagnostic> {
        let Pair {
            accepted, waiting, ..
        } = Pair::read(path)?;
        let pending = |(label, answer): (String, String)| {
            let known = accepted.answers.get(&label);
            Self {
                path: path.to_owned(),
                diff: diff(known.map_or("", String::as_str), &answer),
                is_new: known.is_none(),
                label,
                answer,
            }
        };
        Ok(waiting.into_iter().map(pending).collect())
    }

    /// Accepts or rejects them, and leaves what else is in their files as it is.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn decide(these: &[Self], decision: Decision) -> Result<(), Diagnostic> {
        let mut files: BTreeMap<&Path, Vec<&Self>> = BTreeMap::new();
        for pending in these {
            files.entry(&pending.path).or_default().push(pending);
        }
        for (path, these) in files {
            let mut pair = Pair::open(path)?;
            for Self { label, answer, .. } in these {
                // A run since then may have met another answer, which waits on.
                if pair.waiting.get(label) == Some(answer) {
                    pair.waiting.remove(label);
                }
                if decision == Decision::Accept {
                    pair.accepted.answers.insert(label.clone(), answer.clone());
                }
            }
            if decision == Decision::Accept {
                pair.accepted.changes = None;
                pair.accepted.write(path)?;
            }
            pair.save()?;
        }
        Ok(())
    }
}

/// An accepted file, and the answers that wait beside it.
#[derive(Debug)]
pub(super) struct Pair {
    path: PathBuf,
    accepted: SnapshotFile,
    /// By label; each differs from what is accepted, or it is not written.
    waiting: BTreeMap<String, String>,
    /// For as long as it is held no other process changes them.
    _lock: Option<File>,
}

impl Pair {
    /// Reads both in order to change them.
    ///
    /// # Errors
    /// When one cannot be read or is not in the format, or the folder cannot be made.
    pub(super) fn open(path: &Path) -> Result<Self, Diagnostic> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(|error| cannot_be("written", folder, &error))?;
        // Two runs may go on at a time, each with its part of the instances. Where a folder cannot be locked the later one wins.
        let lock = File::open(folder).and_then(|folder| folder.lock().map(|()| folder));
        let mut pair = Self::read(path)?;
        pair._lock = lock.ok();
        Ok(pair)
    }

    fn read(path: &Path) -> Result<Self, Diagnostic> {
        let accepted = SnapshotFile::read(path)?;
        let pending = SnapshotFile::read(&pending_path(path)).map_err(|fault| match fault.line {
            0 => fault,
            _ => fault.help("written by an older version, or changed since: remove it, and a run writes it anew"),
        });
        let pending = pending?.unwrap_or_default();
        let mut pair = Self {
            path: path.to_owned(),
            accepted: accepted.unwrap_or_else(|| pending.without_answers()),
            waiting: pending.answers,
            _lock: None,
        };
        if let Some(changes) = pending.changes {
            // The others are copies of what was accepted when they were written, and may be out of date.
            pair.waiting.retain(|label, _| changes.contains(label));
        }
        pair.forget_what_is_accepted();
        Ok(pair)
    }

    /// Lets an answer of the instance wait, or no longer, when it is the accepted one.
    pub(super) fn answered(&mut self, instance: &Instance, answer: &str) {
        self.accepted.head_with(instance);
        self.waiting
            .insert(label(instance).to_owned(), answer.to_owned());
    }

    /// Writes what waits, and says whether anything does.
    ///
    /// # Errors
    /// When the file cannot be written or removed.
    pub(super) fn save(mut self) -> Result<bool, Diagnostic> {
        self.forget_what_is_accepted();
        let path = pending_path(&self.path);
        if self.waiting.is_empty() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(cannot_be("removed", &path, &error))
                }
                _ => Ok(false),
            };
        }
        let mut file = self.accepted;
        file.changes = Some(self.waiting.keys().cloned().collect());
        file.answers.extend(self.waiting);
        file.write(&path).map(|()| true)
    }

    fn forget_what_is_accepted(&mut self) {
        let accepted = &self.accepted.answers;
        self.waiting
            .retain(|label, answer| accepted.get(label) != Some(answer));
    }
}

/// The file of what waits to be accepted.
pub(super) fn pending_path(path: &Path) -> PathBuf {
    path.with_extension("snap.new")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_waits_nothing_has_to_be_there() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("cause/scenario.snap");
        let pair = Pair::open(&path).expect("the folder is made");
        assert!(!pair.save().expect("there is nothing to be removed"));
    }

    /// Advice for what is in a file is none for what is no file.
    #[test]
    fn what_is_no_file_was_not_written_by_an_older_version() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("scenario.snap");
        fs::write(pending_path(&path), "---\nno end").expect("is written");
        let said = Pair::read(&path).expect_err("it has no end").to_string();
        assert!(said.contains("older version"), "{said}");
        fs::remove_file(pending_path(&path)).expect("is there");
        fs::create_dir(pending_path(&path)).expect("is made");
        let said = Pair::read(&path).expect_err("it is a folder").to_string();
        assert!(!said.contains("older version"), "{said}");
    }
}
