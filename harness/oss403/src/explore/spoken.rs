//! What a target speaks: the features it was seen to grant, and those that it refuses whenever they are tried. The latter leave the
//! vocabulary, and are reported once.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::compare::{Difference, refused_base};
use super::feature::{features, names};
use super::pair::{Pair, Shown};
use crate::run::{RunError, StopSignal};
use oss403_case::model::{Scenario, SignWith};

/// So many refusals of a feature alone, and nothing but refusals, show that a target does not speak it.
pub(super) const TRIES: usize = 3;

/// A feature that a target does not speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Unspoken {
    pub feature: String,
    /// How often it was refused.
    pub refused: usize,
    /// How often it was tried.
    pub of: usize,
    /// How it was refused.
    pub says: String,
}

/// A feature that is refused alone.
pub(super) struct Refused {
    /// A plain request with nothing but the feature.
    pub(super) scenario: Scenario,
    pub(super) shown: Shown,
    pub(super) difference: Difference,
}

/// What is known of a target.
pub(super) struct Spoken {
    usual: SignWith,
    granted: BTreeSet<String>,
    pub(super) unspoken: Vec<Unspoken>,
    /// Features that are refused, alone or together, as far as it is known.
    refused: Vec<Vec<String>>,
    /// What others found to be refused, and what was not tried since: that may have changed, or be said of one form alone.
    hearsay: BTreeSet<String>,
    /// What was tried alone already, as the scenario's text.
    tried: HashSet<String>,
}

/// Between the features of a refusal that takes several together.
const AND: &str = " + ";

impl Spoken {
    /// `refused` are what was found to be refused before, each as [`Self::learn`] was told.
    pub(super) fn new(
        usual: SignWith,
        unspoken: &[Unspoken],
        refused: impl Iterator<Item = String>,
    ) -> Self {
        let mut spoken = Self {
            usual,
            granted: BTreeSet::new(),
            unspoken: unspoken.to_vec(),
            refused: Vec::new(),
            hearsay: BTreeSet::new(),
            tried: HashSet::new(),
        };
        for what in refused {
            spoken.learn(&what);
            if unspoken.iter().all(|known| known.feature != what) {
                spoken.hearsay.insert(what);
            }
        }
        spoken
    }

    /// Whether a scenario keeps to what the target speaks.
    pub(super) fn is_spoken(&self, scenario: &Scenario) -> bool {
        let out = |name: &String| self.unspoken.iter().any(|known| known.feature == *name);
        self.unspoken.is_empty() || !names(scenario, self.usual).iter().any(out)
    }

    /// Takes in what a target granted.
    pub(super) fn grant(&mut self, base: &Scenario) {
        let features = features(base, self.usual).into_iter();
        self.granted.extend(features.map(|feature| feature.name));
    }

    /// That a request is refused is known from now on: a feature, or several that it takes together.
    pub(super) fn learn(&mut self, what: &str) {
        self.refused
            .push(what.split(AND).map(str::to_owned).collect());
    }

    /// What is known to be refused of that which the base of a scenario asks.
    pub(super) fn known(&self, base: &Scenario) -> Option<String> {
        let names: Vec<String> = self.names(base);
        let mut refused = self
            .refused
            .iter()
            .filter(|all| all.iter().all(|name| !self.hearsay.contains(name)));
        let known = refused.find(|all| all.iter().all(|name| names.contains(name)));
        known.map(|all| all.join(AND))
    }

    /// What the base of a scenario asks that is not in every request: one name for a refusal that takes it all together.
    pub(super) fn together(&self, base: &Scenario) -> Option<String> {
        let mut names = self.names(base);
        names.retain(|name| name != "GET of an object");
        (!names.is_empty()).then(|| names.join(AND))
    }

    fn names(&self, base: &Scenario) -> Vec<String> {
        let features = features(base, self.usual).into_iter();
        features.map(|feature| feature.name).collect()
    }

    /// Tries every feature of a base alone, or those alone that were not granted yet. Answers what is refused, and the requests that it
    /// took.
    pub(super) async fn try_alone(
        &mut self,
        base: &Scenario,
        only_unknown: bool,
        (pair, over): (&Pair<'_>, &StopSignal),
    ) -> Result<(Vec<Refused>, u64), RunError> {
        let mut batch = Vec::new();
        let mut tries: Vec<(String, Scenario)> = Vec::new();
        for feature in features(base, self.usual) {
            self.hearsay.remove(&feature.name);
            if only_unknown && self.granted.contains(&feature.name) {
                continue;
            }
            let alone = feature
                .alone(self.usual)
                .and_then(|alone| pair.claimed(alone));
            let Some(alone) = alone else { continue };
            let text = serde_json::to_string(&alone).unwrap_or_default();
            if !self.tried.insert(text) {
                continue;
            }
            batch.extend(std::iter::repeat_n(alone.clone(), TRIES));
            tries.push((feature.name, alone));
        }
        if batch.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let ran = pair.run(&batch, false, over).await?;
        let mut shown: Vec<Option<Shown>> = batch.iter().map(|_| None).collect();
        for one in ran.shown {
            let place = one.place;
            shown[place] = Some(one);
        }
        let mut refused = Vec::new();
        for (at, (name, scenario)) in tries.into_iter().enumerate() {
            let all = shown[at * TRIES..(at + 1) * TRIES].iter_mut();
            let all: Vec<Shown> = all.filter_map(Option::take).collect();
            let is_known = |one: &Refused| one.difference.cause == name;
            if !refused.iter().any(is_known) {
                refused.extend(self.weigh(name, scenario, all));
            }
        }
        Ok((refused, ran.requests))
    }

    /// What the tries of a feature come to.
    fn weigh(&mut self, name: String, scenario: Scenario, tries: Vec<Shown>) -> Option<Refused> {
        let of = tries.len();
        let refusals: Vec<_> = tries
            .into_iter()
            .filter_map(|shown| {
                let model = shown.model.as_ref()?;
                let found = refused_base(&shown.subject, model)?;
                Some((shown, found))
            })
            .collect();
        if refusals.len() < of || of < TRIES {
            return None;
        }
        let (shown, mut difference) = refusals.into_iter().next()?;
        let is_new = !self.unspoken.iter().any(|known| known.feature == name);
        if is_new && !is_graded(&name) && !self.granted.contains(&name) {
            self.unspoken.push(Unspoken {
                feature: name.clone(),
                refused: of,
                of,
                says: difference.says.clone(),
            });
        }
        difference.cause = name;
        Some(Refused {
            scenario,
            shown,
            difference,
        })
    }
}

/// Whether there is more of a feature, and less, so that one refusal says nothing of all its forms.
fn is_graded(name: &str) -> bool {
    matches!(name, "clock" | "expires-in" | "policy" | "referer" | "cors")
        || name.starts_with("header ")
}
