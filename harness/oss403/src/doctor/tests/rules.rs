//! Each rule is found in the sighting that it comes from, and nothing honest is accused.

use super::sightings::SIGHTINGS;
use super::{CANONICAL, S3, V1, V4, answered, ids, of, signed};
use crate::doctor::rules::{RULES, Surety};
use crate::doctor::{Asked, best_guess};

#[test]
fn each_rule_is_found_in_its_own_sighting() {
    for (rule, source, evidence, words) in SIGHTINGS {
        let found = of(&evidence());
        let guess = found.guesses.iter().find(|guess| guess.rule == *rule);
        let guess = guess.unwrap_or_else(|| panic!("{rule} ({source}): {:?}", found.guesses));
        assert!(
            guess.says.contains(words) || guess.because.contains(words),
            "{rule}: {guess:?}"
        );
        assert!(
            guess.says.ends_with('.') && guess.because.ends_with('.'),
            "{rule}: {guess:?}"
        );
    }
}

#[test]
fn each_rule_has_a_sighting_and_a_row_in_the_documentation() {
    let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/EXPLAIN.md"));
    let seen: Vec<&str> = SIGHTINGS.iter().map(|(rule, ..)| *rule).collect();
    let all: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(seen, all);
    for (rule, source, ..) in SIGHTINGS {
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{rule}` |")));
        assert!(
            row.is_some_and(|row| row.contains(source)),
            "`{rule}`, {source}"
        );
    }
}

#[test]
fn the_guess_that_a_difference_proves_comes_before_what_is_only_likely() {
    for (rule, _, evidence, _) in SIGHTINGS {
        let guesses = of(&evidence()).guesses;
        assert!(guesses.is_sorted_by(|a, b| a.surety >= b.surety), "{rule}");
        // A certain guess of a row is the row's own, or says the same of it.
        let certain: Vec<&str> = guesses
            .iter()
            .filter(|guess| guess.surety == Surety::Certain)
            .map(|guess| guess.rule)
            .collect();
        assert!(
            certain.is_empty()
                || certain == [*rule]
                || guesses
                    .iter()
                    .any(|guess| guess.rule == *rule && guess.surety < Surety::Certain),
            "{rule}: {certain:?}"
        );
    }
}

#[test]
fn an_honest_string_is_accused_of_nothing() {
    let honest = [
        (V1, None),
        (
            "PUT\n\nimage/png\nTue, 20 Dec 2022 08:48:18 GMT\nx-oss-date:Tue, 20 Dec 2022 08:48:18 GMT\nx-oss-meta-a:1\n/b/k?acl&versionId=1",
            None,
        ),
        ("GET\n\n\n1708795817\nx-oss-security-token:CAIS\n/b/", None),
        (
            "GET\n\n\n20260101T000000Z\nx-oss-date:20260101T000000Z\n\n%2Fb%2Fk?acl",
            None,
        ),
        (V4, Some(CANONICAL)),
        (
            V4,
            Some(
                "GET\n/b/\nlist-type=2&prefix=a%2Fb\ncontent-type:text/plain\nhost:b.oss-cn-hangzhou.aliyuncs.com\nx-oss-date:20260101T000000Z\n\nhost\nUNSIGNED-PAYLOAD",
            ),
        ),
        (
            S3,
            Some(
                "GET\n/k\nacl=\nhost:b.oss-cn-hangzhou.aliyuncs.com\nx-amz-date:20260101T000000Z\n\nhost;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
        ),
    ];
    for (string, canonical) in honest {
        let mut elements = vec![("StringToSign", string)];
        elements.extend(canonical.map(|canonical| ("CanonicalRequest", canonical)));
        let mut evidence = answered(&elements).with_client_string(string.as_bytes());
        if let Some(canonical) = canonical {
            evidence = evidence.with_client_string(canonical.as_bytes());
        }
        assert_eq!(ids(&of(&evidence).guesses), ["same-string"], "{string:?}");
        // Of the server's string alone nothing is certain.
        let alone = of(&answered(&elements)).guesses;
        assert!(
            alone.iter().all(|guess| guess.surety < Surety::Likely),
            "{string:?}: {alone:?}"
        );
    }
}

#[test]
fn bytes_are_believed_before_the_text_and_what_was_cut_is_not() {
    let text = "GET 1 /b/k";
    let of = |text: &str, bytes: &str| {
        answered(&[("StringToSign", text), ("StringToSignBytes", bytes)])
            .server
            .unwrap()
    };
    assert_eq!(
        of(text, "47 45 54 0A 0A 0A 31 0A 2F 62 2F 6B "),
        b"GET\n\n\n1\n/b/k"
    );
    assert_eq!(of(text, "4745540A0A0A310A2F622F6B"), b"GET\n\n\n1\n/b/k");
    assert_eq!(of("GET\n\n\n1\n/b/k", "47 45 54 0A"), b"GET\n\n\n1\n/b/k");
    assert_eq!(of("GET\\n\\n\\n1\\n/b/k", ""), b"GET\n\n\n1\n/b/k");
}

#[test]
fn rows_stand_side_by_side_with_the_first_byte_that_differs() {
    let found = of(&signed(
        "GET\n\n\n1708795817\nx-oss-a:1\nx-oss-c:3\n/b/k?acl",
        "GET\n\n\n1708795817\nx-oss-b:2\nx-oss-c:4\n/b/k",
    ));
    let rows: Vec<_> = found
        .string_to_sign
        .iter()
        .map(|row| {
            (
                row.name.as_str(),
                row.server.is_some(),
                row.client.is_some(),
                row.differs_at,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("method", true, true, None),
            ("Content-MD5", true, true, None),
            ("Content-Type", true, true, None),
            ("Expires", true, true, None),
            ("x-oss-a header", true, false, Some(0)),
            ("x-oss-b header", false, true, Some(0)),
            ("x-oss-c header", true, true, Some(8)),
            ("resource", true, true, Some(4)),
        ]
    );
}

#[test]
fn the_best_guess_is_in_sentences() {
    let guess = best_guess(&signed(&format!("{V1}?acl"), V1)).expect("there is one");
    assert!(
        guess.contains("`acl`") && guess.ends_with("you do not."),
        "{guess}"
    );
    assert_eq!(best_guess(&answered(&[("StringToSign", V1)])), None);
}

#[test]
fn a_request_is_held_against_what_arrived() {
    let server = "GET\n\n\n1708795817\n/b/k.txt";
    let asked = Asked::read("curl -I 'https://b.oss-cn-hangzhou.aliyuncs.com/k.txt?OSSAccessKeyId=id&Expires=1708795817&Signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA%3D'").unwrap();
    let evidence = answered(&[("StringToSign", server)]).with_request(asked);
    assert_eq!(
        evidence.client.as_deref(),
        Some(&b"HEAD\n\n\n1708795817\n/b/k.txt"[..])
    );
    assert_eq!(of(&evidence).guesses[0].rule, "method-changed");
}
