//! What clients may store or send is survived, whatever it is.

use oss_policy::{Policy, PolicyKind, PostPolicy};
use proptest::prelude::*;

use crate::draft::policy_and_scene;
use crate::laws::config;

proptest! {
    #![proptest_config(config(1500))]

    #[test]
    fn near_valid_documents_are_survived_and_print_no_longer_than_they_were(
        (policy, _) in policy_and_scene(), edits in proptest::collection::vec((any::<usize>(), any::<u8>(), 0..4_u8), 0..4)
    ) {
        let mut text = policy.build().to_json().into_bytes();
        for (at, byte, kind) in edits {
            let at = at % text.len();
            match kind {
                0 => text[at] = byte,
                1 => drop(text.remove(at)),
                2 => text.insert(at, b"{}[]\",:\\ 1"[usize::from(byte) % 10]),
                _ => text.truncate(at.max(1)),
            }
        }
        for kind in [PolicyKind::Bucket, PolicyKind::Ram] {
            match Policy::parse(&text, kind) {
                Ok(policy) => {
                    let printed = policy.to_json();
                    prop_assert!(printed.len() <= text.len());
                    prop_assert_eq!(Policy::parse(printed.as_bytes(), kind).unwrap(), policy);
                }
                Err(error) => prop_assert!(!error.to_string().chars().any(char::is_control)),
            }
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..80), text in any::<String>()) {
        let _ = Policy::parse(&bytes, PolicyKind::Bucket);
        let _ = PostPolicy::parse(&bytes);
        let _ = PostPolicy::decode(&text);
    }

    #[test]
    fn near_valid_post_policies_are_survived(at in any::<usize>(), byte in any::<u8>(), fields in any::<bool>()) {
        let mut text = br#"{"expiration": "2030-01-01T00:00:00.000Z", "conditions": [{"bucket": "b"},
            ["content-length-range", 0, 10], ["in", "\$a", ["b", "\u00e9"]], ["not-in", "$c", []]]}"#.to_vec();
        let at = at % text.len();
        text[at] = byte;
        match PostPolicy::parse(&text) {
            Ok(policy) => {
                let _ = policy.check(&|name| fields.then(|| name.to_owned())).map_err(|failed| failed.to_string());
            }
            Err(error) => prop_assert!(error.message().starts_with("Invalid Policy: ")),
        }
    }
}
