//! What a run came to for a baseline: a mark on each instance that has an entry, and what became of the entries.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Baseline;
use super::item::Item;
use crate::judge::verdict::VerdictKind;

/// What a baseline says of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// What it comes to.
    pub state: Marked,
    /// Id of the entry.
    pub entry: String,
    /// Why it is put up with, as the entry says.
    pub reason: String,
    /// Whose it is.
    pub owner: String,
    /// Where it is followed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The last day on which the entry counts, in UTC.
    pub expires: String,
    /// What was recorded, where the instance fails in another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
}

/// What an entry of a baseline comes to for one instance.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Marked {
    /// It fails as recorded. Not conformant, and no failure of the run.
    Known,
    /// It fails in another way: a new failure.
    Changed,
    /// It fails, or was not to be run, and the entry's last day is over: a new failure where it fails.
    Expired,
    /// It passes: the entry is stale.
    Passes,
    /// It was not run.
    Disabled,
}

/// An entry of the baseline, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// A cause, `cause/scenario`, or an instance.
    pub id: String,
    /// Where it stands in its file, counted from 1.
    pub line: usize,
    /// What it excuses: `deviates/message`, `not-provoked`, `disabled`.
    pub verdict: String,
    /// Why it is put up with.
    pub reason: String,
    /// Whose it is.
    pub owner: String,
    /// Where it is followed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The last day on which it counts, in UTC.
    pub expires: String,
    /// What became of it.
    pub state: State,
    /// Its instances that fail as recorded.
    #[serde(default)]
    pub known: usize,
    /// Its instances that pass.
    #[serde(default)]
    pub passing: usize,
}

/// What became of an entry.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum State {
    /// What was run of it fails as recorded.
    Known,
    /// Something of it fails in another way.
    Changed,
    /// Something of it passes: it fails the run until it is gone.
    Stale,
    /// Its last day is over: it fails the run until it is gone, or put up with anew.
    Expired,
    /// Nothing was learnt of it: filtered out, in another part, or not claimed.
    Unobserved,
    /// It is not run.
    Disabled,
    /// Something of it passes in this part of a run: `report merge` decides.
    Open,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Instances that fail as recorded.
    pub known: usize,
    /// Instances that fail and are not known.
    pub new: usize,
    /// Entries of which something passes.
    pub stale: usize,
    /// Entries whose last day is over.
    pub expired: usize,
    /// Entries of which nothing was learnt.
    pub unobserved: usize,
}

/// A baseline, as a result says what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The file, as it was named.
    pub file: String,
    /// SHA-256 of its text.
    pub digest: String,
    /// Sums, which a result has among its own.
    #[serde(skip)]
    pub counts: Counts,
    /// Its entries, in the order of the file.
    pub entries: Vec<Listed>,
    #[serde(skip)]
    seen: HashMap<String, Seen>,
}

/// Instances of an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    known: usize,
    changed: usize,
    expired: usize,
    passing: usize,
    disabled: usize,
}

impl Counts {
    /// `70 known, 1 new, 1 stale, 0 expired, 2 unobserved`.
    pub fn in_words(&self) -> String {
        let Counts {
            known,
            new,
            stale,
            expired,
            unobserved,
        } = *self;
        format!(
            "{known} known, {new} new, {stale} stale, {expired} expired, {unobserved} unobserved"
        )
    }
}

impl Marked {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl State {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Mark {
    pub(super) fn of(item: &Item, state: Marked) -> Self {
        let recorded = || format!("{}: {}", item.verdict.name(), item.observed.in_words());
        Self {
            state,
            entry: item.id.clone(),
            reason: item.reason.clone(),
            owner: item.owner.clone(),
            link: item.link.clone(),
            expires: item.expires.to_string(),
            recorded: (state == Marked::Changed).then(recorded),
        }
    }

    /// The mark of an instance that an entry keeps from being run.
    pub fn disabled(item: &Item) -> Self {
        Self::of(item, Marked::Disabled)
    }

    /// A sentence for a person who has only this.
    pub fn sentence(&self) -> String {
        let Self {
            entry,
            reason,
            owner,
            expires,
            ..
        } = self;
        let terms = format!("{reason} ({owner}, until {expires})");
        match self.state {
            Marked::Known => format!("known: {terms}"),
            Marked::Disabled => format!("disabled: {terms}"),
            Marked::Changed => {
                let recorded = self.recorded.as_deref().unwrap_or_default();
                format!("not as recorded in the baseline entry `{entry}`: {recorded}")
            }
            Marked::Expired => {
                format!("the baseline entry `{entry}` expired on {expires}: {reason} ({owner})")
            }
            Marked::Passes => {
                format!("passes, and the baseline entry `{entry}` says that it fails")
            }
        }
    }
}

impl Listed {
    fn of(item: &Item) -> Self {
        Self {
            id: item.id.clone(),
            line: item.line,
            verdict: item.verdict.name(),
            reason: item.reason.clone(),
            owner: item.owner.clone(),
            link: item.link.clone(),
            expires: item.expires.to_string(),
            state: State::Unobserved,
            known: 0,
            passing: 0,
        }
    }

    /// Whether it fails the run, whatever its instances do.
    pub fn is_red(&self) -> bool {
        matches!(self.state, State::Stale | State::Expired)
    }

    /// What is the matter with it, and what to do.
    pub fn sentence(&self) -> String {
        let Self {
            id, owner, expires, ..
        } = self;
        match self.state {
            State::Stale if self.known > 0 => format!(
                "`{id}` is stale: {} of its instances pass and {} fail as recorded; name those alone that fail ({owner})",
                self.passing, self.known
            ),
            State::Stale => {
                format!("`{id}` is stale: it passes, so that the entry can go ({owner})")
            }
            State::Expired => {
                format!("`{id}` expired on {expires}: mend it, or put up with it anew ({owner})")
            }
            state => format!("`{id}` is {} ({owner})", state.name()),
        }
    }
}

impl Account {
    /// Nothing has been seen yet.
    pub fn new(baseline: &Baseline) -> Self {
        Self {
            file: baseline.file.clone(),
            digest: baseline.digest.clone(),
            counts: Counts::default(),
            entries: baseline.items.iter().map(Listed::of).collect(),
            seen: HashMap::new(),
        }
    }

    /// The same baseline, of which nothing has been seen yet.
    #[must_use]
    pub fn anew(&self) -> Self {
        let entry = |entry: &Listed| Listed {
            state: State::Unobserved,
            known: 0,
            passing: 0,
            ..entry.clone()
        };
        Self {
            counts: Counts::default(),
            entries: self.entries.iter().map(entry).collect(),
            seen: HashMap::new(),
            ..self.clone()
        }
    }

    /// Takes in an instance that is done.
    pub fn add(&mut self, verdict: VerdictKind, mark: Option<&Mark>) {
        let is_known = mark.is_some_and(|mark| mark.state == Marked::Known);
        if is_known {
            self.counts.known += 1;
        } else if verdict.is_failure() && verdict != VerdictKind::HarnessError {
            self.counts.new += 1;
        }
        let Some(mark) = mark else { return };
        let seen = self.seen.entry(mark.entry.clone()).or_default();
        match mark.state {
            Marked::Known => seen.known += 1,
            Marked::Changed => seen.changed += 1,
            Marked::Expired => seen.expired += 1,
            Marked::Passes => seen.passing += 1,
            Marked::Disabled => seen.disabled += 1,
        }
    }

    /// Says what became of the entries. In a part of a run nothing is stale: what passes here may fail in another part.
    pub fn close(&mut self, is_part: bool) {
        let Counts { known, new, .. } = self.counts;
        let mut counts = Counts {
            known,
            new,
            ..Counts::default()
        };
        for entry in &mut self.entries {
            let seen = self.seen.get(&entry.id).copied().unwrap_or_default();
            (entry.known, entry.passing) = (seen.known, seen.passing);
            entry.state = match seen {
                _ if seen.expired > 0 => State::Expired,
                _ if seen.passing > 0 && is_part => State::Open,
                _ if seen.passing > 0 => State::Stale,
                _ if seen.changed > 0 => State::Changed,
                _ if seen.known > 0 => State::Known,
                _ if seen.disabled > 0 => State::Disabled,
                _ => State::Unobserved,
            };
            match entry.state {
                State::Stale => counts.stale += 1,
                State::Expired => counts.expired += 1,
                State::Unobserved => counts.unobserved += 1,
                _ => {}
            }
        }
        self.counts = counts;
    }

    /// Entries that fail the run.
    pub fn red(&self) -> impl Iterator<Item = &Listed> {
        self.entries.iter().filter(|entry| entry.is_red())
    }
}
