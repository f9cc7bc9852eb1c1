//! Case files that are looked at again and again until somebody saves one.
//!
//! They are asked for their time and size rather than the system for events: a ledger has some seventy files, which takes well under a
//! millisecond, needs no code for each system, and also sees what is saved on a network share or outside of a container.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use oss403_case::model::CaseFile;
use serde_json::Value;

/// Time between two looks.
pub const EVERY: Duration = Duration::from_millis(20);

/// When a file was saved, and how long it is.
type Stamp = (SystemTime, u64);

/// Files and folders under watch.
#[derive(Debug)]
pub struct Watched {
    paths: Vec<PathBuf>,
    known: BTreeMap<PathBuf, Stamp>,
    /// What was another one at the last look: an editor may still be at work on it.
    fresh: BTreeMap<PathBuf, Stamp>,
}

impl Watched {
    /// Begins to watch files, and the `.yaml` files in the folders of folders.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        let known = stamps(&paths);
        Self {
            paths,
            known,
            fresh: BTreeMap::new(),
        }
    }

    /// The files under watch.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.known.keys().map(PathBuf::as_path)
    }

    /// What was saved, new files included, and when: what is no more what it was, and has not changed since the last look.
    pub fn look(&mut self) -> Vec<(PathBuf, SystemTime)> {
        let mut now = stamps(&self.paths);
        self.known.retain(|path, _| now.contains_key(path));
        now.retain(|path, stamp| self.known.get(path) != Some(stamp));
        let at_rest = |(path, stamp): &(&PathBuf, &Stamp)| self.fresh.get(*path) == Some(stamp);
        let saved: BTreeMap<PathBuf, Stamp> = now
            .iter()
            .filter(at_rest)
            .map(|(path, stamp)| (path.clone(), *stamp))
            .collect();
        self.fresh = now;
        self.known.extend(saved.clone());
        saved
            .into_iter()
            .map(|(path, (at, _))| (path, at))
            .collect()
    }
}

fn stamps(paths: &[PathBuf]) -> BTreeMap<PathBuf, Stamp> {
    let mut found = BTreeMap::new();
    for path in paths {
        if path.is_dir() {
            for folder in entries(path) {
                found.extend(entries(&folder).into_iter().filter_map(stamped));
            }
        } else {
            found.extend(stamped(path.clone()));
        }
    }
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn stamped(path: PathBuf) -> Option<(PathBuf, Stamp)> {
    let is_case = path
        .extension()
        .is_some_and(|extension| extension == "yaml");
    // An empty file is one that is about to be written.
    let is_written = |about: &fs::Metadata| about.is_file() && about.len() > 0;
    let about = fs::metadata(&path).ok().filter(is_written)?;
    let stamp = (about.modified().ok()?, about.len());
    is_case.then_some((path, stamp))
}

/// The names of the scenarios that are not what they were. When anything else of the file is different, which every scenario is judged by,
/// all of them.
pub fn changed(before: Option<&CaseFile>, after: &CaseFile) -> Vec<String> {
    let without = |file: &CaseFile| {
        let head = CaseFile {
            scenarios: Vec::new(),
            ..file.clone()
        };
        serde_json::to_value(head).unwrap_or_default()
    };
    let same_head = before.is_some_and(|before| without(before) == without(after));
    let known = before
        .filter(|_| same_head)
        .map(|before| before.scenarios.as_slice());
    let is_known = |scenario: &&Value| !known.unwrap_or_default().contains(scenario);
    let changed = after.scenarios.iter().filter(is_known);
    let name = |scenario: &Value| Some(scenario.get("name")?.as_str()?.to_owned());
    changed.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_seen_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("Code")).expect("a folder");
        fs::write(path("Code/a.yaml"), "a: 1").expect("is written");
        fs::write(path("Code/notes.txt"), "a").expect("is written");
        let mut watched = Watched::new(vec![folder.path().to_owned()]);
        assert_eq!(watched.files().len(), 1);
        assert!(watched.look().is_empty());
        fs::write(path("Code/a.yaml"), "a: 12").expect("is written");
        fs::write(path("Code/b.yaml"), "b: 1").expect("is written");
        fs::write(path("Code/notes.txt"), "ab").expect("is written");
        assert!(watched.look().is_empty(), "it may still be written");
        let seen: Vec<PathBuf> = watched.look().into_iter().map(|(path, _)| path).collect();
        assert_eq!(seen, [path("Code/a.yaml"), path("Code/b.yaml")]);
        assert!(watched.look().is_empty());
        fs::write(path("Code/a.yaml"), "").expect("is written");
        assert!(watched.look().is_empty() && watched.look().is_empty());
        fs::remove_file(path("Code/b.yaml")).expect("is removed");
        assert!(watched.look().is_empty() && watched.look().is_empty());
        assert_eq!(watched.files().len(), 0);
    }

    #[test]
    fn of_a_file_that_was_saved_the_scenarios_that_differ_are_known() {
        let file = |fix: &str, edit: &str| -> CaseFile {
            let text = format!(
                "cause: c\ncode: C\nmessage: m\nstatus: 403\nsources: [{{ kind: observed, ref: r }}]\nseverity: misleads\n\
                 provoked-by: owner\nmeans: x\nfix: {fix}\nscenarios:\n  - {{ name: a, base: {{ request: GET / }}, edit: {edit} }}\n  \
                 - {{ name: b, base: {{ request: GET / }}, edit: {{ wrong-secret: true }} }}\n"
            );
            let value = oss403_case::yaml::parse(&text).expect("is YAML");
            serde_json::from_value(value).expect("is a case file")
        };
        let before = file("y", "{ clock: 1h }");
        assert_eq!(changed(None, &before), ["a", "b"]);
        assert!(changed(Some(&before), &before).is_empty());
        assert_eq!(changed(Some(&before), &file("y", "{ clock: 2h }")), ["a"]);
        assert_eq!(
            changed(Some(&before), &file("z", "{ clock: 1h }")),
            ["a", "b"]
        );
    }
}
