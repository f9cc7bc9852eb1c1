//! Adding up: what became of the causes and instances of a run, and the level that was attained.

use std::collections::BTreeMap;

use indexmap::IndexMap;

pub use super::no_level::NoLevel;

use super::foundation::Core;
use super::verdict::{Facet, Verdict, VerdictKind};
use oss403_case::{Instance, Ledger};

/// How many of each.
pub type Counts = BTreeMap<VerdictKind, usize>;

/// A running total. It holds a few numbers for each cause, however many instances there are.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    causes: IndexMap<String, CauseTally>,
    core: Core,
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

    /// An instance is done, and what it shows of the core counts as well.
    pub fn add_instance(&mut self, instance: &Instance, verdict: Verdict, elapsed_us: u64) {
        self.add(&instance.file.cause, verdict, elapsed_us);
        self.core.add(instance, verdict);
    }

    /// What was seen of the core.
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// The level attained over the frozen set of causes, as far as they are claimed, and otherwise why there is none.
    ///
    /// # Errors
    /// Why no level can be stated.
    pub fn level<'a>(&self, frozen: impl IntoIterator<Item = &'a str>) -> Result<Level, NoLevel> {
        let attained = self.attained(frozen);
        match self.core.missing() {
            Some(missing) if !matches!(attained, Err(NoLevel::NotRun(_))) => {
                Err(NoLevel::Core(missing))
            }
            _ => attained,
        }
    }

    /// The same of what filters chose: none where they left out instances, though none of the causes.
    ///
    /// # Errors
    /// Why no level can be stated.
    pub fn level_of<'a>(
        &self,
        frozen: impl IntoIterator<Item = &'a str>,
        filters: &[String],
        ledger: &Ledger,
    ) -> Result<Level, NoLevel> {
        let level = self.level(frozen)?;
        let run: usize = self.instances().values().sum();
        if !filters.is_empty() && run < ledger.instances().count() {
            return Err(NoLevel::Part(""));
        }
        Ok(level)
    }

    /// The same, whatever was seen of the core.
    fn attained<'a>(&self, frozen: impl IntoIterator<Item = &'a str>) -> Result<Level, NoLevel> {
        let mut level = Level::Exact;
        let mut tested = false;
        let mut open = Vec::new();
        for name in frozen {
            let tally = self.causes.get(name).filter(|tally| tally.planned > 0);
            let tally = tally.ok_or_else(|| NoLevel::NotRun(name.to_owned()))?;
            match tally.level() {
                Ok(Some(own)) => {
                    tested = true;
                    level = level.min(own);
                }
                // What was not asked narrows what the level is stated for.
                Ok(None) => {}
                Err(why) => open.push((name.to_owned(), why)),
            }
        }
        if !open.is_empty() {
            Err(NoLevel::Unproven(open))
        } else if !tested {
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

    /// Conformant needs at least one conformant instance, and every one that could be asked; otherwise the worst verdict counts. What was
    /// disabled could have been asked.
    /// `None` while an instance is not done.
    pub fn verdict(&self) -> Option<Verdict> {
        const THEN: [Verdict; 7] = [
            Verdict::Flaky,
            Verdict::HarnessError,
            Verdict::NotProvoked,
            Verdict::Disabled,
            Verdict::Conformant,
            Verdict::NotClaimed,
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

    /// Whether an instance of it was sent and judged.
    pub fn is_tested(&self) -> bool {
        let aside = [
            Verdict::NotClaimed,
            Verdict::NotApplicable,
            Verdict::Disabled,
        ];
        self.verdicts.keys().any(|verdict| !aside.contains(verdict))
    }

    /// The level that this cause alone allows, `None` when it was set aside.
    ///
    /// # Errors
    /// In one or two words, why it allows none.
    fn level(&self) -> Result<Option<Level>, &'static str> {
        let worst = self.facets().next().map(|(worst, _)| worst);
        let mut level = Level::Exact;
        if let Some(worst) = worst {
            level = Level::below(worst).ok_or(worst.name())?;
        }
        for (verdict, why) in [
            (Verdict::Flaky, "flaky"),
            (Verdict::HarnessError, "harness error"),
            (Verdict::NotProvoked, "not provoked"),
            // Whoever leaves out what fails must not be the better for it.
            (Verdict::Disabled, "disabled"),
        ] {
            if self.verdicts.contains_key(&verdict) {
                return Err(why);
            }
        }
        if self.unfinished() > 0 {
            return Err("unfinished");
        }
        match self.verdict() {
            Some(Verdict::Conformant | Verdict::Deviates(_)) => Ok(Some(level)),
            _ => Ok(None),
        }
    }
}

/// How good the refusals of a target are, over all causes that it claims. Each level includes the former.
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
    pub(super) fn below(facet: Facet) -> Option<Self> {
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
        assert_eq!(verdict(&[Conformant, Disabled]), Some(Disabled));
        assert_eq!(verdict(&[NotClaimed, Disabled]), Some(Disabled));
    }

    #[test]
    fn an_instance_that_is_not_done_stands_against_a_level() {
        let mut tally = tally(&[("a", Verdict::Conformant), ("b", Verdict::Conformant)]);
        assert_eq!(tally.attained(["a", "b"]), Ok(Level::Exact));
        tally.plan("b");
        let open = vec![("b".to_owned(), "unfinished")];
        assert_eq!(tally.attained(["a", "b"]), Err(NoLevel::Unproven(open)));
        // A cause that was planned and begun by nobody is one, too.
        tally.plan("c");
        let open = vec![("c".to_owned(), "unfinished")];
        assert_eq!(tally.attained(["a", "c"]), Err(NoLevel::Unproven(open)));
    }

    #[test]
    fn the_time_of_a_cause_is_that_of_its_instances_together() {
        let tally = tally(&[("a", Verdict::Conformant), ("a", Verdict::NotProvoked)]);
        assert_eq!(tally.cause("a").map(|cause| cause.elapsed_us), Some(2000));
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
            assert_eq!(tally.attained(["a", "b"]).ok(), level, "{facet:?}");
        }
        let all = tally(&[("a", Verdict::Conformant), ("b", Verdict::Conformant)]);
        assert_eq!(all.attained(["a", "b"]), Ok(Level::Exact));
    }

    #[test]
    fn a_level_needs_every_cause_of_the_frozen_set() {
        let one = || ("a", Verdict::Conformant);
        assert_eq!(
            tally(&[one()]).attained(["a", "b"]),
            Err(NoLevel::NotRun("b".into()))
        );
        for (unproven, why) in [
            (Verdict::NotProvoked, "not provoked"),
            (Verdict::Flaky, "flaky"),
            (Verdict::HarnessError, "harness error"),
            (Verdict::Disabled, "disabled"),
        ] {
            let tally = tally(&[one(), ("b", unproven)]);
            assert_eq!(
                tally.attained(["a", "b"]),
                Err(NoLevel::Unproven(vec![("b".into(), why)])),
                "{unproven:?}"
            );
        }
        let partly = tally(&[one(), ("b", Verdict::Conformant), ("b", Verdict::Disabled)]);
        assert_eq!(
            partly.attained(["a", "b"]),
            Err(NoLevel::Unproven(vec![("b".into(), "disabled")]))
        );
        let mixed = tally(&[
            one(),
            ("b", Verdict::Deviates(Facet::Envelope)),
            ("b", Verdict::NotProvoked),
        ]);
        assert_eq!(
            mixed.attained(["a", "b"]),
            Err(NoLevel::Unproven(vec![("b".into(), "not provoked")]))
        );
    }

    #[test]
    fn a_cause_of_which_nothing_was_planned_was_not_run() {
        let mut tally = tally(&[("a", Verdict::Conformant)]);
        tally.add("b", Verdict::Conformant, 0);
        assert_eq!(tally.attained(["a", "b"]), Err(NoLevel::NotRun("b".into())));
    }

    #[test]
    fn what_is_not_claimed_does_not_lower_the_level_and_is_never_enough_for_one() {
        let conformant = ("a", Verdict::Conformant);
        let not_claimed = tally(&[conformant, ("b", Verdict::NotClaimed)]);
        assert_eq!(not_claimed.attained(["a", "b"]), Ok(Level::Exact));
        let not_applicable = tally(&[conformant, ("b", Verdict::NotApplicable)]);
        assert_eq!(not_applicable.attained(["a", "b"]), Ok(Level::Exact));
        let nothing = tally(&[("a", Verdict::NotClaimed), ("b", Verdict::NotApplicable)]);
        assert_eq!(nothing.attained(["a", "b"]), Err(NoLevel::NothingTested));
        assert_eq!(Tally::default().attained([]), Err(NoLevel::NothingTested));
    }

    #[test]
    fn every_cause_that_stands_against_a_level_is_counted_with_why() {
        let done = [
            ("a", Verdict::Deviates(Facet::Granted)),
            ("b", Verdict::NotProvoked),
            ("c", Verdict::NotProvoked),
            ("d", Verdict::Conformant),
            ("e", Verdict::NotProvoked),
            ("f", Verdict::NotProvoked),
            ("g", Verdict::HarnessError),
        ];
        let why = tally(&done).attained(["a", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(
            why.unwrap_err().to_string(),
            "6 causes stand against one: 1 granted (`a`), 4 not provoked (`b`, `c`, `e` and 1 more), 1 harness error (`g`)"
        );
    }

    #[test]
    fn there_is_no_level_without_the_core() {
        let all = tally(&[("a", Verdict::Conformant)]);
        let Err(NoLevel::Core(why)) = all.level(["a"]) else {
            panic!("{:?}", all.level(["a"]))
        };
        assert!(
            why.contains("a wrong signature") && why.contains("anonymous"),
            "{why}"
        );
        // A part of the suite says nothing of the core either.
        assert_eq!(all.level(["b"]), Err(NoLevel::NotRun("b".into())));
    }
}
