//! Every malformed form that OSS has an EC for, one row each, and those beside them.

use oss_auth::{ClaimErrorKind, access_key, find_claim, find_form_claim};

use crate::message::Message;
use ClaimErrorKind::{
    Conflict, MalformedHeader, MalformedUrl, UrlInvalidExpires, UrlMissingParameter,
};

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
        ("AWS id:sig", "061"),
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
        // The S3 dialect.
        ("AWS4-HMAC-SHA256 Credential=id/$, Signature=s", "202"),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=, Signature=s",
            "213",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=range, Signature=s",
            "211",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=id/$, SignedHeaders=date, Signature=s",
            "211",
        ),
    ] {
        let message = Message::get()
            .with_header("Host", "h")
            .with_header("Date", "d")
            .with_header("under_score", "u")
            .with_header("Authorization", &authorization.replace('$', SCOPE));
        assert_refused(&message, authorization, ec, MalformedHeader);
        let error = message.claim_error();
        assert_eq!(
            error.is_s3(),
            authorization.starts_with("AWS"),
            "{authorization}"
        );
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
    let sent = |value| Message::get().with_header("x-oss-content-sha256", value);
    let unsigned = sent("UNSIGNED-PAYLOAD").with_header("Authorization", HEADER);
    unsigned.as_claim(|_, _| ());
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
    }
}

#[test]
fn signed_urls() {
    const V2: &str = "x-oss-signature-version=OSS2&";
    const V4: &str = "x-oss-signature-version=OSS4-HMAC-SHA256&";
    const ID: &str = "OSSAccessKeyId=id";
    const CREDENTIAL: &str = "x-oss-credential=id/20231216/cn-hangzhou/oss/aliyun_v4_request";
    const TIME: &str = "x-oss-date=20231216T162057Z&x-oss-expires=60";
    for (query, ec, kind) in [
        // V1.
        (format!("{ID}&Signature=s"), "067", UrlMissingParameter),
        (
            format!("{ID}&Expires=&Signature=s"),
            "068",
            UrlMissingParameter,
        ),
        (
            format!("{ID}&Expires&Signature=s"),
            "068",
            UrlMissingParameter,
        ),
        (
            format!("{ID}&Expires=abc&Signature=s"),
            "070",
            UrlInvalidExpires,
        ),
        (
            format!("{ID}&Expires=-1&Signature=s"),
            "070",
            UrlInvalidExpires,
        ),
        (
            format!("{ID}&Expires=%2B1&Signature=s"),
            "070",
            UrlInvalidExpires,
        ),
        (
            format!("{ID}&Expires=1.5&Signature=s"),
            "070",
            UrlInvalidExpires,
        ),
        (
            format!("{ID}&Expires=9223372036854775808&Signature=s"),
            "070",
            UrlInvalidExpires,
        ),
        (
            format!("{ID}&Expires=&Expires=1&Signature=s"),
            "068",
            UrlMissingParameter,
        ),
        (
            "Expires=1&Signature=s".to_owned(),
            "071",
            UrlMissingParameter,
        ),
        (
            "OSSAccessKeyId=&Expires=1&Signature=s".to_owned(),
            "072",
            UrlMissingParameter,
        ),
        (format!("{ID}&Expires=1"), "074", UrlMissingParameter),
        (
            format!("{ID}&Expires=1&Signature="),
            "075",
            UrlMissingParameter,
        ),
        ("Signature=s".to_owned(), "067", UrlMissingParameter),
        // V2.
        (
            format!("{V2}x-oss-access-key-id=id&x-oss-expires=&x-oss-signature=s"),
            "068",
            UrlMissingParameter,
        ),
        (
            format!("{V2}x-oss-access-key-id=id&x-oss-expires=x&x-oss-signature=s"),
            "070",
            UrlInvalidExpires,
        ),
        (
            format!(
                "{V2}x-oss-access-key-id=id&x-oss-expires=1&x-oss-additional-headers=&x-oss-signature=s"
            ),
            "076",
            MalformedUrl,
        ),
        (
            format!(
                "{V2}x-oss-access-key-id=id&x-oss-expires=1&x-oss-additional-headers=range&x-oss-signature=s"
            ),
            "112",
            MalformedUrl,
        ),
        (
            format!("{V2}x-oss-access-key-id=id&x-oss-signature=s"),
            "113",
            MalformedUrl,
        ),
        (
            format!("{V2}x-oss-access-key-id=&x-oss-expires=1&x-oss-signature=s"),
            "116",
            MalformedUrl,
        ),
        (
            format!("{V2}x-oss-expires=1&x-oss-signature=s"),
            "116",
            MalformedUrl,
        ),
        (
            format!("{V2}x-oss-access-key-id=id&x-oss-expires=1"),
            "117",
            MalformedUrl,
        ),
        (
            format!("{V2}x-oss-access-key-id=id&x-oss-expires=1&x-oss-signature="),
            "118",
            MalformedUrl,
        ),
        (
            format!("{V2}{ID}&Expires=1&Signature=s"),
            "113",
            MalformedUrl,
        ),
        // V4.
        (
            format!("{V4}{CREDENTIAL}&x-oss-date=20231216T162057Z&x-oss-signature=s"),
            "215",
            MalformedUrl,
        ),
        (
            format!(
                "{V4}{CREDENTIAL}&x-oss-date=20231216T162057Z&x-oss-expires=&x-oss-signature=s"
            ),
            "216",
            MalformedUrl,
        ),
        (format!("{V4}{TIME}&x-oss-signature=s"), "217", MalformedUrl),
        (
            format!("{V4}{TIME}&x-oss-credential=&x-oss-signature=s"),
            "218",
            MalformedUrl,
        ),
        (format!("{V4}{CREDENTIAL}&{TIME}"), "219", MalformedUrl),
        (
            format!("{V4}{CREDENTIAL}&{TIME}&x-oss-signature"),
            "220",
            MalformedUrl,
        ),
        (
            format!(
                "{V4}{TIME}&x-oss-credential=/20231216/cn-hangzhou/oss/aliyun_v4_request&x-oss-signature=s"
            ),
            "222",
            MalformedUrl,
        ),
        (
            format!("{V4}{TIME}&x-oss-credential=id/20231216&x-oss-signature=s"),
            "224",
            MalformedUrl,
        ),
        (
            format!("{V4}{TIME}&{CREDENTIAL}&x-oss-additional-headers&x-oss-signature=s"),
            "209",
            MalformedUrl,
        ),
        (
            format!("{V4}{TIME}&{CREDENTIAL}&x-oss-additional-headers=;&x-oss-signature=s"),
            "210",
            MalformedUrl,
        ),
        (
            format!("{V4}{TIME}&{CREDENTIAL}&x-oss-additional-headers=host&x-oss-signature=s"),
            "211",
            MalformedUrl,
        ),
        (
            format!("{V4}{CREDENTIAL}&x-oss-expires=60&x-oss-signature=s"),
            "503",
            MalformedUrl,
        ),
        (
            format!("{V4}{CREDENTIAL}&x-oss-date=1702743657&x-oss-expires=60&x-oss-signature=s"),
            "502",
            MalformedUrl,
        ),
        (
            format!(
                "{V4}{CREDENTIAL}&x-oss-date=20231216T162057Z&x-oss-expires=0&x-oss-signature=s"
            ),
            "232",
            MalformedUrl,
        ),
        // The S3 dialect.
        (
            "AWSAccessKeyId=id&Expires=1&Signature=s".to_owned(),
            "061",
            MalformedUrl,
        ),
        (
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=s".to_owned(),
            "061",
            MalformedUrl,
        ),
    ] {
        assert_refused(&Message::get().with_query(&query), &query, ec, kind);
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
fn forms() {
    const SCOPE: &str = "20231216/cn-hangzhou/oss/aliyun_v4_request";
    for (fields, ec, field) in [
        (
            "x-oss-signature-version=OSS9",
            "701",
            "x-oss-signature-version",
        ),
        ("x-oss-signature-version=", "701", "x-oss-signature-version"),
        // V1.
        ("OSSAccessKeyId=id Signature=s", "702", "policy"),
        ("OSSAccessKeyId=id policy=p", "703", "Signature"),
        ("OSSAccessKeyId=id policy=p Signature=", "704", "Signature"),
        ("policy=p Signature=s", "706", "OSSAccessKeyId"),
        (
            "OSSAccessKeyId= policy=p Signature=s",
            "706",
            "OSSAccessKeyId",
        ),
        ("policy=p", "706", "OSSAccessKeyId"),
        // V2.
        (
            "x-oss-signature-version=OSS2 x-oss-access-key-id=id x-oss-signature=s",
            "702",
            "policy",
        ),
        (
            "x-oss-signature-version=OSS2 x-oss-access-key-id=id policy=p",
            "703",
            "x-oss-signature",
        ),
        (
            "x-oss-signature-version=OSS2 x-oss-access-key-id=id policy=p x-oss-signature=",
            "704",
            "x-oss-signature",
        ),
        (
            "x-oss-signature-version=OSS2 policy=p x-oss-signature=s",
            "706",
            "x-oss-access-key-id",
        ),
        // V4: `$` stands for version and scope.
        (
            "$ x-oss-credential=id/$ x-oss-signature=s x-oss-date=20231216T162057Z",
            "702",
            "policy",
        ),
        (
            "$ x-oss-credential=id/$ policy=p x-oss-date=20231216T162057Z",
            "703",
            "x-oss-signature",
        ),
        (
            "$ x-oss-credential=id/$ policy=p x-oss-signature= x-oss-date=20231216T162057Z",
            "704",
            "x-oss-signature",
        ),
        (
            "$ policy=p x-oss-signature=s x-oss-date=20231216T162057Z",
            "706",
            "x-oss-credential",
        ),
        (
            "$ x-oss-credential=/$ policy=p x-oss-signature=s x-oss-date=20231216T162057Z",
            "708",
            "x-oss-credential",
        ),
        (
            "$ x-oss-credential=id/$ policy=p x-oss-signature=s x-oss-date=20231216",
            "709",
            "x-oss-date",
        ),
        (
            "$ x-oss-credential=id/$ policy=p x-oss-signature=s",
            "709",
            "x-oss-date",
        ),
        (
            "$ x-oss-credential=id policy=p x-oss-signature=s x-oss-date=20231216T162057Z",
            "710",
            "x-oss-credential",
        ),
    ] {
        let expanded = fields
            .replace("/$", &format!("/{SCOPE}"))
            .replace('$', "x-oss-signature-version=OSS4-HMAC-SHA256");
        let form = form(&expanded);
        let error = find_form_claim(&form).expect_err(fields);
        assert_eq!(error.ec(), format!("0002-00000{ec}"), "{fields}");
        assert_eq!(error.field(), field, "{fields}");
    }
}

#[test]
fn a_form_without_signature_fields_is_anonymous_and_names_are_of_any_case() {
    assert_eq!(
        find_form_claim(&form("key=k x-oss-security-token=t")),
        Ok(None)
    );
    assert_eq!(find_form_claim(&[]), Ok(None));
    let fields = form("ossaccesskeyid=id POLICY=p signature=s X-OSS-Security-Token=t Policy=later");
    let claim = find_form_claim(&fields)
        .expect("well-formed")
        .expect("signed");
    assert_eq!((claim.access_key_id(), claim.policy()), ("id", "p"));
    assert_eq!(
        (claim.signature(), claim.security_token()),
        ("s", Some("t"))
    );
}

#[test]
fn the_characters_of_a_key_id_are_judged_apart() {
    let message = Message::get().with_header("Authorization", "OSS bad-id:sig");
    message.as_claim(|_, claim| {
        let error = access_key::check_charset(claim.access_key_id()).expect_err("a hyphen");
        assert_eq!(error.ec(), "0002-00000901");
    });
}

fn assert_refused(message: &Message, row: &str, ec: &str, kind: ClaimErrorKind) {
    let error = message.as_request(|request| match find_claim(request) {
        Err(error) => error,
        Ok(found) => panic!("{row}: not refused: {found:?}"),
    });
    assert_eq!(error.ec(), format!("0002-00000{ec}"), "{row}: {error}");
    assert_eq!(error.kind(), kind, "{row}: {error}");
}

fn form(fields: &str) -> Vec<(String, String)> {
    let pairs = fields
        .split(' ')
        .map(|field| field.split_once('=').expect("name=value"));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
