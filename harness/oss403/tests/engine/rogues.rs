//! Servers that do whatever they like with a connection, and clients for them.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use oss403::wire::address::{Address, Addresses, Scheme};
use oss403::wire::client::{Client, Outgoing};
use oss403::wire::exchange::{Exchange, FailureKind, Outcome};
use oss403::wire::limits::Limits;
use oss403::wire::tls::Tls;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server that reads the head of a request and then does whatever it likes with the connection.
pub(crate) async fn rogue<F, A>(act: F) -> SocketAddr
where
    F: Fn(TcpStream, String) -> A + Copy + Send + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read_u8().await {
                        Ok(byte) => head.push(byte),
                        Err(_) => return,
                    }
                }
                act(stream, String::from_utf8(head).unwrap()).await;
            });
        }
    });
    address
}

pub(crate) fn client(address: SocketAddr, limits: Limits) -> Client {
    let endpoint = Address {
        host: address.ip().to_string(),
        port: address.port(),
    };
    let addresses = Addresses {
        scheme: Scheme::Http,
        endpoint,
        overrides: Vec::new(),
    };
    Client::new(addresses, limits, &Tls::default()).unwrap()
}

pub(crate) fn limits() -> Limits {
    Limits {
        time_per_request: Duration::from_secs(1),
        body_bytes: 64 * 1024,
        ..Limits::default()
    }
}

pub(crate) fn get(target: &str) -> Outgoing {
    Outgoing {
        method: "GET".into(),
        host: "b.oss-cn-hangzhou.aliyuncs.test".into(),
        address: None,
        target: target.into(),
        headers: Vec::new(),
        body: Default::default(),
        fresh: false,
    }
}

/// Sends a request that others may follow on its connection, and one that must have its own.
pub(crate) async fn both_ways(address: SocketAddr) -> [Exchange; 2] {
    let client = client(address, limits());
    let (ordinary, odd) = tokio::join!(client.send(get("/k")), client.send(get("/k#f")));
    [ordinary, odd]
}

pub(crate) fn failure(exchange: &Exchange) -> FailureKind {
    match &exchange.outcome {
        Outcome::Failed(failure) => failure.kind,
        Outcome::Answered(response) => panic!("{} {:?}", response.status, response.headers),
    }
}

/// A server that sends these bytes and closes.
pub(crate) async fn says(answer: &'static str) -> SocketAddr {
    rogue(move |mut stream, _| async move {
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await
}
