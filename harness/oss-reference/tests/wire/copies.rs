//! Objects that come from others: copied, renamed, moved with their directory.

use crate::client::{Ask, DIGITS, DIGITS_ETAG, Wire};

#[tokio::test]
async fn a_copy_is_as_its_source() {
    let wire = with_source().await;
    let copied = copy(&wire, "/bkt/t").send().await.is(200);
    assert_eq!(
        (copied.xml().name.as_str(), copied.at("ETag").as_str()),
        ("CopyObjectResult", DIGITS_ETAG)
    );
    assert!(copied.at("LastModified").ends_with(".000Z"));
    let got = wire.get("/bkt/t").await;
    assert_eq!(
        (
            got.text().as_str(),
            got.the("content-type"),
            got.the("x-oss-meta-m")
        ),
        (DIGITS, "text/a", "1")
    );
    assert_eq!(got.the("x-oss-tagging-count"), "1");
}

/// A bucket with an object that has a type, metadata and a tag of its own.
async fn with_source() -> Wire {
    let wire = Wire::with_bucket().await;
    wire.ask("PUT", "/bkt/s")
        .header("Content-Type", "text/a")
        .header("x-oss-meta-m", "1")
        .header("x-oss-tagging", "t=1")
        .body(DIGITS)
        .send()
        .await
        .is(200);
    wire
}

fn copy<'w>(wire: &'w Wire, to: &str) -> Ask<'w> {
    wire.ask("PUT", to).header("x-oss-copy-source", "/bkt/s")
}

#[tokio::test]
async fn what_a_copy_says_replaces_what_its_source_had() {
    let wire = with_source().await;
    copy(&wire, "/bkt/r")
        .header("x-oss-metadata-directive", "REPLACE")
        .header("Content-Type", "text/b")
        .send()
        .await
        .is(200);
    let replaced = wire.get("/bkt/r").await;
    assert_eq!(
        (
            replaced.the("content-type"),
            replaced.header("x-oss-meta-m")
        ),
        ("text/b", None)
    );
    copy(&wire, "/bkt/s")
        .header("x-oss-meta-new", "2")
        .send()
        .await
        .is(200);
    let itself = wire.get("/bkt/s").await;
    assert_eq!(
        (
            itself.text().as_str(),
            itself.the("x-oss-meta-new"),
            itself.header("x-oss-meta-m")
        ),
        (DIGITS, "2", None)
    );
}

#[tokio::test]
async fn copies_are_refused() {
    let wire = with_source().await;
    for (name, value, status, code) in [
        (
            "x-oss-copy-source-if-match",
            "\"0\"",
            412,
            "PreconditionFailed",
        ),
        ("x-oss-metadata-directive", "BURN", 400, "InvalidArgument"),
    ] {
        copy(&wire, "/bkt/u")
            .header(name, value)
            .send()
            .await
            .refused(status, code);
    }
    copy(&wire, "/bkt/u")
        .header("x-oss-copy-source-if-none-match", DIGITS_ETAG)
        .send()
        .await
        .is(304);
    for (source, status, code) in [
        ("/bkt/absent", 404, "NoSuchKey"),
        ("/nowhere/s", 404, "NoSuchBucket"),
        ("nonsense", 400, "InvalidArgument"),
    ] {
        wire.ask("PUT", "/bkt/u")
            .header("x-oss-copy-source", source)
            .send()
            .await
            .refused(status, code);
    }
    wire.get("/bkt/u").await.refused(404, "NoSuchKey");
}

#[tokio::test]
async fn objects_and_directories_are_renamed() {
    let wire = with_directories().await;
    wire.put("/hns/d/a", "1").await.is(200);
    wire.put("/hns/d/b", "2").await.is(200);
    let rename = |from: &str, to: &str| {
        wire.ask("POST", &format!("/hns/{to}?x-oss-rename"))
            .header("x-oss-rename-source", from)
    };
    rename("d/a", "d/c").send().await.is(200);
    assert_eq!(wire.get("/hns/d/c").await.is(200).text(), "1");
    wire.get("/hns/d/a").await.refused(404, "NoSuchKey");
    rename("d/b", "d/c")
        .send()
        .await
        .refused(409, "FileAlreadyExists");
    rename("d/absent", "x")
        .send()
        .await
        .refused(404, "NoSuchKey");
    rename("d", "e").send().await.is(200);
    assert_eq!(wire.get("/hns/e/b").await.is(200).text(), "2");
}

/// A server with the bucket `hns`, which has directories.
async fn with_directories() -> Wire {
    let wire = Wire::start().await;
    wire.ask("PUT", "/hns")
        .header("x-oss-hns-status", "enabled")
        .send()
        .await
        .is(200);
    wire
}

#[tokio::test]
async fn directories_are_made_and_deleted() {
    let wire = with_directories().await;
    wire.put("/hns/e/a", "1").await.is(200);
    wire.put("/hns/e/b", "2").await.is(200);
    wire.ask("POST", "/hns/n?x-oss-dir").send().await.is(200);
    wire.ask("POST", "/hns/n?x-oss-dir")
        .send()
        .await
        .refused(409, "FileAlreadyExists");
    assert_eq!(
        wire.ask("HEAD", "/hns/n/")
            .send()
            .await
            .is(200)
            .the("content-type"),
        "application/x-directory"
    );
    wire.ask("POST", "/hns/e?x-oss-delete")
        .send()
        .await
        .refused(409, "DirectoryNotEmpty");
    let deleted = wire
        .ask("POST", "/hns/e?x-oss-delete")
        .header("x-oss-delete-recursive", "true")
        .send()
        .await
        .is(200);
    assert_eq!(deleted.at("DeleteNumber"), "2");
    wire.get("/hns/e/b").await.refused(404, "NoSuchKey");
    wire.ask("PUT", "/flat").send().await.is(200);
    wire.ask("POST", "/flat/n?x-oss-dir")
        .send()
        .await
        .refused(403, "AccessDenied");
}
