//! What the secret decides. Signatures are made by `oss-auth`, whose own tests hold it to golden ones.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oss_auth::{Scheme, Scope, sign_text};

use super::{CANONICAL, V1, answered};
use crate::doctor::evidence::Kind;
use crate::doctor::rules::Surety;
use crate::doctor::variants::variants;
use crate::doctor::{Evidence, examine};

const SECRET: &str = "a-secret-of-nobody";

fn provided(evidence: &mut Evidence, signature: &str) {
    evidence.provided = Some(signature.to_owned());
}

fn v1(string: &[u8]) -> String {
    sign_text(Scheme::V1, string, None, SECRET)
}

fn first(evidence: &Evidence, secret: &str) -> (&'static str, Surety, String) {
    let guess = examine(evidence, Some(secret)).guesses.remove(0);
    (guess.rule, guess.surety, guess.says)
}

#[test]
fn the_signature_of_the_documents_example_is_known() {
    // Help page "Include signatures in the Authorization header": the worked example of V1.
    let string = "PUT\nODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=\ntext/html\nThu, 17 Nov 2005 18:49:58 GMT\nx-oss-magic:abracadabra\nx-oss-meta-author:foo@bar.com\n/oss-example/nelson";
    let secret = "OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV";
    let mut evidence = answered(&[("StringToSign", string)]);
    provided(&mut evidence, "26NBxoKdsyly4EDv6inkoDft/yA=");
    assert_eq!(first(&evidence, secret).0, "secret-fits");
    assert_eq!(first(&evidence, &format!("{secret}\n")).0, "secret-blank");
    assert_eq!(first(&evidence, "another").0, "wrong-secret");
    // Whoever reads the server's string knows that the client left the header out, once the secret is there.
    let more = string.replace("x-oss-meta-author", "x-oss-meta-added:1\nx-oss-meta-author");
    let mut evidence = answered(&[("StringToSign", &more)]);
    provided(&mut evidence, "26NBxoKdsyly4EDv6inkoDft/yA=");
    let (rule, surety, says) = first(&evidence, secret);
    assert_eq!((rule, surety), ("variant", Surety::Proven));
    assert!(
        says.contains("did not sign the header x-oss-meta-added"),
        "{says}"
    );
}

#[test]
fn each_known_way_to_go_wrong_is_proven() {
    let server = "PUT\n1B2M2Y8AsgTpgAmY7PhCfg==\ntext/plain;charset=UTF-8\n20260101T000000Z\nx-oss-date:20260101T000000Z\nx-oss-meta-a:1\n/b/a b+环.txt?acl&response-expires=a b";
    for (says, string) in [
        (
            "empty line for Content-Type",
            server.replace("text/plain;charset=UTF-8", ""),
        ),
        (
            "empty line for Content-MD5",
            server.replace("1B2M2Y8AsgTpgAmY7PhCfg==", ""),
        ),
        (
            "without its `charset`",
            server.replace(";charset=UTF-8", ""),
        ),
        (
            "left the line of the date empty",
            server.replace("\n20260101T000000Z\n", "\n\n"),
        ),
        (
            "did not sign the header x-oss-meta-a",
            server.replace("x-oss-meta-a:1\n", ""),
        ),
        (
            "in lower case",
            server
                .replace("x-oss-date", "X-Oss-Date")
                .replace("x-oss-meta-a", "X-Oss-Meta-A"),
        ),
        (
            "key percent-encoded",
            server.replace("/b/a b+环.txt", "/b/a%20b%2B%E7%8E%AF.txt"),
        ),
        (
            "blanks of the key as plus signs",
            server.replace("a b+", "a+b+"),
        ),
        ("as `%2B`", server.replace("b+环", "b%2B环")),
        ("without its bucket", server.replace("/b/a b", "/a b")),
        (
            "did not sign the parameter response-expires",
            server.replace("&response-expires=a b", ""),
        ),
        (
            "no sub-resources",
            server.replace("?acl&response-expires=a b", ""),
        ),
        (
            "values of parameters percent-encoded",
            server.replace("=a b", "=a%20b"),
        ),
        (
            "another order",
            server.replace("acl&response-expires=a b", "response-expires=a b&acl"),
        ),
        ("signed the method HEAD", server.replace("PUT\n", "HEAD\n")),
        ("a line feed after the last line", format!("{server}\n")),
        ("carriage returns", server.replace('\n', "\r\n")),
        // Two at once.
        (
            "empty line for Content-Type",
            server
                .replace("text/plain;charset=UTF-8", "")
                .replace("/b/a b", "/a b"),
        ),
    ] {
        assert_ne!(string, server, "{says}");
        let mut evidence = answered(&[("StringToSign", server)]);
        provided(&mut evidence, &v1(string.as_bytes()));
        let (rule, surety, said) = first(&evidence, SECRET);
        assert_eq!((rule, surety), ("variant", Surety::Proven), "{says}");
        assert!(
            said.contains(says) && said.contains("The secret is right"),
            "{says}: {said}"
        );
    }
}

#[test]
fn no_variant_of_any_scheme_goes_unseen() {
    let v2 = "GET\n\n\n20260101T000000Z\nx-oss-date:20260101T000000Z\n\n%2Fb%2Fa%20b?acl&prefix=a";
    let v4 = "OSS4-HMAC-SHA256\n20260101T000000Z\n20260101/cn-hangzhou/oss/aliyun_v4_request\n0000";
    let s3 = "AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/oss-cn-hangzhou/s3/aws4_request\n0000";
    for (scheme, kind, string, canonical) in [
        (Scheme::V1, Kind::V1, V1, None),
        (Scheme::V2, Kind::V2, v2, None),
        (Scheme::V4, Kind::V4, v4, Some(CANONICAL)),
        (
            Scheme::S3V4,
            Kind::S3V4,
            s3,
            Some(
                "PUT\n/k\nacl=&prefix=a%2Fb\nhost:b.oss-cn-hangzhou.aliyuncs.com\nx-amz-date:20260101T000000Z\n\nhost;x-amz-date\nUNSIGNED-PAYLOAD",
            ),
        ),
    ] {
        let mut elements = vec![("StringToSign", string)];
        elements.extend(canonical.map(|canonical| ("CanonicalRequest", canonical)));
        let evidence = answered(&elements);
        assert_eq!(evidence.kind(), Some(kind));
        let all = variants(&evidence, kind);
        assert!(all.len() > 40, "{}", all.len());
        for variant in all.iter().step_by(97) {
            let text = String::from_utf8_lossy(&variant.string).into_owned();
            let scope: Vec<&str> = text
                .split('\n')
                .nth(2)
                .unwrap_or_default()
                .split('/')
                .collect();
            let scope = match scope[..] {
                [date, region, product, terminator] => Some(Scope {
                    date,
                    region,
                    product,
                    terminator,
                }),
                _ => None,
            };
            let mut evidence = evidence.clone();
            provided(
                &mut evidence,
                &sign_text(scheme, &variant.string, scope.as_ref(), SECRET),
            );
            let (rule, ..) = first(&evidence, SECRET);
            assert!(
                ["variant", "secret-fits"].contains(&rule),
                "{scheme:?}: {}",
                variant.says
            );
            assert_eq!(
                first(&evidence, "another secret").0,
                "wrong-secret",
                "{}",
                variant.says
            );
        }
    }
}

#[test]
fn a_signature_that_a_url_mangled_is_recognised() {
    let mut number = 0;
    let string = loop {
        let string = format!("GET\n\n\n{}\n/b/k", 1_708_795_817 + number);
        if v1(string.as_bytes()).contains('+') {
            break string;
        }
        number += 1;
    };
    let mut evidence = answered(&[("StringToSign", &string)]);
    provided(&mut evidence, &v1(string.as_bytes()).replace('+', " "));
    let found = examine(&evidence, Some(SECRET)).guesses;
    assert_eq!(found[0].rule, "plus-unescaped", "{found:?}");
}

#[test]
fn the_same_string_and_another_signature_is_another_secret() {
    let mut evidence = answered(&[("StringToSign", V1)]).with_client_string(V1.as_bytes());
    provided(&mut evidence, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let (rule, surety, says) = first(&evidence, SECRET);
    assert_eq!((rule, surety), ("wrong-secret", Surety::Proven));
    assert!(!says.contains(SECRET));
    // A string of the client's own that no variant knows.
    let own = "GET\n\n\nWed, 21 Dec 2022 08:48:18 GMT\n/c/other";
    let mut evidence = answered(&[("StringToSign", V1)]).with_client_string(own.as_bytes());
    provided(&mut evidence, &v1(own.as_bytes()));
    assert_eq!(first(&evidence, SECRET).0, "client-string");
}

/// Only who signed can say what was signed: what a right client would sign for the request is no proof.
#[test]
fn a_signature_in_another_form_is_told_from_one_of_another_secret() {
    let bytes = BASE64_STANDARD.decode(v1(V1.as_bytes())).unwrap();
    let hex = oss_auth::hex(&bytes);
    let sha256 = oss_auth::sign_text(oss_auth::Scheme::V2, V1.as_bytes(), None, SECRET);
    for (sent, says) in [
        (hex.clone(), "written in hexadecimal digits"),
        (hex.to_ascii_uppercase(), "written in hexadecimal digits"),
        (BASE64_STANDARD.encode(&hex), "base64 of hexadecimal digits"),
        (sha256, "HMAC-SHA256"),
    ] {
        let mut evidence = answered(&[("StringToSign", V1)]);
        provided(&mut evidence, &sent);
        let (rule, surety, words) = first(&evidence, SECRET);
        assert_eq!((rule, surety), ("signature-form", Surety::Proven), "{sent}");
        assert!(words.contains(says) && !words.contains(&sent), "{words}");
        let (rule, surety, _) = first(&evidence, "another");
        assert_ne!(surety, Surety::Proven, "{rule}");
    }
}
