//! The same of what is set for a bucket: what the official SDKs' own suites showed to be answered wrongly.

use crate::client::Wire;

/// Every SDK lists the inventories; the Python SDK v2 the styles.
#[tokio::test]
async fn what_a_bucket_has_several_of_is_listed() {
    let wire = Wire::with_bucket().await;
    wire.get("/bkt?inventory")
        .await
        .refused(404, "NoSuchInventory");
    for number in 100..201 {
        let body = format!(
            "<InventoryConfiguration><Id>i{number}</Id><IsEnabled>true</IsEnabled></InventoryConfiguration>"
        );
        wire.put(&format!("/bkt?inventory&inventoryId=i{number}"), body)
            .await
            .is(200);
    }
    let first = wire.get("/bkt?inventory&continuation-token=").await.is(200);
    assert_eq!(first.xml().name, "ListInventoryConfigurationsResult");
    assert_eq!(first.at("IsTruncated"), "true");
    let mut ids = first.every("InventoryConfiguration", "Id");
    assert_eq!(ids.len(), 100);
    let token = first.at("NextContinuationToken");
    let second = wire
        .get(&format!("/bkt?inventory&continuation-token={token}"))
        .await
        .is(200);
    assert_eq!(second.at("IsTruncated"), "false");
    ids.extend(second.every("InventoryConfiguration", "Id"));
    assert_eq!(
        ids,
        (100..201)
            .map(|number| format!("i{number}"))
            .collect::<Vec<_>>()
    );

    let style = "<Style><Content>image/resize,p_50</Content></Style>";
    wire.put("/bkt?style&styleName=small&category=image", style)
        .await
        .is(200);
    let kept = wire.get("/bkt?style&styleName=small").await.is(200);
    for (name, text) in [
        ("Name", "small"),
        ("Content", "image/resize,p_50"),
        ("Category", "image"),
    ] {
        assert_eq!(kept.at(name), text);
    }
    assert!(kept.at("CreateTime").ends_with(" GMT"));
    assert_eq!(
        wire.get("/bkt?style").await.is(200).every("Style", "Name"),
        ["small"]
    );
    wire.ask("DELETE", "/bkt?style&styleName=small")
        .send()
        .await
        .is(204);
    wire.get("/bkt?style").await.refused(404, "NoSuchStyle");
}

/// Every SDK writes `accessmonitor`, and asks for a resource group that no bucket is without.
#[tokio::test]
async fn settings_have_their_names_and_defaults() {
    let wire = Wire::with_bucket().await;
    assert_eq!(
        wire.get("/bkt?accessmonitor").await.is(200).at("Status"),
        "Disabled"
    );
    let on = "<AccessMonitorConfiguration><Status>Enabled</Status></AccessMonitorConfiguration>";
    wire.put("/bkt?accessmonitor", on).await.is(200);
    assert_eq!(
        wire.get("/bkt?accessmonitor").await.is(200).at("Status"),
        "Enabled"
    );
    assert_eq!(
        wire.get("/bkt?bucketInfo").await.at("Bucket/AccessMonitor"),
        "Enabled"
    );
    wire.get("/bkt?accessMonitor")
        .await
        .refused(501, "NotImplemented");

    let group = async || {
        wire.get("/bkt?resourceGroup")
            .await
            .is(200)
            .at("ResourceGroupId")
    };
    let default = group().await;
    assert!(default.starts_with("rg-"), "{default}");
    let body = |id: &str| {
        format!(
            "<BucketResourceGroupConfiguration><ResourceGroupId>{id}</ResourceGroupId></BucketResourceGroupConfiguration>"
        )
    };
    wire.put("/bkt?resourceGroup", body("rg-other"))
        .await
        .is(200);
    assert_eq!(group().await, "rg-other");
    assert_eq!(
        wire.get("/bkt?bucketInfo")
            .await
            .at("Bucket/ResourceGroupId"),
        "rg-other"
    );
    wire.put("/bkt?resourceGroup", body("")).await.is(200);
    assert_eq!(group().await, default);
    assert_eq!(
        wire.get("/bkt?stat").await.is(200).at("LastModifiedTime"),
        "0"
    );
}

/// oss2, test_put_symlink and test_update_metadata_versioning; ali-oss, putSymlink.
#[tokio::test]
async fn links_have_metadata_and_copies_keep_their_type() {
    let wire = Wire::with_bucket().await;
    let put = wire
        .ask("PUT", "/bkt/k")
        .header("content-type", "text/plain")
        .body("x");
    put.send().await.is(200);
    let link = wire
        .ask("PUT", "/bkt/link?symlink")
        .header("x-oss-symlink-target", "k")
        .header("x-oss-meta-a", "b");
    link.send().await.is(200);
    assert_eq!(
        wire.get("/bkt/link?symlink")
            .await
            .is(200)
            .the("x-oss-meta-a"),
        "b"
    );
    assert_eq!(
        wire.ask("HEAD", "/bkt/link")
            .send()
            .await
            .is(200)
            .the("x-oss-meta-a"),
        "b"
    );
    let copy = wire
        .ask("PUT", "/bkt/k")
        .header("x-oss-copy-source", "/bkt/k")
        .header("x-oss-metadata-directive", "REPLACE");
    copy.send().await.is(200);
    assert_eq!(wire.get("/bkt/k").await.the("content-type"), "text/plain");
}

/// Go SDK, TestBucketTags; ListBuckets of every SDK.
#[tokio::test]
async fn some_tags_of_a_bucket_are_removed_and_buckets_are_found_by_them() {
    let wire = Wire::with_bucket().await;
    wire.ask("PUT", "/other").send().await.is(200);
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tagging>";
    wire.put("/bkt?tagging", tags).await.is(200);
    let list = wire.get("/?tag-key=a&tag-value=1").await.is(200).text();
    assert!(
        list.contains("<Name>bkt</Name>") && !list.contains("<Name>other</Name>"),
        "{list}"
    );
    assert!(
        !wire
            .get("/?tag-key=a&tag-value=2")
            .await
            .is(200)
            .text()
            .contains("<Name>")
    );
    assert_eq!(
        wire.get("/bkt?tagging=b")
            .await
            .is(200)
            .at("TagSet/Tag/Key"),
        "b"
    );
    wire.ask("DELETE", "/bkt?tagging=a").send().await.is(204);
    assert_eq!(
        wire.get("/bkt?tagging").await.is(200).at("TagSet/Tag/Key"),
        "b"
    );
}

/// oss2, test_invalid_argument; Python SDK v2, test_bucket_cors and test_multipart_upload_object_encoding_type.
#[tokio::test]
async fn cors_rules_and_lists_of_uploads_say_what_the_service_says() {
    let wire = Wire::with_bucket().await;
    let rule = |age: &str| {
        format!(
            "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>\
             <AllowedHeader>X-Some</AllowedHeader><MaxAgeSeconds>{age}</MaxAgeSeconds></CORSRule></CORSConfiguration>"
        )
    };
    let refused = wire
        .put("/bkt?cors", rule("-1"))
        .await
        .refused(400, "InvalidArgument");
    assert_eq!(
        (refused.at("ArgumentName"), refused.at("ArgumentValue")),
        ("MaxAgeSeconds".into(), "-1".into())
    );
    wire.put("/bkt?cors", rule("10")).await.is(200);
    assert_eq!(
        wire.get("/bkt?cors").await.at("CORSRule/AllowedHeader"),
        "x-some"
    );
    let id = wire
        .ask("POST", "/bkt/k?uploads")
        .send()
        .await
        .is(200)
        .at("UploadId");
    let list = wire.get("/bkt?uploads").await.is(200);
    assert_eq!(
        (
            list.at("NextKeyMarker"),
            list.at("NextUploadIdMarker"),
            list.at("IsTruncated")
        ),
        ("k".into(), id, "false".into())
    );
}
