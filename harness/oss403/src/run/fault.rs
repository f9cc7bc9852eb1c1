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
    /// The run is being stopped.
    Interrupted,
}

impl From<RunFault> for Progress {
    fn from(fault: RunFault) -> Self {
        match fault {
            RunFault::Precondition(reason) => Self::PreconditionFailed(reason),
            RunFault::Harness(reason) => Self::HarnessError(reason),
            RunFault::Interrupted => Self::Interrupted,
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
pub(crate) fn succeeded(exchange: Exchange) -> Result<Response, RunFault> {
    let Exchange {
        request, outcome, ..
    } = exchange;
    let path = request
        .target
        .split(['?', '&'])
        .take(2)
        .collect::<Vec<_>>()
        .join("?");
    let asked = format!("{} {path} on {}", request.method, request.host);
    match outcome {
        Outcome::Answered(response) if response.is_success() => Ok(response),
        Outcome::Answered(response) => {
            let what = describe(&response);
            Err(RunFault::Precondition(format!("{asked} answered {what}")))
        }
        Outcome::Failed(failure) => Err(RunFault::Harness(format!("{asked}: {}", failure.detail))),
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
