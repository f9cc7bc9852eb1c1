//! How long it takes to find a server that is wrong in one respect: the measure of the fuzzer.

use std::path::Path;

use oss_reference::config::Config;

use super::generate::Generator;
use super::pair::Pair;
use super::{BATCH, Key};
use crate::mutate::{Kind, Mutant};
use crate::run::{RunError, StopSignal};
use crate::target::{Target, TargetError};
use oss403_case::Ledger;
use oss403_case::model::Scenario;

/// Requests within which a mutant has to be found.
pub const BUDGET: u64 = 60_000;

/// The kinds of mutants that have to be found.
pub const KINDS: [Kind; 3] = [Kind::SkipCheck, Kind::OffByOne, Kind::DenyButApply];

/// What became of a hunt.
#[derive(Debug, Clone)]
pub struct Hunted {
    /// Requests that the mutant was sent.
    pub requests: u64,
    /// What showed it; `None` when nothing did.
    pub shown: Option<Key>,
}

/// Why a hunt could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HuntError {
    /// A server did not start.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A run could not be made.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Sends scenarios to a mutant until one shows a difference twice, or so many requests were sent. `out` is a folder for journals.
///
/// # Errors
/// When a server does not start, or a run cannot be made.
pub async fn hunt(
    mutant: &Mutant,
    ledger: &Ledger,
    seed: u64,
    budget: u64,
    out: &Path,
    stop: &StopSignal,
) -> Result<Hunted, HuntError> {
    let config = Config {
        faults: mutant.faults.clone(),
        ..Config::default()
    };
    let subject = Target::embedded(config).await?;
    let pair = Pair::new(&subject, true, out.to_owned(), out.to_owned()).await?;
    let generator = Generator::new(seed, ledger);
    let mut hunted = Hunted {
        requests: 0,
        shown: None,
    };
    let mut position = 0;
    while hunted.shown.is_none() && hunted.requests < budget && !stop.is_stopped() {
        let next = position + BATCH;
        let batch: Vec<Scenario> = (position..next)
            .filter_map(|position| generator.at(position))
            .map(|tree| proptest::strategy::ValueTree::current(&tree))
            .collect();
        position = next;
        let ran = pair.run(&batch, false, stop).await?;
        hunted.requests += ran.requests;
        for shown in ran.shown {
            let Some(difference) = shown.difference else {
                continue;
            };
            let scenario = &batch[shown.place];
            // A difference that is there once only says nothing of the mutant.
            let again = pair
                .run(std::slice::from_ref(scenario), false, stop)
                .await?;
            hunted.requests += again.requests;
            if again.shown.iter().any(|shown| shown.difference.is_some()) {
                hunted.shown = Some(Key::of(&difference, scenario));
                break;
            }
        }
    }
    pair.stop().await;
    subject.stop().await;
    Ok(hunted)
}
