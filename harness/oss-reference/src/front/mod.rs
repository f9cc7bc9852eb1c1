//! The HTTP front: reads requests from the wire, has them decided and carried out, writes the answers.

mod aws_chunked;
mod body;
mod envelope;
mod faulty;
mod form;
mod identity;
pub(crate) mod listener;
pub(crate) mod operator;
mod part_head;
mod payload;
mod process;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{CONNECTION, CONTENT_LENGTH, DATE, EXPECT, HeaderName, HeaderValue, SERVER};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::RwLock;
use tokio::net::TcpStream;

pub use self::form::{ReadForm, read_form};

use self::body::{Arriving, Leaving};
use self::identity::{DateHeader, RequestIds};
use crate::answer::Answer;
use crate::clock::Clock;
use crate::config::Config;
use crate::operations;
use crate::world::World;

/// An unread body that is too long for the connection to live on is still read for this long, so that the client sees the answer:
/// closing a socket with unread bytes would reset it.
const LINGER: Duration = Duration::from_secs(2);
/// At most this much is read in that time.
const LINGER_BYTES: u64 = 256 << 20;

/// Everything that the connections share.
pub(crate) struct Front {
    pub(crate) world: RwLock<World>,
    pub(crate) config: Arc<Config>,
    pub(crate) clock: Clock,
    ids: RequestIds,
    date: DateHeader,
}

/// How a request reached the server.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) peer: SocketAddr,
    pub(crate) vpc_endpoint: Option<Arc<str>>,
}

impl Front {
    pub(crate) fn new(world: World, config: Arc<Config>, clock: Clock) -> Self {
        Self {
            world: RwLock::new(world),
            config,
            clock,
            ids: RequestIds::new(),
            date: DateHeader::new(),
        }
    }

    /// Serves one connection until it ends.
    pub(crate) async fn serve(self: Arc<Self>, stream: TcpStream, arrival: Arrival) {
        let limits = &self.config.limits;
        // A client that falls silent in its body is given as long as one that is slow with its head.
        let patience = Duration::from_millis(limits.header_timeout_ms);
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .max_headers(limits.header_count)
            .max_header_size(limits.header_bytes);
        let service = service_fn(|request: http::Request<Incoming>| {
            let (front, arrival) = (Arc::clone(&self), arrival.clone());
            async move {
                let (parts, incoming) = request.into_parts();
                Ok::<_, Infallible>(
                    front
                        .respond(&parts, Arriving::new(incoming, patience), arrival)
                        .await,
                )
            }
        });
        // An error here is the client's: it went away, was too slow, or sent what is no HTTP, which hyper has answered.
        let _ = builder
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn respond(
        &self,
        parts: &Parts,
        mut body: Arriving,
        arrival: Arrival,
    ) -> Response<Leaving> {
        let started = Instant::now();
        let now = self.clock.now();
        let id = self.ids.next(now);
        let outcome = self.process(parts, &mut body, arrival, &id, now).await;
        let mut answer = outcome.unwrap_or_else(|refused| {
            let host = parts
                .headers
                .get("host")
                .and_then(|host| host.to_str().ok())
                .unwrap_or("");
            let head = parts.method == Method::HEAD;
            let mut answer = envelope::answer(&refused.refusal, &id, host, head, &self.config);
            refused.show(&mut answer, &self.config.faults);
            answer
        });
        self.add_cors(parts, &mut answer);
        let lives_on = self.dispose(parts, body).await;
        self.finish(answer, parts, &id, now, started, lives_on)
    }

    /// Reads what is left of the body, so that the next request on the connection can be read. False when that would take too long.
    async fn dispose(&self, parts: &Parts, mut body: Arriving) -> bool {
        if body.ended() {
            return true;
        }
        let waits = parts.headers.contains_key(EXPECT) && !body.begun();
        let limit = self.config.limits.drain_bytes as u64;
        if waits || body.announced().is_some_and(|length| length > limit) {
            linger(body);
            return false;
        }
        if body.drain(limit).await {
            return true;
        }
        linger(body);
        false
    }

    /// Adds the CORS headers of an ordinary cross-origin request, when a rule of the bucket lets its origin in.
    fn add_cors(&self, parts: &Parts, answer: &mut Answer) {
        let Some(origin) = parts
            .headers
            .get("origin")
            .and_then(|origin| origin.to_str().ok())
        else {
            return;
        };
        if parts.method == Method::OPTIONS {
            return;
        }
        let world = self.world.read();
        let bound = |domain: &str| world.cnames.get(domain).map(String::as_str);
        let names = crate::host::Names {
            suffix: &self.config.suffix,
            regions: &self.config.regions,
        };
        let host = parts
            .headers
            .get("host")
            .and_then(|host| host.to_str().ok())
            .unwrap_or("");
        let Ok(addressed) = crate::host::address(host, parts.uri.path(), names, bound) else {
            return;
        };
        let rules = addressed
            .bucket
            .and_then(|bucket| world.buckets.get(&bucket))
            .and_then(|bucket| bucket.cors.as_ref());
        if let Some(allowed) = rules.and_then(|rules| rules.simple(origin, parts.method.as_str())) {
            operations::cors::add_headers(answer, &allowed);
        }
    }

    fn finish(
        &self,
        answer: Answer,
        parts: &Parts,
        id: &str,
        now: i64,
        started: Instant,
        lives_on: bool,
    ) -> Response<Leaving> {
        let length = answer.body_length();
        let body = if parts.method == Method::HEAD {
            Vec::new()
        } else {
            answer.body
        };
        let mut response = Response::new(Leaving::new(body));
        *response.status_mut() =
            StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        *headers = answer.headers;
        if !headers.contains_key(CONTENT_LENGTH) && answer.status != 204 && answer.status != 304 {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        headers.insert(SERVER, HeaderValue::from_static("AliyunOSS"));
        headers.insert(DATE, self.date.at(now));
        headers.insert(
            CONNECTION,
            HeaderValue::from_static(if lives_on { "keep-alive" } else { "close" }),
        );
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(HeaderName::from_static("x-oss-request-id"), id);
        }
        let spent = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        headers.insert(
            HeaderName::from_static("x-oss-server-time"),
            HeaderValue::from(spent),
        );
        response
    }
}

/// Goes on reading in the background for a while.
fn linger(mut body: Arriving) {
    tokio::spawn(async move {
        let _ = tokio::time::timeout(LINGER, body.drain(LINGER_BYTES)).await;
    });
}
