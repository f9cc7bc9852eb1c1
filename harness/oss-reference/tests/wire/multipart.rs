//! Multipart uploads.

use crate::client::{Reply, Wire};

const PART: usize = 100 * 1024;

async fn begin(wire: &Wire, key: &str) -> String {
    let begun = wire
        .ask("POST", &format!("/bkt/{key}?uploads"))
        .header("Content-Type", "text/m")
        .send()
        .await
        .is(200);
    assert_eq!(
        (
            begun.xml().name.as_str(),
            begun.at("Bucket").as_str(),
            begun.at("Key").as_str()
        ),
        ("InitiateMultipartUploadResult", "bkt", key)
    );
    begun.at("UploadId")
}

async fn part(wire: &Wire, upload: &str, number: u32, body: Vec<u8>) -> Reply {
    wire.put(
        &format!("/bkt/k?partNumber={number}&uploadId={upload}"),
        body,
    )
    .await
}

fn listed(parts: &[(u32, &str)]) -> String {
    let parts: String = parts
        .iter()
        .map(|(number, etag)| {
            format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
        })
        .collect();
    format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>")
}

#[tokio::test]
async fn an_upload_from_beginning_to_end() {
    let wire = Wire::with_bucket().await;
    let upload = begin(&wire, "k").await;
    let first = part(&wire, &upload, 1, vec![b'a'; PART]).await.is(200);
    // MD5 of 102,400 times "a", from coreutils.
    assert_eq!(first.the("etag"), "\"302D3A0C8E319EAA95B059B346DE1D1D\"");
    let second = part(&wire, &upload, 3, b"tail".to_vec()).await.is(200);
    let (one, three) = (first.the("etag"), second.the("etag"));

    let parts = wire.get(&format!("/bkt/k?uploadId={upload}")).await.is(200);
    assert_eq!(parts.xml().name, "ListPartsResult");
    assert_eq!(
        (
            parts.every("Part", "PartNumber"),
            parts.every("Part", "Size")
        ),
        (
            vec!["1".to_owned(), "3".into()],
            vec!["102400".to_owned(), "4".into()]
        )
    );
    let page = wire
        .get(&format!("/bkt/k?uploadId={upload}&max-parts=1"))
        .await;
    assert_eq!(
        (page.at("IsTruncated"), page.at("NextPartNumberMarker")),
        ("true".into(), "1".into())
    );
    let uploads = wire.get("/bkt?uploads").await.is(200);
    assert_eq!(
        (
            uploads.xml().name.as_str(),
            uploads.every("Upload", "UploadId")
        ),
        ("ListMultipartUploadsResult", vec![upload.clone()])
    );
    wire.ask("DELETE", "/bkt")
        .send()
        .await
        .refused(409, "BucketNotEmpty");

    let complete = |body: String| {
        wire.ask("POST", &format!("/bkt/k?uploadId={upload}"))
            .body(body)
    };
    complete(listed(&[(3, three), (1, one)]))
        .send()
        .await
        .refused(400, "InvalidPartOrder");
    complete(listed(&[(1, three), (3, one)]))
        .send()
        .await
        .refused(400, "InvalidPart");
    complete(listed(&[(1, one), (2, three)]))
        .send()
        .await
        .refused(400, "InvalidPart");
    complete(listed(&[]))
        .send()
        .await
        .refused(400, "MalformedXML");
    complete("<Other/>".into())
        .send()
        .await
        .refused(400, "MalformedXML");
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
    let done = complete(listed(&[(1, one), (3, three)]))
        .send()
        .await
        .is(200);
    assert_eq!(done.xml().name, "CompleteMultipartUploadResult");
    assert!(done.at("ETag").ends_with("-2\""));
    let got = wire.get("/bkt/k").await.is(200);
    assert_eq!(
        (got.body.len(), &got.body[PART..]),
        (PART + 4, &b"tail"[..])
    );
    assert_eq!(
        (
            got.the("x-oss-object-type"),
            got.the("content-type"),
            got.header("content-md5")
        ),
        ("Multipart", "text/m", None)
    );
    // The CRC of the whole, as if it had been put in one piece.
    let whole = wire.put("/bkt/whole", got.body.clone()).await.is(200);
    assert_eq!(
        got.the("x-oss-hash-crc64ecma"),
        whole.the("x-oss-hash-crc64ecma")
    );
    complete(listed(&[(1, one)]))
        .send()
        .await
        .refused(404, "NoSuchUpload");
    wire.get(&format!("/bkt/k?uploadId={upload}"))
        .await
        .refused(404, "NoSuchUpload");
}

#[tokio::test]
async fn uploads_are_abandoned_and_parts_checked() {
    let wire = Wire::with_bucket().await;
    let upload = begin(&wire, "k").await;
    for bad in ["0", "10001", "x"] {
        wire.put(&format!("/bkt/k?partNumber={bad}&uploadId={upload}"), "x")
            .await
            .refused(400, "InvalidArgument");
    }
    wire.put("/bkt/k?partNumber=1&uploadId=ABC", "x")
        .await
        .refused(404, "NoSuchUpload");
    wire.put(&format!("/bkt/other?partNumber=1&uploadId={upload}"), "x")
        .await
        .refused(404, "NoSuchUpload");
    let small = part(&wire, &upload, 1, b"small".to_vec()).await.is(200);
    let small = small.the("etag").to_owned();
    let last = part(&wire, &upload, 2, b"last".to_vec()).await.is(200);
    let body = listed(&[(1, &small), (2, last.the("etag"))]);
    wire.ask("POST", &format!("/bkt/k?uploadId={upload}"))
        .body(body)
        .send()
        .await
        .refused(400, "EntityTooSmall");
    wire.ask("DELETE", &format!("/bkt/k?uploadId={upload}"))
        .send()
        .await
        .is(204);
    wire.ask("DELETE", &format!("/bkt/k?uploadId={upload}"))
        .send()
        .await
        .refused(404, "NoSuchUpload");
    wire.ask("DELETE", "/bkt").send().await.is(204);
}

#[tokio::test]
async fn parts_are_copied_and_all_are_completed() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/s", "0123456789").await.is(200);
    let upload = begin(&wire, "k").await;
    let copy = |range: &str| {
        wire.ask("PUT", &format!("/bkt/k?partNumber=1&uploadId={upload}"))
            .header("x-oss-copy-source", "/bkt/s")
            .header("x-oss-copy-source-range", range)
    };
    copy("bytes=5-20").send().await.refused(400, "InvalidRange");
    let copied = copy("bytes=2-5").send().await.is(200);
    assert_eq!(
        (copied.xml().name.as_str(), copied.at("ETag").as_str()),
        ("CopyPartResult", "\"81B073DE9370EA873F548E31B8ADC081\"")
    );
    wire.ask("POST", &format!("/bkt/k?uploadId={upload}"))
        .header("x-oss-complete-all", "yes")
        .send()
        .await
        .is(200);
    assert_eq!(wire.get("/bkt/k").await.is(200).text(), "2345");
}

#[tokio::test]
async fn uploads_are_listed_page_by_page() {
    let wire = Wire::with_bucket().await;
    for key in ["a", "b/1", "b/2", "c"] {
        begin(&wire, key).await;
    }
    begin(&wire, "a").await;
    let mut seen = Vec::new();
    let (mut key, mut id) = (String::new(), String::new());
    for _ in 0..6 {
        let page = wire
            .get(&format!(
                "/bkt?uploads&delimiter=/&max-uploads=1&key-marker={key}&upload-id-marker={id}"
            ))
            .await
            .is(200);
        seen.extend(page.every("Upload", "Key"));
        seen.extend(page.every("CommonPrefixes", "Prefix"));
        (key, id) = (page.at("NextKeyMarker"), page.at("NextUploadIdMarker"));
        if page.at("IsTruncated") == "false" {
            break;
        }
    }
    assert_eq!(seen, ["a", "a", "b/", "c"]);
}
