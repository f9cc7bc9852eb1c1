//! Post policies.
//!
//! What is read is JSON to another reader too, with the two members that the page allows. Base64 makes no difference. One condition more
//! never lets a form pass that failed before. A condition that failed, as it is printed, fails the same when it is read again. A
//! policy is valid in the second of its expiration and never after.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_policy::{MAX_POST_POLICY_BYTES, PostPolicy, Timestamp};
use serde_json::{Value, json};

/// The input is a policy as JSON.
pub fn check(data: &[u8]) -> bool {
    let read = PostPolicy::parse(data);
    if !data.is_empty() {
        assert_eq!(
            PostPolicy::decode(&STANDARD.encode(data)),
            read,
            "base64 makes a difference"
        );
    }
    match read {
        Ok(policy) => accepted(data, &policy),
        Err(error) => {
            assert!(error.ec().starts_with("0006-"));
            // A member's name may be echoed, with quotes and controls escaped.
            assert!(
                error.message().len() <= 10 * data.len() + 400,
                "an answer is longer than the policy"
            );
        }
    }
    true
}

fn accepted(data: &[u8], policy: &PostPolicy) {
    assert!(data.len() <= MAX_POST_POLICY_BYTES);
    let end = policy.expiration();
    assert!(!policy.is_expired(end) && policy.is_expired(Timestamp(end.0 + 1)));
    let form = |name: &str| match name {
        "bucket" => Some("examplebucket".to_owned()),
        "key" => Some("user/eric/cat.jpg".to_owned()),
        "content-type" => Some("image/jpg".to_owned()),
        _ => None,
    };
    let failed = policy.check(&form).err();
    if let Some(failed) = &failed {
        let condition = failed.to_string();
        let again =
            format!(r#"{{"expiration":"2030-01-01T00:00:00Z","conditions":[{condition}]}}"#);
        let again = PostPolicy::parse(again.as_bytes()).expect("a printed condition reads back");
        let twice = again
            .check(&form)
            .expect_err("what failed once fails again");
        assert_eq!((twice.to_string(), twice.ec()), (condition, failed.ec()));
        assert!(
            policy
                .mentioned_fields()
                .any(|field| field == failed.field().to_ascii_lowercase())
        );
    }
    if let Some((least, _)) = policy.content_length_range() {
        assert!(least < u64::MAX || data.len() > 60);
    }
    // The escape `\$` is one of Post policies alone.
    if data.windows(2).any(|pair| pair == b"\\$") {
        return;
    }
    let document: Value = serde_json::from_slice(data).expect("what is read is JSON");
    let members = document.as_object().expect("an object");
    assert_eq!(members.len(), 2);
    second_opinion(members["expiration"].as_str().expect("a text"), end);
    let mut stricter = document.clone();
    let conditions = stricter["conditions"].as_array_mut().expect("an array");
    conditions.push(json!(["eq", "$x-oss-meta-never", "sent"]));
    let stricter = PostPolicy::parse(stricter.to_string().as_bytes());
    if let Ok(stricter) = stricter {
        let now_failed = stricter.check(&form).expect_err("the field is never sent");
        if let Some(failed) = failed {
            assert_eq!(
                now_failed.to_string(),
                failed.to_string(),
                "another condition than the first"
            );
        }
    }
}

/// The expiration as the other date parser of the project reads it, which knows up to nine decimals.
fn second_opinion(text: &str, expiration: Timestamp) {
    if let Ok(time) = oss_auth::Timestamp::parse_iso_extended(text) {
        assert_eq!(time.0, expiration.0, "{text}");
    }
}
