//! Sending requests and recording what comes back. Nothing is followed, decoded or believed.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{Address, Addresses, Scheme, host_name};
use super::disguise;
use super::exchange::{Exchange, Failure, FailureKind, Outcome, Response, SentRequest};
use super::form;
use super::limits::{Gate, Limits};
use super::raw;
use super::sign::{Signed, SignedBody};
use super::tls::{Tls, TlsError};
use oss403_case::model::Disguise;

/// The most header lines an answer may have.
pub(super) const MOST_HEADERS: usize = 128;

/// A client of one target. Requests go to its addresses and nowhere else.
pub struct Client {
    addresses: Addresses,
    limits: Limits,
    gate: Gate,
    http: reqwest::Client,
    tls: Option<tokio_rustls::TlsConnector>,
    sent: AtomicU64,
    /// Requests without an answer since the last answer.
    unanswered: AtomicU64,
}

/// So many requests in a row without an answer mean that none will come.
const SILENCE: u64 = 100;

/// The longest time for a connection: more than two lost packets, and less than anybody's patience.
pub(super) const CONNECT_TIME: Duration = Duration::from_secs(5);

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
    /// Whether every byte of the head matters, so that an HTTP client with its own spelling will not do.
    pub exact: bool,
}

impl Outgoing {
    /// Writes a signed request out.
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
        Self {
            method,
            host,
            address,
            target,
            headers,
            body,
            exact: false,
        }
    }
}

const USER_AGENT: &str = concat!("oss403/", env!("CARGO_PKG_VERSION"));

impl Client {
    /// The request in disguises, as this client will send it.
    pub fn disguised(&self, mut outgoing: Outgoing, disguises: &[Disguise]) -> Outgoing {
        let port = self.addresses.scheme.default_port();
        disguise::apply(&mut outgoing, disguises, port);
        outgoing
    }

    /// A client for these addresses.
    ///
    /// # Errors
    /// When the settings of TLS are of no use.
    pub fn new(addresses: Addresses, limits: Limits, tls: &Tls) -> Result<Self, TlsError> {
        let mut builder = reqwest::Client::builder()
            .http1_only()
            .http1_max_headers(MOST_HEADERS)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_TIME)
            .pool_idle_timeout(limits.idle)
            .pool_max_idle_per_host(usize::MAX);
        let config = tls.config(addresses.scheme)?;
        builder = builder.tls_backend_preconfigured(config.clone());
        if addresses.scheme == Scheme::Https {
            builder = builder.dns_resolver(Pinned(addresses.clone()));
        }
        let http = builder
            .build()
            .map_err(|error| TlsError::Client(chain(&error)))?;
        let tls = (addresses.scheme == Scheme::Https)
            .then(|| tokio_rustls::TlsConnector::from(Arc::new(config)));
        Ok(Self {
            gate: Gate::new(&limits),
            addresses,
            limits,
            http,
            tls,
            sent: AtomicU64::new(0),
            unanswered: AtomicU64::new(0),
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

    /// Whether the target has stopped answering: a hundred requests in a row got no answer at all.
    pub fn is_silent(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) >= SILENCE
    }

    /// Sends a request and records what comes back, within the limits.
    pub async fn send(&self, outgoing: Outgoing) -> Exchange {
        let _permit = self.gate.pass().await;
        self.sent.fetch_add(1, Ordering::Relaxed);
        let (address, address_text) = match &outgoing.address {
            Some(text) => (Address::parse(text, None), text.clone()),
            None => {
                let address = self.addresses.of(&outgoing.host);
                (Ok(address.clone()), address.to_string())
            }
        };
        let started = Instant::now();
        let deadline = tokio::time::Instant::now() + self.limits.time_per_request;
        let outcome = match address {
            Err(defect) => failed(FailureKind::Connect, defect),
            Ok(address) => match self.plain_request(&outgoing, &address) {
                Some(request) => self.send_plain(request, deadline).await,
                None => {
                    let limit = self.limits.body_bytes;
                    raw::send(&outgoing, &address, self.tls.as_ref(), deadline, limit).await
                }
            },
        };
        match &outcome {
            Outcome::Answered(_) => self.unanswered.store(0, Ordering::Relaxed),
            Outcome::Failed(_) => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
            }
        }
        let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let request = self.record(outgoing, address_text);
        Exchange {
            request,
            outcome,
            elapsed_us,
        }
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

    /// The request for the pooled client, or `None` when that would not send exactly these bytes: dot segments, a doubled slash
    /// that is read as a host, headers that are the client's own business, anything that is not allowed in HTTP.
    fn plain_request(&self, outgoing: &Outgoing, address: &Address) -> Option<reqwest::Request> {
        if outgoing.exact {
            return None;
        }
        let url = match self.addresses.scheme {
            Scheme::Http => format!("http://{address}{}", outgoing.target),
            // The name in the URL is the one in the certificate; the resolver sends it to the address of the profile.
            Scheme::Https if outgoing.address.is_none() => {
                let name = host_name(&outgoing.host);
                format!("https://{name}:{}{}", address.port, outgoing.target)
            }
            Scheme::Https => return None,
        };
        let url = Url::parse(&url).ok()?;
        let (path, query) = match outgoing.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (outgoing.target.as_str(), None),
        };
        if url.path() != path || url.query() != query || url.fragment().is_some() {
            return None;
        }
        let mut request =
            reqwest::Request::new(Method::from_bytes(outgoing.method.as_bytes()).ok()?, url);
        let headers = request.headers_mut();
        headers.reserve(outgoing.headers.len() + 2);
        headers.insert(
            http::header::HOST,
            HeaderValue::from_str(&outgoing.host).ok()?,
        );
        for (name, value) in &outgoing.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            if CONNECTION_HEADERS.contains(&name.as_str()) {
                return None;
            }
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
        if needs_length(outgoing) {
            headers.insert(
                http::header::CONTENT_LENGTH,
                HeaderValue::from(outgoing.body.len()),
            );
        }
        if !outgoing.body.is_empty() {
            *request.body_mut() = Some(outgoing.body.clone().into());
        }
        Some(request)
    }

    async fn send_plain(
        &self,
        request: reqwest::Request,
        deadline: tokio::time::Instant,
    ) -> Outcome {
        let head = tokio::time::timeout_at(deadline, self.http.execute(request)).await;
        let mut answer = match head {
            Err(_) => return failed(FailureKind::Timeout, self.time_ran_out()),
            Ok(Err(error)) if error.is_connect() => {
                return failed(FailureKind::Connect, chain(&error));
            }
            Ok(Err(error)) => return failed(FailureKind::Protocol, chain(&error)),
            Ok(Ok(answer)) => answer,
        };
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let mut response = Response {
            status: answer.status().as_u16(),
            headers,
            ..Response::default()
        };
        loop {
            match tokio::time::timeout_at(deadline, answer.chunk()).await {
                Ok(Ok(None)) => break,
                Ok(Ok(Some(chunk))) => {
                    let room = self.limits.body_bytes - response.body.len();
                    response
                        .body
                        .extend_from_slice(&chunk[..chunk.len().min(room)]);
                    response.truncated = chunk.len() > room;
                }
                Ok(Err(_)) | Err(_) => response.truncated = true,
            }
            if response.truncated {
                break;
            }
        }
        Outcome::Answered(response)
    }

    fn time_ran_out(&self) -> String {
        format!("no answer within {:?}", self.limits.time_per_request)
    }
}

/// Headers that say how the connection is used; whoever sets them gets exactly these bytes on a connection of their own.
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
pub(super) fn needs_length(outgoing: &Outgoing) -> bool {
    !outgoing.body.is_empty() || matches!(outgoing.method.as_str(), "PUT" | "POST")
}

pub(super) fn has(headers: &[(String, String)], name: &str) -> bool {
    headers
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
}

pub(super) fn failed(kind: FailureKind, detail: impl Into<String>) -> Outcome {
    Outcome::Failed(Failure {
        kind,
        detail: detail.into(),
    })
}

/// An error with its causes, without the URL: that may hold a signature.
fn chain(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes.dedup();
    if causes.is_empty() {
        "the request could not be sent".into()
    } else {
        causes.join(": ")
    }
}

/// Resolves every name to the address that the profile gives it.
struct Pinned(Addresses);

impl Resolve for Pinned {
    fn resolve(&self, name: Name) -> Resolving {
        let address = self.0.of(name.as_str()).clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((address.host.as_str(), address.port)).await?;
            let found: Vec<SocketAddr> = found.collect();
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}
