//! Adding up: what became of the causes and instances of a run, and the level that was attained.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::verdict::{Facet, Verdict, VerdictKind};

/// How many of each.
pub type Counts = BTreeMap<VerdictKind, usize>;

/// A running total. It holds a few numbers for each cause, however many instances there are.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    causes: IndexMap<String, CauseTally>,
}

/// What became of one cause.
#[derive(Debug, Clone, Default)]
pub struct CauseTally {
    /// Instances by verdict, deviations by their facets.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// Instances that were to be run.
    pub planned: usize,
    /// Microseconds that its instances took, each counted by itself.
    pub elapsed_us: u64,
}

impl Tally {
    /// An instance of `cause` is going to be run.
    pub fn plan(&mut self, cause: &str) {
        self.entry(cause).planned += 1;
    }

    /// An instance of `cause` is done.
    pub fn add(&mut self, cause: &str, verdict: Verdict, elapsed_us: u64) {
        let tally = self.entry(cause);
        *tally.verdicts.entry(verdict).or_default() += 1;
        tally.elapsed_us += elapsed_us;
    }

    fn entry(&mut self, cause: &str) -> &mut CauseTally {
        if !self.causes.contains_key(cause) {
            self.causes.insert(cause.to_owned(), CauseTally::default());
        }
        self.causes
            .get_mut(cause)
            .expect("was inserted above when it was absent")
    }

    /// The causes in the order in which they were planned.
    pub fn causes(&self) -> impl Iterator<Item = (&str, &CauseTally)> {
        self.causes
            .iter()
            .map(|(name, tally)| (name.as_str(), tally))
    }

    /// What became of one cause.
    pub fn cause(&self, name: &str) -> Option<&CauseTally> {
        self.causes.get(name)
    }

    /// Instances by verdict.
    pub fn instances(&self) -> Counts {
        let mut counts = Counts::new();
        for (verdict, count) in self.causes.values().flat_map(|tally| &tally.verdicts) {
            *counts.entry(verdict.kind()).or_default() += count;
        }
        counts
    }

    /// Causes by verdict; those of which an instance is not done yet are left out.
    pub fn cause_verdicts(&self) -> Counts {
        let mut counts = Counts::new();
        for verdict in self.causes.values().filter_map(CauseTally::verdict) {
            *counts.entry(verdict.kind()).or_default() += 1;
        }
        counts
    }

    /// Instances that were planned and are not done.
    pub fn unfinished(&self) -> usize {
        self.causes.values().map(CauseTally::unfinished).sum()
    }

    /// The level attained over the frozen set of causes, and otherwise why there is none.
    ///
    /// # Errors
    /// Why no level can be stated.
    pub fn level<'a>(&self, frozen: impl IntoIterator<Item = &'a str>) -> Result<Level, NoLevel> {
        let mut level = Level::Exact;
        let mut tested = 0;
        for name in frozen {
            let tally = self.causes.get(name).filter(|tally| tally.planned > 0);
            let tally = tally.ok_or_else(|| NoLevel::NotRun(name.to_owned()))?;
            match tally.level() {
                Some(Attained::Level(own)) => {
                    tested += 1;
                    level = level.min(own);
                }
                // What does not exist grants nothing, and shows nothing either.
                Some(Attained::NotClaimed) => level = level.min(Level::Secure),
                Some(Attained::NotApplicable) => {}
                None => return Err(NoLevel::Unproven(name.to_owned())),
            }
        }
        if tested == 0 {
            Err(NoLevel::NothingTested)
        } else {
            Ok(level)
        }
    }
}

impl CauseTally {
    /// Instances that were planned and are not done.
    pub fn unfinished(&self) -> usize {
        self.planned.saturating_sub(self.total())
    }

    /// Instances that are done.
    pub fn total(&self) -> usize {
        self.verdicts.values().sum()
    }

    /// How many had that verdict.
    pub fn count(&self, kind: VerdictKind) -> usize {
        let own = self
            .verdicts
            .iter()
            .filter(|(known, _)| known.kind() == kind);
        own.map(|(_, count)| count).sum()
    }

    /// Deviations by facet, the worst first.
    pub fn facets(&self) -> impl Iterator<Item = (Facet, usize)> {
        let deviations = self.verdicts.iter();
        deviations.filter_map(|(verdict, count)| Some((verdict.facet()?, *count)))
    }

    /// Conformant needs at least one conformant instance, and every one that was not set aside; otherwise the worst verdict counts.
    /// `None` while an instance is not done.
    pub fn verdict(&self) -> Option<Verdict> {
        const THEN: [Verdict; 7] = [
            Verdict::Flaky,
            Verdict::HarnessError,
            Verdict::NotProvoked,
            Verdict::Conformant,
            Verdict::NotClaimed,
            Verdict::Disabled,
            Verdict::NotApplicable,
        ];
        if let Some((worst, _)) = self.facets().next() {
            return Some(Verdict::Deviates(worst));
        }
        let worst = THEN
            .into_iter()
            .find(|verdict| self.verdicts.contains_key(verdict))?;
        (self.unfinished() == 0).then_some(worst)
    }

    /// The level that this cause alone allows; `None` when something about it was not proven.
    fn level(&self) -> Option<Attained> {
        match self.verdict()? {
            Verdict::Conformant => Some(Attained::Level(Level::Exact)),
            Verdict::NotClaimed => Some(Attained::NotClaimed),
            Verdict::NotApplicable => Some(Attained::NotApplicable),
            Verdict::Deviates(worst) => {
                let unproven = [Verdict::Flaky, Verdict::HarnessError, Verdict::NotProvoked];
                let is_proven = !unproven
                    .iter()
                    .any(|verdict| self.verdicts.contains_key(verdict));
                let level = Level::below(worst).filter(|_| is_proven && self.unfinished() == 0);
                level.map(Attained::Level)
            }
            _ => None,
        }
    }
}

/// What one cause contributes to the level.
enum Attained {
    Level(Level),
    NotClaimed,
    NotApplicable,
}

/// How good the refusals of a target are, over the whole frozen set. Each level includes the former.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
pub enum Level {
    /// Nothing granted, no effect, no leak, nothing unanswered.
    Secure = 1,
    /// Status and code.
    Codes = 2,
    Messages = 3,
    /// The whole normalised envelope and its headers.
    Exact = 4,
}

impl Level {
    /// The best level that a deviation in this facet leaves.
    fn below(facet: Facet) -> Option<Self> {
        match facet {
            Facet::Granted | Facet::Effect | Facet::Leak | Facet::Unanswered => None,
            Facet::Status | Facet::Code => Some(Self::Secure),
            Facet::Message => Some(Self::Codes),
            Facet::Envelope => Some(Self::Messages),
        }
    }

    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Why no level can be stated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoLevel {
    /// A cause of the frozen set was not run: a filter, a partition, an interruption.
    #[error("a level is stated for the whole suite, and `{0}` was not run")]
    NotRun(String),
    /// A cause was granted, or not proven at all.
    #[error("`{0}` was not refused, or its refusal was not proven")]
    Unproven(String),
    /// Everything was set aside.
    #[error("nothing was tested")]
    NothingTested,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tally of `(cause, verdict)`.
    fn tally(done: &[(&str, Verdict)]) -> Tally {
        let mut tally = Tally::default();
        for (cause, verdict) in done {
            tally.plan(cause);
            tally.add(cause, *verdict, 1000);
        }
        tally
    }

    fn verdict(done: &[Verdict]) -> Option<Verdict> {
        let done: Vec<_> = done.iter().map(|verdict| ("a", *verdict)).collect();
        tally(&done).cause("a").and_then(CauseTally::verdict)
    }

    #[test]
    fn a_cause_is_conformant_when_one_instance_is_and_none_speaks_against_it() {
        use Verdict::*;
        assert_eq!(verdict(&[Conformant, Conformant]), Some(Conformant));
        assert_eq!(
            verdict(&[Conformant, NotClaimed, NotApplicable]),
            Some(Conformant)
        );
        assert_eq!(verdict(&[Conformant, NotProvoked]), Some(NotProvoked));
        assert_eq!(
            verdict(&[Conformant, Deviates(Facet::Code), NotProvoked]),
            Some(Deviates(Facet::Code))
        );
        assert_eq!(verdict(&[Conformant, Flaky]), Some(Flaky));
        assert_eq!(verdict(&[Conformant, HarnessError]), Some(HarnessError));
        assert_eq!(verdict(&[NotClaimed, NotApplicable]), Some(NotClaimed));
        assert_eq!(verdict(&[NotApplicable]), Some(NotApplicable));
    }

    #[test]
    fn a_cause_with_unfinished_instances_is_not_conformant_yet() {
        let mut tally = tally(&[("a", Verdict::Conformant)]);
        tally.plan("a");
        assert_eq!(tally.cause("a").and_then(CauseTally::verdict), None);
        assert_eq!(tally.unfinished(), 1);
        assert!(tally.cause_verdicts().is_empty());
        // What deviates already does so whatever follows.
        tally.plan("a");
        tally.add("a", Verdict::Deviates(Facet::Code), 0);
        assert_eq!(
            tally.cause("a").and_then(CauseTally::verdict),
            Some(Verdict::Deviates(Facet::Code))
        );
    }

    #[test]
    fn the_worst_facet_decides_the_level() {
        use Facet::*;
        for (facet, level) in [
            (Granted, None),
            (Effect, None),
            (Leak, None),
            (Unanswered, None),
            (Status, Some(Level::Secure)),
            (Code, Some(Level::Secure)),
            (Message, Some(Level::Codes)),
            (Envelope, Some(Level::Messages)),
        ] {
            let tally = tally(&[
                ("a", Verdict::Conformant),
                ("b", Verdict::Deviates(Envelope)),
                ("b", Verdict::Deviates(facet)),
            ]);
            assert_eq!(tally.level(["a", "b"]).ok(), level, "{facet:?}");
        }
        let all = tally(&[("a", Verdict::Conformant), ("b", Verdict::Conformant)]);
        assert_eq!(all.level(["a", "b"]), Ok(Level::Exact));
    }

    #[test]
    fn a_level_needs_every_cause_of_the_frozen_set() {
        let one = || ("a", Verdict::Conformant);
        assert_eq!(
            tally(&[one()]).level(["a", "b"]),
            Err(NoLevel::NotRun("b".into()))
        );
        for unproven in [
            Verdict::NotProvoked,
            Verdict::Flaky,
            Verdict::HarnessError,
            Verdict::Disabled,
        ] {
            let tally = tally(&[one(), ("b", unproven)]);
            assert_eq!(
                tally.level(["a", "b"]),
                Err(NoLevel::Unproven("b".into())),
                "{unproven:?}"
            );
        }
        let mixed = tally(&[
            one(),
            ("b", Verdict::Deviates(Facet::Envelope)),
            ("b", Verdict::NotProvoked),
        ]);
        assert_eq!(mixed.level(["a", "b"]), Err(NoLevel::Unproven("b".into())));
    }

    #[test]
    fn what_is_not_claimed_limits_the_level_and_is_never_enough_for_one() {
        let conformant = ("a", Verdict::Conformant);
        let not_claimed = tally(&[conformant, ("b", Verdict::NotClaimed)]);
        assert_eq!(not_claimed.level(["a", "b"]), Ok(Level::Secure));
        let not_applicable = tally(&[conformant, ("b", Verdict::NotApplicable)]);
        assert_eq!(not_applicable.level(["a", "b"]), Ok(Level::Exact));
        let nothing = tally(&[("a", Verdict::NotClaimed), ("b", Verdict::NotApplicable)]);
        assert_eq!(nothing.level(["a", "b"]), Err(NoLevel::NothingTested));
        assert_eq!(Tally::default().level([]), Err(NoLevel::NothingTested));
    }
}
