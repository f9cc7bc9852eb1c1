//! What is said of the reader's own values, and what is never shown.

use super::{diagnosed, shown, unwrapped};

fn said(body: &str) -> String {
    unwrapped(&shown(&diagnosed(&format!(
        "<Error><Code>AccessDenied</Code><Message>Request has expired.</Message>{body}</Error>"
    ))))
}

#[test]
fn differences_of_clocks_have_their_reason() {
    let skewed = |request: &str, server: &str| {
        said(&format!(
            "<RequestTime>{request}</RequestTime><ServerTime>{server}</ServerTime>"
        ))
    };
    let server = "2024-09-23T06:32:40.000Z";
    for (request, words) in [
        ("2024-09-23T14:32:40.000Z", "8 h 00 min ahead of"),
        ("2024-09-22T22:32:39.000Z", "time zone of China"),
        ("2024-09-23T15:32:40.000Z", "are a time zone"),
        ("2024-09-23T01:02:40.000Z", "are a time zone"),
        ("2024-09-22T06:32:50.000Z", "Whole days"),
        (
            "1970-01-01T00:00:10.000Z",
            "the clock of the device is not set",
        ),
        ("2023-09-10T01:12:40.000Z", "The year"),
        ("2024-09-23T06:12:13.000Z", "20 min 27 s behind"),
    ] {
        assert!(
            skewed(request, server).contains(words),
            "{request}: {}",
            skewed(request, server)
        );
    }
    assert!(skewed("2024-09-23T06:12:13.000Z", server).contains("Set the clock"));
    // What OSS accepts is no fault of the clock.
    assert!(!skewed("2024-09-23T06:32:20.000Z", server).contains("clock is"));
}

#[test]
fn an_expiry_is_said_with_its_values() {
    let page = said(
        "<Expires>1970-01-01T01:00:00.000Z</Expires><ServerTime>2026-01-01T00:00:00.000Z</ServerTime>",
    );
    assert!(page.contains("seconds from now"), "{page}");
    let page = said(
        "<Expires>2025-12-31T16:00:00.000Z</Expires><ServerTime>2026-01-01T00:00:00.000Z</ServerTime>",
    );
    assert!(
        page.contains("8 h 00 min before") && page.contains("time zone of China"),
        "{page}"
    );
}

#[test]
fn conditions_of_a_form_are_sentences() {
    for (condition, words) in [
        (
            r#"["starts-with", "$key", "user/eric/"]"#,
            "the field `key` to begin with `user/eric/`",
        ),
        (
            r#"["eq", "$Content-Type", "image/png"]"#,
            "the field `Content-Type` to be `image/png`",
        ),
        (
            r#"["not-in", "$content-type", ["text/html"]]"#,
            "to be none of `[\"text/html\"]`",
        ),
    ] {
        let page = unwrapped(&shown(&diagnosed(&format!(
            "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy Condition failed: {condition}</Message></Error>"
        ))));
        assert!(page.contains(words), "{page}");
    }
}

#[test]
fn texts_of_a_server_are_inert() {
    let page = shown(&diagnosed(
        "<Error><Code>AccessDenied</Code><Message>::error::x&#x1b;[2J&#x85;\n##vso[task]</Message><HostId>::set-output name=a::b</HostId><Endpoint>\n::warning::y</Endpoint></Error>",
    ));
    assert!(!page.contains(['\x1b', '\u{85}']), "{page:?}");
    for line in page.lines() {
        let start = line.trim_start();
        assert!(
            !start.starts_with("::") && !start.starts_with("##"),
            "{line:?}"
        );
    }
}

#[test]
fn signatures_and_tokens_are_never_shown() {
    let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided.</Message>\
        <OSSAccessKeyId>STS.abc</OSSAccessKeyId><SignatureProvided>sIgNaTuRe+of+28+characters0=</SignatureProvided><SecurityToken>ToKeN-hush</SecurityToken>\
        <ArgumentName>x-oss-security-token</ArgumentName><ArgumentValue>ToKeN-hush</ArgumentValue>\
        <StringToSign>GET\n\n\n1\nx-oss-security-token:ToKeN-hush\n/b/k?security-token=ToKeN-hush</StringToSign></Error>";
    let http = format!(
        "> GET /k?Signature=sIgNaTuRe%2Bof HTTP/1.1\n> Host: b.oss-cn-hangzhou.aliyuncs.com\n> Authorization: OSS STS.abc:sIgNaTuRe+of+28+characters0=\n>\n< HTTP/1.1 403 Forbidden\n<\n{body}"
    );
    for text in [body, &http] {
        let diagnosis = diagnosed(text);
        let json = serde_json::to_string(&crate::explain::json::Explained::of(
            std::slice::from_ref(&diagnosis),
        ))
        .unwrap();
        for shown in [shown(&diagnosis), json] {
            for secret in ["sIgNaTuRe", "ToKeN-hush"] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}
