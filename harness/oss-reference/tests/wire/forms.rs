//! PostObject.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Digest as _;
use oss_auth::{Credentials, Timestamp};

use crate::client::{Ask, Reply, Wire};

/// Fields in order; `file` stands among them.
type Fields<'a> = &'a [(&'a str, &'a str)];

fn encode(fields: Fields<'_>) -> Vec<u8> {
    let mut body = String::new();
    for (name, value) in fields {
        let file = if *name == "file" {
            "; filename=\"pic ture.txt\"\r\nContent-Type: text/file"
        } else {
            ""
        };
        body.push_str(&format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--xyz--\r\n");
    body.into_bytes()
}

fn form<'w>(wire: &'w Wire, fields: Fields<'_>) -> Ask<'w> {
    wire.ask("POST", "/bkt")
        .anonymous()
        .header("Content-Type", "multipart/form-data; boundary=xyz")
        .body(encode(fields))
}

/// A server whose bucket everybody may write to.
async fn open() -> Wire {
    let wire = Wire::start().await;
    wire.ask("PUT", "/bkt")
        .header("x-oss-acl", "public-read-write")
        .send()
        .await
        .is(200);
    wire
}

/// The fields that sign a policy with these conditions.
fn signed(wire: &Wire, conditions: &str) -> Vec<(String, String)> {
    let expiration = Timestamp(wire.now() + 600).to_iso_extended_millis();
    let policy = STANDARD.encode(format!(
        "{{\"expiration\":\"{expiration}\",\"conditions\":[{conditions}]}}"
    ));
    let owner = wire.running.config().identities.get("owner").unwrap();
    let credentials = Credentials {
        access_key_id: &owner.access_key_id,
        access_key_secret: &owner.access_key_secret,
        security_token: None,
    };
    let signature = oss_auth::form::v1::sign(&policy, &credentials);
    vec![
        ("OSSAccessKeyId".into(), owner.access_key_id.clone()),
        ("policy".into(), policy),
        ("Signature".into(), signature),
    ]
}

async fn post_signed(wire: &Wire, conditions: &str, fields: Fields<'_>) -> Reply {
    let signed = signed(wire, conditions);
    let mut all: Vec<(&str, &str)> = signed
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    all.extend(fields);
    form(wire, &all).send().await
}

#[tokio::test]
async fn every_way_to_succeed() {
    let wire = open().await;
    let location = format!("http://{}/dir/k", wire.running.address());
    let key = ("key", "dir/k");
    let file = ("file", "hello");
    let plain = form(&wire, &[key, file]).send().await.is(204);
    assert_eq!(plain.the("etag"), "\"5D41402ABC4B2A76B9719D911017C592\"");
    let got = wire.get("/bkt/dir/k").await.is(200);
    assert_eq!(
        (got.text().as_str(), got.the("content-type")),
        ("hello", "text/file")
    );

    form(&wire, &[key, ("success_action_status", "200"), file])
        .send()
        .await
        .is(200);
    form(&wire, &[key, ("success_action_status", "999"), file])
        .send()
        .await
        .is(204);
    let created = form(&wire, &[key, ("success_action_status", "201"), file])
        .send()
        .await
        .is(201);
    assert_eq!(created.xml().name, "PostResponse");
    assert_eq!(
        (
            created.at("Bucket"),
            created.at("Key"),
            created.at("Location")
        ),
        ("bkt".into(), "dir/k".into(), location)
    );
    let redirected = form(
        &wire,
        &[key, ("success_action_redirect", "http://a.com/?x=1"), file],
    )
    .send()
    .await
    .is(303);
    assert_eq!(
        redirected.the("location"),
        "http://a.com/?x=1&bucket=bkt&key=dir%2Fk&etag=%225D41402ABC4B2A76B9719D911017C592%22"
    );
}

#[tokio::test]
async fn names_fields_and_signatures() {
    let wire = Wire::with_bucket().await;
    let conditions = "{\"bucket\":\"bkt\"},[\"starts-with\",\"$key\",\"up/\"]";
    let fields = [
        ("key", "up/${filename}"),
        ("x-oss-object-acl", "public-read"),
        ("x-oss-meta-m", "1"),
        ("Content-Type", "text/form"),
        ("x-oss-storage-class", "IA"),
        ("file", "hello"),
        ("submit", "ignored"),
    ];
    post_signed(&wire, conditions, &fields).await.is(204);
    let got = wire
        .ask("GET", "/bkt/up/pic%20ture.txt")
        .anonymous()
        .send()
        .await
        .is(200);
    assert_eq!(
        (
            got.text().as_str(),
            got.the("content-type"),
            got.the("x-oss-meta-m")
        ),
        ("hello", "text/form", "1")
    );
    assert_eq!(got.the("x-oss-storage-class"), "IA");
    let failed = post_signed(&wire, conditions, &[("key", "elsewhere"), ("file", "x")])
        .await
        .refused(403, "AccessDenied");
    assert!(
        failed
            .at("Message")
            .ends_with("[\"starts-with\", \"$key\", \"up/\"]"),
        "{}",
        failed.text()
    );
    form(&wire, &[("key", "k"), ("file", "x")])
        .send()
        .await
        .refused(403, "AccessDenied");
    wire.get("/bkt/elsewhere").await.refused(404, "NoSuchKey");
}

#[tokio::test]
async fn the_size_range_is_kept() {
    let wire = Wire::with_bucket().await;
    let range = "[\"content-length-range\",3,5]";
    for (file, status, code) in [
        ("ab", 400, "EntityTooSmall"),
        ("abcdef", 400, "EntityTooLarge"),
    ] {
        post_signed(&wire, range, &[("key", "k"), ("file", file)])
            .await
            .refused(status, code);
    }
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
    for file in ["abc", "abcde"] {
        post_signed(&wire, range, &[("key", "k"), ("file", file)])
            .await
            .is(204);
        assert_eq!(wire.get("/bkt/k").await.text(), file);
    }
}

#[tokio::test]
async fn forms_that_cannot_be_read() {
    let wire = open().await;
    let file = ("file", "x");
    let late = form(&wire, &[file, ("key", "k")])
        .send()
        .await
        .refused(400, "InvalidArgument");
    assert!(late.at("Message").contains("specified 'key'"));
    form(&wire, &[("key", "k")])
        .send()
        .await
        .refused(400, "IncorrectNumberOfFilesInPOSTRequest");
    form(&wire, &[("key", "k"), file, file])
        .send()
        .await
        .refused(400, "IncorrectNumberOfFilesInPOSTRequest");
    form(&wire, &[("key", "k"), (&"n".repeat(9000), "v"), file])
        .send()
        .await
        .refused(400, "FieldItemTooLong");
    form(
        &wire,
        &[("key", "k"), ("n", &"v".repeat((2 << 20) + 1)), file],
    )
    .send()
    .await
    .refused(400, "FieldItemTooLong");
    let of_type = |content_type: &str, body: Vec<u8>| {
        wire.ask("POST", "/bkt")
            .anonymous()
            .header("Content-Type", content_type)
            .body(body)
    };
    of_type("text/plain", b"x".to_vec())
        .send()
        .await
        .refused(400, "RequestIsNotMultiPartContent");
    of_type("multipart/form-data", b"x".to_vec())
        .send()
        .await
        .refused(400, "MalformedPOSTRequest");
    let mut cut = encode(&[("key", "k"), file]);
    cut.truncate(cut.len() - 6);
    of_type("multipart/form-data; boundary=xyz", cut)
        .send()
        .await
        .refused(400, "MalformedPOSTRequest");
    let digest = STANDARD.encode(md5::Md5::digest(b"other"));
    form(&wire, &[("key", "k"), file])
        .header("Content-MD5", digest)
        .send()
        .await
        .refused(400, "InvalidDigest");
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
    let body = encode(&[("key", "k"), file]);
    let digest = STANDARD.encode(md5::Md5::digest(&body));
    form(&wire, &[("key", "k"), file])
        .header("Content-MD5", digest)
        .send()
        .await
        .is(204);
}
