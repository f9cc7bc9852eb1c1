//! Plain values in YAML's flow style, on one line, the way cases are written.

use oss403_case::placeholder;
use serde_json::Value;

/// The value on one line.
pub(crate) fn flow(value: &Value) -> String {
    match value {
        Value::Null => "~".into(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => scalar(text),
        Value::Array(items) if items.is_empty() => "[]".into(),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(flow).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(entries) if entries.is_empty() => "{}".into(),
        Value::Object(_) => format!("{{ {} }}", pairs(value)),
    }
}

/// The entries of a map without its braces; any other value as it is.
pub(crate) fn pairs(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let pair =
                |(key, entry): (&String, &Value)| format!("{}: {}", scalar(key), flow(entry));
            entries.iter().map(pair).collect::<Vec<_>>().join(", ")
        }
        other => flow(other),
    }
}

fn scalar(text: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || " $-_./?&=+*<>(){}@!%^~|;'".contains(c);
    let opens = text.starts_with(|c: char| "-?&*!%@|>'{ ".contains(c)) && !text.starts_with("-1");
    let braces = text.contains(['{', '}']) && placeholder::names(text).next().is_none();
    let reads_otherwise =
        matches!(text, "" | "~" | "null" | "true" | "false") || text.parse::<f64>().is_ok();
    if text.chars().all(is_word) && !opens && !braces && !reads_otherwise && !text.ends_with(' ') {
        return text.to_owned();
    }
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_read_as_cases_are_written() {
        let value = json!({ "bucket": { "acl": "private", "objects": { "k.txt": "hello" } }, "list": ["GET /?acl", "*", 5], "empty": {} });
        let expected = r#"{ bucket: { acl: private, objects: { k.txt: hello } }, list: [GET /?acl, "*", 5], empty: {} }"#;
        assert_eq!(flow(&value), expected);
        assert_eq!(
            pairs(&json!({ "wrong-secret": true })),
            "wrong-secret: true"
        );
        assert_eq!(flow(&json!("true")), "\"true\"");
        assert_eq!(flow(&json!("a\nb: c")), "\"a\\nb: c\"");
    }
}
