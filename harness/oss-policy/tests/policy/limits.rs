//! Hostile documents are refused, and quickly.

use std::time::{Duration, Instant};

use oss_policy::{
    JsonErrorKind, MAX_BUCKET_POLICY_BYTES, MAX_POST_POLICY_BYTES, Policy, PolicyErrorKind,
    PolicyKind, PostPolicy, PostPolicyError,
};

/// Far more than any of these takes, far less than anything quadratic in a megabyte would.
const QUICK: Duration = Duration::from_secs(3);

fn quickly<T>(work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    assert!(started.elapsed() < QUICK, "took {:?}", started.elapsed());
    result
}

#[test]
fn a_megabyte_of_nesting_is_refused() {
    for opening in ["[", r#"{"a":"#] {
        let text = opening.repeat(1_000_000 / opening.len());
        let error = quickly(|| PostPolicy::parse(text.as_bytes())).unwrap_err();
        assert!(
            matches!(&error, PostPolicyError::Json(json) if json.kind == JsonErrorKind::TooDeep),
            "{error}"
        );
        let error = quickly(|| Policy::parse(text.as_bytes(), PolicyKind::Bucket)).unwrap_err();
        assert!(
            matches!(error.kind(), PolicyErrorKind::TooLarge { .. }),
            "{error}"
        );
    }
    let text = "[".repeat(MAX_BUCKET_POLICY_BYTES);
    let error = Policy::parse(text.as_bytes(), PolicyKind::Bucket).unwrap_err();
    assert_eq!(error.kind(), &PolicyErrorKind::Json(JsonErrorKind::TooDeep));
}

#[test]
fn a_bucket_policy_may_have_16_kib_and_no_more() {
    let sized = |size: usize| {
        let frame = r#"{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
        format!("{frame}{}", " ".repeat(size - frame.len()))
    };
    assert_eq!(MAX_BUCKET_POLICY_BYTES, 16_384);
    assert!(Policy::parse(sized(16_384).as_bytes(), PolicyKind::Bucket).is_ok());
    let error = Policy::parse(sized(16_385).as_bytes(), PolicyKind::Bucket).unwrap_err();
    assert_eq!(error.ec(), "0030-00000001");
    let expected = PolicyErrorKind::TooLarge {
        bytes: 16_385,
        limit: 16_384,
    };
    assert_eq!(error.kind(), &expected);
}

#[test]
fn a_large_flat_post_policy_is_read_in_linear_time() {
    let members: Vec<String> = (0..60_000).map(|i| format!(r#"{{"f{i}": "v"}}"#)).collect();
    let text = format!(
        r#"{{"expiration": "2030-01-01T00:00:00Z", "conditions": [{}]}}"#,
        members.join(",")
    );
    let policy = quickly(|| PostPolicy::parse(text.as_bytes())).unwrap();
    let failed = quickly(|| policy.check(&|name| (name != "f59999").then(|| "v".to_owned())));
    assert_eq!(failed.unwrap_err().field(), "f59999");
}

#[test]
fn many_members_are_told_apart_in_linear_time() {
    let members: Vec<String> = (0..100_000).map(|i| format!(r#""{i}":1"#)).collect();
    let text = format!("{{{}}}", members.join(","));
    let error = quickly(|| PostPolicy::parse(text.as_bytes())).unwrap_err();
    assert!(matches!(error, PostPolicyError::UnknownMember(name) if name == "0"));
}

#[test]
fn a_post_policy_beyond_its_limit_is_not_looked_at() {
    let limit = PostPolicyError::TooLarge {
        limit: MAX_POST_POLICY_BYTES,
    };
    // What 2 MiB of base64 hold.
    assert_eq!(MAX_POST_POLICY_BYTES, 1_572_864);
    let text = " ".repeat(MAX_POST_POLICY_BYTES + 1);
    assert_eq!(PostPolicy::parse(text.as_bytes()), Err(limit.clone()));
    let base64 = "I".repeat(2 * 1024 * 1024 + 4);
    assert_eq!(PostPolicy::decode(&base64), Err(limit));
    let at_the_limit = PostPolicy::decode(&"ICAg".repeat(512 * 1024)).unwrap_err();
    assert!(matches!(at_the_limit, PostPolicyError::Json(_)));
}
