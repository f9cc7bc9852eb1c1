//! Requests that are wrong in two ways, where the documentation or the wire says which answer comes first.

use oss_reference::Cause::{self, *};
use serde_json::json;

use crate::fixture::{NOW, OTHER, OWNER, Scheme, Setup};

#[test]
fn expiry_comes_before_the_signature() {
    let setup = Setup::new();
    let mut ask = setup
        .ask("GET", "bucket-one", "/k.txt")
        .scheme(Scheme::V1Url);
    ask.expires = Some((NOW - 60).to_string());
    ask.key.secret.push('x');
    assert_eq!(setup.cause(&ask), Err(UrlAuthExpired));
}

#[test]
fn the_endpoint_comes_before_authentication_and_before_the_style_of_the_host() {
    let setup = Setup::new();
    let mut ask = setup.ask("GET", "bucket-one", "/k.txt");
    ask.host = "bucket-one.oss-cn-shanghai.aliyuncs.test".into();
    ask.key.secret.push('x');
    assert_eq!(setup.cause(&ask), Err(EndpointMismatch));
    ask.host = "oss-cn-shanghai.aliyuncs.test".into();
    ask.path = "/bucket-one/k.txt".into();
    assert_eq!(setup.cause(&ask), Err(EndpointMismatch));
}

#[test]
fn an_absent_bucket_is_told_before_the_key_is_looked_up() {
    let setup = Setup::new();
    for path in [
        "/",
        "/?acl",
        "/?bucketInfo",
        "/?location",
        "/?stat",
        "/?versioning",
        "/?list-type=2",
        "/k.txt",
    ] {
        let mut ask = setup.ask("GET", "absent-bucket", path);
        ask.key.id = "LTAI0000000000000000nope".into();
        assert_eq!(setup.rejected(&ask), (404, "NoSuchBucket"), "{path}");
    }
    assert_eq!(
        setup.rejected(&setup.ask("GET", "absent-bucket", "/k.txt").anonymous()),
        (404, "NoSuchBucket")
    );
}

#[test]
fn making_a_bucket_and_setting_its_acl_look_up_the_key_first() {
    let setup = Setup::new();
    for path in ["/", "/?acl"] {
        let mut ask = setup.ask("PUT", "absent-bucket", path);
        ask.key.id = "LTAI0000000000000000nope".into();
        assert_eq!(setup.cause(&ask), Err(AccessKeyUnknown), "{path}");
    }
    for path in ["/", "/?acl"] {
        assert_eq!(
            setup.cause(&setup.ask("PUT", "absent-bucket", path)),
            Ok(()),
            "{path}"
        );
    }
}

#[test]
fn a_preflight_is_answered_whoever_asks() {
    let mut setup = Setup::new();
    setup.operate(json!({ "set": "account-status", "account": OWNER, "value": "disabled" }));
    let mut ask = setup
        .ask("OPTIONS", "bucket-one", "/k.txt")
        .header("origin", "http://a.example")
        .header("access-control-request-method", "PUT");
    ask.key.id = "bad!key".into();
    assert_eq!(setup.cause(&ask), Err(CorsNotEnabled));
}

#[test]
fn probes_without_rights_cannot_tell_present_keys_from_absent_ones() {
    let setup = Setup::new();
    for path in ["/k.txt", "/absent.txt"] {
        let ask = setup.ask("GET", "bucket-one", path).anonymous();
        assert_eq!(setup.cause(&ask), Err(Cause::BucketAcl), "{path}");
    }
    assert_eq!(
        setup.rejected(&setup.ask("GET", "bucket-one", "/absent.txt")),
        (404, "NoSuchKey")
    );
    assert_eq!(
        setup.rejected(&setup.ask("GET", "bucket-read", "/absent.txt").anonymous()),
        (404, "NoSuchKey")
    );
}

#[test]
fn the_referer_comes_before_the_acl() {
    let mut setup = Setup::new();
    let rules = oss_policy::RefererRules {
        allow_empty: false,
        whitelist: vec!["http://good.example".into()],
        ..Default::default()
    };
    setup.bucket("bucket-one").referer = Some(rules);
    let ask = setup.ask("GET", "bucket-one", "/k.txt").anonymous();
    assert_eq!(setup.cause(&ask), Err(RefererDenied));
    // What carries an Authorization header is not looked at, nor is anything but an object.
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/k.txt")),
        Ok(())
    );
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/").scheme(Scheme::V1Url)),
        Ok(())
    );
}

#[test]
fn a_session_policy_is_asked_before_deny_statements_and_roles_without_rights_get_the_acl_text() {
    let mut setup = Setup::new();
    let key = setup.session(Some(crate::fixture::allow("oss:PutObject", "bucket-one/*")));
    setup.set_policy("bucket-one", json!([{ "Effect": "Deny", "Principal": "*", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket-one/*" }]));
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/k.txt").by(&key)),
        Err(AuthorizerPolicy)
    );

    let mut setup = Setup::new();
    let made = setup.operate(
        json!({ "create": "session", "account": OWNER, "lifetime_seconds": 900,
        "role_policy": { "Version": "1", "Statement": [] },
        "policy": crate::fixture::policy(crate::fixture::allow("oss:*", "*")) }),
    );
    let text = |name: &str| made[name].as_str().expect("text").to_owned();
    let key = crate::fixture::Key {
        uid: text("uid"),
        id: text("access_key_id"),
        secret: text("access_key_secret"),
        token: Some(text("security_token")),
    };
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/k.txt").by(&key)),
        Err(Cause::BucketAcl)
    );
}

#[test]
fn a_deny_outweighs_every_allow_and_the_owner_only_falls_to_a_condition() {
    let mut setup = Setup::new();
    let deny = |condition: serde_json::Value| {
        json!([
            { "Effect": "Allow", "Principal": "*", "Action": "oss:*", "Resource": "acs:oss:*:*:bucket-one/*" },
            { "Effect": "Deny", "Principal": "*", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket-one/*", "Condition": condition },
        ])
    };
    let reached = json!({ "IpAddress": { "acs:SourceIp": "127.0.0.0/8" } });
    setup.set_policy("bucket-one", deny(reached.clone()));
    let owner = setup.ask("GET", "bucket-one", "/k.txt");
    assert_eq!(
        setup.cause(&owner),
        Err(BucketPolicy),
        "a condition includes the owner"
    );
    assert_eq!(setup.cause(&owner.clone().anonymous()), Err(BucketPolicy));
    setup.set_policy(
        "bucket-one",
        deny(json!({ "IpAddress": { "acs:SourceIp": "192.0.2.0/24" } })),
    );
    assert_eq!(setup.cause(&owner), Ok(()));
    assert_eq!(
        setup.cause(&owner.clone().anonymous()),
        Ok(()),
        "the Allow is left"
    );
}

#[test]
fn deleting_many_is_decided_key_by_key() {
    use oss_reference::checks::{Inquiry, may};
    use oss_reference::operation::Operation;
    let mut setup = Setup::new();
    let key = setup.user(crate::fixture::allow(
        "oss:DeleteObject",
        "bucket-one/mine/*",
    ));
    let ask = setup.ask("POST", "bucket-one", "/?delete").by(&key);
    assert_eq!(setup.cause(&ask), Ok(()));
    let asked = |ask: &crate::fixture::Ask, key: &str| {
        let parts = ask.parts();
        let request = ask.read(&parts, &setup).expect("it can be read");
        may(
            &Inquiry::new(&request, None, &setup.world, &setup.config),
            Operation::DeleteObject,
            key,
            None,
        )
    };
    assert!(asked(&ask, "mine/a.txt"));
    assert!(!asked(&ask, "yours/a.txt"));
    assert!(asked(&ask.clone().by(&setup.owner()), "yours/a.txt"));
    assert!(!asked(&ask.clone().anonymous(), "mine/a.txt"));
    assert!(asked(
        &setup.ask("POST", "bucket-write", "/?delete").anonymous(),
        "k.txt"
    ));
}

#[test]
fn an_account_without_bucket_data_is_not_bothered_by_its_status() {
    let mut setup = Setup::new();
    setup.operate(json!({ "set": "account-status", "account": OWNER, "value": "disabled" }));
    for (bucket, path) in [("bucket-one", "/?bucketInfo"), ("bucket-one", "/?acl")] {
        assert_eq!(
            setup.cause(&setup.ask("GET", bucket, path)),
            Ok(()),
            "{path}"
        );
    }
    assert_eq!(setup.cause(&setup.ask_service("GET", "/")), Ok(()));
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/")),
        Err(UserDisabled)
    );
}

#[test]
fn the_location_is_told_by_every_region() {
    let setup = Setup::new();
    let mut ask = setup.ask("GET", "bucket-one", "/?location");
    ask.host = "bucket-one.oss-cn-shanghai.aliyuncs.test".into();
    assert_eq!(setup.cause(&ask), Ok(()));
    ask.path = "/?acl".into();
    assert_eq!(setup.cause(&ask), Err(EndpointMismatch));
}

#[test]
fn ram_policies_do_not_reach_into_other_accounts() {
    let mut setup = Setup::new();
    let everything = json!([{ "Effect": "Allow", "Action": "oss:*", "Resource": "*" }]);
    let made = setup.operate(json!({ "create": "ram-user", "account": OTHER, "policy": crate::fixture::policy(everything.clone()) }));
    let text = |name: &str| made[name].as_str().expect("text").to_owned();
    let foreign = crate::fixture::Key {
        uid: text("uid"),
        id: text("access_key_id"),
        secret: text("access_key_secret"),
        token: None,
    };
    let read = setup.ask("GET", "bucket-one", "/k.txt").by(&foreign);
    assert_eq!(setup.cause(&read), Err(Cause::BucketAcl));
    assert_eq!(
        setup.cause(&setup.ask_service("GET", "/").by(&foreign)),
        Ok(()),
        "its own account's buckets"
    );
    let own = setup.user(everything);
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/k.txt").by(&own)),
        Ok(())
    );
    setup.set_policy("bucket-one", json!([{ "Effect": "Allow", "Principal": [foreign.uid], "Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket-one/*" }]));
    assert_eq!(setup.cause(&read), Ok(()), "the bucket's policy lets it in");
}

#[test]
fn a_symbolic_link_is_as_frozen_as_its_target() {
    use oss_reference::world::{Object, StorageClass, object::ObjectKind};
    let mut setup = Setup::new();
    let mut link = Object::new(crate::fixture::content(b""), NOW);
    link.kind = ObjectKind::Symlink {
        target: "k.txt".into(),
    };
    setup
        .bucket("bucket-one")
        .objects
        .insert("link".into(), link);
    let read = setup.ask("GET", "bucket-one", "/link");
    assert_eq!(setup.cause(&read), Ok(()));
    setup.object("bucket-one").storage_class = StorageClass::ColdArchive;
    assert_eq!(setup.cause(&read), Err(ObjectState));
    assert_eq!(
        setup.cause(&setup.ask("HEAD", "bucket-one", "/k.txt")),
        Ok(()),
        "metadata can be read"
    );
}
