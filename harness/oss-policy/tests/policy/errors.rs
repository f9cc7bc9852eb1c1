//! What is wrong with a policy document, and where.

use oss_policy::{
    ConditionOperator, Effect, Policy, PolicyError, PolicyErrorKind, PolicyKind, Statement,
};

fn error(text: &str, kind: PolicyKind) -> PolicyError {
    Policy::parse(text.as_bytes(), kind).expect_err(text)
}

/// The error of a bucket policy with this statement beside a good one.
fn statement_error(statement: &str) -> PolicyError {
    let good = r#"{"Effect": "Allow", "Action": "oss:*", "Resource": "*"}"#;
    error(
        &format!(r#"{{"Version": "1", "Statement": [{good}, {statement}]}}"#),
        PolicyKind::Bucket,
    )
}

#[test]
fn syntax_errors_have_the_words_of_the_service() {
    let error = error("policy", PolicyKind::Bucket);
    assert_eq!(error.message(), "unknown char p");
    assert_eq!(error.ec(), "0030-00000005");
    assert_eq!(error.to_string(), "unknown char p at line 1, column 1");
}

#[test]
fn the_frame_is_checked() {
    for (text, path, message) in [
        ("[]", "", "an object expected, found an array"),
        ("{}", "", "missing Version"),
        (r#"{"Version": "1"}"#, "", "missing Statement"),
        (
            r#"{"Version": 1, "Statement": []}"#,
            "Version",
            "Version: a string expected, found a number",
        ),
        (
            r#"{"Version": "2", "Statement": []}"#,
            "Version",
            "Version: version must be \"1\"",
        ),
        (
            r#"{"Version": "1", "Statement": []}"#,
            "Statement",
            "Statement: must not be empty",
        ),
        (
            r#"{"Version": "1", "Statement": {}}"#,
            "Statement",
            "Statement: an array expected, found an object",
        ),
        (
            r#"{"Version": "1", "Statement": [], "Id": "x"}"#,
            "",
            "unknown member \"Id\"",
        ),
        (
            r#"{"Version": "1", "Statement": [null]}"#,
            "Statement[0]",
            "Statement[0]: an object expected, found null",
        ),
    ] {
        let error = error(text, PolicyKind::Bucket);
        assert_eq!(
            (error.path(), error.message().as_str()),
            (path, message),
            "{text}"
        );
        assert_eq!(error.ec(), "0030-00000005");
        assert!(error.position().is_some());
    }
}

#[test]
fn statements_are_checked() {
    let with = |member: &str| {
        let defaults = [
            (r#""Effect""#, r#""Effect": "Allow""#),
            (r#""Action""#, r#""Action": "oss:*""#),
            (r#""Resource""#, r#""Resource": "*""#),
        ];
        let mut members: Vec<&str> = defaults
            .iter()
            .filter(|(name, _)| !member.starts_with(name))
            .map(|(_, text)| *text)
            .collect();
        members.push(member);
        format!("{{{}}}", members.join(", "))
    };
    for (member, path, message) in [
        (
            r#""Effect": "allow""#,
            "Effect",
            r#"effect must be "Allow" or "Deny""#,
        ),
        (
            r#""Effect": true"#,
            "Effect",
            "a string expected, found a boolean",
        ),
        (r#""Action": []"#, "Action", "must not be empty"),
        (
            r#""Action": 5"#,
            "Action",
            "a string or an array expected, found a number",
        ),
        (
            r#""Action": ["oss:*", 5]"#,
            "Action[1]",
            "a string expected, found a number",
        ),
        (
            r#""Action": "GetObject""#,
            "Action",
            r#"invalid action "GetObject""#,
        ),
        (r#""Action": "oss:""#, "Action", r#"invalid action "oss:""#),
        (
            r#""Resource": "photos/*""#,
            "Resource",
            r#"invalid resource "photos/*""#,
        ),
        (
            r#""Resource": ["*", "acs:oss:*:*"]"#,
            "Resource[1]",
            r#"invalid resource "acs:oss:*:*""#,
        ),
        (
            r#""Resource": "acs::*:*:b""#,
            "Resource",
            r#"invalid resource "acs::*:*:b""#,
        ),
        (
            r#""Resource": "acs:oss:*:*:""#,
            "Resource",
            r#"invalid resource "acs:oss:*:*:""#,
        ),
        (
            r#""Resource": "arn:aws:s3:::b""#,
            "Resource",
            r#"invalid resource "arn:aws:s3:::b""#,
        ),
        (r#""Principal": []"#, "Principal", "must not be empty"),
        (
            r#""Principal": {"AWS": "*"}"#,
            "Principal",
            "a string or an array expected, found an object",
        ),
        (
            r#""Principal": ["*", "someone"]"#,
            "Principal[1]",
            r#"invalid principal "someone""#,
        ),
        (
            r#""Principal": "acs:ram::1001:user/reader""#,
            "Principal",
            r#"invalid principal "acs:ram::1001:user/reader""#,
        ),
        (
            r#""Principal": "arn:sts::1001:assumed-role/reader""#,
            "Principal",
            r#"invalid principal "arn:sts::1001:assumed-role/reader""#,
        ),
        (
            r#""Principal": "arn:sts::1001:assumed-role/r*/s""#,
            "Principal",
            r#"invalid principal "arn:sts::1001:assumed-role/r*/s""#,
        ),
        (
            r#""NotPrincipal": "*""#,
            "",
            r#"unknown member "NotPrincipal""#,
        ),
        (
            r#""Condition": []"#,
            "Condition",
            "an object expected, found an array",
        ),
        (
            r#""Condition": {"StringMatches": {}}"#,
            "Condition",
            r#"unknown condition operator "StringMatches""#,
        ),
        (
            r#""Condition": {"Bool": {}}"#,
            "Condition.Bool",
            "must not be empty",
        ),
        (
            r#""Condition": {"Bool": {"acs:SecureTransport": []}}"#,
            "Condition.Bool.acs:SecureTransport",
            "must not be empty",
        ),
        (
            r#""Condition": {"Bool": {"acs:SecureTransport": true}}"#,
            "Condition.Bool.acs:SecureTransport",
            "a string or an array expected, found a boolean",
        ),
        (
            r#""Condition": {"Bool": {"acs:SecureTransport": "HTTPS"}}"#,
            "Condition.Bool.acs:SecureTransport",
            r#"invalid boolean "HTTPS""#,
        ),
    ] {
        let error = statement_error(&with(member));
        let path = match path {
            "" => "Statement[1]".to_owned(),
            path => format!("Statement[1].{path}"),
        };
        assert_eq!(error.path(), path, "{member}");
        assert_eq!(error.message(), format!("{path}: {message}"));
    }
}

#[test]
fn every_member_but_principal_and_condition_is_required() {
    for (statement, missing) in [
        (r#"{"Action": "*", "Resource": "*"}"#, "Effect"),
        (r#"{"Effect": "Deny", "Resource": "*"}"#, "Action"),
        (r#"{"Effect": "Deny", "Action": "*"}"#, "Resource"),
    ] {
        let error = statement_error(statement);
        assert_eq!(error.message(), format!("Statement[1]: missing {missing}"));
    }
}

#[test]
fn members_given_twice_are_refused() {
    for statement in [
        r#"{"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}"#,
        r#"{"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"Bool": {"a": "true", "a": "false"}}}"#,
    ] {
        assert_eq!(statement_error(statement).message(), "duplicate key");
    }
}

#[test]
fn only_bucket_and_endpoint_policies_name_principals() {
    let text = r#"{"Version": "1", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}]}"#;
    for kind in [PolicyKind::Bucket, PolicyKind::VpcEndpoint] {
        assert!(Policy::parse(text.as_bytes(), kind).is_ok());
    }
    for kind in [PolicyKind::Ram, PolicyKind::Session] {
        let error = error(text, kind);
        assert_eq!(error.kind(), &PolicyErrorKind::PrincipalNotAllowed);
        assert_eq!(error.path(), "Statement[0].Principal");
        assert_eq!(error.position().map(|position| position.line), Some(2));
        let statement = Statement::new(Effect::Allow, &["*"], &["*"])
            .and_then(|statement| statement.with_principals(&["*"]))
            .unwrap();
        let built = Policy::new(kind, vec![statement]).unwrap_err();
        assert_eq!(built.kind(), &PolicyErrorKind::PrincipalNotAllowed);
    }
}

#[test]
fn policies_built_in_code_are_checked_like_read_ones() {
    let kind = |result: Result<Statement, PolicyError>| result.unwrap_err().kind().clone();
    let good = || Statement::new(Effect::Allow, &["*"], &["*"]).unwrap();
    let flag = ConditionOperator::Bool;
    assert_eq!(
        kind(Statement::new(Effect::Allow, &[], &["*"])),
        PolicyErrorKind::EmptyList
    );
    assert_eq!(
        kind(Statement::new(Effect::Allow, &["*"], &[])),
        PolicyErrorKind::EmptyList
    );
    assert_eq!(
        kind(good().with_principals(&[])),
        PolicyErrorKind::EmptyList
    );
    assert_eq!(
        kind(good().with_condition(flag, "k", &[])),
        PolicyErrorKind::EmptyList
    );
    let twice = good()
        .with_condition(flag, "k", &["true"])
        .and_then(|statement| statement.with_condition(flag, "k", &["true"]));
    assert_eq!(kind(twice), PolicyErrorKind::RepeatedCondition);
    assert!(Policy::new(PolicyKind::Ram, Vec::new()).is_err());
}

#[test]
fn quoted_input_is_short_and_without_control_characters() {
    let long = statement_error(&format!(r#"{{"\u001b[2J{}": 1}}"#, "x".repeat(500)));
    let message = long.message();
    assert!(
        message.len() < 150 && !message.chars().any(char::is_control),
        "{message:?}"
    );
}

#[test]
fn an_exception_of_actions_stands_in_policies_of_ram_and_in_no_others() {
    let policy = |members: &str| {
        format!(
            r#"{{"Version": "1", "Statement": [{{"Effect": "Allow", {members}, "Resource": "*"}}]}}"#
        )
    };
    let text = policy(r#""NotAction": ["oss:DeleteObject"]"#);
    let exception = || Statement::all_but(Effect::Allow, &["oss:DeleteObject"], &["*"]).unwrap();
    for kind in [PolicyKind::Ram, PolicyKind::Session] {
        let read = Policy::parse(text.as_bytes(), kind).unwrap();
        assert!(read.statements()[0].is_about_all_but());
        assert_eq!(read, Policy::new(kind, vec![exception()]).unwrap());
        for (members, wrong, path) in [
            (
                r#""NotAction": "a:b", "Action": "a:c""#,
                PolicyErrorKind::ActionAndNotAction,
                "Statement[0]",
            ),
            (
                r#""NotAction": []"#,
                PolicyErrorKind::EmptyList,
                "Statement[0].NotAction",
            ),
            (
                r#""NotAction": "GetObject""#,
                PolicyErrorKind::InvalidAction("GetObject".to_owned()),
                "Statement[0].NotAction",
            ),
        ] {
            let found = error(&policy(members), kind);
            assert_eq!((found.kind(), found.path()), (&wrong, path), "{members}");
        }
    }
    for kind in [PolicyKind::Bucket, PolicyKind::VpcEndpoint] {
        let unknown = PolicyErrorKind::UnknownMember("NotAction".to_owned());
        assert_eq!(error(&text, kind).kind(), &unknown);
        let built = Policy::new(kind, vec![exception()]).unwrap_err();
        assert_eq!(built.kind(), &unknown);
    }
}
