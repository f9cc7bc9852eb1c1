//! The operator's service, and the listeners of VPC endpoints.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::client::Wire;

/// Waits until the server cuts a connection; far less time than it gives to one that is merely silent.
async fn ends(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let read = stream.read_to_end(&mut rest);
    let _ = tokio::time::timeout(Duration::from_secs(3), read)
        .await
        .expect("the connection is cut");
}

#[tokio::test]
async fn only_the_operator_gets_in() {
    let wire = Wire::start().await;
    let right = format!("Bearer {}", wire.running.operator_token());
    let command = br#"{"create":"account"}"#;
    let refused = async |headers: &[(&str, &str)], body: &[u8], status: u16, code: &str| {
        let reply = wire.operator_raw("POST", headers, body).await;
        assert_eq!(reply.status, status, "{}", reply.text());
        let answer: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(answer["error"]["code"], code);
        assert!(answer["error"]["message"].is_string());
    };
    refused(&[], command, 401, "unauthorized").await;
    refused(
        &[("authorization", "Bearer wrong")],
        command,
        401,
        "unauthorized",
    )
    .await;
    refused(
        &[("authorization", &right[..right.len() - 1])],
        command,
        401,
        "unauthorized",
    )
    .await;
    refused(
        &[("authorization", &right), ("origin", "http://a.com")],
        command,
        403,
        "browser",
    )
    .await;
    refused(&[("authorization", &right)], b"{", 400, "invalid-command").await;
    refused(
        &[("authorization", &right)],
        br#"{"create":"moon"}"#,
        400,
        "invalid-command",
    )
    .await;
    refused(
        &[("authorization", &right)],
        br#"{"create":"account","set":"x"}"#,
        400,
        "invalid-command",
    )
    .await;
    refused(
        &[("authorization", &right)],
        &vec![b' '; 64 * 1024 + 1],
        400,
        "invalid-command",
    )
    .await;
    assert_eq!(
        wire.operator_raw("GET", &[("authorization", &right)], b"")
            .await
            .status,
        404
    );
    let made = wire.operate(json!({ "create": "account" })).await;
    assert!(made["access_key_id"].is_string() && made["access_key_secret"].is_string());
}

#[tokio::test]
async fn tokens_differ_and_may_be_chosen() {
    let (one, two) = (Wire::start().await, Wire::start().await);
    assert_ne!(one.running.operator_token(), two.running.operator_token());
    assert_eq!(one.running.operator_token().len(), 64);
    let config = oss_reference::Config {
        operator_token: Some("chosen".into()),
        ..Default::default()
    };
    assert_eq!(
        Wire::start_with(config).await.running.operator_token(),
        "chosen"
    );
    assert!(!format!("{:?}", one.running).contains(one.running.operator_token()));
}

#[tokio::test]
async fn an_endpoint_has_a_listener_as_long_as_it_lives() {
    let wire = Wire::with_bucket().await;
    wire.put("/bkt/k", "x").await.is(200);
    let nothing = json!({ "Version": "1", "Statement": [] });
    let made = wire
        .operate(
            json!({ "create": "vpc-endpoint", "account": "1000000000000001", "policy": nothing }),
        )
        .await;
    let address: SocketAddr = made["address"].as_str().unwrap().parse().unwrap();
    assert!(address.ip().is_loopback());
    let denied = wire
        .ask("GET", "/bkt/k")
        .to(address)
        .send()
        .await
        .refused(403, "AccessDenied");
    assert!(
        denied
            .at("Message")
            .starts_with("Access denied by VPC endpoint policy")
    );
    wire.get("/bkt/k").await.is(200);
    wire.operate(
        json!({ "set": "vpc-endpoint-policy", "endpoint": made["endpoint"], "value": null }),
    )
    .await;
    wire.ask("GET", "/bkt/k").to(address).send().await.is(200);

    let mut open = TcpStream::connect(address).await.unwrap();
    wire.operate(json!({ "remove": "vpc-endpoint", "endpoint": made["endpoint"] }))
        .await;
    // The open connection is cut, which shows that the listener's task is over.
    ends(&mut open).await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn stopping_closes_everything() {
    let wire = Wire::with_bucket().await;
    let made = wire
        .operate(json!({ "create": "vpc-endpoint", "account": "1000000000000001" }))
        .await;
    let endpoint: SocketAddr = made["address"].as_str().unwrap().parse().unwrap();
    let addresses = [
        wire.running.address(),
        wire.running.operator_address(),
        endpoint,
    ];
    let mut idle = TcpStream::connect(endpoint).await.unwrap();
    wire.running.stop().await;
    ends(&mut idle).await;
    for address in addresses {
        assert!(TcpStream::connect(address).await.is_err(), "{address}");
    }
}
