//! The operator's service: one JSON object in, one JSON object out, behind a token and on loopback only.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, ORIGIN};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::listener::accept;
use super::{Front, Peer};
use crate::operator;
use oss403_operator::{Command, Create, RUN_HEADER};

/// A command is shorter than this.
const LONGEST_COMMAND: usize = 64 * 1024;
/// A command arrives within this time.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the operator's connections share.
pub(crate) struct OperatorService {
    front: Arc<Front>,
    token: String,
    /// Told once, when the server stops; every listener watches it.
    stopping: watch::Receiver<bool>,
    /// The listeners of VPC endpoints, by endpoint id. Dropping a sender closes its listener and connections.
    endpoints: Mutex<HashMap<String, watch::Sender<bool>>>,
}

/// An answer in the making: status and JSON.
type Reply = (StatusCode, Value);

impl OperatorService {
    pub(crate) fn new(front: Arc<Front>, token: String, stopping: watch::Receiver<bool>) -> Self {
        Self {
            front,
            token,
            stopping,
            endpoints: Mutex::new(HashMap::new()),
        }
    }

    /// Serves one connection until it ends; peers that are not of this machine are not heard at all.
    pub(crate) async fn serve(self: Arc<Self>, stream: TcpStream, peer: SocketAddr) {
        if !peer.ip().to_canonical().is_loopback() {
            return;
        }
        let service = service_fn(|request: http::Request<Incoming>| {
            let service = Arc::clone(&self);
            async move {
                let (status, value) = service.respond(request).await.unwrap_or_else(|reply| reply);
                let mut response = Response::new(Full::new(Bytes::from(value.to_string())));
                *response.status_mut() = status;
                response
                    .headers_mut()
                    .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Ok::<_, Infallible>(response)
            }
        });
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE);
        let _ = builder
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn respond(&self, request: http::Request<Incoming>) -> Result<Reply, Reply> {
        let (parts, body) = request.into_parts();
        self.admit(&parts)?;
        let limited = Limited::new(body, LONGEST_COMMAND).collect();
        let collected = tokio::time::timeout(PATIENCE, limited)
            .await
            .map_err(|_| {
                refuse(
                    StatusCode::REQUEST_TIMEOUT,
                    "timeout",
                    "the command did not arrive in time",
                )
            })?
            .map_err(|_| bad_request("the command cannot be read or is longer than 64 KiB"))?;
        let value: Value = serde_json::from_slice(&collected.to_bytes())
            .map_err(|error| bad_request(&error.to_string()))?;
        let command = Command::from_json(value).map_err(|message| bad_request(&message))?;
        let run = parts.headers.get(RUN_HEADER);
        let run = run.and_then(|run| run.to_str().ok());
        self.execute(command, run.unwrap_or_default()).await
    }

    fn admit(&self, parts: &Parts) -> Result<(), Reply> {
        // A web page must not reach the operator through its reader's browser.
        if parts.headers.contains_key(ORIGIN) {
            return Err(refuse(
                StatusCode::FORBIDDEN,
                "browser",
                "requests with an Origin are not taken",
            ));
        }
        let given = parts
            .headers
            .get(AUTHORIZATION)
            .map_or(&b""[..], HeaderValue::as_bytes);
        let given = given.strip_prefix(b"Bearer ").unwrap_or_default();
        if !bool::from(given.ct_eq(self.token.as_bytes())) {
            return Err(refuse(
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "the bearer token is missing or wrong",
            ));
        }
        if parts.method != Method::POST || parts.uri.path() != "/" {
            return Err(refuse(
                StatusCode::NOT_FOUND,
                "not-found",
                "commands are sent with POST /",
            ));
        }
        Ok(())
    }

    async fn execute(&self, command: Command, run: &str) -> Result<Reply, Reply> {
        // The listener is bound first: an endpoint without an address would be of no use.
        let listener = match &command {
            Command::Create(Create::VpcEndpoint { .. }) => Some(
                TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
                    .await
                    .map_err(|error| {
                        refuse(
                            StatusCode::INTERNAL_SERVER_ERROR,
                            "no-listener",
                            &error.to_string(),
                        )
                    })?,
            ),
            _ => None,
        };
        let mut answer = {
            let mut world = self.front.world.write();
            let now = self.front.clock.now();
            let answer =
                operator::execute_for(&mut world, &self.front.config, now, command, run)
                    .map_err(|error| refuse(StatusCode::BAD_REQUEST, error.code, &error.message))?;
            // Whatever removed an endpoint, its listener closes.
            self.endpoints
                .lock()
                .retain(|id, _| world.vpc_endpoints.contains_key(id));
            answer
        };
        if let Some(listener) = listener {
            let failed = || {
                refuse(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "no-listener",
                    "the endpoint has no id",
                )
            };
            let id = answer
                .get("endpoint")
                .and_then(Value::as_str)
                .ok_or_else(failed)?
                .to_owned();
            let address = listener.local_addr().map_err(|_| failed())?;
            self.open(listener, &id);
            answer["address"] = Value::String(address.to_string());
        }
        Ok((StatusCode::OK, answer))
    }

    /// Takes OSS requests on `listener`, as having come through the endpoint.
    fn open(&self, listener: TcpListener, id: &str) {
        let (sender, closing) = watch::channel(false);
        self.endpoints.lock().insert(id.to_owned(), sender);
        let (front, endpoint) = (Arc::clone(&self.front), Arc::<str>::from(id));
        let serve = move |stream, peer: SocketAddr| {
            let peer = Peer {
                address: peer.ip().to_canonical(),
                vpc_endpoint: Some(Arc::clone(&endpoint)),
            };
            Arc::clone(&front).serve(stream, peer)
        };
        tokio::spawn(accept(
            listener,
            self.front.config.limits.connections,
            vec![self.stopping.clone(), closing],
            serve,
        ));
    }
}

fn bad_request(message: &str) -> Reply {
    refuse(StatusCode::BAD_REQUEST, "invalid-command", message)
}

fn refuse(status: StatusCode, code: &str, message: &str) -> Reply {
    let error = oss403_operator::Reason {
        code: code.into(),
        message: message.into(),
    };
    let refused = oss403_operator::Refused { error };
    (status, serde_json::to_value(refused).unwrap_or_default())
}
