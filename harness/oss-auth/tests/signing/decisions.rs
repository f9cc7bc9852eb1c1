//! What no SDK vector shows and the pages leave open: the texts that this crate signs there, and what it hides.

use oss_auth::{Carrier, Credentials, Scheme, Scope, v4};

use crate::message::Message;

const V4: &str =
    "OSS4-HMAC-SHA256 Credential=id/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=hush";

#[test]
fn of_a_repeated_v1_subresource_the_first_counts() {
    let message = Message::get()
        .with_header("Authorization", "OSS id:s")
        .with_query("versionId=2&acl&versionId=1&acl=x&x-oss-any=%26&prefix=p");
    let expected = "GET\n\n\n\n/examplebucket/a.txt?acl&versionId=2&x-oss-any=&";
    assert_eq!(string_to_sign(&message), expected);
}

#[test]
fn a_date_that_stands_in_for_x_oss_date_is_signed_as_it_stands_and_accepted_in_the_other_form() {
    const DATE: &str = "Sat, 16 Dec 2023 16:20:57 GMT";
    for date in [DATE, "today"] {
        let message = Message::get()
            .with_header("Date", date)
            .with_header("Authorization", V4);
        assert_eq!(string_to_sign(&message).lines().nth(1), Some(date));
    }

    // What signs the time in ISO 8601 signs as if it had stood there so, for `Date` itself is not signed.
    let credentials = Credentials {
        access_key_id: "id",
        access_key_secret: "secret",
        security_token: None,
    };
    let scope = Scope::oss("20231216", "r");
    let sign = |date: &str| {
        Message::get()
            .with_header("Date", date)
            .as_request(|request| v4::header::sign(request, &credentials, &scope, &[]))
    };
    let sent = |authorization: &str| {
        Message::get()
            .with_header("Date", DATE)
            .with_header("Authorization", authorization)
    };
    assert!(sent(&sign(DATE)).verifies("secret"));
    assert!(sent(&sign("20231216T162057Z")).verifies("secret"));
    assert!(!sent(&sign("20231216T162058Z")).verifies("secret"));
    assert!(!sent(&sign("20231216T162057Z")).verifies("another secret"));
}

#[test]
fn a_listed_header_that_is_signed_anyway_is_written_once() {
    let message = Message::get()
        .with_header("Content-Type", "text/plain")
        .with_header("x-oss-date", "20231216T162057Z")
        .with_header(
            "Authorization",
            &V4.replace(
                ",",
                ",AdditionalHeaders=x-oss-date;Content-Type;content-type,",
            ),
        );
    assert_eq!(
        canonical_request(&message),
        "GET\n/examplebucket/a.txt\n\ncontent-type:text/plain\nx-oss-date:20231216T162057Z\n\n\
         content-type;x-oss-date\nUNSIGNED-PAYLOAD"
    );
}

#[test]
fn the_s3_dialect_signs_the_path_and_shortens_blanks() {
    let authorization = "AWS4-HMAC-SHA256 Credential=id/20231216/r/s3/aws4_request,SignedHeaders=x-amz-meta-a;host,\
         Signature=d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8d8";
    let mut message = Message::get()
        .with_header("Host", "h")
        .with_header("X-Amz-Meta-A", " a   b \t c ")
        .with_header("x-amz-meta-a", "d")
        .with_header("Authorization", authorization)
        .with_query("b&a=1");
    message.path = "/bucket/a%20b+c%7e".to_owned();
    assert_eq!(
        canonical_request(&message),
        "GET\n/bucket/a%20b%2Bc~\na=1&b=\nhost:h\nx-amz-meta-a:a b \t c,d\n\nhost;x-amz-meta-a\nUNSIGNED-PAYLOAD"
    );
}

#[test]
fn repeated_headers_outside_x_oss_are_joined_as_well() {
    let message = Message::get()
        .with_header("Content-Type", "a")
        .with_header("content-type", " b ")
        .with_header("Date", "first")
        .with_header("Date", "second")
        .with_header("Authorization", "OSS id:s");
    assert_eq!(
        string_to_sign(&message),
        "GET\n\na,b\nfirst\n/examplebucket/a.txt"
    );
}

#[test]
fn the_texts_hold_raw_bytes() {
    let headers = [
        oss_auth::Header {
            name: "x-oss-meta-a",
            value: b"\xff\xfe",
        },
        oss_auth::Header::new("Authorization", "OSS id:s"),
    ];
    Message::get().as_request(|request| {
        let request = oss_auth::Request {
            headers: &headers,
            ..*request
        };
        let claim = oss_auth::find_claim(&request)
            .expect("well-formed")
            .expect("signed");
        let computed = claim.compute("secret");
        assert_eq!(
            computed.string_to_sign,
            b"GET\n\n\n\nx-oss-meta-a:\xff\xfe\n/examplebucket/a.txt"
        );
    });
}

#[test]
fn debug_output_hides_signatures_tokens_and_what_would_forge_them() {
    let messages = [
        Message::get()
            .with_header("x-oss-security-token", "hush")
            .with_header("Authorization", V4),
        Message::get()
            .with_header("x-oss-security-token", "hush")
            .with_header("Authorization", "OSS id:hush"),
        Message::get().with_query("OSSAccessKeyId=id&Expires=1&Signature=hush&security-token=hush"),
    ];
    for message in messages {
        message.as_claim(|claim| {
            let mismatch = claim.verify("secret").expect_err("not signed");
            let shown = format!("{claim:?} {mismatch:?} {mismatch}");
            assert!(!shown.contains("hush"), "{shown}");
            assert!(!shown.contains(&mismatch.computed.signature), "{shown}");
            assert!(
                shown.contains("Mismatch { computed: Computed { string_to_sign: …"),
                "{shown}"
            );
        });
    }
}

#[test]
fn a_token_elsewhere_is_no_token() {
    let message = Message::get()
        .with_header("x-oss-security-token", "t")
        .with_query("OSSAccessKeyId=id&Expires=1&Signature=s");
    message.as_claim(|claim| assert_eq!(claim.security_token(), None));

    let message = Message::get()
        .with_header("security-token", "t")
        .with_header("Authorization", "OSS id:s")
        .with_query("x-oss-security-token=t");
    message.as_claim(|claim| {
        assert_eq!(
            (claim.scheme(), claim.carrier()),
            (Scheme::V1, Carrier::Header)
        );
        assert_eq!(claim.security_token(), None);
    });
}

#[test]
fn a_claim_shows_its_list_of_headers_as_it_was_sent() {
    let with_list = [
        Message::get().with_header(
            "Authorization",
            "OSS2 AccessKeyId:id,AdditionalHeaders:Range;host,Signature:s",
        ),
        Message::get().with_header(
            "Authorization",
            &V4.replace(",", ",AdditionalHeaders=Range;host,"),
        ),
        Message::get().with_header(
            "Authorization",
            &format!(
                "AWS4-HMAC-SHA256 Credential=id/20231216/r/s3/aws4_request,SignedHeaders=Range;host,Signature={}",
                "0".repeat(64)
            ),
        ),
        Message::get().with_query(&format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=id/20231216/r/s3/aws4_request&X-Amz-Date=20231216T162057Z\
             &X-Amz-Expires=60&X-Amz-SignedHeaders=Range;host&X-Amz-Signature={}",
            "0".repeat(64)
        )),
        Message::get().with_query(
            "x-oss-signature-version=OSS2&x-oss-access-key-id=id&x-oss-expires=1&x-oss-signature=s\
             &x-oss-additional-headers=Range;host",
        ),
        Message::get().with_query(
            "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=20231216T162057Z&x-oss-expires=60&x-oss-signature=s\
             &x-oss-credential=id/20231216/r/oss/aliyun_v4_request&x-oss-additional-headers=Range;host",
        ),
    ];
    for message in with_list {
        let message = message.with_header("Host", "h").with_header("Range", "r");
        message.as_claim(|claim| {
            let list = match claim.scheme() {
                Scheme::S3V4 => claim.signed_headers().expect("a list"),
                _ => claim.additional_headers(),
            };
            assert_eq!(list, "Range;host", "{claim:?}");
        });
    }
}

#[test]
fn the_version_decides_between_url_schemes() {
    let message = Message::get().with_query(
        "OSSAccessKeyId=v1&Expires=1&Signature=s&x-oss-signature-version=OSS2&x-oss-access-key-id=v2\
         &x-oss-expires=1&x-oss-signature=s",
    );
    message.as_claim(|claim| assert_eq!(claim.access_key_id(), "v2"));
}

fn string_to_sign(message: &Message) -> String {
    message.as_claim(|claim| text(claim.compute("secret").string_to_sign))
}

fn canonical_request(message: &Message) -> String {
    let canonical =
        |bytes: Option<Vec<u8>>| text(bytes.expect("a scheme with a canonical request"));
    message.as_claim(|claim| canonical(claim.compute("secret").canonical_request))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}
