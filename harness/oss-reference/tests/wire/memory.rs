//! How much the server holds: everything that can be stored counts, what is gone counts no longer, and what does not fit is answered.

use std::time::Duration;

use oss_reference::Config;
use oss_reference::config::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::client::{Ask, Reply, Wire};

const MIB: u64 = 1 << 20;

/// A server with the bucket `bkt` that may hold so much.
async fn with(total_bytes: u64) -> Wire {
    let limits = Limits {
        total_bytes,
        ..Limits::default()
    };
    let wire = Wire::start_with(Config {
        limits,
        ..Config::default()
    })
    .await;
    wire.ask("PUT", "/bkt").send().await.is(200);
    wire
}

fn taken(wire: &Wire) -> u64 {
    wire.running.memory_taken()
}

/// Asks again and again, each time for something else, until that is too much; tells how often it was not.
async fn fill<'w>(wire: &'w Wire, ask: impl Fn(usize) -> Ask<'w>) -> usize {
    for number in 0..2000 {
        let reply = ask(number).send().await;
        if reply.status == 503 {
            let refused: Reply = reply.refused(503, "ServiceUnavailable");
            assert!(refused.at("Message").contains("limits.total-bytes"));
            return number;
        }
        assert!(reply.status < 300, "{}", reply.text());
    }
    panic!("no end to it: {} bytes taken", taken(wire));
}

/// What was full is empty again when everything is gone, and takes as much a second time.
async fn refill<'w>(wire: &'w Wire, empty: u64, full: usize, ask: impl Fn(usize) -> Ask<'w>) {
    assert_eq!(taken(wire), empty, "everything is given back");
    assert_eq!(fill(wire, ask).await, full);
}

#[tokio::test]
async fn objects_fill_the_memory_and_make_room_when_they_go() {
    let wire = with(4 * MIB).await;
    let empty = taken(&wire);
    let put = |number: usize| {
        let target = format!("/bkt/k{number}");
        wire.ask("PUT", &target).body(vec![b'x'; 1 << 20])
    };
    let full = fill(&wire, put).await;
    assert_eq!(full, 3, "three of a MiB and what they take besides");
    // What only reads, and what makes room, is served.
    assert_eq!(wire.get("/bkt/k0").await.is(200).body.len(), 1 << 20);
    // As large as before, but both are there for a while.
    put(0).send().await.refused(503, "ServiceUnavailable");
    assert_eq!(wire.get("/bkt/k0").await.is(200).body.len(), 1 << 20);
    for number in 0..full {
        let target = format!("/bkt/k{number}");
        wire.ask("DELETE", &target).send().await.is(204);
    }
    refill(&wire, empty, full, put).await;
}

#[tokio::test]
async fn what_has_no_bytes_fills_it_too() {
    let wire = with(MIB / 4).await;
    let empty = taken(&wire);
    let head = |number: usize| {
        let target = format!("/bkt/k{number}");
        let long = "v".repeat(7000);
        wire.ask("PUT", &target).header("x-oss-meta-long", long)
    };
    let full = fill(&wire, head).await;
    assert!((25..40).contains(&full), "{full} of some 8 KiB");
    // Lists of what is to go are read when nothing else is.
    let keys = (0..full).map(|number| format!("<Object><Key>k{number}</Key></Object>"));
    let list = format!("<Delete>{}</Delete>", keys.collect::<String>());
    wire.ask("POST", "/bkt?delete")
        .body(list)
        .send()
        .await
        .is(200);
    refill(&wire, empty, full, head).await;
}

#[tokio::test]
async fn every_kind_of_thing_counts() {
    type Make = for<'w> fn(&'w Wire, usize) -> Ask<'w>;
    let kinds: [(&str, Make); 8] = [
        ("bucket", |wire, number| {
            wire.ask("PUT", &format!("/bkt-{number}"))
        }),
        ("link", |wire, number| {
            let target = format!("/bkt/{number}?symlink");
            wire.ask("PUT", &target)
                .header("x-oss-symlink-target", "x".repeat(900))
        }),
        ("copy", |wire, number| {
            wire.ask("PUT", &format!("/bkt/copy-{number}"))
                .header("x-oss-copy-source", "/bkt/original")
        }),
        ("append", |wire, number| {
            wire.ask("POST", &format!("/bkt/a{number}?append&position=0"))
                .body("x")
        }),
        ("upload", |wire, number| {
            wire.ask("POST", &format!("/bkt/u{number}?uploads"))
        }),
        ("setting", |wire, number| {
            let target = format!("/bkt?inventory&inventoryId=i{number}");
            let body = format!(
                "<InventoryConfiguration><Id>i{number}</Id>{}</InventoryConfiguration>",
                " ".repeat(10_000)
            );
            wire.ask("PUT", &target).body(body)
        }),
        ("token of a domain", |wire, number| {
            let body = format!(
                "<BucketCnameConfiguration><Cname><Domain>d{number}.example.com</Domain></Cname></BucketCnameConfiguration>"
            );
            wire.ask("POST", "/bkt?cname&comp=token").body(body)
        }),
        ("tagged object", |wire, number| {
            let target = format!("/bkt/t{number}");
            wire.ask("PUT", &target)
                .header("x-oss-tagging", format!("k={}", "v".repeat(200)))
        }),
    ];
    for (kind, make) in kinds {
        let wire = with(MIB / 8).await;
        wire.put("/bkt/original", "x").await.is(200);
        let full = fill(&wire, |number| make(&wire, number)).await;
        assert!(full > 8, "{kind}: {full}");
        assert!(taken(&wire) < MIB / 8 + 12_000, "{kind}: {}", taken(&wire));
    }
}

/// A document takes the place of the one before it, and so does a part.
#[tokio::test]
async fn what_is_replaced_counts_once() {
    let wire = with(MIB).await;
    let created = wire.ask("POST", "/bkt/up?uploads").send().await.is(200);
    let part = format!("/bkt/up?partNumber=1&uploadId={}", created.at("UploadId"));
    let lifecycle = format!(
        "<LifecycleConfiguration>{}</LifecycleConfiguration>",
        " ".repeat(200_000)
    );
    let long = "x".repeat(2000);
    let referer = format!(
        "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList>{}</RefererList></RefererConfiguration>",
        format!("<Referer>http://{long}</Referer>").repeat(50)
    );
    let mut once = 0;
    for round in 0..5 {
        wire.put(&part, "x".repeat(100_000)).await.is(200);
        wire.put("/bkt?lifecycle", lifecycle.clone()).await.is(200);
        wire.put("/bkt?referer", referer.clone()).await.is(200);
        wire.put("/bkt/k", "y").await.is(200);
        let target = format!("/bkt/appended?append&position={round}");
        wire.ask("POST", &target).body("z").send().await.is(200);
        if round == 0 {
            once = taken(&wire);
            assert!(once > 400_000, "{once}");
        }
    }
    let pieces = 5 * (128 + 1 + 32);
    assert!(
        (once..once + pieces).contains(&taken(&wire)),
        "{once}, then {}",
        taken(&wire)
    );
    wire.ask("DELETE", "/bkt?lifecycle").send().await.is(204);
    assert!(taken(&wire) < once - 190_000);
}

/// Deletions that leave a marker go on when all else is full, and come to an end as well.
#[tokio::test]
async fn versions_and_delete_markers_count() {
    let wire = with(MIB).await;
    let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    wire.put("/bkt?versioning", enabled).await.is(200);
    let empty = taken(&wire);
    let put = |_: usize| wire.ask("PUT", "/bkt/k").body(vec![b'x'; 10_000]);
    let full = fill(&wire, put).await;
    assert!((80..100).contains(&full), "{full}");
    let before = taken(&wire);
    let reply = wire.ask("DELETE", "/bkt/k").send().await.is(204);
    assert_eq!(reply.the("x-oss-delete-marker"), "true");
    assert!((200..400).contains(&(taken(&wire) - before)));
    put(0).send().await.refused(503, "ServiceUnavailable");
    let list = wire.get("/bkt?versions").await.is(200).xml();
    let versions = list.all("Version").chain(list.all("DeleteMarker"));
    for version in versions {
        let id = version.text_of("VersionId").unwrap();
        let target = format!("/bkt/k?versionId={id}");
        wire.ask("DELETE", &target).send().await.is(204);
    }
    refill(&wire, empty, full, put).await;
}

/// What has been announced but is not stored yet takes its place as it comes, and gives it back when it never ends.
#[tokio::test]
async fn what_is_arriving_counts() {
    let wire = with(4 * MIB).await;
    let empty = taken(&wire);
    let whole = wire
        .ask("PUT", "/bkt/slow")
        .body(vec![b'x'; 3 << 20])
        .bytes();
    let mut slow = wire.connect().await;
    slow.write_all(&whole[..whole.len() - 1]).await.unwrap();
    // It has been read when so much has been taken of it.
    while taken(&wire) < empty + 3 * MIB - 65_536 {
        tokio::task::yield_now().await;
    }
    let two = vec![b'x'; 2 << 20];
    wire.put("/bkt/k", two.clone())
        .await
        .refused(503, "ServiceUnavailable");
    drop(slow);
    while taken(&wire) > empty {
        tokio::task::yield_now().await;
    }
    wire.put("/bkt/k", two).await.is(200);
}

/// The file of a form, and its fields.
#[tokio::test]
async fn forms_count() {
    let wire = with(MIB).await;
    let empty = taken(&wire);
    for (fields, file) in [(10, 2 << 20), (2 << 20, 10)] {
        let value = "v".repeat(fields);
        let file = "f".repeat(file);
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b\r\nContent-Disposition: form-data; name=\"x-oss-meta-a\"\r\n\r\n{value}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n{file}\r\n--b--\r\n"
        );
        wire.ask("PUT", "/bkt?acl")
            .header("x-oss-acl", "public-read-write")
            .send()
            .await
            .is(200);
        wire.ask("POST", "/bkt")
            .anonymous()
            .header("Content-Type", "multipart/form-data; boundary=b")
            .body(body)
            .send()
            .await
            .refused(503, "ServiceUnavailable");
    }
    assert_eq!(taken(&wire), empty);
}

/// Who comes when there are as many connections as there may be waits until one of them ends.
#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let wire = Wire::start_with(Config {
        limits,
        ..Config::default()
    })
    .await;
    let request = wire.ask("GET", "/").bytes();
    let mut first = wire.connect().await;
    let mut byte = [0];
    first.write_all(&request).await.unwrap();
    first.read_exact(&mut byte).await.unwrap();
    let mut second = wire.connect().await;
    second.write_all(&request).await.unwrap();
    second.read_exact(&mut byte).await.unwrap();
    let mut third = wire.connect().await;
    third.write_all(&request).await.unwrap();
    let waited = tokio::time::timeout(Duration::from_millis(100), third.read_exact(&mut byte));
    assert!(waited.await.is_err(), "a third is not served beside two");
    drop(first);
    third.read_exact(&mut byte).await.unwrap();
    assert_eq!(byte, *b"H");
}
