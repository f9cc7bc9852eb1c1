//! Servers that do what no server should: the run goes on, memory stays bounded, nobody else is ever spoken to.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use oss403::run::record::Progress;
use oss403::wire::client::Outgoing;
use oss403::wire::exchange::FailureKind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::rogues::{both_ways, client, failure, get, limits, rogue, says};
use crate::support::{Desk, fake, instances, run_all};

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let address = rogue(|mut stream, _| async move {
        let head = "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n";
        let mut sent = stream.write_all(head.as_bytes()).await;
        let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
        while sent.is_ok() {
            sent = stream.write_all(chunk.as_bytes()).await;
        }
    })
    .await;
    for exchange in both_ways(address).await {
        let response = exchange.response().unwrap();
        assert_eq!(
            (response.status, response.body.len(), response.truncated),
            (403, 64 * 1024, true)
        );
    }
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_whole() {
    let address = rogue(|mut stream, _| async move {
        let body = "x".repeat(64 * 1024);
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    for exchange in both_ways(address).await {
        let response = exchange.response().unwrap();
        assert_eq!(
            (response.body.len(), response.truncated),
            (64 * 1024, false)
        );
    }
}

#[tokio::test]
async fn time_runs_out_for_those_who_say_nothing_and_for_those_who_say_it_slowly() {
    let silent = rogue(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let slow = rogue(|mut stream, _| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\na")
            .await;
        std::future::pending::<()>().await;
    })
    .await;
    let dripping = rogue(|mut stream, _| async move {
        let _ = stream.write_all(b"HTTP/1.1 40").await;
        std::future::pending::<()>().await;
    })
    .await;
    let (silent, slow, dripping) =
        tokio::join!(both_ways(silent), both_ways(slow), both_ways(dripping));
    for exchange in silent.iter().chain(&dripping) {
        assert_eq!(failure(exchange), FailureKind::Timeout);
    }
    // Once the status is known it counts: a server cannot hide that it granted something by being slow.
    for exchange in &slow {
        let response = exchange.response().unwrap();
        assert_eq!(
            (response.status, &response.body[..], response.truncated),
            (403, &b"a"[..], true)
        );
    }
}

#[tokio::test]
async fn what_is_no_answer_is_a_failure_and_no_panic() {
    let flood = rogue(|mut stream, _| async move {
        let mut sent = stream.write_all(b"HTTP/1.1 403 Forbidden\r\n").await;
        for number in 0.. {
            if sent.is_err() {
                return;
            }
            sent = stream
                .write_all(format!("x-flood-{number}: {number}\r\n").as_bytes())
                .await;
        }
    })
    .await;
    let one_long_line = rogue(|mut stream, _| async move {
        let mut sent = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nx: ").await;
        while sent.is_ok() {
            sent = stream.write_all(&[b'x'; 4096]).await;
        }
    })
    .await;
    let continues = rogue(|mut stream, _| async move {
        let mut sent = Ok(());
        while sent.is_ok() {
            sent = stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await;
        }
    })
    .await;
    let closes = rogue(|stream, _| async move { drop(stream) }).await;
    let garbage = rogue(|mut stream, _| async move {
        let _ = stream
            .write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not HTTP\r\n\r\n")
            .await;
    })
    .await;
    for address in [flood, one_long_line, closes, garbage] {
        for exchange in both_ways(address).await {
            assert!(matches!(
                failure(&exchange),
                FailureKind::Malformed | FailureKind::Lost
            ));
        }
    }
    for exchange in both_ways(continues).await {
        assert_eq!(failure(&exchange), FailureKind::Malformed);
    }
}

#[tokio::test]
async fn lengths_that_lie_leave_an_answer_that_is_not_whole() {
    for early in [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\nshort",
        "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nshort",
    ] {
        for exchange in both_ways(says(early).await).await {
            let response = exchange.response().unwrap();
            assert!(
                response.truncated && response.body == b"short",
                "{response:?}"
            );
        }
    }
    for unreadable in [
        "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nzz\r\n",
        "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nshort",
    ] {
        for exchange in both_ways(says(unreadable).await).await {
            assert_eq!(failure(&exchange), FailureKind::Malformed);
        }
    }
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_noticed() {
    let smuggled = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n";
    for exchange in both_ways(says(smuggled).await).await {
        let response = exchange.response().unwrap();
        assert_eq!(response.body, b"ok");
        assert_eq!(response.excess, b"HTTP/1.1 200 OK\r\n\r\n");
        assert!(
            response.defects[0].contains("19 bytes follow"),
            "{response:?}"
        );
    }
    // On a connection of its own, what comes a moment later is noticed as well.
    let later = rogue(|mut stream, _| async move {
        let answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(answer).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        let _ = stream.write_all(b"late").await;
    })
    .await;
    // Where much else is going on, a moment may be longer than is waited for; who does not wait never sees it.
    let mut seen = Vec::new();
    for _ in 0..20 {
        let [_, odd] = both_ways(later).await;
        seen.clone_from(&odd.response().unwrap().excess);
        if seen == b"late" {
            break;
        }
    }
    assert_eq!(seen, b"late");
}

/// How many connections two requests, one after the other, need of a server that answers each with these bytes, and goes on reading.
async fn connections_for_two(answer: &'static str, first: Outgoing) -> usize {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepted = Arc::new(AtomicUsize::new(0));
    tokio::spawn({
        let accepted = Arc::clone(&accepted);
        async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut seen = Vec::new();
                    while let Ok(1..) = stream.read_buf(&mut seen).await {
                        if seen.ends_with(b"\r\n\r\n") {
                            seen.clear();
                            let _ = stream.write_all(answer.as_bytes()).await;
                            if answer.ends_with("bye") {
                                return;
                            }
                        }
                    }
                });
            }
        }
    });
    let client = client(address, limits());
    for outgoing in [first, get("/second")] {
        let exchange = client.send(outgoing).await;
        assert_eq!(exchange.response().unwrap().status, 403, "{exchange:?}");
        // Lets the end of the connection arrive before the next request goes out.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    accepted.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_connection_serves_another_request_only_when_nothing_speaks_against_it() {
    let told = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nok";
    for whole in [
        told,
        "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: trailer\r\n\r\n",
    ] {
        assert_eq!(connections_for_two(whole, get("/k")).await, 1, "{whole}");
    }
    for odd in [
        "HTTP/1.0 403 Forbidden\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 403 Forbidden\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nok and more",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\n\r\nok",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nbye",
        "HTTP/1.1 403 Forbidden\r\n\r\nbye",
    ] {
        assert_eq!(connections_for_two(odd, get("/k")).await, 2, "{odd}");
    }
    let mut expects = get("/k");
    expects.headers = vec![("Expect".into(), "100-continue".into())];
    let mut split = get("/k");
    split.headers = vec![("x".into(), "a\nb: c".into())];
    for first in [get("/k#f"), get("/a b"), expects, split] {
        assert_eq!(connections_for_two(told, first).await, 2);
    }
}

#[tokio::test]
async fn nobody_is_ever_spoken_to_but_the_target() {
    // A trap at an address that answers, cases and proxies may name, and nobody should go to.
    let touched = Arc::new(AtomicUsize::new(0));
    let trap = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let trapped = trap.local_addr().unwrap();
    tokio::spawn({
        let touched = Arc::clone(&touched);
        async move {
            while trap.accept().await.is_ok() {
                touched.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let hosts = Arc::new(std::sync::Mutex::new(Vec::new()));
    let address = fake({
        let hosts = Arc::clone(&hosts);
        move |seen| {
            hosts.lock().unwrap().push(seen.host);
            let location = format!("http://{trapped}/");
            async move {
                Some((
                    307,
                    vec![
                        ("location", location),
                        ("refresh", format!("0; url=http://{trapped}/")),
                    ],
                    String::new(),
                ))
            }
        }
    })
    .await;
    let scenarios = format!(
        "
      - name: literal
        given: {{ no-bucket: true }}
        matrix: {{ host: ['{trapped}', 'localhost:{port}', 'evil.example', 'http://{trapped}', 'user@{trapped}', '{trapped}/x', '[::1]:{port}'] }}
        base: {{ as: anonymous, request: GET /, host: $host }}
        edit: {{ request: 'GET //{trapped}/..' }}
    ",
        port = trapped.port()
    );
    let target = Desk::new().target(address, "").await;
    let ran = run_all(&target, instances(&scenarios)).await;
    assert_eq!(ran.records.len(), 7);
    for record in &ran.records {
        for exchange in record.base.iter().chain(&record.edited) {
            assert_eq!(exchange.request.address, address.to_string());
            assert_eq!(exchange.response().unwrap().status, 307, "{exchange:?}");
        }
    }
    assert_eq!(hosts.lock().unwrap().len(), 14);
    assert!(
        hosts
            .lock()
            .unwrap()
            .iter()
            .any(|host| host == "evil.example")
    );
    assert_eq!(touched.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_run_against_a_rogue_goes_on_and_says_what_happened() {
    let address = rogue(|stream, _| async move { drop(stream) }).await;
    let scenarios = "
      - { name: read, given: { no-bucket: true }, base: { as: anonymous, request: GET / }, edit: { method: HEAD } }
      - { name: world, given: { bucket: { objects: { k: v } } }, base: { request: GET /k }, edit: { as: anonymous } }
      - { name: write, base: { request: PUT /k }, edit: { as: anonymous }, unchanged: [k] }
    ";
    let target = Desk::new().target(address, "").await;
    let ran = run_all(&target, instances(scenarios)).await;
    assert_eq!(ran.records.len(), 3);
    for record in &ran.records {
        let needs_world = !record.instance.ends_with("read");
        assert_eq!(
            matches!(record.progress, Progress::HarnessError(_)),
            needs_world,
            "{record:?}"
        );
    }
    let read = ran.record("/read");
    assert_eq!(read.progress, Progress::Complete);
    for exchange in read.base.iter().chain(&read.edited) {
        assert!(
            exchange.unreadable().is_some() && exchange.earlier.len() == 9,
            "{exchange:?}"
        );
    }
    // Whether the buckets exist nobody can know, so they are reported.
    assert_eq!(
        ran.summary.left_behind.len(),
        2,
        "{:?}",
        ran.summary.left_behind
    );
}

#[tokio::test]
async fn what_a_client_would_change_goes_out_byte_by_byte() {
    let address = rogue(|mut stream, head| async move {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{head}",
            head.len()
        );
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    let client = client(address, limits());
    let lines = [
        "/../../k",
        "/a/./b",
        "//k",
        "/%2e%2e/k",
        "/a//b",
        "/k?a='\"<>",
        "/k#f",
        "/\\k",
        "/k|^`{}",
        "/é?é",
    ];
    for line in lines {
        let exchange = client.send(get(line)).await;
        let seen = String::from_utf8(exchange.response().unwrap().body.clone()).unwrap();
        assert!(
            seen.starts_with(&format!("GET {line} HTTP/1.1\r\n")),
            "{line}: {seen}"
        );
        assert!(
            seen.to_lowercase()
                .contains("\r\nhost: b.oss-cn-hangzhou.aliyuncs.test\r\n"),
            "{seen}"
        );
    }
    let mut odd = get("/k");
    odd.headers = vec![
        ("Authorization".into(), "OSS a\tb:\u{7f}é".into()),
        ("x-twice".into(), "1".into()),
        ("x-twice".into(), "2".into()),
        ("bad name".into(), "kept".into()),
        ("Content-Length".into(), "007".into()),
    ];
    odd.body = "seven77".into();
    let exchange = client.send(odd).await;
    let seen = String::from_utf8(exchange.response().unwrap().body.clone()).unwrap();
    for line in [
        "Authorization: OSS a\tb:\u{7f}é",
        "x-twice: 1",
        "x-twice: 2",
        "bad name: kept",
        "Content-Length: 007",
    ] {
        assert!(seen.contains(&format!("\r\n{line}\r\n")), "{line}: {seen}");
    }
    assert_eq!(seen.matches("ontent-").count(), 1, "{seen}");
}
