//! From a difference to a finding: held against what is known, seen a second time, made smaller.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use proptest::strategy::ValueTree as _;
use serde::{Deserialize, Serialize};

use super::compare::{Difference, Which};
use super::feature;
use super::finding::{self, Finding};
use super::generate::{finished, is_sound};
use super::pair::{Pair, Shown};
use super::shrink::Shrinking;
use super::spoken::Spoken;
use super::turn::turned;
use super::{Counts, Explored, Settings, is_enough};
use crate::run::{RunError, StopSignal};
use crate::target::quirk::Facet;
use oss403_case::Ledger;
use oss403_case::model::{Edit, Scenario, Yes};

/// By what findings are the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Key {
    pub facet: Facet,
    /// The cause; what is refused that should be granted; or what is said, where that is the same whatever the cause.
    pub cause: String,
    /// The names of the edits, in their order, where they tell defects of one cause apart; in a state `unproven` behind them, when there was
    /// no case file.
    pub edits: Vec<String>,
}

impl Key {
    pub(super) fn of(difference: &Difference, scenario: &Scenario) -> Self {
        let cause = match difference.is_common {
            true => &difference.says,
            false => &difference.cause,
        };
        // A signature has many parts, each of which may be left out of it.
        let by_edit = !difference.is_common && difference.cause == SIGNED;
        let parts = scenario.edit.parts().iter().filter(|_| by_edit);
        Self {
            facet: difference.facet,
            cause: cause.clone(),
            edits: parts.map(|part| part.name().to_owned()).collect(),
        }
    }
}

/// The cause of everything that is signed wrongly.
const SIGNED: &str = "signature-mismatch";

/// Stands behind the edits of what was found without a case file that shows it.
const UNPROVEN: &str = "unproven";

/// Different ways to one and the same fault that are followed up: a check that is missing shows in nearly every scenario.
const FOLLOWED_UP: usize = 6;

/// Requests that following up may take in any case, where there is no limit.
const FREE: u64 = 2_000;

pub(super) struct Examiner<'e> {
    pair: &'e Pair<'e>,
    ledger: &'e Ledger,
    settings: &'e Settings,
    over: &'e StopSignal,
    pub(super) spoken: Spoken,
    followed: HashMap<(Facet, String), usize>,
    /// What following up took so far.
    requests: u64,
    time: Duration,
    /// When the present one began, and how many requests there had been.
    since: Option<(Instant, u64)>,
}

/// A scenario that shows a difference.
struct Case {
    position: u64,
    tree: Shrinking,
    shown: Shown,
    difference: Difference,
}

/// Whether it was found before. Of a wording it is what is said that counts, as in the quirk that was proposed.
fn was_found(difference: &Difference, scenario: &Scenario, explored: &Explored) -> bool {
    let quirk = difference.as_quirk();
    match difference.facet.is_wording() {
        true => quirk.is_some_and(|quirk| explored.quirks.contains(&quirk)),
        false => explored.known.contains(&Key::of(difference, scenario)),
    }
}

/// What became of a difference.
pub(super) enum Examined {
    /// These are new.
    Found(Vec<Finding>),
    /// It takes more than may be spent on it now.
    Later,
}

impl Examined {
    const NOTHING: Self = Self::Found(Vec::new());
}

impl<'e> Examiner<'e> {
    pub(super) fn new(
        pair: &'e Pair<'e>,
        ledger: &'e Ledger,
        settings: &'e Settings,
        over: &'e StopSignal,
    ) -> Self {
        let refused = settings
            .known
            .iter()
            .filter(|key| key.facet == Facet::Refused);
        let quirks = settings
            .quirks
            .iter()
            .filter_map(|quirk| quirk.refuses.clone());
        let refused = refused.map(|key| key.cause.clone()).chain(quirks);
        let usual = pair.subject().inner.usual_signature();
        Self {
            pair,
            ledger,
            settings,
            over,
            spoken: Spoken::new(usual, &settings.unspoken, refused),
            followed: HashMap::new(),
            requests: 0,
            time: Duration::ZERO,
            since: None,
        }
    }

    /// Whether there are requests and time left to follow something up. A third of everything may go there, so that a target that fails a
    /// lot is explored nevertheless.
    pub(super) fn has_budget(&self, counts: &Counts) -> bool {
        let (spent, time) = self.spent(counts);
        let requests = match self.settings.requests {
            Some(most) => most / 3,
            None => FREE + counts.requests.saturating_sub(spent) / 2,
        };
        let in_time = |most: Duration| time < most / 3;
        let is_left = spent < requests && !is_enough(self.settings, counts);
        is_left && self.settings.time.is_none_or(in_time)
    }

    /// Requests and time that following up took.
    fn spent(&self, counts: &Counts) -> (u64, Duration) {
        match self.since {
            Some((began, before)) => (
                self.requests + counts.requests - before,
                self.time + began.elapsed(),
            ),
            None => (self.requests, self.time),
        }
    }

    /// Findings, when a difference is new and stays.
    pub(super) async fn examine(
        &mut self,
        position: u64,
        tree: Shrinking,
        shown: Shown,
        explored: &mut Explored,
    ) -> Result<Examined, RunError> {
        self.since = Some((Instant::now(), explored.counts.requests));
        let examined = self.look(position, tree, shown, explored).await;
        (self.requests, self.time) = self.spent(&explored.counts);
        self.since = None;
        examined
    }

    async fn look(
        &mut self,
        position: u64,
        tree: Shrinking,
        mut shown: Shown,
        explored: &mut Explored,
    ) -> Result<Examined, RunError> {
        let Some(difference) = shown.difference.take() else {
            return Ok(Examined::NOTHING);
        };
        if self.is_known(&difference, &tree.current(), explored) {
            return Ok(Examined::NOTHING);
        }
        if !self.has_budget(&explored.counts) {
            return Ok(Examined::Later);
        }
        let mut case = Case {
            position,
            tree,
            shown,
            difference,
        };
        if self.settings.shrink_steps > 0 {
            if let Some(refused) = self.try_alone(&case, explored).await? {
                return Ok(refused);
            }
            if self.is_known(&case.difference, &case.tree.current(), explored) {
                return Ok(Examined::NOTHING);
            }
            if !self.follow(&mut case, explored).await? {
                return Ok(Examined::NOTHING);
            }
        }
        let found = self.finding(case, explored).await?;
        Ok(Examined::Found(found.into_iter().collect()))
    }

    /// Tries alone what a request asks that was refused, or not refused as it should have been. `None` when that does not explain it.
    async fn try_alone(
        &mut self,
        case: &Case,
        explored: &mut Explored,
    ) -> Result<Option<Examined>, RunError> {
        let is_refused = case.difference.facet == Facet::Refused;
        if !self.pair.has_model() || !(is_refused || case.difference.facet.is_wording()) {
            return Ok(None);
        }
        let base = feature::request(&case.tree.current(), case.difference.which);
        let ways = (self.pair, self.over);
        let (refused, requests) = self.spoken.try_alone(&base, !is_refused, ways).await?;
        explored.counts.requests += requests;
        explored.unspoken.clone_from(&self.spoken.unspoken);
        if refused.is_empty() {
            return Ok(None);
        }
        let mut findings = Vec::new();
        for one in refused {
            self.spoken.learn(&one.difference.cause);
            if self.refuses_by_habit(&one.difference.cause) {
                explored.counts.quirks += 1;
                continue;
            }
            let case = Case {
                position: case.position,
                tree: Shrinking::new(one.scenario),
                shown: one.shown,
                difference: one.difference,
            };
            findings.extend(self.finding(case, explored).await?);
        }
        Ok(Some(Examined::Found(findings)))
    }

    /// Whether a difference is there again and nothing that was found before; it is made smaller then.
    async fn follow(&mut self, case: &mut Case, explored: &mut Explored) -> Result<bool, RunError> {
        let about = (case.difference.facet, case.difference.cause.clone());
        let followed = self.followed.entry(about).or_default();
        *followed += 1;
        if *followed > FOLLOWED_UP {
            explored.counts.repeated += 1;
            return Ok(false);
        }
        let scenario = case.tree.current();
        match self.still(&scenario, &case.difference, explored).await? {
            Some(again) => case.shown = again,
            None => {
                // What an interruption cut short was not disproved.
                explored.counts.passing += u64::from(!self.over.is_stopped());
                return Ok(false);
            }
        }
        self.generalise(case, explored).await?;
        self.turn(case, explored).await?;
        if was_found(&case.difference, &case.tree.current(), explored) {
            explored.counts.repeated += 1;
            return Ok(false);
        }
        self.shrink(case, explored).await?;
        if case.difference.facet == Facet::Refused {
            let base = feature::request(&case.tree.current(), case.difference.which);
            if let Some(together) = self.spoken.together(&base) {
                case.difference.cause = together;
            }
            if self.refuses_by_habit(&case.difference.cause) {
                explored.counts.quirks += 1;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether nothing is to be learned of a difference; it is counted then.
    fn is_known(
        &self,
        difference: &Difference,
        scenario: &Scenario,
        explored: &mut Explored,
    ) -> bool {
        let facet = difference.facet;
        let refused = (facet == Facet::Refused || facet.is_wording())
            .then(|| {
                self.spoken
                    .known(&feature::request(scenario, difference.which))
            })
            .flatten();
        let mut quirks = self.settings.quirks.iter();
        let is_quirk = match &refused {
            Some(what) => self.refuses_by_habit(what),
            None => quirks.any(|quirk| difference.is(quirk)),
        };
        let about = (facet, difference.cause.clone());
        let followed = self.followed.get(&about).copied().unwrap_or_default();
        let is_repeated = refused.is_some()
            || was_found(difference, scenario, explored)
            || (facet != Facet::Refused && followed >= FOLLOWED_UP);
        let counts = &mut explored.counts;
        counts.quirks += u64::from(is_quirk);
        counts.repeated += u64::from(!is_quirk && is_repeated);
        is_quirk || is_repeated
    }

    /// Whether a person has accepted that this is refused.
    fn refuses_by_habit(&self, what: &str) -> bool {
        let mut quirks = self.settings.quirks.iter();
        quirks.any(|quirk| quirk.refuses.as_deref() == Some(what))
    }

    /// Writes down what is known from now on.
    async fn finding(
        &mut self,
        case: Case,
        explored: &mut Explored,
    ) -> Result<Option<Finding>, RunError> {
        let scenario = case.tree.current();
        if was_found(&case.difference, &scenario, explored) {
            explored.counts.repeated += 1;
            return Ok(None);
        }
        let key = Key::of(&case.difference, &scenario);
        if key.facet == Facet::Refused {
            self.spoken.learn(&key.cause);
        }
        let mut finding = Finding {
            key,
            difference: case.difference,
            scenario,
            position: case.position,
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
        let mut known = finding.key.clone();
        if finding.case.is_none() && known.facet < Facet::Refused {
            // A case file of the same defect would be worth another finding, and only that.
            known.edits.push(UNPROVEN.to_owned());
            if explored.known.contains(&known) {
                explored.counts.repeated += 1;
                return Ok(None);
            }
        }
        explored.known.push(known);
        explored.quirks.extend(finding.difference.as_quirk());
        Ok(Some(finding))
    }

    /// Where any wrong signature is granted, it is not the part that was tampered with.
    async fn generalise(&self, case: &mut Case, explored: &mut Explored) -> Result<(), RunError> {
        let Difference { facet, which, .. } = case.difference;
        let is_flipped = |part: &Edit| matches!(part, Edit::FlipSignature(_));
        let mut scenario = case.tree.current();
        if case.difference.cause != SIGNED
            || facet != Facet::Granted
            || which != Which::Edited
            || scenario.edit.parts().iter().all(is_flipped)
        {
            return Ok(());
        }
        scenario.edit = Edit::FlipSignature(Yes);
        scenario.to_the_second = false;
        let scenario = finished(scenario);
        if is_sound(&scenario)
            && let Some(shown) = self.still(&scenario, &case.difference, explored).await?
        {
            case.difference = shown.difference.clone().unwrap_or(case.difference.clone());
            case.shown = shown;
            case.tree = Shrinking::new(scenario);
        }
        Ok(())
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
            let is_over = self.over.is_stopped() || !self.has_budget(&explored.counts);
            if is_over || !case.tree.simplify() {
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
