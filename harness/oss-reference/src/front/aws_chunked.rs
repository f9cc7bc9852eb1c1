//! Takes the framing of `aws-chunked` away, which S3 clients put around a body that they sign piece by piece.
//!
//! `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n`, ended by a chunk of length zero and optional trailers. The signatures of the
//! chunks are not verified: the request's own signature has been, and none of the documented refusals rests on theirs.

use bytes::{Buf, Bytes, BytesMut};

/// A chunk's length line is shorter than this, signature included.
const LONGEST_LINE: usize = 512;

#[derive(Debug, Default)]
enum State {
    #[default]
    Line,
    Data(u64),
    DataEnd,
    /// Behind the chunk of length zero.
    Trailer,
}

/// A decoder for one body.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    state: State,
    buffer: BytesMut,
}

impl Decoder {
    /// The payload in `bytes`; `None` when the framing is wrong.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Option<Bytes> {
        self.buffer.extend_from_slice(bytes);
        let mut payload = BytesMut::new();
        loop {
            match self.state {
                State::Line => {
                    let Some(end) = memchr::memmem::find(&self.buffer, b"\r\n") else {
                        return (self.buffer.len() <= LONGEST_LINE).then(|| payload.freeze());
                    };
                    let line = self.buffer.split_to(end + 2);
                    let line = std::str::from_utf8(&line[..end])
                        .ok()
                        .filter(|line| line.len() <= LONGEST_LINE)?;
                    let digits = line.split(';').next().unwrap_or_default();
                    let plain =
                        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                    let length = u64::from_str_radix(digits, 16).ok().filter(|_| plain)?;
                    self.state = if length == 0 {
                        State::Trailer
                    } else {
                        State::Data(length)
                    };
                }
                State::Data(left) => {
                    let take = self
                        .buffer
                        .len()
                        .min(usize::try_from(left).unwrap_or(usize::MAX));
                    payload.extend_from_slice(&self.buffer.split_to(take));
                    let left = left - take as u64;
                    if left > 0 {
                        self.state = State::Data(left);
                        return Some(payload.freeze());
                    }
                    self.state = State::DataEnd;
                }
                State::DataEnd => {
                    if self.buffer.len() < 2 {
                        return Some(payload.freeze());
                    }
                    if !self.buffer.starts_with(b"\r\n") {
                        return None;
                    }
                    self.buffer.advance(2);
                    self.state = State::Line;
                }
                State::Trailer => {
                    self.buffer.clear();
                    return Some(payload.freeze());
                }
            }
        }
    }

    /// Whether the last chunk has been seen.
    pub(super) fn finished(&self) -> bool {
        matches!(self.state, State::Trailer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(body: &[u8], size: usize) -> Option<(Vec<u8>, bool)> {
        let mut decoder = Decoder::default();
        let mut payload = Vec::new();
        for piece in body.chunks(size) {
            payload.extend(decoder.decode(piece)?);
        }
        Some((payload, decoder.finished()))
    }

    #[test]
    fn every_way_of_cutting_gives_the_same_payload() {
        let body = b"5;chunk-signature=ab\r\nhello\r\n3\r\n\r\n!\r\n0;chunk-signature=cd\r\nx-amz-checksum:1\r\n\r\n";
        for size in 1..body.len() {
            assert_eq!(
                decode(body, size),
                Some((b"hello\r\n!".to_vec(), true)),
                "size {size}"
            );
        }
    }

    #[test]
    fn wrong_framing_is_noticed() {
        assert_eq!(
            decode(b"5\r\nhelloX", 99).map(|(_, finished)| finished),
            Some(false)
        );
        assert_eq!(decode(b"5\r\nhelloXX", 99), None);
        assert_eq!(decode(b"+5\r\nhello\r\n", 99), None);
        assert_eq!(decode(b"\r\n", 99), None);
        assert_eq!(decode(&[b'1'; 600], 99), None);
        assert_eq!(decode(b"fffffffffffffffff\r\n", 99), None);
    }
}
