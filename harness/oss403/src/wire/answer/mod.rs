//! Reading answers as RFC 9110 and RFC 9112 have them, within limits. There are three outcomes: what is right; what can be read but is
//! not HTTP/1.1, which is noted among the answer's defects; and what cannot be read at all.

mod chunks;
mod head;
#[cfg(test)]
mod tests;

use futures_util::FutureExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::{Instant as Deadline, timeout_at};

use super::exchange::{Interim, Response};
use head::Framing;
pub(super) use head::Head;

/// The most header lines an answer may have, and the most trailers.
const MOST_HEADERS: usize = 128;
/// The most bytes the head of an answer may have, those of the informational ones before it included; and the most of its trailers.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// The most informational answers before an answer.
const MOST_INTERIM: usize = 16;
/// The most bytes after an answer that are kept.
const MOST_EXCESS: usize = 64 * 1024;
/// How much is read at a time.
const PIECE: usize = 8192;

/// Why an answer is not whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The connection ended or broke, or the body is longer than the limit.
    Off(String),
    /// It cannot be read.
    Malformed(String),
}

fn malformed(detail: impl Into<String>) -> Broken {
    Broken::Malformed(detail.into())
}

/// Reads answers piece by piece, one after the other, and never holds more than the limits.
pub(super) struct Reader<S> {
    stream: S,
    buffer: Vec<u8>,
    /// Whether the connection ended.
    ended: bool,
    /// Whether anything has come since the last request.
    heard: bool,
}

impl<S: AsyncRead + Unpin> Reader<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
            ended: false,
            heard: false,
        }
    }

    /// Another answer is expected. Whatever comes from now on is a part of it.
    pub(super) fn begin(&mut self) {
        self.heard = false;
    }

    /// Whether any byte has come since [`Reader::begin`].
    pub(super) fn has_heard(&self) -> bool {
        self.heard
    }

    /// Whether the connection goes on, and nothing waits on it that was read and not used.
    pub(super) fn is_clean(&self) -> bool {
        !self.ended && self.buffer.is_empty()
    }

    /// Whether nothing has come since the last answer, the end included.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.stream.read(&mut [0]).now_or_never().is_none()
    }

    /// Reads the head of the final answer, with the informational ones before it.
    pub(super) async fn head(&mut self, of_head: bool) -> Result<Head, Broken> {
        let mut interim = Vec::new();
        let mut defects = Vec::new();
        let mut seen = 0;
        loop {
            let length = self.head_length(seen, &mut defects).await?;
            seen += length;
            let head = head::read(&self.buffer[..length], of_head).map_err(malformed)?;
            self.buffer.drain(..length);
            let mut response = head.response;
            if !(100..200).contains(&response.status) || response.status == 101 {
                // Those of an answer before come first.
                defects.append(&mut response.defects);
                response.defects = defects;
                response.interim = interim;
                return Ok(Head { response, ..head });
            }
            if interim.len() == MOST_INTERIM {
                let detail = format!("more than {MOST_INTERIM} informational answers");
                return Err(malformed(detail));
            }
            defects.append(&mut response.defects);
            interim.push(Interim {
                status: response.status,
                reason: response.reason,
                headers: response.headers,
            });
        }
    }

    /// Waits for a whole head, which begins where the buffer does; answers its length. `seen` bytes of heads were before it.
    async fn head_length(
        &mut self,
        seen: usize,
        defects: &mut Vec<String>,
    ) -> Result<usize, Broken> {
        let mut searched = 0;
        let mut empty = 0;
        loop {
            while let [b'\n', ..] | [b'\r', b'\n', ..] = self.buffer[..] {
                self.buffer.drain(..=usize::from(self.buffer[0] == b'\r'));
                head::note(defects, "an empty line before its status line");
                searched = 0;
                empty += 1;
            }
            let start = &self.buffer[..self.buffer.len().min(START.len())];
            if empty > MOST_EMPTY || (!START.starts_with(start) && start != b"\r") {
                return Err(malformed("it does not begin with `HTTP/1.`"));
            }
            match head::end(&self.buffer, searched) {
                Ok(length) if seen + length <= MOST_HEAD_BYTES => return Ok(length),
                Err(from) if seen + self.buffer.len() <= MOST_HEAD_BYTES => searched = from,
                _ => {
                    let detail = format!("its head is longer than {MOST_HEAD_BYTES} bytes");
                    return Err(malformed(detail));
                }
            }
            if !self.more().await? {
                let detail = if seen == 0 && self.buffer.is_empty() {
                    "the connection was closed before an answer came"
                } else {
                    "the connection was closed within the head of an answer"
                };
                return Err(Broken::Off(detail.into()));
            }
        }
    }

    /// Reads the body, at most `limit` bytes of it.
    pub(super) async fn body(&mut self, head: &mut Head, limit: usize) -> Result<(), Broken> {
        let response = &mut head.response;
        match head.framing {
            Framing::Bodiless => Ok(()),
            Framing::Length(length) => self.take(response, length, limit).await,
            Framing::Chunked => self.chunks(response, limit).await,
            Framing::Closed => loop {
                self.keep(response, u64::MAX, limit)?;
                if !self.more().await? {
                    return Ok(());
                }
            },
        }
    }

    /// Looks for what follows the answer without having been asked for, until `by` or, without that, without waiting.
    pub(super) async fn excess(&mut self, response: &mut Response, by: Option<Deadline>) {
        // What it is hardly matters any more, nor whether the connection breaks.
        match by {
            None => {
                let _ = self.more().now_or_never();
            }
            Some(by) => {
                let read = async {
                    while self.buffer.len() < MOST_EXCESS && self.more().await == Ok(true) {}
                };
                let _ = timeout_at(by, read).await;
            }
        }
        if self.buffer.is_empty() {
            return;
        }
        self.buffer.truncate(MOST_EXCESS);
        response.excess = std::mem::take(&mut self.buffer);
        let bytes = response.excess.len();
        let defect = match response.status {
            204 | 304 => format!("{bytes} bytes follow an answer that has no body"),
            _ => format!("{bytes} bytes follow the answer"),
        };
        response.defects.push(defect);
    }

    /// Reads more; `false` at the end.
    async fn more(&mut self) -> Result<bool, Broken> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.reserve(PIECE);
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(0) => {
                self.ended = true;
                Ok(false)
            }
            Ok(_) => {
                self.heard = true;
                Ok(true)
            }
            Err(error) => {
                self.ended = true;
                Err(Broken::Off(error.to_string()))
            }
        }
    }

    /// Moves exactly `length` bytes into the response.
    async fn take(
        &mut self,
        response: &mut Response,
        length: u64,
        limit: usize,
    ) -> Result<(), Broken> {
        let mut left = length;
        loop {
            left -= self.keep(response, left, limit)?;
            if left == 0 {
                return Ok(());
            }
            if !self.more().await? {
                return Err(Broken::Off("the body ended early".into()));
            }
        }
    }

    /// Moves what is buffered, at most `most` bytes, into the response.
    fn keep(&mut self, response: &mut Response, most: u64, limit: usize) -> Result<u64, Broken> {
        let most = usize::try_from(most)
            .unwrap_or(usize::MAX)
            .min(self.buffer.len());
        let room = limit - response.body.len();
        response
            .body
            .extend_from_slice(&self.buffer[..most.min(room)]);
        self.buffer.drain(..most);
        if most > room {
            Err(Broken::Off("the body is longer than the limit".into()))
        } else {
            Ok(most as u64)
        }
    }
}

/// How every answer begins.
const START: &[u8] = b"HTTP/1.";
/// The most empty lines before that.
const MOST_EMPTY: usize = 4;
