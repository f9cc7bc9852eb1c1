//! What the operator can do, and what happens when the operator errs.

use oss_reference::Cause::*;
use oss_reference::operator::execute;
use oss403_operator::Command;
use serde_json::{Value, json};

use crate::fixture::{NOW, OTHER, OWNER, Setup, allow, policy};

fn fails(setup: &mut Setup, command: Value) -> &'static str {
    let command = Command::from_json(command).expect("it can be read");
    execute(&mut setup.world, &setup.config, NOW, command)
        .expect_err("it fails")
        .code
}

#[test]
fn an_account_is_made_with_a_working_key_and_goes_with_all_it_owns() {
    let mut setup = Setup::new();
    let made = setup.operate(json!({ "create": "account" }));
    let again = setup.operate(json!({ "create": "account" }));
    assert_ne!(made["uid"], again["uid"]);
    assert_ne!(made["access_key_id"], again["access_key_id"]);
    let text = |name: &str| made[name].as_str().expect("text").to_owned();
    let key = crate::fixture::Key {
        uid: text("uid"),
        id: text("access_key_id"),
        secret: text("access_key_secret"),
        token: None,
    };
    let list = setup.ask_service("GET", "/").by(&key);
    assert_eq!(setup.cause(&list), Ok(()));
    setup.operate(
        json!({ "create": "ram-user", "account": key.uid, "policy": policy(allow("oss:*", "*")) }),
    );
    setup.operate(json!({ "create": "session", "account": key.uid, "lifetime_seconds": 60 }));
    setup.operate(json!({ "create": "vpc-endpoint", "account": key.uid }));
    setup.operate(json!({ "set": "domain-ownership", "domain": "d.example", "account": key.uid, "value": "proven" }));
    let theirs = oss_reference::world::Bucket::new("their-bucket", &key.uid, "cn-hangzhou", NOW);
    setup.world.buckets.insert("their-bucket".into(), theirs);
    setup
        .world
        .cnames
        .insert("d.example".into(), "their-bucket".into());

    setup.operate(json!({ "remove": "account", "account": key.uid }));
    setup.operate(json!({ "remove": "account", "account": again["uid"] }));
    let fresh = Setup::new().world;
    assert_eq!(setup.cause(&list), Err(AccessKeyUnknown));
    assert_eq!(setup.world.keys.len(), fresh.keys.len());
    assert_eq!(setup.world.sessions.len(), fresh.sessions.len());
    assert_eq!(setup.world.accounts.len(), fresh.accounts.len());
    assert_eq!(setup.world.buckets.len(), fresh.buckets.len());
    assert!(
        setup.world.vpc_endpoints.is_empty()
            && setup.world.cnames.is_empty()
            && setup.world.domain_proofs.is_empty()
    );
}

#[test]
fn users_and_sessions_come_and_go() {
    let mut setup = Setup::new();
    let user = setup.user(allow("oss:GetObject", "bucket-one/*"));
    let session = setup.session(None);
    assert!(session.id.starts_with("STS."));
    let read = setup.ask("GET", "bucket-one", "/k.txt");
    assert_eq!(setup.cause(&read.clone().by(&user)), Ok(()));
    assert_eq!(setup.cause(&read.clone().by(&session)), Ok(()));
    setup
        .operate(json!({ "set": "ram-policy", "account": OWNER, "user": user.uid, "value": null }));
    assert_eq!(setup.cause(&read.clone().by(&user)), Err(BucketAcl));
    setup.operate(json!({ "set": "ram-policy", "account": OWNER, "user": user.uid, "value": { "Version": "1", "Statement": [] } }));
    assert_eq!(setup.cause(&read.clone().by(&user)), Err(BucketAcl));
    setup.operate(json!({ "remove": "ram-user", "account": OWNER, "user": user.uid }));
    assert_eq!(setup.cause(&read.clone().by(&user)), Err(AccessKeyUnknown));
    setup.operate(json!({ "remove": "session", "access_key_id": session.id }));
    assert_eq!(
        setup.cause(&read.clone().by(&session)),
        Err(AccessKeyUnknown)
    );
}

#[test]
fn states_are_set_and_set_back() {
    let mut setup = Setup::new();
    let read = setup.ask("GET", "bucket-one", "/k.txt");
    let key = setup.owner().id;
    let encrypted = setup
        .ask("PUT", "bucket-one", "/n.txt")
        .header("x-oss-server-side-encryption", "KMS");
    let session = setup.session(None);
    let by_session = read.clone().by(&session);
    let table = [
        (
            json!({ "set": "account-status", "account": OWNER }),
            "disabled",
            "active",
            &read,
            UserDisabled,
        ),
        (
            json!({ "set": "account-status", "account": OWNER }),
            "abnormal",
            "active",
            &read,
            BucketOwnerAbnormal,
        ),
        (
            json!({ "set": "kms-status", "account": OWNER }),
            "none",
            "active",
            &encrypted,
            KmsNotActivated,
        ),
        (
            json!({ "set": "key-status", "access_key_id": key }),
            "inactive",
            "active",
            &read,
            AccessKeyDisabled,
        ),
        (
            json!({ "set": "bucket-status", "bucket": "bucket-one" }),
            "disabled",
            "active",
            &read,
            BucketDisabled,
        ),
        (
            json!({ "set": "sts-in-region", "account": OWNER, "region": "cn-hangzhou" }),
            "refused",
            "accepted",
            &by_session,
            SecurityTokenRegion,
        ),
        (
            json!({ "set": "sts-in-operation", "account": OWNER, "operation": "GetObject" }),
            "refused",
            "accepted",
            &by_session,
            SecurityTokenInterface,
        ),
    ];
    for (command, bad, good, ask, cause) in table {
        let mut command = command;
        command["value"] = bad.into();
        setup.operate(command.clone());
        assert_eq!(setup.cause(ask), Err(cause), "{command}");
        command["value"] = good.into();
        setup.operate(command.clone());
        assert_eq!(setup.cause(ask), Ok(()), "{command}");
    }
    setup.operate(json!({ "set": "key-networks", "access_key_id": key, "value": ["192.0.2.0/24", "2001:db8::1"] }));
    assert_eq!(setup.cause(&read), Err(AccessKeyDisabled));
    setup.operate(json!({ "set": "key-networks", "access_key_id": key, "value": [] }));
    assert_eq!(setup.cause(&read), Ok(()));
}

#[test]
fn another_accounts_sessions_are_not_touched_by_its_regions() {
    let mut setup = Setup::new();
    let session = setup.session(None);
    setup.operate(json!({ "set": "sts-in-region", "account": OTHER, "region": "cn-hangzhou", "value": "refused" }));
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/k.txt").by(&session)),
        Ok(())
    );
}

#[test]
fn vpc_endpoints_are_told_without_an_address() {
    let mut setup = Setup::new();
    let made = setup.operate(json!({ "create": "vpc-endpoint", "account": OWNER, "policy": { "Version": "1", "Statement": [] } }));
    assert!(made["vpc"].is_string() && made.get("address").is_none());
    let mut ask = setup.ask("GET", "bucket-one", "/k.txt");
    ask.vpc = made["endpoint"].as_str().map(str::to_owned);
    assert_eq!(
        setup.cause(&ask),
        Err(VpcEndpointPolicy),
        "a policy without statements allows nothing"
    );
    setup.operate(json!({ "set": "vpc-endpoint-policy", "endpoint": ask.vpc, "value": null }));
    assert_eq!(setup.cause(&ask), Ok(()));
    setup.operate(json!({ "remove": "vpc-endpoint", "endpoint": ask.vpc }));
    assert!(setup.world.vpc_endpoints.is_empty());
}

#[test]
fn removing_what_is_absent_is_no_error() {
    let mut setup = Setup::new();
    for command in [
        json!({ "remove": "account", "account": "9" }),
        json!({ "remove": "ram-user", "account": "9", "user": "9" }),
        json!({ "remove": "session", "access_key_id": "STS.nobody" }),
        json!({ "remove": "vpc-endpoint", "endpoint": "ep-nothing" }),
        json!({ "remove": "domain", "domain": "nothing.example" }),
    ] {
        assert_eq!(setup.operate(command), json!({}));
    }
    // A session's removal never takes another key along.
    setup.operate(json!({ "remove": "session", "access_key_id": setup.owner().id }));
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/k.txt")),
        Ok(())
    );
}

#[test]
fn a_domain_is_forgotten_with_its_proofs() {
    let mut setup = Setup::new();
    setup.operate(json!({ "set": "domain-ownership", "domain": "D.Example", "account": OWNER, "value": "proven" }));
    assert!(
        setup
            .world
            .domain_proofs
            .contains(&("d.example".into(), OWNER.into()))
    );
    setup
        .world
        .cnames
        .insert("d.example".into(), "bucket-one".into());
    setup.operate(json!({ "set": "domain-risk", "domain": "D.example", "value": "high" }));
    assert!(setup.world.risky_domains.contains("d.example"));
    setup.operate(json!({ "remove": "domain", "domain": "d.EXAMPLE" }));
    assert!(setup.world.domain_proofs.is_empty() && setup.world.cnames.is_empty());
    assert!(setup.world.risky_domains.is_empty());
}

#[test]
fn a_feature_is_closed_to_one_account_and_opened_again() {
    let mut setup = Setup::new();
    let read = setup.ask("GET", "bucket-one", "/?dataAccelerator");
    let set = |setup: &mut Setup, account: &str, value: &str| {
        setup.operate(json!({ "set": "feature", "account": account, "feature": "dataAccelerator", "value": value }));
    };
    set(&mut setup, OTHER, "closed");
    assert_eq!(setup.cause(&read), Ok(()), "it is another's account");
    set(&mut setup, OWNER, "closed");
    assert_eq!(setup.cause(&read), Err(FeatureGated));
    assert_eq!(
        setup.cause(&setup.ask("GET", "bucket-one", "/?logging")),
        Ok(()),
        "other configurations stay open"
    );
    set(&mut setup, OWNER, "open");
    assert_eq!(setup.cause(&read), Ok(()));
}

#[test]
fn errors_name_what_is_wrong_and_change_nothing() {
    let mut setup = Setup::new();
    let keys = setup.world.keys.len();
    let bad = json!({ "Version": 1, "Statement": [{ "Effect": "Allow" }] });
    for (command, code) in [
        (
            json!({ "create": "ram-user", "account": "9" }),
            "no-such-account",
        ),
        (
            json!({ "create": "session", "account": "9", "lifetime_seconds": 1 }),
            "no-such-account",
        ),
        (
            json!({ "create": "vpc-endpoint", "account": "9" }),
            "no-such-account",
        ),
        (
            json!({ "create": "ram-user", "account": OWNER, "policy": bad }),
            "invalid-policy",
        ),
        (
            json!({ "create": "session", "account": OWNER, "policy": bad, "lifetime_seconds": 1 }),
            "invalid-policy",
        ),
        (
            json!({ "set": "account-status", "account": "9", "value": "active" }),
            "no-such-account",
        ),
        (
            json!({ "set": "kms-status", "account": "9", "value": "active" }),
            "no-such-account",
        ),
        (
            json!({ "set": "key-status", "access_key_id": "9", "value": "active" }),
            "no-such-key",
        ),
        (
            json!({ "set": "key-networks", "access_key_id": setup.owner().id, "value": ["here"] }),
            "invalid-network",
        ),
        (
            json!({ "set": "key-networks", "access_key_id": "9", "value": [] }),
            "no-such-key",
        ),
        (
            json!({ "set": "ram-policy", "account": OWNER, "user": "9", "value": null }),
            "no-such-user",
        ),
        (
            json!({ "set": "bucket-status", "bucket": "absent", "value": "active" }),
            "no-such-bucket",
        ),
        (
            json!({ "set": "sts-in-region", "account": OWNER, "region": "cn-mars", "value": "refused" }),
            "no-such-region",
        ),
        (
            json!({ "set": "sts-in-operation", "account": OWNER, "operation": "Steal", "value": "refused" }),
            "no-such-operation",
        ),
        (
            json!({ "set": "vpc-endpoint-policy", "endpoint": "ep-nothing", "value": null }),
            "no-such-endpoint",
        ),
        (
            json!({ "set": "domain-ownership", "domain": "d.example", "account": "9", "value": "proven" }),
            "no-such-account",
        ),
        (
            json!({ "set": "domain-ownership", "domain": "", "account": OWNER, "value": "proven" }),
            "invalid-domain",
        ),
        (
            json!({ "set": "domain-risk", "domain": "", "value": "high" }),
            "invalid-domain",
        ),
        (
            json!({ "set": "feature", "account": OWNER, "feature": "teleport", "value": "closed" }),
            "no-such-feature",
        ),
        (
            json!({ "set": "feature", "account": "9", "feature": "dataAccelerator", "value": "closed" }),
            "no-such-account",
        ),
    ] {
        assert_eq!(fails(&mut setup, command.clone()), code, "{command}");
    }
    assert_eq!(setup.world.keys.len(), keys);
    for unreadable in [
        json!({}),
        json!([]),
        json!({ "create": "house" }),
        json!({ "create": "account", "set": "x" }),
        json!({ "set": "account-status", "account": OWNER, "value": "merry" }),
        json!({ "create": "account", "colour": "red" }),
    ] {
        assert!(
            Command::from_json(unreadable.clone()).is_err(),
            "{unreadable}"
        );
    }
}
