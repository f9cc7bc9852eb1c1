//! The house is built as its README says: every arrow between modules points down the list of rooms, and none points back.
//!
//! The order is read from `harness/README.md` and the arrows from the sources, so that neither can be changed alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The crates in which not even two files may need each other.
const WITHOUT_CIRCLES: [&str; 2] = ["oss-auth", "oss-policy"];

#[test]
fn crates_and_modules_use_only_what_stands_below_them() {
    let rooms = documented();
    let mut wrong = Vec::new();
    for (at, (name, modules)) in rooms.iter().enumerate() {
        let below: Vec<&str> = rooms[..at].iter().map(|(name, _)| name.as_str()).collect();
        for dependency in members_it_depends_on(name) {
            if !below.contains(&dependency.as_str()) {
                wrong.push(format!("{name} depends on {dependency}"));
            }
        }
        let sources = Sources::of(name);
        let top: BTreeSet<&str> = sources
            .modules
            .iter()
            .filter_map(|m| m.first())
            .map(String::as_str)
            .collect();
        let listed: BTreeSet<&str> = modules.iter().map(String::as_str).collect();
        assert_eq!(listed, top, "the rooms of {name} in harness/README.md");
        let place = |module: &str| modules.iter().position(|listed| listed == module);
        for (from, to) in &sources.arrows {
            let (Some(from_room), Some(to_room)) = (from.first(), to.first()) else {
                continue; // lib.rs is the front door: it names every room.
            };
            if from_room != to_room && place(to_room) > place(from_room) {
                wrong.push(format!(
                    "{name}: {} uses {}",
                    from.join("::"),
                    to.join("::")
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that point back:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_two_files_of_the_libraries_need_each_other() {
    for name in WITHOUT_CIRCLES {
        let sources = Sources::of(name);
        let mut left = sources.arrows;
        assert!(
            left.len() >= sources.modules.len(),
            "{name}: hardly an arrow was read"
        );
        loop {
            let from: BTreeSet<Module> = left.iter().map(|(from, _)| from.clone()).collect();
            let before = left.len();
            left.retain(|(_, to)| from.contains(to));
            if left.len() == before {
                break;
            }
        }
        let left: Vec<String> = left
            .iter()
            .map(|(from, to)| format!("{} uses {}", from.join("::"), to.join("::")))
            .collect();
        assert!(
            left.is_empty(),
            "{name} has a circle in or above:\n{}",
            left.join("\n")
        );
    }
}

#[test]
fn paths_are_read_out_of_a_source() {
    let text = "use crate::a::{B, c::{self, D}};\n// use crate::no;\nmod tests {\n    use super::*;\n    use super::super::e::F;\n}\n\
        fn f() { let x = \"crate::no\"; self::g::h(); crate::i::j(x) }\npub use k::L;\nuse o::P;\n";
    let found = paths(text, &["m".into(), "n".into()]);
    let found: Vec<String> = found.iter().map(|path| path.join("::")).collect();
    assert_eq!(
        found,
        [
            "a::B",
            "a::c",
            "a::c::D",
            "m::n",
            "m::e::F",
            "m::n::g::h",
            "i::j",
            "m::n::o::P"
        ]
    );
}

#[test]
fn texts_characters_and_comments_hold_no_paths() {
    let text = r##"/* use crate::no; /* crate::no::two */ */ let x = r""; let y = r#"" crate::no "#; let z = '"'; let w = b"crate::no";
        fn f<'a>(b: &'a str, r: char) { let q = '''; crate::yes::f(b, r, 'c', '"') }"##;
    assert_eq!(paths(text, &[]), [["yes", "f"]]);
}

#[test]
fn what_the_root_hands_on_is_followed_and_other_names_for_modules_are_seen() {
    let root = "pub use a::{B, c::D};\npub(crate) use e::F;\nuse g::H;\npub mod a;\n";
    let exported = exported(root);
    let names: Vec<String> = exported.values().map(|path| path.join("::")).collect();
    assert_eq!(names, ["a::B", "a::c::D", "e::F"]);
    for renamed in [
        "use crate as c;",
        "use crate::{self as c};",
        "use super::{self as c};",
    ] {
        let found = paths(renamed, &["m".into()]);
        assert!(
            found.iter().flatten().any(|name| name.contains(" as ")),
            "{renamed}"
        );
    }
}

type Module = Vec<String>;

/// The modules of a crate, and which uses which.
struct Sources {
    modules: BTreeSet<Module>,
    arrows: BTreeSet<(Module, Module)>,
}

impl Sources {
    fn of(name: &str) -> Self {
        let source = harness().join(name).join("src");
        let mut texts = BTreeMap::new();
        read(&source, &source, &mut texts);
        let modules: BTreeSet<Module> = texts.keys().cloned().collect();
        let mut arrows = BTreeSet::new();
        let exported = exported(&texts[&Vec::new()]);
        for (module, text) in &texts {
            for path in paths(text, module) {
                let renamed = path.iter().find(|name| name.contains(" as "));
                assert!(renamed.is_none(), "{}: {renamed:?}", module.join("::"));
                // What the root hands on belongs to the room that it comes from.
                let path = match path.first().and_then(|name| exported.get(name)) {
                    Some(origin) if !module.is_empty() => origin.clone(),
                    _ => path,
                };
                let to = (0..=path.len())
                    .rev()
                    .map(|end| &path[..end])
                    .find(|prefix| modules.contains(*prefix));
                if let Some(to) = to.filter(|to| to != module) {
                    arrows.insert((module.clone(), to.to_vec()));
                }
            }
        }
        Self { modules, arrows }
    }
}

/// The names that a crate's root hands on, each with its path.
fn exported(root: &str) -> BTreeMap<String, Module> {
    let tokens = tokens(root);
    let mut found = Vec::new();
    let uses = (0..tokens.len()).filter(|at| tokens[*at] == "use");
    for at in uses.filter(|at| is_handed_on(&tokens, *at)) {
        tree(&tokens, at + 1, &[], &mut found);
    }
    let named = |path: Module| path.last().cloned().map(|name| (name, path));
    found.into_iter().filter_map(named).collect()
}

/// Every source below a folder, by the module that it is. The crate's root is the empty path.
fn read(root: &Path, folder: &Path, texts: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(root).unwrap().with_extension("");
            let mut module: Module = below
                .iter()
                .map(|part| part.to_str().unwrap().to_owned())
                .collect();
            if module == ["main"] {
                continue;
            }
            module.pop_if(|last| *last == "mod" || *last == "lib");
            texts.insert(module, fs::read_to_string(&path).unwrap());
        }
    }
}

/// Absolute paths of what a source names by `crate`, `super` or `self`, imports and plain paths alike.
fn paths(text: &str, module: &[String]) -> Vec<Module> {
    let tokens = tokens(text);
    let mut here = module.to_vec();
    let mut inline: Vec<usize> = Vec::new();
    let mut depth = 0;
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let next = |offset: usize| tokens.get(at + offset).map(String::as_str);
        match tokens[at].as_str() {
            "mod" if next(2) == Some("{") => {
                here.push(tokens[at + 1].clone());
                inline.push(depth);
                depth += 1;
                at += 3;
                continue;
            }
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if inline.pop_if(|opened| *opened == depth).is_some() {
                    here.pop();
                }
            }
            "crate" | "super" | "self" if next(1) == Some("::") => {
                at = tree(&tokens, at, &here, &mut found);
                continue;
            }
            // Another name for a module would hide what is used through it.
            "use"
                if matches!(next(1), Some("crate" | "super" | "self")) && next(2) == Some("as") =>
            {
                found.push(vec![format!("{} as {}", tokens[at + 1], tokens[at + 3])]);
            }
            // A child by its bare name; the name of another crate leads to no module, and so to no arrow. What is only handed on is not
            // needed.
            "use" if next(2) == Some("::") && !is_handed_on(&tokens, at) => {
                at = tree(&tokens, at + 1, &here, &mut found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether the `use` here is `pub`, or `pub(…)`.
fn is_handed_on(tokens: &[String], at: usize) -> bool {
    at > 0 && matches!(tokens[at - 1].as_str(), "pub" | ")")
}

/// Reads one path, or a tree of them in braces, and returns where it ends.
fn tree(tokens: &[String], mut at: usize, from: &[String], found: &mut Vec<Module>) -> usize {
    let mut path = from.to_vec();
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("crate") => path.clear(),
            Some("super") => {
                path.pop();
            }
            Some("self" | "*") => {}
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    at = tree(tokens, at, &path, found);
                    if tokens.get(at).is_some_and(|token| token == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            Some(name) => path.push(name.to_owned()),
            None => return at,
        }
        at += 1;
        if tokens.get(at).is_none_or(|token| token != "::") {
            break;
        }
        at += 1;
    }
    if tokens.get(at).is_some_and(|token| token == "as") {
        if tokens[at - 1] == "self" {
            path.push(format!("self as {}", tokens[at + 1]));
        }
        at += 2;
    }
    found.push(path);
    at
}

/// Names and the signs between them, without comments, texts and characters.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let passed = passed_over(rest);
        let length = if passed > 0 {
            passed
        } else if rest.starts_with("::") {
            2
        } else if first.is_alphabetic() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let token = &rest[..length];
        if passed == 0 && !token.trim().is_empty() {
            tokens.push(token.to_owned());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The length of the comment, text or character that this begins with; zero when it begins with none.
fn passed_over(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    let unprefixed = text.trim_start_matches(['b', 'c']);
    let prefix = text.len() - unprefixed.len();
    let hashes = unprefixed
        .strip_prefix('r')
        .map(|rest| rest.len() - rest.trim_start_matches('#').len());
    if let Some(hashes) = hashes
        && unprefixed[1 + hashes..].starts_with('"')
        && prefix <= 1
    {
        let opened = prefix + 1 + hashes + 1;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = text[opened..].find(&end).map(|at| at + end.len());
        return length.map_or(text.len(), |length| opened + length);
    }
    if prefix <= 1 && unprefixed.starts_with('"') {
        return prefix + quoted(unprefixed, '"');
    }
    // A character ends two or more signs later; a lifetime does not end at all.
    let mut signs = text.chars();
    match (signs.next(), signs.next(), signs.next()) {
        (Some('\''), Some('\\'), _) | (Some('\''), Some(_), Some('\'')) => quoted(text, '\''),
        _ => 0,
    }
}

/// The length of the comment that this begins with; comments may hold comments.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of the literal that this begins with, up to its closing mark.
fn quoted(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == mark => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The crates and their modules, lowest first, from the block under the heading of `harness/README.md`.
fn documented() -> Vec<(String, Vec<String>)> {
    let page = fs::read_to_string(harness().join("README.md")).unwrap();
    let (_, after) = page
        .split_once("## Which room may look into which")
        .unwrap();
    let block = after.split("```").nth(1).unwrap();
    let mut rooms: Vec<(String, Vec<String>)> = Vec::new();
    for line in block.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace().map(str::to_owned);
        if !line.starts_with(' ') {
            rooms.push((words.next().unwrap(), Vec::new()));
        }
        rooms.last_mut().unwrap().1.extend(words);
    }
    let named: BTreeSet<&str> = rooms.iter().map(|(name, _)| name.as_str()).collect();
    let there: BTreeSet<String> = fs::read_dir(harness())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        named,
        there.iter().map(String::as_str).collect(),
        "the crates in harness/README.md"
    );
    rooms
}

/// The crates of this repository that a crate is built with: in whatever section of its manifest, under whatever name.
fn members_it_depends_on(name: &str) -> Vec<String> {
    let manifest = fs::read_to_string(harness().join(name).join("Cargo.toml")).unwrap();
    let (_, sections) = manifest.split_once("\n[").unwrap();
    let built_with = sections
        .split("\n[")
        .filter_map(|section| section.split_once(']'))
        .filter(|(title, _)| title.contains("dependencies") && !title.contains("dev-"));
    let words: BTreeSet<&str> = built_with
        .flat_map(|(title, lines)| [title, lines])
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_'))
        .collect();
    let members = words
        .into_iter()
        .filter(|word| !word.is_empty() && harness().join(word).join("Cargo.toml").exists());
    members.map(str::to_owned).collect()
}

fn harness() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
