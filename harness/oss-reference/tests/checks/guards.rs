//! What is answered with 400, 404, 405 or 409.

use oss_policy::BucketAcl;
use oss_reference::Cause;
use oss_reference::checks::{Row, TABLE};
use serde_json::json;

use crate::fixture::{Ask, Scheme, Setup};

type Build = fn(&mut Setup) -> Ask;

/// Guard, status and code, request.
const REJECTED: &[(&str, u16, &str, Build)] = &[
    ("method-known", 405, "MethodNotAllowed", |s| {
        s.ask("PATCH", "bucket-one", "/k.txt")
    }),
    ("bucket-name", 400, "InvalidBucketName", |s| {
        s.ask("GET", "ab", "/")
    }),
    ("bucket-exists", 404, "NoSuchBucket", |s| {
        s.ask("GET", "absent", "/")
    }),
    ("put-bucket-host", 400, "InvalidHostPutBucket", |s| {
        let mut ask = s.ask("PUT", "new-name", "/");
        ask.host = "strange.example.org".into();
        ask.path = "/new-name".into();
        ask
    }),
    ("preflight-complete", 400, "BadRequest", |s| {
        s.ask("OPTIONS", "bucket-one", "/k.txt").anonymous()
    }),
    ("preflight-complete", 400, "BadRequest", |s| {
        s.ask("OPTIONS", "bucket-one", "/k.txt")
            .anonymous()
            .header("origin", "http://a.example")
    }),
    ("one-mechanism", 400, "InvalidArgument", |s| {
        s.ask("GET", "bucket-one", "/k.txt")
            .scheme(Scheme::V1Url)
            .header("authorization", "OSS a:b")
    }),
    ("one-mechanism", 400, "InvalidArgument", |s| {
        s.ask("GET", "bucket-one", "/k.txt")
            .header("authorization", "OSS a:b")
    }),
    ("one-mechanism", 400, "InvalidArgument", |s| {
        s.ask("GET", "bucket-one", "/k.txt?x-oss-signature-version=OSS9")
            .anonymous()
    }),
    ("claim-readable", 400, "InvalidArgument", |s| {
        s.ask("GET", "bucket-one", "/k.txt")
            .anonymous()
            .header("authorization", "Basic abc")
    }),
    ("claim-readable", 400, "InvalidArgument", |s| {
        s.ask("GET", "bucket-one", "/k.txt")
            .anonymous()
            .header("authorization", "OSS nocolon")
    }),
    ("claim-readable", 400, "AuthorizationArgumentError", |s| {
        let mut a = s.ask("GET", "bucket-one", "/k.txt").scheme(Scheme::V4Url);
        a.expires = Some("604801".into());
        a
    }),
    // As the C++ SDK's ObjectSignedUrlTest sends it.
    ("claim-readable", 400, "AuthorizationArgumentError", |s| {
        let mut a = s.ask("GET", "bucket-one", "/k.txt").scheme(Scheme::V4Url);
        a.expires = Some("-10".into());
        a
    }),
    ("form-complete", 400, "InvalidArgument", |s| {
        let mut a = s.ask("POST", "bucket-one", "/").anonymous();
        a.fields = Some(vec![]);
        a
    }),
    ("form-complete", 400, "InvalidArgument", |s| {
        let mut a = s.ask("POST", "bucket-write", "/").anonymous();
        a.fields = Some(vec![
            ("key".into(), "a".into()),
            ("OSSAccessKeyId".into(), s.owner().id),
        ]);
        a
    }),
    ("credential-scope", 400, "InvalidArgument", |s| {
        let mut a = s.ask("GET", "bucket-one", "/k.txt").scheme(Scheme::V4);
        a.region = "cn-shanghai".into();
        a
    }),
    ("post-policy-syntax", 400, "InvalidPolicyDocument", |s| {
        let mut a = s.ask("POST", "bucket-one", "/").anonymous();
        let key = s.owner();
        let credentials = oss_auth::Credentials {
            access_key_id: &key.id,
            access_key_secret: &key.secret,
            security_token: None,
        };
        let signature = oss_auth::form::v1::sign("bm90IGpzb24=", &credentials);
        a.fields = Some(vec![
            ("key".into(), "a".into()),
            ("OSSAccessKeyId".into(), key.id.clone()),
            ("policy".into(), "bm90IGpzb24=".into()),
            ("Signature".into(), signature),
        ]);
        a
    }),
    ("operation-known", 405, "MethodNotAllowed", |s| {
        s.ask("DELETE", "bucket-one", "/?acl")
    }),
    ("operation-known", 501, "NotImplemented", |s| {
        s.ask("DELETE", "bucket-one", "/k.txt?legalHold")
    }),
    ("operation-known", 400, "InvalidArgument", |s| {
        s.ask("PUT", "bucket-one", "/?unheard")
    }),
    ("object-name", 400, "InvalidObjectName", |s| {
        let mut a = s.ask("PUT", "bucket-one", "/");
        a.path = format!("/{}", "k".repeat(1024));
        a
    }),
    ("source", 404, "NoSuchBucket", |s| {
        s.ask("PUT", "bucket-one", "/c.txt")
            .header("x-oss-copy-source", "/absent/k.txt")
    }),
    ("source", 400, "InvalidArgument", |s| {
        s.ask("PUT", "bucket-one", "/c.txt")
            .header("x-oss-copy-source", "k.txt")
    }),
    ("source", 400, "InvalidArgument", |s| {
        s.ask("PUT", "bucket-one", "/c.txt")
            .header("x-oss-copy-source", "/bucket-one/k.txt?versionId=1")
    }),
    ("framing", 400, "InvalidArgument", |s| {
        let ask = s.ask("PUT", "bucket-one", "/c.txt").scheme(Scheme::S3);
        ask.header("content-encoding", "aws-chunked")
    }),
    ("bucket-name-free", 409, "BucketAlreadyExists", |s| {
        s.ask("PUT", "bucket-one", "/").by(&s.key("other-account"))
    }),
    ("bucket-name-free", 409, "BucketAlreadyExists", |s| {
        s.ask("PUT", "bucket-one", "/?acl")
            .header("x-oss-acl", "private")
            .by(&s.key("other-account"))
    }),
    ("bucket-present", 404, "NoSuchBucket", |s| {
        // What a strange host names is looked for only where the host itself is let through.
        s.config.faults.without = vec!["standard-host".into()];
        let mut ask = s.ask("GET", "absent", "/absent/k.txt");
        ask.host = "www.example.com".into();
        ask.path_style = true;
        ask
    }),
    ("object-exists", 404, "NoSuchKey", |s| {
        s.ask("GET", "bucket-one", "/absent.txt")
    }),
    ("object-exists", 404, "NoSuchVersion", |s| {
        s.ask(
            "GET",
            "bucket-one",
            "/k.txt?versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA",
        )
    }),
    ("object-exists", 404, "NoSuchKey", |s| {
        s.ask("PUT", "bucket-one", "/c.txt")
            .header("x-oss-copy-source", "/bucket-one/absent.txt")
    }),
    ("image-known", 400, "BadRequest", |s| {
        s.ask(
            "GET",
            "bucket-one",
            "/k.txt?x-oss-process=image/resize,w_10",
        )
    }),
];

#[test]
fn every_guard_answers_as_documented() {
    for (guard, status, code, build) in REJECTED {
        let mut setup = Setup::new();
        let ask = build(&mut setup);
        assert_eq!(
            setup.rejected(&ask),
            (*status, *code),
            "{guard} {}",
            ask.path
        );
    }
    for row in TABLE {
        let known = REJECTED.iter().any(|(name, ..)| *name == row.name());
        assert!(
            known || matches!(row, Row::Check(_)),
            "{} is not shown",
            row.name()
        );
    }
}

#[test]
fn requesters_that_pay_and_owners_read_on() {
    let mut setup = Setup::new();
    setup.bucket("bucket-read").requester_pays = true;
    let other = setup.key("other-account");
    let ask = setup.ask("GET", "bucket-read", "/k.txt");
    assert_eq!(setup.cause(&ask), Ok(()));
    assert_eq!(
        setup.cause(&ask.by(&other).header("x-oss-request-payer", "requester")),
        Ok(())
    );
}

#[test]
fn dates_are_read_from_the_header_that_counts() {
    let setup = Setup::new();
    let ask = |name: &str, value: &str| {
        setup.cause(&setup.ask("GET", "bucket-one", "/k.txt").header(name, value))
    };
    assert_eq!(ask("date", "Mon, 18 Dec 2023 08:00:00 GMT"), Ok(()));
    assert_eq!(ask("x-oss-date", "20231218T080000Z"), Ok(()));
    assert_eq!(ask("date", "2023-12-18"), Err(Cause::DateInvalid));
    assert_eq!(
        ask("x-oss-date", "20231218T070000Z"),
        Err(Cause::TimeSkewed)
    );
}

#[test]
fn v4_scopes_follow_the_bucket_and_any_region_will_do_where_none_is_fixed() {
    let mut setup = Setup::new();
    let mut ask = setup.ask("GET", "bucket-two", "/k.txt").scheme(Scheme::V4);
    ask.region = "cn-shanghai".into();
    assert_eq!(setup.cause(&ask), Ok(()));
    setup.config.path_style = true;
    let mut ask = Ask::new("GET", "127.0.0.1:9403", "/")
        .scheme(Scheme::V4)
        .by(&setup.owner());
    for region in ["cn-hangzhou", "cn-shanghai"] {
        ask.region = region.into();
        assert_eq!(setup.cause(&ask), Ok(()), "{region}");
    }
    ask.region = "cn-nowhere".into();
    assert_eq!(setup.rejected(&ask), (400, "InvalidArgument"));
}

#[test]
fn anonymous_listing_needs_a_bucket_policy_whatever_the_acl() {
    let mut setup = Setup::new();
    setup.bucket("bucket-one").acl = BucketAcl::PublicReadWrite;
    let ask = setup.ask("GET", "bucket-one", "/").anonymous();
    assert_eq!(setup.cause(&ask), Err(Cause::AnonymousBucket));
    setup.set_policy("bucket-one", json!([{ "Effect": "Allow", "Principal": "*", "Action": "oss:ListObjects", "Resource": "acs:oss:*:*:bucket-one" }]));
    assert_eq!(setup.cause(&ask), Ok(()));
}

#[test]
fn path_style_can_be_allowed() {
    let mut setup = Setup::new();
    setup.config.path_style = true;
    for host in [
        "127.0.0.1:9403",
        "localhost:9403",
        "oss-cn-hangzhou.aliyuncs.test",
    ] {
        let mut ask = setup.ask("GET", "bucket-one", "/k.txt");
        (ask.host, ask.path, ask.path_style) = (host.into(), "/bucket-one/k.txt".into(), true);
        assert_eq!(setup.cause(&ask), Ok(()), "{host}");
    }
}

#[test]
fn a_bound_domain_is_the_buckets_own_host() {
    let mut setup = Setup::new();
    setup
        .world
        .cnames
        .insert("cdn.example.org".into(), "bucket-two".into());
    let mut ask = setup.ask("GET", "bucket-two", "/k.txt");
    ask.host = "CDN.example.org".into();
    assert_eq!(setup.cause(&ask), Ok(()));
}

#[test]
fn the_accelerate_host_lists_no_buckets() {
    let setup = Setup::new();
    let mut ask = setup.ask_service("GET", "/");
    ask.host = "oss-accelerate.aliyuncs.test".into();
    assert_eq!(setup.cause(&ask), Err(Cause::ListBucketsForbidden));
}

#[test]
fn hosts_of_regions_that_are_not_served_are_not_standard() {
    let setup = Setup::new();
    let mut ask = setup.ask_service("GET", "/");
    ask.host = "oss-cn-mars.aliyuncs.test".into();
    assert_eq!(setup.cause(&ask), Err(Cause::NonStandardHost));
    let mut ask = setup.ask("GET", "bucket-one", "/k.txt");
    ask.host = "bucket-one.oss-cn-mars.aliyuncs.test".into();
    assert_eq!(setup.cause(&ask), Err(Cause::EndpointMismatch));
}
