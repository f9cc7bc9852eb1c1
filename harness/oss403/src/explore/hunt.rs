//! How long it takes to find a server that is wrong in one respect: the measure of the fuzzer.

use std::collections::BTreeSet;
use std::path::Path;

use oss_reference::config::{Config, Decisions};

use super::generate::Generator;
use super::pair::Pair;
use super::{BATCH, Key};
use crate::exit::Exit;
use crate::mutate::equivalent::reason;
use crate::mutate::{Kind, Mutant, generate};
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

/// The mutants that have to be found: those of [`KINDS`] that somebody could notice, and of them those whose ids hold any of the filters.
pub fn quarry(causes: &BTreeSet<&str>, filters: &[String]) -> Vec<Mutant> {
    let mut mutants = generate(causes);
    mutants.retain(|mutant| KINDS.contains(&mutant.kind) && reason(mutant).is_none());
    if !filters.is_empty() {
        mutants.retain(|mutant| filters.iter().any(|filter| mutant.id.contains(filter)));
    }
    mutants
}

/// What became of several hunts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bag {
    /// Mutants that were to be found.
    pub of: usize,
    /// Those that were.
    pub found: usize,
    /// Most requests that one of them took.
    pub most: u64,
    /// Whether it was stopped before the last.
    pub interrupted: bool,
}

impl Bag {
    /// The exit code that it asks for.
    pub fn exit(&self) -> Exit {
        if self.interrupted {
            Exit::Interrupted
        } else if self.found == self.of {
            Exit::Ok
        } else {
            Exit::Deviations
        }
    }
}

/// Hunts one mutant after the other; `on_hunted` sees each as it is done. For the rest see [`hunt`].
///
/// # Errors
/// As [`hunt`].
pub async fn hunt_all(
    mutants: &[Mutant],
    ledger: &Ledger,
    (seed, budget): (u64, u64),
    out: &Path,
    stop: &StopSignal,
    mut on_hunted: impl FnMut(&Mutant, &Hunted),
) -> Result<Bag, HuntError> {
    let mut bag = Bag {
        of: mutants.len(),
        ..Bag::default()
    };
    for mutant in mutants {
        let hunted = hunt(mutant, ledger, seed, budget, out, stop).await?;
        if stop.is_stopped() {
            bag.interrupted = true;
            break;
        }
        if hunted.shown.is_some() {
            bag.found += 1;
            bag.most = bag.most.max(hunted.requests);
        }
        on_hunted(mutant, &hunted);
    }
    Ok(bag)
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
        // As the model has them: what it is known to answer otherwise would be found first.
        decisions: Decisions::default().documented(),
        ..Config::default()
    };
    let subject = Target::embedded(config).await?;
    let pair = Pair::beside_model(&subject, out.to_owned(), out.to_owned()).await?;
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
