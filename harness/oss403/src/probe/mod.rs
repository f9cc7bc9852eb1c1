//! Probing: what a target has is asked with the bases of the ledger, the requests that must succeed before a refusal proves anything.
//!
//! A capability is *spoken* when a base succeeded that needs it, and *not spoken* when every base that was tried failed although all else
//! that it needs was seen to work. What is known of one capability decides who is asked for the next: first the schemes, by the canaries,
//! then whatever needs one thing more than is known already.

mod rounds;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::run::{CanaryError, Options, RunError, StopSignal, canary};
use crate::suite::{Step, certify};
use crate::target::profile::Endpoint;
use crate::target::{Profile, Target, TargetError};
use crate::wire::scene::Style;
use oss403_case::Instance;
use oss403_case::model::{Capability, SignWith};
use rounds::{Outcome, Round, Rounds};

/// What is known of one capability, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The capability.
    pub capability: Capability,
    /// Whether the target has it.
    pub answer: Answer,
    /// The exchange that says so, or why there is none, in words.
    pub evidence: String,
    /// Id of the instance whose base it was; `None` where none was sent.
    pub instance: Option<String>,
}

/// Whether a target has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Answer {
    /// A request that needs it succeeded.
    Spoken,
    /// Every request that needs it failed, and nothing else was new in them.
    NotSpoken,
    /// Nobody could ask: an identity, a hook or something else that it needs is missing.
    Unknown,
}

/// Why nothing could be asked.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The target could not be made ready.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// No scheme lets the owner in.
    #[error("no signature scheme lets in the owner and nobody else\n{0}")]
    NoScheme(CanaryError),
    /// A run could not be made.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// What a target was found to have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probed {
    /// One for each capability, in the order of the table.
    pub findings: Vec<Finding>,
    /// Requests that were sent.
    pub requests: u64,
    /// What was made and could not be removed, in words.
    pub left_behind: Vec<String>,
    /// Whether it was stopped before everything was asked.
    pub interrupted: bool,
    /// Whether a request on a bucket succeeded. Requests on the service succeed however buckets are called.
    pub finds_buckets: bool,
    /// The last base on a bucket that did not succeed, in words.
    pub bucket_refusal: Option<String>,
}

impl Probed {
    /// What is proposed to be claimed: everything that is spoken.
    pub fn claims(&self) -> BTreeSet<Capability> {
        let spoken = self
            .findings
            .iter()
            .filter(|finding| finding.answer == Answer::Spoken);
        spoken.map(|finding| finding.capability).collect()
    }
}

/// The schemes that a canary can be signed with.
const SCHEMES: [SignWith; 6] = [
    SignWith::HeaderV4,
    SignWith::HeaderV1,
    SignWith::HeaderV2,
    SignWith::UrlV4,
    SignWith::UrlV1,
    SignWith::UrlV2,
];

/// Asks a target what it has, whatever its profile claims.
///
/// # Errors
/// When the target cannot be made ready, lets the owner in by no scheme, or a run could not be made.
pub async fn probe(
    profile: &Profile,
    instances: &[Instance],
    options: &Options,
    stop: StopSignal,
) -> Result<Probed, ProbeError> {
    let mut probed = Probed::default();
    let is_embedded = matches!(profile.endpoint, Endpoint::Embedded(_));
    // What is our own inference is asked of nobody else.
    let asked: Vec<Instance> = instances
        .iter()
        .filter(|instance| is_embedded || !instance.scenario.reference_only)
        .cloned()
        .collect();
    let mut rounds = Rounds::new(&asked);
    for capability in Capability::ALL {
        if let Some(why) = profile.rules_out(*capability) {
            rounds.found(*capability, Answer::Unknown, why);
        }
    }
    ask_schemes(profile, &mut rounds, &mut probed).await?;
    let options = Options {
        canaries: false,
        ..options.clone()
    };
    while let Some(round) = rounds.next() {
        if stop.is_stopped() {
            probed.interrupted = true;
            break;
        }
        let outcomes = ask(round, profile, &options, &stop, &mut probed).await?;
        let finds_buckets = outcomes.iter().any(|outcome| on_bucket(outcome, true));
        rounds.heard(outcomes);
        if finds_buckets && is_virtual_hosted(profile) {
            let evidence = "buckets were found by their host names";
            rounds.found(Capability::VirtualHosted, Answer::Spoken, evidence);
        }
    }
    probed.findings = rounds.findings();
    Ok(probed)
}

/// Whether buckets stand in the host names.
fn is_virtual_hosted(profile: &Profile) -> bool {
    match &profile.endpoint {
        Endpoint::Embedded(_) => true,
        Endpoint::Remote(remote) => remote.addressing.style == Style::VirtualHosted,
    }
}

/// Which schemes let the owner in and nobody else. At least one must, or there is nothing to ask with.
async fn ask_schemes(
    profile: &Profile,
    rounds: &mut Rounds<'_>,
    probed: &mut Probed,
) -> Result<(), ProbeError> {
    let mut first_error = None;
    let mut lets_in = false;
    for scheme in SCHEMES {
        let Some(capability) = scheme.needs() else {
            continue;
        };
        let claimed = Profile {
            capabilities: BTreeSet::from([capability]),
            ..profile.clone()
        };
        let target = Target::ready(&claimed).await?;
        let asked = canary::run_canaries(&target.inner, &[]).await;
        probed.requests += target.inner.client.sent();
        target.stop().await;
        match asked {
            Ok(_) => {
                lets_in = true;
                rounds.found(
                    capability,
                    Answer::Spoken,
                    "the canaries were answered as they must be",
                );
            }
            Err(error) => {
                let text = error.to_string();
                let evidence = text.lines().next().unwrap_or_default();
                rounds.found(capability, Answer::NotSpoken, evidence);
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if !lets_in => Err(ProbeError::NoScheme(error)),
        _ => Ok(()),
    }
}

/// Sends the bases of a round.
async fn ask(
    round: Round,
    profile: &Profile,
    options: &Options,
    stop: &StopSignal,
    probed: &mut Probed,
) -> Result<Vec<Outcome>, ProbeError> {
    let claimed = Profile {
        capabilities: round.claims,
        ..profile.clone()
    };
    let target = Target::ready(&claimed).await?;
    let mut outcomes = Vec::new();
    let on_step = |step: Step<'_>| {
        if let Step::Finished(finished) = step {
            outcomes.push(Outcome::of(finished));
        }
    };
    let instances = round.instances;
    let run = certify(&target, instances, options, stop.clone(), None, on_step).await;
    target.stop().await;
    let run = run.map_err(|failed| failed.error)?.run;
    probed.requests += run.requests;
    probed.left_behind.extend(run.left_behind);
    probed.finds_buckets |= outcomes.iter().any(|outcome| on_bucket(outcome, true));
    let mut asked = outcomes.iter();
    if let Some(refused) = asked.rfind(|outcome| on_bucket(outcome, false)) {
        probed.bucket_refusal = Some(refused.evidence.clone());
    }
    Ok(outcomes)
}

/// Whether it was a base on a bucket that succeeded, or one that did not.
fn on_bucket(outcome: &Outcome, succeeded: bool) -> bool {
    outcome.on_bucket && outcome.succeeded == Some(succeeded)
}
