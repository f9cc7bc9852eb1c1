//! Servers that close, drip, fall silent or ask for patience: nothing is lost that need not be, and everything ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use oss_reference::config::Config;
use oss403::judge::verdict::Verdict;
use oss403::target::Target;
use oss403::wire::client::Outgoing;
use oss403::wire::exchange::FailureKind;
use oss403::wire::limits::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use oss403_case::Ledger;

use crate::front::{Act, front};
use crate::rogues::{both_ways, client, failure, get, limits, rogue, says};
use crate::support::{Desk, operator, reference, run_all};

/// A server that reads whole heads and answers `answers` of them on each connection. Then it closes, unannounced and before it reads
/// another, or after it has read it when `reads`. Also how many heads it has read.
async fn closing(answers: usize, reads: bool) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let read = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let read = Arc::clone(&read);
            tokio::spawn(async move {
                for number in 0..answers + usize::from(reads) {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => head.push(byte),
                            Err(_) => return,
                        }
                    }
                    read.fetch_add(1, Ordering::SeqCst);
                    if number < answers {
                        let answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nok";
                        let _ = stream.write_all(answer).await;
                    }
                }
            });
        }
    });
    (address, count)
}

fn request(method: &str, headers: &[(&str, &str)]) -> Outgoing {
    let headers = headers.iter().map(|(n, v)| ((*n).into(), (*v).into()));
    Outgoing {
        method: method.into(),
        headers: headers.collect(),
        ..get("/k")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_closes_connections_unannounced_is_no_failure() {
    for (answers, reads) in [(1, false), (3, false), (1, true), (3, true)] {
        let (address, _) = closing(answers, reads).await;
        let client = client(address, limits());
        let mut again = 0;
        for number in 0..200 {
            let method = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST"][number % 6];
            let sent = (0..1 + number % 3).map(|_| client.send(request(method, &[])));
            for exchange in join_all(sent).await {
                let response = exchange.response();
                let response = response.unwrap_or_else(|| panic!("{exchange:?}"));
                assert_eq!((response.status, response.truncated), (403, false));
                again += exchange.earlier.len();
            }
        }
        assert!(!reads || again > 20, "{again}");
    }
}

#[tokio::test]
async fn what_must_not_be_repeated_is_not_sent_twice() {
    let fresh = |method| Outgoing {
        fresh: true,
        ..request(method, &[])
    };
    for (outgoing, sent) in [
        (request("GET", &[]), 2),
        (request("PUT", &[]), 2),
        (fresh("PUT"), 1),
        (fresh("POST"), 1),
        (fresh("DELETE"), 1),
    ] {
        let (address, read) = closing(1, true).await;
        let client = client(address, limits());
        client.send(get("/k")).await;
        let exchange = client.send(outgoing.clone()).await;
        // Those that must not be repeated have a new connection, where the server answers.
        assert_eq!(
            exchange.response().unwrap().status,
            403,
            "{}",
            outgoing.method
        );
        assert_eq!(read.load(Ordering::SeqCst), 1 + sent, "{outgoing:?}");
        assert_eq!(exchange.earlier.len(), sent - 1);
        // And one that is lost on a new connection is lost.
        let (address, read) = closing(0, true).await;
        let exchange = crate::rogues::client(address, limits())
            .send(outgoing)
            .await;
        assert_eq!(failure(&exchange), FailureKind::Lost);
        assert_eq!(read.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_request_ends_in_time_whatever_drips() {
    async fn drip(stream: &mut TcpStream, start: &str, drop: &str) {
        let mut sent = stream.write_all(start.as_bytes()).await;
        while sent.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            sent = stream.write_all(drop.as_bytes()).await;
        }
    }
    macro_rules! dripping {
        ($start:expr, $drop:expr) => {
            rogue(|mut stream, _| async move { drip(&mut stream, $start, $drop).await }).await
        };
    }
    let head = dripping!("HTTP/1.1 403 Forbidden\r\nx: ", "x");
    let status = dripping!("HTTP/1.1 ", "4");
    let hints = dripping!("", "HTTP/1.1 103 Early Hints\r\nx: 1\r\n\r\n");
    let body = dripping!("HTTP/1.1 403 x\r\nContent-Length: 900000\r\n\r\n", "x");
    let open = dripping!("HTTP/1.1 403 x\r\n\r\n", "x");
    let chunks = dripping!(
        "HTTP/1.1 403 x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "1\r\nx\r\n"
    );
    let line = dripping!("HTTP/1.1 403 x\r\nTransfer-Encoding: chunked\r\n\r\n", "0");
    let trailers = dripping!(
        "HTTP/1.1 403 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        "a: b\r\n"
    );
    let excess = dripping!("HTTP/1.1 403 x\r\nContent-Length: 1\r\n\r\n.", "x");
    let never_cut = [excess];
    let cut = [body, open, chunks, line, trailers];
    let none = [head, status, hints];
    let all = none.into_iter().chain(cut).chain(never_cut);
    let sent = all.map(|address| async move {
        let started = Instant::now();
        (address, both_ways(address).await, started.elapsed())
    });
    for (address, exchanges, time) in join_all(sent).await {
        assert!(time < Duration::from_millis(1300), "{time:?}");
        for exchange in exchanges {
            if none.contains(&address) {
                assert!(matches!(
                    failure(&exchange),
                    FailureKind::Timeout | FailureKind::Malformed
                ));
            } else {
                let response = exchange.response().unwrap();
                assert_eq!(response.truncated, cut.contains(&address), "{response:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_target_that_never_ends_an_answer_is_silent() {
    let body = rogue(|mut stream, _| async move {
        let head = b"HTTP/1.1 403 x\r\nContent-Length: 9\r\n\r\nx";
        let _ = stream.write_all(head).await;
        std::future::pending::<()>().await;
    })
    .await;
    let limits = Limits {
        time_per_request: Duration::from_millis(100),
        ..limits()
    };
    let client = client(body, limits);
    let mut sent = 0;
    while !client.is_silent() {
        client.send(get("/k")).await;
        sent += 1;
        assert!(sent < 10);
    }
    assert!((3..5).contains(&sent), "{sent}");
}

#[tokio::test]
async fn everybody_waits_as_long_as_retry_after_says() {
    let busy = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    let limits = Limits {
        time_per_request: Duration::from_secs(5),
        ..limits()
    };
    let client = client(says(busy).await, limits);
    client.send(get("/k")).await;
    let started = Instant::now();
    client.send(get("/other")).await;
    assert!(started.elapsed() >= Duration::from_millis(990));
}

/// The base deletes what it needs, so that the second time it is refused. It was the connection that did that, and not the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_base_that_was_carried_out_on_a_kept_connection_that_broke_is_asked_in_another_world() {
    let server = reference(Config::default()).await;
    let desk = Desk::new();
    let broken = Arc::new(AtomicUsize::new(0));
    let breaks = Arc::clone(&broken);
    let address = front(server.address(), move |passing| {
        let is_kept = passing.on_connection > 0;
        let is_base =
            passing.head.starts_with("DELETE /k.txt ") && passing.head.contains("USERKEY");
        match is_kept && is_base && breaks.fetch_add(1, Ordering::SeqCst) == 0 {
            true => Act::ResetAfter,
            false => Act::Pass,
        }
    })
    .await;
    let hook = operator(&desk, server.operator_address(), server.operator_token());
    let profile = desk.profile(address, &Config::default(), &hook);
    let target = Target::ready(&profile).await.unwrap();
    let id = "object-acl-write/object-writable-by-itself-is-closed/private-ram-user-public-read";
    let instances = Ledger::embedded().unwrap().select(&[id.into()]).unwrap();
    let ran = run_all(&target, instances.clone()).await;
    let judged = oss403::judge::judge(&instances[0], ran.record(id));
    assert_eq!(
        judged.verdict(),
        Verdict::Conformant,
        "{:?}",
        judged.judgement.reason
    );
    assert!(
        broken.load(Ordering::SeqCst) > 0,
        "no base came on a kept connection"
    );
}
