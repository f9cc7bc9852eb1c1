//! Sending requests and recording what comes back. Nothing is followed, decoded or believed.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::SemaphorePermit;
use tokio::time::Instant as Deadline;

use super::address::{Addresses, Scheme, host_name};
use super::connections::{Connections, Way};
use super::disguise;
use super::exchange::{Exchange, Failure, FailureKind, Outcome, Response, SentRequest};
use super::form;
use super::limits::{Gate, Limits, Silence};
use super::raw::Request;
use super::scene::BucketIn;
use super::sign::{Signed, SignedBody};
use super::tls::{Tls, TlsError};
use oss403_case::model::Disguise;

/// A client of one target. Requests go to its addresses and nowhere else.
pub struct Client {
    addresses: Addresses,
    limits: Limits,
    gate: Gate,
    connections: Connections,
    sent: AtomicU64,
    silence: Silence,
    /// Every request since somebody asked for it, in the order of their answers.
    tape: OnceLock<Mutex<Vec<SentRequest>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

/// A request with nothing left to decide.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub method: String,
    /// The Host header.
    pub host: String,
    /// Another address than the host's own; only a target's operator can name one.
    pub address: Option<String>,
    /// Path and query, byte by byte.
    pub target: String,
    /// Headers but Host.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Whether it must not go on a connection that was used before. A server may close a connection that waits at any time, so a request
    /// that meets the end of one is sent again on a new one: it has to be one that comes to the same the second time.
    pub fresh: bool,
}

impl Outgoing {
    /// Writes a signed request out. Unless who knows more of it says so, only what reads goes on a connection that was used before.
    pub fn new(signed: Signed) -> Self {
        let target = signed.target();
        let Signed {
            method,
            host,
            address,
            mut headers,
            body,
            ..
        } = signed;
        let body = match body {
            SignedBody::Bytes(bytes) => bytes,
            SignedBody::Form { fields, file } => {
                let (body, content_type) = form::encode(&fields, &file);
                if !has(&headers, "content-type") {
                    headers.push(("Content-Type".into(), content_type));
                }
                body.into()
            }
        };
        if !has(&headers, "user-agent") {
            headers.push(("User-Agent".into(), USER_AGENT.into()));
        }
        if !has(&headers, "accept") {
            headers.push(("Accept".into(), "*/*".into()));
        }
        let fresh = !matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
        Self {
            method,
            host,
            address,
            target,
            headers,
            body,
            fresh,
        }
    }

    /// The same in disguises.
    pub fn disguised(signed: Signed, disguises: &[Disguise], default_port: u16) -> Self {
        // The slash behind a bucket in the path is none of the key's.
        let bucket = signed.bucket.as_deref();
        let before_key = match bucket.filter(|_| signed.bucket_in == BucketIn::Path) {
            Some(bucket) => oss_auth::percent_encode(bucket).len() + 2,
            None => 1,
        };
        let mut outgoing = Self::new(signed);
        disguise::apply(&mut outgoing, disguises, default_port, before_key);
        outgoing
    }

    /// The request as it goes on the wire.
    fn bytes(&self, close: bool) -> Vec<u8> {
        let Self {
            method,
            target,
            host,
            headers,
            body,
            ..
        } = self;
        let lines = headers
            .iter()
            .map(|(name, value)| name.len() + value.len() + 4);
        let head = method.len() + target.len() + host.len() + lines.sum::<usize>();
        let mut bytes = Vec::with_capacity(head + 80 + body.len());
        let mut put = |pieces: &[&str]| {
            for piece in pieces {
                bytes.extend_from_slice(piece.as_bytes());
            }
        };
        put(&[method, " ", target, " HTTP/1.1\r\n"]);
        if !has(headers, "host") {
            put(&["Host: ", host, "\r\n"]);
        }
        for (name, value) in headers {
            put(&[name, ": ", value, "\r\n"]);
        }
        let length_is_told = has(headers, "content-length") || has(headers, "transfer-encoding");
        if needs_length(self) && !length_is_told {
            put(&["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        if close && !has(headers, "connection") {
            put(&["Connection: close\r\n"]);
        }
        put(&["\r\n"]);
        bytes.extend_from_slice(body);
        bytes
    }

    /// Whether this is HTTP that every server reads alike, so that other requests may follow on its connection.
    fn is_ordinary(&self) -> bool {
        let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let is_header = |(name, value): &(String, String)| {
            !name.is_empty()
                && name.bytes().all(is_name)
                && value.bytes().all(|b| matches!(b, b' '..=b'~'))
                && !CONNECTION_HEADERS
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(name))
        };
        // RFC 3986, without the fragment.
        let is_target = |b: u8| b.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@/?".contains(&b);
        let is_host = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
        !self.method.is_empty()
            && self.method.bytes().all(|b| b.is_ascii_uppercase())
            && self.target.starts_with('/')
            && self.target.bytes().all(is_target)
            && self.host.bytes().all(is_host)
            && self.headers.iter().all(is_header)
    }
}

const USER_AGENT: &str = concat!("oss403/", env!("CARGO_PKG_VERSION"));

impl Client {
    /// A signed request in disguises, as this client will send it.
    pub fn disguised(&self, signed: Signed, disguises: &[Disguise]) -> Outgoing {
        Outgoing::disguised(signed, disguises, self.addresses.scheme.default_port())
    }

    /// A client for these addresses.
    ///
    /// # Errors
    /// When the settings of TLS are of no use.
    pub fn new(addresses: Addresses, limits: Limits, tls: &Tls) -> Result<Self, TlsError> {
        let tls = match addresses.scheme {
            Scheme::Http => None,
            Scheme::Https => Some(Arc::new(tls.config(Scheme::Https)?).into()),
        };
        Ok(Self {
            gate: Gate::new(&limits),
            connections: Connections::new(tls, limits.idle),
            silence: Silence::new(&limits),
            tape: OnceLock::new(),
            addresses,
            limits,
            sent: AtomicU64::new(0),
        })
    }

    /// The addresses that requests go to.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// How many requests went out so far.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Whether the target has stopped answering: a hundred requests in a row got no whole answer, or a few did not and nobody else
    /// did for as long as a request may take.
    pub fn is_silent(&self) -> bool {
        self.silence.is_here()
    }

    /// Sends a request and records what comes back, within the limits. While the target says that it is asked too much, this waits.
    pub async fn send(&self, outgoing: Outgoing) -> Exchange {
        let permit = self.pass().await;
        self.send_with(permit, outgoing).await
    }

    /// Waits until a request may go out. Who gives up waiting has sent nothing.
    pub(crate) async fn pass(&self) -> SemaphorePermit<'_> {
        self.gate.pass().await
    }

    /// Sends a request that was let out.
    pub(crate) async fn send_with(
        &self,
        _permit: SemaphorePermit<'_>,
        outgoing: Outgoing,
    ) -> Exchange {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let address = match &outgoing.address {
            Some(address) => address.clone(),
            None => self.addresses.of(&outgoing.host).to_string(),
        };
        let started = Instant::now();
        let deadline = Deadline::now() + self.limits.time_per_request;
        let way = Way {
            address: &address,
            host: host_name(&outgoing.host),
        };
        let mut earlier = Vec::new();
        let outcome = match self.exchange(&outgoing, way, deadline, &mut earlier).await {
            Ok(response) => {
                self.gate.heard(&response);
                // An answer that time cut off is none: a target that never ends one is as good as silent.
                let in_time = !response.truncated || Deadline::now() < deadline;
                self.silence.note(in_time);
                Outcome::Answered(response)
            }
            Err(failure) => {
                self.silence.note(failure.kind == FailureKind::Malformed);
                Outcome::Failed(failure)
            }
        };
        let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let request = self.record(outgoing, address);
        if let Some(tape) = self.tape.get() {
            let mut tape = tape.lock().expect("nobody panics with this lock");
            tape.push(request.clone());
        }
        Exchange {
            request,
            outcome,
            elapsed_us,
            earlier,
        }
    }

    /// Sends a request on a connection that waits already, or on a new one, and reads the answer. A request that a server may stumble
    /// over has a connection of its own: whatever happens to it happens to nobody else.
    ///
    /// A request that meets the end of a connection that waited is sent again on a new one; one that must not be repeated gets a new one
    /// from the start (RFC 9112 §9.3.1).
    async fn exchange(
        &self,
        outgoing: &Outgoing,
        way: Way<'_>,
        deadline: Deadline,
        earlier: &mut Vec<String>,
    ) -> Result<Response, Failure> {
        let shares = outgoing.is_ordinary();
        let bytes = outgoing.bytes(!shares);
        let request = Request {
            bytes: &bytes,
            is_head: outgoing.method == "HEAD",
            is_last: !shares,
        };
        let waits = shares && !outgoing.fresh;
        let mut waiting = waits.then(|| self.connections.waiting(way)).flatten();
        loop {
            let again = waiting.is_some();
            let mut connection = match waiting.take() {
                Some(connection) => connection,
                None => self.connections.open(way, deadline).await?,
            };
            let answer = connection.exchange(request, deadline, &self.limits).await;
            let lost = matches!(&answer, Err(failure) if failure.kind == FailureKind::Lost);
            if again && lost && connection.was_mute() {
                earlier.push("a kept connection was closed".into());
                continue;
            }
            if shares && connection.is_clean() {
                self.connections.keep(way, connection);
            }
            return answer;
        }
    }

    /// Keeps every request from now on, unredacted, for [`Self::taped`].
    pub(crate) fn start_tape(&self) {
        self.tape.get_or_init(Mutex::default);
    }

    /// What was sent since the tape was started.
    pub(crate) fn taped(&self) -> Vec<SentRequest> {
        let tape = self.tape.get();
        tape.map_or_else(Vec::new, |tape| {
            let mut tape = tape.lock().expect("nobody panics with this lock");
            std::mem::take(&mut *tape)
        })
    }

    fn record(&self, outgoing: Outgoing, address: String) -> SentRequest {
        SentRequest {
            method: outgoing.method,
            scheme: self.addresses.scheme.as_str().into(),
            host: outgoing.host,
            address,
            target: outgoing.target,
            headers: outgoing.headers,
            body: outgoing.body.into(),
            string_to_sign: None,
        }
    }
}

/// Headers that say how the connection is used.
const CONNECTION_HEADERS: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether Content-Length has to be sent: bodies have it, and PUT and POST without one too.
fn needs_length(outgoing: &Outgoing) -> bool {
    !outgoing.body.is_empty() || matches!(outgoing.method.as_str(), "PUT" | "POST")
}

pub(super) fn has(headers: &[(String, String)], name: &str) -> bool {
    headers
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One is enough: a client that writes requests by itself would change what is not ordinary, or refuse it.
    #[test]
    fn a_request_is_ordinary_when_nothing_of_it_is_out_of_the_ordinary() {
        let ordinary = || Outgoing {
            method: "GET".into(),
            host: "b.oss-cn-hangzhou.aliyuncs.test:80".into(),
            address: None,
            target: "/a%20b?acl&prefix=x/".into(),
            headers: vec![("x-oss-meta-a".into(), "b c".into())],
            body: Bytes::new(),
            fresh: false,
        };
        assert!(ordinary().is_ordinary());
        let changes: [fn(&mut Outgoing); 10] = [
            |sent| sent.method.clear(),
            |sent| sent.method = "get".into(),
            |sent| sent.target = "k".into(),
            |sent| sent.target = "/a b".into(),
            |sent| sent.target = "/k#x".into(),
            |sent| sent.host = "b c".into(),
            |sent| sent.headers[0].0.clear(),
            |sent| sent.headers[0].0 = "x y".into(),
            |sent| sent.headers[0].1 = "\u{e9}".into(),
            |sent| sent.headers[0].0 = "Connection".into(),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = ordinary();
            change(&mut changed);
            assert!(!changed.is_ordinary(), "{number}: {changed:?}");
        }
    }
}
