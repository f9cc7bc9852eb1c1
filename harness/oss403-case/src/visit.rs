//! Every text of a scenario, wherever it stands.

use serde_json::Value;

use super::model::Scenario;
use super::span::{Part, Path};

/// Calls `seen` with every text and every key of a scenario.
pub(super) fn texts(scenario: &Scenario, seen: &mut impl FnMut(&str)) {
    // A scenario is plain data with text keys, which always has a value.
    if let Ok(value) = serde_json::to_value(scenario) {
        walk(&value, seen);
    }
}

fn walk(value: &Value, seen: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => seen(text),
        Value::Array(items) => items.iter().for_each(|item| walk(item, seen)),
        Value::Object(entries) => {
            for (key, entry) in entries {
                seen(key);
                walk(entry, seen);
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
