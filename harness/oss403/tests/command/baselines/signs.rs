//! A server that says itself what stands for a name in a baseline.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{TERMS, day};
use crate::support::{Desk, reference};

/// What the server says in place of the beginning of a message, of the same length.
const SAYS: [&str; 3] = ["Wait…", "Waiting", "Wait123"];
const OF_THE_SERVICE: &str = "You are";

/// Stands before a server and changes a word of what it says; which, can be said later.
async fn stand_before(server: SocketAddr, says: Arc<AtomicUsize>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let says = Arc::clone(&says);
            tokio::spawn(async move {
                let server = TcpStream::connect(server).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let there = async {
                    let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
                    let _ = to_server.shutdown().await;
                };
                let back = async {
                    let mut piece = vec![0; 64 << 10];
                    while let Ok(length @ 1..) = from_server.read(&mut piece).await {
                        let piece = &mut piece[..length];
                        let length = OF_THE_SERVICE.len();
                        let mut words = piece.windows(length);
                        if let Some(at) = words.position(|word| word == OF_THE_SERVICE.as_bytes()) {
                            let word = SAYS[says.load(Ordering::SeqCst)].as_bytes();
                            piece[at..at + length].copy_from_slice(word);
                        }
                        let _ = to_client.write_all(piece).await;
                    }
                    let _ = to_client.shutdown().await;
                };
                tokio::join!(there, back);
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_of_the_servers_own_is_known_again_and_stands_for_nothing() {
    let desk = Desk::new();
    let server = reference().await;
    let says = Arc::new(AtomicUsize::new(0));
    let front = stand_before(server.address(), Arc::clone(&says)).await;
    let profile = desk.profile(front, "").display().to_string();
    let night = |more: &str| {
        desk.run(&format!(
            "run referer-denied/wildcard-forms/two-stars --target {profile} {more}"
        ))
    };
    let first = night("--report json=night.json");
    assert_eq!(first.code, Some(1), "{first:?}");
    let recorded = desk.run(&format!(
        "baseline update known.yaml --from night.json {TERMS} {}",
        day(90)
    ));
    assert_eq!(recorded.code, Some(0), "{recorded:?}");
    let text = desk.read("known.yaml");
    assert!(
        text.contains(r#"message: "Wait\\… denied by bucket referer policy.""#),
        "{text}"
    );
    assert_eq!(
        desk.run(&format!("baseline check known.yaml --target {profile}"))
            .code,
        Some(0)
    );
    let codes = |name: &str| {
        [0, 1, 2].map(|word| {
            says.store(word, Ordering::SeqCst);
            night(&format!("--baseline {name}")).code
        })
    };
    assert_eq!(codes("known.yaml"), [Some(0), Some(1), Some(1)]);
    // Written by hand it stands for all of them.
    desk.write("hand.yaml", &text.replace(r"Wait\\…", "Wait…"));
    assert_eq!(codes("hand.yaml"), [Some(0), Some(0), Some(0)]);
}
