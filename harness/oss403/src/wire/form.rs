//! PostObject forms: the policy document and the multipart body (help page: PostObject).

use serde_json::{Value, json};

/// The policy document. `more` are the conditions that a signature version asks for.
pub fn policy(expiration: &str, conditions: Option<&[Value]>, more: &[(String, String)]) -> String {
    let mut all = match conditions {
        Some(conditions) => conditions.to_vec(),
        None => vec![json!(["content-length-range", 0, 1_048_576])],
    };
    all.extend(
        more.iter()
            .map(|(name, value)| json!({ name.as_str(): value })),
    );
    json!({ "expiration": expiration, "conditions": all }).to_string()
}

/// The body and its Content-Type: the fields in order, then the file.
pub fn encode(fields: &[(String, String)], file: &str) -> (Vec<u8>, String) {
    let boundary = boundary(fields, file);
    let mut body = String::with_capacity(file.len() + 128 * (fields.len() + 2));
    for (name, value) in fields {
        let name = quoted(name);
        body.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str(&format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file.bin\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n{file}\r\n--{boundary}--\r\n"
    ));
    (
        body.into_bytes(),
        format!("multipart/form-data; boundary={boundary}"),
    )
}

/// A boundary that occurs in nothing of the form.
fn boundary(fields: &[(String, String)], file: &str) -> String {
    let mut boundary = "oss403-form-7d1f0c5a".to_owned();
    while file.contains(&boundary) || fields.iter().any(|(_, value)| value.contains(&boundary)) {
        boundary.push('x');
    }
    boundary
}

/// As browsers write names inside quotes (WHATWG, multipart/form-data encoding algorithm).
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_occurs_in_no_value() {
        let (body, content_type) = encode(
            &[("key".into(), "--oss403-form-7d1f0c5a".into())],
            "--oss403-form-7d1f0c5ax--",
        );
        let boundary = content_type.split_once("boundary=").unwrap().1;
        assert_eq!(
            String::from_utf8(body).unwrap().matches(boundary).count(),
            3
        );
    }

    #[test]
    fn the_usual_policy_limits_the_length_and_names_what_the_signature_needs() {
        let text = policy(
            "2030-01-01T00:00:00.000Z",
            None,
            &[("x-oss-date".into(), "D".into())],
        );
        assert_eq!(
            serde_json::from_str::<Value>(&text).unwrap(),
            json!({
                "expiration": "2030-01-01T00:00:00.000Z",
                "conditions": [["content-length-range", 0, 1_048_576], { "x-oss-date": "D" }],
            })
        );
    }
}
