//! What a result adds to a baseline, and what it takes out.

use std::collections::{BTreeMap, HashSet};

use super::item::{Excused, Item, is_for, lineage};
use super::text::{self, NotEdited};
use super::{Baseline, Day, Fingerprint};
use crate::judge::verdict::{Facet, VerdictKind};

/// What became of an instance, as far as a baseline is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its id.
    pub id: String,
    /// The verdict.
    pub verdict: VerdictKind,
    /// The facet, when it deviates.
    pub facet: Option<Facet>,
    /// What it is known by, when it failed.
    pub fingerprint: Option<Fingerprint>,
}

/// What new entries say besides what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Why it is put up with.
    pub reason: String,
    /// Whose it is.
    pub owner: String,
    /// Where it is followed up.
    pub link: Option<String>,
    /// The last day on which it counts.
    pub expires: Day,
    /// The day on which it is recorded.
    pub added: Day,
}

/// A failure, as an entry has it.
type Failure<'a> = (Excused, &'a Fingerprint);

/// A failure that several instances have alike, and how many; `None` as long as nothing failed.
type Alike<'a> = Option<(Failure<'a>, usize)>;

impl Terms {
    /// The last day of new entries, as somebody names it.
    ///
    /// # Errors
    /// In a sentence, why that is none.
    pub fn last_day(text: &str, today: Day) -> Result<Day, String> {
        super::rules::last_day(text, today)
    }
}

/// What an update comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// Ids of the new entries, with how many failures each is for.
    pub added: Vec<(String, usize)>,
    /// Failures that are not recorded.
    pub left_out: Vec<(String, LeftOut)>,
}

impl LeftOut {
    /// Why, and what to do.
    pub fn sentence(&self) -> String {
        match self {
            Self::Risk(verdict) => {
                format!("`{verdict}` is no matter of wording; `--accept-risk` records it")
            }
            Self::Changed(line, seen) => format!(
                "the entry in line {line} has another answer; write this one there, or take the entry out and update again: {seen}"
            ),
            Self::Expired(line) => format!(
                "the entry in line {line} has expired; who puts up with it again writes a later day there"
            ),
            Self::Unsteady("flaky") => {
                "flaky: there is no one answer that it could be known by".into()
            }
            Self::Unsteady("harness-error") => {
                "the harness or the network failed, which says nothing of the target".into()
            }
            Self::Unsteady(_) => {
                "the result is of a version that does not say what a failure is known by".into()
            }
        }
    }
}

/// Why a failure is not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// Somebody has to accept the risk.
    Risk(String),
    /// An entry is for it, and of another answer or verdict; the line, and what was seen.
    Changed(usize, String),
    /// The entry for it has expired; the line.
    Expired(usize),
    /// Nothing could be recorded that would be the same next time: flaky, or the harness' fault.
    Unsteady(&'static str),
}

/// What a prune comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Entries that are gone.
    pub dropped: Vec<String>,
    /// Entries of which something passes and something does not, or was not run: how many of its instances pass, of how many.
    pub kept: Vec<(String, usize, usize)>,
}

/// What failed and is in no entry yet, as new entries behind those that there are. What people wrote stays, dates too. `ids` are those of
/// the whole ledger: what fails alike in all instances of a scenario or a cause is one entry. With no `terms`, what would be added is only
/// said; what is granted, done or shown is left out unless `accept_risk`.
///
/// # Errors
/// When the text cannot be changed line by line.
pub fn update(
    baseline: &Baseline,
    text: &str,
    outcomes: &[Outcome],
    ids: &[String],
    (today, terms): (Day, Option<&Terms>),
    accept_risk: bool,
) -> Result<(Updated, String), NotEdited> {
    let mut updated = Updated::default();
    let mut new: BTreeMap<&str, Failure<'_>> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|o| o.verdict.is_failure()) {
        match recordable(baseline, outcome, today, accept_risk) {
            Ok(Some(what)) => {
                new.insert(&outcome.id, what);
            }
            Ok(None) => {}
            Err(why) => updated.left_out.push((outcome.id.clone(), why)),
        }
    }
    let groups = grouped(baseline, &new, outcomes, ids);
    let items = groups.into_iter().map(|(id, count)| {
        let first = new.iter().find(|(instance, _)| is_for(&id, instance));
        let (_, (verdict, seen)) = first.expect("a group has a failure");
        let item = terms.map(|terms| Item {
            id: id.clone(),
            verdict: *verdict,
            observed: (*seen).clone(),
            accept_risk: verdict.is_risky(),
            reason: terms.reason.clone(),
            owner: terms.owner.clone(),
            link: terms.link.clone(),
            added: Some(terms.added),
            expires: terms.expires,
            line: 0,
        });
        updated.added.push((id, count));
        item
    });
    let items: Vec<Item> = items.flatten().collect();
    let text = text::with(&baseline.file, text, today, &items)?;
    Ok((updated, text))
}

/// A text to begin with, when there is no file yet.
pub fn fresh(target: &str, ledger: &str) -> String {
    text::fresh(target, ledger)
}

/// What a new entry would say of a failure; `None` when an entry is for it and holds.
fn recordable<'o>(
    baseline: &Baseline,
    outcome: &'o Outcome,
    today: Day,
    accept_risk: bool,
) -> Result<Option<Failure<'o>>, LeftOut> {
    let excused = Excused::of(outcome.verdict, outcome.facet);
    let what = excused.zip(outcome.fingerprint.as_ref());
    let Some((excused, seen)) = what else {
        return Err(LeftOut::Unsteady(outcome.verdict.name()));
    };
    if let Some(item) = baseline.entry_for(&outcome.id) {
        return if today > item.expires {
            Err(LeftOut::Expired(item.line))
        } else if item.verdict == Excused::Disabled {
            // The result is of a run without the baseline: with it this is not run, and fails nothing.
            Ok(None)
        } else if item.verdict == excused && seen.is_as(&item.observed) {
            Ok(None)
        } else {
            let words = format!("{}: {}", excused.name(), seen.in_words());
            Err(LeftOut::Changed(item.line, words))
        };
    }
    if excused.is_risky() && !accept_risk {
        return Err(LeftOut::Risk(excused.name()));
    }
    Ok(Some((excused, seen)))
}

/// Ids for new entries, with how many failures each is for: a scenario or a cause of which everything that was asked fails alike, and the
/// instances by themselves otherwise.
fn grouped(
    baseline: &Baseline,
    new: &BTreeMap<&str, Failure<'_>>,
    outcomes: &[Outcome],
    ids: &[String],
) -> Vec<(String, usize)> {
    let mut alike = alike(new, outcomes, ids);
    // One entry beside another that is part of it would be refused.
    for part in baseline.items.iter().flat_map(|item| lineage(&item.id)) {
        alike.remove(part);
    }
    let count = |part: &str| alike.get(part).copied().flatten().map(|(_, count)| count);
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    for &id in new.keys() {
        let wide = lineage(id).find(|part| count(part) > Some(1));
        // One that holds as much as a wider one says it better.
        let narrow = wide.map(|wide| {
            let same = lineage(id).filter(|part| count(part) == count(wide));
            same.last().unwrap_or(wide)
        });
        *groups.entry(narrow.unwrap_or(id).to_owned()).or_default() += 1;
    }
    groups.into_iter().collect()
}

/// Every id that could be one of an entry, with the failure of all that it is for. Of what does not fail alike there is none.
fn alike<'a>(
    new: &BTreeMap<&str, Failure<'a>>,
    outcomes: &[Outcome],
    ids: &'a [String],
) -> BTreeMap<&'a str, Alike<'a>> {
    let aside = |outcome: &&Outcome| {
        matches!(
            outcome.verdict,
            VerdictKind::NotClaimed | VerdictKind::NotApplicable
        )
    };
    let aside = outcomes.iter().filter(aside);
    let aside: HashSet<&str> = aside.map(|outcome| outcome.id.as_str()).collect();
    let mut alike: BTreeMap<&str, Alike<'_>> = BTreeMap::new();
    let mut broken = Vec::new();
    for id in ids {
        let own = new.get(id.as_str()).copied();
        for part in lineage(id) {
            let known = alike.entry(part).or_insert(None);
            match (own, &known) {
                (None, _) if aside.contains(id.as_str()) => {}
                (Some(own), None) => *known = Some((own, 1)),
                (Some(own), Some((of, count))) if own == *of => *known = Some((own, count + 1)),
                _ => broken.push(part),
            }
        }
    }
    for part in broken {
        alike.remove(part);
    }
    alike
}

/// The text without the entries of which every instance ran and passed.
///
/// # Errors
/// When the text cannot be changed line by line.
pub fn prune(
    baseline: &Baseline,
    text: &str,
    outcomes: &[Outcome],
    ids: &[String],
    today: Day,
) -> Result<(Pruned, String), NotEdited> {
    let became: BTreeMap<&str, VerdictKind> = outcomes
        .iter()
        .map(|o| (o.id.as_str(), o.verdict))
        .collect();
    let mut pruned = Pruned::default();
    let mut gone = Vec::new();
    for (number, item) in baseline.items.iter().enumerate() {
        let of = ids.iter().filter(|id| is_for(&item.id, id));
        let of: Vec<Option<VerdictKind>> = of.map(|id| became.get(id.as_str()).copied()).collect();
        let aside = |verdict: &&Option<VerdictKind>| {
            matches!(
                verdict,
                Some(VerdictKind::NotClaimed | VerdictKind::NotApplicable)
            )
        };
        let passing = of
            .iter()
            .filter(|v| **v == Some(VerdictKind::Conformant))
            .count();
        let asked = of.len() - of.iter().filter(aside).count();
        if passing == 0 {
            continue;
        }
        if passing == asked {
            gone.push(number);
            pruned.dropped.push(item.id.clone());
        } else {
            pruned.kept.push((item.id.clone(), passing, asked));
        }
    }
    let text = text::without(&baseline.file, text, today, &gone)?;
    Ok((pruned, text))
}
