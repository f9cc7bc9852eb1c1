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
    /// The run is being stopped.
    Interrupted,
}

/// What came in the way, in words, and the exchange that shows it, when there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) words: String,
    pub(crate) exchange: Option<Box<Exchange>>,
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
        let (progress, exchange) = match self {
            Self::Precondition(reason) => {
                (Progress::PreconditionFailed(reason.words), reason.exchange)
            }
            Self::Harness(reason) => (Progress::HarnessError(reason.words), reason.exchange),
            Self::Interrupted => (Progress::Interrupted, None),
        };
        record.progress = progress;
        record.failed_step = exchange.map(|exchange| *exchange);
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
pub(crate) fn succeeded(exchange: Exchange) -> Result<Response, RunFault> {
    let request = &exchange.request;
    let path = request
        .target
        .split(['?', '&'])
        .take(2)
        .collect::<Vec<_>>()
        .join("?");
    let asked = format!("{} {path} on {}", request.method, request.host);
    let shown = |words: String, exchange: Exchange| Reason {
        words,
        exchange: Some(Box::new(exchange)),
    };
    match &exchange.outcome {
        Outcome::Answered(response) if !response.is_success() => {
            let words = format!("{asked} answered {}", describe(response));
            Err(RunFault::Precondition(shown(words, exchange)))
        }
        Outcome::Failed(failure) => {
            let words = format!("{asked}: {}", failure.detail);
            Err(RunFault::Harness(shown(words, exchange)))
        }
        Outcome::Answered(_) => match exchange.outcome {
            Outcome::Answered(response) => Ok(response),
            Outcome::Failed(_) => unreachable!("it was looked at just now"),
        },
    }
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
