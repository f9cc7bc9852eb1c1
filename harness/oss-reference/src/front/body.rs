//! Bodies: arriving ones with a limit on silence, leaving ones in shared chunks.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use md5::{Digest, Md5};

use super::aws_chunked::Decoder;
use crate::answer::Rejection;

/// The body of a request.
pub(super) struct Arriving {
    incoming: Incoming,
    /// Longest time without a byte.
    patience: Duration,
    decoder: Option<Decoder>,
    /// Digest of the body as sent, where the request names one to compare it with.
    md5: Option<Md5>,
    begun: bool,
}

impl Arriving {
    pub(super) fn new(incoming: Incoming, patience: Duration) -> Self {
        Self {
            incoming,
            patience,
            decoder: None,
            md5: None,
            begun: false,
        }
    }

    /// From now on takes the framing of `aws-chunked` away.
    pub(super) fn decode_aws_chunked(&mut self) {
        self.decoder = Some(Decoder::default());
    }

    /// From now on keeps an MD5 of what arrives.
    pub(super) fn digest(&mut self) {
        self.md5 = Some(Md5::new());
    }

    /// The MD5 of what has arrived since [`Arriving::digest`].
    pub(super) fn md5(&mut self) -> Option<[u8; 16]> {
        self.md5.take().map(|md5| md5.finalize().into())
    }

    /// Whether any of it has been asked for: a client that waits for `100 Continue` gets it then.
    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    /// Whether nothing is left of it.
    pub(super) fn ended(&self) -> bool {
        self.incoming.is_end_stream()
    }

    /// The length announced, where one was.
    pub(super) fn announced(&self) -> Option<u64> {
        self.incoming.size_hint().exact()
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// 400 when the client falls silent, goes away, or frames its chunks wrongly.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Rejection> {
        self.begun = true;
        loop {
            let frame = tokio::time::timeout(self.patience, self.incoming.frame())
                .await
                .map_err(|_| silent())?;
            let Some(frame) = frame else {
                return match &self.decoder {
                    Some(decoder) if !decoder.finished() => Err(incomplete()),
                    _ => Ok(None),
                };
            };
            // Trailers carry nothing that OSS knows.
            let Ok(bytes) = frame.map_err(|_| incomplete())?.into_data() else {
                continue;
            };
            if let Some(md5) = &mut self.md5 {
                md5.update(&bytes);
            }
            let bytes = match &mut self.decoder {
                Some(decoder) => decoder.decode(&bytes).ok_or_else(incomplete)?,
                None => bytes,
            };
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    /// Reads and drops what is left, up to `limit` bytes and as long as no pause exceeds `patience`; tells whether that was all.
    pub(super) async fn drain(&mut self, limit: u64, patience: Duration) -> bool {
        let mut left = limit;
        while !self.ended() {
            let next = tokio::time::timeout(patience, self.incoming.frame()).await;
            match next {
                Ok(None) => return true,
                Ok(Some(Ok(frame))) => {
                    let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                    match left.checked_sub(length) {
                        Some(rest) => left = rest,
                        None => return false,
                    }
                }
                Ok(Some(Err(_))) | Err(_) => return false,
            }
        }
        true
    }
}

fn silent() -> Rejection {
    Rejection::new(
        400,
        "RequestTimeout",
        "Your socket connection to the server was not read from or written to within the timeout period.",
    )
}

fn incomplete() -> Rejection {
    Rejection::new(
        400,
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header.",
    )
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) struct Leaving {
    chunks: std::vec::IntoIter<Bytes>,
    left: u64,
}

impl Leaving {
    pub(crate) fn new(chunks: Vec<Bytes>) -> Self {
        let left = chunks.iter().map(|chunk| chunk.len() as u64).sum();
        Self {
            chunks: chunks.into_iter(),
            left,
        }
    }
}

impl Body for Leaving {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.chunks.next();
        self.left -= next.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Poll::Ready(next.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
