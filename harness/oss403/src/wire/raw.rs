//! Requests and answers on a connection, byte by byte: what is sent is sent as it is, and what comes back is never more than the limits.

use futures_util::FutureExt as _;
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf,
};
use tokio::time::{Instant as Deadline, timeout_at};

use super::client::Outgoing;
use super::exchange::{Failure, FailureKind, Response};
use super::limits::Limits;

/// The most header lines an answer may have.
const MOST_HEADERS: usize = 128;
/// The most bytes the head of an answer may have.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// The most bytes of a line that gives the length of a chunk, extensions included.
const MOST_CHUNK_LINE: usize = 4096;
/// How much is read at a time.
const PIECE: usize = 8192;

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection, for one request after the other.
pub(super) struct Connection {
    reader: Reader<ReadHalf<Box<dyn Stream>>>,
    writing: WriteHalf<Box<dyn Stream>>,
    /// Whether nothing of what was asked and answered so far stands in the way of another request.
    clean: bool,
}

impl Connection {
    pub(super) fn new(stream: impl Stream + 'static) -> Self {
        let (reading, writing) = tokio::io::split(Box::new(stream) as Box<dyn Stream>);
        Self {
            reader: Reader {
                stream: reading,
                buffer: Vec::new(),
                ended: false,
            },
            writing,
            clean: true,
        }
    }

    /// Whether another request may follow on this connection.
    pub(super) fn is_clean(&self) -> bool {
        self.clean && self.reader.buffer.is_empty()
    }

    /// Whether nothing has come since the last answer, the end included.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.reader.stream.read(&mut [0]).now_or_never().is_none()
    }

    /// Sends the request and reads one answer.
    pub(super) async fn exchange(
        &mut self,
        outgoing: &Outgoing,
        request: &[u8],
        deadline: Deadline,
        limits: &Limits,
    ) -> Result<Response, Failure> {
        let Self {
            reader, writing, ..
        } = self;
        self.clean = false;
        let mut written = false;
        // A server may answer before it has read everything, so writing and reading go on at the same time.
        let write = async {
            if writing.write_all(request).await.is_ok() {
                // Whether the last bytes leave is seen by whether an answer comes.
                written = writing.flush().await.is_ok();
            }
            std::future::pending::<std::convert::Infallible>().await
        };
        let head = async { timeout_at(deadline, reader.head()).await };
        let head = tokio::select! {
            biased;
            never = write => match never {},
            head = head => head,
        };
        let failed = |kind, detail| Failure { kind, detail };
        let (mut response, lives_on) = match head {
            Err(_) => {
                let detail = format!("no answer within {:?}", limits.time_per_request);
                return Err(failed(FailureKind::Timeout, detail));
            }
            Ok(Err(failure)) => return Err(failure),
            Ok(Ok(head)) => head,
        };
        let body = reader.body(&mut response, outgoing.method == "HEAD", limits.body_bytes);
        let body = timeout_at(deadline, body).await;
        match body {
            Ok(Ok(end)) => self.clean = lives_on && written && end == End::Told,
            Ok(Err(_)) | Err(_) => response.truncated = true,
        }
        Ok(response)
    }
}

fn malformed(detail: String) -> Failure {
    let kind = FailureKind::Malformed;
    Failure { kind, detail }
}

fn lost(detail: impl Into<String>) -> Failure {
    Failure {
        kind: FailureKind::Lost,
        detail: detail.into(),
    }
}

/// How the end of an answer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The answer says where it is.
    Told,
    /// The connection ends there.
    Closed,
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

    /// Reads the head of the final answer; informational ones before it are skipped. Also whether the connection lives on after it.
    async fn head(&mut self) -> Result<(Response, bool), Failure> {
        let mut seen = 0;
        loop {
            let parsed = head_in(&self.buffer).map_err(malformed)?;
            let whole = parsed.is_some();
            if let Some((response, lives_on, length)) = parsed {
                self.buffer.drain(..length);
                seen += length;
                if !(100..200).contains(&response.status) || response.status == 101 {
                    return Ok((response, lives_on));
                }
            }
            if seen + self.buffer.len() > MOST_HEAD_BYTES {
                let detail =
                    format!("the head of the answer is longer than {MOST_HEAD_BYTES} bytes");
                return Err(malformed(detail));
            }
            let more_is_here = whole && !self.buffer.is_empty();
            if !more_is_here && !self.more().await.map_err(lost)? {
                return Err(lost("the connection was closed before an answer came"));
            }
        }
    }

    /// Reads the body up to the limit. An error means that it is not whole.
    async fn body(
        &mut self,
        response: &mut Response,
        bodiless: bool,
        limit: usize,
    ) -> Result<End, String> {
        if bodiless || matches!(response.status, 204 | 304) {
            return Ok(End::Told);
        }
        if response.status == 101 {
            return Ok(End::Closed);
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
                self.take(response, length, limit).await?;
                Ok(End::Told)
            }
            None => loop {
                self.keep(response, u64::MAX, limit)?;
                if !self.more().await? {
                    return Ok(End::Closed);
                }
            },
        }
    }

    async fn chunks(&mut self, response: &mut Response, limit: usize) -> Result<End, String> {
        loop {
            let length = self.chunk_length().await?;
            if length == 0 {
                // The body is whole. What may follow it is not waited for.
                let ends = self.buffer == b"\r\n";
                self.buffer.clear();
                return Ok(if ends { End::Told } else { End::Closed });
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
        let kept = &self.buffer[..most.min(room)];
        response.body.extend_from_slice(kept);
        self.buffer.drain(..most);
        if most > room {
            Err("the body is longer than the limit".into())
        } else {
            Ok(most as u64)
        }
    }
}

/// The head at the start of these bytes, whether the connection lives on after its answer, and its length; `None` when it is not whole.
fn head_in(bytes: &[u8]) -> Result<Option<(Response, bool, usize)>, String> {
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
    let closes = |(name, value): &(String, String)| {
        name == "connection" && value.to_ascii_lowercase().contains("close")
    };
    let lives_on = parsed.version == Some(1) && !response.headers.iter().any(closes);
    Ok(Some((response, lives_on, length)))
}
