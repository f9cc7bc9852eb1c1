//! Results in folders: of bundles, and of nights.

use std::io;
use std::path::{Path, PathBuf};

/// How deep folders are looked into.
const DEPTH: usize = 4;

/// The files that may be results: a file as it was named; of a folder its `result.json` when it has one, as a bundle does, else every `.json` and
/// `.jsonl` in it and below. Links are not followed.
///
/// # Errors
/// When a folder cannot be read.
pub fn results(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if path.is_dir() {
        below(path, DEPTH, &mut found)?;
        found.sort();
    } else {
        found.push(path.to_owned());
    }
    Ok(found)
}

fn below(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let own = folder.join("result.json");
    if own.is_file() {
        found.push(own);
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let ends = path.extension().and_then(|ends| ends.to_str());
        if kind.is_dir() && depth > 0 {
            below(&path, depth - 1, found)?;
        } else if kind.is_file() && matches!(ends, Some("json" | "jsonl")) {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_looked_into_so_deep_and_no_deeper() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut at = folder.path().to_owned();
        for depth in 0..7 {
            std::fs::write(at.join("night.json"), "{}").expect("writes");
            std::fs::write(at.join("notes.txt"), "").expect("writes");
            at.push(depth.to_string());
            std::fs::create_dir(&at).expect("makes it");
        }
        let found = results(folder.path()).expect("reads");
        assert_eq!(found.len(), 1 + DEPTH, "{found:?}");
    }
}
