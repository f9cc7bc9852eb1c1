//! The S3 dialect: what its requests and answers call by other names, and what its bodies may be framed in.

use oss_reference::Config;
use oss_reference::config::{Decisions, S3Region};

use crate::client::{Ask, Reply, Wire};

const SIGNED_PIECES: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

// vectordotdev/vector#20746 (2024) prints the complete head of a 403 to an S3-signed PutObject: x-amz-request-id and x-oss-ec, and
// neither x-oss-request-id nor x-oss-server-time.
#[tokio::test]
async fn answers_carry_the_request_id_of_the_dialect_they_answer() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/k", "x").await.is(200);
    let heads = |reply: &Reply| {
        ["x-amz-request-id", "x-oss-request-id", "x-oss-server-time"]
            .map(|name| reply.header(name).is_some())
    };
    for (target, status) in [("/bkt/k", 200), ("/bkt/absent", 404)] {
        for method in ["GET", "HEAD"] {
            let s3 = wire.ask(method, target).s3().send().await.is(status);
            assert_eq!(heads(&s3), [true, false, false], "{method} {target}");
            let oss = wire.ask(method, target).send().await.is(status);
            assert_eq!(heads(&oss), [false, true, true], "{method} {target}");
        }
    }
    let refused = wire.ask("GET", "/bkt/k").s3().by("other-account").send();
    let refused = refused.await.refused(403, "AccessDenied");
    assert_eq!(heads(&refused), [true, false, false]);
    assert!(refused.header("x-oss-ec").is_some());
    // What cannot be read at all, and what is signed in the query.
    for target in [
        "/bkt/%zz",
        "/bkt/k?X-Amz-Signature=0",
        "/bkt/k?AWSAccessKeyId=x",
    ] {
        let ask = wire.ask("GET", target).anonymous();
        let ask = if target.contains('?') {
            ask
        } else {
            ask.header("Authorization", "AWS a:b")
        };
        let reply = ask.send().await;
        assert_eq!(
            heads(&reply),
            [true, false, false],
            "{target}: {}",
            reply.text()
        );
    }
    // An x-amz header alone is no S3 signature.
    let plain = wire
        .ask("GET", "/bkt/k")
        .header("x-amz-date", "x")
        .send()
        .await
        .is(200);
    assert_eq!(heads(&plain), [false, true, true]);
}

#[tokio::test]
async fn metadata_acl_class_and_source_go_by_their_s3_names() {
    let wire = Wire::with_bucket().await;
    let put = wire.ask("PUT", "/bkt/k").s3().body("the content");
    put.header("x-amz-meta-owner", "eric")
        .header("x-amz-acl", "public-read")
        .header("x-amz-storage-class", "STANDARD_IA")
        .send()
        .await
        .is(200);
    let s3 = wire.ask("GET", "/bkt/k").s3().send().await.is(200);
    assert_eq!(s3.the("x-amz-meta-owner"), "eric");
    assert_eq!(s3.header("x-oss-meta-owner"), None);
    let oss = wire.get("/bkt/k").await.is(200);
    assert_eq!(oss.the("x-oss-meta-owner"), "eric");
    assert_eq!(oss.header("x-amz-meta-owner"), None);
    assert_eq!(oss.the("x-oss-storage-class"), "IA");
    assert_eq!(
        wire.get("/bkt/k?acl").await.at("AccessControlList/Grant"),
        "public-read"
    );

    let copy = |name| {
        wire.ask("PUT", name)
            .s3()
            .header("x-amz-copy-source", "bkt/k")
    };
    copy("/bkt/copy").send().await.is(200);
    let copied = wire.get("/bkt/copy").await;
    assert_eq!(
        (copied.text().as_str(), copied.the("x-oss-meta-owner")),
        ("the content", "eric")
    );
    let replacing = copy("/bkt/other").header("x-amz-metadata-directive", "REPLACE");
    replacing
        .header("x-amz-meta-owner", "erica")
        .send()
        .await
        .is(200);
    assert_eq!(
        wire.get("/bkt/other").await.the("x-oss-meta-owner"),
        "erica"
    );
    let unmet = copy("/bkt/unmet").header("x-amz-copy-source-if-match", "\"0\"");
    unmet.send().await.refused(412, "PreconditionFailed");
    wire.ask("PUT", "/bkt?acl")
        .s3()
        .header("x-amz-acl", "public-read")
        .send()
        .await
        .is(200);
    assert_eq!(
        wire.get("/bkt?acl").await.at("AccessControlList/Grant"),
        "public-read"
    );

    // The names mean nothing in a request that is signed as OSS has it.
    let oss = wire
        .ask("PUT", "/bkt/plain")
        .header("x-amz-copy-source", "bkt/k");
    oss.header("x-amz-meta-owner", "eric")
        .body("own")
        .send()
        .await
        .is(200);
    let plain = wire.get("/bkt/plain").await;
    assert_eq!(
        (plain.text().as_str(), plain.header("x-oss-meta-owner")),
        ("own", None)
    );
}

// Page EC 0017-00000804; apache/polaris#3346, karakeep-app/karakeep#2191.
#[tokio::test]
async fn a_framed_body_must_be_signed_piece_by_piece() {
    let wire = Wire::with_bucket().await;
    let framed = "3;chunk-signature=00\r\nabc\r\n0;chunk-signature=00\r\n\r\n";
    let put = |digest: &str, encoding: &str| -> Ask<'_> {
        let mut ask = wire.ask("PUT", "/bkt/k").s3().body(framed);
        for (name, value) in [
            ("x-amz-content-sha256", digest),
            ("Content-Encoding", encoding),
        ] {
            if !value.is_empty() {
                ask = ask.header(name, value);
            }
        }
        ask
    };
    for (digest, encoding, name, value) in [
        (
            "UNSIGNED-PAYLOAD",
            "aws-chunked",
            "Content-Encoding",
            "aws-chunked",
        ),
        ("", "gzip, aws-chunked", "Content-Encoding", "aws-chunked"),
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "aws-chunked",
            "x-amz-content-sha256",
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        ),
        (
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            "",
            "x-amz-content-sha256",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        ),
    ] {
        let refused = put(digest, encoding)
            .send()
            .await
            .refused(400, "InvalidArgument");
        assert_eq!(
            refused.at("Message"),
            "aws-chunked encoding is not supported with the specified x-amz-content-sha256 value."
        );
        assert_eq!(
            (refused.at("ArgumentName"), refused.at("ArgumentValue")),
            (name.into(), value.into())
        );
        assert_eq!(refused.at("EC"), "0017-00000804");
        wire.get("/bkt/k").await.refused(404, "NoSuchKey");
    }
    for encoding in ["aws-chunked,gzip", "gzip", ""] {
        put(SIGNED_PIECES, encoding).send().await.is(200);
        let got = wire.get("/bkt/k").await;
        assert_eq!(got.text(), "abc", "{encoding}");
        assert_eq!(
            got.header("content-encoding"),
            Some("gzip").filter(|_| encoding.contains("gzip"))
        );
    }
    put(SIGNED_PIECES, "aws-chunked")
        .body("5\r\nabc")
        .send()
        .await
        .refused(400, "IncompleteBody");
}

#[tokio::test]
async fn a_signature_may_name_the_region_of_clients_that_were_told_none() {
    let scoped = async |wire: &Wire, region: &str| {
        let now = oss_auth::Timestamp(wire.now());
        let (date, day) = (now.to_iso_basic(), now.scope_date());
        let host = wire.running.address().to_string();
        let headers = [
            oss_auth::Header::new("Host", &host),
            oss_auth::Header::new("x-amz-date", &date),
        ];
        let request = oss_auth::Request {
            method: "GET",
            bucket: Some("bkt"),
            key: None,
            query: &[],
            headers: &headers,
            path: "/bkt/",
        };
        let owner = wire.running.config().identities.get("owner").unwrap();
        let credentials = oss_auth::Credentials {
            access_key_id: &owner.access_key_id,
            access_key_secret: &owner.access_key_secret,
            security_token: None,
        };
        let scope = oss_auth::Scope::s3(&day, region);
        let names = ["host", "x-amz-date"];
        let authorization = oss_auth::s3::header::sign(&request, &credentials, &scope, &names);
        let ask = wire
            .ask("GET", "/bkt/")
            .anonymous()
            .header("x-amz-date", &date);
        ask.header("Authorization", &authorization).send().await
    };
    let lenient = Wire::with_bucket().await;
    for region in ["cn-hangzhou", "oss-cn-hangzhou", "us-east-1"] {
        scoped(&lenient, region).await.is(200);
    }
    scoped(&lenient, "eu-west-1")
        .await
        .refused(400, "InvalidArgument");
    let strict = Wire::start_with(Config {
        decisions: Decisions {
            s3_region: S3Region::Own,
            ..Decisions::default()
        },
        ..Config::default()
    })
    .await;
    strict.ask("PUT", "/bkt").send().await.is(200);
    for region in ["cn-hangzhou", "oss-cn-hangzhou"] {
        scoped(&strict, region).await.is(200);
    }
    let refused = scoped(&strict, "us-east-1")
        .await
        .refused(400, "InvalidArgument");
    assert_eq!(refused.at("EC"), "0002-00000226");
}
