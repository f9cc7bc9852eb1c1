//! Worked examples of the documentation.

use oss_auth::{Credentials, Scheme, Scope, Timestamp, s3, v1};

use crate::message::Message;

/// Alibaba Cloud, Include signatures in the Authorization header (2021). The page prints another Content-MD5 in
/// the request than in the StringToSign; the signature belongs to the latter.
#[test]
fn the_v1_example_comes_out_as_printed() {
    let credentials = Credentials {
        access_key_id: "44CF9590006BF252F707",
        access_key_secret: "OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV",
        security_token: None,
    };
    let message = Message {
        method: "PUT".to_owned(),
        bucket: Some("oss-example".to_owned()),
        key: Some("nelson".to_owned()),
        ..Message::default()
    }
    .with_header(
        "Content-Md5",
        "ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=",
    )
    .with_header("Content-Type", "text/html")
    .with_header("Date", "Thu, 17 Nov 2005 18:49:58 GMT")
    .with_header("Host", "oss-example.oss-cn-hangzhou.aliyuncs.com")
    .with_header("X-OSS-Meta-Author", "foo@bar.com")
    .with_header("X-OSS-Magic", "abracadabra");
    assert_eq!(
        message.as_request(|request| v1::header::sign(request, &credentials)),
        "OSS 44CF9590006BF252F707:26NBxoKdsyly4EDv6inkoDft/yA="
    );
}

/// Alibaba Cloud, HTTP status code 403 (2023-06-27), SignatureDoesNotMatch: the string to sign of `PUT /bucket/abc?acl`. The page hides the
/// signature.
#[test]
fn the_string_to_sign_of_the_403_page_comes_out_as_printed() {
    let message = Message {
        method: "PUT".to_owned(),
        bucket: Some("bucket".to_owned()),
        key: Some("abc".to_owned()),
        ..Message::default()
    }
    .with_query("acl")
    .with_header("Date", "Wed, 24 May 2023 02:12:30 GMT")
    .with_header(
        "Authorization",
        "OSS qn6qrrqxo2oawuk53otf:77Dvh5wQgIjWjwO/KyRt8dOP",
    )
    .with_header("x-oss-abc", "mymeta");
    let string_to_sign = message.as_request(|request| {
        let claim = oss_auth::find_claim(request).expect("it can be read");
        let computed = claim.expect("it is signed").compute("any secret");
        computed.string_to_sign
    });
    assert_eq!(
        String::from_utf8_lossy(&string_to_sign),
        "PUT\n\n\nWed, 24 May 2023 02:12:30 GMT\nx-oss-abc:mymeta\n/bucket/abc?acl"
    );
}

/// AWS, Signature calculations for the Authorization header: the four examples for a single chunk.
#[test]
fn the_s3_examples_come_out_as_printed() {
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let get = |path: &str, query: &str| s3_message("GET", path, EMPTY).with_query(query);
    let put = s3_message(
        "PUT",
        "/test$file.text",
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    );
    let examples = [
        (
            get("/test.txt", "").with_header("Range", "bytes=0-9"),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            put.with_header("Date", "Fri, 24 May 2013 00:00:00 GMT")
                .with_header("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            get("/", "lifecycle"),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        ),
        (
            get("/", "max-keys=2&prefix=J"),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ];
    for (message, signature) in examples {
        assert_s3_example(&message, signature);
    }
}

fn assert_s3_example(message: &Message, signature: &str) {
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let credentials = Credentials {
        access_key_id: "AKIAIOSFODNN7EXAMPLE",
        access_key_secret: SECRET,
        security_token: None,
    };
    let scope = Scope::s3("20130524", "us-east-1");
    let names: Vec<_> = message
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let authorization =
        message.as_request(|request| s3::header::sign(request, &credentials, &scope, &names));
    assert!(authorization.ends_with(signature), "{authorization}");

    let signed = message.clone().with_header("Authorization", &authorization);
    assert!(signed.verifies(SECRET));
    signed.as_claim(|claim| {
        assert_eq!(claim.scheme(), Scheme::S3V4);
        let validity = claim.validity().expect("dated");
        assert_eq!(validity.check(Timestamp(1_369_353_600)), Ok(()));
        assert_eq!(claim.check_scope("us-east-1"), Ok(()));
    });
}

fn s3_message(method: &str, path: &str, content_sha256: &str) -> Message {
    Message {
        method: method.to_owned(),
        bucket: Some("examplebucket".to_owned()),
        path: path.to_owned(),
        ..Message::default()
    }
    .with_header("Host", "examplebucket.s3.amazonaws.com")
    .with_header("x-amz-date", "20130524T000000Z")
    .with_header("x-amz-content-sha256", content_sha256)
}
