//! Baselines: deviations of a target that are known, each with its reason, its owner and a last day.
//!
//! ```yaml
//! version: 1
//! target: my-server                  # name of the profile
//! ledger: documented-2023-06-27      # revision of the suite
//! entries:
//!   - id: referer-denied/blacklist-alone
//!     verdict: deviates/message
//!     observed: { status: 403, code: AccessDenied, message: Access denied. }
//!     reason: wording comes from the proxy
//!     owner: auth-team
//!     expires: 2027-03-01
//! ```
//!
//! What fails as recorded is *known*: it does not fail the run, and it is not conformant either, so that it never raises a level. What fails in
//! any other way is new. An entry whose instance passes is *stale*, one after its last day *expired*; both fail the run.

mod account;
mod day;
mod fingerprint;
mod item;
mod keys;
mod rules;
mod text;
mod update;

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

pub use account::{Account, Counts, Listed, Mark, Marked, State};
pub use day::Day;
pub use fingerprint::Fingerprint;
pub use item::{Excused, Item, is_for};
pub use text::NotEdited;
pub use update::{LeftOut, Outcome, Pruned, Terms, Updated, fresh, prune, update};

use crate::judge::verdict::{Facet, VerdictKind};
use oss403_case::Ledger;
use oss403_case::diagnostic::Diagnostic;
use oss403_case::document::Document;

/// A baseline as it was read. Every entry is sound by itself.
#[derive(Debug)]
pub struct Baseline {
    /// The file, as it was named.
    pub file: String,
    /// SHA-256 of its text.
    pub digest: String,
    /// Name of the target that it is for.
    pub target: String,
    /// The revision of the suite that it is for.
    pub ledger: String,
    /// What is known, in the order of the file.
    pub items: Vec<Item>,
    document: Document,
    by_id: HashMap<String, usize>,
}

impl Baseline {
    /// The JSON Schema of baselines, as the text of its file.
    pub fn schema() -> String {
        oss403_case::schema::text_of::<keys::File>("oss403 baseline")
    }

    /// Reads a baseline's text; `file` is its name for diagnostics, `today` the day that its dates are held against.
    ///
    /// # Errors
    /// Everything that is wrong with it, as far as it can be seen without a ledger.
    pub fn read(file: &str, text: &str, today: Day) -> Result<Self, Vec<Diagnostic>> {
        let document = Document::read(file, text).map_err(|found| vec![found])?;
        let (keys, items) = rules::read(&document, today)?;
        let by_id = items.iter().enumerate();
        let by_id = by_id.map(|(at, item)| (item.id.clone(), at)).collect();
        let digest = Sha256::digest(text.as_bytes());
        Ok(Self {
            file: file.to_owned(),
            digest: oss_auth::hex(&digest),
            target: keys.target,
            ledger: keys.ledger,
            items,
            document,
            by_id,
        })
    }

    /// What is wrong with it for a ledger, and for a target of that name: another target or revision, ids of no instance, and entries of
    /// which one is for an instance of another. `besides` are the ids of instances that the ledger does not have.
    pub fn misfits(
        &self,
        ledger: &Ledger,
        besides: &[&str],
        target: Option<&str>,
    ) -> Vec<Diagnostic> {
        rules::misfits(self, ledger, besides, target)
    }

    /// What there is to be careful about, although nothing is wrong: entries that have expired, and those that excuse more than they say.
    pub fn warnings(&self, today: Day) -> Vec<Diagnostic> {
        rules::warnings(self, today)
    }

    /// Entries of which the last day is one of the next `days`, the first one first.
    pub fn expiring(&self, today: Day, days: i64) -> Vec<&Item> {
        let soon = |item: &&Item| (0..=days).contains(&today.until(item.expires));
        let mut items: Vec<&Item> = self.items.iter().filter(soon).collect();
        items.sort_by_key(|item| item.expires);
        items
    }

    /// Entries of which the last day is over.
    pub fn expired(&self, today: Day) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| today > item.expires)
    }

    /// The entry that is for an instance.
    pub fn entry_for(&self, instance: &str) -> Option<&Item> {
        let mut found = item::lineage(instance).filter_map(|id| self.by_id.get(id));
        found.next().map(|at| &self.items[*at])
    }

    /// The entry for which an instance is not run.
    pub fn disables(&self, instance: &str, today: Day) -> Option<&Item> {
        let item = self.entry_for(instance)?;
        (item.verdict == Excused::Disabled && today <= item.expires).then_some(item)
    }

    /// What it says of an instance that was run; `None` when it has no entry for it, or nothing was learnt of it.
    pub fn mark(
        &self,
        instance: &str,
        today: Day,
        (verdict, facet): (VerdictKind, Option<Facet>),
        seen: Option<&Fingerprint>,
    ) -> Option<Mark> {
        if verdict.is_set_aside() || verdict == VerdictKind::HarnessError {
            return None;
        }
        let item = self.entry_for(instance)?;
        let is_past = today > item.expires;
        let as_recorded = Excused::of(verdict, facet) == Some(item.verdict)
            && seen.is_some_and(|seen| seen.is_as(&item.observed));
        let marked = match verdict {
            // What was not run for a while has to be looked at, whatever it shows.
            _ if is_past && item.verdict == Excused::Disabled => Marked::Expired,
            VerdictKind::Conformant => Marked::Passes,
            _ if is_past => Marked::Expired,
            _ if as_recorded => Marked::Known,
            _ => Marked::Changed,
        };
        Some(Mark::of(item, marked))
    }

    /// Ids of every cause, scenario and instance that an entry may name.
    fn names(ledger: &Ledger, besides: &[&str]) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let ids = ledger.instances().map(|instance| instance.id);
        for id in ids.chain(besides.iter().copied().map(str::to_owned)) {
            names.extend(item::lineage(&id).map(str::to_owned));
        }
        names
    }
}

#[cfg(test)]
mod tests;
