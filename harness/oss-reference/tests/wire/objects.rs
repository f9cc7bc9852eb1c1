//! Objects: written, read, copied, appended to, linked, restored, renamed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_auth::Timestamp;

use crate::client::Wire;

// RFC 1321 and the check value of CRC-64/XZ.
const DIGITS: &str = "123456789";
const DIGITS_ETAG: &str = "\"25F9E794323B453885F5181F1B624D0B\"";
const DIGITS_CRC: &str = "11051210869376104954";

#[tokio::test]
async fn an_object_is_given_back_with_what_was_stored() {
    let wire = Wire::with_bucket().await;
    let put = wire
        .ask("PUT", "/bkt/a%20%2B%2Fb.txt")
        .header("Content-Type", "text/plain")
        .header("Cache-Control", "no-store")
        .header("x-oss-meta-Colour", "blue")
        .header("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==")
        .body(DIGITS)
        .send()
        .await
        .is(200);
    assert_eq!(
        (put.the("etag"), put.the("x-oss-hash-crc64ecma")),
        (DIGITS_ETAG, DIGITS_CRC)
    );

    let got = wire.get("/bkt/a%20%2B/b.txt").await.is(200);
    assert_eq!(got.text(), DIGITS);
    for (name, value) in [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
        ("x-oss-meta-colour", "blue"),
        ("etag", DIGITS_ETAG),
        ("x-oss-hash-crc64ecma", DIGITS_CRC),
        ("content-md5", "JfnnlDI7RTiF9RgfG2JNCw=="),
        ("x-oss-object-type", "Normal"),
        ("x-oss-storage-class", "Standard"),
        ("accept-ranges", "bytes"),
        ("content-length", "9"),
        ("connection", "keep-alive"),
    ] {
        assert_eq!(got.the(name), value, "{name}");
    }
    assert!(
        wire.now()
            - Timestamp::parse_rfc1123(got.the("last-modified"))
                .unwrap()
                .0
            < 60
    );
    let id = got.the("x-oss-request-id");
    assert_eq!((id.len(), id.to_ascii_uppercase().as_str()), (24, id));
    let seconds = i64::from_str_radix(&id[..8], 16).unwrap();
    assert!((wire.now() - seconds).abs() < 60);
    got.the("x-oss-server-time").parse::<u64>().unwrap();

    let head = wire.ask("HEAD", "/bkt/a%20%2B/b.txt").send().await.is(200);
    assert_eq!(
        (head.the("content-length"), head.the("x-oss-meta-colour")),
        ("9", "blue")
    );
    let meta = wire
        .ask("HEAD", "/bkt/a%20%2B/b.txt?objectMeta")
        .send()
        .await
        .is(200);
    assert_eq!(
        (meta.the("content-length"), meta.the("etag")),
        ("9", DIGITS_ETAG)
    );
    assert_eq!(meta.header("x-oss-meta-colour"), None);

    let overridden = wire
        .get("/bkt/a%20%2B/b.txt?response-content-type=a%2Fb&response-cache-control=max-age%3D1")
        .await
        .is(200);
    assert_eq!(
        (
            overridden.the("content-type"),
            overridden.the("cache-control")
        ),
        ("a/b", "max-age=1")
    );
    wire.ask("DELETE", "/bkt/a%20%2B/b.txt")
        .send()
        .await
        .is(204);
    wire.ask("DELETE", "/bkt/a%20%2B/b.txt")
        .send()
        .await
        .is(204);
    let absent = wire
        .get("/bkt/a%20%2B/b.txt")
        .await
        .refused(404, "NoSuchKey");
    assert_eq!(absent.at("Key"), "a +/b.txt");
}

#[tokio::test]
async fn head_carries_its_error_in_a_header() {
    let wire = Wire::with_bucket().await;
    let head = wire.ask("HEAD", "/bkt/absent").send().await.is(404);
    assert!(head.body.is_empty());
    let document = STANDARD.decode(head.the("x-oss-err")).unwrap();
    let error = oss_reference::xml::read(&document).unwrap();
    assert_eq!(error.text_of("Code"), Some("NoSuchKey"));
    assert_eq!(
        error.text_of("RequestId"),
        Some(head.the("x-oss-request-id"))
    );
    assert_eq!(error.text_of("EC"), Some(head.the("x-oss-ec")));
    // The connection goes on behind it.
    let mut stream = wire.connect().await;
    wire.ask("HEAD", "/bkt/absent")
        .send_on(&mut stream)
        .await
        .is(404);
    wire.ask("HEAD", "/bkt").send_on(&mut stream).await.is(200);
}

#[tokio::test]
async fn digests_and_refusals_of_uploads() {
    let wire = Wire::with_bucket().await;
    let put = |headers: &[(&str, &str)]| {
        headers
            .iter()
            .fold(wire.ask("PUT", "/bkt/k").body("x"), |ask, (name, value)| {
                ask.header(name, *value)
            })
    };
    put(&[("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==")])
        .send()
        .await
        .refused(400, "InvalidDigest");
    put(&[("Content-MD5", "nonsense")])
        .send()
        .await
        .refused(400, "InvalidDigest");
    put(&[("x-oss-object-acl", "nobody")])
        .send()
        .await
        .refused(400, "InvalidArgument");
    put(&[("x-oss-storage-class", "Warm")])
        .send()
        .await
        .refused(400, "InvalidArgument");
    put(&[("x-oss-server-side-encryption", "ROT13")])
        .send()
        .await
        .refused(400, "InvalidEncryptionAlgorithmError");
    put(&[("x-oss-meta-a", &"v".repeat(8192))])
        .send()
        .await
        .refused(400, "InvalidArgument");
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
    put(&[]).send().await.is(200);
    put(&[("x-oss-forbid-overwrite", "true")])
        .send()
        .await
        .refused(409, "FileAlreadyExists");
}

#[tokio::test]
async fn ranges_and_conditions() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/k", DIGITS).await.is(200);
    let with = |name: &str, value: &str| wire.ask("GET", "/bkt/k").header(name, value);
    for (range, status, body) in [
        ("bytes=0-3", 206, "1234"),
        ("bytes=7-", 206, "89"),
        ("bytes=-2", 206, "89"),
        ("bytes=5-100", 200, DIGITS),
        ("bytes=100-", 200, DIGITS),
    ] {
        let reply = with("Range", range).send().await.is(status);
        assert_eq!(reply.text(), body, "{range}");
        assert_eq!(reply.header("content-range").is_some(), status == 206);
    }
    assert_eq!(
        with("Range", "bytes=0-3").send().await.the("content-range"),
        "bytes 0-3/9"
    );
    let standard = with("Range", "bytes=100-")
        .header("x-oss-range-behavior", "standard")
        .send()
        .await;
    assert_eq!(
        standard.refused(416, "InvalidRange").at("ActualObjectSize"),
        "9"
    );

    let past = "Mon, 01 Jan 2024 00:00:00 GMT";
    let future = Timestamp(wire.now() + 3600).to_rfc1123();
    for (name, value, status) in [
        ("If-Match", DIGITS_ETAG, 200),
        ("If-Match", "\"0\"", 412),
        ("If-None-Match", DIGITS_ETAG, 304),
        ("If-None-Match", "\"0\"", 200),
        ("If-Modified-Since", past, 200),
        ("If-Modified-Since", &future, 304),
        ("If-Unmodified-Since", past, 412),
        ("If-Unmodified-Since", &future, 200),
        ("If-Modified-Since", "yesterday", 200),
    ] {
        let reply = with(name, value).send().await.is(status);
        match status {
            412 => assert_eq!(
                reply.refused(412, "PreconditionFailed").at("Condition"),
                name
            ),
            304 => assert_eq!(reply.the("etag"), DIGITS_ETAG),
            _ => assert_eq!(reply.text(), DIGITS),
        }
    }
}

#[tokio::test]
async fn objects_are_copied() {
    let wire = Wire::with_bucket().await;
    wire.ask("PUT", "/bkt/s")
        .header("Content-Type", "text/a")
        .header("x-oss-meta-m", "1")
        .header("x-oss-tagging", "t=1")
        .body(DIGITS)
        .send()
        .await
        .is(200);
    let copy = |to: &str| wire.ask("PUT", to).header("x-oss-copy-source", "/bkt/s");
    let copied = copy("/bkt/t").send().await.is(200);
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

    copy("/bkt/r")
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
    copy("/bkt/s")
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

    copy("/bkt/u")
        .header("x-oss-copy-source-if-match", "\"0\"")
        .send()
        .await
        .refused(412, "PreconditionFailed");
    copy("/bkt/u")
        .header("x-oss-copy-source-if-none-match", DIGITS_ETAG)
        .send()
        .await
        .is(304);
    copy("/bkt/u")
        .header("x-oss-metadata-directive", "BURN")
        .send()
        .await
        .refused(400, "InvalidArgument");
    wire.get("/bkt/u").await.refused(404, "NoSuchKey");
    wire.ask("PUT", "/bkt/u")
        .header("x-oss-copy-source", "/bkt/absent")
        .send()
        .await
        .refused(404, "NoSuchKey");
    wire.ask("PUT", "/bkt/u")
        .header("x-oss-copy-source", "/nowhere/s")
        .send()
        .await
        .refused(404, "NoSuchBucket");
    wire.ask("PUT", "/bkt/u")
        .header("x-oss-copy-source", "nonsense")
        .send()
        .await
        .refused(400, "InvalidArgument");
}

#[tokio::test]
async fn objects_grow_by_appending() {
    let wire = Wire::with_bucket().await;
    let append = |position: u64, body: &str| {
        wire.ask("POST", &format!("/bkt/log?append&position={position}"))
            .body(body)
    };
    append(1, "x")
        .send()
        .await
        .refused(409, "PositionNotEqualToLength");
    let first = append(0, "12345")
        .header("Content-Type", "text/log")
        .send()
        .await
        .is(200);
    assert_eq!(first.the("x-oss-next-append-position"), "5");
    let wrong = append(0, "x")
        .send()
        .await
        .refused(409, "PositionNotEqualToLength");
    assert_eq!(wrong.the("x-oss-next-append-position"), "5");
    let second = append(5, "6789").send().await.is(200);
    assert_eq!(
        (
            second.the("x-oss-next-append-position"),
            second.the("x-oss-hash-crc64ecma")
        ),
        ("9", DIGITS_CRC)
    );
    assert_ne!(second.the("etag"), first.the("etag"));
    let got = wire.get("/bkt/log").await.is(200);
    assert_eq!(
        (
            got.text().as_str(),
            got.the("x-oss-object-type"),
            got.the("content-type")
        ),
        (DIGITS, "Appendable", "text/log")
    );
    assert_eq!(
        (
            got.the("x-oss-next-append-position"),
            got.header("content-md5")
        ),
        ("9", None)
    );
    wire.put("/bkt/normal", "x").await.is(200);
    wire.ask("POST", "/bkt/normal?append&position=1")
        .body("y")
        .send()
        .await
        .refused(409, "ObjectNotAppendable");
    wire.ask("POST", "/bkt/n?append&position=-1")
        .body("y")
        .send()
        .await
        .refused(400, "InvalidArgument");
}

#[tokio::test]
async fn symbolic_links_lead_to_their_target() {
    let wire = Wire::with_bucket().await;
    let link = |key: &str, target: &str| {
        wire.ask("PUT", &format!("/bkt/{key}?symlink"))
            .header("x-oss-symlink-target", target)
    };
    link("l", "dir%2Ft").send().await.is(200);
    assert_eq!(
        wire.get("/bkt/l?symlink")
            .await
            .is(200)
            .the("x-oss-symlink-target"),
        "dir/t"
    );
    wire.get("/bkt/l")
        .await
        .refused(404, "SymlinkTargetNotExist");
    wire.put("/bkt/dir/t", DIGITS).await.is(200);
    let got = wire.get("/bkt/l").await.is(200);
    assert_eq!(
        (got.text().as_str(), got.the("x-oss-object-type")),
        (DIGITS, "Symlink")
    );
    assert_eq!(
        wire.ask("HEAD", "/bkt/l")
            .send()
            .await
            .the("content-length"),
        "9"
    );
    link("m", "l").send().await.is(200);
    wire.get("/bkt/m").await.refused(400, "InvalidTargetType");
    wire.get("/bkt/dir/t?symlink")
        .await
        .refused(400, "NotSymlink");
    wire.ask("PUT", "/bkt/n?symlink")
        .send()
        .await
        .refused(400, "InvalidArgument");
}

#[tokio::test]
async fn acls_of_objects() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/k", "x").await.is(200);
    assert_eq!(
        wire.get("/bkt/k?acl")
            .await
            .is(200)
            .at("AccessControlList/Grant"),
        "default"
    );
    wire.ask("GET", "/bkt/k")
        .anonymous()
        .send()
        .await
        .refused(403, "AccessDenied");
    wire.ask("PUT", "/bkt/k?acl")
        .header("x-oss-object-acl", "public-read")
        .send()
        .await
        .is(200);
    assert_eq!(
        wire.get("/bkt/k?acl").await.at("AccessControlList/Grant"),
        "public-read"
    );
    wire.ask("GET", "/bkt/k").anonymous().send().await.is(200);
    wire.ask("PUT", "/bkt/k?acl")
        .header("x-oss-object-acl", "all")
        .send()
        .await
        .refused(400, "InvalidArgument");
    wire.ask("PUT", "/bkt/k?acl")
        .send()
        .await
        .refused(400, "InvalidArgument");
}

#[tokio::test]
async fn archived_objects_are_restored() {
    let wire = Wire::with_bucket().await;
    wire.ask("PUT", "/bkt/a")
        .header("x-oss-storage-class", "Archive")
        .body(DIGITS)
        .send()
        .await
        .is(200);
    wire.put("/bkt/s", "x").await.is(200);
    let restore = || wire.ask("POST", "/bkt/a?restore");
    wire.ask("POST", "/bkt/s?restore")
        .send()
        .await
        .refused(400, "OperationNotSupported");
    wire.get("/bkt/a").await.refused(403, "InvalidObjectState");
    assert_eq!(
        wire.ask("HEAD", "/bkt/a")
            .send()
            .await
            .is(200)
            .header("x-oss-restore"),
        None
    );
    restore()
        .body("<RestoreRequest><Days>8</Days></RestoreRequest>")
        .send()
        .await
        .refused(400, "MalformedXML");

    restore().send().await.is(202);
    assert_eq!(
        wire.ask("HEAD", "/bkt/a").send().await.the("x-oss-restore"),
        "ongoing-request=\"true\""
    );
    wire.get("/bkt/a").await.refused(403, "InvalidObjectState");
    restore()
        .send()
        .await
        .refused(409, "RestoreAlreadyInProgress");

    wire.running.clock().set_offset(61);
    assert_eq!(wire.get("/bkt/a").await.is(200).text(), DIGITS);
    let head = wire.ask("HEAD", "/bkt/a").send().await.is(200);
    assert!(
        head.the("x-oss-restore")
            .starts_with("ongoing-request=\"false\", expiry-date=\"")
    );
    restore()
        .body("<RestoreRequest><Days>7</Days></RestoreRequest>")
        .send()
        .await
        .is(200);
    wire.running.clock().set_offset(6 * 86_400);
    wire.get("/bkt/a").await.is(200);
    wire.running.clock().set_offset(8 * 86_400);
    wire.get("/bkt/a").await.refused(403, "InvalidObjectState");
    restore().send().await.is(202);
}

#[tokio::test]
async fn many_objects_are_deleted_at_once() {
    let wire = Wire::with_bucket().await;
    for key in ["a", "b", "c%26"] {
        wire.put(&format!("/bkt/{key}"), "x").await.is(200);
    }
    let delete = |body: &str| wire.ask("POST", "/bkt?delete&encoding-type=url").body(body);
    let reply = delete("<Delete><Object><Key>a</Key></Object><Object><Key>c&amp;</Key></Object><Object><Key>absent</Key></Object></Delete>").send().await.is(200);
    assert_eq!(reply.xml().name, "DeleteResult");
    assert_eq!(reply.every("Deleted", "Key"), ["a", "c%26", "absent"]);
    wire.get("/bkt/a").await.refused(404, "NoSuchKey");
    wire.get("/bkt/b").await.is(200);
    let quiet = delete("<Delete><Quiet>true</Quiet><Object><Key>b</Key></Object></Delete>")
        .send()
        .await
        .is(200);
    assert!(quiet.every("Deleted", "Key").is_empty());
    wire.get("/bkt/b").await.refused(404, "NoSuchKey");
    delete("<Delete/>")
        .send()
        .await
        .refused(400, "MalformedXML");
    delete(&format!(
        "<Delete>{}</Delete>",
        "<Object><Key>k</Key></Object>".repeat(1001)
    ))
    .send()
    .await
    .refused(400, "MalformedXML");

    // Each key is decided by itself.
    wire.put("/bkt/mine", "x").await.is(200);
    wire.put("/bkt/open", "x").await.is(200);
    wire.ask("PUT", "/bkt/open?acl")
        .header("x-oss-object-acl", "public-read-write")
        .send()
        .await
        .is(200);
    let both = "<Delete><Object><Key>mine</Key></Object><Object><Key>open</Key></Object></Delete>";
    let partly = delete(both).by("other-account").send().await.is(200);
    assert_eq!(
        (partly.every("Deleted", "Key"), partly.every("Error", "Key")),
        (vec!["open".to_owned()], vec!["mine".into()])
    );
    wire.get("/bkt/mine").await.is(200);
    delete("<Delete><Object><Key>mine</Key></Object></Delete>")
        .by("other-account")
        .send()
        .await
        .refused(403, "AccessDenied");
}

#[tokio::test]
async fn directories_and_renames() {
    let wire = Wire::start().await;
    wire.ask("PUT", "/hns")
        .header("x-oss-hns-status", "enabled")
        .send()
        .await
        .is(200);
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

#[tokio::test]
async fn pictures_are_given_back_whole_or_not_at_all() {
    let wire = Wire::with_bucket().await;
    let gif = STANDARD
        .decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
        .unwrap();
    wire.put("/bkt/whole", gif.clone()).await.is(200);
    wire.put("/bkt/cut", &gif[..20]).await.is(200);
    wire.put("/bkt/text", "no picture").await.is(200);
    let process = "?x-oss-process=image%2Fresize%2Cw_10";
    let whole = wire.get(&format!("/bkt/whole{process}")).await.is(200);
    assert_eq!(
        (whole.the("content-type"), whole.body == gif),
        ("image/gif", true)
    );
    wire.get(&format!("/bkt/cut{process}"))
        .await
        .refused(403, "ImageDamage");
    wire.get("/bkt/cut").await.is(200);
    wire.get(&format!("/bkt/text{process}"))
        .await
        .refused(400, "BadRequest");
}
