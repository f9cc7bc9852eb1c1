//! Matching and evaluation as the help pages *RAM Policy*, *Bucket Policy* and *Authentication process* tell them.

use oss_policy::{
    Access, ConditionOperator, Context, Decision, Effect, Pattern, Policy, PolicyKind, Principal,
    PrincipalPattern, ResourceName,
};

use crate::access::*;

use Decision::{Allow, ExplicitDeny, ImplicitDeny};

fn ram(action: &str, resource: &str) -> Policy {
    let statement =
        format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#);
    policy(PolicyKind::Ram, &statement)
}

fn allows(action: &str, resource: &str, asked: &str, of: ResourceName<'_>) -> bool {
    let context = context();
    let access = Access {
        action: asked,
        resource: of,
        ..read(USER, &context)
    };
    ram(action, resource).evaluate(&access) == Allow
}

#[test]
fn actions_match_with_wildcards_and_without_regard_to_case() {
    for (action, asked, expected) in [
        ("oss:GetObject", "oss:GetObject", true),
        ("oss:Get*", "oss:GetObject", true),
        ("oss:*", "oss:GetObject", true),
        ("*", "oss:GetObject", true),
        ("OSS:getobject", "oss:GetObject", true),
        ("oss:Get?bject", "oss:GetObject", true),
        ("oss:GetObject", "oss:GetObjectAcl", false),
        ("oss:Get", "oss:GetObject", false),
        ("oss:Put*", "oss:GetObject", false),
        ("ecs:*", "oss:GetObject", false),
    ] {
        assert_eq!(
            allows(action, "*", asked, OBJECT),
            expected,
            "{action} {asked}"
        );
    }
}

#[test]
fn resources_match_segment_by_segment() {
    for (resource, of, expected) in [
        ("*", OBJECT, true),
        ("acs:oss:*:*:*", OBJECT, true),
        ("acs:oss:*:*:photos/*", OBJECT, true),
        ("acs:oss:*:1001:photos/docs/a.txt", OBJECT, true),
        ("acs:oss:*:*:photos/*.txt", OBJECT, true), // `*` crosses `/`
        ("acs:oss:*:*:photos/docs/?.txt", OBJECT, true),
        ("acs:oss:*:10*:photos/*", OBJECT, true),
        ("acs:oss:*:*:*/*", OBJECT, true),
        ("acs:*:*:*:photos/*", OBJECT, true),
        ("acs:oss:*:1002:photos/*", OBJECT, false),
        ("acs:oss:*:*:photos/docs", OBJECT, false),
        ("acs:oss:*:*:photos/DOCS/*", OBJECT, false), // resources keep their case
        ("acs:oss:*:*:photo/*", OBJECT, false),
        ("acs:ecs:*:*:photos/*", OBJECT, false),
        // Only `*` is useful as a region.
        ("acs:oss:cn-hangzhou:*:photos/*", OBJECT, false),
        ("acs:oss:oss-cn-hangzhou:*:photos/*", OBJECT, false),
        ("acs:oss::*:photos/*", OBJECT, false),
        // The bucket's ARN does not cover its objects, nor the other way round.
        ("acs:oss:*:*:photos", OBJECT, false),
        ("acs:oss:*:*:photos", BUCKET, true),
        ("acs:oss:*:*:photos/*", BUCKET, false),
        ("acs:oss:*:*:*/*", BUCKET, false),
        ("acs:oss:*:*:*", BUCKET, true),
        ("acs:oss:*:*:photos*", BUCKET, true),
        // Service operations want the pattern for all buckets.
        ("acs:oss:*:1001:*", SERVICE, true),
        ("acs:oss:*:*:*", SERVICE, true),
        ("*", SERVICE, true),
        ("acs:oss:*:1002:*", SERVICE, false),
        ("acs:oss:*:*:photos", SERVICE, false),
        ("acs:oss:*:*:photos*", SERVICE, false),
    ] {
        assert_eq!(
            allows("*", resource, "oss:Any", of),
            expected,
            "{resource} {of:?}"
        );
    }
}

#[test]
fn a_colon_in_a_key_does_not_pose_as_part_of_the_arn() {
    let key = ResourceName::Object {
        owner: OWNER,
        bucket: "secret",
        key: "x:photos/a.txt",
    };
    assert!(!allows("*", "acs:oss:*:*:photos/*", "oss:GetObject", key));
    assert!(allows(
        "*",
        "acs:oss:*:*:secret/x:photos/*",
        "oss:GetObject",
        key
    ));
}

#[test]
fn a_statement_shows_its_parts() {
    let policy = policy(
        PolicyKind::Bucket,
        r#"{"Effect": "Deny", "Action": ["oss:Get*", "oss:Put*"], "Resource": "acs:oss:*:*:photos/docs/*",
            "Principal": ["2001", "*"], "Condition": {"StringLike": {"acs:UserAgent": ["a*", "b"]}}}"#,
    );
    let [statement] = policy.statements() else {
        panic!("one statement")
    };
    assert_eq!(statement.effect(), Effect::Deny);
    let actions: Vec<&str> = statement.actions().iter().map(Pattern::as_str).collect();
    assert_eq!(actions, ["oss:Get*", "oss:Put*"]);
    let [resource] = statement.resources() else {
        panic!("one resource")
    };
    assert_eq!(resource.as_str(), "acs:oss:*:*:photos/docs/*");
    assert!(resource.matches(&OBJECT) && !resource.matches(&BUCKET));
    let principals = [
        PrincipalPattern::Uid("2001".into()),
        PrincipalPattern::Everybody,
    ];
    assert_eq!(statement.principals(), Some(&principals[..]));
    let [condition] = statement.conditions() else {
        panic!("one condition")
    };
    assert_eq!(condition.operator(), ConditionOperator::StringLike);
    assert_eq!(condition.key(), "acs:UserAgent");
    assert_eq!(condition.values().collect::<Vec<_>>(), ["a*", "b"]);
}

#[test]
fn lists_of_actions_and_resources_are_alternatives() {
    let statement = r#"{"Effect": "Allow", "Action": ["oss:PutObject", "oss:GetObject"],
        "Resource": ["acs:oss:*:*:other/*", "acs:oss:*:*:photos/*"]}"#;
    let context = context();
    let policy = policy(PolicyKind::Ram, statement);
    assert_eq!(policy.evaluate(&read(USER, &context)), Allow);
    let delete = Access {
        action: "oss:DeleteObject",
        ..read(USER, &context)
    };
    assert_eq!(policy.evaluate(&delete), ImplicitDeny);
}

#[test]
fn principals_are_everybody_a_uid_or_a_role_session() {
    let everyone = [Principal::Anonymous, FOREIGN_ROOT, USER, ROLE];
    for (principal, matched) in [
        (r#""*""#, [true, true, true, true]),
        (r#"["*"]"#, [true, true, true, true]),
        (r#"["9009"]"#, [false, true, false, false]),
        (r#"["2001"]"#, [false, false, true, false]),
        (r#"["9009", "2001"]"#, [false, true, true, false]),
        // Go SDK, TestBucketPolicy: accepted as a string.
        (r#""[2001]""#, [false, false, true, false]),
        // The UID of an account is its root, not its users.
        (r#"["1001"]"#, [false, false, false, false]),
        (
            r#""arn:sts::1001:assumed-role/reader/s1""#,
            [false, false, false, true],
        ),
        (
            r#""arn:sts::1001:assumed-role/reader/*""#,
            [false, false, false, true],
        ),
        (
            r#""arn:sts::1001:assumed-role/reader/s2""#,
            [false, false, false, false],
        ),
        (
            r#""arn:sts::1001:assumed-role/writer/*""#,
            [false, false, false, false],
        ),
        (
            r#""arn:sts::1002:assumed-role/reader/*""#,
            [false, false, false, false],
        ),
    ] {
        let statement = format!(
            r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {principal}}}"#
        );
        let decisions = everyone.map(|who| bucket_policy(&statement, who) == Allow);
        assert_eq!(decisions, matched, "{principal}");
    }
}

#[test]
fn a_missing_principal_means_everybody() {
    let statement = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
    assert_eq!(bucket_policy(statement, Principal::Anonymous), Allow);
    assert_eq!(bucket_policy(statement, ROOT), ImplicitDeny);
}

#[test]
fn everybody_without_a_condition_is_not_the_owner() {
    let deny = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}"#;
    assert_eq!(bucket_policy(deny, ROOT), ImplicitDeny);
    assert_eq!(bucket_policy(deny, USER), ExplicitDeny);
    assert_eq!(bucket_policy(deny, FOREIGN_ROOT), ExplicitDeny);

    let with_condition = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*",
        "Condition": {"Bool": {"acs:SecureTransport": "false"}}}"#;
    assert_eq!(bucket_policy(with_condition, ROOT), ExplicitDeny);

    let empty_condition = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*",
        "Condition": {}}"#;
    assert_eq!(bucket_policy(empty_condition, ROOT), ImplicitDeny);

    let by_name =
        r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": ["*", "1001"]}"#;
    assert_eq!(bucket_policy(by_name, ROOT), ExplicitDeny);
}

#[test]
fn the_exception_for_the_owner_is_one_of_bucket_policies_only() {
    let statement = r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}"#;
    let endpoint = policy(PolicyKind::VpcEndpoint, statement);
    assert_eq!(endpoint.evaluate(&read(ROOT, &context())), Allow);
}

#[test]
fn with_no_owner_known_nobody_is_exempt() {
    let statement = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}"#;
    let context = Context::default();
    let nobody = Principal::Root { uid: "" };
    let decision = policy(PolicyKind::Bucket, statement).evaluate(&read(nobody, &context));
    assert_eq!(decision, ExplicitDeny);
}

#[test]
fn ram_and_session_policies_concern_whoever_holds_them() {
    let statement = r#"{"Effect": "Allow", "Action": "oss:Get*", "Resource": "*"}"#;
    for kind in [PolicyKind::Ram, PolicyKind::Session] {
        let policy = policy(kind, statement);
        assert_eq!(policy.evaluate(&read(USER, &context())), Allow);
        assert_eq!(policy.evaluate(&read(ROLE, &context())), Allow);
    }
}

#[test]
fn a_deny_outweighs_every_allow_wherever_it_stands() {
    let allow = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
    let deny = r#"{"Effect": "Deny", "Action": "oss:GetObject", "Resource": "*"}"#;
    let elsewhere = r#"{"Effect": "Deny", "Action": "oss:PutObject", "Resource": "*"}"#;
    for (statements, expected) in [
        (allow.to_owned(), Allow),
        (format!("{allow}, {deny}"), ExplicitDeny),
        (format!("{deny}, {allow}"), ExplicitDeny),
        (format!("{elsewhere}, {allow}"), Allow),
        (elsewhere.to_owned(), ImplicitDeny),
    ] {
        let decision = policy(PolicyKind::Ram, &statements).evaluate(&read(USER, &context()));
        assert_eq!(decision, expected, "{statements}");
    }
}

#[test]
fn policies_combine_to_deny_then_allow_then_silence() {
    for (left, right, expected) in [
        (ExplicitDeny, ExplicitDeny, ExplicitDeny),
        (ExplicitDeny, Allow, ExplicitDeny),
        (ExplicitDeny, ImplicitDeny, ExplicitDeny),
        (Allow, Allow, Allow),
        (Allow, ImplicitDeny, Allow),
        (ImplicitDeny, ImplicitDeny, ImplicitDeny),
    ] {
        assert_eq!(left.combine(right), expected);
        assert_eq!(right.combine(left), expected);
    }
}
