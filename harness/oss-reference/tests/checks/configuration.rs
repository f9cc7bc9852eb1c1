//! The configuration: defaults, validation, and the decisions that change answers.

use oss_reference::Cause;
use oss_reference::Cause::*;
use oss_reference::Server;
use oss_reference::config::{Config, ConfigError, Decisions, PostExtraFields, UnboundHost, Wrong};
use oss_reference::limit::Limit;
use serde_json::{Value, json};

use crate::fixture::Setup;

fn read(document: Value) -> Result<Config, String> {
    serde_json::from_value::<Config>(document).map_err(|error| error.to_string())
}

fn valid(document: Value) -> Result<(), ConfigError> {
    Server::validate(&read(document).expect("it can be read"))
}

fn invalid(document: Value) -> ConfigError {
    valid(document).expect_err("it is refused")
}

#[test]
fn an_empty_document_is_the_default_and_valid() {
    let config = read(json!({})).expect("it can be read");
    assert_eq!(Server::validate(&config), Ok(()));
    assert_eq!(
        (config.suffix.as_str(), config.regions.len()),
        ("aliyuncs.test", 2)
    );
    for name in ["owner", "other-account", "ram-user", "sts", "disabled-key"] {
        assert!(config.identities.get(name).is_some(), "{name}");
    }
}

#[test]
fn fixed_identities_are_what_their_names_say() {
    let setup = Setup::new();
    let read = setup.ask("GET", "bucket-one", "/k.txt");
    assert_eq!(setup.cause(&read), Ok(()));
    assert_eq!(setup.cause(&read.clone().by(&setup.key("sts"))), Ok(()));
    assert_eq!(
        setup.cause(&read.clone().by(&setup.key("ram-user"))),
        Err(BucketAcl)
    );
    assert_eq!(
        setup.cause(&read.clone().by(&setup.key("other-account"))),
        Err(BucketAcl)
    );
    assert_eq!(
        setup.cause(&read.by(&setup.key("disabled-key"))),
        Err(AccessKeyDisabled)
    );
}

#[test]
fn unknown_keys_are_refused() {
    for document in [
        json!({ "sufix": "a" }),
        json!({ "limits": { "objects": 1 } }),
        json!({ "decisions": { "colour": "red" } }),
        json!({ "faults": { "extreme": "maybe" } }),
    ] {
        assert!(read(document.clone()).is_err(), "{document}");
    }
}

#[test]
fn names_are_validated() {
    assert_eq!(
        invalid(json!({ "suffix": "" })),
        ConfigError::Suffix(String::new())
    );
    assert!(matches!(
        invalid(json!({ "suffix": "Aliyuncs.TEST" })),
        ConfigError::Suffix(_)
    ));
    assert_eq!(invalid(json!({ "regions": [] })), ConfigError::NoRegion);
    for region in ["", "CN", "a.b", "accelerate", "cn-hangzhou-internal", "-a"] {
        assert_eq!(
            invalid(json!({ "regions": [region] })),
            ConfigError::Region(region.into())
        );
    }
    assert_eq!(
        invalid(json!({ "regions": ["a", "a"] })),
        ConfigError::RepeatedRegion("a".into())
    );
    assert_eq!(
        invalid(json!({ "operator-token": "a b" })),
        ConfigError::OperatorToken
    );
    assert_eq!(
        invalid(json!({ "limits": { "small-body": 0 } })),
        ConfigError::ZeroLimit("small-body")
    );
}

#[test]
fn identities_are_validated() {
    let one = |identity: Value| json!({ "identities": { "x": identity } });
    let good = json!({ "account": "1", "access-key-id": "AK", "access-key-secret": "s" });
    assert_eq!(valid(one(good.clone())), Ok(()));
    for (name, value) in [
        ("account", json!("one")),
        ("access-key-id", json!("a!")),
        ("access-key-id", json!("")),
        ("access-key-secret", json!("")),
        ("policy", json!({ "Version": 1 })),
        ("user", json!("u")),
    ] {
        let mut bad = good.clone();
        bad[name] = value;
        assert!(
            matches!(invalid(one(bad)), ConfigError::Identity { .. }),
            "{name}"
        );
    }
    let twice = json!({ "identities": { "x": good, "y": good } });
    assert!(matches!(invalid(twice), ConfigError::Identity { .. }));
}

#[test]
fn faults_name_checks_and_nothing_else() {
    let faults = |name: &str| json!({ "faults": { "without": [name] } });
    assert_eq!(valid(faults("signature")), Ok(()));
    match invalid(faults("signatur")) {
        ConfigError::UnknownCheck { nearest, known, .. } => {
            assert_eq!(nearest.as_deref(), Some("signature"));
            assert!(known.contains("bucket-region") && !known.contains("bucket-exists"));
        }
        other => panic!("{other}"),
    }
    assert_eq!(
        invalid(faults("bucket-exists")),
        ConfigError::GuardNotSkippable("bucket-exists".into())
    );
}

#[test]
fn checks_change_places_only_where_both_are_asked_at_the_same_time() {
    let swap = |first: &str, second: &str| json!({ "faults": { "swap": [first, second] } });
    assert_eq!(valid(swap("signature", "clock-skew")), Ok(()));
    assert!(matches!(
        invalid(swap("signature", "clock-skw")),
        ConfigError::UnknownCheck { nearest: Some(near), .. } if near == "clock-skew"
    ));
    assert_eq!(
        invalid(swap("bucket-exists", "signature")),
        ConfigError::GuardNotSkippable("bucket-exists".into())
    );
    assert_eq!(
        invalid(swap("image", "cname-ownership")),
        ConfigError::NotSwappable("image".into(), "cname-ownership".into())
    );
}

#[test]
fn faults_of_answers_and_limits_are_told_in_the_words_of_the_table() {
    let faults = |faults: Value| read(json!({ "faults": faults })).map(|config| config.faults);
    let answer = json!({ "answer": { "cause": "bucket-acl", "wrong": { "missing": "HostId" } } });
    let read = faults(answer).expect("it can be read");
    let wrong = Wrong::Missing("HostId".into());
    assert_eq!(read.wrong(Cause::BucketAcl), Some(&wrong));
    assert_eq!(read.wrong(Cause::BucketPolicy), None);
    let limit = json!({ "limit": { "of": "skew-past", "by": -1 } });
    let read = faults(limit).expect("it can be read");
    assert_eq!(
        (read.slack(Limit::SkewPast), read.slack(Limit::SkewFuture)),
        (-1, 0)
    );
    let through = faults(json!({ "lets-through": "bucket-acl" })).expect("it can be read");
    assert_eq!(through.lets_through, Some(Cause::BucketAcl));
    for wrong in [
        json!({ "answer": { "cause": "bucket-alc", "wrong": "applies" } }),
        json!({ "lets-through": "bucket-alc" }),
    ] {
        let error = faults(wrong)
            .expect_err("there is no such cause")
            .to_string();
        assert!(
            error.contains("unknown cause `bucket-alc` (did you mean `bucket-acl`?)"),
            "{error}"
        );
    }
    for limit in Limit::ALL {
        let named = faults(json!({ "limit": { "of": limit.name(), "by": 1 } }));
        assert_eq!(
            named
                .expect("the name is that of the configuration")
                .slack(*limit),
            1
        );
    }
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let config = Config::default();
    let shown = format!("{config:?}");
    for identity in config.identities.0.values() {
        assert!(!shown.contains(&identity.access_key_secret));
        assert!(
            identity
                .security_token
                .as_ref()
                .is_none_or(|token| !shown.contains(token))
        );
    }
}

#[test]
fn strict_forms_refuse_what_their_policy_does_not_mention() {
    let decisions = Decisions {
        post_extra_fields: PostExtraFields::Refuse,
        ..Decisions::default()
    };
    let strict = Setup::with(Config {
        decisions,
        ..Config::default()
    });
    let form = |setup: &Setup, fields: &[(&str, &str)]| {
        let conditions = json!([["starts-with", "$key", ""]]);
        setup.cause(&setup.ask("POST", "bucket-one", "/").form(
            "2023-12-18T09:00:00Z",
            conditions,
            fields,
        ))
    };
    assert_eq!(form(&strict, &[("key", "a")]), Ok(()));
    assert_eq!(form(&strict, &[("key", "a"), ("x:mine", "1")]), Ok(()));
    assert_eq!(
        form(&strict, &[("key", "a"), ("x-oss-object-acl", "private")]),
        Err(PostExtraField)
    );
    assert_eq!(
        form(
            &Setup::new(),
            &[("key", "a"), ("x-oss-object-acl", "private")]
        ),
        Ok(())
    );
}

#[test]
fn unbound_hosts_can_be_read_path_style() {
    let decisions = Decisions {
        unbound_host: UnboundHost::PathStyle,
        ..Decisions::default()
    };
    let setup = Setup::with(Config {
        decisions,
        ..Config::default()
    });
    let mut ask = setup.ask("GET", "bucket-two", "/k.txt");
    (ask.host, ask.path, ask.path_style) =
        ("oss.example.org".into(), "/bucket-two/k.txt".into(), true);
    assert_eq!(setup.cause(&ask), Ok(()));
}

#[test]
fn tokens_can_be_refused_for_everybody() {
    let decisions = Decisions {
        sts_refused_operations: ["ListBuckets".to_owned()].into(),
        sts_refused_regions: ["cn-shanghai".to_owned()].into(),
        ..Decisions::default()
    };
    let setup = Setup::with(Config {
        decisions,
        ..Config::default()
    });
    let sts = setup.key("sts");
    assert_eq!(
        setup.cause(&setup.ask_service("GET", "/").by(&sts)),
        Err(SecurityTokenInterface)
    );
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-two", "/k.txt").by(&sts)),
        Err(SecurityTokenRegion)
    );
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/k.txt").by(&sts)),
        Ok(())
    );
}
