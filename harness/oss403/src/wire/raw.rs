//! Requests and answers on a connection, byte by byte: what is sent is sent as it is, and what comes back is never more than the limits.

use std::convert::Infallible;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::error::Elapsed;
use tokio::time::{Instant as Deadline, timeout_at};

use super::answer::{Broken, Reader};
use super::exchange::{Failure, FailureKind, Response};
use super::limits::Limits;

/// How long more is waited for after an answer on a connection that was to be closed with it.
const AFTERWARDS: Duration = Duration::from_millis(50);

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection, for one request after the other.
pub(super) struct Connection {
    reader: Reader<ReadHalf<Box<dyn Stream>>>,
    writing: WriteHalf<Box<dyn Stream>>,
    /// Whether nothing of what was asked and answered so far stands in the way of another request.
    clean: bool,
}

/// What is sent, and how its answer is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'r> {
    pub(super) bytes: &'r [u8],
    /// Whether it is HEAD.
    pub(super) is_head: bool,
    /// Whether the connection ends with the answer.
    pub(super) is_last: bool,
}

impl Connection {
    pub(super) fn new(stream: impl Stream + 'static) -> Self {
        let (reading, writing) = tokio::io::split(Box::new(stream) as Box<dyn Stream>);
        Self {
            reader: Reader::new(reading),
            writing,
            clean: true,
        }
    }

    /// Whether another request may follow on this connection.
    pub(super) fn is_clean(&self) -> bool {
        self.clean && self.reader.is_clean()
    }

    /// Whether nothing has come since the last answer, the end included.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.reader.is_quiet()
    }

    /// Whether not a byte came in answer to the last request.
    pub(super) fn was_mute(&self) -> bool {
        !self.reader.has_heard()
    }

    /// Sends the request and reads one answer. All of it ends at the deadline: an answer whose head is whole then is cut off there.
    pub(super) async fn exchange(
        &mut self,
        request: Request<'_>,
        deadline: Deadline,
        limits: &Limits,
    ) -> Result<Response, Failure> {
        let Self {
            reader, writing, ..
        } = self;
        self.clean = false;
        reader.begin();
        let mut written = false;
        // A server may answer before it has read everything, so writing and reading go on at the same time.
        let write = async {
            if writing.write_all(request.bytes).await.is_ok() {
                // Whether the last bytes leave is seen by whether an answer comes.
                written = writing.flush().await.is_ok();
            }
            std::future::pending::<Infallible>().await
        };
        let mut begun = None;
        let read = async {
            let head = begun.insert(reader.head(request.is_head).await?);
            reader.body(head, limits.body_bytes).await?;
            let by = request
                .is_last
                .then(|| deadline.min(Deadline::now() + AFTERWARDS));
            reader.excess(&mut head.response, by).await;
            Ok(())
        };
        let both = async {
            tokio::select! {
                biased;
                never = write => match never {},
                read = read => read,
            }
        };
        let ended = timeout_at(deadline, both).await;
        if let (Ok(Ok(())), Some(head)) = (&ended, &begun) {
            self.clean = written && head.lives_on && head.response.defects.is_empty();
        }
        let begun = begun.map(|head| head.response);
        outcome(ended, begun, limits.time_per_request)
    }
}

/// What an exchange came to: how it ended, and what of the answer had been read until then.
fn outcome(
    ended: Result<Result<(), Broken>, Elapsed>,
    begun: Option<Response>,
    limit: Duration,
) -> Result<Response, Failure> {
    let failed = |kind, detail| Err(Failure { kind, detail });
    match (ended, begun) {
        (Ok(Ok(())), Some(response)) => Ok(response),
        (Ok(Err(Broken::Malformed(detail))), begun) => {
            let status = begun.map(|response| format!(" {}", response.status));
            let status = status.unwrap_or_default();
            let detail = format!("the answer{status} cannot be read: {detail}");
            failed(FailureKind::Malformed, detail)
        }
        // Once the status is known it counts: a server cannot hide that it granted something by being slow.
        (_, Some(mut response)) => {
            response.truncated = true;
            Ok(response)
        }
        (Ok(Err(Broken::Off(detail))), None) => failed(FailureKind::Lost, detail),
        (Err(_) | Ok(Ok(())), None) => {
            failed(FailureKind::Timeout, format!("no answer within {limit:?}"))
        }
    }
}
