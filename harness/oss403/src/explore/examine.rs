//! From a difference to a finding: seen a second time, made smaller, held against what is known.

use std::collections::HashMap;

use proptest::strategy::ValueTree as _;
use serde::{Deserialize, Serialize};

use super::compare::{Difference, Facet, Which};
use super::finding::{self, Finding};
use super::pair::{Pair, Shown};
use super::shrink::Shrinking;
use super::{Explored, Settings};
use crate::case::Ledger;
use crate::case::model::{Edit, Scenario};
use crate::run::{RunError, StopSignal};

/// By what findings are the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Key {
    /// The facet.
    pub facet: Facet,
    /// The cause.
    pub cause: String,
    /// The names of the edits, in their order.
    pub edits: Vec<String>,
}

impl Key {
    pub(super) fn of(difference: &Difference, scenario: &Scenario) -> Self {
        let parts = scenario.edit.parts().iter();
        Self {
            facet: difference.facet,
            cause: difference.cause.clone(),
            edits: parts.map(|part| part.name().to_owned()).collect(),
        }
    }
}

/// Different ways to one and the same fault that are followed up: a check that is missing shows in nearly every scenario.
const FOLLOWED_UP: usize = 6;

pub(super) struct Examiner<'e> {
    pair: &'e Pair<'e>,
    ledger: &'e Ledger,
    settings: &'e Settings,
    over: &'e StopSignal,
    followed: HashMap<(Facet, String), usize>,
}

/// A scenario that shows a difference.
struct Case {
    tree: Shrinking,
    shown: Shown,
    difference: Difference,
}

impl<'e> Examiner<'e> {
    pub(super) fn new(
        pair: &'e Pair<'e>,
        ledger: &'e Ledger,
        settings: &'e Settings,
        over: &'e StopSignal,
    ) -> Self {
        Self {
            pair,
            ledger,
            settings,
            over,
            followed: HashMap::new(),
        }
    }

    /// A finding, when a difference is new and stays.
    pub(super) async fn examine(
        &mut self,
        position: u64,
        tree: Shrinking,
        mut shown: Shown,
        explored: &mut Explored,
    ) -> Result<Option<Finding>, RunError> {
        let Some(difference) = shown.difference.take() else {
            return Ok(None);
        };
        let counts = &mut explored.counts;
        if self.settings.quirks.iter().any(|quirk| quirk.is(&difference)) {
            counts.quirks += 1;
            return Ok(None);
        }
        let followed = self
            .followed
            .entry((difference.facet, difference.cause.clone()))
            .or_default();
        let key = Key::of(&difference, &tree.current());
        if explored.known.contains(&key) || *followed >= FOLLOWED_UP {
            counts.repeated += 1;
            return Ok(None);
        }
        *followed += 1;
        let mut case = Case {
            tree,
            shown,
            difference,
        };
        if self.settings.shrink_steps > 0 {
            let scenario = case.tree.current();
            match self.still(&scenario, &case.difference, explored).await? {
                Some(again) => case.shown = again,
                None => {
                    // What an interruption cut short was not disproved.
                    explored.counts.passing += u64::from(!self.over.is_stopped());
                    return Ok(None);
                }
            }
            self.turn(&mut case, explored).await?;
            self.shrink(&mut case, explored).await?;
        }
        let scenario = case.tree.current();
        let smaller = Key::of(&case.difference, &scenario);
        if smaller != key && explored.known.contains(&smaller) {
            explored.counts.repeated += 1;
            return Ok(None);
        }
        explored.known.push(smaller.clone());
        if smaller != key {
            explored.known.push(key);
        }
        let mut finding = Finding {
            key: smaller,
            difference: case.difference,
            scenario,
            position,
            seed: self.settings.seed,
            subject: case.shown.subject,
            model: case.shown.model,
            case: None,
        };
        if self.settings.shrink_steps > 0 {
            for file in finding::candidates(&finding, self.ledger) {
                let (proof, requests) = self.pair.prove(&file, self.over).await?;
                explored.counts.requests += requests;
                if proof {
                    finding.case = Some(file);
                    break;
                }
            }
        }
        Ok(Some(finding))
    }

    /// Runs a scenario alone; what it shows, if that is the same difference.
    async fn still(
        &self,
        scenario: &Scenario,
        wanted: &Difference,
        explored: &mut Explored,
    ) -> Result<Option<Shown>, RunError> {
        if self.over.is_stopped() {
            return Ok(None);
        }
        let batch = std::slice::from_ref(scenario);
        let ran = self.pair.run(batch, false, self.over).await?;
        explored.counts.requests += ran.requests;
        explored.left_behind.extend(ran.left_behind);
        Ok(ran.shown.into_iter().next().filter(|shown| {
            shown.difference.as_ref().is_some_and(|found| {
                (found.facet, &found.cause, found.which)
                    == (wanted.facet, &wanted.cause, wanted.which)
            })
        }))
    }

    /// A base that is granted although it should not be becomes the edited request of a twin whose base is an honest one.
    async fn turn(&self, case: &mut Case, explored: &mut Explored) -> Result<(), RunError> {
        if (case.difference.which, case.difference.facet) != (Which::Base, Facet::Granted) {
            return Ok(());
        }
        let wanted = Difference {
            which: Which::Edited,
            ..case.difference.clone()
        };
        for scenario in turned(&case.tree.current()) {
            if let Some(mut shown) = self.still(&scenario, &wanted, explored).await? {
                case.difference = shown.difference.take().unwrap_or(wanted);
                case.tree = Shrinking::new(scenario);
                case.shown = shown;
                break;
            }
        }
        Ok(())
    }

    async fn shrink(&self, case: &mut Case, explored: &mut Explored) -> Result<(), RunError> {
        for _ in 0..self.settings.shrink_steps {
            if self.over.is_stopped() || !case.tree.simplify() {
                break;
            }
            let smaller = case.tree.current();
            match self.still(&smaller, &case.difference, explored).await? {
                Some(mut shown) => {
                    if let Some(difference) = shown.difference.take() {
                        case.difference = difference;
                    }
                    case.shown = shown;
                }
                None => {
                    case.tree.complicate();
                }
            }
        }
        Ok(())
    }
}

/// The same request as the edited one of twins that differ in one respect from what an honest client sends.
fn turned(scenario: &Scenario) -> Vec<Scenario> {
    let base = &scenario.base;
    let mut honest = base.clone();
    let mut turned = Vec::new();
    let mut twin = |honest: &crate::case::model::Call, edit: Edit| {
        let mut other = scenario.clone();
        other.base = honest.clone();
        other.edit = edit;
        other.to_the_second = false;
        let other = super::generate::finished(other);
        turned.extend(super::generate::is_sound(&other).then_some(other));
    };
    if base.r#as != "owner" {
        honest.r#as = "owner".into();
        twin(&honest, Edit::As(base.r#as.clone()));
        honest.r#as.clone_from(&base.r#as);
    }
    if let Some(span) = honest.clock.take() {
        twin(&honest, Edit::Clock(span));
        honest.clock = Some(span);
    }
    if let Some(span) = honest.expires_in.take() {
        twin(&honest, Edit::ExpiresIn(span));
        honest.expires_in = Some(span);
    }
    if let Some(host) = honest.host.take() {
        twin(&honest, Edit::Host(host));
    }
    turned
}
