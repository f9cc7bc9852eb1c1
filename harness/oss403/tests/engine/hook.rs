//! Operator hooks on networks that behave like networks do: what may be repeated is, and nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use oss403::target::operator::{Operator, OperatorError};
use oss403::wire::identity::Secret;
use oss403::wire::tls::Tls;
use oss403_operator::{Command, Create, Remove, Set};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn hook(address: SocketAddr, time: Duration) -> Operator {
    let url = format!("http://{address}/").parse().unwrap();
    Operator::http(url, Secret::new("token"), &Tls::default(), time).unwrap()
}

const DONE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 62\r\n\r\n{\"uid\":\"7\",\"access_key_id\":\"k\",\"access_key_secret\":\"ssssssss\"}";
const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

/// A hook that answers its commands in turn with these bytes, the last ones again and again, on connections that it closes after each
/// answer without saying so. No bytes: it closes without an answer. Also how many commands it has read.
async fn closing(answers: &'static [&'static str]) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let read = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut seen = Vec::new();
            while !seen.ends_with(b"}") {
                if !matches!(stream.read_buf(&mut seen).await, Ok(1..)) {
                    break;
                }
            }
            if seen.ends_with(b"}") {
                let number = read.fetch_add(1, Ordering::SeqCst);
                let answer = answers[number.min(answers.len() - 1)];
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    });
    (address, count)
}

const TIME: Duration = Duration::from_secs(20);

fn removes() -> Command {
    let remove = r#"{ "remove": "session", "access_key_id": "STS.k" }"#;
    let remove: Remove = serde_json::from_str(remove).unwrap();
    Command::Remove(remove)
}

fn sets() -> Command {
    let set = r#"{ "set": "account-status", "account": "7", "value": "active" }"#;
    let set: Set = serde_json::from_str(set).unwrap();
    Command::Set(set)
}

#[tokio::test]
async fn a_command_is_repeated_when_that_is_safe() {
    let create = || Command::Create(Create::Account {});
    let bad_gateway = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
    let error = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";
    let refused: &'static str = "HTTP/1.1 503 Busy\r\nContent-Length: 39\r\n\r\n{\"error\":{\"code\":\"c\",\"message\":\"none\"}}";
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 62\r\n\r\n{\"uid\"";
    for (command, first, times) in [
        (sets as fn() -> Command, "", 2),
        (removes, "", 2),
        (create, "", 1),
        (sets, half, 2),
        (create, half, 1),
        (sets, bad_gateway, 2),
        (create, bad_gateway, 1),
        (sets, BUSY, 2),
        // 503 says that nothing was done.
        (create, BUSY, 2),
        (sets, error, 1),
        // An answer, whatever its status.
        (sets, refused, 1),
    ] {
        let answers: &'static [&'static str] = Vec::leak(vec![first, DONE]);
        let (address, read) = closing(answers).await;
        let done = hook(address, TIME).perform(&command()).await;
        let case = format!("{:?} {first:?}: {done:?}", command());
        assert_eq!(done.is_ok(), times == 2, "{case}");
        assert_eq!(read.load(Ordering::SeqCst), times, "{case}");
    }
}

#[tokio::test]
async fn a_hook_that_closes_connections_unannounced_is_no_failure() {
    let (address, read) = closing(&[DONE]).await;
    let hook = hook(address, TIME);
    for _ in 0..20 {
        hook.perform(&sets()).await.unwrap();
        hook.credential(Create::Account {}).await.unwrap();
        hook.perform(&removes()).await.unwrap();
    }
    assert_eq!(read.load(Ordering::SeqCst), 60);
}

#[tokio::test]
async fn a_hook_that_is_not_there_yet_is_waited_for() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let hook = hook(address, TIME);
    let come = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let listener = TcpListener::bind(address).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(DONE.as_bytes()).await;
    };
    let (made, ()) = tokio::join!(hook.credential(Create::Account {}), come);
    assert_eq!(made.unwrap().uid, "7");
}

#[tokio::test]
async fn a_hook_has_only_so_much_time_and_so_many_attempts() {
    let patience = "HTTP/1.1 503 Busy\r\nRetry-After: 100\r\nContent-Length: 0\r\n\r\n";
    let (address, read) = closing(Vec::leak(vec![patience])).await;
    let started = Instant::now();
    let error = hook(address, Duration::from_millis(500))
        .perform(&sets())
        .await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("within 500ms"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(read.load(Ordering::SeqCst), 1);

    let (address, read) = closing(&[BUSY]).await;
    let error = hook(address, TIME).perform(&sets()).await.unwrap_err();
    assert!(
        matches!(&error, OperatorError::Unreachable { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("503"), "{error}");
    assert_eq!(read.load(Ordering::SeqCst), 6);
}
