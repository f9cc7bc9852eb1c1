//! A row for each rule: the sighting that it comes from, the smallest evidence in which it is found, and in what words.

use super::{CANONICAL, S3, V1, V4, answered, ids, of, signed, signed4};
use crate::doctor::rules::{RULES, Surety};
use crate::doctor::{Asked, Evidence, best_guess};

/// Rule, where it was seen, the evidence, and words of the guess.
type Sighting = (&'static str, &'static str, fn() -> Evidence, &'static str);

const OWN: &str = "own reading of the scheme";

const SIGHTINGS: &[Sighting] = &[
    (
        "plus-unescaped",
        "github.com/aliyun/aliyun-oss-java-sdk/issues/327",
        || {
            answered(&[
                ("StringToSign", V1),
                ("SignatureProvided", "6jyvZH mGD80nDscjtdZPnjhHm0="),
            ])
        },
        "write it as `%2B`",
    ),
    (
        "signature-escaped",
        OWN,
        || {
            answered(&[
                ("StringToSign", V1),
                ("SignatureProvided", "6jyvZH%2BmGD80nDscjtdZPnjhHm0%3D"),
            ])
        },
        "escaped twice",
    ),
    (
        "signature-length",
        "EC 0002-00000423",
        || answered(&[("StringToSign", V4), ("SignatureProvided", "abc")]),
        "needs 64 characters",
    ),
    (
        "signature-upper-case",
        OWN,
        || answered(&[("StringToSign", V4), ("SignatureProvided", UPPER)]),
        "lower case",
    ),
    (
        "key-id-blank",
        "github.com/aliyun/oss-browser/issues/41, EC 0002-00000430",
        || answered(&[("StringToSign", V1), ("OSSAccessKeyId", "LTAI5t ")]),
        "blank at an end",
    ),
    (
        "line-ends",
        OWN,
        || signed(V1, &format!("{V1}\n")),
        "no line feed after the last line",
    ),
    (
        "same-string",
        "github.com/aliyun/oss-browser/issues/41",
        || signed(V1, V1),
        "The secret is another key's",
    ),
    (
        "line-feeds-lost",
        "github.com/vastsa/FileCodeBox/issues/137",
        || answered(&[("StringToSign", "GET 1708795817 /b/b/share/a.webp")]),
        "StringToSignBytes",
    ),
    (
        "expires-milliseconds",
        "github.com/AlibabaCloudDocs/oss/issues/35",
        || answered(&[("StringToSign", "GET\n\n\n1596699696000\n/b/k")]),
        "milliseconds",
    ),
    (
        "token-in-url",
        "github.com/AlibabaCloudDocs/oss/issues/35",
        || {
            answered(&[(
                "StringToSign",
                "GET\n\n\n1596699696\n/b/k?security-token=CAIS",
            )])
        },
        "part of what a V1 URL signs",
    ),
    (
        "sts-token-missing",
        OWN,
        || answered(&[("StringToSign", V1), ("OSSAccessKeyId", "STS.NT1")]),
        "need their token",
    ),
    (
        "method-changed",
        "EC 0002-00000040: a CDN turns HEAD into GET",
        || signed(V1, &V1.replace("GET", "HEAD")),
        "turned HEAD into GET",
    ),
    (
        "key-escaped",
        "github.com/Molunerfinn/PicGo/issues/877",
        || {
            signed(
                "GET\n\n\n1596699696\n/b/a 环.png",
                "GET\n\n\n1596699696\n/b/a%20%E7%8E%AF.png",
            )
        },
        "signs the key decoded",
    ),
    (
        "bucket-left-out",
        "EC 0002-00000040: CNAME without its switch",
        || signed(V1, &V1.replace("/b/k", "/k")),
        "`/bucket/key` whatever host",
    ),
    (
        "subresource-left-out",
        "github.com/ali-sdk/ali-oss/issues/132",
        || signed(&format!("{V1}?acl"), V1),
        "`acl` belongs into",
    ),
    (
        "parameter-signed-too-much",
        OWN,
        || signed(V1, &format!("{V1}?prefix=a")),
        "`prefix` is no sub-resource",
    ),
    (
        "subresource-order",
        "github.com/aliyun/aliyun-oss-java-sdk/issues/327",
        || {
            signed(
                &format!("{V1}?partNumber=1&uploadId=x"),
                &format!("{V1}?uploadId=x&partNumber=1"),
            )
        },
        "in the order of their names",
    ),
    (
        "header-name-case",
        OWN,
        || signed4(CANONICAL, &CANONICAL.replace("x-oss-date", "X-Oss-Date")),
        "lower case",
    ),
    (
        "header-order",
        OWN,
        || {
            signed4(
                CANONICAL,
                &CANONICAL.replace(
                    "x-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20260101T000000Z",
                    "x-oss-date:20260101T000000Z\nx-oss-content-sha256:UNSIGNED-PAYLOAD",
                ),
            )
        },
        "order of their names",
    ),
    (
        "header-blanks",
        OWN,
        || signed4(CANONICAL, &CANONICAL.replace("date:2026", "date: 2026")),
        "colon alone",
    ),
    (
        "header-added",
        "EC 0002-00000040: a proxy adds headers",
        || {
            signed4(
                &CANONICAL.replace("x-oss-date", "x-oss-meta-a:1\nx-oss-date"),
                CANONICAL,
            )
        },
        "`x-oss-meta-a`",
    ),
    (
        "header-lost",
        OWN,
        || {
            signed4(
                CANONICAL,
                &CANONICAL.replace("x-oss-date", "x-oss-meta-a:1\nx-oss-date"),
            )
        },
        "did not arrive",
    ),
    (
        "date-line",
        "help page: Include signatures in the Authorization header (x-oss-date)",
        || {
            signed(
                "GET\n\n\n20221220T084818Z\nx-oss-date:20221220T084818Z\n/b/k",
                "GET\n\n\n\nx-oss-date:20221220T084818Z\n/b/k",
            )
        },
        "stands in the line of the date",
    ),
    (
        "content-md5",
        OWN,
        || {
            signed(
                V1,
                &V1.replace("GET\n\n", "GET\nsQqNsWTgdUEFt6mb5y4/5Q==\n"),
            )
        },
        "Content-MD5 that is really sent",
    ),
    (
        "empty-value",
        "github.com/ali-sdk/ali-oss: canonical queries",
        || {
            signed4(
                &CANONICAL.replace("k.txt\n\n", "k.txt\nacl\n"),
                &CANONICAL.replace("k.txt\n\n", "k.txt\nacl=\n"),
            )
        },
        "without `=`",
    ),
    (
        "blank-as-plus",
        OWN,
        || {
            signed4(
                &CANONICAL.replace("k.txt\n\n", "k.txt\nprefix=a%20b\n"),
                &CANONICAL.replace("k.txt\n\n", "k.txt\nprefix=a+b\n"),
            )
        },
        "a blank as `%20`",
    ),
    (
        "scope",
        "github.com/aliyun/alibabacloud-oss-go-sdk-v2/issues/29",
        || signed(V4, &V4.replace("cn-hangzhou", "cn-beijing")),
        "must be the one",
    ),
    (
        "bucket-twice",
        "github.com/vastsa/FileCodeBox/issues/137",
        || answered(&[("StringToSign", "GET\n\n\n1708795817\n/b/b/share/a.webp")]),
        "in the host and in the path",
    ),
    (
        "bucket-of-another-host",
        "github.com/aliyun-UED/aliyun-sdk-js/issues/18",
        || {
            answered(&[
                ("StringToSign", V1),
                ("HostId", "slides.oss-cn-hangzhou-internal.aliyuncs.com"),
            ])
        },
        "another bucket than it was signed for",
    ),
    (
        "key-with-slash",
        "EC 0002-00000430",
        || answered(&[("StringToSign", "GET\n\n\n1708795817\n/b//k")]),
        "begins with a slash",
    ),
    (
        "escaped-twice",
        "github.com/Molunerfinn/PicGo/issues/759",
        || {
            answered(&[(
                "StringToSign",
                "PUT\n\n\nTue, 20 Dec 2022 08:48:18 GMT\n/b/a%20b.png",
            )])
        },
        "escaped twice",
    ),
    (
        "form-content-type",
        "EC 0002-00000040",
        || {
            answered(&[(
                "StringToSign",
                "POST\n\napplication/x-www-form-urlencoded\nTue, 20 Dec 2022 08:48:18 GMT\n/b/k?append&position=0",
            )])
        },
        "default of a library",
    ),
    (
        "content-type-charset",
        OWN,
        || {
            answered(&[(
                "StringToSign",
                "PUT\n\ntext/plain;charset=UTF-8\n1708795817\n/b/k",
            )])
        },
        "added `charset`",
    ),
    (
        "content-type",
        "github.com/aliyun/aliyun-oss-android-sdk/issues/38",
        || {
            signed(
                "PUT\n\nimage/jpg\n1708795817\n/b/k",
                "PUT\n\n\n1708795817\n/b/k",
            )
        },
        "Content-Type that is really sent",
    ),
    (
        "cdn-header",
        "EC 0002-00000040: x-oss-range-behavior",
        || {
            answered(&[(
                "StringToSign",
                "GET\n\n\n1708795817\nx-oss-range-behavior:standard\n/b/k",
            )])
        },
        "A CDN added `x-oss-range-behavior`",
    ),
    (
        "cdn-head",
        "EC 0002-00000040: HEAD /ObjectName?objectMeta",
        || {
            answered(&[(
                "StringToSign",
                "GET\n\n\nFri, 24 Feb 2012 06:38:30 GMT\n/b/ObjectName?objectMeta",
            )])
        },
        "turned HEAD into GET",
    ),
    (
        "meta-bytes",
        "github.com/ali-sdk/ali-oss: headerEncoding",
        || answered(&[("StringToSign", "PUT\n\n\n1708795817\nx-oss-meta-a:å\n/b/k")]),
        "percent-encode the value",
    ),
    (
        "meta-empty",
        "a Java client's remark on EC 0002-00000201",
        || {
            answered(&[
                ("StringToSign", V4),
                (
                    "CanonicalRequest",
                    "PUT\n/b/k\n\nx-oss-date:20260101T000000Z\nx-oss-meta-a:\n\n\nUNSIGNED-PAYLOAD",
                ),
            ])
        },
        "Leave it out",
    ),
    (
        "ip-bound",
        "EC 0002-00000602",
        || answered(&[("StringToSign", V1), ("EC", "0002-00000602")]),
        "for certain addresses",
    ),
    (
        "odd-key",
        "github.com/Molunerfinn/PicGo/issues/877",
        || {
            answered(&[(
                "StringToSign",
                "PUT\n\nimage/png\n1708795817\n/b/1.c  环境.png",
            )])
        },
        "how the key is encoded",
    ),
    (
        "subresources",
        "github.com/ali-sdk/ali-oss/issues/132",
        || {
            answered(&[(
                "StringToSign",
                "GET\n\n\n1708795817\n/b/k?response-content-disposition=attachment",
            )])
        },
        "is signed too",
    ),
    (
        "scope-day",
        "EC 0002-00000212",
        || {
            answered(&[(
                "StringToSign",
                "OSS4-HMAC-SHA256\n20260101T235959Z\n20260102/cn-hangzhou/oss/aliyun_v4_request\n00",
            )])
        },
        "day of the scope",
    ),
    (
        "scope-region",
        "github.com/aliyun/alibabacloud-oss-go-sdk-v2/issues/85",
        || {
            answered(&[(
                "StringToSign",
                "OSS4-HMAC-SHA256\n20260101T000000Z\n20260101/cn-hangzhou-internal/oss/aliyun_v4_request\n00",
            )])
        },
        "bare id",
    ),
    (
        "scope-product",
        "github.com/aliyun/alibabacloud-oss-python-sdk-v2/issues/74",
        || {
            answered(&[(
                "StringToSign",
                "OSS4-HMAC-SHA256\n20260101T000000Z\n20260101/cn-hangzhou/s3/aws4_request\n00",
            )])
        },
        "ends with `oss/aliyun_v4_request`",
    ),
    (
        "payload-hash",
        "EC 0002-00000214",
        || {
            answered(&[
                ("StringToSign", V4),
                (
                    "CanonicalRequest",
                    "PUT\n/b/k\n\nx-oss-date:20260101T000000Z\n\n\ne3b0c44298fc1c14",
                ),
            ])
        },
        "`UNSIGNED-PAYLOAD`",
    ),
    (
        "host-signed",
        "github.com/aliyun/aliyun-oss-go-sdk/issues/424",
        || {
            answered(&[
                ("StringToSign", S3),
                (
                    "CanonicalRequest",
                    "GET\n/k\nX-Amz-Date=1\nhost:files.example.com\n\nhost\nUNSIGNED-PAYLOAD",
                ),
            ])
        },
        "Sign for the very host",
    ),
    (
        "fragile-header",
        OWN,
        || {
            answered(&[
                ("StringToSign", S3),
                (
                    "CanonicalRequest",
                    "GET\n/k\n\naccept-encoding:gzip\nhost:b.oss-cn-hangzhou.aliyuncs.com\n\naccept-encoding;host\nUNSIGNED-PAYLOAD",
                ),
            ])
        },
        "`accept-encoding` is signed",
    ),
];

const UPPER: &str = "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789";

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
