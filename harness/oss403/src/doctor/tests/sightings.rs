//! A row for each rule: the sighting that it comes from, the smallest evidence in which it is found, and in what words.

use super::{CANONICAL, S3, V1, V4, answered, signed, signed4};
use crate::doctor::Evidence;

/// Rule, where it was seen, the evidence, and words of the guess.
pub(super) type Sighting = (&'static str, &'static str, fn() -> Evidence, &'static str);

const OWN: &str = "own reading of the scheme";

pub(super) const SIGHTINGS: &[Sighting] = &[
    (
        "plus-unescaped",
        "github.com/aliyun/aliyun-oss-java-sdk/issues/327",
        || {
            answered(&[
                ("StringToSign", V1),
                ("SignatureProvided", "6jyvZH mGD80nDscjtdZPnjhHm0="),
            ])
        },
        "write it as `%2B`",
    ),
    (
        "signature-escaped",
        OWN,
        || {
            answered(&[
                ("StringToSign", V1),
                ("SignatureProvided", "6jyvZH%2BmGD80nDscjtdZPnjhHm0%3D"),
            ])
        },
        "escaped twice",
    ),
    (
        "signature-length",
        "EC 0002-00000423",
        || answered(&[("StringToSign", V4), ("SignatureProvided", "abc")]),
        "needs 64 characters",
    ),
    (
        "signature-upper-case",
        OWN,
        || answered(&[("StringToSign", V4), ("SignatureProvided", UPPER)]),
        "lower case",
    ),
    (
        "key-id-blank",
        "github.com/aliyun/oss-browser/issues/41, EC 0002-00000430",
        || answered(&[("StringToSign", V1), ("OSSAccessKeyId", "LTAI5t ")]),
        "blank at an end",
    ),
    (
        "line-ends",
        OWN,
        || signed(V1, &format!("{V1}\n")),
        "no line feed after the last line",
    ),
    (
        "same-string",
        "github.com/aliyun/oss-browser/issues/41",
        || signed(V1, V1),
        "The secret is another key's",
    ),
    (
        "line-feeds-lost",
        "github.com/vastsa/FileCodeBox/issues/137",
        || answered(&[("StringToSign", "GET 1708795817 /b/b/share/a.webp")]),
        "StringToSignBytes",
    ),
    (
        "expires-milliseconds",
        "github.com/AlibabaCloudDocs/oss/issues/35",
        || answered(&[("StringToSign", "GET\n\n\n1596699696000\n/b/k")]),
        "milliseconds",
    ),
    (
        "token-in-url",
        "github.com/AlibabaCloudDocs/oss/issues/35",
        || {
            answered(&[(
                "StringToSign",
                "GET\n\n\n1596699696\n/b/k?security-token=CAIS",
            )])
        },
        "part of what a V1 URL signs",
    ),
    (
        "sts-token-missing",
        OWN,
        || answered(&[("StringToSign", V1), ("OSSAccessKeyId", "STS.NT1")]),
        "need their token",
    ),
    (
        "method-changed",
        "EC 0002-00000040: a CDN turns HEAD into GET",
        || signed(V1, &V1.replace("GET", "HEAD")),
        "turned HEAD into GET",
    ),
    (
        "key-escaped",
        "github.com/Molunerfinn/PicGo/issues/877",
        || {
            signed(
                "GET\n\n\n1596699696\n/b/a 环.png",
                "GET\n\n\n1596699696\n/b/a%20%E7%8E%AF.png",
            )
        },
        "signs the key decoded",
    ),
    (
        "bucket-left-out",
        "EC 0002-00000040: CNAME without its switch",
        || signed(V1, &V1.replace("/b/k", "/k")),
        "`/bucket/key` whatever host",
    ),
    (
        "subresource-left-out",
        "github.com/ali-sdk/ali-oss/issues/132",
        || signed(&format!("{V1}?acl"), V1),
        "`acl` belongs into",
    ),
    (
        "parameter-signed-too-much",
        OWN,
        || signed(V1, &format!("{V1}?prefix=a")),
        "`prefix` is no sub-resource",
    ),
    (
        "subresource-order",
        "github.com/aliyun/aliyun-oss-java-sdk/issues/327",
        || {
            signed(
                &format!("{V1}?partNumber=1&uploadId=x"),
                &format!("{V1}?uploadId=x&partNumber=1"),
            )
        },
        "in the order of their names",
    ),
    (
        "header-name-case",
        OWN,
        || signed4(CANONICAL, &CANONICAL.replace("x-oss-date", "X-Oss-Date")),
        "lower case",
    ),
    (
        "header-order",
        OWN,
        || {
            signed4(
                CANONICAL,
                &CANONICAL.replace(
                    "x-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20260101T000000Z",
                    "x-oss-date:20260101T000000Z\nx-oss-content-sha256:UNSIGNED-PAYLOAD",
                ),
            )
        },
        "order of their names",
    ),
    (
        "header-blanks",
        OWN,
        || signed4(CANONICAL, &CANONICAL.replace("date:2026", "date: 2026")),
        "colon alone",
    ),
    (
        "header-added",
        "EC 0002-00000040: a proxy adds headers",
        || {
            signed4(
                &CANONICAL.replace("x-oss-date", "x-oss-meta-a:1\nx-oss-date"),
                CANONICAL,
            )
        },
        "`x-oss-meta-a`",
    ),
    (
        "header-lost",
        OWN,
        || {
            signed4(
                CANONICAL,
                &CANONICAL.replace("x-oss-date", "x-oss-meta-a:1\nx-oss-date"),
            )
        },
        "did not arrive",
    ),
    (
        "date-line",
        "help page: Include signatures in the Authorization header (x-oss-date)",
        || {
            signed(
                "GET\n\n\n20221220T084818Z\nx-oss-date:20221220T084818Z\n/b/k",
                "GET\n\n\n\nx-oss-date:20221220T084818Z\n/b/k",
            )
        },
        "stands in the line of the date",
    ),
    (
        "content-md5",
        OWN,
        || {
            signed(
                V1,
                &V1.replace("GET\n\n", "GET\nsQqNsWTgdUEFt6mb5y4/5Q==\n"),
            )
        },
        "Content-MD5 that is really sent",
    ),
    (
        "empty-value",
        "github.com/ali-sdk/ali-oss: canonical queries",
        || {
            signed4(
                &CANONICAL.replace("k.txt\n\n", "k.txt\nacl\n"),
                &CANONICAL.replace("k.txt\n\n", "k.txt\nacl=\n"),
            )
        },
        "without `=`",
    ),
    (
        "blank-as-plus",
        OWN,
        || {
            signed4(
                &CANONICAL.replace("k.txt\n\n", "k.txt\nprefix=a%20b\n"),
                &CANONICAL.replace("k.txt\n\n", "k.txt\nprefix=a+b\n"),
            )
        },
        "a blank as `%20`",
    ),
    (
        "scope",
        "github.com/aliyun/alibabacloud-oss-go-sdk-v2/issues/29",
        || signed(V4, &V4.replace("cn-hangzhou", "cn-beijing")),
        "must be the one",
    ),
    (
        "bucket-twice",
        "github.com/vastsa/FileCodeBox/issues/137",
        || answered(&[("StringToSign", "GET\n\n\n1708795817\n/b/b/share/a.webp")]),
        "in the host and in the path",
    ),
    (
        "bucket-of-another-host",
        "github.com/aliyun-UED/aliyun-sdk-js/issues/18",
        || {
            answered(&[
                ("StringToSign", V1),
                ("HostId", "slides.oss-cn-hangzhou-internal.aliyuncs.com"),
            ])
        },
        "another bucket than it was signed for",
    ),
    (
        "key-with-slash",
        "EC 0002-00000430",
        || answered(&[("StringToSign", "GET\n\n\n1708795817\n/b//k")]),
        "begins with a slash",
    ),
    (
        "escaped-twice",
        "github.com/Molunerfinn/PicGo/issues/759",
        || {
            answered(&[(
                "StringToSign",
                "PUT\n\n\nTue, 20 Dec 2022 08:48:18 GMT\n/b/a%20b.png",
            )])
        },
        "escaped twice",
    ),
    (
        "form-content-type",
        "EC 0002-00000040",
        || {
            answered(&[(
                "StringToSign",
                "POST\n\napplication/x-www-form-urlencoded\nTue, 20 Dec 2022 08:48:18 GMT\n/b/k?append&position=0",
            )])
        },
        "default of a library",
    ),
    (
        "content-type-charset",
        OWN,
        || {
            answered(&[(
                "StringToSign",
                "PUT\n\ntext/plain;charset=UTF-8\n1708795817\n/b/k",
            )])
        },
        "added `charset`",
    ),
    (
        "content-type",
        "github.com/aliyun/aliyun-oss-android-sdk/issues/38",
        || {
            signed(
                "PUT\n\nimage/jpg\n1708795817\n/b/k",
                "PUT\n\n\n1708795817\n/b/k",
            )
        },
        "Content-Type that is really sent",
    ),
    (
        "cdn-header",
        "EC 0002-00000040: x-oss-range-behavior",
        || {
            answered(&[(
                "StringToSign",
                "GET\n\n\n1708795817\nx-oss-range-behavior:standard\n/b/k",
            )])
        },
        "A CDN added `x-oss-range-behavior`",
    ),
    (
        "cdn-head",
        "EC 0002-00000040: HEAD /ObjectName?objectMeta",
        || {
            answered(&[(
                "StringToSign",
                "GET\n\n\nFri, 24 Feb 2012 06:38:30 GMT\n/b/ObjectName?objectMeta",
            )])
        },
        "turned HEAD into GET",
    ),
    (
        "meta-bytes",
        "github.com/ali-sdk/ali-oss: headerEncoding",
        || answered(&[("StringToSign", "PUT\n\n\n1708795817\nx-oss-meta-a:å\n/b/k")]),
        "percent-encode the value",
    ),
    (
        "meta-empty",
        "a Java client's remark on EC 0002-00000201",
        || {
            answered(&[
                ("StringToSign", V4),
                (
                    "CanonicalRequest",
                    "PUT\n/b/k\n\nx-oss-date:20260101T000000Z\nx-oss-meta-a:\n\n\nUNSIGNED-PAYLOAD",
                ),
            ])
        },
        "Leave it out",
    ),
    (
        "ip-bound",
        "EC 0002-00000602",
        || answered(&[("StringToSign", V1), ("EC", "0002-00000602")]),
        "for certain addresses",
    ),
    (
        "odd-key",
        "github.com/Molunerfinn/PicGo/issues/877",
        || {
            answered(&[(
                "StringToSign",
                "PUT\n\nimage/png\n1708795817\n/b/1.c  环境.png",
            )])
        },
        "how the key is encoded",
    ),
    (
        "subresources",
        "github.com/ali-sdk/ali-oss/issues/132",
        || {
            answered(&[(
                "StringToSign",
                "GET\n\n\n1708795817\n/b/k?response-content-disposition=attachment",
            )])
        },
        "is signed too",
    ),
    (
        "scope-day",
        "EC 0002-00000212",
        || {
            answered(&[(
                "StringToSign",
                "OSS4-HMAC-SHA256\n20260101T235959Z\n20260102/cn-hangzhou/oss/aliyun_v4_request\n00",
            )])
        },
        "day of the scope",
    ),
    (
        "scope-region",
        "github.com/aliyun/alibabacloud-oss-go-sdk-v2/issues/85",
        || {
            answered(&[(
                "StringToSign",
                "OSS4-HMAC-SHA256\n20260101T000000Z\n20260101/cn-hangzhou-internal/oss/aliyun_v4_request\n00",
            )])
        },
        "bare id",
    ),
    (
        "scope-product",
        "github.com/aliyun/alibabacloud-oss-python-sdk-v2/issues/74",
        || {
            answered(&[(
                "StringToSign",
                "OSS4-HMAC-SHA256\n20260101T000000Z\n20260101/cn-hangzhou/s3/aws4_request\n00",
            )])
        },
        "ends with `oss/aliyun_v4_request`",
    ),
    (
        "payload-hash",
        "EC 0002-00000214",
        || {
            answered(&[
                ("StringToSign", V4),
                (
                    "CanonicalRequest",
                    "PUT\n/b/k\n\nx-oss-date:20260101T000000Z\n\n\ne3b0c44298fc1c14",
                ),
            ])
        },
        "`UNSIGNED-PAYLOAD`",
    ),
    (
        "host-signed",
        "github.com/aliyun/aliyun-oss-go-sdk/issues/424",
        || {
            answered(&[
                ("StringToSign", S3),
                (
                    "CanonicalRequest",
                    "GET\n/k\nX-Amz-Date=1\nhost:files.example.com\n\nhost\nUNSIGNED-PAYLOAD",
                ),
            ])
        },
        "Sign for the very host",
    ),
    (
        "fragile-header",
        OWN,
        || {
            answered(&[
                ("StringToSign", S3),
                (
                    "CanonicalRequest",
                    "GET\n/k\n\naccept-encoding:gzip\nhost:b.oss-cn-hangzhou.aliyuncs.com\n\naccept-encoding;host\nUNSIGNED-PAYLOAD",
                ),
            ])
        },
        "`accept-encoding` is signed",
    ),
];

const UPPER: &str = "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789";
