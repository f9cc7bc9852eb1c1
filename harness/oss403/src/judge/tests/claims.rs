//! What a refusal claims. Shapes: bodies seen on the wire (EC 0002-00000040, -201, -504, -69).

use super::*;
use crate::wire::exchange::SentRequest;

fn with(elements: &[(&str, &str)]) -> Twin {
    let inner: String = elements
        .iter()
        .map(|(name, text)| format!("<{name}>{text}</{name}>"))
        .collect();
    let body = expired().replace("</Error>", &format!("{inner}</Error>"));
    elements
        .iter()
        .fold(Twin::new().edited_body(&body), |twin, (name, _)| {
            twin.element(name, "*")
        })
}

fn sent(twin: Twin, change: impl FnOnce(&mut SentRequest)) -> Twin {
    twin.record(|record| change(&mut record.edited.as_mut().expect("there is one").request))
}

fn header(name: &str, value: &str) -> impl FnOnce(&mut SentRequest) {
    let header = (name.to_owned(), value.to_owned());
    move |request| request.headers.push(header)
}

#[test]
fn the_signature_provided_is_the_one_that_was_sent() {
    let provided = || with(&[("SignatureProvided", "c2ln+Q==")]);
    assert_conformant(&sent(
        provided(),
        header("Authorization", "OSS id:c2ln+Q=="),
    ));
    assert_conformant(&sent(provided(), |request| {
        request.target = "/k.txt?Signature=c2ln%2BQ%3D%3D".into();
    }));
    assert_conformant(&sent(provided(), |request| {
        request.body = b"--b\r\nname=Signature\r\n\r\nc2ln+Q==\r\n".to_vec();
    }));
    let other = sent(provided(), header("Authorization", "OSS id:b3RoZXI="));
    assert_facet(&other, Facet::Envelope, "SignatureProvided");
    assert_facet(&provided(), Facet::Envelope, "SignatureProvided");
    let other = sent(provided(), |request| {
        request.target = "/k.txt?Signature=b3RoZXI%3D&acl".into();
    });
    assert_facet(&other, Facet::Envelope, "SignatureProvided");
    let other = sent(provided(), |request| {
        request.body = b"--b\r\nname=Signature\r\n\r\nb3RoZXI=\r\n".to_vec();
    });
    assert_facet(&other, Facet::Envelope, "SignatureProvided");
}

#[test]
fn the_bytes_are_those_of_the_string_to_sign() {
    let said = |pairs| with(&[("StringToSign", "GET\n/b"), ("StringToSignBytes", pairs)]);
    assert_conformant(&said("47 45 54 0A 2F 62 "));
    // A reader of XML makes one line feed of the two characters of a line end.
    let ends = [
        ("StringToSign", "G\n/b"),
        ("StringToSignBytes", "47 0D 0A 2F 62"),
    ];
    assert_conformant(&with(&ends));
    for wrong in ["47 45 54 0A 2F 63 ", "47 45 54 0A 2F ", "", "altered"] {
        assert_facet(&said(wrong), Facet::Envelope, "StringToSignBytes");
    }
}

#[test]
fn a_string_to_sign_of_version_4_ends_with_the_digest_of_the_canonical_request() {
    // SHA-256 of the three letters `abc` (FIPS 180-4, appendix).
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let text = format!("OSS4-HMAC-SHA256\n20260101T000000Z\nscope\n{digest}");
    let said = |canonical: &str| {
        let elements: &[_] = &[
            ("StringToSign", text.as_str()),
            ("CanonicalRequest", canonical),
        ];
        with(elements)
    };
    assert_conformant(&said("abc"));
    assert_facet(&said("abd"), Facet::Envelope, "digest of CanonicalRequest");
    let without = with(&[("StringToSign", &text)]);
    assert_facet(&without, Facet::Envelope, "`CanonicalRequest` is missing");
    assert_conformant(&with(&[("StringToSign", "GET\n\n\n1\n/b/k")]));
}

#[test]
fn the_servers_time_is_that_of_its_answer() {
    let said = |text| {
        with(&[("ServerTime", text)]).edited_header("date", Some("Mon, 23 Sep 2024 06:32:40 GMT"))
    };
    assert_conformant(&said("2024-09-23T06:32:40.000Z"));
    assert_conformant(&said("2024-09-23T06:32:39.000Z"));
    assert_facet(
        &said("2024-09-23T06:32:38.000Z"),
        Facet::Envelope,
        "ServerTime",
    );
    assert_facet(&said("now"), Facet::Envelope, "is no time");
}

#[test]
fn the_times_of_the_request_are_those_that_it_told() {
    let requested = || with(&[("RequestTime", "2024-09-22T06:32:38.000Z")]);
    for (name, value) in [
        ("x-oss-date", "20240922T063238Z"),
        ("Date", "Sun, 22 Sep 2024 06:32:38 GMT"),
    ] {
        assert_conformant(&sent(requested(), header(name, value)));
    }
    let later = sent(requested(), header("x-oss-date", "20240922T063239Z"));
    assert_facet(&later, Facet::Envelope, "RequestTime");

    // 1738551205 is 2025-02-03T02:53:25Z.
    let expires = |target: &str| {
        let target = target.to_owned();
        sent(
            with(&[("Expires", "2025-02-03T02:53:25.000Z")]),
            |request| request.target = target,
        )
    };
    assert_conformant(&expires("/k.txt?Expires=1738551205&Signature=s"));
    assert_conformant(&expires(
        "/k.txt?x-oss-date=20250203T025225Z&x-oss-expires=60",
    ));
    assert_conformant(&expires("/k.txt?x-oss-expires=1738551205"));
    for other in [
        "/k.txt?Expires=1738551206",
        "/k.txt?x-oss-date=20250203T025225Z&x-oss-expires=61",
    ] {
        assert_facet(&expires(other), Facet::Envelope, "Expires");
    }
}

#[test]
fn the_key_is_one_that_the_request_names() {
    for name in ["OSSAccessKeyId", "AWSAccessKeyId"] {
        let said = |key: &str| with(&[(name, key)]);
        for named in [
            sent(
                said("LTAI4711"),
                header("Authorization", "OSS LTAI4711:c2ln"),
            ),
            sent(said("LTAI4711"), |request| {
                request.target = "/k?OSSAccessKeyId=LTAI4711".into();
            }),
            sent(said("LTAI/4711"), |request| {
                request.target = "/k?x-oss-credential=LTAI%2F4711%2F20260101".into();
            }),
            sent(said("LTAI4711"), |request| {
                request.body = b"form: LTAI4711".to_vec();
            }),
            // Of a journal it may be gone.
            said("[redacted]"),
        ] {
            assert_conformant(&named);
        }
        let none = format!("{name} `LTAI4712` is none that the request names");
        for other in [
            said("LTAI4712"),
            sent(
                said("LTAI4712"),
                header("Authorization", "OSS LTAI4711:c2ln"),
            ),
            sent(said("LTAI4712"), |request| {
                request.target = "/LTAI4712".into();
            }),
        ] {
            assert_facet(&other, Facet::Envelope, &none);
        }
        let empty = sent(said(""), header("Authorization", "OSS LTAI4711:c2ln"));
        assert_facet(&empty, Facet::Envelope, name);
    }
}

#[test]
fn what_a_journal_has_hidden_is_held_against_nothing() {
    let hidden = [
        ("StringToSign", "GET\n[redacted]"),
        ("StringToSignBytes", "47"),
    ];
    assert_conformant(&with(&hidden));
    let hidden = [
        (
            "StringToSign",
            "OSS4-HMAC-SHA256\n20260101T000000Z\nscope\nabc",
        ),
        ("CanonicalRequest", "GET [redacted]"),
    ];
    assert_conformant(&with(&hidden));
}

#[test]
fn the_code_of_the_header_is_that_of_the_document() {
    let body = expired().replace("</Error>", "<EC>0002-00000069</EC></Error>");
    let twin = |header: &str| {
        let twin = Twin::new().edited_body(&body);
        twin.edited_header("x-oss-ec", Some(header))
    };
    assert_conformant(&twin("0002-00000069"));
    let said = "EC `0002-00000069` is not the x-oss-ec `0002-00000070`";
    assert_facet(&twin("0002-00000070"), Facet::Envelope, said);
}

#[test]
fn a_time_is_told_by_the_first_that_tells_one() {
    // The header of the scheme before `Date`, the query before it as well.
    let requested = || with(&[("RequestTime", "2024-09-22T06:32:38.000Z")]);
    let both = |name: &str| {
        let first = header(name, "20240922T063238Z");
        let twin = sent(requested(), header("Date", "Sun, 22 Sep 2024 06:32:39 GMT"));
        sent(twin, first)
    };
    for name in ["x-oss-date", "X-Amz-Date"] {
        assert_conformant(&both(name));
    }
    let in_query = |date: &str| {
        let twin = sent(requested(), header("Date", "Sun, 22 Sep 2024 06:32:39 GMT"));
        let target = format!("/k?x-oss-date={date}");
        sent(twin, |request| request.target = target)
    };
    assert_conformant(&in_query("20240922T063238Z"));
    assert_facet(
        &in_query("20240922T063237Z"),
        Facet::Envelope,
        "RequestTime",
    );
    assert_facet(
        &with(&[("RequestTime", "soon")]),
        Facet::Envelope,
        "is no time",
    );
    assert_facet(&with(&[("Expires", "soon")]), Facet::Envelope, "is no time");
    let now = with(&[("ServerTime", "2024-09-23T06:32:41.000Z")]);
    assert_conformant(&now.edited_header("date", Some("Mon, 23 Sep 2024 06:32:40 GMT")));
    let late = with(&[("ServerTime", "2024-09-23T06:32:42.000Z")]);
    let late = late.edited_header("date", Some("Mon, 23 Sep 2024 06:32:40 GMT"));
    assert_facet(&late, Facet::Envelope, "ServerTime");
}
