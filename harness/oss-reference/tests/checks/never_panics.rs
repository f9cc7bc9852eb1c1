//! Whatever arrives is read and decided, or refused: nothing panics.

use std::net::IpAddr;

use oss_reference::checks::{Inquiry, decide, decide_body, may};
use oss_reference::config::{Extreme, Faults};
use oss_reference::host::{Names, address};
use oss_reference::operation::Operation;
use oss_reference::request::{Arrival, Form, Request};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, RngAlgorithm, RngSeed, TestRunner};

use crate::fixture::{NOW, Setup};

fn runner(cases: u32) -> TestRunner {
    let config = Runs {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(403),
        ..Runs::default()
    };
    TestRunner::new(config)
}

/// Parts that mean something, so that the rest of the code is reached, or anything.
fn word(known: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![3 => prop::sample::select(known).prop_map(str::to_owned), 1 => "[ -~]{0,12}", 1 => "\\PC{0,6}"]
}

const HOSTS: &[&str] = &[
    "bucket-one.oss-cn-hangzhou.aliyuncs.test",
    "oss-cn-hangzhou.aliyuncs.test",
    "127.0.0.1",
    "oss.aliyuncs.test",
    "[::1",
    "a.oss-accelerate.aliyuncs.test",
    "x",
];
const SEGMENTS: &[&str] = &["bucket-one", "k.txt", "%ff", "%2F", "..", "", "%", "absent"];
const QUERIES: &[&str] = &[
    "acl",
    "policy",
    "uploads",
    "uploadId=U",
    "partNumber=1",
    "OSSAccessKeyId=OSS403OWNERKEY0001",
    "Expires=99999999999",
    "Expires=-1",
    "Signature=c2ln",
    "Expires=",
    "x-oss-signature-version=OSS4-HMAC-SHA256",
    "x-oss-signature-version=OSS2",
    "x-oss-credential=OSS403OWNERKEY0001/20231218/cn-hangzhou/oss/aliyun_v4_request",
    "x-oss-date=20231218T080000Z",
    "x-oss-expires=60",
    "x-oss-expires=9223372036854775807",
    "x-oss-signature=00",
    "cname",
    "comp=add",
    "x-oss-process=image/a",
    "security-token=t",
    "x-oss-rename",
    "append",
    "position=0",
    "delete",
    "%zz",
    "=",
    "worm",
    "wormId=1",
    "x-oss-additional-headers=host",
];
const METHODS: &[&str] = &["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"];
const HEADERS: &[&str] = &[
    "authorization",
    "date",
    "x-oss-date",
    "x-oss-copy-source",
    "x-oss-rename-source",
    "x-oss-tagging",
    "origin",
    "referer",
    "access-control-request-method",
    "access-control-request-headers",
    "x-oss-security-token",
    "x-oss-server-side-encryption",
    "x-amz-date",
    "x-amz-content-sha256",
];
const VALUES: &[&str] = &[
    "OSS OSS403OWNERKEY0001:c2ln",
    "OSS2 AccessKeyId:a,Signature:b",
    "OSS4-HMAC-SHA256 Credential=OSS403OWNERKEY0001/20231218/cn-hangzhou/oss/aliyun_v4_request,Signature=00",
    "AWS4-HMAC-SHA256 Credential=OSS403OWNERKEY0001/20231218/cn-hangzhou/s3/aws4_request, SignedHeaders=host, Signature=00",
    "AWS a:b",
    "Mon, 18 Dec 2023 08:00:00 GMT",
    "20231218T080000Z",
    "/bucket-one/k.txt",
    "/%ff/a",
    "KMS",
    "a=b&c",
    "\u{7f}",
];

#[test]
fn hosts_and_paths() {
    let regions = ["cn-hangzhou".to_owned()];
    runner(4000)
        .run(&(word(HOSTS), "\\PC{0,30}"), |(host, path)| {
            let names = Names {
                suffix: "aliyuncs.test",
                regions: &regions,
            };
            let _ = address(&host, &path, names, |_| Some("bound".to_owned()));
            Ok(())
        })
        .expect("nothing panics");
}

#[test]
fn heads_forms_and_bodies() {
    let faulty = |extreme| {
        Setup::faulty(Faults {
            extreme,
            ..Faults::default()
        })
    };
    let without_checks = {
        use oss_reference::checks::{Row, TABLE};
        let without = TABLE
            .iter()
            .filter(|row| matches!(row, Row::Check(_)))
            .map(|row| row.name().to_owned())
            .collect();
        Setup::faulty(Faults {
            without,
            ..Faults::default()
        })
    };
    let setups = [
        Setup::new(),
        faulty(Some(Extreme::AllowAll)),
        without_checks,
    ];
    let head = (
        prop::sample::select(METHODS),
        word(HOSTS),
        prop::collection::vec(word(SEGMENTS), 0..4),
        prop::collection::vec(word(QUERIES), 0..7),
        prop::collection::vec((prop::sample::select(HEADERS), word(VALUES)), 0..5),
    );
    let fields = prop::option::of(prop::collection::vec(
        (
            word(&[
                "key",
                "policy",
                "OSSAccessKeyId",
                "Signature",
                "x-oss-signature-version",
                "x-oss-credential",
                "x-oss-date",
                "x-oss-signature",
            ]),
            word(&[
                "OSS403OWNERKEY0001",
                "e30=",
                "a",
                "OSS4-HMAC-SHA256",
                "20231218T080000Z",
                "OSS403OWNERKEY0001/20231218/cn-hangzhou/oss/aliyun_v4_request",
                "${filename}",
            ]),
        ),
        0..7,
    ));
    let body = prop::collection::vec(any::<u8>(), 0..40);
    let mut decided = 0_u32;
    let counter = std::cell::Cell::new(0_u32);
    runner(4000)
        .run(
            &(head, fields, body),
            |((method, host, path, query, headers), fields, body)| {
                let target = format!("/{}?{}", path.join("/"), query.join("&"));
                let mut builder = http::Request::builder()
                    .method(method)
                    .uri(target)
                    .header("host", host);
                for (name, value) in headers {
                    builder = builder.header(name, value);
                }
                // What is no HTTP does not come this far.
                let Ok(http) = builder.body(()) else {
                    return Ok(());
                };
                let (parts, ()) = http.into_parts();
                let form = fields.map(|fields| Form {
                    fields,
                    file_name: None,
                    file_content_type: None,
                });
                for setup in &setups {
                    let arrival = Arrival {
                        peer: IpAddr::from([127, 0, 0, 1]),
                        vpc_endpoint: Some("ep"),
                        id: "636B68BA80DA8539399F0001",
                        received: NOW,
                    };
                    let Ok(request) = setup
                        .destination(&parts)
                        .and_then(|destination| Request::read(&parts, destination, arrival))
                    else {
                        return Ok(());
                    };
                    let inquiry =
                        Inquiry::new(&request, form.as_ref(), &setup.world, &setup.config);
                    let _ = decide(&inquiry);
                    let _ = decide_body(&inquiry, &body);
                    let _ = may(&inquiry, Operation::DeleteObject, "k.txt", None);
                    counter.set(counter.get() + 1);
                }
                Ok(())
            },
        )
        .expect("nothing panics");
    decided += counter.get();
    assert!(
        decided > 3000,
        "only {decided} requests came through to a decision"
    );
}
