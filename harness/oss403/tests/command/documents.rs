//! The documents of the repository: their links lead somewhere.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

#[test]
fn every_relative_link_of_a_document_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    let mut links = 0;
    let pages = documents(&root());
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        for link in links_of(&text) {
            links += 1;
            if !leads_somewhere(page, &link) {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(
        links >= pages.len(),
        "{links} links on {} pages",
        pages.len()
    );
}

#[test]
fn links_and_headings_are_read_as_they_are_shown() {
    let page = "# A `b` (c)\n[x](y.md#z) and [w](<https://e.example>)\n```\n[no](link)\n```\n`[n](o)`\n## Is that so?\n";
    assert_eq!(links_of(page), ["y.md#z"]);
    assert_eq!(headings(page), ["a-b-c", "is-that-so"]);
}

/// Every Markdown file below a folder, without what is built.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && name != ".git" && name != "node_modules" {
            found.extend(documents(&path));
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found
}

/// The targets of relative links, outside of code.
fn links_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        // Every second part stands between backticks.
        let shown: Vec<&str> = line.split('`').step_by(2).collect();
        for after in shown.join("`").split("](").skip(1) {
            let target = after.split([')', ' ']).next().unwrap_or_default();
            let target = target.trim_matches(['<', '>']);
            if !target.contains("://") && !target.starts_with("mailto:") {
                found.push(target.to_owned());
            }
        }
    }
    found
}

/// The lines that are not inside a fence.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

fn leads_somewhere(page: &Path, link: &str) -> bool {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        page.to_owned()
    } else {
        page.parent().unwrap().join(path)
    };
    if !target.exists() {
        return false;
    }
    anchor.is_empty()
        || fs::read_to_string(target)
            .is_ok_and(|text| headings(&text).iter().any(|heading| heading == anchor))
}

/// The anchors of a page's headings, as GitHub makes them.
fn headings(text: &str) -> Vec<String> {
    prose(text)
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}
