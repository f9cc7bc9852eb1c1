//! What objects are called in a run under fixed rules, so that nobody can know it before the challenge.
//!
//! Case files call their objects `k.txt` or `m.bin`. Wherever a scenario says such a name (objects, requests, copy sources, forms, policies,
//! contents, expected messages), it says `k-w4tz.txt` instead: what begins with it, stands below it or is like it stays so. Longer names make
//! longer contents too. Names with other endings stay, and so do all of a scenario that says a digest of what it sends, or a pattern that the longer
//! ones would not fit.

use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::report::lore::Lore;
use oss403_case::model::Scenario;
use oss403_case::{Instance, Ledger};

/// The endings of names that nothing depends on.
const ENDINGS: [&str; 4] = [".txt", ".bin", ".png", ".jpg"];

/// No vowels, so that no word comes of it.
const LETTERS: &[u8; 32] = b"bcdfghjkmnpqrstvwxzbcdfgh0234567";

/// Instances as a run sends them whose names are derived from `names`, as those of its buckets are. Their ids stay.
pub fn renamed(instances: &[Instance], names: &str) -> Vec<Instance> {
    super::in_parallel(instances, |instance| renamed_one(instance, names))
}

/// What is known of a ledger, in the names of such a run.
pub fn lore(ledger: &Ledger, names: &str) -> Lore {
    let instances: Vec<Instance> = ledger.instances().collect();
    let instances = renamed(&instances, names);
    Lore::of(ledger.hash(), ledger.causes().cloned(), instances)
}

fn renamed_one(instance: &Instance, names: &str) -> Instance {
    let mut scenario = serde_json::to_value(&*instance.scenario).unwrap_or_default();
    if is_fixed(&scenario) {
        return instance.clone();
    }
    rename(&mut scenario, names);
    // What a scenario is written as can be read again; a test of the whole suite holds it to that.
    let scenario = serde_json::from_value::<Scenario>(scenario);
    Instance {
        scenario: scenario.map_or_else(|_| Arc::clone(&instance.scenario), Arc::new),
        ..instance.clone()
    }
}

/// Whether something of a scenario holds for the names alone that it says.
fn is_fixed(value: &Value) -> bool {
    match value {
        Value::String(text) => is_digest(text) || is_narrow(text),
        Value::Array(items) => items.iter().any(is_fixed),
        Value::Object(entries) => entries.iter().any(|(key, value)| {
            key.eq_ignore_ascii_case("content-md5") || is_narrow(key) || is_fixed(value)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether an MD5 stands in a text, as ETags have it.
fn is_digest(text: &str) -> bool {
    let digits = |piece: &str| piece.len() == 32;
    text.split(|c: char| !c.is_ascii_hexdigit()).any(digits)
}

/// Whether a pattern stands in a text that says how a name ends, or how long it is.
fn is_narrow(text: &str) -> bool {
    let mut stems = ENDINGS.into_iter().flat_map(|ending| {
        let stems = text.match_indices(ending);
        stems.map(|(at, _)| &text[..at])
    });
    stems.any(|before| {
        let stem = before.rsplit(|c| !is_of_name(c)).next().unwrap_or_default();
        stem.contains('?')
            || stem
                .rsplit_once('*')
                .is_some_and(|(_, end)| !end.is_empty())
    })
}

fn rename(value: &mut Value, names: &str) {
    match value {
        Value::String(text) => *text = called(text, names),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        Value::Object(entries) => {
            let taken = std::mem::take(entries);
            entries.extend(taken.into_iter().map(|(key, mut item)| {
                rename(&mut item, names);
                (called(&key, names), item)
            }));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text with every name of an object as this run has it.
fn called(text: &str, names: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('.') {
        let (stem, after) = rest.split_at(at);
        let ending = ENDINGS.into_iter().find(|ending| {
            let behind = after
                .strip_prefix(ending)
                .map(|behind| behind.chars().next());
            // The query of a request may follow.
            behind.is_some_and(|next| next.is_none_or(|next| next == '?' || !is_of_name(next)))
        });
        let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let before = stem.trim_end_matches(is_letter);
        let is_whole = before.len() < stem.len() && !before.ends_with(is_of_name);
        // What stands before in `out` ends with what was looked at already: a dot.
        let is_whole = is_whole && !(before.is_empty() && out.ends_with(is_of_name));
        out.push_str(stem);
        let passed = match ending.filter(|_| is_whole) {
            Some(ending) => {
                out.push('-');
                out.push_str(&addition(&stem[before.len()..], ending, names));
                ending
            }
            None => ".",
        };
        out.push_str(passed);
        rest = &after[passed.len()..];
    }
    out.push_str(rest);
    out
}

/// Whether a character is one of a longer name, of an escape or of a pattern.
fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.%*?".contains(c)
}

/// Three to ten letters and digits.
fn addition(stem: &str, ending: &str, names: &str) -> String {
    let digest = Sha256::digest(format!("{names} object {stem}{ending}"));
    let length = 3 + usize::from(digest[0] % 8);
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    digest[1..=length].iter().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oss403_case::Ledger;
    use oss403_case::revision::Revision;

    #[test]
    fn names_of_objects_are_those_of_the_run_and_nothing_else_is_another() {
        let k = format!("k-{}.txt", addition("k", ".txt", "a"));
        let m2 = format!("m2-{}.bin", addition("m2", ".bin", "a"));
        for (text, due) in [
            ("k.txt", k.clone()),
            ("GET /dir%20x/k.txt?acl", format!("GET /dir%20x/{k}?acl")),
            ("second:k.txt", format!("second:{k}")),
            (
                "<Key>k.txt</Key><Key>m2.bin</Key>",
                format!("<Key>{k}</Key><Key>{m2}</Key>"),
            ),
            (
                "acs:oss:*:*:${bucket}/docs/k.txt",
                format!("acs:oss:*:*:${{bucket}}/docs/{k}"),
            ),
            ("k.txt. k.txt", format!("k.txt. {k}")),
        ] {
            assert_eq!(called(text, "a"), due);
        }
        for text in [
            "d*.txt",
            "?.txt",
            "K.txt",
            ".txt",
            "a.k.txt",
            "x-k.txt",
            "k.txt.gz",
            "k.txt*",
            "%6B.txt",
            "http://www.good.example",
            "bucket.log",
            "text/plain",
        ] {
            assert_eq!(called(text, "a"), text);
        }
        assert_ne!(called("k.txt", "a"), called("k.txt", "b"));
        let lengths: std::collections::BTreeSet<usize> = (0..64)
            .map(|n| called("k.txt", &n.to_string()).len())
            .collect();
        assert_eq!(lengths.first().zip(lengths.last()), Some((&9, &16)));
    }

    #[test]
    fn a_scenario_with_a_digest_or_a_narrow_pattern_keeps_its_names() {
        for (text, fixed) in [
            ("docs/202?/?.txt", true),
            ("k?.txt", true),
            ("*k.txt", true),
            ("d*.txt", false),
            ("*", false),
            ("GET /k.txt?acl", false),
            ("<ETag>\"A106A7A9B43336D783CAA7330F67F831\"</ETag>", true),
            ("A106A7A9B43336D783CAA7330F67F8311", false),
        ] {
            assert_eq!(
                is_fixed(&serde_json::json!({ "a": [text] })),
                fixed,
                "{text}"
            );
        }
        assert!(is_fixed(
            &serde_json::json!({ "headers": { "Content-MD5": "x" } })
        ));
    }

    #[test]
    fn every_scenario_can_be_renamed_and_most_name_an_object() {
        let ledger = Ledger::embedded().unwrap().at(Revision::Observed);
        let instances: Vec<Instance> = ledger.instances().collect();
        let text = |instance: &Instance| serde_json::to_string(&*instance.scenario).unwrap();
        let mut others = 0;
        for (instance, other) in instances.iter().zip(renamed(&instances, "a")) {
            let mut due = serde_json::to_value(&*instance.scenario).unwrap();
            if !is_fixed(&due) {
                rename(&mut due, "a");
            }
            assert_eq!(
                serde_json::to_value(&*other.scenario).unwrap(),
                due,
                "{}",
                instance.id
            );
            others += usize::from(text(instance) != text(&other));
        }
        assert!(
            others * 10 > instances.len() * 8,
            "{others} of {}",
            instances.len()
        );
    }
}
