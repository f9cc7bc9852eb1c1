//! Several results side by side: servers, and the nights of each, as files that any host can serve.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::map::look;
use super::nights::{Night, Server};
use super::site_folder::{file_name, is_bundle, is_site, put};
use super::{shown, site_page};
use crate::report::lore::{Lore, Told};
use crate::report::read::Recorded;

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
    /// Results that say less than a whole run.
    pub(super) left_out: usize,
    /// Of so many nights of a server there is a page, the last ones.
    pages: usize,
}

/// What became of a result.
#[derive(Debug, PartialEq, Eq)]
pub enum Added {
    /// It is a night of its server.
    Night,
    /// That run is there already: a result file and the events of the same run.
    Known,
    /// It is of a part, or of a run that ended early. A night of it would look like a fall, or like a gain. Why, in words.
    Part(String),
}

/// Why a folder takes no site.
#[derive(Debug, thiserror::Error)]
pub enum NoPlace {
    /// It cannot be made or looked into.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Somebody else's page is there.
    #[error("its index.html was not written by `oss403 report site` and would be lost")]
    Foreign,
    /// It is a bundle, or in one: what is in there is signed as it is.
    #[error("{} is the bundle of a certificate, in which nothing may be changed", .0.display())]
    Bundle(PathBuf),
}

/// What pages of sites say of who made them. By it an old one is known, which may be overwritten.
pub(super) const GENERATOR: &str = "oss403 report site";

impl Site {
    /// A site in a folder, which is made. Of the last `pages` nights of each server it has pages, and of the older ones in which something
    /// was seen first that is still there.
    ///
    /// # Errors
    /// When it cannot be, or what is there is not ours to change.
    pub fn open(out: &Path, pages: usize) -> Result<Self, NoPlace> {
        let whole = std::path::absolute(out)?;
        if let Some(bundle) = whole.ancestors().find(|folder| is_bundle(folder)) {
            return Err(NoPlace::Bundle(bundle.to_owned()));
        }
        fs::create_dir_all(out)?;
        match fs::read(out.join("index.html")) {
            Ok(page) if !is_site(&page) => return Err(NoPlace::Foreign),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        Ok(Self {
            out: out.to_owned(),
            servers: BTreeMap::new(),
            causes: BTreeMap::new(),
            suites: BTreeSet::new(),
            left_out: 0,
            pages,
        })
    }

    /// Takes in a result and writes its page.
    ///
    /// # Errors
    /// When its page cannot be written, or it cannot be read any more.
    pub fn add(&mut self, recorded: &mut Recorded, lore: &Lore) -> io::Result<Added> {
        let head = &recorded.head;
        if let Some(why) = head.part_because() {
            self.left_out += 1;
            return Ok(Added::Part(shown(&why)));
        }
        let name = shown(&head.target.name);
        let started = shown(&head.started);
        let slug = self.slug_of(&name);
        let server = self.servers.entry(name).or_insert_with(|| Server {
            slug,
            nights: BTreeMap::new(),
        });
        if server.nights.contains_key(&started) {
            return Ok(Added::Known);
        }
        let page = format!("{}/{}.html", server.slug, file_name(&started));
        let mut night = Night::of(head, page.clone());
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
        put(&self.out.join(page), &text)?;
        let suite = &head.suite;
        self.suites
            .insert((shown(&suite.revision), shown(&suite.hash)));
        server.nights.insert(started, night);
        Ok(Added::Night)
    }

    /// Writes the page that compares them, when there are any. Says how many servers and results there are.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<(usize, usize)> {
        if self.servers.is_empty() {
            return Ok((0, 0));
        }
        for server in self.servers.values_mut() {
            for page in server.without_page(self.pages) {
                match fs::remove_file(self.out.join(page)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        let page = site_page::page(&self);
        put(&self.out.join("index.html"), page.as_bytes())?;
        let nights = self.servers.values().map(|server| server.nights.len());
        Ok((self.servers.len(), nights.sum()))
    }

    /// The servers, the best first: by level, then by how much of the suite it is stated for.
    pub(super) fn ranked(&self) -> Vec<(&str, &Server, &Night)> {
        let mut ranked = Vec::new();
        for (name, server) in &self.servers {
            if let Some(night) = server.latest() {
                ranked.push((name.as_str(), server, night));
            }
        }
        ranked.sort_by_key(|(_, _, night)| Reverse(night.rank()));
        ranked
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::nights::tests::server;

    #[test]
    fn a_level_of_a_few_causes_stands_below_the_same_level_of_all() {
        let ranked = |nights: &[(Option<u8>, bool, usize, usize)]| {
            let mut all = server(&[("1", 0, None)]);
            let night = all.nights.pop_first().expect("a night").1;
            let folder = tempfile::tempdir().expect("a folder");
            let mut site = Site::open(folder.path(), 9).expect("opens");
            for (place, (level, is_complete, tested, conformant)) in nights.iter().enumerate() {
                let night = Night {
                    level: *level,
                    is_complete: *is_complete,
                    tested: *tested,
                    causes: (*conformant, 51),
                    instances: night.instances,
                    endpoint: night.endpoint.clone(),
                    reference: None,
                    verdict: night.verdict.clone(),
                    scope: night.scope.clone(),
                    page: night.page.clone(),
                    cells: night.cells.clone(),
                };
                let server = Server {
                    slug: place.to_string(),
                    nights: BTreeMap::from([("1".to_owned(), night)]),
                };
                site.servers.insert(place.to_string(), server);
            }
            let names = site.ranked().into_iter().map(|(name, ..)| name.to_owned());
            names.collect::<Vec<_>>()
        };
        let few = (Some(4), false, 5, 5);
        let whole = (Some(4), true, 51, 51);
        let good = (Some(3), true, 51, 50);
        let none = (None, false, 51, 49);
        let worse = (None, false, 51, 4);
        let all = [worse, few, none, good, whole];
        assert_eq!(ranked(&all), ["4", "1", "3", "2", "0"]);
    }
}
