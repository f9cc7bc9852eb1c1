//! Canaries: before anything is judged, the target shows that it tells good credentials from bad ones.
//!
//! Without them broken credentials would look like a server that refuses everything it should.

use std::sync::Arc;

use super::context::unix_now;
use super::fault::describe;
use super::patience::send_patiently;
use crate::target::ReadyTarget;
use crate::wire::draft::Draft;
use crate::wire::exchange::{Exchange, Outcome, Response};
use crate::wire::identity::Identity;
use crate::wire::identity::Secret;
use crate::wire::scene::Scene;
use crate::wire::xml;
use oss403_case::model::Who;

/// Why nothing was sent but the canaries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanaryError {
    /// No answer.
    #[error("the target is unreachable at {address}: {detail}")]
    Unreachable { address: String, detail: String },
    /// The profile has no owner.
    #[error("the profile has no identity `owner`")]
    NoOwner,
    /// The target does not agree with the owner's secret.
    #[error("the target refuses the owner's signature: the access key secret is wrong")]
    WrongSecret,
    /// The target does not know the owner's key.
    #[error("the target does not know the owner's access key id")]
    UnknownKey,
    /// The clocks differ too much for any signature to be valid.
    #[error("the target's clock is {seconds} s off")]
    Clock {
        /// How far it is ahead of ours.
        seconds: i64,
    },
    /// The owner is refused for another reason.
    #[error("the target refuses the owner's ListBuckets: {answer}")]
    OwnerRefused {
        /// Status, code and message.
        answer: String,
    },
    /// A wrong secret and an unknown key are as good as the right ones.
    #[error(
        "the target accepts any credentials: a wrong secret and an unknown access key were answered {status}"
    )]
    AcceptsAnyCredentials {
        /// The status of the first.
        status: u16,
    },
    /// What should be refused was answered with an error of the server's.
    #[error("the target answers {status} to {what}")]
    NoRefusal {
        /// What was sent.
        what: &'static str,
        status: u16,
    },
}

/// Sends the canaries. Answers by how many seconds the target's clock is ahead of ours.
pub(crate) async fn run_canaries(target: &ReadyTarget) -> Result<i64, CanaryError> {
    let owner = target
        .identities
        .get(Who::Owner.as_str())
        .ok_or(CanaryError::NoOwner)?;
    let stranger = Identity::new(
        "OSS403NOSUCHKEY00000",
        Secret::new("oss403-no-such-secret"),
        None,
    );
    let (good, wrong, unknown) = tokio::join!(
        ask(target, Arc::clone(owner), Key::Own),
        ask(target, Arc::clone(owner), Key::Wrong),
        ask(target, Arc::new(stranger), Key::Own),
    );
    let good = answered(good)?;
    let ahead = clock_ahead(&good);
    if !good.is_success() {
        return Err(explain(&good, ahead));
    }
    // A target that lets only one of the two in is judged: the suite names that cause.
    let accepted = [
        lets_in(&answered(wrong)?, "a wrong signature")?,
        lets_in(&answered(unknown)?, "an unknown access key")?,
    ];
    if let [Some(status), Some(_)] = accepted {
        return Err(CanaryError::AcceptsAnyCredentials { status });
    }
    // `Date` has whole seconds, and the answer was on its way: a second is no difference.
    Ok(if ahead.abs() > 1 { ahead } else { 0 })
}

/// The secret that a canary signs with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// The identity's own.
    Own,
    Wrong,
}

/// ListBuckets, the one request that needs nothing but a key.
async fn ask(target: &ReadyTarget, identity: Arc<Identity>, key: Key) -> Exchange {
    let scene = Scene {
        names: Arc::clone(&target.names),
        buckets: std::collections::BTreeMap::new(),
        no_bucket: true,
        identities: std::collections::BTreeMap::new(),
        values: std::collections::BTreeMap::new(),
        vpc_address: None,
    };
    let with = target.usual_signature();
    let mut draft = Draft::new("GET", &scene, None, None, identity, with);
    draft.signing.wrong_secret = key == Key::Wrong;
    send_patiently(target, draft).await
}

fn answered(exchange: Exchange) -> Result<Response, CanaryError> {
    match exchange.outcome {
        Outcome::Answered(response) => Ok(response),
        Outcome::Failed(failure) => Err(CanaryError::Unreachable {
            address: exchange.request.address,
            detail: failure.detail,
        }),
    }
}

/// The status with which bad credentials were let in; `None` when they were refused.
fn lets_in(response: &Response, what: &'static str) -> Result<Option<u16>, CanaryError> {
    match response.status {
        400..500 => Ok(None),
        status @ 200..400 => Ok(Some(status)),
        status => Err(CanaryError::NoRefusal { what, status }),
    }
}

fn clock_ahead(response: &Response) -> i64 {
    response
        .date()
        .map_or(0, |date| date.saturating_sub(unix_now()))
}

fn explain(response: &Response, ahead: i64) -> CanaryError {
    match xml::text(&response.body, "Code").as_deref() {
        Some("SignatureDoesNotMatch") => CanaryError::WrongSecret,
        Some("InvalidAccessKeyId") => CanaryError::UnknownKey,
        Some("RequestTimeTooSkewed") => CanaryError::Clock { seconds: ahead },
        _ => CanaryError::OwnerRefused {
            answer: describe(response),
        },
    }
}
