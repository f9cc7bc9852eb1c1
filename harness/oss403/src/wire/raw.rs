//! Exact bytes on a connection of their own, for requests that an HTTP client would change or refuse.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::address::{Address, host_name};
use super::client::{CONNECT_TIME, MOST_HEADERS, Outgoing, failed, has, needs_length};
use super::exchange::{FailureKind, Outcome, Response};

/// The most bytes the head of an answer may have.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// The most bytes of a line that gives the length of a chunk, extensions included.
const MOST_CHUNK_LINE: usize = 4096;

/// How much is read at a time.
const PIECE: usize = 8192;

/// Sends the request as it is and reads one answer.
pub(super) async fn send(
    outgoing: &Outgoing,
    address: &Address,
    tls: Option<&tokio_rustls::TlsConnector>,
    deadline: Instant,
    limit: usize,
) -> Outcome {
    let connect = TcpStream::connect((address.host.as_str(), address.port));
    let connected_by = deadline.min(Instant::now() + CONNECT_TIME);
    let stream = match tokio::time::timeout_at(connected_by, connect).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return failed(FailureKind::Connect, error.to_string()),
        Err(_) => return failed(FailureKind::Connect, "no connection in time"),
    };
    // Without it an answer may only come later, which matters to nobody but the clock.
    let _ = stream.set_nodelay(true);
    let Some(connector) = tls else {
        return talk(stream, outgoing, deadline, limit).await;
    };
    let name = host_name(&outgoing.host).to_owned();
    let name = match rustls::pki_types::ServerName::try_from(name) {
        Ok(name) => name,
        Err(error) => return failed(FailureKind::Connect, error.to_string()),
    };
    match tokio::time::timeout_at(deadline, connector.connect(name, stream)).await {
        Ok(Ok(stream)) => talk(stream, outgoing, deadline, limit).await,
        Ok(Err(error)) => failed(FailureKind::Connect, error.to_string()),
        Err(_) => failed(FailureKind::Timeout, "no TLS handshake in time"),
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite,
    outgoing: &Outgoing,
    deadline: Instant,
    limit: usize,
) -> Outcome {
    let (reading, mut writing) = tokio::io::split(stream);
    let request = bytes_of(outgoing);
    let mut reader = Reader {
        stream: reading,
        buffer: Vec::new(),
        ended: false,
    };
    let bodiless = outgoing.method == "HEAD";
    // A server may answer before it has read everything, so writing and reading go on at the same time.
    let write = async {
        let written = writing.write_all(&request).await;
        if written.is_ok() {
            // Whether the last bytes leave is seen by whether an answer comes.
            let _ = writing.flush().await;
        }
        std::future::pending::<std::convert::Infallible>().await
    };
    let read = async { tokio::time::timeout_at(deadline, reader.head()).await };
    let head = tokio::select! {
        never = write => match never {},
        head = read => head,
    };
    match head {
        Err(_) => failed(FailureKind::Timeout, "no answer in time"),
        Ok(Err(detail)) => failed(FailureKind::Protocol, detail),
        Ok(Ok(mut response)) => {
            let body = reader.body(&mut response, bodiless, limit);
            let whole = tokio::time::timeout_at(deadline, body).await;
            response.truncated |= !matches!(whole, Ok(Ok(())));
            Outcome::Answered(response)
        }
    }
}

/// The request as it goes on the wire.
fn bytes_of(outgoing: &Outgoing) -> Vec<u8> {
    let Outgoing {
        method,
        target,
        host,
        headers,
        body,
        ..
    } = outgoing;
    let mut head = format!("{method} {target} HTTP/1.1\r\n");
    if !has(headers, "host") {
        head.push_str(&format!("Host: {host}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let chunked = has(headers, "transfer-encoding");
    if needs_length(outgoing) && !has(headers, "content-length") && !chunked {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    if !has(headers, "connection") {
        head.push_str("Connection: close\r\n");
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Reads an answer piece by piece and never holds more than the limits.
struct Reader<S> {
    stream: S,
    buffer: Vec<u8>,
    ended: bool,
}

impl<S: AsyncRead + Unpin> Reader<S> {
    /// Reads more; `false` at the end.
    async fn more(&mut self) -> Result<bool, String> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.reserve(PIECE);
        let read = self.stream.read_buf(&mut self.buffer).await;
        let read = read.map_err(|error| error.to_string())?;
        self.ended = read == 0;
        Ok(read > 0)
    }

    /// Reads the head of the final answer; informational ones before it are skipped.
    async fn head(&mut self) -> Result<Response, String> {
        let mut seen = 0;
        loop {
            let parsed = head_in(&self.buffer)?;
            let whole = parsed.is_some();
            if let Some((response, length)) = parsed {
                self.buffer.drain(..length);
                seen += length;
                if !(100..200).contains(&response.status) || response.status == 101 {
                    return Ok(response);
                }
            }
            if seen + self.buffer.len() > MOST_HEAD_BYTES {
                return Err(format!(
                    "the head of the answer is longer than {MOST_HEAD_BYTES} bytes"
                ));
            }
            let more_is_here = whole && !self.buffer.is_empty();
            if !more_is_here && !self.more().await? {
                return Err("the connection was closed before an answer came".into());
            }
        }
    }

    /// Reads the body up to the limit. An error means that it is not whole.
    async fn body(
        &mut self,
        response: &mut Response,
        bodiless: bool,
        limit: usize,
    ) -> Result<(), String> {
        if bodiless || matches!(response.status, 101 | 204 | 304) {
            return Ok(());
        }
        let chunked = response
            .header("transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        if chunked {
            return self.chunks(response, limit).await;
        }
        match response.header("content-length") {
            Some(length) => {
                let length = length
                    .trim()
                    .parse::<u64>()
                    .map_err(|_| "no length".to_owned())?;
                self.take(response, length, limit).await
            }
            None => loop {
                self.keep(response, u64::MAX, limit)?;
                if !self.more().await? {
                    return Ok(());
                }
            },
        }
    }

    async fn chunks(&mut self, response: &mut Response, limit: usize) -> Result<(), String> {
        loop {
            let length = self.chunk_length().await?;
            if length == 0 {
                return Ok(());
            }
            self.take(response, length, limit).await?;
            self.line().await?;
        }
    }

    async fn chunk_length(&mut self) -> Result<u64, String> {
        let line = self.line().await?;
        let digits = line.split(';').next().unwrap_or_default().trim();
        u64::from_str_radix(digits, 16).map_err(|_| "a chunk without a length".into())
    }

    async fn line(&mut self) -> Result<String, String> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.buffer.len() > MOST_CHUNK_LINE || !self.more().await? {
                return Err("a chunk without an end".into());
            }
        }
    }

    /// Moves exactly `length` bytes into the response.
    async fn take(
        &mut self,
        response: &mut Response,
        length: u64,
        limit: usize,
    ) -> Result<(), String> {
        let mut left = length;
        loop {
            left -= self.keep(response, left, limit)?;
            if left == 0 {
                return Ok(());
            }
            if !self.more().await? {
                return Err("the body ended early".into());
            }
        }
    }

    /// Moves what is buffered, at most `most` bytes, into the response.
    fn keep(&mut self, response: &mut Response, most: u64, limit: usize) -> Result<u64, String> {
        let most = usize::try_from(most)
            .unwrap_or(usize::MAX)
            .min(self.buffer.len());
        let room = limit - response.body.len();
        response.body.extend(self.buffer.drain(..most).take(room));
        if most > room {
            Err("the body is longer than the limit".into())
        } else {
            Ok(most as u64)
        }
    }
}

/// The head at the start of these bytes and its length; `None` when it is not whole. Its table of headers must not live in a future.
fn head_in(bytes: &[u8]) -> Result<Option<(Response, usize)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    let status = parsed.parse(bytes).map_err(|error| error.to_string())?;
    let httparse::Status::Complete(length) = status else {
        return Ok(None);
    };
    let headers = parsed.headers.iter().map(|header| {
        let value = String::from_utf8_lossy(header.value).into_owned();
        (header.name.to_ascii_lowercase(), value)
    });
    let response = Response {
        status: parsed.code.unwrap_or_default(),
        headers: headers.collect(),
        ..Response::default()
    };
    Ok(Some((response, length)))
}
