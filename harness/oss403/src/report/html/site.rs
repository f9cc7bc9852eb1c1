//! Several results side by side: servers, and the nights of each, as files that any host can serve.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::gathered::Cell;
use super::map::look;
use super::{head, shown, site_page};
use crate::report::json::{ResultFile, ScopeNames};
use crate::report::lore::{Lore, Told};
use crate::report::read::Recorded;
use crate::whole;

/// A comparison as it is put together, one result after the other. The pages of results are written as they come, the first page last.
#[derive(Debug)]
pub struct Site {
    out: PathBuf,
    /// By the name of the target.
    pub(super) servers: BTreeMap<String, Server>,
    /// The code of each cause, and what it means where that is known.
    pub(super) causes: BTreeMap<String, (String, Option<Told>)>,
    /// Suites that the results are of: revision and SHA-256.
    pub(super) suites: BTreeSet<(String, String)>,
}

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
    /// `Level 4 Exact`.
    pub(super) verdict: String,
    pub(super) level: Option<u8>,
    pub(super) is_complete: bool,
    /// Whether only a part of the suite was asked for.
    pub(super) is_part: bool,
    /// Conformant and all.
    pub(super) causes: (usize, usize),
    pub(super) instances: (usize, usize),
    pub(super) scope: ScopeNames,
    /// The address of its page.
    pub(super) page: String,
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

impl Site {
    /// A site in a folder, which is made.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn open(out: &Path) -> io::Result<Self> {
        fs::create_dir_all(out)?;
        Ok(Self {
            out: out.to_owned(),
            servers: BTreeMap::new(),
            causes: BTreeMap::new(),
            suites: BTreeSet::new(),
        })
    }

    /// Takes in a result and writes its page. Says no when it has it already: a result file and the events of the same run.
    ///
    /// # Errors
    /// When its page cannot be written, or it cannot be read any more.
    pub fn add(&mut self, recorded: &mut Recorded, lore: &Lore) -> io::Result<bool> {
        let head = &recorded.head;
        let name = shown(&head.target.name);
        let started = shown(&head.started);
        let slug = self.slug_of(&name);
        let server = self.servers.entry(name).or_insert_with(|| Server {
            slug,
            nights: BTreeMap::new(),
        });
        if server.nights.contains_key(&started) {
            return Ok(false);
        }
        let page = format!("{}/{}.html", server.slug, file_name(&started));
        let mut night = Night::of(head, page);
        let causes = &mut self.causes;
        recorded.spool.each(|entry| {
            let cause = shown(&entry.cause);
            night.cells.entry(cause.clone()).or_default().add(&entry);
            let told = || lore.causes.get(&entry.cause).cloned();
            causes
                .entry(cause)
                .or_insert_with(|| (shown(entry.code()), told()));
            Ok(())
        })?;
        let mut text = Vec::new();
        super::write(&mut text, head, Some(lore), &mut recorded.spool)?;
        put(&self.out.join(&night.page), &text)?;
        let suite = &head.suite;
        self.suites
            .insert((shown(&suite.revision), shown(&suite.hash)));
        server.nights.insert(started, night);
        Ok(true)
    }

    /// Writes the page that compares them, when there are any. Says how many servers and results there are.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> io::Result<(usize, usize)> {
        if self.servers.is_empty() {
            return Ok((0, 0));
        }
        let page = site_page::page(&self);
        put(&self.out.join("index.html"), page.as_bytes())?;
        let nights = self.servers.values().map(|server| server.nights.len());
        Ok((self.servers.len(), nights.sum()))
    }

    /// A name for addresses that no other server has.
    fn slug_of(&self, name: &str) -> String {
        let wanted = file_name(name);
        let is_taken = |slug: &str| self.servers.values().any(|server| server.slug == slug);
        let mut found = wanted.clone();
        for number in 2.. {
            if !is_taken(&found) {
                break;
            }
            found = format!("{wanted}-{number}");
        }
        found
    }

    /// What the script is given.
    pub(super) fn data(&self) -> Value {
        let night = |(started, night): (&String, &Night)| {
            let cells = night.cells.iter().map(|(cause, cell)| {
                let (class, mark) = look(cell);
                let worst = cell.worst.as_ref().map(|(_, name)| name.as_str());
                let cell = json!([class, mark, cell.conformant, cell.total, cell.aside, worst]);
                (cause.clone(), cell)
            });
            let cells: serde_json::Map<String, Value> = cells.collect();
            json!({ "started": started, "page": night.page, "cells": cells })
        };
        let servers = self.servers.iter().map(|(name, server)| {
            let nights: Vec<Value> = server.nights.iter().map(night).collect();
            let spells: serde_json::Map<String, Value> = server
                .spells()
                .map(|(cause, spells)| {
                    let said = spells
                        .iter()
                        .map(|spell| json!([spell.first, spell.fixed, spell.worst.1]));
                    (cause.to_owned(), said.collect())
                })
                .collect();
            json!({ "name": name, "slug": server.slug, "nights": nights, "spells": spells })
        });
        let servers: Vec<Value> = servers.collect();
        let causes = self.causes.iter().map(|(cause, (code, told))| {
            let means = told.as_ref().map(|told| &told.means);
            (cause.clone(), json!({ "code": code, "means": means }))
        });
        let causes: serde_json::Map<String, Value> = causes.collect();
        json!({ "servers": servers, "causes": causes })
    }
}

impl Night {
    fn of(head: &ResultFile, page: String) -> Self {
        let summary = &head.summary;
        Self {
            endpoint: shown(&head.target.endpoint),
            verdict: head::verdict(head),
            level: summary.level,
            is_complete: summary.complete && summary.level.is_some(),
            is_part: !head.selection.filters.is_empty() || head.selection.left_out.is_some(),
            causes: (summary.causes.conformant, summary.causes.total),
            instances: (summary.instances.conformant, summary.instances.total),
            scope: head.scope.clone(),
            page,
            cells: BTreeMap::new(),
        }
    }
}

impl Server {
    /// The last night.
    pub(super) fn latest(&self) -> Option<&Night> {
        self.nights.values().next_back()
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

/// A text as part of a file's name, whatever stands in it.
fn file_name(text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        'a'..='z' | '0'..='9' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => '-',
    });
    let text: String = plain.take(60).collect();
    let words: Vec<&str> = text.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        "server".to_owned()
    } else {
        words.join("-")
    }
}

/// A file that is seen when it is whole.
fn put(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = whole::temporary(folder)?;
    file.write_all(text)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When, how many instances of four were not asked, and the worst.
    type Told<'t> = (&'t str, usize, Option<(u8, &'t str)>);

    fn server(nights: &[Told<'_>]) -> Server {
        let nights = nights.iter().map(|(started, aside, worst)| {
            let cell = Cell {
                total: 4,
                conformant: if worst.is_none() { 4 - aside } else { 0 },
                aside: *aside,
                worst: worst.map(|(gravity, name)| (gravity, name.to_owned())),
            };
            let night = Night {
                endpoint: String::new(),
                verdict: String::new(),
                level: None,
                is_complete: false,
                is_part: false,
                causes: (0, 1),
                instances: (0, 4),
                scope: ScopeNames::default(),
                page: String::new(),
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
    fn no_name_of_a_server_leads_out_of_the_folder() {
        for (name, is) in [
            ("../../etc/passwd", "etc-passwd"),
            ("Vendor A", "vendor-a"),
            ("..", "server"),
            ("店", "server"),
            ("2026-11-29T09:10:46.000Z", "2026-11-29t09-10-46-000z"),
        ] {
            assert_eq!(file_name(name), is);
        }
    }
}
