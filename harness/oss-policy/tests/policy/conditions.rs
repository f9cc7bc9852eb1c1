//! Every condition operator and every condition key.

use oss_policy::{
    Access, ConditionOperator, Context, Decision, Effect, Policy, PolicyErrorKind, PolicyKind,
    Statement, Timestamp,
};

use crate::access::*;

/// Whether a statement with this condition applies.
fn holds(operator: &str, key: &str, values: &[&str], context: &Context<'_>) -> bool {
    holds_for("oss:GetObject", operator, key, values, context)
}

fn holds_for(
    action: &str,
    operator: &str,
    key: &str,
    values: &[&str],
    context: &Context<'_>,
) -> bool {
    let operator = ConditionOperator::from_name(operator).expect("operators exist");
    let statement = Statement::new(Effect::Allow, &["*"], &["*"])
        .and_then(|statement| statement.with_condition(operator, key, values))
        .unwrap_or_else(|error| panic!("{operator:?} {values:?}: {error}"));
    let policy = Policy::new(PolicyKind::Ram, vec![statement]).unwrap();
    let access = Access {
        action,
        ..read(USER, context)
    };
    policy.evaluate(&access) == Decision::Allow
}

/// One operator: a value that it accepts for the request's, one that it does not, and what an absent key makes it.
struct Row {
    operator: &'static str,
    actual: &'static str,
    accepted: &'static [&'static str],
    refused: &'static [&'static str],
    absent: bool,
}

const ROWS: &[Row] = &[
    Row {
        operator: "StringEquals",
        actual: "Cat",
        accepted: &["Cat"],
        refused: &["cat", "C*", "Ca?", ""],
        absent: false,
    },
    Row {
        operator: "StringNotEquals",
        actual: "Cat",
        accepted: &["cat", "C*", ""],
        refused: &["Cat"],
        absent: true,
    },
    Row {
        operator: "StringEqualsIgnoreCase",
        actual: "Cat",
        accepted: &["cAT", "Cat"],
        refused: &["ca", "C*"],
        absent: false,
    },
    Row {
        operator: "StringNotEqualsIgnoreCase",
        actual: "Cat",
        accepted: &["ca", "C*"],
        refused: &["cAT", "Cat"],
        absent: true,
    },
    Row {
        operator: "StringLike",
        actual: "Cat",
        accepted: &["C*", "?at", "*", "Cat"],
        refused: &["c*", "?", "Cat?"],
        absent: false,
    },
    Row {
        operator: "StringNotLike",
        actual: "Cat",
        accepted: &["c*", "?", "Cat?"],
        refused: &["C*", "?at", "Cat"],
        absent: true,
    },
    Row {
        operator: "NumericEquals",
        actual: "10",
        accepted: &["10", "10.0", "010"],
        refused: &["1", "100", "-10"],
        absent: false,
    },
    Row {
        operator: "NumericNotEquals",
        actual: "10",
        accepted: &["1", "9.99"],
        refused: &["10", "10.0"],
        absent: true,
    },
    Row {
        operator: "NumericLessThan",
        actual: "10",
        accepted: &["10.01", "100"],
        refused: &["10", "9"],
        absent: false,
    },
    Row {
        operator: "NumericLessThanEquals",
        actual: "10",
        accepted: &["10", "11"],
        refused: &["9", "9.99"],
        absent: false,
    },
    Row {
        operator: "NumericGreaterThan",
        actual: "10",
        accepted: &["9", "-100"],
        refused: &["10", "11"],
        absent: false,
    },
    Row {
        operator: "NumericGreaterThanEquals",
        actual: "10",
        accepted: &["10", "9"],
        refused: &["10.01", "11"],
        absent: false,
    },
    Row {
        operator: "DateEquals",
        actual: "2024-05-01T00:00:00Z",
        accepted: &["2024-05-01T00:00:00Z", "2024-05-01T08:00:00+08:00"],
        refused: &["2024-05-01T00:00:01Z", "2024-05-01T00:00:00+08:00"],
        absent: false,
    },
    Row {
        operator: "DateNotEquals",
        actual: "2024-05-01T00:00:00Z",
        accepted: &["2024-05-01T00:00:01Z"],
        refused: &["2024-05-01T08:00:00+08:00"],
        absent: true,
    },
    Row {
        operator: "DateLessThan",
        actual: "2024-05-01T00:00:00Z",
        accepted: &["2024-05-01T00:00:01Z"],
        refused: &["2024-05-01T00:00:00Z", "2024-04-30T23:59:59Z"],
        absent: false,
    },
    Row {
        operator: "DateLessThanEquals",
        actual: "2024-05-01T00:00:00Z",
        accepted: &["2024-05-01T00:00:00Z", "2024-05-01T00:00:01Z"],
        refused: &["2024-04-30T23:59:59Z"],
        absent: false,
    },
    Row {
        operator: "DateGreaterThan",
        actual: "2024-05-01T00:00:00Z",
        accepted: &["2024-04-30T23:59:59Z"],
        refused: &["2024-05-01T00:00:00Z", "2024-05-01T00:00:01Z"],
        absent: false,
    },
    Row {
        operator: "DateGreaterThanEquals",
        actual: "2024-05-01T00:00:00Z",
        accepted: &["2024-05-01T00:00:00Z", "2024-04-30T23:59:59Z"],
        refused: &["2024-05-01T00:00:01Z"],
        absent: false,
    },
    Row {
        operator: "Bool",
        actual: "true",
        accepted: &["true"],
        refused: &["false"],
        absent: false,
    },
    Row {
        operator: "IpAddress",
        actual: "10.1.2.3",
        accepted: &["10.1.2.3", "10.1.0.0/16", "10.1.2.3/32", "0.0.0.0/0"],
        refused: &["10.1.2.4", "10.2.0.0/16", "10.1.2.2/32", "::/0"],
        absent: false,
    },
    Row {
        operator: "NotIpAddress",
        actual: "10.1.2.3",
        accepted: &["10.1.2.4", "10.2.0.0/16"],
        refused: &["10.1.2.3", "10.1.0.0/16", "0.0.0.0/0"],
        absent: true,
    },
];

/// The value stands in a tag, the one key that can hold anything.
const KEY: &str = "oss:ExistingObjectTag/k";

#[test]
fn the_table_has_every_operator() {
    let named: Vec<&str> = ROWS.iter().map(|row| row.operator).collect();
    let all: Vec<&str> = ConditionOperator::ALL.iter().map(|o| o.as_str()).collect();
    assert_eq!(named, all);
}

#[test]
fn every_operator_tells_values_apart() {
    for row in ROWS {
        let tags = [("k".to_owned(), row.actual.to_owned())];
        let context = Context {
            object_tags: &tags,
            ..context()
        };
        for value in row.accepted {
            assert!(
                holds(row.operator, KEY, &[value], &context),
                "{} {value}",
                row.operator
            );
        }
        for value in row.refused {
            assert!(
                !holds(row.operator, KEY, &[value], &context),
                "{} {value}",
                row.operator
            );
        }
    }
}

#[test]
fn several_values_are_alternatives_and_none_may_match_when_negated() {
    for row in ROWS {
        let tags = [("k".to_owned(), row.actual.to_owned())];
        let context = Context {
            object_tags: &tags,
            ..context()
        };
        let mixed = [row.refused[0], row.accepted[0]];
        let negated = row.operator.contains("Not");
        assert_eq!(
            holds(row.operator, KEY, &mixed, &context),
            !negated,
            "{}",
            row.operator
        );
        assert!(
            holds(row.operator, KEY, row.accepted, &context),
            "{}",
            row.operator
        );
        assert!(
            !holds(row.operator, KEY, row.refused, &context),
            "{}",
            row.operator
        );
    }
}

#[test]
fn an_absent_key_fails_unless_the_operator_is_negated() {
    for row in ROWS {
        let value = [row.accepted[0]];
        assert_eq!(
            holds(row.operator, KEY, &value, &context()),
            row.absent,
            "{}",
            row.operator
        );
        let unknown = holds(row.operator, "acs:NoSuchKey", &value, &context());
        assert_eq!(unknown, row.absent, "{}", row.operator);
    }
}

#[test]
fn a_value_that_the_operator_cannot_read_counts_as_absent() {
    let tags = [(
        "k".to_owned(),
        "no number, date, flag or address".to_owned(),
    )];
    let context = Context {
        object_tags: &tags,
        ..context()
    };
    for row in ROWS
        .iter()
        .filter(|row| !row.operator.starts_with("String"))
    {
        let value = [row.accepted[0]];
        assert_eq!(
            holds(row.operator, KEY, &value, &context),
            row.absent,
            "{}",
            row.operator
        );
    }
}

#[test]
fn several_keys_and_operators_all_have_to_hold() {
    let statement = r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {
        "StringEquals": {"acs:UserAgent": "browser", "acs:SourceVpc": "vpc-1"},
        "Bool": {"acs:SecureTransport": "true"}}}"#;
    let policy = policy(PolicyKind::Ram, statement);
    let fulfilled = Context {
        user_agent: Some("browser"),
        source_vpc: Some("vpc-1"),
        secure_transport: true,
        ..context()
    };
    assert_eq!(policy.evaluate(&read(USER, &fulfilled)), Decision::Allow);
    for broken in [
        Context {
            user_agent: Some("curl"),
            ..fulfilled
        },
        Context {
            source_vpc: None,
            ..fulfilled
        },
        Context {
            secure_transport: false,
            ..fulfilled
        },
    ] {
        assert_eq!(
            policy.evaluate(&read(USER, &broken)),
            Decision::ImplicitDeny
        );
    }
}

#[test]
fn every_key_stands_for_its_part_of_the_request() {
    let tag = |value: &str| [("dept".to_owned(), value.to_owned())];
    let (bucket, existing, requested) = (tag("b"), tag("e"), tag("r"));
    let context = Context {
        source_ip: Some("192.0.2.7".parse().unwrap()),
        secure_transport: true,
        source_vpc: Some("vpc-1"),
        now: Timestamp(1_714_521_600),
        user_agent: Some("ua"),
        access_key_id: Some("AK"),
        mfa_present: true,
        prefix: Some("p/"),
        delimiter: Some("/"),
        bucket_tags: &bucket,
        object_tags: &existing,
        request_tags: &requested,
        headers: &[
            ("X-Oss-Acl", "private"),
            ("x-oss-object-acl", "public-read"),
        ],
        bucket_owner: OWNER,
    };
    for (key, value) in [
        ("acs:SourceIp", "192.0.2.7"),
        ("acs:SecureTransport", "true"),
        ("acs:SourceVpc", "vpc-1"),
        ("acs:CurrentTime", "2024-05-01T00:00:00Z"),
        ("acs:UserAgent", "ua"),
        ("acs:AccessId", "AK"),
        ("acs:MFAPresent", "true"),
        ("oss:Prefix", "p/"),
        ("oss:Delimiter", "/"),
        ("oss:BucketTag/dept", "b"),
        ("oss:ExistingObjectTag/dept", "e"),
        ("oss:RequestObjectTag/dept", "r"),
        ("oss:x-oss-acl", "private"),
        ("oss:x-oss-object-acl", "public-read"),
    ] {
        assert!(holds("StringEquals", key, &[value], &context), "{key}");
        assert!(!holds("StringEquals", key, &["other"], &context), "{key}");
    }
    assert!(holds(
        "StringNotLike",
        "oss:BucketTag/Dept",
        &["*"],
        &context
    ));
    assert!(holds("StringNotLike", "acs:sourceip", &["*"], &context));
}

#[test]
fn the_current_time_is_compared_to_the_second() {
    let at = |now| Context {
        now: Timestamp(now),
        ..context()
    };
    let until = ["2024-05-01T00:00:00Z"];
    let before = |now| holds("DateLessThan", "acs:CurrentTime", &until, &at(now));
    assert!(before(1_714_521_599));
    assert!(!before(1_714_521_600));
    assert!(!before(i64::MAX));
    assert!(before(i64::MIN));
}

#[test]
fn an_ipv4_address_in_ipv6_form_is_the_ipv4_address() {
    let from = |ip: &str| Context {
        source_ip: Some(ip.parse().unwrap()),
        ..context()
    };
    let inside = |ip, range| holds("IpAddress", "acs:SourceIp", &[range], &from(ip));
    assert!(inside("::ffff:10.0.0.1", "10.0.0.0/8"));
    assert!(inside("10.0.0.1", "::ffff:10.0.0.1"));
    assert!(!inside("::ffff:11.0.0.1", "10.0.0.0/8"));
    assert!(inside("2001:db8::1", "2001:db8::/32"));
    assert!(!inside("2001:db9::1", "2001:db8::/32"));
}

#[test]
fn list_parameters_are_empty_when_a_list_operation_lacks_them() {
    for key in ["oss:Prefix", "oss:Delimiter"] {
        let empty = |action| holds_for(action, "StringEquals", key, &[""], &context());
        assert!(empty("oss:ListObjects"));
        assert!(empty("oss:ListObjectVersions"));
        assert!(!empty("oss:GetObject"));
    }
}

#[test]
fn flags_are_there_even_when_false() {
    assert!(holds("Bool", "acs:SecureTransport", &["false"], &context()));
    assert!(holds("Bool", "acs:MFAPresent", &["false"], &context()));
}

#[test]
fn values_that_an_operator_cannot_compare_with_are_refused() {
    for (operator, value) in [
        ("NumericEquals", "ten"),
        ("NumericLessThan", "1e3"),
        ("DateLessThan", "2024-05-01"),
        ("DateLessThan", "2024-05-01 00:00:00Z"),
        ("DateLessThan", "2024-13-01T00:00:00Z"),
        ("DateEquals", "1714521600"),
        ("Bool", "HTTPS"),
        ("Bool", "True"),
        ("IpAddress", "10.0.0.0/33"),
        ("IpAddress", "10.0.0"),
        ("NotIpAddress", "host.example"),
    ] {
        let error = Statement::new(Effect::Allow, &["*"], &["*"])
            .unwrap()
            .with_condition(
                ConditionOperator::from_name(operator).unwrap(),
                "k",
                &[value],
            )
            .unwrap_err();
        assert!(
            matches!(error.kind(), PolicyErrorKind::InvalidConditionValue { value: v, .. } if v == value),
            "{operator} {value}: {error}"
        );
    }
}
