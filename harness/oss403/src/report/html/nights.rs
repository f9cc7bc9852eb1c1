//! The nights of a server: what each came to, and when what was not as it should be.

use std::collections::{BTreeMap, BTreeSet};

use super::gathered::Cell;
use super::{head, shown};
use crate::report::json::{ResultFile, ScopeNames};

/// A server and its nights.
#[derive(Debug)]
pub(super) struct Server {
    /// Its name in addresses.
    pub(super) slug: String,
    /// By the moment at which they began.
    pub(super) nights: BTreeMap<String, Night>,
}

/// One result.
#[derive(Debug)]
pub(super) struct Night {
    pub(super) endpoint: String,
    /// That it was the reference server, and no product.
    pub(super) reference: Option<String>,
    /// `Level 4 Exact`.
    pub(super) verdict: String,
    pub(super) level: Option<u8>,
    pub(super) is_complete: bool,
    /// Causes of which an instance was sent and judged.
    pub(super) tested: usize,
    /// Conformant and all.
    pub(super) causes: (usize, usize),
    pub(super) instances: (usize, usize),
    pub(super) scope: ScopeNames,
    /// The address of its page; an older night has none.
    pub(super) page: Option<String>,
    pub(super) cells: BTreeMap<String, Cell>,
}

/// A time in which a cause was not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spell<'n> {
    /// The night in which it was seen first.
    pub(super) first: &'n str,
    /// The first night after it in which everything was as it should be.
    pub(super) fixed: Option<&'n str>,
    /// The worst that was seen.
    pub(super) worst: (u8, String),
}

impl Night {
    pub(super) fn of(head: &ResultFile, page: String) -> Self {
        let summary = &head.summary;
        Self {
            endpoint: shown(&head.target.endpoint),
            reference: head.target.is_reference().then(|| {
                let wrong = head
                    .target
                    .made_wrong()
                    .map(|wrong| format!(": {}", shown(wrong)));
                format!("reference server{}", wrong.unwrap_or_default())
            }),
            verdict: head::verdict(head),
            level: summary.level,
            is_complete: summary.complete && summary.level.is_some(),
            tested: head.scope.tested,
            causes: (summary.causes.conformant, summary.causes.total),
            instances: (summary.instances.conformant, summary.instances.total),
            scope: head.scope.clone(),
            page: Some(page),
            cells: BTreeMap::new(),
        }
    }

    /// The greater, the better.
    pub(super) fn rank(&self) -> (Option<u8>, bool, usize, usize) {
        (self.level, self.is_complete, self.tested, self.causes.0)
    }
}

impl Server {
    /// The last night.
    pub(super) fn latest(&self) -> Option<&Night> {
        self.nights.values().next_back()
    }

    /// Takes their pages from all nights but the last ones, and those in which something was seen first that is still there. Gives the
    /// addresses.
    pub(super) fn without_page(&mut self, pages: usize) -> Vec<String> {
        let open = |(_, spells): (&str, Vec<Spell<'_>>)| {
            let open = spells.into_iter().filter(|spell| spell.fixed.is_none());
            open.map(|spell| spell.first.to_owned()).collect::<Vec<_>>()
        };
        let first: BTreeSet<String> = self.spells().flat_map(open).collect();
        let older = self.nights.iter_mut().rev().skip(pages.max(1));
        let older = older.filter(|(started, _)| !first.contains(*started));
        older.filter_map(|(_, night)| night.page.take()).collect()
    }

    /// When which causes were not as they should be.
    pub(super) fn spells(&self) -> impl Iterator<Item = (&str, Vec<Spell<'_>>)> {
        let causes: BTreeSet<&str> = self
            .nights
            .values()
            .flat_map(|night| night.cells.keys().map(String::as_str))
            .collect();
        causes
            .into_iter()
            .map(|cause| (cause, self.spells_of(cause)))
            .filter(|(_, spells)| !spells.is_empty())
    }

    fn spells_of(&self, cause: &str) -> Vec<Spell<'_>> {
        let mut spells: Vec<Spell<'_>> = Vec::new();
        for (started, night) in &self.nights {
            // What was not asked that night says neither.
            let Some(cell) = night
                .cells
                .get(cause)
                .filter(|cell| cell.aside < cell.total)
            else {
                continue;
            };
            let open = spells.last_mut().filter(|spell| spell.fixed.is_none());
            match (open, &cell.worst) {
                (Some(spell), Some(worst)) => spell.worst = spell.worst.clone().min(worst.clone()),
                (Some(spell), None) => spell.fixed = Some(started),
                (None, Some(worst)) => spells.push(Spell {
                    first: started,
                    fixed: None,
                    worst: worst.clone(),
                }),
                (None, None) => {}
            }
        }
        spells
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// When, how many instances of four were not asked, and the worst.
    pub(in crate::report::html) type Told<'t> = (&'t str, usize, Option<(u8, &'t str)>);

    pub(in crate::report::html) fn server(nights: &[Told<'_>]) -> Server {
        let nights = nights.iter().map(|(started, aside, worst)| {
            let cell = Cell {
                total: 4,
                conformant: if worst.is_none() { 4 - aside } else { 0 },
                aside: *aside,
                worst: worst.map(|(gravity, name)| (gravity, name.to_owned())),
                ..Cell::default()
            };
            let night = Night {
                endpoint: String::new(),
                reference: None,
                verdict: String::new(),
                level: None,
                is_complete: false,
                tested: 0,
                causes: (0, 1),
                instances: (0, 4),
                scope: ScopeNames::default(),
                page: Some(format!("a/{started}.html")),
                cells: BTreeMap::from([("bucket-acl".to_owned(), cell)]),
            };
            ((*started).to_owned(), night)
        });
        Server {
            slug: "a".into(),
            nights: nights.collect(),
        }
    }

    #[test]
    fn a_spell_begins_when_something_is_wrong_and_ends_when_it_is_seen_to_be_right() {
        let bad = Some((3, "deviates/code"));
        let worse = Some((0, "deviates/granted"));
        let server = server(&[
            ("1", 0, None),
            ("2", 0, bad),
            ("3", 0, worse),
            ("4", 4, None),
            ("5", 0, None),
            ("6", 0, bad),
        ]);
        let found: Vec<_> = server.spells().collect();
        let spell = |first, fixed, (gravity, name): (u8, &str)| Spell {
            first,
            fixed,
            worst: (gravity, name.to_owned()),
        };
        let expected = vec![
            spell("2", Some("5"), (0, "deviates/granted")),
            spell("6", None, (3, "deviates/code")),
        ];
        assert_eq!(found, [("bucket-acl", expected)]);
    }

    #[test]
    fn the_last_nights_have_pages_and_those_in_which_something_began_that_is_still_there() {
        let bad = Some((3, "deviates/code"));
        let nights = [
            ("1", 0, bad),
            ("2", 0, None),
            ("3", 0, None),
            ("4", 0, bad),
            ("5", 0, bad),
            ("6", 0, bad),
            ("7", 0, bad),
        ];
        let left = |pages| {
            let mut server = server(&nights);
            let gone = server.without_page(pages);
            let has =
                |(started, night): (&String, &Night)| night.page.is_some().then(|| started.clone());
            let left: Vec<String> = server.nights.iter().filter_map(has).collect();
            (left.concat(), gone.len())
        };
        assert_eq!(left(2), ("467".to_owned(), 4));
        assert_eq!(left(0), ("47".to_owned(), 5), "the last one is linked");
        assert_eq!(left(9), ("1234567".to_owned(), 0));
    }
}
