//! Post policies: each documented defect with its EC, each condition, each rendering.

use std::collections::HashMap;

use oss_policy::{FailedCondition, PostPolicy, PostPolicyError, Timestamp};

fn policy(conditions: &str) -> PostPolicy {
    let text = format!(r#"{{"expiration": "2030-01-01T00:00:00Z", "conditions": {conditions}}}"#);
    PostPolicy::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {conditions}"))
}

fn check(conditions: &str, form: &[(&str, &str)]) -> Result<(), FailedCondition> {
    let form: HashMap<&str, &str> = form.iter().copied().collect();
    policy(conditions).check(&|name| form.get(name).map(|value| (*value).to_owned()))
}

#[test]
fn every_defect_has_its_ec() {
    let condition = |condition: &str| {
        format!(
            r#"{{"expiration": "2030-01-01T00:00:00Z", "conditions": [["eq", "$a", "b"], {condition}]}}"#
        )
    };
    let expiration =
        |value: &str| format!(r#"{{"expiration": {value}, "conditions": [["eq", "$a", "b"]]}}"#);
    let conditions =
        |value: &str| format!(r#"{{"expiration": "2030-01-01T00:00:00Z", "conditions": {value}}}"#);
    for (text, ec) in [
        ("eyJ".to_owned(), 201),
        ("[]".to_owned(), 201),
        (
            r#"{"expiration": "2030-01-01T00:00:00Z", "conditions": [], "x": 1}"#.to_owned(),
            206,
        ),
        (r#"{"expiration": "2030-01-01T00:00:00Z"}"#.to_owned(), 207),
        (
            r#"{"conditions": [["content-length-range", 0, 1048576000]]}"#.to_owned(),
            208,
        ),
        ("{}".to_owned(), 209),
        (expiration("123"), 210),
        (expiration(r#""""#), 211),
        (expiration(r#""2023-02-19 13:19:00""#), 212),
        (expiration(r#""2023-02-19T13:19:00""#), 212),
        (expiration(r#""2023-02-19T13:19:00+08:00""#), 212),
        (expiration(r#""2023-02-30T13:19:00Z""#), 212),
        (expiration(r#""2023-02-19T13:19:00.Z""#), 212),
        (expiration(r#""2023-02-19t13:19:00z""#), 212),
        (expiration(r#""2023-02-19T13:19:00.000ZZ""#), 212),
        (conditions("{}"), 214),
        (conditions(r#""x""#), 214),
        (conditions("[]"), 215),
        (condition(r#"["$key"]"#), 216),
        (condition("[]"), 216),
        (condition(r#"[1, "$key", "x"]"#), 216),
        (condition(r#"["ends-with", "$key", "user/user1"]"#), 217),
        (
            condition(r#"["starts-with", "$key", "user/user1", "test"]"#),
            218,
        ),
        (condition(r#"["eq", "$key"]"#), 218),
        (condition(r#"["content-length-range", 1]"#), 218),
        (condition(r#"["content-length-range", 20, 10]"#), 219),
        (condition(r#"["content-length-range", 10, "test"]"#), 221),
        (condition(r#"["content-length-range", 0, "1048576"]"#), 221),
        (condition(r#"["content-length-range", -1, 10]"#), 221),
        (condition(r#"["content-length-range", 0, 1.5]"#), 221),
        (
            condition(r#"["content-length-range", 0, 18446744073709551616]"#),
            221,
        ),
        (condition("123"), 222),
        (condition("null"), 222),
        (condition(r#"["content-length-range", [1], "test"]"#), 223),
        (condition(r#"["content-length-range", null, 1]"#), 223),
        (condition(r#"["not-in", "cache-control", "no-cache"]"#), 224),
        (condition(r#"["in", "$a", [1]]"#), 224),
        (condition(r#"["eq", "$a", 201]"#), 224),
        (condition(r#"["eq", 1, "x"]"#), 224),
        (condition(r#"["eq", "$", "x"]"#), 224),
        (condition(r#"{"a": 1}"#), 224),
    ] {
        let error = PostPolicy::parse(text.as_bytes()).expect_err(&text);
        assert_eq!(error.ec(), format!("0006-00000{ec}"), "{text}: {error}");
        assert!(error.message().starts_with("Invalid Policy: "), "{error:?}");
    }
    assert_eq!(PostPolicy::decode("").unwrap_err().ec(), "0006-00000205");
}

#[test]
fn the_documented_messages_are_given() {
    let message = |text: &str| PostPolicy::parse(text.as_bytes()).unwrap_err().message();
    assert_eq!(
        message("eyJ"),
        "Invalid Policy: Invalid JSON: unknown char e"
    );
    assert_eq!(
        message(r#"{"expiration": "x", "conditions": [["eq" "$a", "b"]]}"#),
        "Invalid Policy: Invalid JSON: , or ] expected"
    );
    for properties in ["{}", r#"{"a": "1", "b": "2"}"#] {
        let text =
            format!(r#"{{"expiration": "2030-01-01T00:00:00Z", "conditions": [{properties}]}}"#);
        assert_eq!(
            message(&text),
            "Invalid Policy: Invalid Simple-Condition: \
             Simple-Conditions must have exactly one property specified."
        );
    }
    // Seen on the wire when a client sent the maximum as a string.
    let text = r#"{"expiration": "2030-01-01T00:00:00Z",
        "conditions": [["content-length-range", 0, "1048576"]]}"#;
    assert_eq!(message(text), "Invalid Policy: Invalid JSON.");
}

/// The example of EC 0006-00000201, with the base64 text as that page prints it.
#[test]
fn the_documented_base64_text_is_read() {
    let policy = PostPolicy::decode(
        "eyJleHBpcmF0aW9uIjoiMjAxMy0xMi0wMVQxMjowMDowMFoiLCJjb25kaXRpb25zIjpbWyJjb250ZW50LWxlbmd0aC1yYW5n\
         ZSIsIDAsIDEwNDg1NzYwXSx7ImJ1Y2tldCI6ImFoYWhhIn0sIHsiQSI6ICJhIn0seyJrZXkiOiAiQUJDIn1dfQ==",
    )
    .unwrap();
    assert_eq!(policy.expiration(), Timestamp(1_385_899_200));
    assert_eq!(policy.content_length_range(), Some((0, 10_485_760)));
    assert_eq!(
        policy.mentioned_fields().collect::<Vec<_>>(),
        ["bucket", "a", "key"]
    );
}

#[test]
fn what_is_not_base64_is_refused() {
    for text in ["%%%", "e30", "e30=\n", "e30= ", "{}"] {
        assert_eq!(
            PostPolicy::decode(text),
            Err(PostPolicyError::NotBase64),
            "{text:?}"
        );
    }
    assert_eq!(
        PostPolicy::decode("e30="),
        Err(PostPolicyError::MissingBoth)
    );
    let not_utf8 = PostPolicy::decode("/w==").unwrap_err();
    assert!(matches!(&not_utf8, PostPolicyError::Json(_)), "{not_utf8}");
    assert_eq!(not_utf8.ec(), "0006-00000201");
}

#[test]
fn expiration_is_valid_to_the_end_of_its_second() {
    let expiring = |time: &str| {
        let text = format!(r#"{{"expiration": "{time}", "conditions": [{{"a": "b"}}]}}"#);
        PostPolicy::parse(text.as_bytes()).unwrap()
    };
    for time in [
        "2014-12-01T12:00:00Z",
        "2014-12-01T12:00:00.000Z",
        "2014-12-01T12:00:00.999Z",
        "2014-12-01T12:00:00.5Z",
    ] {
        let policy = expiring(time);
        assert_eq!(policy.expiration(), Timestamp(1_417_435_200), "{time}");
        assert!(!policy.is_expired(Timestamp(1_417_435_199)));
        assert!(!policy.is_expired(Timestamp(1_417_435_200)));
        assert!(policy.is_expired(Timestamp(1_417_435_201)));
    }
    // Before the epoch, too, a fraction is cut off towards the past.
    assert_eq!(
        expiring("1969-12-31T23:59:59.500Z").expiration(),
        Timestamp(-1)
    );
}

/// Found by the fuzz target `post_policy`: what was finer than a millisecond was cut off towards the epoch.
#[test]
fn an_expiration_before_1970_is_cut_off_towards_the_past_however_fine_it_is() {
    let text = r#"{"expiration": "1969-12-31T23:59:59.9991Z", "conditions": [{"a": "b"}]}"#;
    let policy = PostPolicy::parse(text.as_bytes()).unwrap();
    assert_eq!(policy.expiration(), Timestamp(-1));
}

#[test]
fn failed_conditions_are_rendered_as_documented() {
    for (condition, rendering) in [
        (
            r#"["eq","$bucket","johnsmith"]"#,
            r#"["eq", "$bucket", "johnsmith"]"#,
        ),
        (
            r#"{"bucket":"johnsmith"}"#,
            r#"["eq", "$bucket", "johnsmith"]"#,
        ),
        (
            r#"["eq","bucket","johnsmith"]"#,
            r#"["eq", "$bucket", "johnsmith"]"#,
        ),
        (
            r#"["eq","\$bucket","johnsmith"]"#,
            r#"["eq", "$bucket", "johnsmith"]"#,
        ),
        (
            r#"["starts-with","$key","user/eric/"]"#,
            r#"["starts-with", "$key", "user/eric/"]"#,
        ),
        (
            r#"["in","$content-type",["image/jpg","image/png"]]"#,
            r#"["in", "$content-type", ["image/jpg", "image/png"]]"#,
        ),
        (
            r#"["not-in","$acl",["nothing"]]"#,
            r#"["not-in", "$acl", ["nothing"]]"#,
        ),
        (
            r#"["eq","$Content-Type","image/png"]"#,
            r#"["eq", "$Content-Type", "image/png"]"#,
        ),
        (
            r#"["eq","$success_action_status","200"]"#,
            r#"["eq", "$success_action_status", "200"]"#,
        ),
        (r#"["eq","$a","\"\\\/\n"]"#, r#"["eq", "$a", "\"\\/\n"]"#),
    ] {
        let failed = check(&format!("[{condition}]"), &[("acl", "nothing")]).unwrap_err();
        assert_eq!(failed.to_string(), rendering);
    }
}

#[test]
fn conditions_compare_as_documented() {
    for (condition, value, accepted) in [
        (r#"["eq", "$f", "a"]"#, Some("a"), true),
        (r#"["eq", "$f", "a"]"#, Some("A"), false),
        (r#"["eq", "$f", "a"]"#, Some("ab"), false),
        (r#"["eq", "$f", "a"]"#, None, false),
        (r#"["eq", "$f", ""]"#, Some(""), true),
        // Seen on the wire: a condition on an absent token fails, although both are "empty".
        (r#"["eq", "$f", ""]"#, None, false),
        (r#"{"f": "a"}"#, Some("a"), true),
        (r#"{"f": "a"}"#, Some("b"), false),
        (r#"["starts-with", "$f", "a/"]"#, Some("a/b"), true),
        (r#"["starts-with", "$f", "a/"]"#, Some("b/a/"), false),
        (r#"["starts-with", "$f", "a/"]"#, None, false),
        (r#"["starts-with", "$f", ""]"#, Some("b"), true),
        (r#"["starts-with", "$f", ""]"#, None, true),
        (r#"["in", "$f", ["a", "b"]]"#, Some("b"), true),
        (r#"["in", "$f", ["a", "b"]]"#, Some("c"), false),
        (r#"["in", "$f", ["a", ""]]"#, None, false),
        (r#"["in", "$f", []]"#, Some("a"), false),
        (r#"["not-in", "$f", ["a", "b"]]"#, Some("c"), true),
        (r#"["not-in", "$f", ["a", "b"]]"#, Some("b"), false),
        (r#"["not-in", "$f", ["a", "b"]]"#, None, true),
        (r#"["eq", "$F", "a"]"#, Some("a"), true),
    ] {
        let form: Vec<(&str, &str)> = value.map(|value| ("f", value)).into_iter().collect();
        let result = check(&format!("[{condition}]"), &form);
        assert_eq!(result.is_ok(), accepted, "{condition} {value:?}");
    }
}

#[test]
fn an_escaped_dollar_is_a_dollar() {
    assert!(check(r#"[["eq", "\$f", "\$5"]]"#, &[("f", "$5")]).is_ok());
    assert!(check(r#"[["eq", "$f", "\\$5"]]"#, &[("f", r"\$5")]).is_ok());
    assert!(check(r#"[["eq", "$f", "\\\$5"]]"#, &[("f", r"\$5")]).is_ok());
    assert!(check(r#"[["eq", "$f", "a\/b\u00e9"]]"#, &[("f", "a/bé")]).is_ok());
}

#[test]
fn the_first_failing_condition_is_reported() {
    let conditions = r#"[["content-length-range", 1, 10], {"a": "1"}, {"b": "2"}, {"c": "3"}]"#;
    let failed = check(conditions, &[("a", "1"), ("b", "x"), ("c", "x")]).unwrap_err();
    assert_eq!(failed.field(), "b");
    assert_eq!(failed.ec(), "0006-00000227");
    assert!(!failed.is_absent() && !failed.is_content_type());
    let failed = check(conditions, &[("a", "1"), ("c", "x")]).unwrap_err();
    assert_eq!((failed.field(), failed.ec()), ("b", "0006-00000226"));
    assert!(failed.is_absent());
}

#[test]
fn content_type_is_recognised_in_any_case() {
    for name in ["Content-Type", "content-type", "$CONTENT-TYPE"] {
        let failed = check(&format!(r#"[["eq", "{name}", "image/png"]]"#), &[]).unwrap_err();
        assert!(failed.is_content_type());
    }
    let other = check(r#"[["eq", "x-oss-content-type", "image/png"]]"#, &[]).unwrap_err();
    assert!(!other.is_content_type());
}

#[test]
fn fields_without_a_condition_are_accepted() {
    assert!(check(r#"[{"a": "1"}]"#, &[("a", "1"), ("x-oss-meta-b", "2")]).is_ok());
}

#[test]
fn size_ranges_come_to_their_common_part() {
    let range = |conditions: &str| policy(conditions).content_length_range();
    assert_eq!(range(r#"[{"a": "b"}]"#), None);
    assert_eq!(range(r#"[["content-length-range", 0, 0]]"#), Some((0, 0)));
    assert_eq!(
        range(r#"[["content-length-range", 5, 20], ["content-length-range", 0, 10]]"#),
        Some((5, 10))
    );
    assert_eq!(
        range(r#"[["content-length-range", 5, 6], ["content-length-range", 1, 2]]"#),
        Some((5, 2))
    );
}

#[test]
fn a_v4_form_has_to_pin_its_signature_fields() {
    let missing = |conditions: &str| policy(conditions).missing_v4_field();
    assert_eq!(missing(r#"[{"a": "b"}]"#), Some("x-oss-signature-version"));
    assert_eq!(
        missing(r#"[{"x-oss-signature-version": "OSS4-HMAC-SHA256"}, {"x-oss-date": "d"}]"#),
        Some("x-oss-credential")
    );
    let complete = r#"[{"X-OSS-Signature-Version": "OSS4-HMAC-SHA256"},
        ["starts-with", "$x-oss-credential", ""], ["eq", "$x-oss-date", "d"]]"#;
    assert_eq!(missing(complete), None);
    assert!(policy(complete).requires_v4_fields());
    assert!(!policy(r#"[{"a": "b"}]"#).requires_v4_fields());
}
