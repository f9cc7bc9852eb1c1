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
