//! A server of its own for each test, and a client that writes and reads plain HTTP over TCP.

use std::net::SocketAddr;
use std::time::Duration;

use oss_auth::{Credentials, Header, QueryPair, Timestamp};
use oss_reference::xml::{self, Element};
use oss_reference::{Config, Running, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A content whose digests are known: RFC 1321, and the check value of CRC-64/XZ.
pub(crate) const DIGITS: &str = "123456789";
pub(crate) const DIGITS_ETAG: &str = "\"25F9E794323B453885F5181F1B624D0B\"";
pub(crate) const DIGITS_CRC: &str = "11051210869376104954";

/// No answer of a test takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server that takes the bucket from the path.
pub(crate) struct Wire {
    pub(crate) running: Running,
}

impl Wire {
    pub(crate) async fn start() -> Self {
        Self::start_with(Config::default()).await
    }

    pub(crate) async fn start_with(config: Config) -> Self {
        let config = Config {
            path_style: true,
            ..config
        };
        let running = Server::start(config, SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        Self { running }
    }

    /// A server with the owner's bucket `bkt`.
    pub(crate) async fn with_bucket() -> Self {
        let wire = Self::start().await;
        wire.ask("PUT", "/bkt").send().await.is(200);
        wire
    }

    /// A request, signed by the owner unless said otherwise. `target` is the path, with its query, as it goes over the wire.
    pub(crate) fn ask(&self, method: &str, target: &str) -> Ask<'_> {
        let address = self.running.address();
        Ask {
            wire: self,
            address,
            host: address.to_string(),
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
            by: Some("owner".into()),
            dated: true,
            s3: false,
        }
    }

    pub(crate) async fn put(&self, target: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.ask("PUT", target).body(body).send().await
    }

    pub(crate) async fn get(&self, target: &str) -> Reply {
        self.ask("GET", target).send().await
    }

    /// Sends raw bytes and gives all that comes back until the server closes.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
            .await
            .expect("the server answers");
        answer
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.running.address()).await.unwrap()
    }

    pub(crate) fn now(&self) -> i64 {
        self.running.clock().now()
    }

    /// Sends a command to the operator.
    pub(crate) async fn operate(&self, command: serde_json::Value) -> serde_json::Value {
        let bearer = format!("Bearer {}", self.running.operator_token());
        let reply = self
            .operator_raw(
                "POST",
                &[("authorization", &bearer)],
                command.to_string().as_bytes(),
            )
            .await;
        assert_eq!(reply.status, 200, "{command}: {}", reply.text());
        serde_json::from_slice(&reply.body).unwrap()
    }

    pub(crate) async fn operator_raw(
        &self,
        method: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let address = self.running.operator_address();
        let mut head = format!(
            "{method} / HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(&[head.as_bytes(), body].concat())
            .await
            .unwrap();
        Reply::read(&mut stream, method).await
    }
}

/// A request in the making.
#[derive(Clone)]
pub(crate) struct Ask<'w> {
    wire: &'w Wire,
    address: SocketAddr,
    host: String,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    by: Option<String>,
    dated: bool,
    s3: bool,
}

impl Ask<'_> {
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Signed by another identity of the default configuration.
    pub(crate) fn by(mut self, identity: &str) -> Self {
        self.by = Some(identity.into());
        self
    }

    pub(crate) fn anonymous(mut self) -> Self {
        self.by = None;
        self
    }

    /// Sent to another listener, under the same Host.
    pub(crate) fn to(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    pub(crate) fn host(mut self, host: &str) -> Self {
        self.host = host.into();
        self
    }

    /// Signed as an S3 client signs, with `AWS id:signature`.
    pub(crate) fn s3(mut self) -> Self {
        self.s3 = true;
        self
    }

    pub(crate) fn undated(mut self) -> Self {
        self.dated = false;
        self
    }

    /// The request as it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut headers = self.headers.clone();
        if self.dated {
            headers.push(("Date".into(), Timestamp(self.wire.now()).to_rfc1123()));
        }
        if let Some(name) = &self.by {
            let identity = self
                .wire
                .running
                .config()
                .identities
                .get(name)
                .expect("a known identity");
            if let Some(token) = &identity.security_token {
                let dialect = if self.s3 { "amz" } else { "oss" };
                headers.push((format!("x-{dialect}-security-token"), token.clone()));
            }
            let credentials = Credentials {
                access_key_id: &identity.access_key_id,
                access_key_secret: &identity.access_key_secret,
                security_token: identity.security_token.as_deref(),
            };
            let authorization = self.sign(&headers, &credentials);
            headers.push(("Authorization".into(), authorization));
        }
        let chunked = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding"));
        if !chunked && (!self.body.is_empty() || matches!(self.method.as_str(), "PUT" | "POST")) {
            headers.push(("Content-Length".into(), self.body.len().to_string()));
        }
        let mut bytes = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\n",
            self.method, self.target, self.host
        )
        .into_bytes();
        for (name, value) in headers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }

    fn sign(&self, headers: &[(String, String)], credentials: &Credentials<'_>) -> String {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let segments = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = if self.host == self.wire.running.address().to_string() {
            segments.split_once('/').unwrap_or((segments, ""))
        } else {
            (
                self.host
                    .split_once(".oss-")
                    .map_or("", |(bucket, _)| bucket),
                segments,
            )
        };
        let key = oss_auth::percent_decode(key).unwrap();
        let query: Vec<QueryPair<'_>> = oss_auth::parse_query(query).unwrap();
        let headers: Vec<Header<'_>> = headers
            .iter()
            .map(|(name, value)| Header::new(name, value))
            .collect();
        let request = oss_auth::Request {
            method: &self.method,
            bucket: Some(bucket).filter(|bucket| !bucket.is_empty()),
            key: Some(key.as_ref()).filter(|key| !key.is_empty()),
            query: &query,
            headers: &headers,
            path,
        };
        if self.s3 {
            oss_auth::s3::v2::header::sign(&request, credentials)
        } else {
            oss_auth::v1::header::sign(&request, credentials)
        }
    }

    pub(crate) async fn send(self) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        self.send_on(&mut stream).await
    }

    pub(crate) async fn send_on(self, stream: &mut TcpStream) -> Reply {
        stream.write_all(&self.bytes()).await.unwrap();
        Reply::read(stream, &self.method).await
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Reads one answer from a connection.
    pub(crate) async fn read(stream: &mut TcpStream, method: &str) -> Self {
        tokio::time::timeout(PATIENCE, Self::read_patiently(stream, method))
            .await
            .expect("the server answers in time")
    }

    async fn read_patiently(stream: &mut TcpStream, method: &str) -> Self {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = stream.read_u8().await.unwrap_or_else(|error| {
                panic!(
                    "the answer is cut after {:?}: {error}",
                    String::from_utf8_lossy(&head)
                )
            });
            head.push(byte);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.split("\r\n").filter(|line| !line.is_empty());
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut reply = Self {
            status,
            headers,
            body: Vec::new(),
        };
        let bodiless = method == "HEAD" || matches!(status, 204 | 304);
        let length = reply
            .header("content-length")
            .filter(|_| !bodiless)
            .map_or(0, |text| text.parse().unwrap());
        reply.body = vec![0; length];
        stream.read_exact(&mut reply.body).await.unwrap();
        reply
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every value of the header.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The header, which must be there.
    pub(crate) fn the(&self, name: &str) -> &str {
        self.header(name)
            .unwrap_or_else(|| panic!("{name} is missing in {:?}", self.headers))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Asserts the status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Asserts an error answer: its status, its code, and the envelope around them.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.code().as_str()),
            (status, code),
            "{}",
            self.text()
        );
        let error = self.xml();
        assert_eq!(error.name, "Error");
        assert_eq!(
            error.text_of("RequestId"),
            self.header("x-oss-request-id")
                .or(self.header("x-amz-request-id"))
        );
        assert_eq!(error.text_of("EC"), self.header("x-oss-ec"));
        assert_eq!(self.the("content-type"), "application/xml");
        self
    }

    /// The `Code` of an error answer; empty when there is none.
    pub(crate) fn code(&self) -> String {
        xml::read(&self.body)
            .ok()
            .and_then(|error| error.text_of("Code").map(str::to_owned))
            .unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn xml(&self) -> Element {
        xml::read(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The text at a path of element names below the root; the first where there are several.
    #[track_caller]
    pub(crate) fn at(&self, path: &str) -> String {
        let root = self.xml();
        let mut element = &root;
        for name in path.split('/') {
            element = element
                .child(name)
                .unwrap_or_else(|| panic!("no {path} in {}", self.text()));
        }
        element.text.clone()
    }

    /// The texts of `child` in every `parent` below the root.
    pub(crate) fn every(&self, parent: &str, child: &str) -> Vec<String> {
        let root = self.xml();
        root.all(parent)
            .filter_map(|element| element.text_of(child))
            .map(str::to_owned)
            .collect()
    }
}
