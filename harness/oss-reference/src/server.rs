//! Starting, addressing and stopping a server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::checks::validate_faults;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::front::listener::accept;
use crate::front::operator::OperatorService;
use crate::front::{Front, Peer};
use crate::world::World;

/// The reference server.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Whether a server can be started with `config`.
    ///
    /// # Errors
    /// The first defect, in words.
    pub fn validate(config: &Config) -> Result<(), ConfigError> {
        config.validate()?;
        validate_faults(&config.faults)
    }

    /// Listens on `listen`, and on a free loopback port for the operator; serves on tasks of the calling runtime.
    ///
    /// # Errors
    /// When an address cannot be bound, the configuration contradicts itself, or the system has no randomness to give.
    pub async fn start(config: Config, listen: SocketAddr) -> io::Result<Running> {
        Self::validate(&config)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let listener = TcpListener::bind(listen).await?;
        let operator_listener =
            TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let (address, operator_address) = (listener.local_addr()?, operator_listener.local_addr()?);
        let clock = Clock::default();
        let operator_token = match &config.operator_token {
            Some(token) => token.clone(),
            None => random_token()?,
        };
        let world = World::seeded(&config, clock.now());
        let config = Arc::new(config);
        let front = Arc::new(Front::new(world, Arc::clone(&config), clock.clone())?);
        let connections = config.limits.connections;
        let (stop, stopping) = watch::channel(false);
        let operator = Arc::new(OperatorService::new(
            Arc::clone(&front),
            operator_token.clone(),
            stopping.clone(),
        ));
        let shared = Arc::clone(&front);
        let requests = tokio::spawn(accept(
            listener,
            connections,
            vec![stopping.clone()],
            move |stream, peer: SocketAddr| {
                let peer = Peer {
                    address: peer.ip().to_canonical(),
                    vpc_endpoint: None,
                };
                Arc::clone(&front).serve(stream, peer)
            },
        ));
        let commands = tokio::spawn(accept(
            operator_listener,
            connections,
            vec![stopping],
            move |stream, peer| Arc::clone(&operator).serve(stream, peer),
        ));
        Ok(Running {
            front: shared,
            config,
            clock,
            address,
            operator_address,
            operator_token,
            stop,
            tasks: [requests, commands],
        })
    }
}

/// A server at work; dropping it stops it.
pub struct Running {
    front: Arc<Front>,
    config: Arc<Config>,
    clock: Clock,
    address: SocketAddr,
    operator_address: SocketAddr,
    operator_token: String,
    stop: watch::Sender<bool>,
    tasks: [JoinHandle<()>; 2],
}

impl Running {
    /// Where OSS requests go.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where operator commands go: `POST /` with the token.
    pub fn operator_address(&self) -> SocketAddr {
        self.operator_address
    }

    /// The bearer token of the operator.
    pub fn operator_token(&self) -> &str {
        &self.operator_token
    }

    /// The configuration it runs under.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The clock that every rule about time reads.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Names of the buckets that exist, of all accounts.
    pub fn buckets(&self) -> Vec<String> {
        self.front.world.read().buckets.keys().cloned().collect()
    }

    /// Bytes of `limits.total-bytes` that are taken.
    pub fn memory_taken(&self) -> u64 {
        self.front.memory.taken()
    }

    /// Everything that exists, in words, sorted: two servers with the same have the same things in the same states.
    pub fn inventory(&self) -> Vec<String> {
        let world = self.front.world.read();
        let mut things: Vec<String> = Vec::new();
        for (uid, account) in &world.accounts {
            things.push(format!(
                "account {uid}: {:?}, KMS {:?}, {} regions and {} operations without STS",
                account.status,
                account.kms,
                account.regions_without_sts.len(),
                account.operations_without_sts.len()
            ));
            things.extend(account.users.keys().map(|user| format!("user {user}")));
            things.extend(account.roles.keys().map(|role| format!("role {role}")));
        }
        for (id, key) in &world.keys {
            let (enabled, networks) = (key.enabled, &key.allowed_networks);
            things.push(format!("key {id}: {enabled}, {networks:?}"));
        }
        for (name, bucket) in &world.buckets {
            things.push(format!("bucket {name}: {} objects", bucket.objects.len()));
        }
        let sessions = world.sessions.values();
        things.extend(sessions.map(|session| format!("session {}", session.access_key_id)));
        things.extend(
            world
                .cnames
                .keys()
                .map(|domain| format!("binding {domain}")),
        );
        things.extend(
            world
                .domain_proofs
                .iter()
                .map(|(domain, account)| format!("proof of {domain} by {account}")),
        );
        things.extend(
            world
                .risky_domains
                .iter()
                .map(|domain| format!("risk {domain}")),
        );
        things.extend(
            world
                .vpc_endpoints
                .keys()
                .map(|id| format!("endpoint {id}")),
        );
        things.sort();
        things
    }

    /// Stops, and waits until both listeners are closed and their connections have ended.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        for task in &mut self.tasks {
            // A task that was cancelled with its runtime has stopped as well.
            let _ = task.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("address", &self.address)
            .field("operator_address", &self.operator_address)
            .finish_non_exhaustive()
    }
}

/// 64 hex digits that nobody can guess.
fn random_token() -> io::Result<String> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    Ok(oss_auth::hex(&random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_64_digits_and_differ() {
        let [first, second] = [(); 2].map(|()| random_token().unwrap());
        assert_ne!(first, second);
        assert_eq!(first.len(), 64);
        assert!(first.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
