//! Objects: written, read, appended to, linked, deleted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_auth::Timestamp;

use crate::client::{DIGITS, DIGITS_CRC, DIGITS_ETAG, Reply, Wire};

#[tokio::test]
async fn an_object_is_given_back_with_what_was_stored() {
    let (wire, put) = stored().await;
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
}

/// A bucket with an object that has a name to be encoded, headers of its own and metadata; and the answer to its upload.
async fn stored() -> (Wire, Reply) {
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
    (wire, put)
}

#[tokio::test]
async fn answers_carry_an_id_and_the_time_they_took() {
    let wire = Wire::with_bucket().await;
    let got = wire.get("/bkt?acl").await.is(200);
    let id = got.the("x-oss-request-id");
    assert_eq!((id.len(), id.to_ascii_uppercase().as_str()), (24, id));
    let seconds = i64::from_str_radix(&id[..8], 16).unwrap();
    assert!((wire.now() - seconds).abs() < 60);
    got.the("x-oss-server-time").parse::<u64>().unwrap();
}

#[tokio::test]
async fn heads_tell_of_an_object_and_the_query_overrides_headers() {
    let (wire, _) = stored().await;
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
}

#[tokio::test]
async fn deleting_what_is_absent_succeeds() {
    let (wire, _) = stored().await;
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
    let put = |name: &str, value: &str| wire.ask("PUT", "/bkt/k").header(name, value).body("x");
    for (name, value, code) in [
        ("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==", "InvalidDigest"),
        ("Content-MD5", "nonsense", "InvalidDigest"),
        ("x-oss-object-acl", "nobody", "InvalidArgument"),
        ("x-oss-storage-class", "Warm", "InvalidArgument"),
        (
            "x-oss-server-side-encryption",
            "ROT13",
            "InvalidEncryptionAlgorithmError",
        ),
        ("x-oss-meta-a", &"v".repeat(8192), "InvalidArgument"),
    ] {
        put(name, value).send().await.refused(400, code);
    }
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
    wire.put("/bkt/k", "x").await.is(200);
    put("x-oss-forbid-overwrite", "true")
        .send()
        .await
        .refused(409, "FileAlreadyExists");
}

#[tokio::test]
async fn ranges_are_read_as_the_service_reads_them() {
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
}

#[tokio::test]
async fn conditions_are_held_against_the_object() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/k", DIGITS).await.is(200);
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
        let reply = wire
            .ask("GET", "/bkt/k")
            .header(name, value)
            .send()
            .await
            .is(status);
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
}

#[tokio::test]
async fn each_of_many_objects_is_decided_by_itself() {
    let wire = Wire::with_bucket().await;
    let delete = |body: &str| {
        wire.ask("POST", "/bkt?delete")
            .body(body)
            .by("other-account")
    };
    wire.put("/bkt/mine", "x").await.is(200);
    wire.put("/bkt/open", "x").await.is(200);
    wire.ask("PUT", "/bkt/open?acl")
        .header("x-oss-object-acl", "public-read-write")
        .send()
        .await
        .is(200);
    let both = "<Delete><Object><Key>mine</Key></Object><Object><Key>open</Key></Object></Delete>";
    let partly = delete(both).send().await.is(200);
    assert_eq!(
        (partly.every("Deleted", "Key"), partly.every("Error", "Key")),
        (vec!["open".to_owned()], vec!["mine".into()])
    );
    wire.get("/bkt/mine").await.is(200);
    delete("<Delete><Object><Key>mine</Key></Object></Delete>")
        .send()
        .await
        .refused(403, "AccessDenied");
}
