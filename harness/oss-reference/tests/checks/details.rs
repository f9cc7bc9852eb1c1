//! The element that tells RAM users and roles what they lack.

use base64::Engine;
use oss_reference::Denial;
use oss_reference::denial::Extra;
use serde_json::json;

use crate::answers::{denial, refused};
use crate::fixture::{OWNER, Setup};

#[test]
fn ram_users_are_told_what_they_lack() {
    let denied = denial("ram-policy-deny");
    let detail = detail(&denied);
    let names: Vec<&str> = detail.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "PolicyType",
            "AuthPrincipalOwnerId",
            "AuthPrincipalType",
            "AuthPrincipalDisplayName",
            "NoPermissionType",
            "AuthAction",
            "EncodedDiagnosticMessage"
        ]
    );
    let value = |name: &str| {
        detail
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(value("PolicyType"), Some("AccountLevelIdentityBasedPolicy"));
    assert_eq!(value("AuthPrincipalOwnerId"), Some(OWNER));
    assert_eq!(value("AuthPrincipalType"), Some("SubUser"));
    assert_eq!(value("NoPermissionType"), Some("ExplicitDeny"));
    assert_eq!(value("AuthAction"), Some("oss:GetObject"));
    for name in ["private-bucket-anonymous", "foreign-bucket-acl"] {
        assert!(denial(name).extras.is_empty(), "{name}");
    }
}

#[test]
fn the_detail_names_the_kind_of_policy_that_denies() {
    let deny = |principal: bool| {
        let mut statement = json!({ "Effect": "Deny", "Action": "oss:GetObject", "Resource": "*" });
        if principal {
            statement["Principal"] = json!("*");
        }
        json!([statement])
    };
    for (by_ram, by_bucket, policy_type, no_permission) in [
        (
            false,
            false,
            "AccountLevelIdentityBasedPolicy",
            "ImplicitDeny",
        ),
        (
            true,
            false,
            "AccountLevelIdentityBasedPolicy",
            "ExplicitDeny",
        ),
        (false, true, "ResourceBasedPolicy", "ExplicitDeny"),
        (
            true,
            true,
            "AccountLevelIdentityBasedPolicy",
            "ExplicitDeny",
        ),
    ] {
        let mut setup = Setup::new();
        let key = if by_ram {
            setup.user(deny(false))
        } else {
            setup.poor_user()
        };
        if by_bucket {
            setup.set_policy("bucket-one", deny(true));
        }
        let denied = refused(&setup, &setup.ask("GET", "bucket-one", "/k.txt").by(&key));
        let detail = detail(&denied);
        let value = |name: &str| {
            detail
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(
            (value("PolicyType"), value("NoPermissionType")),
            (Some(policy_type), Some(no_permission)),
            "RAM {by_ram}, bucket {by_bucket}"
        );
        // Opaque, but base64 as the service's own.
        let diagnostic = value("EncodedDiagnosticMessage").expect("a message");
        let decoded = base64::engine::general_purpose::STANDARD.decode(diagnostic);
        assert!(decoded.is_ok_and(|bytes| !bytes.is_empty()), "{diagnostic}");
    }
}

fn detail(denial: &Denial) -> &[(&'static str, String)] {
    match denial
        .extras
        .iter()
        .find(|(name, _)| *name == "AccessDeniedDetail")
    {
        Some((_, Extra::Elements(detail))) => detail,
        _ => panic!("{denial:?}"),
    }
}
