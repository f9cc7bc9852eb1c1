//! Bodies in chunks (RFC 9112 §7.1).

use memchr::memchr;
use tokio::io::AsyncRead;

use super::head::{self, BARE_LF, Lines, MOST_LENGTH, note};
use super::{Broken, MOST_HEAD_BYTES, Reader, malformed};
use crate::wire::exchange::Response;

/// The most bytes of a line that gives the length of a chunk, extensions included.
const MOST_CHUNK_LINE: usize = 4096;
/// The most bytes of all extensions of an answer. A recipient has to ignore those that it does not know, and may limit their length as that of
/// other parts of a message (RFC 9112 §7.1.1): short of the limit they are nothing but searched for leaks, beyond it nothing more is read, as
/// of a head that is too long.
const MOST_EXTENSIONS: usize = 8192;

impl<S: AsyncRead + Unpin> Reader<S> {
    pub(super) async fn chunks(
        &mut self,
        response: &mut Response,
        limit: usize,
    ) -> Result<(), Broken> {
        loop {
            let line = self.chunk_line().await?;
            let length = chunk_length(&self.buffer[..line], response);
            let length = length.map_err(malformed)?;
            self.buffer.drain(..line);
            if length == 0 {
                return self.trailers(response).await;
            }
            self.take(response, length, limit).await?;
            self.end_of_chunk(response).await?;
        }
    }

    /// Waits for a whole line; answers its length with its end.
    async fn chunk_line(&mut self) -> Result<usize, Broken> {
        let mut searched = 0;
        loop {
            match memchr(b'\n', &self.buffer[searched..]) {
                Some(feed) if searched + feed < MOST_CHUNK_LINE => return Ok(searched + feed + 1),
                None if self.buffer.len() < MOST_CHUNK_LINE => searched = self.buffer.len(),
                _ => return Err(malformed("a chunk's length does not end")),
            }
            if !self.more().await? {
                return Err(Broken::Off("the body ended before its last chunk".into()));
            }
        }
    }

    async fn end_of_chunk(&mut self, response: &mut Response) -> Result<(), Broken> {
        loop {
            match self.buffer[..] {
                [b'\r', b'\n', ..] => {
                    self.buffer.drain(..2);
                    return Ok(());
                }
                [b'\n', ..] => {
                    note(&mut response.defects, BARE_LF);
                    self.buffer.drain(..1);
                    return Ok(());
                }
                [] | [b'\r'] => {
                    if !self.more().await? {
                        return Err(Broken::Off("the body ended before its last chunk".into()));
                    }
                }
                _ => {
                    note(&mut response.defects, "no CRLF after a chunk");
                    return Ok(());
                }
            }
        }
    }

    /// The fields after the last chunk, and the empty line after them.
    async fn trailers(&mut self, response: &mut Response) -> Result<(), Broken> {
        let mut searched = 0;
        let length = loop {
            match self.buffer[..] {
                [b'\n', ..] => break 1,
                [b'\r', b'\n', ..] => break 2,
                _ => {}
            }
            match head::end(&self.buffer, searched) {
                Ok(length) if length <= MOST_HEAD_BYTES => break length,
                Err(from) if self.buffer.len() <= MOST_HEAD_BYTES => searched = from,
                _ => {
                    let detail = format!("its trailers are longer than {MOST_HEAD_BYTES} bytes");
                    return Err(malformed(detail));
                }
            }
            if !self.more().await? {
                if !self.buffer.is_empty() {
                    return Err(Broken::Off("the trailers ended early".into()));
                }
                // With the last chunk the body is whole (RFC 9112 §8).
                note(&mut response.defects, "no empty line after its last chunk");
                return Ok(());
            }
        };
        let Response {
            trailers, defects, ..
        } = response;
        let mut lines = Lines {
            rest: &self.buffer[..length],
        };
        head::fields(&mut lines, trailers, defects).map_err(malformed)?;
        self.buffer.drain(..length);
        if trailers
            .iter()
            .any(|(name, _)| NO_TRAILERS.contains(&&**name))
        {
            note(defects, "a trailer that may only be a header");
        }
        Ok(())
    }
}

/// Fields that say how an answer is framed, routed or read, and come too late after it (RFC 9110 §6.5.1).
const NO_TRAILERS: [&str; 11] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "location",
    "retry-after",
    "set-cookie",
    "trailer",
    "transfer-encoding",
];

/// The length of a chunk from its line: `1a` or `1A;name=value`.
fn chunk_length(line: &[u8], response: &mut Response) -> Result<u64, String> {
    let Response {
        defects,
        chunk_extensions,
        ..
    } = response;
    let line = &line[..line.len() - 1];
    let line = line.strip_suffix(b"\r").unwrap_or_else(|| {
        note(defects, BARE_LF);
        line
    });
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
    let (digits, after) = line.split_at(digits.count());
    let digits = str::from_utf8(digits).expect("digits are ASCII");
    let length = u64::from_str_radix(digits, 16);
    let length = length.ok().filter(|length| *length <= MOST_LENGTH);
    let length = length.ok_or("a chunk's length is no length")?;
    match head::trimmed(after) {
        [] if after.is_empty() => {}
        [] => note(defects, "white space after a chunk's length"),
        [b';', extensions @ ..] => {
            if extensions
                .iter()
                .any(|byte| byte.is_ascii_control() && *byte != b'\t')
            {
                note(defects, "control characters in a chunk's extensions");
            }
            chunk_extensions.push_str(&String::from_utf8_lossy(extensions));
            if chunk_extensions.len() > MOST_EXTENSIONS {
                let limit =
                    format!("the extensions of its chunks are longer than {MOST_EXTENSIONS} bytes");
                return Err(limit);
            }
        }
        _ => return Err("a chunk's length is no length".into()),
    }
    Ok(length)
}
