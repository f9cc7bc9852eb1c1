//! Connections to a target: how they are made, and those that wait for another request.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::pki_types::ServerName;
use tokio::time::{Instant as Deadline, timeout_at};
use tokio_rustls::TlsConnector;
use tower_service::Service as _;

use super::address::Address;
use super::exchange::{Failure, FailureKind};
use super::raw::Connection;

/// The longest time for a connection: more than two lost packets, and less than anybody's patience.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// So many may wait for another request, by the way they lead. Each request that needs a new connection leaves one more.
const MOST_WAITING: usize = 32;

/// Where a connection leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'w> {
    /// `host:port`.
    pub(super) address: &'w str,
    /// Who is asked for there: the name in the certificate.
    pub(super) host: &'w str,
}

/// The connections of a client.
pub(super) struct Connections {
    tcp: HttpConnector,
    tls: Option<TlsConnector>,
    /// By the way they lead, the one that has waited longest first.
    waiting: Mutex<HashMap<String, VecDeque<(Instant, Connection)>>>,
    /// How long a connection may wait.
    patience: Duration,
}

impl Connections {
    pub(super) fn new(tls: Option<TlsConnector>, patience: Duration) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        Self {
            tcp,
            tls,
            waiting: Mutex::default(),
            patience,
        }
    }

    /// The connection that was used last, if it is still of use.
    pub(super) fn waiting(&self, way: Way<'_>) -> Option<Connection> {
        let mut waiting = self.waiting.lock().expect("nobody panics with this lock");
        let waiting = waiting.get_mut(&*self.key(way))?;
        while let Some((since, mut connection)) = waiting.pop_back() {
            if since.elapsed() < self.patience && connection.is_quiet() {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection for the next request, and closes those that nobody has needed for long, and what is too many.
    pub(super) fn keep(&self, way: Way<'_>, connection: Connection) {
        let mut waiting = self.waiting.lock().expect("nobody panics with this lock");
        let waiting = waiting.entry(self.key(way).into_owned()).or_default();
        waiting.push_back((Instant::now(), connection));
        while waiting.len() > MOST_WAITING
            || waiting
                .front()
                .is_some_and(|(since, _)| since.elapsed() >= self.patience)
        {
            waiting.pop_front();
        }
    }

    /// Which connections are as good as each other: with TLS, only those for one name.
    fn key<'w>(&self, way: Way<'w>) -> Cow<'w, str> {
        match self.tls {
            None => way.address.into(),
            Some(_) => format!("{}/{}", way.host, way.address).into(),
        }
    }

    /// Makes a connection.
    pub(super) async fn open(
        &self,
        way: Way<'_>,
        deadline: Deadline,
    ) -> Result<Connection, Failure> {
        let failed = |detail: String| Failure {
            kind: FailureKind::Connect,
            detail,
        };
        let address = Address::parse(way.address, None).map_err(failed)?;
        let uri = Uri::try_from(format!("http://{address}"));
        let uri = uri.map_err(|error| failed(error.to_string()))?;
        let by = deadline.min(Deadline::now() + CONNECT_TIME);
        let stream = match timeout_at(by, self.tcp.clone().call(uri)).await {
            Ok(Ok(stream)) => stream.into_inner(),
            Ok(Err(error)) => return Err(failed(chain(&error))),
            Err(_) => return Err(failed("no connection in time".into())),
        };
        let Some(tls) = &self.tls else {
            return Ok(Connection::new(stream));
        };
        let name = ServerName::try_from(way.host.to_owned());
        let name = name.map_err(|error| failed(error.to_string()))?;
        match timeout_at(deadline, tls.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(Connection::new(stream)),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(Failure {
                kind: FailureKind::Timeout,
                detail: "no TLS handshake in time".into(),
            }),
        }
    }
}

/// An error with its causes.
fn chain(error: &dyn Error) -> String {
    let mut causes = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes.dedup();
    causes.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_tls_connections_are_as_good_as_each_other_that_lead_to_the_same_address() {
        let plain = Connections::new(None, Duration::ZERO);
        let key = |address, host| plain.key(Way { address, host }).into_owned();
        assert_eq!(key("a:80", "x"), key("a:80", "y"));
        assert_ne!(key("a:80", "x"), key("b:80", "x"));
    }

    #[tokio::test]
    async fn of_many_connections_the_last_wait_and_the_others_are_closed() {
        use tokio::io::AsyncReadExt as _;
        let way = Way {
            address: "a:80",
            host: "x",
        };
        let plain = Connections::new(None, Duration::from_secs(60));
        let mut servers = Vec::new();
        for _ in 0..3 * MOST_WAITING {
            let (client, server) = tokio::io::duplex(64);
            servers.push(server);
            plain.keep(way, Connection::new(client));
        }
        let (closed, open) = servers.split_at_mut(2 * MOST_WAITING);
        for server in closed {
            let mut byte = [0; 1];
            let end = tokio::time::timeout(Duration::from_secs(5), server.read(&mut byte)).await;
            assert_eq!(end.expect("it is closed").unwrap(), 0);
        }
        for server in open {
            let nothing = tokio::time::timeout(Duration::ZERO, server.read(&mut [0; 1])).await;
            assert!(nothing.is_err());
        }
        let waiting = std::iter::from_fn(|| plain.waiting(way));
        assert_eq!(waiting.count(), MOST_WAITING);
    }

    #[test]
    fn an_error_is_told_with_its_causes_each_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("{0}")]
        struct Failed(&'static str, #[source] Option<Box<Failed>>);
        let cause = |text, of| Some(Box::new(Failed(text, of)));
        let error = Failed("a", cause("a", cause("b", cause("c", None))));
        assert_eq!(chain(&error), "a: b: c");
        assert_eq!(chain(&Failed("a", None)), "a");
    }
}
