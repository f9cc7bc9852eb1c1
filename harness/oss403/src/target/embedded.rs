//! The reference server inside this process, over real TCP on a free loopback port.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use oss_reference::config::Config;
use oss_reference::server::{Running, Server};

use super::operator::Operator;
use super::ready::TargetError;
use crate::wire::address::{Address, Addresses, Scheme};
use crate::wire::identity::{Identity, Secret};
use crate::wire::scene::{Addressing, Names};
use crate::wire::tls::Tls;

/// A server at work and everything needed to be its client.
pub(super) struct Embedded {
    pub(super) server: Running,
    pub(super) addresses: Addresses,
    pub(super) names: Names,
    pub(super) identities: BTreeMap<String, Arc<Identity>>,
    pub(super) operator: Operator,
}

/// How long the operator may take.
const OPERATOR_TIME: Duration = Duration::from_secs(30);

/// Starts the server on tasks of the calling runtime.
pub(super) async fn start(config: Config) -> Result<Embedded, TargetError> {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Server::start(config, listen)
        .await
        .map_err(|error| TargetError::Embedded(error.to_string()))?;
    let (address, operator) = (server.address(), server.operator_address());
    seen_from(server, address, operator, OPERATOR_TIME)
}

/// The server as a client sees it that reaches it and its operator at these addresses.
pub(super) fn seen_from(
    server: Running,
    address: SocketAddr,
    operator: SocketAddr,
    operator_time: Duration,
) -> Result<Embedded, TargetError> {
    let failed = |error: &dyn std::fmt::Display| TargetError::Embedded(error.to_string());
    let config = server.config();
    let mut regions = config.regions.iter().cloned();
    let (home, away) = (regions.next().unwrap_or_default(), regions.next());
    let suffix = config.suffix.clone();
    let identities = config
        .identities
        .0
        .iter()
        .map(|(name, known)| {
            let token = known.security_token.clone().map(Secret::new);
            let secret = Secret::new(known.access_key_secret.clone());
            let identity = Identity::new(known.access_key_id.clone(), secret, token)
                .with_uids(Some(known.account.clone()), known.user.clone());
            (name.clone(), Arc::new(identity))
        })
        .collect();
    let url = format!("http://{operator}/");
    let url = url.parse().map_err(|error| failed(&error))?;
    let token = Secret::new(server.operator_token());
    let operator = Operator::http(url, token, &Tls::default(), operator_time)
        .map_err(|error| failed(&error))?;
    let endpoint = Address {
        host: address.ip().to_string(),
        port: address.port(),
    };
    Ok(Embedded {
        names: Names {
            home,
            away,
            suffix,
            address: endpoint.to_string(),
            addressing: Addressing::default(),
        },
        addresses: Addresses {
            scheme: Scheme::Http,
            endpoint,
            overrides: Vec::new(),
        },
        server,
        identities,
        operator,
    })
}
