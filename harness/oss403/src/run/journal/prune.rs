//! Old journals are removed: those of runs that ended and left nothing behind.

use std::fs;
use std::path::Path;

use super::read::{header_of, is_alive, journals, left_by};

/// Removes the finished journals of a folder but for so many, the youngest. Of the others too those stay whose run left something behind:
/// they say what to look for at the target, as does a journal without an end. What cannot be read or removed stays.
pub(super) fn prune(folder: &Path, keep: usize) {
    let mut ended = journals(folder);
    ended.retain(|(_, path)| left_by(path).is_some() && header_of(path).is_some());
    ended.sort();
    ended.truncate(ended.len().saturating_sub(keep));
    for (_, path) in ended {
        if left_by(&path) == Some(0) && !is_alive(&path) {
            // Another run may have removed it.
            let _ = fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::super::{At, Header, Journal, Line, Remains, SCHEMA, Stream};
    use super::*;

    /// A journal, older than those written after it.
    fn journal(folder: &Path, run: &str, keep: Option<usize>) -> Journal {
        let header = Header {
            schema: SCHEMA,
            run: run.into(),
            at: String::new(),
            target: At {
                name: "t".into(),
                endpoint: "http://127.0.0.1:1".into(),
            },
            seed: 0,
        };
        let stream =
            Stream::create(folder, run.to_owned(), keep).unwrap_or_else(|no| panic!("{no:?}"));
        stream.write(&Line::RunStarted(header), true);
        Journal::new(Arc::new(stream), Remains::default())
    }

    fn close(journal: Journal, left: usize) -> PathBuf {
        journal.close(left).unwrap_or_else(|no| panic!("{no:?}"))
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
        for (run, days) in [("a", 9), ("b", 3), ("c", 5)] {
            close(journal(folder, run, None), 0);
            age(&format!("journal-{run}.jsonl"), days);
        }
        close(journal(folder, "left", None), 1);
        age("journal-left.jsonl", 20);
        drop(journal(folder, "killed", None));
        age("journal-killed.jsonl", 20);
        // Of another's making, though it ends alike; and one that was given another name.
        fs::write(
            folder.join("journal-mine.jsonl"),
            "my own\n{\"event\":\"cleaned-up\",\"left\":0}\n",
        )
        .unwrap();
        fs::copy(
            folder.join("journal-a.jsonl"),
            folder.join("journal-kept.jsonl"),
        )
        .unwrap();
        fs::write(
            folder.join("notes.jsonl"),
            "x\n{\"event\":\"cleaned-up\",\"left\":0}\n",
        )
        .unwrap();
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
        close(running, 0);
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
        let path = close(journal(elsewhere.path(), "a", None), 0);
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
