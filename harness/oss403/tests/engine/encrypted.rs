//! Targets that speak TLS: the name in the certificate is the Host, and the connection still goes to the profile's address.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use oss403::wire::address::{Address, Addresses, Scheme};
use oss403::wire::client::{Client, Outgoing};
use oss403::wire::exchange::{FailureKind, Outcome};
use oss403::wire::limits::Limits;
use oss403::wire::tls::Tls;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/engine/tls")
        .join(name)
}

/// A server with a certificate for `*.oss-cn-hangzhou.aliyuncs.test` that answers with the name it was asked for in the handshake
/// and the head of the request.
async fn server() -> SocketAddr {
    let chain = CertificateDer::pem_file_iter(file("server.pem"))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let name = stream.get_ref().1.server_name().unwrap_or("?").to_owned();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else {
                        return;
                    };
                    head.push(byte);
                }
                let body = format!("{name}\n{}", String::from_utf8(head).unwrap());
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    address
}

fn client(address: SocketAddr, ca: &str) -> Client {
    let endpoint = Address {
        host: address.ip().to_string(),
        port: address.port(),
    };
    let addresses = Addresses {
        scheme: Scheme::Https,
        endpoint,
        overrides: Vec::new(),
    };
    Client::new(
        addresses,
        Limits::default(),
        &Tls {
            ca_file: Some(file(ca)),
        },
    )
    .unwrap()
}

fn get(host: &str, target: &str) -> Outgoing {
    Outgoing {
        method: "GET".into(),
        host: host.into(),
        address: None,
        target: target.into(),
        headers: Vec::new(),
        body: Default::default(),
        fresh: false,
    }
}

#[tokio::test]
async fn the_name_is_that_of_the_host_and_the_address_that_of_the_profile() {
    let address = server().await;
    let client = client(address, "ca.pem");
    for host in [
        "oss-cn-hangzhou.aliyuncs.test",
        "b1.oss-cn-hangzhou.aliyuncs.test",
    ] {
        for target in ["/k?acl", "/../k"] {
            let exchange = client.send(get(host, target)).await;
            let response = exchange
                .response()
                .unwrap_or_else(|| panic!("{exchange:?}"));
            let body = String::from_utf8(response.body.clone()).unwrap();
            assert!(
                body.starts_with(&format!("{host}\nGET {target} HTTP/1.1\r\n")),
                "{body}"
            );
            assert!(
                body.to_lowercase()
                    .contains(&format!("\r\nhost: {host}\r\n")),
                "{body}"
            );
            assert_eq!(exchange.request.address, address.to_string());
            assert_eq!(exchange.request.scheme, "https");
        }
    }
}

#[tokio::test]
async fn certificates_for_other_names_or_of_other_authorities_are_not_trusted() {
    let address = server().await;
    for (host, ca) in [
        ("b1.oss-cn-shanghai.aliyuncs.test", "ca.pem"),
        ("evil.example", "ca.pem"),
        // The server's own certificate is no authority.
        ("b1.oss-cn-hangzhou.aliyuncs.test", "server.pem"),
    ] {
        let client = client(address, ca);
        for target in ["/k", "/../k"] {
            let exchange = client.send(get(host, target)).await;
            let Outcome::Failed(failure) = &exchange.outcome else {
                panic!("{host}: {exchange:?}")
            };
            assert_eq!(failure.kind, FailureKind::Connect, "{host}: {failure:?}");
            assert!(
                failure.detail.to_lowercase().contains("certificate"),
                "{host}: {failure:?}"
            );
        }
    }
}

#[test]
fn a_file_without_certificates_is_an_error() {
    let endpoint = Address {
        host: "127.0.0.1".into(),
        port: 1,
    };
    for name in ["no-such-file.pem", "server.key"] {
        let addresses = Addresses {
            scheme: Scheme::Https,
            endpoint: endpoint.clone(),
            overrides: Vec::new(),
        };
        let tls = Tls {
            ca_file: Some(file(name)),
        };
        let error = Client::new(addresses, Limits::default(), &tls)
            .unwrap_err()
            .to_string();
        assert!(error.contains(name), "{error}");
    }
}
