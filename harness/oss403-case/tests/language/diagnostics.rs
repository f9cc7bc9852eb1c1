//! One folder for each kind of mistake: `input.yaml` and what is said about it, `expected.txt`.
//!
//! With `OSS403_ACCEPT=1` the texts are written instead of compared; read the difference before you commit it.

use std::fs;
use std::path::Path;

use crate::support::check_text;

#[test]
fn every_kind_of_mistake_is_said_so() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let accept = std::env::var_os("OSS403_ACCEPT").is_some();
    let mut differing = Vec::new();
    let folders: Vec<_> = fs::read_dir(root).unwrap().map(Result::unwrap).collect();
    assert!(!folders.is_empty());
    for folder in folders {
        let kind = folder.file_name().to_string_lossy().into_owned();
        let input = fs::read_to_string(folder.path().join("input.yaml")).unwrap();
        let (_, found) = check_text(&input);
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(!said.is_empty(), "{kind}: nothing was found");
        let said = said.join("\n");
        let expected = folder.path().join("expected.txt");
        if accept {
            fs::write(expected, said).unwrap();
        } else if fs::read_to_string(expected).unwrap_or_default() != said {
            differing.push(format!("== {kind}\n{said}"));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// A caret that stands elsewhere than under the word would be worse than none.
#[test]
fn carets_stand_within_their_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    for folder in fs::read_dir(root).unwrap().flatten() {
        let input = fs::read_to_string(folder.path().join("input.yaml")).unwrap();
        for found in check_text(&input).1.iter().filter(|found| found.line > 0) {
            let line = input.lines().nth(found.line - 1).unwrap_or_default();
            assert!(
                found
                    .excerpt
                    .as_deref()
                    .is_some_and(|excerpt| line.contains(excerpt))
            );
            assert!(
                found.column + found.length <= line.chars().count().max(1) + 1,
                "{found}"
            );
        }
    }
}
