//! Ctrl-C in the middle of a run: results so far are written, everything that was made is removed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::support::{Desk, reference};

/// Stands before a server and lets the pieces of requests pass that `passes` says; after another, nothing more on its connection.
async fn front(
    server: SocketAddr,
    passes: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let passes = Arc::new(passes);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let passes = Arc::clone(&passes);
            tokio::spawn(async move {
                let server = TcpStream::connect(server).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                tokio::spawn(async move {
                    let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
                });
                let mut piece = vec![0; 64 << 10];
                while let Ok(length @ 1..) = from_client.read(&mut piece).await {
                    if !passes(&piece[..length]) {
                        return std::future::pending().await;
                    }
                    if to_server.write_all(&piece[..length]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    address
}

/// The same, with a permit for every piece.
async fn counted(server: SocketAddr) -> (SocketAddr, Arc<Semaphore>) {
    let passed = Arc::new(Semaphore::new(0));
    let count = Arc::clone(&passed);
    let address = front(server, move |_| {
        count.add_permits(1);
        true
    });
    (address.await, passed)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_exits_130_reports_and_leaves_nothing_behind() {
    let desk = Desk::new();
    let server = reference().await;
    let (address, passed) = counted(server.address()).await;
    // Slow enough that the run cannot be over when the signal comes.
    let profile = desk.profile_of(address, &server, "limits: { requests-per-second: 60 }");
    let line = format!(
        "run --target {} --report json=a.json --report junit=a.xml",
        profile.display()
    );
    let child = desk
        .command(&line)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    passed.acquire_many(80).await.unwrap().forget();
    let id = child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = tokio::task::spawn_blocking(move || child.wait_with_output())
        .await
        .unwrap()
        .unwrap();

    let (out, err) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(130), "{out}{err}");
    assert!(err.contains("stopping"), "{err}");
    assert!(out.contains("interrupted"), "{out}");
    let summary = desk.json("a.json")["summary"].clone();
    assert_eq!(summary["interrupted"], true);
    assert!(
        summary["instances"]["unfinished"].as_u64().unwrap() > 0,
        "{summary}"
    );
    assert_eq!(summary["level"], serde_json::Value::Null);
    assert!(desk.read("a.xml").ends_with("</testsuites>\n"));
    assert_eq!(server.buckets(), Vec::<String>::new());
}

/// Stands before a server and keeps every DELETE to itself; adds a permit for each.
async fn without_deletion(server: SocketAddr) -> (SocketAddr, Arc<Semaphore>) {
    let kept = Arc::new(Semaphore::new(0));
    let count = Arc::clone(&kept);
    let address = front(server, move |piece| {
        let keeps = piece.starts_with(b"DELETE ");
        count.add_permits(usize::from(keeps));
        !keeps
    });
    (address.await, kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_leaves_at_once_and_says_what_stays() {
    let desk = Desk::new();
    let server = reference().await;
    let (address, kept) = without_deletion(server.address()).await;
    let profile = desk.profile_of(address, &server, "");
    let mut child = desk
        .command(&format!("run bucket-acl --target {}", profile.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id().to_string();
    let signal = move |name: &str| {
        let sent = std::process::Command::new("kill")
            .args([name, &id])
            .status();
        assert!(sent.unwrap().success());
    };
    // There is a bucket now, and none will go.
    kept.acquire().await.unwrap().forget();
    let ended = tokio::task::spawn_blocking(move || {
        signal("-INT");
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut err = String::new();
        while !err.contains("stopping") {
            assert!(said.read_line(&mut err).unwrap() > 0, "{err}");
        }
        // The second one is another, so that the two cannot be taken for one.
        signal("-TERM");
        said.read_to_string(&mut err).unwrap();
        (child.wait().unwrap(), err)
    });
    let (status, err) = ended.await.unwrap();
    assert_eq!(status.code(), Some(130), "{err}");
    let left = server.buckets();
    assert!(!left.is_empty(), "{err}");
    for bucket in left {
        assert!(
            err.contains(&format!("bucket {bucket} in ")),
            "{bucket}: {err}"
        );
    }
    assert!(err.contains("journal-"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_has_only_so_much_time() {
    let desk = Desk::new();
    let server = reference().await;
    let profile = desk.profile_of(
        server.address(),
        &server,
        "limits: { requests-per-second: 60 }",
    );
    let line = format!(
        "run --time 1s --target {} --report json=a.json",
        profile.display()
    );
    let desk = Arc::new(desk);
    let ran = tokio::task::spawn_blocking({
        let desk = Arc::clone(&desk);
        move || desk.run(&line)
    });
    let ran = ran.await.unwrap();
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.out.contains("time ran out"), "{}", ran.out);
    assert_eq!(desk.json("a.json")["summary"]["time_ran_out"], true);
    assert_eq!(server.buckets(), Vec::<String>::new());
}
