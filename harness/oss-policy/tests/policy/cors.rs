//! CORS rules (help pages: *PutBucketCors*, *OptionObject*).

use oss_policy::{CorsError, CorsRule, CorsRules, MAX_CORS_RULES};
use proptest::prelude::*;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn rule(origins: &[&str], methods: &[&str], headers: &[&str]) -> CorsRule {
    CorsRule {
        allowed_origins: texts(origins),
        allowed_methods: texts(methods),
        allowed_headers: texts(headers),
        ..CorsRule::default()
    }
}

fn one(rule: CorsRule) -> CorsRules {
    CorsRules {
        rules: vec![rule],
        response_vary: false,
    }
}

#[test]
fn without_rules_nothing_matches() {
    let rules = CorsRules::default();
    assert_eq!(rules.preflight("http://a.example", "GET", &[]), None);
    assert_eq!(rules.simple("http://a.example", "GET"), None);
}

#[test]
fn origin_method_and_every_header_have_to_match() {
    let rules = one(rule(&["http://a.example"], &["GET"], &["x-oss-*"]));
    for (origin, method, headers, allowed) in [
        ("http://a.example", "GET", &[][..], true),
        (
            "http://a.example",
            "GET",
            &["x-oss-test", "X-OSS-Other"],
            true,
        ),
        ("http://a.example", "GET", &["", " x-oss-test "], true),
        ("http://b.example", "GET", &[], false),
        ("https://a.example", "GET", &[], false),
        ("http://a.example:8080", "GET", &[], false),
        ("http://a.example", "PUT", &[], false),
        ("http://a.example", "get", &[], false),
        ("http://a.example", "GET", &["x-oss-test", "range"], false),
    ] {
        let answer = rules.preflight(origin, method, headers);
        assert_eq!(answer.is_some(), allowed, "{origin} {method} {headers:?}");
    }
}

#[test]
fn origins_may_have_one_star() {
    for (allowed, origin, matches) in [
        ("*", "http://a.example", true),
        ("http://*.example", "http://a.b.example", true),
        ("http://*.example", "http://.example", true),
        ("http://*.example", "https://a.example", false),
        ("http://*.example", "http://a.example.org", false),
        ("http://a.*.a", "http://a.a", false),
        ("http://?.example", "http://a.example", false),
    ] {
        let rules = one(rule(&[allowed], &["GET"], &[]));
        assert_eq!(
            rules.simple(origin, "GET").is_some(),
            matches,
            "{allowed} {origin}"
        );
    }
}

#[test]
fn the_first_matching_rule_answers() {
    let rules = CorsRules {
        rules: vec![
            CorsRule {
                max_age_seconds: Some(1),
                ..rule(&["http://b.example"], &["GET"], &[])
            },
            CorsRule {
                expose_headers: texts(&["ETag", "x-oss-request-id"]),
                max_age_seconds: Some(2),
                ..rule(&["http://a.example"], &["GET", "PUT"], &["*"])
            },
            CorsRule {
                max_age_seconds: Some(3),
                ..rule(&["*"], &["GET"], &["*"])
            },
        ],
        response_vary: true,
    };
    let answer = rules
        .preflight("http://a.example", "PUT", &["Range", "x-a"])
        .unwrap();
    assert_eq!(answer.allow_origin, "http://a.example");
    assert_eq!(answer.allow_methods, ["GET", "PUT"]);
    assert_eq!(answer.allow_headers, ["Range", "x-a"]);
    assert_eq!(answer.expose_headers, ["ETag", "x-oss-request-id"]);
    assert_eq!(answer.max_age, Some(2));
    assert!(answer.vary);
    let answer = rules.simple("http://c.example", "GET").unwrap();
    assert_eq!((answer.allow_origin, answer.max_age), ("*", Some(3)));
}

#[test]
fn configurations_are_checked() {
    let good = || rule(&["*"], &["GET", "PUT", "DELETE", "POST", "HEAD"], &["*"]);
    assert_eq!(one(good()).validate(), Ok(()));
    assert_eq!(CorsRules::default().validate(), Err(CorsError::NoRules));
    let many = |count| CorsRules {
        rules: vec![good(); count],
        response_vary: false,
    };
    assert_eq!(many(MAX_CORS_RULES).validate(), Ok(()));
    let count = MAX_CORS_RULES + 1;
    assert_eq!(
        many(count).validate(),
        Err(CorsError::TooManyRules { count })
    );

    let origin = CorsError::InvalidOrigin { rule: 0 };
    let header = CorsError::InvalidAllowedHeader { rule: 0 };
    let exposed = CorsError::InvalidExposeHeader { rule: 0 };
    let expose = |name: &str| CorsRule {
        expose_headers: texts(&[name]),
        ..good()
    };
    for (rule, expected) in [
        (rule(&[], &["GET"], &[]), CorsError::NoOrigin { rule: 0 }),
        (rule(&["*"], &[], &[]), CorsError::NoMethod { rule: 0 }),
        (
            rule(&["*"], &["PATCH"], &[]),
            CorsError::UnknownMethod { rule: 0 },
        ),
        (
            rule(&["*"], &["get"], &[]),
            CorsError::UnknownMethod { rule: 0 },
        ),
        (rule(&["http://*.*.example"], &["GET"], &[]), origin.clone()),
        (rule(&["https://*"], &["GET"], &[]), origin.clone()),
        (rule(&[""], &["GET"], &[]), origin.clone()),
        (rule(&["*"], &["GET"], &["x-*-*"]), header.clone()),
        (rule(&["*"], &["GET"], &[""]), header),
        (expose("x-*"), exposed.clone()),
        (expose(""), exposed.clone()),
    ] {
        assert_eq!(one(rule.clone()).validate(), Err(expected), "{rule:?}");
    }
    assert_eq!(origin.ec(), Some("0034-00000009"));
    assert_eq!(exposed.ec(), Some("0034-00000013"));
}

#[test]
fn the_defective_rule_is_named() {
    let rules = CorsRules {
        rules: vec![rule(&["*"], &["GET"], &[]), rule(&["*"], &["TRACE"], &[])],
        response_vary: false,
    };
    assert_eq!(rules.validate(), Err(CorsError::UnknownMethod { rule: 1 }));
}

proptest! {
    #![proptest_config(crate::laws::config(300))]

    #[test]
    fn the_order_of_headers_is_irrelevant(
        headers in proptest::collection::vec(prop_oneof![Just("range"), Just("x-a"), Just("X-B")], 0..5)
            .prop_flat_map(|headers| (Just(headers.clone()), Just(headers).prop_shuffle())),
        allowed in proptest::collection::vec(prop_oneof![Just("x-*"), Just("range"), Just("x-a")], 0..3),
    ) {
        let rules = one(rule(&["*"], &["GET"], &allowed));
        let answer = |headers: &[&str]| rules.preflight("http://a.example", "GET", headers).is_some();
        prop_assert_eq!(answer(&headers.0), answer(&headers.1));
    }
}
