//! Every text of a scenario, wherever it stands.

use serde_json::Value;

use super::place::{Part, Path};

/// What is not filled: what a scenario says about itself.
pub(super) const ABOUT_ITSELF: [&str; 2] = ["name", "about"];

/// Calls `seen` with every text and every key of a scenario that may hold placeholders: all but what it says about itself.
pub(super) fn texts_of_scenario<'v>(scenario: &'v Value, seen: &mut impl FnMut(&'v str)) {
    for (key, entry) in scenario.as_object().into_iter().flatten() {
        if !ABOUT_ITSELF.contains(&key.as_str()) {
            texts(entry, seen);
        }
    }
}

/// Calls `seen` with every text and every key of a value.
pub fn texts<'v>(value: &'v Value, seen: &mut impl FnMut(&'v str)) {
    match value {
        Value::String(text) => seen(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, seen)),
        Value::Object(entries) => {
            for (key, entry) in entries {
                seen(key);
                texts(entry, seen);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Calls `seen` with every text and every key of a value, each with its place.
pub(super) fn placed_texts(value: &Value, path: &Path, seen: &mut impl FnMut(&Path, Part, &str)) {
    match value {
        Value::String(text) => seen(path, Part::Value, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                placed_texts(item, &path.then(index), seen);
            }
        }
        Value::Object(entries) => {
            for (key, entry) in entries {
                let here = path.then(key.as_str());
                seen(&here, Part::Key, key);
                placed_texts(entry, &here, seen);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
