//! Versions of objects: made, named, deleted, listed (help page: Versioning).

use crate::client::{Reply, Wire};

const ENABLED: &str = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
const SUSPENDED: &str =
    "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";

pub(crate) async fn enabled() -> Wire {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt?versioning", ENABLED).await.is(200);
    wire
}

pub(crate) fn version(reply: &Reply) -> String {
    reply.the("x-oss-version-id").to_owned()
}

/// Puts one version after the other and gives their ids.
pub(crate) async fn put_all(wire: &Wire, target: &str, bodies: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for body in bodies {
        ids.push(version(&wire.put(target, *body).await.is(200)));
    }
    ids
}

pub(crate) async fn delete(wire: &Wire, target: &str) -> Reply {
    wire.ask("DELETE", target).send().await.is(204)
}

/// `(element, key, id, latest)` of each line of a list of versions.
async fn listed(wire: &Wire, query: &str) -> Vec<String> {
    let reply = wire.get(&format!("/bkt?versions{query}")).await.is(200);
    let root = reply.xml();
    let lines = root.children.iter().filter_map(|line| {
        let text = |name| line.text_of(name).unwrap_or("-");
        matches!(
            line.name.as_str(),
            "Version" | "DeleteMarker" | "CommonPrefixes"
        )
        .then(|| {
            let key = line.text_of("Key").or(line.text_of("Prefix")).unwrap_or("");
            format!(
                "{} {key} {} {}",
                line.name,
                text("VersionId"),
                text("IsLatest")
            )
        })
    });
    lines.collect()
}

#[tokio::test]
async fn a_bucket_says_whether_its_objects_have_versions() {
    let wire = Wire::with_bucket().await;
    let status = async || {
        let versioning = wire.get("/bkt?versioning").await.is(200).xml();
        let info = wire.get("/bkt?bucketInfo").await.is(200).xml();
        let of_info = info.child("Bucket").unwrap().text_of("Versioning");
        assert_eq!(versioning.text_of("Status"), of_info);
        of_info.unwrap_or("").to_owned()
    };
    assert_eq!(status().await, "");
    assert_eq!(
        wire.put("/bkt/k", "1")
            .await
            .is(200)
            .header("x-oss-version-id"),
        None
    );
    assert_eq!(
        wire.get("/bkt/k").await.is(200).header("x-oss-version-id"),
        None
    );
    assert_eq!(
        delete(&wire, "/bkt/k").await.header("x-oss-version-id"),
        None
    );
    wire.put("/bkt?versioning", ENABLED).await.is(200);
    assert_eq!(status().await, "Enabled");
    wire.put("/bkt?versioning", SUSPENDED).await.is(200);
    assert_eq!(status().await, "Suspended");
    let unknown = "<VersioningConfiguration><Status>Disabled</Status></VersioningConfiguration>";
    wire.put("/bkt?versioning", unknown)
        .await
        .refused(400, "MalformedXML");
    wire.ask("DELETE", "/bkt?versioning")
        .send()
        .await
        .refused(405, "MethodNotAllowed");
    assert_eq!(status().await, "Suspended");
}

#[tokio::test]
async fn every_upload_makes_a_version_that_can_be_named() {
    let wire = enabled().await;
    let ids = put_all(&wire, "/bkt/k", &["one", "two", "three"]).await;
    for (id, body) in ids.iter().zip(["one", "two", "three"]) {
        let reply = wire.get(&format!("/bkt/k?versionId={id}")).await.is(200);
        assert_eq!((reply.text().as_str(), version(&reply)), (body, id.clone()));
        let head = wire
            .ask("HEAD", &format!("/bkt/k?versionId={id}"))
            .send()
            .await
            .is(200);
        assert_eq!(
            (head.the("content-length"), version(&head)),
            (&*body.len().to_string(), id.clone())
        );
        let meta = wire
            .ask("HEAD", &format!("/bkt/k?objectMeta&versionId={id}"))
            .send()
            .await
            .is(200);
        assert_eq!(version(&meta), *id);
    }
    let reply = wire.get("/bkt/k").await.is(200);
    assert_eq!(
        (reply.text().as_str(), version(&reply)),
        ("three", ids[2].clone())
    );
    wire.get("/bkt/k?versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA")
        .await
        .refused(404, "NoSuchVersion");
    wire.get("/bkt/k?versionId=")
        .await
        .refused(400, "InvalidArgument");
    wire.get("/bkt/absent?versionId=CAEQMDAwMDAwMDAwMDAwMDAwMA")
        .await
        .refused(404, "NoSuchKey");
    // Nothing is overwritten, so nothing can be forbidden to be.
    let again = wire
        .ask("PUT", "/bkt/k")
        .header("x-oss-forbid-overwrite", "true")
        .body("four");
    again.send().await.is(200);
    wire.put(&format!("/bkt/k?versionId={}", ids[0]), "x")
        .await
        .refused(400, "InvalidArgument");
    assert_eq!(
        wire.get(&format!("/bkt/k?versionId={}", ids[0]))
            .await
            .text(),
        "one"
    );
}

#[tokio::test]
async fn other_uploads_make_versions_too_but_an_append_continues_one() {
    let wire = enabled().await;
    let copied = version(&wire.put("/bkt/source", "copied").await);
    wire.put("/bkt/source", "newer").await.is(200);
    let copy = wire.ask("PUT", "/bkt/copy").header(
        "x-oss-copy-source",
        format!("/bkt/source?versionId={copied}"),
    );
    let copy = copy.send().await.is(200);
    assert_eq!(copy.the("x-oss-copy-source-version-id"), copied);
    assert_ne!(version(&copy), copied);
    assert_eq!(wire.get("/bkt/copy").await.text(), "copied");

    let link = wire
        .ask("PUT", "/bkt/link?symlink")
        .header("x-oss-symlink-target", "copy");
    let link = version(&link.send().await.is(200));
    assert_eq!(
        version(
            &wire
                .get(&format!("/bkt/link?symlink&versionId={link}"))
                .await
                .is(200)
        ),
        link
    );

    let upload = wire
        .ask("POST", "/bkt/multi?uploads")
        .send()
        .await
        .is(200)
        .at("UploadId");
    wire.put(
        &format!("/bkt/multi?partNumber=1&uploadId={upload}"),
        "part",
    )
    .await
    .is(200);
    let complete = wire
        .ask("POST", &format!("/bkt/multi?uploadId={upload}"))
        .header("x-oss-complete-all", "yes");
    let multi = version(&complete.send().await.is(200));
    assert_eq!(version(&wire.get("/bkt/multi").await), multi);

    let append = async |position: u64, body: &str| {
        let target = format!("/bkt/log?append&position={position}");
        wire.ask("POST", &target).body(body).send().await.is(200)
    };
    let first = version(&append(0, "123").await);
    assert_eq!(version(&append(3, "456").await), first);
    // Deleted, it begins anew (Go SDK, TestVersioningAppendObject).
    let marker = version(&delete(&wire, "/bkt/log").await);
    assert_ne!(version(&append(0, "789").await), first);
    delete(&wire, &format!("/bkt/log?versionId={marker}")).await;
    append(3, "000").await;
    assert_eq!(wire.get("/bkt/log").await.text(), "789000");
    assert_eq!(
        wire.get(&format!("/bkt/log?versionId={first}"))
            .await
            .text(),
        "123456"
    );
}

#[tokio::test]
async fn a_deletion_leaves_a_marker_and_removing_that_brings_the_object_back() {
    let wire = enabled().await;
    let ids = put_all(&wire, "/bkt/k", &["one", "two"]).await;
    let deleted = delete(&wire, "/bkt/k").await;
    assert_eq!(deleted.the("x-oss-delete-marker"), "true");
    let marker = version(&deleted);
    let absent = wire.get("/bkt/k").await.refused(404, "NoSuchKey");
    assert_eq!(
        (absent.the("x-oss-delete-marker"), version(&absent)),
        ("true", marker.clone())
    );
    let named = wire
        .get(&format!("/bkt/k?versionId={marker}"))
        .await
        .refused(405, "MethodNotAllowed");
    assert_eq!(named.the("x-oss-delete-marker"), "true");
    wire.get("/bkt/k?acl").await.refused(404, "NoSuchKey");
    assert_eq!(
        wire.get("/bkt?list-type=2").await.every("Contents", "Key"),
        [""; 0]
    );
    assert_eq!(
        wire.get(&format!("/bkt/k?versionId={}", ids[1]))
            .await
            .text(),
        "two"
    );
    wire.ask("DELETE", "/bkt")
        .send()
        .await
        .refused(409, "BucketNotEmpty");

    let undone = delete(&wire, &format!("/bkt/k?versionId={marker}")).await;
    assert_eq!(
        (undone.the("x-oss-delete-marker"), version(&undone)),
        ("true", marker)
    );
    assert_eq!(wire.get("/bkt/k").await.text(), "two");
    let gone = delete(&wire, &format!("/bkt/k?versionId={}", ids[1])).await;
    assert_eq!(
        (gone.header("x-oss-delete-marker"), version(&gone)),
        (None, ids[1].clone())
    );
    assert_eq!(wire.get("/bkt/k").await.text(), "one");
    wire.get(&format!("/bkt/k?versionId={}", ids[1]))
        .await
        .refused(404, "NoSuchVersion");
    delete(&wire, &format!("/bkt/k?versionId={}", ids[0])).await;
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
    wire.ask("DELETE", "/bkt").send().await.is(204);
}

#[tokio::test]
async fn suspended_there_is_one_null_version_and_the_earlier_ones_stay() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/k", "before").await.is(200);
    wire.put("/bkt?versioning", ENABLED).await.is(200);
    // What was there before is the version null.
    assert_eq!(version(&wire.get("/bkt/k").await), "null");
    let enabled = version(&wire.put("/bkt/k", "enabled").await);
    assert_eq!(wire.get("/bkt/k?versionId=null").await.text(), "before");
    wire.put("/bkt?versioning", SUSPENDED).await.is(200);
    assert_eq!(version(&wire.put("/bkt/k", "suspended").await), "null");
    assert_eq!(version(&wire.put("/bkt/k", "again").await), "null");
    assert_eq!(wire.get("/bkt/k?versionId=null").await.text(), "again");
    assert_eq!(
        wire.get(&format!("/bkt/k?versionId={enabled}"))
            .await
            .text(),
        "enabled"
    );
    assert_eq!(
        listed(&wire, "").await,
        [
            "Version k null true".to_owned(),
            format!("Version k {enabled} false")
        ]
    );
    let deleted = delete(&wire, "/bkt/k").await;
    assert_eq!(
        (
            deleted.the("x-oss-delete-marker"),
            deleted.the("x-oss-version-id")
        ),
        ("true", "null")
    );
    assert_eq!(
        listed(&wire, "").await,
        [
            "DeleteMarker k null true".to_owned(),
            format!("Version k {enabled} false")
        ]
    );
}

#[tokio::test]
async fn acl_and_tags_are_those_of_a_version() {
    let wire = enabled().await;
    let ids = put_all(&wire, "/bkt/k", &["one", "two"]).await;
    let first = &ids[0];
    let acl = wire
        .ask("PUT", &format!("/bkt/k?acl&versionId={first}"))
        .header("x-oss-object-acl", "public-read");
    assert_eq!(version(&acl.send().await.is(200)), *first);
    assert_eq!(
        wire.get("/bkt/k?acl").await.at("AccessControlList/Grant"),
        "default"
    );
    assert_eq!(
        wire.get(&format!("/bkt/k?acl&versionId={first}"))
            .await
            .at("AccessControlList/Grant"),
        "public-read"
    );
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    wire.put(&format!("/bkt/k?tagging&versionId={first}"), tags)
        .await
        .is(200);
    assert_eq!(
        wire.get("/bkt/k?tagging")
            .await
            .is(200)
            .xml()
            .child("TagSet")
            .unwrap()
            .children
            .len(),
        0
    );
    assert_eq!(
        wire.get(&format!("/bkt/k?tagging&versionId={first}"))
            .await
            .at("TagSet/Tag/Key"),
        "a"
    );
    delete(&wire, &format!("/bkt/k?tagging&versionId={first}")).await;
    assert_eq!(
        wire.get(&format!("/bkt/k?tagging&versionId={first}"))
            .await
            .xml()
            .child("TagSet")
            .unwrap()
            .children
            .len(),
        0
    );

    // It is the version's own ACL that lets a stranger in, or keeps him out.
    let anonymous = async |target: String| wire.ask("GET", &target).anonymous().send().await.status;
    assert_eq!(anonymous("/bkt/k".into()).await, 403);
    assert_eq!(anonymous(format!("/bkt/k?versionId={}", ids[1])).await, 403);
    assert_eq!(anonymous(format!("/bkt/k?versionId={first}")).await, 200);
}

#[tokio::test]
async fn several_are_deleted_with_their_versions() {
    let wire = enabled().await;
    let ids = put_all(&wire, "/bkt/k", &["one", "two"]).await;
    let body = format!(
        "<Delete><Object><Key>k</Key><VersionId>{}</VersionId></Object><Object><Key>k</Key></Object></Delete>",
        ids[0]
    );
    let reply = wire
        .ask("POST", "/bkt?delete")
        .body(body)
        .send()
        .await
        .is(200);
    assert_eq!(reply.every("Deleted", "VersionId"), [ids[0].as_str()]);
    assert_eq!(reply.every("Deleted", "DeleteMarker"), ["true"]);
    let marker = &reply.every("Deleted", "DeleteMarkerVersionId")[0];
    assert_eq!(
        listed(&wire, "").await,
        [
            format!("DeleteMarker k {marker} true"),
            format!("Version k {} false", ids[1])
        ]
    );
}

#[tokio::test]
async fn the_list_pages_through_versions_and_groups() {
    let wire = enabled().await;
    let ids = put_all(&wire, "/bkt/b", &["1", "2", "3"]).await;
    wire.put("/bkt/a/1", "").await.is(200);
    wire.put("/bkt/a/2", "").await.is(200);
    delete(&wire, "/bkt/a/2").await;
    let whole = listed(&wire, "&delimiter=/").await;
    let versions = ids.iter().rev().enumerate();
    let mut expected: Vec<String> = versions
        .map(|(at, id)| format!("Version b {id} {}", at == 0))
        .collect();
    expected.push("CommonPrefixes a/ - -".into());
    assert_eq!(whole, expected);

    let mut paged = Vec::new();
    let mut markers = String::new();
    for _ in 0..9 {
        let query = format!("&delimiter=/&max-keys=1{markers}");
        paged.extend(listed(&wire, &query).await);
        let page = wire.get(&format!("/bkt?versions{query}")).await.xml();
        if page.text_of("IsTruncated") != Some("true") {
            break;
        }
        let text = |name| page.text_of(name).unwrap_or("").to_owned();
        markers = format!(
            "&key-marker={}&version-id-marker={}",
            text("NextKeyMarker"),
            text("NextVersionIdMarker")
        );
    }
    paged.sort();
    expected.sort();
    assert_eq!(paged, expected);
    let long = "a".repeat(1025);
    for name in ["prefix", "key-marker", "version-id-marker", "delimiter"] {
        wire.get(&format!("/bkt?versions&{name}={long}"))
            .await
            .refused(400, "InvalidArgument");
    }
}
