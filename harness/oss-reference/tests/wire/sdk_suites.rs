//! What the official SDKs' own suites showed to be answered wrongly; each line names what rests on it.

use crate::client::{DIGITS, Wire};

/// oss2 and the Go SDK end every test with it.
#[tokio::test]
async fn there_are_no_live_channels() {
    let wire = Wire::with_bucket().await;
    let list = wire.get("/bkt/?live&prefix=a&max-keys=7").await.is(200);
    assert_eq!(list.xml().name, "ListLiveChannelResult");
    assert_eq!(
        (list.at("Prefix"), list.at("Marker")),
        ("a".into(), String::new())
    );
    assert_eq!(
        (list.at("MaxKeys"), list.at("IsTruncated")),
        ("7".into(), "false".into())
    );
    assert_eq!(wire.get("/bkt?live").await.is(200).at("MaxKeys"), "100");
    wire.get("/absent?live").await.refused(404, "NoSuchBucket");
    wire.ask("GET", "/bkt?live")
        .by("other-account")
        .send()
        .await
        .is(403);
    wire.put("/bkt?live", "<LiveChannelConfiguration/>")
        .await
        .refused(405, "MethodNotAllowed");
    wire.put("/bkt/channel?live", "<LiveChannelConfiguration/>")
        .await
        .refused(501, "NotImplemented");
    wire.get("/bkt/channel").await.refused(404, "NoSuchKey");
}

/// Python SDK v2, test_mutilpart_object_acl.
#[tokio::test]
async fn the_acl_of_a_completion_counts() {
    let wire = Wire::with_bucket().await;
    for (initiated, completed, then) in [
        (None, Some("public-read"), "public-read"),
        (Some("private"), Some("public-read"), "public-read"),
        (Some("private"), None, "private"),
        (None, None, "default"),
    ] {
        let mut ask = wire.ask("POST", "/bkt/k?uploads");
        if let Some(acl) = initiated {
            ask = ask.header("x-oss-object-acl", acl);
        }
        let id = ask.send().await.is(200).at("UploadId");
        wire.put(&format!("/bkt/k?partNumber=1&uploadId={id}"), DIGITS)
            .await
            .is(200);
        let mut ask = wire
            .ask("POST", &format!("/bkt/k?uploadId={id}"))
            .header("x-oss-complete-all", "yes");
        if let Some(acl) = completed {
            ask = ask.header("x-oss-object-acl", acl);
        }
        ask.send().await.is(200);
        assert_eq!(
            wire.get("/bkt/k?acl").await.at("AccessControlList/Grant"),
            then,
            "{initiated:?} {completed:?}"
        );
    }
    let id = wire
        .ask("POST", "/bkt/k?uploads")
        .send()
        .await
        .is(200)
        .at("UploadId");
    wire.put(&format!("/bkt/k?partNumber=1&uploadId={id}"), "x")
        .await
        .is(200);
    let ask = wire
        .ask("POST", &format!("/bkt/k?uploadId={id}"))
        .header("x-oss-complete-all", "yes");
    ask.header("x-oss-object-acl", "open")
        .send()
        .await
        .refused(400, "InvalidArgument");
    assert_eq!(wire.get("/bkt/k").await.text(), DIGITS);
}

/// Go SDK, TestAppendObject: the ACL is that of the last append that has one, the metadata that of the first.
#[tokio::test]
async fn the_acl_of_a_later_append_counts_and_its_metadata_does_not() {
    let wire = Wire::with_bucket().await;
    let append = async |position: u64, acl: Option<&str>, meta: &str| {
        let mut ask = wire
            .ask("POST", &format!("/bkt/k?append&position={position}"))
            .header("x-oss-meta-my", meta);
        if let Some(acl) = acl {
            ask = ask.header("x-oss-object-acl", acl);
        }
        ask.body("123").send().await.is(200);
        let kept = wire.get("/bkt/k").await.is(200);
        assert_eq!(kept.the("x-oss-meta-my"), "first");
        wire.get("/bkt/k?acl").await.at("AccessControlList/Grant")
    };
    assert_eq!(
        append(0, Some("public-read-write"), "first").await,
        "public-read-write"
    );
    assert_eq!(append(3, None, "second").await, "public-read-write");
    assert_eq!(append(6, Some("public-read"), "third").await, "public-read");
}

/// oss2, test_object_request_payment: signed URLs.
#[tokio::test]
async fn the_payer_may_stand_in_the_query() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/k", DIGITS).await.is(200);
    wire.ask("PUT", "/bkt/k?acl")
        .header("x-oss-object-acl", "public-read")
        .send()
        .await
        .is(200);
    let payer =
        "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>";
    wire.put("/bkt?requestPayment", payer).await.is(200);
    for (target, status) in [
        ("/bkt/k", 403),
        ("/bkt/k?x-oss-request-payer=owner", 403),
        ("/bkt/k?x-oss-request-payer", 403),
        ("/bkt/k?x-oss-request-payer=requester", 200),
    ] {
        let reply = wire.ask("GET", target).by("other-account").send().await;
        assert_eq!(reply.status, status, "{target}");
    }
}

/// ali-oss: putBucketACL on a new name.
#[tokio::test]
async fn setting_the_acl_of_a_bucket_that_is_not_there_makes_it() {
    let wire = Wire::start().await;
    let put = |by: &str| {
        wire.ask("PUT", "/new-one/?acl")
            .header("x-oss-acl", "public-read")
            .by(by)
    };
    put("ram-user").send().await;
    put("owner")
        .anonymous()
        .send()
        .await
        .refused(403, "AccessDenied");
    let reply = put("owner").send().await.is(200);
    assert_eq!(reply.the("location"), "/new-one");
    assert_eq!(
        wire.get("/new-one?acl").await.at("AccessControlList/Grant"),
        "public-read"
    );
    put("other-account")
        .send()
        .await
        .refused(409, "BucketAlreadyExists");
    let ask = wire
        .ask("PUT", "/new-one?acl")
        .header("x-oss-acl", "private");
    assert_eq!(ask.send().await.is(200).the("location"), "/new-one");
    wire.ask("PUT", "/new-two?acl")
        .header("x-oss-acl", "open")
        .send()
        .await
        .refused(400, "InvalidArgument");
    wire.get("/new-two?acl").await.refused(404, "NoSuchBucket");
}

/// Go SDK v2, TestBucketCors.
#[tokio::test]
async fn a_preflight_to_a_bucket_that_is_not_there_finds_none() {
    let wire = Wire::with_bucket().await;
    let preflight = |target: &str| {
        let ask = wire.ask("OPTIONS", target).anonymous();
        ask.header("origin", "http://a.example")
            .header("access-control-request-method", "GET")
    };
    preflight("/absent/k")
        .send()
        .await
        .refused(404, "NoSuchBucket");
    preflight("/bkt/k")
        .send()
        .await
        .refused(403, "AccessForbidden");
}

/// Go SDK v2, TestPaginator and TestMultipartUpload.
#[tokio::test]
async fn a_part_for_an_upload_that_is_gone_has_an_ec_of_its_own() {
    let wire = Wire::with_bucket().await;
    let id = wire
        .ask("POST", "/bkt/k?uploads")
        .send()
        .await
        .is(200)
        .at("UploadId");
    wire.ask("DELETE", &format!("/bkt/k?uploadId={id}"))
        .send()
        .await
        .is(204);
    let part = wire
        .put(&format!("/bkt/k?partNumber=1&uploadId={id}"), "x")
        .await;
    assert_eq!(
        part.refused(404, "NoSuchUpload").the("x-oss-ec"),
        "0042-00000104"
    );
    let list = wire.get(&format!("/bkt/k?uploadId={id}")).await;
    assert_eq!(
        list.refused(404, "NoSuchUpload").the("x-oss-ec"),
        "0042-00000002"
    );
}

/// Go SDK: its sample file in parts of 100 KiB has a constant ETag. Here the rule itself, with the MD5 of RFC 1321's digits.
#[tokio::test]
async fn the_etag_of_an_upload_in_parts_is_made_of_the_hex_digests() {
    let wire = Wire::with_bucket().await;
    let id = wire
        .ask("POST", "/bkt/k?uploads")
        .send()
        .await
        .is(200)
        .at("UploadId");
    wire.put(&format!("/bkt/k?partNumber=1&uploadId={id}"), DIGITS)
        .await
        .is(200);
    let complete = wire
        .ask("POST", &format!("/bkt/k?uploadId={id}"))
        .header("x-oss-complete-all", "yes");
    // md5("25F9E794323B453885F5181F1B624D0B")
    assert_eq!(
        complete.send().await.is(200).the("etag"),
        "\"EA983C0D57E04E8D214F63E1228CBF15-1\""
    );
}

/// Python SDK v2, test_restore_object_tier and test_restore_object_job_parameters; oss2, test_restore_object_with_config.
#[tokio::test]
async fn a_restoration_says_how_urgent_it_is() {
    let wire = Wire::with_bucket().await;
    let archived = async |key: &str, class: &str| {
        let ask = wire
            .ask("PUT", &format!("/bkt/{key}"))
            .header("x-oss-storage-class", class);
        ask.body(DIGITS).send().await.is(200);
    };
    let tier = |tier: &str| {
        format!(
            "<RestoreRequest><Days>2</Days><JobParameters><Tier>{tier}</Tier></JobParameters></RestoreRequest>"
        )
    };
    let restore = async |key: &str, body: String| {
        wire.ask("POST", &format!("/bkt/{key}?restore"))
            .body(body)
            .send()
            .await
    };
    const PRIORITY: &str = "x-oss-object-restore-priority";
    for class in ["ColdArchive", "DeepColdArchive"] {
        for (key, body, priority) in [
            ("plain", String::new(), "Standard"),
            (
                "days",
                "<RestoreRequest><Days>2</Days></RestoreRequest>".into(),
                "Standard",
            ),
            ("fast", tier("Expedited"), "Expedited"),
            ("slow", tier("Bulk"), "Bulk"),
        ] {
            archived(key, class).await;
            assert_eq!(
                restore(key, body).await.is(202).the(PRIORITY),
                priority,
                "{class} {key}"
            );
        }
        archived("wrong", class).await;
        restore("wrong", tier("wrong-tier"))
            .await
            .refused(400, "InvalidArgument");
    }
    archived("a", "Archive").await;
    restore("a", tier("Bulk"))
        .await
        .refused(400, "MalformedXML");
    assert_eq!(
        restore("a", String::new()).await.is(202).header(PRIORITY),
        None
    );
}

/// oss2 asks every set-up for the id of its key; both suites: SM4 under KMS.
#[tokio::test]
async fn what_kms_encrypts_has_a_key_and_says_what_with() {
    let wire = Wire::with_bucket().await;
    const KEY: &str = "x-oss-server-side-encryption-key-id";
    const DATA: &str = "x-oss-server-side-data-encryption";
    let put = |key: &str| {
        wire.ask("PUT", &format!("/bkt/{key}"))
            .header("x-oss-server-side-encryption", "KMS")
            .body("x")
    };
    let id = put("a").send().await.is(200).the(KEY).to_owned();
    let head = wire.ask("HEAD", "/bkt/a").send().await.is(200);
    assert_eq!((head.the(KEY), head.header(DATA)), (id.as_str(), None));
    assert_eq!(put("b").send().await.the(KEY), id);
    let named = put("c")
        .header(KEY, "9468da86-3509-4f8d-a61e-6eab1eac")
        .header(DATA, "SM4");
    named.send().await.is(200);
    let head = wire.ask("HEAD", "/bkt/c").send().await.is(200);
    assert_eq!(
        (head.the(KEY), head.the(DATA)),
        ("9468da86-3509-4f8d-a61e-6eab1eac", "SM4")
    );
    let ask = wire
        .ask("PUT", "/bkt/d")
        .header("x-oss-server-side-encryption", "AES256");
    ask.header(KEY, "key")
        .body("x")
        .send()
        .await
        .refused(400, "InvalidArgument");

    let rule = "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm>\
        <KMSDataEncryption>SM4</KMSDataEncryption></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>";
    wire.put("/bkt?encryption", rule).await.is(200);
    let kept = wire.get("/bkt?encryption").await.is(200);
    assert_eq!(
        kept.at("ApplyServerSideEncryptionByDefault/KMSDataEncryption"),
        "SM4"
    );
    assert_eq!(wire.put("/bkt/e", "x").await.is(200).the(DATA), "SM4");
    let made = wire
        .ask("PUT", "/encrypted")
        .header("x-oss-server-side-encryption", "KMS")
        .header(DATA, "SM4");
    made.send().await.is(200);
    let info = wire.get("/encrypted?bucketInfo").await.is(200);
    assert_eq!(
        info.at("Bucket/ServerSideEncryptionRule/SSEAlgorithm"),
        "KMS"
    );
    assert_eq!(
        info.at("Bucket/ServerSideEncryptionRule/KMSDataEncryption"),
        "SM4"
    );
}
