//! Why a twin could not be sent as it should have been.

use super::record::Progress;
use crate::target::operator::OperatorError;
use crate::wire::exchange::{Exchange, Outcome, Response};
use crate::wire::scene::SceneError;
use crate::wire::xml;

/// What came in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunFault {
    /// The target would not make the scenario's world.
    Precondition(String),
    /// Our fault, or the network's.
    Harness(String),
    /// A request that must not simply be repeated was not answered so that one could know what became of it; in another world it may be.
    Unknown {
        reason: String,
        /// Whether there was an answer at all.
        answered: bool,
    },
    /// The run is being stopped.
    Interrupted,
}

impl From<RunFault> for Progress {
    fn from(fault: RunFault) -> Self {
        match fault {
            RunFault::Precondition(reason) => Self::PreconditionFailed(reason),
            RunFault::Harness(reason) => Self::HarnessError(reason),
            RunFault::Unknown {
                reason,
                answered: true,
            } => Self::PreconditionFailed(reason),
            RunFault::Unknown { reason, .. } => Self::HarnessError(reason),
            RunFault::Interrupted => Self::Interrupted,
        }
    }
}

impl RunFault {
    /// What came in the way, for a person.
    pub(crate) fn reason(self) -> String {
        match self {
            Self::Precondition(reason) | Self::Harness(reason) | Self::Unknown { reason, .. } => {
                reason
            }
            Self::Interrupted => "the run is being stopped".into(),
        }
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
        Self::Harness(error.to_string())
    }
}

impl From<OperatorError> for RunFault {
    fn from(error: OperatorError) -> Self {
        if error.is_harness() {
            Self::Harness(error.to_string())
        } else {
            Self::Precondition(error.to_string())
        }
    }
}

/// The answer to a request of the harness, if it succeeded.
pub(crate) fn succeeded(sent: Result<Exchange, RunFault>) -> Result<Response, RunFault> {
    let exchange = sent?;
    let unreadable = exchange.unreadable();
    let Exchange {
        request,
        outcome,
        earlier,
        ..
    } = exchange;
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
    match (outcome, unreadable) {
        (Outcome::Answered(response), None) if response.is_success() => Ok(response),
        (Outcome::Answered(response), why) => {
            let is_unreadable = why.is_some();
            let reason = match why {
                Some(_) if response.truncated => {
                    format!("{asked} was not answered completely")
                }
                _ => format!("{asked} answered {}", describe(&response)),
            };
            // Refused after an attempt of which nobody knows whether it was carried out, and maybe for that very reason; or not known
            // at the first attempt, after which there was no other.
            if earlier.is_empty() == is_unreadable {
                let answered = true;
                return Err(RunFault::Unknown { reason, answered });
            }
            Err(RunFault::Precondition(reason))
        }
        (Outcome::Failed(failure), _) => {
            let reason = format!("{asked}: {}", failure.detail);
            if earlier.is_empty() {
                let answered = false;
                return Err(RunFault::Unknown { reason, answered });
            }
            Err(RunFault::Harness(reason))
        }
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
