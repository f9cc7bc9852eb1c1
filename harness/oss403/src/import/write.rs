//! Writing a case so that a person can read it.

use serde_json::{Map, Value, json};

use super::twin::Twin;
use oss403_case::check::SCHEMA_LINE;
use oss403_case::model::CaseFile;

/// The file: the header of the cause as the ledger has it, and one scenario.
pub(super) fn case(file: &CaseFile, name: &str, twin: &Twin, curl: &str) -> String {
    let mut text = format!(
        "{SCHEMA_LINE}\n# The request that was found:\n# {}\n",
        curl.replace(['\n', '\r'], " ")
    );
    // A case file is a map, and its types write nothing else.
    let Ok(Value::Object(header)) = serde_json::to_value(file) else {
        return text;
    };
    for (key, value) in header
        .iter()
        .filter(|(key, _)| *key != "scenarios" && *key != "notes")
    {
        match value {
            Value::Array(items) => {
                text.push_str(&format!("{key}:\n"));
                items
                    .iter()
                    .for_each(|item| text.push_str(&format!("  - {}\n", flow(item))));
            }
            other => text.push_str(&format!("{key}: {}\n", flow(other))),
        }
    }
    text.push_str(&format!(
        "scenarios:\n  - name: {name}\n    about: Made of a request that a fuzzer found.\n"
    ));
    let mut bucket = Map::new();
    if let Some(key) = &twin.object {
        let content = format!("the content that {name} must not show");
        bucket.insert("objects".into(), json!({ key.replace('$', "$$"): content }));
    }
    for (key, value) in [
        ("given", json!({ "bucket": bucket })),
        ("base", Value::Object(twin.base.clone())),
        ("edit", twin.edit.clone()),
    ] {
        text.push_str(&format!("    {key}: {}\n", flow(&value)));
    }
    if let Some(key) = &twin.unchanged {
        text.push_str(&format!("    unchanged: {}\n", flow(&json!([key]))));
    }
    text
}

/// A value in YAML's flow style.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(flow).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar(key), flow(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        plain => plain.to_string(),
    }
}

/// A text as it is where that is safe, else in quotes with everything escaped that cannot be seen.
fn scalar(text: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_keyword = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .iter()
        .any(|keyword| text.eq_ignore_ascii_case(keyword));
    if begins && !is_keyword && !text.ends_with(' ') && text.chars().all(|c| word(c) || c == ' ') {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(c),
            c if c.is_alphanumeric() => quoted.push(c),
            c if u32::from(c) > 0xffff => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}
