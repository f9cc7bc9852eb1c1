//! Buckets as a whole, and the service.

use crate::client::Wire;
use oss_auth::Timestamp;

#[tokio::test]
async fn a_bucket_is_made_described_and_removed() {
    let wire = Wire::start().await;
    let body =
        "<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>";
    let made = wire
        .ask("PUT", "/made")
        .header("x-oss-acl", "public-read")
        .body(body)
        .send()
        .await
        .is(200);
    assert_eq!(made.the("location"), "/made");
    assert_eq!(made.the("server"), "AliyunOSS");

    let info = wire.get("/made?bucketInfo").await.is(200);
    for (path, text) in [
        ("Bucket/Name", "made"),
        ("Bucket/Location", "oss-cn-hangzhou"),
        ("Bucket/StorageClass", "IA"),
        ("Bucket/AccessControlList/Grant", "public-read"),
        ("Bucket/Owner/ID", "1000000000000001"),
        ("Bucket/TransferAcceleration", "Disabled"),
        ("Bucket/HierarchicalNamespace", "Disabled"),
    ] {
        assert_eq!(info.at(path), text, "{path}");
    }
    let created = info.at("Bucket/CreationDate");
    assert!(created.ends_with(".000Z"));
    assert!(wire.now() - Timestamp::parse_iso_extended(&created).unwrap().0 < 60);

    let location = wire.get("/made?location").await.is(200).xml();
    assert_eq!(
        (location.name.as_str(), location.text.as_str()),
        ("LocationConstraint", "oss-cn-hangzhou")
    );
    wire.ask("HEAD", "/made").send().await.is(200);

    wire.put("/made/k", "12345").await.is(200);
    let stat = wire.get("/made?stat").await.is(200);
    assert_eq!(stat.xml().name, "BucketStat");
    assert_eq!(
        (stat.at("Storage"), stat.at("ObjectCount")),
        ("5".into(), "1".into())
    );
    assert_eq!(
        (
            stat.at("InfrequentAccessStorage"),
            stat.at("StandardStorage")
        ),
        ("5".into(), "0".into())
    );

    wire.ask("DELETE", "/made")
        .send()
        .await
        .refused(409, "BucketNotEmpty");
    wire.ask("DELETE", "/made/k").send().await.is(204);
    wire.ask("DELETE", "/made").send().await.is(204);
    let gone = wire
        .get("/made?bucketInfo")
        .await
        .refused(404, "NoSuchBucket");
    assert_eq!(gone.at("BucketName"), "made");
}

#[tokio::test]
async fn a_bucket_put_twice() {
    let wire = Wire::with_bucket().await;
    wire.ask("PUT", "/bkt")
        .header("x-oss-acl", "public-read-write")
        .send()
        .await
        .is(200);
    assert_eq!(
        wire.get("/bkt?acl")
            .await
            .is(200)
            .at("AccessControlList/Grant"),
        "public-read-write"
    );
    // A plain repetition leaves the ACL alone.
    wire.ask("PUT", "/bkt").send().await.is(200);
    assert_eq!(
        wire.get("/bkt?acl").await.at("AccessControlList/Grant"),
        "public-read-write"
    );
    let other_class = "<CreateBucketConfiguration><StorageClass>Archive</StorageClass></CreateBucketConfiguration>";
    wire.put("/bkt", other_class)
        .await
        .refused(409, "BucketAlreadyExists");
    wire.ask("PUT", "/bkt")
        .by("other-account")
        .send()
        .await
        .refused(409, "BucketAlreadyExists");
    wire.put(
        "/ccc",
        "<CreateBucketConfiguration><StorageClass>Warm</StorageClass></CreateBucketConfiguration>",
    )
    .await
    .refused(400, "MalformedXML");
    wire.put("/ccc", "<Wrong/>")
        .await
        .refused(400, "MalformedXML");
    let elsewhere = "<CreateBucketConfiguration><LocationConstraint>oss-mars</LocationConstraint></CreateBucketConfiguration>";
    wire.put("/ccc", elsewhere)
        .await
        .refused(400, "InvalidLocationConstraint");
    wire.get("/ccc?bucketInfo")
        .await
        .refused(404, "NoSuchBucket");
    wire.ask("PUT", "/bkt?acl")
        .header("x-oss-acl", "everybody")
        .send()
        .await
        .refused(400, "InvalidArgument");
}

#[tokio::test]
async fn buckets_are_listed_by_account() {
    let wire = Wire::start().await;
    for name in ["l-a", "l-b", "l-c", "other"] {
        wire.ask("PUT", &format!("/{name}")).send().await.is(200);
    }
    wire.ask("PUT", "/l-foreign")
        .by("other-account")
        .send()
        .await
        .is(200);
    let names = |reply: &crate::client::Reply| {
        let root = reply.xml();
        root.child("Buckets")
            .unwrap()
            .all("Bucket")
            .map(|bucket| bucket.text_of("Name").unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let all = wire.get("/").await.is(200);
    assert_eq!(all.xml().name, "ListAllMyBucketsResult");
    assert_eq!(names(&all), ["l-a", "l-b", "l-c", "other"]);
    assert_eq!(all.at("Owner/ID"), "1000000000000001");
    assert_eq!(all.at("IsTruncated"), "false");
    // SDK code builds clients from it, so it must be the server's own address.
    assert_eq!(
        all.at("Buckets/Bucket/ExtranetEndpoint"),
        format!("http://{}", wire.running.address())
    );

    let first = wire.get("/?prefix=l-&max-keys=2").await.is(200);
    assert_eq!(
        (names(&first), first.at("NextMarker")),
        (vec!["l-a".to_owned(), "l-b".into()], "l-b".into())
    );
    let rest = wire.get("/?prefix=l-&max-keys=2&marker=l-b").await.is(200);
    assert_eq!(
        (names(&rest), rest.at("IsTruncated")),
        (vec!["l-c".to_owned()], "false".into())
    );
    for bad in ["0", "1001", "x", "-1"] {
        wire.get(&format!("/?max-keys={bad}"))
            .await
            .refused(400, "InvalidArgument");
    }
}

#[tokio::test]
async fn regions_are_described() {
    let wire = Wire::start().await;
    let all = wire.get("/?regions").await.is(200);
    assert_eq!(all.xml().name, "RegionInfoList");
    assert_eq!(
        all.every("RegionInfo", "Region"),
        ["oss-cn-hangzhou", "oss-cn-shanghai"]
    );
    let one = wire.get("/?regions=oss-cn-shanghai").await.is(200);
    assert_eq!(
        one.every("RegionInfo", "InternetEndpoint"),
        ["oss-cn-shanghai.aliyuncs.test"]
    );
    wire.get("/?regions=oss-mars")
        .await
        .refused(404, "NoSuchRegion");
}

#[tokio::test]
async fn the_host_names_the_region() {
    let wire = Wire::start().await;
    let host = "bkt.oss-cn-shanghai.aliyuncs.test:9403";
    wire.ask("PUT", "/").host(host).send().await.is(200);
    let info = wire
        .ask("GET", "/?bucketInfo")
        .host(host)
        .send()
        .await
        .is(200);
    assert_eq!(info.at("Bucket/Location"), "oss-cn-shanghai");
    assert_eq!(
        info.at("Bucket/ExtranetEndpoint"),
        "http://oss-cn-shanghai.aliyuncs.test:9403"
    );
    let wrong = wire
        .ask("GET", "/?bucketInfo")
        .host("bkt.oss-cn-hangzhou.aliyuncs.test")
        .send()
        .await;
    let wrong = wrong.refused(403, "AccessDenied");
    assert_eq!(wrong.at("HostId"), "bkt.oss-cn-hangzhou.aliyuncs.test");
    assert_eq!(wrong.at("Endpoint"), "oss-cn-shanghai.aliyuncs.test");
}
