//! Canaries: before anything is judged, the target shows that it tells good credentials from bad ones, and the operator hook that it answers.
//!
//! Without them broken credentials would look like a server that refuses everything it should, and a server that looks at no signature like
//! one that refuses for other reasons.

mod advice;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::unix_now;
use super::fault::describe;
use super::patience::send_patiently;
use crate::target::ReadyTarget;
use crate::target::operator::{Operator, OperatorError};
use crate::wire::draft::Draft;
use crate::wire::exchange::{Exchange, Outcome, Response};
use crate::wire::identity::{Identity, Secret};
use crate::wire::parts::RequestLine;
use crate::wire::redact::Redactor;
use crate::wire::scene::{BucketPlace, Scene};
use crate::wire::xml;
use advice::Asked;
use oss403_case::Instance;
use oss403_case::model::{Capability, SIGNATURE_V1, SignWith, Who};
use oss403_operator::{Command, Remove};

/// A key that nobody has.
const NO_SUCH_KEY: &str = "OSS403NOSUCHKEY00000";

/// Why nothing was sent but the canaries. What is said of a request names its scheme and its host; below it stands what can be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanaryError {
    /// The profile claims no scheme to sign with.
    #[error(
        "the profile claims no signature scheme in headers or URLs, so that nothing can be certified"
    )]
    NoScheme,
    /// No answer.
    #[error("the target is unreachable at {address}: {detail}{advice}")]
    Unreachable {
        address: String,
        detail: String,
        /// What to look at; empty or on lines of its own.
        advice: String,
    },
    /// The profile has no owner.
    #[error("the profile has no identity `owner`")]
    NoOwner,
    /// The target computes another signature than the owner's.
    #[error("the target refuses the owner's signature\n  {asked}{advice}")]
    SignatureRefused {
        /// What was sent.
        asked: String,
        /// Where the two may differ.
        advice: String,
    },
    /// The target does not know the owner's key.
    #[error("the target does not know the owner's access key id\n  {asked}")]
    UnknownKey {
        /// What was sent.
        asked: String,
    },
    /// The clocks differ too much for any signature to be valid.
    #[error("the target's clock is {seconds} s off")]
    Clock {
        /// How far it is ahead of ours.
        seconds: i64,
    },
    /// The owner is refused for another reason.
    #[error("the target refuses the owner: {answer}\n  {asked}{advice}")]
    OwnerRefused {
        /// What was sent.
        asked: String,
        /// Status, code and message.
        answer: String,
        /// What to look at.
        advice: String,
    },
    /// Bad credentials are as good as the right ones.
    #[error("the target accepts {what}: it was answered {status}, as the owner is\n  {asked}")]
    Accepts {
        /// A wrong secret, an unknown access key, or both.
        what: &'static str,
        /// The status of the first.
        status: u16,
        /// What was sent.
        asked: String,
    },
    /// What should be refused was answered with an error of the server's.
    #[error("the target answers {status} to {what}\n  {asked}")]
    NoRefusal {
        /// What was sent.
        what: &'static str,
        status: u16,
        /// What was sent.
        asked: String,
    },
    /// The operator hook does not answer.
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl CanaryError {
    /// Whether the target answered and said no to the owner, as it may do to a host that it does not know.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::SignatureRefused { .. }
                | Self::UnknownKey { .. }
                | Self::OwnerRefused { .. }
                | Self::NoRefusal { .. }
        )
    }
}

/// What the canaries found out besides.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Found {
    /// By how many seconds the target's clock is ahead of ours.
    pub(crate) clock_ahead: i64,
    /// Whether it refuses signature version 1 for being that.
    pub(crate) v1_is_retired: bool,
}

/// Sends the canaries: those that every target has to stand, and one signed with version 1 where an instance is.
pub(crate) async fn run_canaries(
    target: &ReadyTarget,
    instances: &[Instance],
) -> Result<Found, CanaryError> {
    let owner = target
        .identities
        .get(Who::Owner.as_str())
        .ok_or(CanaryError::NoOwner)?;
    let with = target.claimed_signature().ok_or(CanaryError::NoScheme)?;
    let stranger = Identity::new(NO_SUCH_KEY, Secret::new("oss403-no-such-secret"), None);
    let canary = Canary::of(target, with);
    let old = old_signature(target, instances);
    let (good, wrong, unknown, hook, old) = tokio::join!(
        canary.ask(Arc::clone(owner), Key::Own),
        canary.ask(Arc::clone(owner), Key::Wrong),
        canary.ask(Arc::new(stranger), Key::Own),
        ask_operator(target.operator.as_ref()),
        async {
            let canary = Canary::of(target, old?);
            Some(canary.ask(Arc::clone(owner), Key::Own).await)
        },
    );
    let asked = Asked::of(&good.request, with, canary.is_list());
    let (good, string_to_sign) = (answered(good, &asked)?, asked.string_to_sign.clone());
    let ahead = clock_ahead(&good);
    if !good.is_success() {
        return Err(explain(&good, ahead, &asked, string_to_sign.as_deref()));
    }
    let accepted = [
        lets_in(&answered(wrong, &asked)?, "a wrong secret", &asked)?,
        lets_in(&answered(unknown, &asked)?, "an unknown access key", &asked)?,
    ];
    let (what, status) = match accepted {
        [None, None] => {
            hook?;
            return Ok(Found {
                // `Date` has whole seconds, and the answer was on its way: a second is no difference.
                clock_ahead: if ahead.abs() > 1 { ahead } else { 0 },
                v1_is_retired: old.is_some_and(|old| refuses_the_version(&old)),
            });
        }
        [Some(status), Some(_)] => (
            "any credentials, a wrong secret and an unknown access key alike",
            status,
        ),
        [Some(status), None] => ("a wrong secret", status),
        [None, Some(status)] => ("an unknown access key", status),
    };
    Err(CanaryError::Accepts {
        what,
        status,
        asked: asked.text,
    })
}

/// Whether the owner is let in; gives by how many seconds the target's clock is ahead of ours.
///
/// # Errors
/// When not, or nobody answers.
pub(crate) async fn ask_owner(target: &ReadyTarget) -> Result<i64, CanaryError> {
    let owner = target
        .identities
        .get(Who::Owner.as_str())
        .ok_or(CanaryError::NoOwner)?;
    let with = target.claimed_signature().ok_or(CanaryError::NoScheme)?;
    let canary = Canary::of(target, with);
    let good = canary.ask(Arc::clone(owner), Key::Own).await;
    let asked = Asked::of(&good.request, with, canary.is_list());
    let good = answered(good, &asked)?;
    let ahead = clock_ahead(&good);
    if !good.is_success() {
        let string_to_sign = asked.string_to_sign.as_deref();
        return Err(explain(&good, ahead, &asked, string_to_sign));
    }
    Ok(if ahead.abs() > 1 { ahead } else { 0 })
}

/// Signature version 1 as the target claims it and an instance needs it.
fn old_signature(target: &ReadyTarget, instances: &[Instance]) -> Option<SignWith> {
    let is_asked = |need: &Capability| {
        instances
            .iter()
            .any(|instance| instance.needs.capabilities.contains(need))
    };
    if !SIGNATURE_V1.iter().any(is_asked) {
        return None;
    }
    let claimed = |with: &SignWith| {
        with.needs()
            .is_some_and(|need| target.capabilities.contains(&need))
    };
    [SignWith::HeaderV1, SignWith::UrlV1]
        .into_iter()
        .find(claimed)
}

/// Whether a refusal says that the version of the signature is closed (EC 0002-00000080).
fn refuses_the_version(exchange: &Exchange) -> bool {
    let Outcome::Answered(response) = &exchange.outcome else {
        return false;
    };
    let said = |name: &str| xml::text(&response.body, name).unwrap_or_default();
    response.status == 403
        && (said("EC") == "0002-00000080"
            || response.header("x-oss-ec") == Some("0002-00000080")
            || said("Message").starts_with("V1 signature is forbidden"))
}

/// A harmless command: nobody has that session, and what is not there is removed without an error.
async fn ask_operator(operator: Option<&Operator>) -> Result<(), OperatorError> {
    let Some(operator) = operator else {
        return Ok(());
    };
    let access_key_id = NO_SUCH_KEY.to_owned();
    let command = Command::Remove(Remove::Session { access_key_id });
    match operator.perform(&command).await {
        // Whoever says no has answered, unless it is us that are not let in.
        Err(OperatorError::Refused { ref code, .. }) if code != "unauthorized" => Ok(()),
        result => result,
    }
}

/// The secret that a canary signs with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// The identity's own.
    Own,
    Wrong,
}

/// A request that changes nothing and needs nothing but a key.
struct Canary<'t> {
    target: &'t ReadyTarget,
    with: SignWith,
    line: RequestLine,
    bucket: Option<BucketPlace>,
}

impl<'t> Canary<'t> {
    /// What the profile chooses, and otherwise ListBuckets.
    fn of(target: &'t ReadyTarget, with: SignWith) -> Self {
        let chosen = target.canary.as_ref();
        let line = chosen.and_then(|chosen| RequestLine::parse(&chosen.request).ok());
        let bucket = chosen.and_then(|chosen| chosen.bucket.clone());
        Self {
            target,
            with,
            line: line.unwrap_or_else(|| RequestLine {
                method: "GET".into(),
                key: None,
                query: Vec::new(),
            }),
            bucket: bucket.map(|name| BucketPlace {
                name,
                region: target.names.home.clone(),
                owner: Who::Owner,
            }),
        }
    }

    fn is_list(&self) -> bool {
        self.bucket.is_none() && self.line.query.is_empty()
    }

    async fn ask(&self, identity: Arc<Identity>, key: Key) -> Exchange {
        let scene = Scene {
            names: Arc::clone(&self.target.names),
            buckets: BTreeMap::new(),
            no_bucket: true,
            identities: BTreeMap::new(),
            values: BTreeMap::new(),
            vpc_address: None,
        };
        let RequestLine {
            method,
            key: path,
            query,
        } = &self.line;
        let mut draft = Draft::new(
            method,
            &scene,
            self.bucket.as_ref(),
            path.as_deref(),
            identity,
            self.with,
        );
        draft.query.clone_from(query);
        draft.signing.wrong_secret = key == Key::Wrong;
        send_patiently(self.target, draft).await
    }
}

/// The status with which bad credentials were let in; `None` when they were refused.
fn lets_in(
    response: &Response,
    what: &'static str,
    asked: &Asked,
) -> Result<Option<u16>, CanaryError> {
    match response.status {
        400..500 if response.status != 429 => Ok(None),
        status @ 200..400 => Ok(Some(status)),
        status => Err(CanaryError::NoRefusal {
            what,
            status,
            asked: asked.text.clone(),
        }),
    }
}

fn answered(exchange: Exchange, asked: &Asked) -> Result<Response, CanaryError> {
    match exchange.outcome {
        Outcome::Answered(response) => Ok(response),
        Outcome::Failed(failure) => Err(CanaryError::Unreachable {
            address: exchange.request.address,
            advice: asked.advice_on_failure(&failure),
            detail: failure.detail,
        }),
    }
}

fn clock_ahead(response: &Response) -> i64 {
    response
        .date()
        .map_or(0, |date| date.saturating_sub(unix_now()))
}

fn explain(
    response: &Response,
    ahead: i64,
    asked: &Asked,
    string_to_sign: Option<&str>,
) -> CanaryError {
    let text = asked.text.clone();
    match xml::text(&response.body, "Code").as_deref() {
        Some("SignatureDoesNotMatch") => CanaryError::SignatureRefused {
            asked: text,
            advice: advice::on_signature(response, string_to_sign, &asked.redactor),
        },
        Some("InvalidAccessKeyId") => CanaryError::UnknownKey { asked: text },
        Some("RequestTimeTooSkewed") => CanaryError::Clock { seconds: ahead },
        code => CanaryError::OwnerRefused {
            asked: text,
            answer: asked.redactor.text(&describe(response)),
            advice: asked.advice_on_refusal(response, code),
        },
    }
}
