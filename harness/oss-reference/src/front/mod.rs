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
use std::io;
use std::net::IpAddr;
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
use crate::answer::{Answer, Rejection};
use crate::clock::Clock;
use crate::config::Config;
use crate::dialect;
use crate::operations;
use crate::request::{self, Arrival, Destination};
use crate::world::{Memory, World};

/// An unread body that is too long for the connection to live on is still read for this long, so that the client sees the answer:
/// closing a socket with unread bytes would reset it.
const LINGER: Duration = Duration::from_secs(2);
/// At most this much is read in that time.
const LINGER_BYTES: u64 = 256 << 20;
/// A body that nobody wants is waited for so long, between any two pieces of it; then the connection ends.
const UNWANTED: Duration = Duration::from_millis(100);
/// And so long with methods whose requests have none.
const UNHEARD_OF: Duration = Duration::from_millis(10);

/// Everything that the connections share.
pub(crate) struct Front {
    pub(crate) world: RwLock<World>,
    pub(crate) config: Arc<Config>,
    pub(crate) clock: Clock,
    /// That of the world, which what arrives takes from as well.
    pub(crate) memory: Memory,
    ids: RequestIds,
    date: DateHeader,
}

/// Who is at the other end of a connection.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// The VPC endpoint whose listener took the connection.
    pub(crate) vpc_endpoint: Option<Arc<str>>,
}

impl Front {
    pub(crate) fn new(world: World, config: Arc<Config>, clock: Clock) -> io::Result<Self> {
        Ok(Self {
            memory: world.memory.clone(),
            world: RwLock::new(world),
            config,
            clock,
            ids: RequestIds::new()?,
            date: DateHeader::new(),
        })
    }

    /// Serves one connection until it ends.
    pub(crate) async fn serve(self: Arc<Self>, stream: TcpStream, peer: Peer) {
        let limits = &self.config.limits;
        // A client that falls silent in its body is given as long as one that is slow with its head.
        let patience = Duration::from_millis(limits.header_timeout_ms);
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .max_headers(limits.header_count)
            .max_header_size(limits.header_bytes);
        let (front, peer) = (&*self, &peer);
        let service = service_fn(move |request: http::Request<Incoming>| async move {
            let (parts, incoming) = request.into_parts();
            let body = Arriving::new(incoming, patience);
            Ok::<_, Infallible>(front.respond(&parts, body, peer).await)
        });
        // An error here is the client's: it went away, was too slow, or sent what is no HTTP, which hyper has answered.
        let _ = builder
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn respond(&self, parts: &Parts, mut body: Arriving, peer: &Peer) -> Response<Leaving> {
        let started = Instant::now();
        let now = self.clock.now();
        let id = self.ids.next(now);
        let arrival = Arrival {
            peer: peer.address,
            vpc_endpoint: peer.vpc_endpoint.as_deref(),
            id: &id,
            received: now,
        };
        let bound = |domain: &str| self.world.read().cnames.get(domain).cloned();
        let destination = request::destination(parts, &self.config, bound);
        let cross_origin = CrossOrigin::of(parts, &destination);
        let outcome = self.process(parts, destination, arrival, &mut body).await;
        let mut answer = outcome.unwrap_or_else(|refused| {
            let host = text(parts, "host").unwrap_or("");
            let mut answer =
                envelope::answer(&refused.refusal, &id, host, &parts.method, &self.config);
            refused.show(&mut answer, &self.config.faults);
            answer
        });
        if let Some(cross_origin) = cross_origin {
            cross_origin.add_headers(&self.world.read(), parts, &mut answer);
        }
        let lives_on = self.dispose(parts, body).await;
        self.finish(answer, parts, id, now, started, lives_on)
    }

    /// Reads what is left of the body, so that the next request on the connection can be read. False when that would take too long.
    ///
    /// The answer waits meanwhile, so nobody is waited for who may never send: some clients announce a body with a GET and send none.
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
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let drained = body
            .drain(limit, if reads { UNHEARD_OF } else { UNWANTED })
            .await;
        if !drained {
            linger(body);
        }
        drained
    }

    fn finish(
        &self,
        answer: Answer,
        parts: &Parts,
        id: String,
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
            HeaderValue::from_static(if lives_on && !ends(parts) {
                "keep-alive"
            } else {
                "close"
            }),
        );
        if let Ok(id) = HeaderValue::try_from(id) {
            headers.insert(HeaderName::from_static("x-oss-request-id"), id);
        }
        let spent = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        headers.insert(
            HeaderName::from_static("x-oss-server-time"),
            HeaderValue::from(spent),
        );
        if request::is_s3_signed(parts) {
            dialect::translate(headers);
        }
        response
    }
}

/// An ordinary cross-origin request to a bucket: no preflight.
struct CrossOrigin<'p> {
    origin: &'p str,
    bucket: String,
}

impl<'p> CrossOrigin<'p> {
    fn of(parts: &'p Parts, destination: &Result<Destination<'_>, Rejection>) -> Option<Self> {
        let origin = text(parts, "origin").filter(|_| parts.method != Method::OPTIONS)?;
        let bucket = destination.as_ref().ok()?.addressed.bucket.clone()?;
        Some(Self { origin, bucket })
    }

    /// Adds the headers of CORS when a rule of the bucket lets the origin in.
    fn add_headers(&self, world: &World, parts: &Parts, answer: &mut Answer) {
        let bucket = world.buckets.get(&self.bucket);
        let rules = bucket.and_then(|bucket| bucket.cors.as_ref());
        let allowed = rules.and_then(|rules| rules.simple(self.origin, parts.method.as_str()));
        if let Some(allowed) = allowed {
            operations::cors::add_headers(answer, &allowed);
        }
    }
}

/// Whether the client wants the connection to end with the answer. Said here, so that hyper does not say it a second time.
fn ends(parts: &Parts) -> bool {
    let mut options = text(parts, "connection").unwrap_or("").split(',');
    options.any(|option| option.trim().eq_ignore_ascii_case("close"))
}

/// First value of a header, when it is plain text.
fn text<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
    parts.headers.get(name)?.to_str().ok()
}

/// Goes on reading in the background for a while.
fn linger(mut body: Arriving) {
    tokio::spawn(async move {
        let _ = tokio::time::timeout(LINGER, body.drain(LINGER_BYTES, LINGER)).await;
    });
}
