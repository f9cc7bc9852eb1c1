//! Old journals are removed: those of runs that ended and left nothing behind.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Line;

/// What the last line of a run that ended is.
const DONE: &[u8] = b"\n\"done\"\n";
/// How a line begins that names something left behind.
const LEFT: &[u8] = b"{\"left-behind\":";

/// Removes the finished journals of a folder but for so many, the youngest. Of the others too those stay whose run left something behind:
/// they say what to look for at the target, as does a journal without an end. What cannot be read or removed stays.
pub(super) fn prune(folder: &Path, keep: usize) {
    let mut ended: Vec<(SystemTime, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            // Not through a link.
            let known = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            (is_journal(&path) && has_ended(&path)).then_some((known.modified().ok()?, path))
        })
        .collect();
    ended.sort();
    ended.truncate(ended.len().saturating_sub(keep));
    for (_, path) in ended {
        if left_nothing(&path) {
            // Another run may have removed it.
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether its name is that of a journal, and its first line that of this run's.
fn is_journal(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    let run = name.and_then(|name| name.strip_prefix("journal-")?.strip_suffix(".jsonl"));
    let mut first = Vec::new();
    let read = run.and_then(|_| File::open(path).ok());
    let read = read.map(|file| BufReader::new(file.take(1 << 16)).read_until(b'\n', &mut first));
    let first = read.and_then(|_| serde_json::from_slice(&first).ok());
    matches!(first, Some(Line::Run(header)) if Some(header.run.as_str()) == run)
}

fn has_ended(path: &Path) -> bool {
    let mut end = [0; DONE.len()];
    let back = -(DONE.len() as i64);
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::End(back))?;
        file.read_exact(&mut end)
    });
    read.is_ok() && end == DONE
}

fn left_nothing(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| {
        let mut lines = BufReader::new(file).split(b'\n');
        lines.all(|line| line.is_ok_and(|line| !line.starts_with(LEFT)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Header, Journal, Made, Remains};
    use super::*;

    /// A journal, older than those written after it.
    fn journal(folder: &Path, run: &str, keep: Option<usize>) -> Journal {
        let header = Header {
            journal: 1,
            run: run.into(),
            target: "t".into(),
            endpoint: "http://127.0.0.1:1".into(),
            seed: 0,
            started: 0,
        };
        Journal::create(folder, header, Remains::default(), keep)
            .map_err(|(_, error)| error)
            .unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_oldest_finished_journals_go_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let age = |name: &str, days: u64| {
            let file = File::options()
                .append(true)
                .open(folder.join(name))
                .unwrap();
            let day = std::time::Duration::from_secs(86_400);
            file.set_modified(SystemTime::now() - day * u32::try_from(days).unwrap())
                .unwrap();
        };
        let bucket = Made::Domain {
            domain: "d.test".into(),
        };
        for (run, days) in [("a", 9), ("b", 3), ("c", 5)] {
            journal(folder, run, None).close().unwrap();
            age(&format!("journal-{run}.jsonl"), days);
        }
        let left = journal(folder, "left", None);
        left.left_behind(&bucket, "it would not go");
        left.close().unwrap();
        age("journal-left.jsonl", 20);
        drop(journal(folder, "killed", None));
        age("journal-killed.jsonl", 20);
        // Of another's making, though it ends alike; and one that was given another name.
        fs::write(folder.join("journal-mine.jsonl"), "my own\n\"done\"\n").unwrap();
        fs::copy(
            folder.join("journal-a.jsonl"),
            folder.join("journal-kept.jsonl"),
        )
        .unwrap();
        fs::write(folder.join("notes.jsonl"), "x\n\"done\"\n").unwrap();
        for name in ["journal-mine.jsonl", "journal-kept.jsonl", "notes.jsonl"] {
            age(name, 20);
        }
        let before = names(folder);
        let running = journal(folder, "now", Some(100));
        assert_eq!(
            names(folder).len(),
            before.len() + 1,
            "there are not so many"
        );
        running.close().unwrap();
        let _running = journal(folder, "next", Some(3));
        let gone: Vec<&String> = before
            .iter()
            .filter(|name| !folder.join(name).exists())
            .collect();
        assert_eq!(gone, ["journal-a.jsonl", "journal-c.jsonl"]);
        assert!(folder.join("journal-now.jsonl").exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_a_journal_and_a_linked_one_is_nobodys() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = journal(elsewhere.path(), "a", None).close().unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let link = folder.path().join("journal-a.jsonl");
        symlink(&path, &link).unwrap();
        drop(journal(folder.path(), "b", Some(1)));
        assert!(path.exists() && link.is_symlink());
    }
}
