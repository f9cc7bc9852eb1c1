//! Lists of objects and versions.

use crate::client::{Reply, Wire};

async fn filled(keys: &[&str]) -> Wire {
    let wire = Wire::with_bucket().await;
    for key in keys {
        wire.put(&format!("/bkt/{key}"), *key).await.is(200);
    }
    wire
}

fn keys(reply: &Reply) -> Vec<String> {
    reply.every("Contents", "Key")
}

fn prefixes(reply: &Reply) -> Vec<String> {
    reply.every("CommonPrefixes", "Prefix")
}

#[tokio::test]
async fn version_one() {
    let wire = filled(&["a", "b/1", "b/2", "b/3", "c", "d/1"]).await;
    let all = wire.get("/bkt").await.is(200);
    assert_eq!(all.xml().name, "ListBucketResult");
    assert_eq!(keys(&all), ["a", "b/1", "b/2", "b/3", "c", "d/1"]);
    for (path, text) in [
        ("Name", "bkt"),
        ("IsTruncated", "false"),
        ("MaxKeys", "100"),
        ("Contents/Size", "1"),
        ("Contents/Type", "Normal"),
        ("Contents/StorageClass", "Standard"),
        ("Contents/ETag", "\"0CC175B9C0F1B6A831C399E269772661\""),
        ("Contents/Owner/ID", "1000000000000001"),
    ] {
        assert_eq!(all.at(path), text, "{path}");
    }
    assert!(all.at("Contents/LastModified").ends_with(".000Z"));

    let folders = wire.get("/bkt?delimiter=/").await;
    assert_eq!(
        (keys(&folders), prefixes(&folders)),
        (
            vec!["a".to_owned(), "c".into()],
            vec!["b/".to_owned(), "d/".into()]
        )
    );
    let inner = wire.get("/bkt?delimiter=/&prefix=b/").await;
    assert_eq!((keys(&inner).len(), prefixes(&inner).len()), (3, 0));

    // Page by page: a group counts as one entry and does not come twice.
    let mut marker = String::new();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let page = wire
            .get(&format!("/bkt?delimiter=/&max-keys=1&marker={marker}"))
            .await
            .is(200);
        seen.extend(keys(&page));
        seen.extend(prefixes(&page));
        if page.at("IsTruncated") == "false" {
            break;
        }
        marker = page.at("NextMarker");
    }
    assert_eq!(seen, ["a", "b/", "c", "d/"]);
    // A marker inside a group leaves the rest of the group.
    assert_eq!(
        prefixes(&wire.get("/bkt?delimiter=/&marker=b/2").await),
        ["b/", "d/"]
    );
    assert_eq!(keys(&wire.get("/bkt?prefix=b/&marker=a").await).len(), 3);
    for bad in ["0", "1001", "x"] {
        wire.get(&format!("/bkt?max-keys={bad}"))
            .await
            .refused(400, "InvalidArgument");
    }
    wire.get("/bkt?encoding-type=rot13")
        .await
        .refused(400, "InvalidArgument");
}

#[tokio::test]
async fn version_two() {
    let wire = filled(&["a", "b", "c", "d"]).await;
    let first = wire
        .get("/bkt?list-type=2&max-keys=2&start-after=a")
        .await
        .is(200);
    assert_eq!(
        (keys(&first), first.at("KeyCount"), first.at("IsTruncated")),
        (vec!["b".to_owned(), "c".into()], "2".into(), "true".into())
    );
    assert!(
        first
            .xml()
            .child("Contents")
            .unwrap()
            .child("Owner")
            .is_none()
    );
    let token = first.at("NextContinuationToken");
    let rest = wire
        .get(&format!(
            "/bkt?list-type=2&max-keys=2&fetch-owner=true&continuation-token={token}"
        ))
        .await
        .is(200);
    assert_eq!(
        (keys(&rest), rest.at("IsTruncated")),
        (vec!["d".to_owned()], "false".into())
    );
    assert_eq!(rest.at("Contents/Owner/DisplayName"), "1000000000000001");
    wire.get("/bkt?list-type=2&continuation-token=!")
        .await
        .refused(400, "InvalidArgument");
}

#[tokio::test]
async fn names_that_xml_cannot_hold() {
    let wire = filled(&["a%01b", "%26%3C%20%2B"]).await;
    let encoded = wire.get("/bkt?encoding-type=url").await.is(200);
    assert_eq!(encoded.at("EncodingType"), "url");
    assert_eq!(keys(&encoded), ["%26%3C%20%2B", "a%01b"]);
    let plain = wire.get("/bkt").await.is(200);
    assert_eq!(keys(&plain), ["&< +", "a\u{fffd}b"]);
}

#[tokio::test]
async fn versions() {
    let wire = filled(&["a", "b"]).await;
    let list = wire.get("/bkt?versions&max-keys=1").await.is(200);
    assert_eq!(list.xml().name, "ListVersionsResult");
    assert_eq!(
        (list.every("Version", "Key"), list.at("Version/IsLatest")),
        (vec!["a".to_owned()], "true".into())
    );
    assert_eq!(
        (list.at("NextKeyMarker"), list.at("IsTruncated")),
        ("a".into(), "true".into())
    );
    assert_eq!(
        wire.get("/bkt?versions&key-marker=a")
            .await
            .every("Version", "Key"),
        ["b"]
    );
}
