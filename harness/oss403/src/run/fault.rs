//! Why a twin could not be sent as it should have been.

use super::record::{Progress, TwinRecord};
use crate::target::operator::OperatorError;
use crate::wire::exchange::{Exchange, Outcome, Response};
use crate::wire::scene::SceneError;
use crate::wire::xml;

/// What came in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunFault {
    /// The target would not make the scenario's world.
    Precondition(Reason),
    /// Our fault, or the network's.
    Harness(Reason),
    /// A request that must not simply be repeated was not answered so that one could know what became of it; in another world it may be.
    Unknown {
        reason: Reason,
        /// Whether there was an answer at all.
        answered: bool,
    },
    /// The run is being stopped.
    Interrupted,
}

/// What came in the way, in words, and the exchange that shows it, when there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    words: String,
    exchange: Option<Box<Exchange>>,
}

impl From<String> for Reason {
    fn from(words: String) -> Self {
        Self {
            words,
            exchange: None,
        }
    }
}

impl From<&str> for Reason {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl RunFault {
    /// Notes in a record how far it came.
    pub(crate) fn note_in(self, record: &mut TwinRecord) {
        let (progress, exchange) = match self.for_good() {
            Self::Precondition(reason) => {
                (Progress::PreconditionFailed(reason.words), reason.exchange)
            }
            Self::Harness(reason) | Self::Unknown { reason, .. } => {
                (Progress::HarnessError(reason.words), reason.exchange)
            }
            Self::Interrupted => (Progress::Interrupted, None),
        };
        record.progress = progress;
        record.failed_step = exchange.map(|exchange| *exchange);
    }

    /// What came in the way, for a person.
    pub(crate) fn reason(self) -> String {
        match self {
            Self::Precondition(reason) | Self::Harness(reason) | Self::Unknown { reason, .. } => {
                reason.words
            }
            Self::Interrupted => "the run is being stopped".into(),
        }
    }

    /// The same with something more to say of it.
    pub(crate) fn saying(mut self, more: &str) -> Self {
        match &mut self {
            Self::Precondition(reason) | Self::Harness(reason) | Self::Unknown { reason, .. } => {
                reason.words += more;
            }
            Self::Interrupted => {}
        }
        self
    }

    /// The same, where another world would change nothing.
    pub(crate) fn for_good(self) -> Self {
        match self {
            Self::Unknown {
                reason,
                answered: true,
            } => Self::Precondition(reason),
            Self::Unknown { reason, .. } => Self::Harness(reason),
            fault => fault,
        }
    }
}

impl From<SceneError> for RunFault {
    fn from(error: SceneError) -> Self {
        Self::Harness(error.to_string().into())
    }
}

impl From<OperatorError> for RunFault {
    fn from(error: OperatorError) -> Self {
        if error.is_harness() {
            Self::Harness(error.to_string().into())
        } else {
            Self::Precondition(error.to_string().into())
        }
    }
}

/// The answer to a request of the harness, if it succeeded.
pub(crate) fn succeeded(sent: Result<Exchange, RunFault>) -> Result<Response, RunFault> {
    let exchange = sent?;
    let unreadable = exchange.unreadable();
    let is_readable = unreadable.is_none();
    match exchange.outcome {
        Outcome::Answered(response) if is_readable && response.is_success() => return Ok(response),
        _ => {}
    }
    let (request, earlier) = (&exchange.request, &exchange.earlier);
    let path = request
        .target
        .split(['?', '&'])
        .take(2)
        .collect::<Vec<_>>()
        .join("?");
    let times = match earlier.len() {
        0 => String::new(),
        more => format!(", sent {} times,", more + 1),
    };
    let asked = format!("{} {path} on {}{times}", request.method, request.host);
    let words = match &exchange.outcome {
        Outcome::Failed(failure) => format!("{asked}: {}", failure.detail),
        Outcome::Answered(response) if response.truncated && !is_readable => {
            format!("{asked} was not answered completely")
        }
        Outcome::Answered(response) => format!("{asked} answered {}", describe(response)),
    };
    let answered = exchange.response().is_some();
    let is_only = earlier.is_empty();
    let reason = Reason {
        words,
        exchange: Some(Box::new(exchange)),
    };
    // Refused after an attempt of which nobody knows whether it was carried out, and maybe for that very reason; or not known
    // at the first attempt, after which there was no other.
    Err(if is_only != is_readable {
        RunFault::Unknown { reason, answered }
    } else if answered {
        RunFault::Precondition(reason)
    } else {
        RunFault::Harness(reason)
    })
}

/// Status, code and message of an answer, in one line.
pub(crate) fn describe(response: &Response) -> String {
    let read = |name| xml::text(&response.body, name).map(|text| clipped(&text));
    match (read("Code"), read("Message")) {
        (Some(code), Some(message)) => format!("{} {code}: {message}", response.status),
        (Some(code), None) => format!("{} {code}", response.status),
        _ => response.status.to_string(),
    }
}

/// Text of a server's, cut to a length that a line can bear.
fn clipped(text: &str) -> String {
    const MOST: usize = 200;
    if text.chars().count() > MOST {
        text.chars().take(MOST).chain(['…']).collect()
    } else {
        text.to_owned()
    }
}
