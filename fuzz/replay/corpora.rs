//! The corpora, replayed without libFuzzer; and that they, the targets and the table of `fuzz/README.md` belong together.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use oss403_fuzz_oracles::seeds::{fuzz_dir, generate, is_generated};
use oss403_fuzz_oracles::{TARGETS, Target};

fn corpus(target: &Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = fuzz_dir().join("corpus").join(target.name);
    let mut inputs: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .map(|path| (path.clone(), fs::read(&path).expect("a readable input")))
        .collect();
    inputs.sort();
    inputs
}

/// Every input breaks no law. What the oracle does with an input depends on all of its bytes, so it is tried with some more at the end,
/// which mean nothing to a request.
#[test]
fn corpora_are_replayed() {
    let mut broken = Vec::new();
    for target in TARGETS {
        let inputs = corpus(target);
        let belonging = inputs
            .iter()
            .filter(|(path, input)| {
                let belongs = (0..40).map(|turn| {
                    let longer = [&input[..], &b"\n".repeat(turn)].concat();
                    std::panic::catch_unwind(|| (target.check)(&longer))
                });
                let belongs: Vec<_> = belongs.collect();
                if belongs.iter().any(Result::is_err) {
                    broken.push(path.display().to_string());
                }
                matches!(belongs[0], Ok(true) | Err(_))
            })
            .count();
        assert!(
            !inputs.is_empty() && belonging * 2 > inputs.len(),
            "{}: {belonging} of {} inputs belong to it",
            target.name,
            inputs.len()
        );
    }
    assert!(
        broken.is_empty(),
        "a law is broken by\n{}",
        broken.join("\n")
    );
}

#[test]
fn no_input_is_too_odd_for_a_target() {
    let odd: [&[u8]; 7] = [
        b"",
        b"\0",
        b"\n",
        b"\xff\xfe",
        b"GET / HTTP/1.1\r\n\r\n",
        b"{}",
        &[b'['; 4096],
    ];
    for target in TARGETS {
        for input in odd {
            let survives = std::panic::catch_unwind(|| (target.check)(input));
            assert!(survives.is_ok(), "{}: {input:?}", target.name);
        }
    }
}

#[test]
fn seeds_and_dictionaries_are_current() {
    let folder = fuzz_dir();
    let generated = generate();
    for (path, content) in &generated {
        let found = fs::read(folder.join(path)).ok();
        assert!(
            found.as_ref() == Some(content),
            "fuzz/{path} is out of date: cargo run -p oss403-fuzz-oracles --example seeds"
        );
    }
    let mut bytes = 0;
    for target in TARGETS {
        for (path, content) in corpus(target) {
            bytes += content.len();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default()
                .to_owned();
            let known = generated.contains_key(&format!("corpus/{}/{name}", target.name));
            assert!(
                known || !is_generated(&name),
                "{} is a seed no longer",
                path.display()
            );
        }
    }
    assert!(bytes <= 2 << 20, "the corpora have {bytes} bytes");
}

#[test]
fn every_target_has_its_file_its_dictionary_and_its_row() {
    let folder = fuzz_dir();
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
    let readme = fs::read_to_string(folder.join("README.md")).expect("a README");
    let mut names = BTreeSet::new();
    for target in TARGETS {
        let name = target.name;
        assert!(names.insert(format!("{name}.rs")), "{name} twice");
        assert!(
            manifest.contains(&format!("\nname = \"{name}\"\n")),
            "{name} is no binary of fuzz/"
        );
        assert!(
            folder.join(format!("dict/{name}.dict")).exists(),
            "{name} has no dictionary"
        );
        assert!(
            readme.contains(&format!("\n| `{name}` |")),
            "{name} has no row in fuzz/README.md"
        );
    }
    let files: BTreeSet<String> = fs::read_dir(folder.join("fuzz_targets"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(files, names);
}
