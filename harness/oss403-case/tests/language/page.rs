//! The page that describes the language: complete, and its example sound.

use std::fs;

use oss403_case::check;
use oss403_case::ledger::embedded_lists;
use oss403_case::model::{Edit, HostName, Who};
use oss403_case::placeholder::{self, Kind};
use oss403_case::schema;
use serde_json::Value;

use crate::support::cases;

fn page() -> String {
    fs::read_to_string(cases().join("README.md")).expect("the ledger has a page")
}

#[test]
fn the_page_names_every_edit_host_identity_and_placeholder() {
    let page = page();
    let coded: Vec<&str> = page.split('`').skip(1).step_by(2).collect();
    let begins = |word: &str| {
        coded
            .iter()
            .any(|code| code.split(':').next() == Some(word))
    };
    for name in Edit::names()
        .chain([Edit::ALL])
        .chain(HostName::NAMES)
        .chain(Who::BUILT_IN.iter().map(Who::as_str))
    {
        assert!(begins(name), "`{name}` is not on the page");
    }
    // Words of closed lists that have no list in the code but their types.
    let schema: Value = serde_json::from_str(&schema::text()).expect("the schema is JSON");
    for list in ["Disguise", "Misspelling"] {
        let words = schema["$defs"][list]["oneOf"].as_array();
        for word in words.expect("a closed list of words") {
            let word = word["const"].as_str().expect("a word");
            assert!(begins(word), "`{word}` is not on the page");
        }
    }
    for name in placeholder::PLAIN {
        assert!(
            coded.contains(&format!("${{{name}}}").as_str()),
            "`${{{name}}}` is not on the page"
        );
    }
    for kind in Kind::ALL {
        assert!(
            page.contains(&format!("`${{{}.", kind.as_str())),
            "`${{{}.…}}` is not on the page",
            kind.as_str()
        );
    }
}

#[test]
fn the_example_of_the_page_is_a_sound_case() {
    let page = page();
    let example = page
        .split("```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let example = example.expect("the page has an example");
    let (entry, found) = check::file(
        "AccessDenied/object-acl-read.yaml",
        example,
        &embedded_lists(),
    );
    assert!(found.is_empty(), "{found:?}");
    let ids: Vec<String> = entry
        .expect("a sound file")
        .instances()
        .map(|instance| instance.id)
        .collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(
        ids[0],
        "object-acl-read/object-is-closed-in-a-public-bucket/anonymous-GET"
    );
}
