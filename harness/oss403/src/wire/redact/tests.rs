//! Nothing that a request carried is written down.

use super::*;
use crate::wire::exchange::Response;

fn request() -> SentRequest {
    SentRequest {
        method: "GET".into(),
        scheme: "http".into(),
        host: "b.oss-cn-hangzhou.aliyuncs.test".into(),
        address: "127.0.0.1:1".into(),
        target: "/k?Signature=c2ln%2BQ%3D%3D&security-token=tok%2F123&acl".into(),
        headers: vec![
            ("Authorization".into(), "OSS LTAI1:aGVhZGVyLXNpZw==".into()),
            ("X-Oss-Security-Token".into(), "header-token-1".into()),
        ],
        body: Vec::new(),
        string_to_sign: Some("GET\n\nx-oss-security-token:header-token-1\n/b/k".into()),
    }
}

#[test]
fn nothing_hidden_survives_in_an_exchange_whatever_form_it_comes_back_in() {
    let body = "<Error><SignatureProvided>aGVhZGVyLXNpZw==</SignatureProvided>\
        <A>c2ln+Q==</A><B>c2ln%2BQ%3D%3D</B><C>tok/123 tok%2F123</C>\
        <D>68 65 61 64 65 72 2D 74 6F 6B 65 6E 2D 31 </D></Error>";
    let exchange = Exchange {
        request: request(),
        outcome: Outcome::Answered(Response {
            status: 403,
            headers: vec![("x-echo".into(), "header-token-1".into())],
            body: body.into(),
            ..Response::default()
        }),
        elapsed_us: 1,
        earlier: Vec::new(),
    };
    let redacted = Redactor::for_request(&exchange.request).exchange(&exchange);
    let written = format!("{redacted:?}");
    let body = String::from_utf8(redacted.response().unwrap().body.clone()).unwrap();
    for secret in [
        "aGVhZGVyLXNpZw",
        "c2ln",
        "tok/",
        "tok%2F",
        "header-token",
        "68 65 61",
    ] {
        assert!(
            !written.contains(secret) && !body.contains(secret),
            "{secret}: {written} {body}"
        );
    }
    assert!(written.contains("OSS LTAI1:[redacted]"));
    assert!(redacted.request.target.ends_with("&acl"));
}

#[test]
fn what_is_no_secret_of_a_query_is_shown_and_a_redactor_shows_none_of_its_own() {
    let mut request = request();
    request.target += "&prefix=a%20b";
    let redactor = Redactor::for_request(&request);
    let target = redactor.request(&request).target;
    assert!(target.ends_with("&acl&prefix=a%20b"), "{target}");
    assert_eq!(format!("{redactor:?}"), "Redactor { .. }");
}

/// Every form is told by a piece of it that is in no other text here.
#[test]
fn a_value_is_hidden_in_any_form_and_in_any_place() {
    use crate::wire::exchange::Interim;
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
    let token = "tok/123+Zä=~<&>?>?>?";
    let mut sent = request();
    sent.headers = vec![("x-oss-security-token".into(), token.into())];
    let percent = |text: &str| -> String {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
        let each = text.bytes().map(|b| {
            if plain(b) {
                char::from(b).into()
            } else {
                format!("%{b:02X}")
            }
        });
        each.collect()
    };
    let hex = |blank: &str| -> Vec<String> {
        let pairs = |upper: bool| {
            token.bytes().map(move |b| {
                if upper {
                    format!("{b:02X}")
                } else {
                    format!("{b:02x}")
                }
            })
        };
        [true, false]
            .map(|upper| pairs(upper).collect::<Vec<_>>().join(blank))
            .to_vec()
    };
    let escaped = token
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let mut forms = vec![
        token.to_owned(),
        token.to_ascii_lowercase(),
        token.to_ascii_uppercase(),
        token.chars().rev().collect(),
        percent(token),
        percent(token)
            .to_ascii_lowercase()
            .replace("tok%2f123%2bz", "tok%2f123%2bZ"),
        percent(&percent(token)),
        percent(
            &percent(token)
                .to_ascii_lowercase()
                .replace("tok%2f123%2bz", "tok%2f123%2bZ"),
        ),
        token.replace('/', "\\/"),
        escaped,
    ];
    forms.extend(hex("").into_iter().chain(hex(" ")));
    let in_base64 = ["", "G", "GE"].map(|before| format!("{before}{token}\nmore"));
    forms.extend(in_base64.iter().map(|text| BASE64_STANDARD.encode(text)));
    forms.extend(
        in_base64
            .iter()
            .map(|text| BASE64_URL_SAFE_NO_PAD.encode(text)),
    );
    let redactor = Redactor::for_request(&sent);
    for form in &forms {
        let header = || vec![("x-echo".to_owned(), format!("a={form};"))];
        let exchange = Exchange {
            request: sent.clone(),
            outcome: Outcome::Answered(Response {
                status: 403,
                reason: form.clone(),
                headers: header(),
                body: format!("<a>{form}</a>").into_bytes(),
                trailers: header(),
                interim: vec![Interim {
                    status: 103,
                    reason: form.clone(),
                    headers: header(),
                }],
                excess: form.clone().into_bytes(),
                defects: vec![format!("what: {form}")],
                ..Response::default()
            }),
            elapsed_us: 1,
            earlier: vec![format!("it was answered {form}")],
        };
        let hidden = redactor.exchange(&exchange);
        let written = serde_json::to_string(&hidden).unwrap();
        let core: String = form.chars().skip(6).take(8).collect();
        let core = serde_json::to_string(&core).unwrap();
        assert!(
            !written.contains(core.trim_matches('"')),
            "{form}: {written}"
        );
        // Three places of the request, and nine of the answer.
        assert_eq!(written.matches(REDACTED).count(), 12, "{form}: {written}");
        assert!(
            written.contains("x-echo") && written.contains("it was answered"),
            "{written}"
        );
    }
}

#[test]
fn values_that_overlap_are_hidden_together() {
    let with = |token: &str| {
        let mut sent = request();
        sent.headers = vec![("x-oss-security-token".into(), token.into())];
        sent.target = "/k".into();
        sent
    };
    let sent = [with("abcdefgh"), with("efghijklmnop")];
    let redactor = Redactor::of(&sent);
    assert_eq!(redactor.text("-abcdefghijklmnop-"), "-[redacted]-");
    assert_eq!(
        redactor.text("-abcdefghabcdefgh-efghijklmnop"),
        "-[redacted][redacted]-[redacted]"
    );
}

#[test]
fn the_error_of_a_head_request_is_redacted_inside_its_base64() {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let exchange = Exchange {
        request: request(),
        outcome: Outcome::Answered(Response {
            status: 403,
            headers: vec![(
                "x-oss-err".into(),
                BASE64_STANDARD.encode("<SignatureProvided>aGVhZGVyLXNpZw==</SignatureProvided>"),
            )],
            ..Response::default()
        }),
        elapsed_us: 1,
        earlier: Vec::new(),
    };
    let redacted = Redactor::for_request(&exchange.request).exchange(&exchange);
    let coded = redacted
        .response()
        .unwrap()
        .header("x-oss-err")
        .unwrap()
        .to_owned();
    let document = String::from_utf8(BASE64_STANDARD.decode(coded).unwrap()).unwrap();
    assert_eq!(
        document,
        "<SignatureProvided>[redacted]</SignatureProvided>"
    );
}

/// A journal is judged again, and written again: the second time nothing is left to hide. Found by the fuzz target `journal`.
#[test]
fn what_is_redacted_stays_as_it_is_when_it_is_redacted_again() {
    let mut sent = request();
    sent.body = b"%5Bredacted%5D stands here by chance".to_vec();
    let once = Redactor::for_request(&sent).request(&sent);
    let twice = Redactor::for_request(&once).request(&once);
    assert_eq!(
        String::from_utf8_lossy(&twice.body),
        String::from_utf8_lossy(&sent.body)
    );
    assert_eq!((twice.target, twice.headers), (once.target, once.headers));
}

/// Found by the fuzz target `journal`: a short token hid no place of its own, and what was hidden around it gave it another value.
#[test]
fn fields_of_forms_are_hidden_where_they_stand() {
    let head = "name=\"x-oss-security-token\"\r\n\r\n";
    let mut sent = request();
    sent.headers.push((
        "Content-Type".into(),
        "multipart/form-data; boundary=b".into(),
    ));
    sent.body = format!(
        "{head}short\r\n{head}os{head}long-enough\r\n\r\nname=\"Signature\"\r\n\r\n\u{fe}sig\r\n"
    )
    .into_bytes();
    let once = Redactor::for_request(&sent).request(&sent);
    let body = String::from_utf8_lossy(&once.body).into_owned();
    for secret in ["short", "long-enough", "sig\r"] {
        assert!(!body.contains(secret), "{secret}: {body}");
    }
    let twice = Redactor::for_request(&once).request(&once);
    assert_eq!(String::from_utf8_lossy(&twice.body), body);
}

/// A server may answer the request for an absent key with the signature of that request.
#[test]
fn short_values_are_hidden_only_where_they_stand() {
    let mut request = request();
    request.headers = vec![("x-oss-security-token".into(), "t".into())];
    request.target = "/test?Signature=s".into();
    let redacted = Redactor::for_request(&request).request(&request);
    assert_eq!(redacted.target, "/test?Signature=[redacted]");
    assert_eq!(redacted.headers[0].1, REDACTED);
    assert_eq!(redacted.method, "GET");
}

#[test]
fn odd_authorization_headers_keep_nothing_that_may_be_a_signature() {
    assert_eq!(hide_authorization("garbage"), REDACTED);
    assert_eq!(
        hide_authorization(
            "OSS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=abc, AdditionalHeaders=host"
        ),
        "OSS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=[redacted], AdditionalHeaders=host"
    );
    assert_eq!(
        hide_authorization("OSS2 AccessKeyId:a,Signature:é"),
        "OSS2 AccessKeyId:a,Signature:[redacted]"
    );
}
