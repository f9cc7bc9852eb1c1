//! Every malformed signed URL that OSS has an EC for, one row each, and those beside them.

use oss_auth::ClaimErrorKind::{MalformedUrl, UrlInvalidExpires, UrlMissingParameter};

use crate::malformed::assert_refused;
use crate::message::Message;

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
            format!(
                "{V4}{TIME}&x-oss-credential=id/20231216//oss/aliyun_v4_request&x-oss-signature=s"
            ),
            "228",
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
    ] {
        assert_refused(&Message::get().with_query(&query), &query, ec, kind);
    }
}

/// One row each of the pages EC 0002-00000301 to -306 and -410 to -428.
#[test]
fn signed_urls_of_the_s3_dialect() {
    let v4 = [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", "id/20231216/us-east-1/s3/aws4_request"),
        ("X-Amz-Date", "20231216T162057Z"),
        ("X-Amz-Expires", "60"),
        ("X-Amz-SignedHeaders", "host"),
        ("X-Amz-Signature", &"0".repeat(64)),
    ];
    let v2 = [
        ("AWSAccessKeyId", "id"),
        ("Expires", "1"),
        ("Signature", "s"),
    ];
    // The name of a parameter, its value (`-`: none) and the EC.
    for (name, value, ec, kind) in [
        ("Expires", "-", "301", UrlMissingParameter),
        ("Expires", "", "302", UrlMissingParameter),
        ("Expires", "abc", "070", UrlInvalidExpires),
        ("AWSAccessKeyId", "-", "303", UrlMissingParameter),
        ("AWSAccessKeyId", "", "304", UrlMissingParameter),
        ("Signature", "-", "305", UrlMissingParameter),
        ("Signature", "", "306", UrlMissingParameter),
        ("X-Amz-Algorithm", "-", "410", MalformedUrl),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA1", "411", MalformedUrl),
        ("X-Amz-Credential", "-", "412", MalformedUrl),
        (
            "X-Amz-Credential",
            "id/us-east-1/s3/aws4_request",
            "413",
            MalformedUrl,
        ),
        ("X-Amz-Date", "-", "414", MalformedUrl),
        ("X-Amz-Date", "2022-12-20-08:48:18", "415", MalformedUrl),
        ("X-Amz-Expires", "-", "416", MalformedUrl),
        ("X-Amz-Expires", "abc", "417", MalformedUrl),
        ("X-Amz-Expires", "0", "417", MalformedUrl),
        ("X-Amz-Expires", "604801", "417", MalformedUrl),
        ("X-Amz-SignedHeaders", "-", "419", MalformedUrl),
        ("X-Amz-SignedHeaders", "range", "420", MalformedUrl),
        ("X-Amz-Signature", "-", "422", MalformedUrl),
        ("X-Amz-Signature", "abc", "423", MalformedUrl),
        ("X-Amz-SignedHeaders", "", "426", MalformedUrl),
        ("X-Amz-SignedHeaders", "host;cookie", "428", MalformedUrl),
    ] {
        let base = if name.starts_with("X-Amz-") {
            &v4[..]
        } else {
            &v2[..]
        };
        let pairs = base
            .iter()
            .filter_map(|&(known, own)| match (known == name, value) {
                (true, "-") => None,
                (true, _) => Some(format!("{known}={value}")),
                (false, _) => Some(format!("{known}={own}")),
            });
        let query = pairs.collect::<Vec<_>>().join("&");
        let message = Message::get()
            .with_header("Host", "h")
            .with_header("Range", "bytes=0-9")
            .with_header("x-oss-s3-compat", "true")
            .with_query(&query);
        assert_refused(&message, &query, ec, kind);
    }
}
