//! Every malformed header and every conflict that OSS has an EC for, one row each, and those beside them.

use oss_auth::{ClaimErrorKind, access_key, find_claim};

use crate::message::Message;
use ClaimErrorKind::{Conflict, MalformedHeader};

#[test]
fn authorization_headers() {
    const SCOPE: &str = "20231216/cn-hangzhou/oss/aliyun_v4_request";
    for (authorization, ec) in [
        // No known scheme.
        ("", "061"),
        ("OSS", "061"),
        ("OSSid:sig", "061"),
        ("oss id:sig", "061"),
        ("OSS\tid:sig", "061"),
        ("Bearer id", "061"),
        ("OSS3 AccessKeyId:id,Signature:sig", "061"),
        // V1.
        ("OSS idsig", "062"),
        ("OSS :sig", "063"),
        ("OSS  :sig", "063"),
        ("OSS id:", "065"),
        // V2.
        ("OSS2 AccessKeyId:id", "102"),
        (
            "OSS2 AccessKeyId:id,AdditionalHeaders:host,Signature:sig,More:x",
            "102",
        ),
        ("OSS2 Signature:a,Signature:b", "102"),
        ("OSS2 AccessKeyId:id,Signature", "103"),
        ("OSS2 AccessKeyId:id,signature:sig", "104"),
        ("OSS2 AccessKeyId:id, Signature:sig", "104"),
        ("OSS2 AccessKeyId:,Signature:sig", "106"),
        ("OSS2 AdditionalHeaders:host,Signature:sig", "106"),
        ("OSS2 AccessKeyId:id,AdditionalHeaders:host", "108"),
        ("OSS2 AccessKeyId:id,Signature:", "109"),
        (
            "OSS2 AccessKeyId:id,AdditionalHeaders:,Signature:sig",
            "110",
        ),
        (
            "OSS2 AccessKeyId:id,AdditionalHeaders:host;,Signature:sig",
            "111",
        ),
        (
            "OSS2 AccessKeyId:id,AdditionalHeaders:range,Signature:sig",
            "112",
        ),
        (
            "OSS2 AccessKeyId:id,AdditionalHeaders:under_score,Signature:sig",
            "112",
        ),
        // V4. `$` stands for the scope.
        ("OSS4-HMAC-SHA256 Credential=id/$", "202"),
        (
            "OSS4-HMAC-SHA256 Credential=id/$,AdditionalHeaders=host,Signature=s,More=x",
            "202",
        ),
        ("OSS4-HMAC-SHA256 Signature=a,Signature=b", "202"),
        ("OSS4-HMAC-SHA256 Credential=id/$, Signature", "203"),
        (
            "OSS4-HMAC-SHA256 Credential=id/$, SignedHeaders=host, Signature=s",
            "204",
        ),
        ("OSS4-HMAC-SHA256 Credential=/$, Signature=s", "206"),
        (
            "OSS4-HMAC-SHA256 Credential=id/$, AdditionalHeaders=host",
            "207",
        ),
        ("OSS4-HMAC-SHA256 Credential=id/$, Signature=", "208"),
        (
            "OSS4-HMAC-SHA256 Credential=id/$, AdditionalHeaders=, Signature=s",
            "209",
        ),
        (
            "OSS4-HMAC-SHA256 Credential=id/$, AdditionalHeaders=host;;range, Signature=s",
            "210",
        ),
        (
            "OSS4-HMAC-SHA256 Credential=id/$, AdditionalHeaders=range, Signature=s",
            "211",
        ),
        (
            "OSS4-HMAC-SHA256 Credential=id/$, AdditionalHeaders=under_score, Signature=s",
            "211",
        ),
        ("OSS4-HMAC-SHA256 Credential=id, Signature=s", "213"),
        ("OSS4-HMAC-SHA256 Credential=id/$/more, Signature=s", "213"),
        (
            "OSS4-HMAC-SHA256 Credential=id/20231216//oss/aliyun_v4_request, Signature=s",
            "213",
        ),
        ("OSS4-HMAC-SHA256 Credential=, Signature=s", "213"),
        (
            "OSS4-HMAC-SHA256 AdditionalHeaders=host, Signature=s",
            "213",
        ),
        // The S3 dialect. `#` stands for a signature of the right length.
        ("AWS idsig", "062"),
        ("AWS :sig", "063"),
        ("AWS id:", "065"),
        (
            "AWS4-HMAC-SHA1 Credential=id/$, SignedHeaders=host, Signature=#",
            "402",
        ),
        ("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=#", "403"),
        (
            "AWS4-HMAC-SHA256 Credential=id/cn-hangzhou/s3/aws4_request, SignedHeaders=host, Signature=#",
            "404",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=/$, SignedHeaders=host, Signature=#",
            "404",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=, SignedHeaders=host, Signature=#",
            "404",
        ),
        ("AWS4-HMAC-SHA256 Credential=id/$, Signature=#", "405"),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=date, Signature=#",
            "406",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=host",
            "407",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=host, Signature=",
            "408",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=host, Signature=1",
            "408",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=host, Signature=#0",
            "408",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=, Signature=#",
            "426",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=host;;date, Signature=#",
            "426",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=host;range, Signature=#",
            "428",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=host;under_score, Signature=#",
            "428",
        ),
    ] {
        let message = Message::get()
            .with_header("Host", "h")
            .with_header("Date", "d")
            .with_header("under_score", "u")
            .with_header(
                "Authorization",
                &authorization
                    .replace('$', SCOPE)
                    .replace('#', &"0".repeat(64)),
            );
        assert_refused(&message, authorization, ec, MalformedHeader);
    }
}

#[test]
fn an_authorization_header_must_be_text() {
    let headers = [oss_auth::Header {
        name: "Authorization",
        value: b"OSS id:\xff",
    }];
    Message::get().as_request(|request| {
        let request = oss_auth::Request {
            headers: &headers,
            ..*request
        };
        let error = find_claim(&request).expect_err("not UTF-8");
        assert_eq!(
            (error.ec(), error.kind()),
            ("0002-00000061", MalformedHeader)
        );
    });
}

#[test]
fn a_v4_payload_must_be_unsigned() {
    const HEADER: &str =
        "OSS4-HMAC-SHA256 Credential=id/20231216/cn-hangzhou/oss/aliyun_v4_request, Signature=s";
    const URL: &str = "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=20231216T162057Z&x-oss-expires=60\
        &x-oss-credential=id/20231216/cn-hangzhou/oss/aliyun_v4_request&x-oss-signature=s";
    let sent = |value| Message::get().with_header("x-oss-content-sha256", value);
    let unsigned = sent("UNSIGNED-PAYLOAD").with_header("Authorization", HEADER);
    unsigned.as_claim(|_| ());
    for value in [
        "",
        "unsigned-payload",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ] {
        let signed = sent(value).with_header("Authorization", HEADER);
        assert_refused(&signed, value, "214", MalformedHeader);
        // A second value would be signed as well.
        let twice = unsigned.clone().with_header("X-Oss-Content-Sha256", value);
        assert_refused(&twice, value, "214", MalformedHeader);
        // URLs sign the header as well.
        let in_url = sent(value).with_query(URL);
        assert_refused(&in_url, value, "214", MalformedHeader);
    }
}

#[test]
fn conflicts() {
    const HEADER: &str = "OSS id:sig";
    const V1_URL: &str = "OSSAccessKeyId=id&Expires=1&Signature=s";
    let get = Message::get;
    for (message, ec) in [
        (
            get()
                .with_header("Authorization", HEADER)
                .with_query("Signature"),
            "039",
        ),
        (
            get()
                .with_header("Authorization", "junk")
                .with_query(V1_URL),
            "039",
        ),
        (
            get()
                .with_header("Authorization", HEADER)
                .with_query("Expires=1"),
            "039",
        ),
        (
            get()
                .with_header("Authorization", HEADER)
                .with_query("OSSAccessKeyId=id"),
            "039",
        ),
        (
            get()
                .with_header("Authorization", HEADER)
                .with_query("x-oss-credential=c"),
            "039",
        ),
        (
            get()
                .with_header("Authorization", HEADER)
                .with_query("x-oss-signature-version=OSS9"),
            "039",
        ),
        (
            get()
                .with_header("Authorization", HEADER)
                .with_header("authorization", HEADER),
            "039",
        ),
        (get().with_query("x-oss-signature-version=OSS9"), "066"),
        (get().with_query("x-oss-signature-version"), "066"),
        (get().with_query("x-oss-signature-version=oss2"), "066"),
        (
            get().with_query(&format!("x-oss-signature-version=OSS1&{V1_URL}")),
            "066",
        ),
        (
            get()
                .with_header("Authorization", HEADER)
                .with_header("x-oss-security-token", "t")
                .with_query("security-token=t"),
            "010",
        ),
        (
            get()
                .with_header("X-Oss-Security-Token", "t")
                .with_query(&format!("{V1_URL}&security-token=t")),
            "010",
        ),
        (
            get()
                .with_header("x-oss-security-token", "t")
                .with_query(&format!("{V1_URL}&x-oss-security-token=t")),
            "010",
        ),
    ] {
        assert_refused(&message, &format!("{message:?}"), ec, Conflict);
    }
}

#[test]
fn what_carries_no_signature_is_anonymous() {
    for query in [
        "",
        "acl",
        "expires=1",
        "signature=s",
        "ossaccesskeyid=id",
        "security-token=t",
        "x-oss-signature-verion=OSS2",
        "x-oss-process=image/info",
    ] {
        let message = Message::get()
            .with_header("x-oss-security-token", "t")
            .with_query(query);
        let is_anonymous = message.as_request(|request| find_claim(request) == Ok(None));
        assert!(is_anonymous, "{query}");
    }
}

#[test]
fn the_characters_of_a_key_id_are_judged_apart() {
    let message = Message::get().with_header("Authorization", "OSS bad-id:sig");
    message.as_claim(|claim| {
        let error = access_key::check_charset(claim.access_key_id()).expect_err("a hyphen");
        assert_eq!(error.ec(), "0002-00000901");
    });
}

pub(crate) fn assert_refused(message: &Message, row: &str, ec: &str, kind: ClaimErrorKind) {
    let error = message.as_request(|request| match find_claim(request) {
        Err(error) => error,
        Ok(found) => panic!("{row}: not refused: {found:?}"),
    });
    assert_eq!(error.ec(), format!("0002-00000{ec}"), "{row}: {error}");
    assert_eq!(error.kind(), kind, "{row}: {error}");
}
