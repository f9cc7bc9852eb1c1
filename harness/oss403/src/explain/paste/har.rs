//! HAR files, as browsers save them.

use serde_json::Value;

use super::unwrap;
use crate::doctor::Asked;

/// A refused request of a HAR file.
pub(super) struct Entry {
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) asked: Option<Asked>,
}

/// The entries with status 403, or else with any error; `None` when it is no HAR.
pub(super) fn read(text: &str) -> Option<Vec<Entry>> {
    let text = text.trim_start();
    if !text.starts_with('{') {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let entries = match value.pointer("/log/entries").and_then(Value::as_array) {
        Some(entries) => entries.clone(),
        None if value.get("request").is_some() && value.get("response").is_some() => vec![value],
        None => return None,
    };
    let status = |entry: &Value| entry.pointer("/response/status").and_then(Value::as_u64);
    let refused: Vec<&Value> = entries
        .iter()
        .filter(|entry| status(entry) == Some(403))
        .collect();
    let errors = || {
        entries
            .iter()
            .filter(|entry| status(entry).is_some_and(|status| status >= 400))
            .collect()
    };
    let chosen: Vec<&Value> = if refused.is_empty() {
        errors()
    } else {
        refused
    };
    Some(chosen.into_iter().map(entry).collect())
}

fn entry(entry: &Value) -> Entry {
    let response = &entry["response"];
    let text = response
        .pointer("/content/text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_coded = response
        .pointer("/content/encoding")
        .and_then(Value::as_str)
        == Some("base64");
    let body = if is_coded {
        unwrap::base64(text).unwrap_or_default()
    } else {
        text.to_owned()
    };
    let header = |header: &Value| {
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        Some((
            text("name")?.to_ascii_lowercase(),
            text("value")?.to_owned(),
        ))
    };
    let headers = response.get("headers").and_then(Value::as_array);
    Entry {
        status: response["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok()),
        headers: headers
            .into_iter()
            .flatten()
            .filter_map(header)
            .take(256)
            .collect(),
        body,
        asked: Asked::of_har(entry),
    }
}
