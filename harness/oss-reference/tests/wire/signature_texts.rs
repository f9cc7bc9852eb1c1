//! What is said of malformed signatures, word for word as it was measured or is shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::client::{Reply, Wire};

const SCOPE: &str = "20231216/cn-hangzhou/oss/aliyun_v4_request";

fn said(reply: &Reply) -> [String; 2] {
    [reply.at("Message"), reply.at("EC")]
}

// Measured against the service by the authors of three public repositories (2026): a real digest of the body, and an empty list.
#[tokio::test]
async fn a_v4_header_is_told_what_is_wrong_with_it() {
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let wire = Wire::with_bucket().await;
    let ask = |authorization: String| {
        let ask = wire.ask("GET", "/bkt/k").anonymous();
        ask.header("Authorization", &authorization)
    };
    for digest in [EMPTY, "unsigned-payload"] {
        let plain = format!("OSS4-HMAC-SHA256 Credential=id/{SCOPE}, Signature=s");
        let refused = ask(plain)
            .header("x-oss-content-sha256", digest)
            .send()
            .await;
        let refused = refused.refused(400, "InvalidArgument");
        assert_eq!(
            said(&refused),
            [
                "The x-oss-content-sha256 only supports UNSIGNED-PAYLOAD.",
                "0002-00000214"
            ]
        );
        assert_eq!(refused.at("ArgumentName"), "x-oss-content-sha256");
        assert_eq!(refused.at("ArgumentValue"), digest);
    }
    let listed = format!("OSS4-HMAC-SHA256 Credential=id/{SCOPE}, AdditionalHeaders=, Signature=s");
    let refused = ask(listed).send().await.refused(400, "InvalidArgument");
    assert_eq!(
        said(&refused),
        ["Authorization header value is empty", "0002-00000209"]
    );
    // Every other fault keeps the text of the pages.
    for authorization in [
        "OSS idsig".to_owned(),
        format!("OSS4-HMAC-SHA256 Credential=id/{SCOPE}"),
    ] {
        let refused = ask(authorization)
            .send()
            .await
            .refused(400, "InvalidArgument");
        assert_eq!(refused.at("Message"), "Authorization header is invalid.");
    }
}

// oss2 2.19.1, tests/test_sign.py: test_sign_v4_no_region.
#[tokio::test]
async fn a_v4_url_without_a_region_is_told_so() {
    let wire = Wire::with_bucket().await;
    let target = "/bkt/k?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=20231216T162057Z&x-oss-expires=60\
                  &x-oss-credential=id%2F20231216%2F%2Foss%2Faliyun_v4_request&x-oss-signature=s";
    let refused = wire.ask("GET", target).anonymous().send().await;
    let refused = refused.refused(400, "InvalidArgument");
    assert_eq!(
        said(&refused),
        [
            "The signing region in credential is invalid.",
            "0002-00000228"
        ]
    );
}

fn form(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields.iter().chain(&[("file", "x")]) {
        body.push_str(&format!(
            "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body + "--b--\r\n"
}

async fn post(wire: &Wire, fields: &[(&str, &str)]) -> Reply {
    let ask = wire.ask("POST", "/bkt").anonymous().body(form(fields));
    let reply = ask
        .header("Content-Type", "multipart/form-data; boundary=b")
        .send()
        .await;
    reply.refused(400, "InvalidArgument")
}

// The page of EC 0002-00000715, and dashscope4j's body of 2024-12-22 (EC 0002-00000706), which has an empty ArgumentValue.
#[tokio::test]
async fn a_form_is_told_which_field_is_wrong() {
    let wire = Wire::with_bucket().await;
    let (policy, date) = (STANDARD.encode("{}"), oss_auth::Timestamp(wire.now()));
    let credential = format!("id/{}/cn-nowhere/oss/aliyun_v4_request", date.scope_date());
    let refused = post(
        &wire,
        &[
            ("key", "k"),
            ("policy", &policy),
            ("x-oss-signature-version", "OSS4-HMAC-SHA256"),
            ("x-oss-credential", &credential),
            ("x-oss-date", &date.to_iso_basic()),
            ("x-oss-signature", "s"),
        ],
    )
    .await;
    assert_eq!(
        said(&refused),
        [
            "The signing region in credential is invalid.",
            "0002-00000715"
        ]
    );
    assert_eq!(refused.at("ArgumentName"), "x-oss-credential");
    assert_eq!(refused.at("ArgumentValue"), credential);

    let refused = post(
        &wire,
        &[("key", "k"), ("policy", &policy), ("Signature", "s")],
    )
    .await;
    assert_eq!(refused.at("ArgumentName"), "OSSAccessKeyId");
    assert!(
        refused.text().contains("<ArgumentValue></ArgumentValue>"),
        "{}",
        refused.text()
    );
}

#[tokio::test]
async fn a_connection_that_ends_says_so_once_and_a_wrong_digest_has_its_ec() {
    let wire = Wire::with_bucket().await;
    for (connection, expected) in [
        ("close", "close"),
        ("keep-alive, Close", "close"),
        ("keep-alive", "keep-alive"),
    ] {
        // Answers are read by name, so that two headers of it would be one list or two lines.
        let head = format!(
            "GET /bkt/k HTTP/1.1\r\nHost: {}\r\nConnection: {connection}\r\n\r\n",
            wire.running.address()
        );
        let mut stream = wire.connect().await;
        tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes())
            .await
            .unwrap();
        let reply = Reply::read(&mut stream, "GET").await;
        assert_eq!(reply.all("connection"), [expected], "{connection}");
    }
    let put = wire
        .ask("PUT", "/bkt/k")
        .body("x")
        .header("Content-MD5", "bHupxaFBQh4cA8uYB8l8dA==");
    assert_eq!(
        put.send().await.refused(400, "InvalidDigest").at("EC"),
        "0017-00000503"
    );
}
