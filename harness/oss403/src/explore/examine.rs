//! From a difference to a finding: seen a second time, made smaller, held against what is known.

use std::collections::HashMap;

use proptest::strategy::ValueTree as _;
use serde::{Deserialize, Serialize};

use super::compare::{Difference, Which};
use super::finding::{self, Finding};
use super::generate::{finished, is_sound};
use super::pair::{Pair, Shown};
use super::shrink::{Shrinking, fold};
use super::{Explored, Settings};
use crate::run::{RunError, StopSignal};
use crate::target::quirk::Facet;
use oss403_case::Ledger;
use oss403_case::model::{BucketSpec, Edit, Scenario, TextMap, Who, Yes};

/// By what findings are the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Key {
    pub facet: Facet,
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
        if self
            .settings
            .quirks
            .iter()
            .any(|quirk| difference.is(quirk))
        {
            counts.quirks += 1;
            return Ok(None);
        }
        let quirk = difference.as_quirk();
        let is_proposed = quirk.is_some_and(|quirk| explored.quirks.contains(&quirk));
        let followed = self
            .followed
            .entry((difference.facet, difference.cause.clone()))
            .or_default();
        let key = Key::of(&difference, &tree.current());
        if is_proposed || explored.known.contains(&key) || *followed >= FOLLOWED_UP {
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
        explored.quirks.extend(case.difference.as_quirk());
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

    /// What was found in a twin whose base is refused becomes the edited request of one whose base is an honest client's, if it can.
    async fn turn(&self, case: &mut Case, explored: &mut Explored) -> Result<(), RunError> {
        let Difference { facet, which, .. } = case.difference;
        let is_fine = which == Which::Edited && case.shown.has_honest_base();
        if facet == Facet::Refused || is_fine || case.shown.model.is_none() {
            return Ok(());
        }
        let wanted = Difference {
            which: Which::Edited,
            ..case.difference.clone()
        };
        for scenario in turned(&case.tree.current(), which) {
            let shown = self.still(&scenario, &wanted, explored).await?;
            if let Some(mut shown) = shown.filter(Shown::has_honest_base) {
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
            // A twin stays one.
            let honest = case.shown.has_honest_base();
            let shown = self.still(&smaller, &case.difference, explored).await?;
            match shown.filter(|shown| !honest || shown.has_honest_base()) {
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

/// The request that shows a difference as the edited one of twins whose base differs in one respect, which is then the edit.
fn turned(scenario: &Scenario, which: Which) -> Vec<Scenario> {
    let mut plain = scenario.clone();
    plain.to_the_second = false;
    if which == Which::Edited {
        let folded = scenario
            .edit
            .parts()
            .iter()
            .all(|part| fold(part, &mut plain));
        if !folded {
            return Vec::new();
        }
    }
    let mut turned = Vec::new();
    let mut twin = |change: &dyn Fn(&mut Scenario) -> Option<Edit>| {
        let mut other = plain.clone();
        if let Some(edit) = change(&mut other) {
            other.edit = edit;
            let other = finished(other);
            turned.extend(is_sound(&other).then_some(other));
        }
    };
    twin(&|other| {
        let who = std::mem::take(&mut other.base.r#as);
        (who != Who::Owner).then_some(Edit::As(who))
    });
    twin(&|other| other.base.clock.take().map(Edit::Clock));
    twin(&|other| other.base.expires_in.take().map(Edit::ExpiresIn));
    twin(&|other| other.base.host.take().map(Edit::Host));
    for (name, value) in &plain.base.headers {
        twin(&|other| {
            other.base.headers.shift_remove(name);
            Some(Edit::SetHeader(
                [(name.clone(), value.clone())].into_iter().collect(),
            ))
        });
    }
    twin(&|other| bucket(other)?.referer.take().map(Edit::Referer));
    twin(&|other| bucket(other)?.policy.take().map(Edit::BucketPolicy));
    twin(&|other| bucket(other)?.acl.take().map(Edit::BucketAcl));
    twin(&|other| {
        let rules = std::mem::take(&mut bucket(other)?.cors);
        (!rules.is_empty()).then_some(Edit::Cors(rules))
    });
    twin(&|other| {
        let blocks = std::mem::take(&mut bucket(other)?.block_public_access);
        blocks.then_some(Edit::BlockPublicAccess(Yes))
    });
    twin(&|other| {
        let objects = bucket(other)?.objects.iter_mut();
        let acls = objects.filter_map(|(key, object)| Some((key.clone(), object.acl.take()?)));
        let acls: TextMap = acls.collect();
        (!acls.is_empty()).then_some(Edit::ObjectAcl(acls))
    });
    turned
}

fn bucket(scenario: &mut Scenario) -> Option<&mut BucketSpec> {
    scenario.given.bucket.as_mut()
}
