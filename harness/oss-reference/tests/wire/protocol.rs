//! HTTP itself: large bodies, limits, hostile input, keep-alive, patience.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_reference::Config;
use oss_reference::config::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{Reply, Wire};

/// Bytes that do not repeat soon.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Digests of `noise(20 << 20)`, computed with hashlib and crcmod.
const NOISE_MD5: &str = "94F2706F38DA1B2D377C29BC7FE81A60";
const NOISE_CRC: &str = "12533627919106214362";

#[tokio::test]
async fn a_large_body_is_streamed_whole() {
    let wire = Wire::with_bucket().await;
    let body = noise(20 << 20);
    let digest: Vec<u8> = (0..16)
        .map(|byte| u8::from_str_radix(&NOISE_MD5[byte * 2..byte * 2 + 2], 16).unwrap())
        .collect();
    let put = wire
        .ask("PUT", "/bkt/big")
        .header("Content-MD5", STANDARD.encode(digest))
        .body(body.clone())
        .send()
        .await
        .is(200);
    assert_eq!(put.the("x-oss-hash-crc64ecma"), NOISE_CRC);
    assert_eq!(put.the("etag"), format!("\"{NOISE_MD5}\""));
    let got = wire.get("/bkt/big").await.is(200);
    assert!(got.body == body);
    let slice = wire
        .ask("GET", "/bkt/big")
        .header("Range", "bytes=10000000-10099999")
        .send()
        .await
        .is(206);
    assert!(slice.body == body[10_000_000..10_100_000]);
}

#[tokio::test]
async fn bodies_beyond_the_limit_are_refused_and_leave_nothing() {
    let limits = Limits {
        object_bytes: 100_000,
        ..Limits::default()
    };
    let wire = Wire::start_with(Config {
        limits,
        ..Config::default()
    })
    .await;
    wire.ask("PUT", "/bkt").send().await.is(200);
    wire.put("/bkt/k", noise(100_000)).await.is(200);
    wire.put("/bkt/k2", noise(100_001))
        .await
        .refused(400, "EntityTooLarge");
    // Without a length the limit shows on the way.
    let body = noise(200_000);
    let chunked = [
        format!("{:x}\r\n", body.len()).as_bytes(),
        &body,
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    wire.ask("PUT", "/bkt/k2")
        .header("Transfer-Encoding", "chunked")
        .body(chunked)
        .send()
        .await
        .refused(400, "EntityTooLarge");
    wire.get("/bkt/k2").await.refused(404, "NoSuchKey");
    wire.ask("POST", "/bkt/log?append&position=0")
        .body(noise(60_000))
        .send()
        .await
        .is(200);
    wire.ask("POST", "/bkt/log?append&position=60000")
        .body(noise(60_000))
        .send()
        .await
        .refused(400, "EntityTooLarge");
}

#[tokio::test]
async fn bodies_in_chunks() {
    let wire = Wire::with_bucket().await;
    let chunked = "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n";
    wire.ask("PUT", "/bkt/k")
        .header("Transfer-Encoding", "chunked")
        .body(chunked)
        .send()
        .await
        .is(200);
    assert_eq!(wire.get("/bkt/k").await.text(), "abcdefg");
    let raw = wire.raw(b"PUT /bkt/k HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n").await;
    assert!(
        raw.starts_with(b"HTTP/1.1 4"),
        "{}",
        String::from_utf8_lossy(&raw)
    );
}

#[tokio::test]
async fn a_connection_survives_refusals_with_small_bodies() {
    let wire = Wire::with_bucket().await;
    let mut stream = wire.connect().await;
    for round in 0..3 {
        let refused = wire
            .ask("PUT", "/bkt/k")
            .anonymous()
            .body(noise(60_000))
            .send_on(&mut stream)
            .await
            .is(403);
        assert_eq!(refused.the("connection"), "keep-alive", "round {round}");
        wire.ask("GET", "/bkt").send_on(&mut stream).await.is(200);
    }
    // A large one is answered too, before the connection ends.
    let refused = wire
        .ask("PUT", "/bkt/k")
        .anonymous()
        .body(noise(20 << 20))
        .send_on(&mut stream)
        .await;
    assert_eq!(refused.is(403).the("connection"), "close");
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/1", "one").await.is(200);
    wire.put("/bkt/2", "two").await.is(200);
    let mut stream = wire.connect().await;
    let both = [
        wire.ask("GET", "/bkt/1").bytes(),
        wire.ask("GET", "/bkt/2").bytes(),
    ]
    .concat();
    stream.write_all(&both).await.unwrap();
    assert_eq!(Reply::read(&mut stream, "GET").await.text(), "one");
    assert_eq!(Reply::read(&mut stream, "GET").await.text(), "two");
}

#[tokio::test]
async fn a_refused_client_that_waits_is_not_told_to_go_on() {
    let wire = Wire::with_bucket().await;
    let head = format!(
        "PUT /bkt/k HTTP/1.1\r\nHost: {}\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
        wire.running.address()
    );
    let answer = wire.raw(head.as_bytes()).await;
    assert!(
        answer.starts_with(b"HTTP/1.1 403 "),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    let mut stream = wire.connect().await;
    let ask = wire
        .ask("PUT", "/bkt/k")
        .header("Expect", "100-continue")
        .body("hello")
        .bytes();
    let (head, body) = ask.split_at(ask.len() - 5);
    stream.write_all(head).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body).await.unwrap();
    Reply::read(&mut stream, "PUT").await.is(200);
}

#[tokio::test]
async fn nonsense_is_refused_and_the_server_lives_on() {
    let wire = Wire::with_bucket().await;
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    let long = format!("x: {}\r\n", "v".repeat(70_000));
    for (name, request) in [
        ("no HTTP", "hello\r\n\r\n".to_owned()),
        ("no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".into()),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n".into()),
        ("many headers", format!("GET / HTTP/1.1\r\nHost: a\r\n{many}Connection: close\r\n\r\n")),
        ("long header", format!("GET / HTTP/1.1\r\nHost: a\r\n{long}Connection: close\r\n\r\n")),
        ("long target", format!("GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "a".repeat(70_000))),
        ("bad escape", "GET /bkt/%zz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".into()),
        ("not UTF-8", "GET /bkt/%ff HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".into()),
        ("bad length", "PUT /bkt/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\nConnection: close\r\n\r\n".into()),
        ("two lengths", "PUT /bkt/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nx".into()),
        ("method", "BREW /bkt/k HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".into()),
    ] {
        let answer = wire.raw(request.as_bytes()).await;
        assert!(answer.starts_with(b"HTTP/1.1 4"), "{name}: {}", String::from_utf8_lossy(&answer));
    }
    wire.ask("GET", "/bkt/k")
        .undated()
        .send()
        .await
        .refused(403, "AccessDenied");
    wire.ask("GET", "/bkt/k")
        .undated()
        .header("Date", "yesterday")
        .send()
        .await
        .refused(403, "AccessDenied");
    wire.ask("PUT", "/bkt/k")
        .header("x-oss-meta-a", "1")
        .header("Authorization", "OSS nonsense")
        .send()
        .await
        .refused(400, "InvalidArgument");
    wire.get("/bkt").await.is(200);
}

#[tokio::test]
async fn a_form_field_cannot_put_lines_into_headers() {
    let wire = Wire::start().await;
    wire.ask("PUT", "/bkt")
        .header("x-oss-acl", "public-read-write")
        .send()
        .await
        .is(200);
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = format!(
        "{}{}{}--x--\r\n",
        part("key", "k"),
        part("x-oss-meta-a", "1\r\nset-cookie: a"),
        part("file", "f")
    );
    wire.ask("POST", "/bkt")
        .anonymous()
        .header("Content-Type", "multipart/form-data; boundary=x")
        .body(body)
        .send()
        .await
        .is(204);
    let got = wire.get("/bkt/k").await.is(200);
    assert_eq!(
        (got.header("set-cookie"), got.header("x-oss-meta-a")),
        (None, None)
    );
}

#[tokio::test]
async fn slow_clients_are_cut() {
    let limits = Limits {
        header_timeout_ms: 100,
        ..Limits::default()
    };
    let wire = Wire::start_with(Config {
        limits,
        ..Config::default()
    })
    .await;
    wire.ask("PUT", "/bkt").send().await.is(200);
    let started = Instant::now();
    let head = wire.raw(b"GET / HTTP/1.1\r\nHost: a\r\nx-slow").await;
    assert!(!head.starts_with(b"HTTP/1.1 2"));
    let mut ask = wire
        .ask("PUT", "/bkt/k")
        .header("Connection", "close")
        .body("hello")
        .bytes();
    ask.truncate(ask.len() - 2);
    let body = wire.raw(&ask).await;
    assert!(
        body.starts_with(b"HTTP/1.1 400 "),
        "{}",
        String::from_utf8_lossy(&body)
    );
    assert!(String::from_utf8_lossy(&body).contains("<Code>RequestTimeout</Code>"));
    assert!(started.elapsed() < Duration::from_secs(5));
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
}

#[tokio::test]
async fn a_body_that_is_cut_leaves_nothing() {
    let wire = Wire::with_bucket().await;
    let mut stream = wire.connect().await;
    let ask = wire.ask("PUT", "/bkt/k").body(noise(100_000)).bytes();
    stream.write_all(&ask[..50_000]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 2"));
    wire.get("/bkt/k").await.refused(404, "NoSuchKey");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clients_at_once() {
    let wire = std::sync::Arc::new(Wire::with_bucket().await);
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..32 {
        let wire = std::sync::Arc::clone(&wire);
        clients.spawn(async move {
            let mut stream = wire.connect().await;
            for round in 0..20 {
                let (target, body) = (
                    format!("/bkt/{client}/{round}"),
                    format!("{client} {round}"),
                );
                wire.ask("PUT", &target)
                    .body(body.clone())
                    .send_on(&mut stream)
                    .await
                    .is(200);
                assert_eq!(
                    wire.ask("GET", &target)
                        .send_on(&mut stream)
                        .await
                        .is(200)
                        .text(),
                    body
                );
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    assert_eq!(
        wire.get("/bkt?max-keys=1000")
            .await
            .every("Contents", "Key")
            .len(),
        640
    );
}

#[tokio::test]
async fn request_ids_never_repeat() {
    let wire = Wire::with_bucket().await;
    let mut stream = wire.connect().await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..200 {
        let id = wire
            .ask("HEAD", "/bkt")
            .send_on(&mut stream)
            .await
            .the("x-oss-request-id")
            .to_owned();
        assert!(seen.insert(id));
    }
}

#[tokio::test]
async fn a_server_that_denies_all_denies_even_nonsense() {
    let faults = oss_reference::config::Faults {
        extreme: Some(oss_reference::config::Extreme::DenyAll),
        ..Default::default()
    };
    let wire = Wire::start_with(Config {
        faults,
        ..Config::default()
    })
    .await;
    wire.get("/bkt").await.refused(403, "AccessDenied");
    wire.ask("POST", "/bkt")
        .body("no form")
        .send()
        .await
        .refused(403, "AccessDenied");
    let raw = wire
        .raw(b"GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await;
    assert!(raw.starts_with(b"HTTP/1.1 403 "));
}

/// Some clients announce a body with a GET and send none, as oss2 does in its tests of signatures; the service answers all the same.
#[tokio::test]
async fn an_announced_body_that_never_comes_is_not_waited_for() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/k", "one").await.is(200);
    for (method, target, status) in [
        ("GET", "/bkt/k", 200),
        ("HEAD", "/bkt/k", 200),
        ("GET", "/bkt", 200),
        ("GET", "/bkt/absent", 404),
        ("DELETE", "/bkt/absent", 204),
        ("PUT", "/missing/k", 404),
    ] {
        let ask = wire.ask(method, target).header("x-test", "1");
        let text = String::from_utf8(ask.bytes()).unwrap();
        let text = text.replace("Content-Length: 0\r\n", "");
        let bytes = text.replace("x-test: 1\r\n", "x-test: 1\r\nContent-Length: 9\r\n");
        let mut stream = wire.connect().await;
        let started = std::time::Instant::now();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let reply = Reply::read(&mut stream, method).await.is(status);
        let spent = started.elapsed();
        assert!(
            spent < std::time::Duration::from_secs(2),
            "{method} {target}: {spent:?}"
        );
        // What comes after could be the body or the next request: nobody can tell, so there is none.
        assert_eq!(reply.the("connection"), "close", "{method} {target}");
        stream
            .write_all(&wire.ask("DELETE", "/bkt/k").bytes())
            .await
            .unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        assert!(rest.is_empty(), "{method} {target}");
        wire.get("/bkt/k").await.is(200);
    }
    // One that comes is read, and the connection lives on.
    let mut stream = wire.connect().await;
    let bytes = String::from_utf8(wire.ask("GET", "/bkt/k").header("x-test", "1").bytes()).unwrap();
    let bytes = bytes.replace("x-test: 1\r\n", "Content-Length: 9\r\n") + "123456789";
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let reply = Reply::read(&mut stream, "GET").await.is(200);
    assert_eq!(reply.the("connection"), "keep-alive");
    let reply = wire.ask("GET", "/bkt/k").send_on(&mut stream).await;
    assert_eq!(reply.text(), "one");
}
