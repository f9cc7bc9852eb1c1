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
    fn go_down(value: &Value, path: &mut Path, seen: &mut impl FnMut(&Path, Part, &str)) {
        match value {
            Value::String(text) => seen(path, Part::Value, text),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.0.push(index.into());
                    go_down(item, path, seen);
                    path.0.pop();
                }
            }
            Value::Object(entries) => {
                for (key, entry) in entries {
                    path.0.push(key.as_str().into());
                    seen(path, Part::Key, key);
                    go_down(entry, path, seen);
                    path.0.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    go_down(value, &mut path.clone(), seen);
}
