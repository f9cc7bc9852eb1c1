//! What the JSON reader accepts, what it refuses, and that it agrees with `serde_json`.

use super::*;
use proptest::prelude::*;

fn error(text: &str) -> (String, usize) {
    let error = parse(text.as_bytes(), Dialect::Standard).unwrap_err();
    (error.kind.to_string(), error.position.offset)
}

#[test]
fn defects_are_named_and_placed() {
    for (text, message, offset) in [
        ("eyJ", "unknown char e", 0),
        ("[1 2]", ", or ] expected", 3),
        (r#"{"a":1 "b":2}"#, ", or } expected", 7),
        (r#"{"a" 1}"#, ": expected", 5),
        ("{1:1}", "string expected", 1),
        (r#"{"a":1,}"#, "string expected", 7),
        ("[1,]", "unknown char ]", 3),
        ("", "unexpected end", 0),
        ("[1,", "unexpected end", 3),
        (r#""abc"#, "unexpected end", 4),
        ("{} x", "end expected", 3),
        ("[01]", "invalid number", 1),
        ("[1.]", "invalid number", 1),
        ("[-]", "invalid number", 1),
        ("[1e]", "invalid number", 1),
        ("[1E+]", "invalid number", 1),
        (r#""\x""#, "invalid escape", 1),
        (r#""\$""#, "invalid escape", 1),
        (r#""\ud800""#, "invalid escape", 1),
        (r#""\u12é""#, "invalid escape", 1),
        ("\"\n\"", "control character in string", 1),
        (r#"{"a":1,"\u0061":2}"#, "duplicate key", 7),
        ("\u{feff}{}", "unknown char \u{feff}", 0),
    ] {
        assert_eq!(error(text), (message.to_owned(), offset), "{text:?}");
    }
}

#[test]
fn numbers_are_kept_and_escapes_are_read() {
    let read = |text: &str| parse(text.as_bytes(), Dialect::Standard).unwrap().value;
    for number in ["0", "-0", "1E5", "2e-3", "0.10", "12345678901234567890"] {
        assert_eq!(read(number), Value::Number(number.into()));
    }
    assert_eq!(
        read(r#""\b\f\n\r\t\/\\\"""#),
        Value::String("\u{8}\u{c}\n\r\t/\\\"".into())
    );
}

#[test]
fn positions_count_lines_and_characters() {
    let error = parse("{\n \"é\": x}".as_bytes(), Dialect::Standard).unwrap_err();
    assert_eq!((error.position.line, error.position.column), (2, 7));
    let error = parse(b"{\n \xff", Dialect::Standard).unwrap_err();
    assert_eq!(error.kind, JsonErrorKind::NotUtf8);
    assert_eq!(error.position.offset, 3);
}

#[test]
fn the_dollar_escape_exists_in_post_policies_only() {
    let read = |text: &str| parse(text.as_bytes(), Dialect::PostPolicy).unwrap().value;
    assert_eq!(read(r#""\$a""#), Value::String("$a".into()));
    assert_eq!(read(r#""\\$a""#), Value::String(r"\$a".into()));
    assert_eq!(read(r#""\\\$a""#), Value::String(r"\$a".into()));
    assert_eq!(
        read(r#""\u0024\/\ud83d\ude00""#),
        Value::String("$/😀".into())
    );
}

#[test]
fn depth_is_limited_exactly() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(nested(MAX_JSON_DEPTH).as_bytes(), Dialect::Standard).is_ok());
    assert_eq!(error(&nested(MAX_JSON_DEPTH + 1)).0, "nested too deeply");
}

/// Objects and arrays of whatever is likely to confuse a reader.
fn near_json() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\"a\""),
        Just("\"b\\\"\""),
        Just("\"\\u00e9\""),
        Just("\"\\ud83d\\ude00\""),
        Just("1"),
        Just("-0.5e+1"),
        Just("00"),
        Just("true"),
        Just("nul"),
        Just("null"),
        Just(" "),
        Just("\\"),
        Just("\""),
        Just("é"),
        Just("\n"),
    ];
    prop_oneof![
        proptest::collection::vec(token, 0..14).prop_map(|tokens| tokens.concat()),
        json_value().prop_map(|value| value.to_string()),
    ]
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

fn as_serde(node: &Node, text: &str) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool => text[node.offset..].starts_with('t').into(),
        Value::Number(digits) => serde_json::from_str(digits).unwrap(),
        Value::String(string) => string.as_str().into(),
        Value::Array(items) => items.iter().map(|item| as_serde(item, text)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|member| (member.key.clone(), as_serde(&member.node, text)))
            .collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(403),
        ..ProptestConfig::default()
    })]

    #[test]
    fn agrees_with_serde_json(text in near_json()) {
        match (parse(text.as_bytes(), Dialect::Standard), serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(node), Ok(expected)) => prop_assert_eq!(as_serde(&node, &text), expected),
            (Err(error), Ok(_)) => prop_assert_eq!(error.kind, JsonErrorKind::DuplicateKey),
            (Ok(_), Err(error)) => prop_assert!(false, "serde_json refuses {text:?}: {error}"),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse(&bytes, Dialect::PostPolicy);
    }

    #[test]
    fn a_written_string_reads_back(text in any::<String>()) {
        let mut written = String::new();
        write_string(&text, &mut written);
        let node = parse(written.as_bytes(), Dialect::Standard).unwrap();
        prop_assert_eq!(node.as_str(), Some(text.as_str()));
    }
}
