//! One pass over the instances: everything that the page counts, and the data of its script.

use std::collections::{BTreeMap, BTreeSet};

use super::data::Pack;
use super::shown;
use crate::judge::verdict::{Facet, VerdictKind};
use crate::report::entry::Entry;
use crate::report::failures::in_common;
use crate::report::json::ResultFile;
use crate::report::lore::Lore;

/// Reasons why something was not asked that are told apart; there are some ten.
const REASONS: usize = 200;
/// How many of the slowest are named.
const SLOWEST: usize = 10;
/// The column of instances of which nobody knows how they were signed.
pub(super) const UNSAID: &str = "other";

/// The columns of the heat map, in this order.
pub(super) const SCHEMES: [&str; 13] = [
    "header-v4",
    "header-v2",
    "header-v1",
    "url-v4",
    "url-v2",
    "url-v1",
    "form-v4",
    "form-v1",
    "s3-header-v4",
    "s3-header-v2",
    "s3-url-v4",
    "s3-url-v2",
    "none",
];

/// What there is to say of all instances together.
pub(super) struct Gathered {
    pub(super) total: usize,
    pub(super) causes: BTreeMap<String, Cause>,
    /// Schemes that occur.
    pub(super) schemes: BTreeSet<String>,
    /// Schemes with which something was sent.
    pub(super) sent: BTreeSet<String>,
    /// What is wrong, the worst first.
    pub(super) wrong: BTreeMap<Wrong, Group>,
    /// What was not asked, and why.
    pub(super) aside: BTreeMap<(VerdictKind, String), Group>,
    /// Milliseconds of each instance that was sent.
    pub(super) times: Vec<f64>,
    pub(super) slowest: Vec<(f64, String)>,
    pub(super) pack: Pack,
}

/// A cause in the heat map.
#[derive(Default)]
pub(super) struct Cause {
    pub(super) code: String,
    /// By scheme.
    pub(super) cells: BTreeMap<String, Cell>,
}

/// The instances of a cause, with one scheme or all.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) total: usize,
    pub(super) conformant: usize,
    pub(super) aside: usize,
    /// The worst of what is wrong: how bad it is, and its name.
    pub(super) worst: Option<(u8, String)>,
    /// What a run that ended early left open.
    pub(super) open: Open,
}

/// How many instances were selected and not done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Open {
    /// None.
    #[default]
    Nothing,
    /// So many.
    Some(usize),
    /// The run ended early, and of what is not in its result nobody knows which cause it was of.
    Unknown,
}

/// Failures that have this in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wrong {
    /// The smaller, the worse.
    pub(super) gravity: u8,
    pub(super) facet: Option<Facet>,
    pub(super) verdict: VerdictKind,
    pub(super) cause: String,
}

/// How many, and of which causes; for failures the reason of the first.
#[derive(Default)]
pub(super) struct Group {
    pub(super) count: usize,
    pub(super) causes: BTreeSet<String>,
    pub(super) reason: String,
}

impl Gathered {
    pub(super) fn new(instances: usize) -> Self {
        Self {
            total: 0,
            causes: BTreeMap::new(),
            schemes: BTreeSet::new(),
            sent: BTreeSet::new(),
            wrong: BTreeMap::new(),
            aside: BTreeMap::new(),
            times: Vec::new(),
            slowest: Vec::new(),
            pack: Pack::new(instances),
        }
    }

    pub(super) fn add(&mut self, entry: &Entry, lore: &Lore) {
        let twin = lore.twins.get(&entry.id);
        let scheme = twin.map(|twin| twin.scheme.clone());
        let scheme = scheme.or_else(|| entry.matrix.get("scheme").map(|name| shown(name)));
        let scheme = scheme.unwrap_or_else(|| UNSAID.to_owned());
        self.total += 1;
        let name = shown(&entry.cause);
        let cause = self.causes.entry(name.clone()).or_default();
        cause.code = shown(entry.code());
        cause.cells.entry(scheme.clone()).or_default().add(entry);
        if entry.verdict.is_failure() {
            let wrong = Wrong {
                gravity: entry.gravity(),
                facet: entry.facet,
                verdict: entry.verdict,
                cause: name.clone(),
            };
            let group = self.wrong.entry(wrong).or_default();
            if group.count == 0 {
                group.reason = shown(&in_common(entry.reason.lines().next().unwrap_or_default()));
            }
            group.add(&name);
        } else if entry.verdict.is_set_aside() {
            let mut key = (entry.verdict, shown(&entry.reason));
            if self.aside.len() >= REASONS && !self.aside.contains_key(&key) {
                key.1 = "other reasons".into();
            }
            self.aside.entry(key).or_default().add(&name);
        }
        if !entry.verdict.is_set_aside() {
            self.time(entry);
        }
        if entry.was_sent() {
            self.sent.insert(scheme.clone());
        }
        self.pack.add(entry, &scheme, twin);
        self.schemes.insert(scheme);
    }

    fn time(&mut self, entry: &Entry) {
        self.times.push(entry.elapsed_ms);
        let at = self
            .slowest
            .partition_point(|(ms, _)| *ms >= entry.elapsed_ms);
        if at < SLOWEST {
            self.slowest
                .insert(at, (entry.elapsed_ms, shown(&entry.id)));
            self.slowest.truncate(SLOWEST);
        }
    }

    /// Says of each cell what the run left open. The cases tell it when what was selected is all of them; else nobody knows.
    pub(super) fn leave_open(&mut self, head: &ResultFile, lore: &Lore) {
        let instances = &head.summary.instances;
        if instances.unfinished == 0 && head.unfinished_because().is_none() {
            return;
        }
        let is_known = lore.hash == head.suite.hash && lore.twins.len() == instances.total;
        if !is_known {
            let cells = self.causes.values_mut();
            for cell in cells.flat_map(|cause| cause.cells.values_mut()) {
                cell.open = Open::Unknown;
            }
            return;
        }
        let mut planned: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (id, twin) in &lore.twins {
            let (cause, _) = id.split_once('/').unwrap_or((id, ""));
            *planned.entry((cause, twin.scheme.as_str())).or_default() += 1;
        }
        for ((cause, scheme), count) in planned {
            // A cause of which nothing was done has no row.
            let Some(cause) = self.causes.get_mut(cause) else {
                continue;
            };
            let cell = cause.cells.entry(scheme.to_owned()).or_default();
            if count > cell.total {
                cell.open = Open::Some(count - cell.total);
                self.schemes.insert(scheme.to_owned());
            }
        }
    }

    /// The columns: those that occur, the known ones first.
    pub(super) fn columns(&self) -> Vec<&str> {
        let known = SCHEMES.iter().copied();
        let known = known.filter(|name| self.schemes.contains(*name));
        let others = self.schemes.iter().map(String::as_str);
        known
            .chain(others.filter(|name| !SCHEMES.contains(name)))
            .collect()
    }
}

impl Cell {
    pub(super) fn add(&mut self, entry: &Entry) {
        self.total += 1;
        if entry.verdict == VerdictKind::Conformant {
            self.conformant += 1;
        } else if entry.verdict.is_failure() {
            let own = (entry.gravity(), entry.verdict_in_words());
            let worst = self.worst.take();
            self.worst = Some(worst.map_or(own.clone(), |worst| worst.min(own)));
        } else {
            self.aside += 1;
        }
    }

    /// Both together.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.total += other.total;
        self.conformant += other.conformant;
        self.aside += other.aside;
        self.open = self.open.and(other.open);
        self.worst = match (self.worst, other.worst.clone()) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self
    }
}

impl Open {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Nothing, other) => other,
            (open, Self::Nothing) => open,
            (Self::Some(one), Self::Some(more)) => Self::Some(one + more),
        }
    }
}

impl Cause {
    /// All its instances together.
    pub(super) fn whole(&self) -> Cell {
        self.cells.values().fold(Cell::default(), Cell::and)
    }
}

impl Group {
    fn add(&mut self, cause: &str) {
        self.count += 1;
        if !self.causes.contains(cause) {
            self.causes.insert(cause.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, Open};

    #[test]
    fn a_group_counts_all_and_names_each_cause_once() {
        let mut group = Group::default();
        for cause in ["b", "a", "b"] {
            group.add(cause);
        }
        assert_eq!(group.count, 3);
        assert_eq!(group.causes.into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn what_is_open_adds_up_unless_nobody_knows_how_much() {
        assert_eq!(Open::Some(2).and(Open::Some(3)), Open::Some(5));
        assert_eq!(Open::Nothing.and(Open::Some(3)), Open::Some(3));
        assert_eq!(Open::Some(2).and(Open::Nothing), Open::Some(2));
        assert_eq!(Open::Nothing.and(Open::Nothing), Open::Nothing);
        assert_eq!(Open::Unknown.and(Open::Some(3)), Open::Unknown);
        assert_eq!(Open::Nothing.and(Open::Unknown), Open::Unknown);
    }
}
