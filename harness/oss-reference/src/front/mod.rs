//! The HTTP front: reads requests from the wire, has them decided and carried out, writes the answers.

mod aws_chunked;
mod body;
mod envelope;
mod form;
mod identity;
pub(crate) mod operator;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, EXPECT, HeaderName, HeaderValue, SERVER};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::RwLock;
use tokio::net::TcpStream;

use self::body::{Arriving, Leaving};
use self::form::{FormParser, Step};
use self::identity::{DateHeader, RequestIds};
use crate::answer::{Answer, Refusal, Rejection};
use crate::checks::{self, Form, Granted, Inquiry};
use crate::clock::Clock;
use crate::config::{Config, Extreme};
use crate::denial::{Cause, Denial};
use crate::operation::Operation;
use crate::operations::content::{ContentWriter, TooLong};
use crate::operations::{self, Call, Payload, Wants};
use crate::request::{self, Request};
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
        Self { world: RwLock::new(world), config, clock, ids: RequestIds::new(), date: DateHeader::new() }
    }

    /// Serves one connection until it ends.
    pub(crate) async fn serve(self: Arc<Self>, stream: TcpStream, arrival: Arrival) {
        let limits = &self.config.limits;
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
                Ok::<_, Infallible>(front.respond(&parts, Arriving::new(incoming, patience), arrival).await)
            }
        });
        // An error here is the client's: it went away, was too slow, or sent what is no HTTP, which hyper has answered.
        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
    }

    async fn respond(&self, parts: &Parts, mut body: Arriving, arrival: Arrival) -> Response<Leaving> {
        let started = Instant::now();
        let now = self.clock.now();
        let id = self.ids.next(now);
        let outcome = self.process(parts, &mut body, arrival, &id, now).await;
        let mut answer = outcome.unwrap_or_else(|refusal| {
            let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("");
            let head = parts.method == Method::HEAD;
            envelope::answer(&refusal, &id, host, head, &self.config.decisions)
        });
        self.add_cors(parts, &mut answer);
        let lives_on = self.dispose(parts, body).await;
        self.finish(answer, parts, &id, now, started, lives_on)
    }

    /// From the head to the answer.
    async fn process(
        &self,
        parts: &Parts,
        body: &mut Arriving,
        arrival: Arrival,
        id: &str,
        now: i64,
    ) -> Result<Answer, Refusal> {
        // This server refuses even what it could not read.
        if self.config.faults.extreme == Some(Extreme::DenyAll) {
            return Err(Denial::new(Cause::AccessDenied).into());
        }
        let endpoint = arrival.vpc_endpoint.map(|endpoint| endpoint.to_string());
        let request = {
            let world = self.world.read();
            request::read(parts, arrival.peer, false, endpoint, &world, &self.config, id.to_owned(), now)?
        };
        if is_aws_chunked(&request) {
            body.decode_aws_chunked();
        }
        if self.is_form(&request) {
            return self.process_form(&request, body).await;
        }
        let granted = match self.decide_and_view(&request)? {
            Viewed::Answer(answer) => return Ok(answer),
            Viewed::Granted(granted) => granted,
        };
        let payload = self.take_payload(&request, granted.operation, body).await?;
        if let Payload::Small(bytes) = &payload {
            let world = self.world.read();
            let inquiry = Inquiry::new(&request, None, &world, &self.config);
            guarded(|| checks::decide_body(&inquiry, bytes))?;
        }
        self.carry_out(&request, None, &granted, payload)
    }

    /// Decides, and carries out at once what only reads: under one lock, so that nothing changes in between.
    fn decide_and_view(&self, request: &Request) -> Result<Viewed, Refusal> {
        let world = self.world.read();
        let granted = guarded(|| checks::decide(&Inquiry::new(request, None, &world, &self.config)))?;
        let call = Call { config: &self.config, now: request.received, request, form: None, granted: &granted };
        let viewed = guarded(|| operations::view(&world, &call).map_err(Refusal::from))?;
        Ok(match viewed {
            Some(answer) => Viewed::Answer(answer),
            None => Viewed::Granted(granted),
        })
    }

    fn carry_out(
        &self,
        request: &Request,
        form: Option<&Form>,
        granted: &Granted,
        payload: Payload,
    ) -> Result<Answer, Refusal> {
        let mut world = self.world.write();
        guarded(|| {
            operations::execute(&mut world, &self.config, request.received, request, form, granted, payload)
                .map_err(Refusal::from)
        })
    }

    async fn take_payload(
        &self,
        request: &Request,
        operation: Operation,
        body: &mut Arriving,
    ) -> Result<Payload, Refusal> {
        let expected = declared_md5(request)?;
        let (payload, md5) = match operations::wants(operation, &self.config.limits) {
            Wants::Nothing => return Ok(Payload::None),
            Wants::Small { limit } => {
                let bytes = read_small(body, limit).await?;
                let md5 = expected.map(|_| operations::content::content_of(bytes.clone()).md5);
                (Payload::Small(bytes), md5)
            }
            Wants::Content { limit } => {
                require_length(request, body)?;
                if body.announced().is_some_and(|length| length > limit) {
                    return Err(too_large().into());
                }
                let mut writer = ContentWriter::new(limit);
                while let Some(bytes) = body.next().await? {
                    writer.push(bytes).map_err(|TooLong| too_large())?;
                }
                let content = writer.finish();
                let md5 = content.md5;
                (Payload::Content(content), Some(md5))
            }
        };
        match (expected, md5) {
            (Some(expected), Some(actual)) if expected != actual => Err(invalid_digest().into()),
            _ => Ok(payload),
        }
    }

    /// Whether the request is a PostObject, whose fields must be read before anything can be decided.
    fn is_form(&self, request: &Request) -> bool {
        if request.method != "POST" {
            return false;
        }
        let world = self.world.read();
        Inquiry::new(request, None, &world, &self.config).operation() == Ok(Operation::PostObject)
    }

    async fn process_form(&self, request: &Request, body: &mut Arriving) -> Result<Answer, Refusal> {
        let limits = &self.config.limits;
        let expected = declared_md5(request)?;
        if expected.is_some() {
            body.digest();
        }
        let mut parser = FormParser::new(request.header("content-type").unwrap_or(""), limits)?;
        let form = loop {
            match parser.step()? {
                Step::Fields(form) => break form,
                Step::More => match body.next().await? {
                    Some(bytes) => parser.feed(&bytes),
                    None => {
                        parser.finish()?;
                        return Err(operations::post::no_file().into());
                    }
                },
                Step::File(_) | Step::End => return Err(operations::post::no_file().into()),
            }
        };
        let granted = {
            let world = self.world.read();
            guarded(|| checks::decide(&Inquiry::new(request, Some(&form), &world, &self.config)))?
        };
        let range = operations::post::size_range(&form);
        let mut writer = ContentWriter::new(range.map_or(limits.object_bytes, |(_, most)| most.min(limits.object_bytes)));
        loop {
            match parser.step()? {
                Step::File(bytes) => writer.push(bytes).map_err(|TooLong| operations::post::too_large())?,
                Step::End => {
                    // What stands behind the closing boundary counts for nothing but the digest of the whole body.
                    while body.next().await?.is_some() {}
                    break;
                }
                Step::More => match body.next().await? {
                    Some(bytes) => parser.feed(&bytes),
                    None => parser.finish()?,
                },
                Step::Fields(_) => {}
            }
        }
        if range.is_some_and(|(least, _)| writer.length() < least) {
            return Err(operations::post::too_small().into());
        }
        if expected.is_some() && expected != body.md5() {
            return Err(invalid_digest().into());
        }
        self.carry_out(request, Some(&form), &granted, Payload::Content(writer.finish()))
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
        let Some(origin) = parts.headers.get("origin").and_then(|origin| origin.to_str().ok()) else { return };
        if parts.method == Method::OPTIONS {
            return;
        }
        let world = self.world.read();
        let bound = |domain: &str| world.cnames.get(domain).map(String::as_str);
        let names = crate::host::Names { suffix: &self.config.suffix, regions: &self.config.regions };
        let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("");
        let Ok(addressed) = crate::host::address(host, parts.uri.path(), names, bound) else { return };
        let rules = addressed.bucket.and_then(|bucket| world.buckets.get(&bucket)).and_then(|bucket| bucket.cors.as_ref());
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
        let body = if parts.method == Method::HEAD { Vec::new() } else { answer.body };
        let mut response = Response::new(Leaving::new(body));
        *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        *headers = answer.headers;
        if !headers.contains_key(CONTENT_LENGTH) && answer.status != 204 && answer.status != 304 {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        headers.insert(SERVER, HeaderValue::from_static("AliyunOSS"));
        headers.insert(DATE, self.date.at(now));
        headers.insert(CONNECTION, HeaderValue::from_static(if lives_on { "keep-alive" } else { "close" }));
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(HeaderName::from_static("x-oss-request-id"), id);
        }
        let spent = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        headers.insert(HeaderName::from_static("x-oss-server-time"), HeaderValue::from(spent));
        response
    }
}

/// The result of deciding and, where nothing is changed, carrying out.
enum Viewed {
    Answer(Answer),
    Granted(Granted),
}

/// Runs `work`; a panic in it becomes a 500 for this request alone.
fn guarded<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let message = "We encountered an internal error, please try again.";
        Err(Rejection::new(500, "InternalError", message).into())
    })
}

/// Goes on reading in the background for a while.
fn linger(mut body: Arriving) {
    tokio::spawn(async move {
        let _ = tokio::time::timeout(LINGER, body.drain(LINGER_BYTES)).await;
    });
}

async fn read_small(body: &mut Arriving, limit: usize) -> Result<Bytes, Rejection> {
    if body.announced().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let Some(first) = body.next().await? else { return Ok(Bytes::new()) };
    let mut gathered = BytesMut::new();
    let mut next = body.next().await?;
    if next.is_none() && first.len() <= limit {
        return Ok(first);
    }
    gathered.extend_from_slice(&first);
    while let Some(bytes) = next {
        if gathered.len() + bytes.len() > limit {
            return Err(too_large());
        }
        gathered.extend_from_slice(&bytes);
        next = body.next().await?;
    }
    if gathered.len() > limit { Err(too_large()) } else { Ok(gathered.freeze()) }
}

fn is_aws_chunked(request: &Request) -> bool {
    let named = |name: &str| request.header(name).unwrap_or("");
    named("x-amz-content-sha256").starts_with("STREAMING-")
        || named("content-encoding").split(',').any(|coding| coding.trim().eq_ignore_ascii_case("aws-chunked"))
}

/// OSS wants to know where a body ends before it begins.
fn require_length(request: &Request, body: &Arriving) -> Result<(), Rejection> {
    let known = body.announced().is_some_and(|length| length > 0)
        || request.header("content-length").is_some()
        || request.header("transfer-encoding").is_some();
    if known {
        return Ok(());
    }
    Err(Rejection::new(411, "MissingContentLength", "You must provide the Content-Length HTTP header."))
}

/// The digest that Content-MD5 declares.
fn declared_md5(request: &Request) -> Result<Option<[u8; 16]>, Rejection> {
    let Some(text) = request.header("content-md5").filter(|text| !text.is_empty()) else { return Ok(None) };
    let decoded = STANDARD.decode(text).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    decoded.map(Some).ok_or_else(invalid_digest)
}

fn invalid_digest() -> Rejection {
    Rejection::new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
}

fn too_large() -> Rejection {
    Rejection::new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
}
