//! Parts that were run apart, as the one result that a single run would have had.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use indexmap::IndexSet;
use oss_auth::Timestamp;
use oss403_case::model::Capability;
use oss403_case::{Instance, Ledger};

use super::Facts;
use super::entry::Entry;
use super::json::{ResultFile, Selection};
use super::read::Recorded;
use super::resume::difference;
use super::spool::Spool;
use crate::baseline::Account;
use crate::exit::Exit;
use crate::judge::scope::{Demands, Scope};
use crate::judge::summary::{NoLevel, Tally};
use crate::judge::verdict::Verdict;
use crate::run::RunSummary;
use crate::suite::{Certified, SnapshotCounts, harmless};

/// Why results are not the parts of one run.
#[derive(Debug, thiserror::Error)]
pub enum NotTogether {
    /// They cannot be read any more.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// There are none.
    #[error("there is nothing to merge")]
    Nothing,
    /// One is no part of anything.
    #[error("{0} is the result of a whole run, not of a part")]
    Whole(String),
    /// Two are not of the same run.
    #[error("{other} is of another run than {first}: its {what} is {is}, not {not}")]
    Foreign {
        /// The one that the others are held against.
        first: String,
        /// The one that differs.
        other: String,
        /// In what it differs.
        what: &'static str,
        /// What it is there.
        is: String,
        /// What it is in the first.
        not: String,
    },
    /// Two claim other things.
    #[error("{other} is of another run than {first}, and claims other things: {difference}")]
    Claims {
        /// The one that the others are held against.
        first: String,
        /// The one that differs.
        other: String,
        /// What one of them alone claims.
        difference: String,
    },
    /// Some are not there, or did not come to their end.
    #[error("{0}")]
    Missing(String),
    /// An instance is in two parts.
    #[error("the instance `{id}` is in {first} and in {second}")]
    Twice {
        /// Its id.
        id: String,
        /// The first part that has it.
        first: String,
        /// The second.
        second: String,
    },
    /// An instance that was asked for is in none.
    #[error("{} in no part, the first is `{first}`", if *count == 1 { "1 instance is".to_owned() } else { format!("{count} instances are") })]
    Lacking {
        /// How many.
        count: usize,
        /// The first of them.
        first: String,
    },
    /// The cases are not those of this ledger, and so no level can be stated.
    #[error(
        "the results are of other cases than these: their hash begins with {theirs}, that of these with {ours}"
    )]
    Ledger {
        /// The hash in the results.
        theirs: String,
        /// The hash of the ledger.
        ours: String,
    },
    /// An instance that the ledger does not have.
    #[error("`{0}` is no instance of the ledger")]
    Unknown(String),
}

/// The one result.
#[derive(Debug)]
pub struct Merged {
    /// As if it had been read.
    pub recorded: Recorded,
    /// The exit code that the one run would have had.
    pub exit: Exit,
}

/// A result, and where it was found.
pub type Part = (String, Recorded);

/// Merges the parts of a run. Of two attempts at the same part, the later one counts that came to its end.
///
/// # Errors
/// When a part is missing, doubled or of another run.
pub fn merge(
    parts: Vec<Part>,
    ledger: &Ledger,
    demands: &Demands,
    flaky_passes: bool,
) -> Result<Merged, NotTogether> {
    let parts = chosen(parts)?;
    let first = &parts.first().ok_or(NotTogether::Nothing)?.1.head;
    let theirs = &first.suite.hash;
    if theirs != ledger.hash() {
        let begin = |hash: &str| hash.chars().take(12).collect();
        return Err(NotTogether::Ledger {
            theirs: begin(theirs),
            ours: begin(ledger.hash()),
        });
    }
    let facts = together(&parts);
    sums(parts, facts, ledger, (demands, flaky_passes))
}

/// One result for each part, in their order.
fn chosen(parts: Vec<Part>) -> Result<Vec<Part>, NotTogether> {
    let mut by_part: BTreeMap<u32, Part> = BTreeMap::new();
    let mut unfinished: BTreeMap<u32, String> = BTreeMap::new();
    let mut of = 0;
    let mut first: Option<(String, Vec<(&'static str, String)>)> = None;
    for (name, recorded) in parts {
        let partition = recorded.head.selection.partition.as_deref();
        let numbers = partition.and_then(numbers);
        let (part, parts) = numbers.ok_or_else(|| NotTogether::Whole(name.clone()))?;
        let own = identity(&recorded.head);
        match &first {
            None => first = Some((name.clone(), own)),
            Some((known, of_first)) => same(known, of_first, &name, &own)?,
        }
        of = parts;
        if let Some(why) = recorded.head.unfinished_because() {
            unfinished.insert(part, format!("{name}: {why}"));
            continue;
        }
        let is_later = |known: &Part| known.1.head.started <= recorded.head.started;
        if by_part.get(&part).is_none_or(is_later) {
            by_part.insert(part, (name, recorded));
        }
    }
    let missing: Vec<u32> = (1..=of)
        .filter(|part| !by_part.contains_key(part))
        .collect();
    if missing.is_empty() {
        return Ok(by_part.into_values().collect());
    }
    let mut words = String::new();
    for part in missing {
        let separator = if words.is_empty() { "" } else { "; " };
        let _ = match unfinished.get(&part) {
            Some(why) => write!(
                words,
                "{separator}part {part} of {of} did not come to its end ({why})"
            ),
            None => write!(words, "{separator}part {part} of {of} is not there"),
        };
    }
    Err(NotTogether::Missing(words))
}

/// `2/8` and `hash:2/8` in numbers.
fn numbers(partition: &str) -> Option<(u32, u32)> {
    let numbers = partition.rsplit(':').next()?;
    let (part, parts) = numbers.split_once('/')?;
    Some((part.parse().ok()?, parts.parse().ok()?))
}

/// What all parts of a run have in common.
fn identity(head: &ResultFile) -> Vec<(&'static str, String)> {
    let partition = head.selection.partition.as_deref().unwrap_or_default();
    let (_, parts) = numbers(partition).unwrap_or_default();
    let how = partition.split_once(':').map_or("slice", |(how, _)| how);
    vec![
        (
            "program",
            format!("{} {}", head.tool.name, head.tool.version),
        ),
        ("revision", head.suite.revision.clone()),
        ("suite", head.suite.hash.clone()),
        ("target", head.target.name.clone()),
        ("claims", head.claims.join(", ")),
        ("retired", head.scope.retired.join(", ")),
        ("seed", head.seed.to_string()),
        ("selection", selection(&head.selection)),
        ("baseline", baseline(head)),
        ("number of parts", format!("{parts} ({how})")),
    ]
}

/// What the run was held against.
fn baseline(head: &ResultFile) -> String {
    match &head.baseline {
        Some(baseline) => format!("{} ({:.12})", baseline.file, baseline.digest),
        None => "none".into(),
    }
}

/// What the instances were chosen by, as one would ask for it.
fn selection(selection: &Selection) -> String {
    let harmless = selection.left_out.as_ref().map(|_| "--harmless");
    let rerun = selection.rerun.then_some("--rerun-failed");
    let filters = selection.filters.iter().map(String::as_str);
    filters
        .chain(harmless)
        .chain(rerun)
        .collect::<Vec<_>>()
        .join(" ")
}

fn same(
    first: &str,
    of_first: &[(&'static str, String)],
    other: &str,
    of_other: &[(&'static str, String)],
) -> Result<(), NotTogether> {
    let mut pairs = of_first.iter().zip(of_other);
    match pairs.find(|(first, other)| first.1 != other.1) {
        None => Ok(()),
        Some((("claims", not), (_, is))) => Err(NotTogether::Claims {
            first: first.to_owned(),
            other: other.to_owned(),
            difference: difference(&listed(is), &listed(not)),
        }),
        Some(((what, not), (_, is))) => Err(NotTogether::Foreign {
            first: first.to_owned(),
            other: other.to_owned(),
            what,
            is: is.clone(),
            not: not.clone(),
        }),
    }
}

fn listed(names: &str) -> Vec<String> {
    names.split(", ").map(str::to_owned).collect()
}

/// What there is to say of the parts as one run, but for the sums.
fn together(parts: &[Part]) -> Facts {
    let heads = || parts.iter().map(|(_, recorded)| &recorded.head);
    let first = heads().next().expect("there is one");
    let begun = heads().map(ResultFile::started_ms).min().unwrap_or(0);
    let ended = heads()
        .map(|head| head.started_ms() + head.elapsed_ms)
        .max();
    let all =
        |of: fn(&ResultFile) -> &Vec<String>| heads().flat_map(of).cloned().collect::<Vec<_>>();
    Facts {
        revision: first.suite.revision.clone(),
        hash: first.suite.hash.clone(),
        ledger_causes: first.suite.causes,
        target: first.target.name.clone(),
        endpoint: first.target.endpoint.clone(),
        profile: first.target.profile.clone(),
        reference: first.target.reference.clone(),
        selection: Selection {
            partition: None,
            ..first.selection.clone()
        },
        seed: first.seed,
        started: Timestamp::parse_iso_extended(&first.started)
            .map_or(0, |_| i64::try_from(begun / 1000).unwrap_or(0)),
        elapsed: Duration::from_millis(ended.unwrap_or(begun).saturating_sub(begun)),
        requests: heads().map(|head| head.summary.requests).sum(),
        tally: Tally::default(),
        baseline: first.baseline.as_ref().map(Account::anew),
        level: Err(NoLevel::NothingTested),
        scope: Scope::default(),
        unmet: Vec::new(),
        interrupted: false,
        time_ran_out: false,
        failure: None,
        // What is said of the selection all parts say.
        notes: all(|head| &head.summary.notes)
            .into_iter()
            .collect::<IndexSet<_>>()
            .into_iter()
            .collect(),
        left_behind: all(|head| &head.summary.left_behind),
        snapshots: String::new(),
    }
}

/// Adds everything up anew, the level as well.
fn sums(
    parts: Vec<Part>,
    mut facts: Facts,
    ledger: &Ledger,
    (demands, flaky_passes): (&Demands, bool),
) -> Result<Merged, NotTogether> {
    let head = &parts[0].1.head;
    let (claims, retired) = (
        capabilities(&head.claims),
        capabilities(&head.scope.retired),
    );
    let (spool, homes) = entries(parts, &mut facts, ledger)?;
    lacking(&facts.selection, ledger, &homes)?;
    if let Some(account) = &mut facts.baseline {
        account.close(false);
    }
    let frozen = || ledger.listed().iter().map(|row| row.id.as_str());
    facts.level = match facts.selection.rerun {
        true => Err(NoLevel::Again),
        false => facts
            .tally
            .level_of(frozen(), &facts.selection.filters, ledger),
    };
    facts.scope = Scope::of(&facts.tally, frozen(), &claims, &retired);
    facts.unmet = demands.unmet(&facts.tally, &facts.level, &facts.scope);
    let certified = Certified {
        tally: facts.tally.clone(),
        run: RunSummary {
            left_behind: facts.left_behind.clone(),
            ..RunSummary::default()
        },
        snapshots: SnapshotCounts::default(),
    };
    let exit = facts.exit(&certified, flaky_passes);
    let head = ResultFile::head(&facts);
    Ok(Merged {
        recorded: Recorded { head, spool },
        exit,
    })
}

/// Adds up the entries of all parts. Gives them in one place, and the part in which each was found.
fn entries(
    parts: Vec<Part>,
    facts: &mut Facts,
    ledger: &Ledger,
) -> Result<(Spool, HashMap<String, String>), NotTogether> {
    let instances: HashMap<String, Instance> = ledger
        .instances()
        .map(|instance| (instance.id.clone(), instance))
        .collect();
    let mut homes: HashMap<String, String> = HashMap::new();
    let mut spool = Spool::new()?;
    let mut wrong = None;
    for (name, mut recorded) in parts {
        recorded.spool.each(|entry| {
            if let Some(first) = homes.insert(entry.id.clone(), name.clone()) {
                wrong.get_or_insert(NotTogether::Twice {
                    id: entry.id.clone(),
                    first,
                    second: name.clone(),
                });
            }
            match instances.get(&entry.id) {
                Some(instance) => add(&entry, instance, facts),
                None => {
                    wrong.get_or_insert(NotTogether::Unknown(entry.id.clone()));
                }
            }
            spool.add(&entry)
        })?;
    }
    match wrong {
        Some(wrong) => Err(wrong),
        None => Ok((spool, homes)),
    }
}

fn add(entry: &Entry, instance: &Instance, facts: &mut Facts) {
    facts.tally.plan(&entry.cause);
    let elapsed = entry.milliseconds().saturating_mul(1000);
    // A result file has no deviation without a facet.
    let verdict = Verdict::of(entry.verdict, entry.facet);
    let verdict = verdict.unwrap_or(Verdict::HarnessError);
    facts.tally.add_instance(instance, verdict, elapsed);
    if let Some(account) = &mut facts.baseline {
        account.add(entry.verdict, entry.baseline.as_ref());
    }
}

/// Whether everything is there that was asked for. Of a rerun nobody knows here what that was, and of case files by their paths neither.
fn lacking(
    selection: &Selection,
    ledger: &Ledger,
    homes: &HashMap<String, String>,
) -> Result<(), NotTogether> {
    let Ok(mut asked) = ledger.select(&selection.filters) else {
        return Ok(());
    };
    if selection.rerun {
        return Ok(());
    }
    if selection.left_out.is_some() {
        (asked, _) = harmless(asked);
    }
    asked.retain(|instance| !homes.contains_key(&instance.id));
    match asked.first() {
        None => Ok(()),
        Some(first) => Err(NotTogether::Lacking {
            count: asked.len(),
            first: first.id.clone(),
        }),
    }
}

fn capabilities(names: &[String]) -> BTreeSet<Capability> {
    let all = Capability::ALL.iter().copied();
    all.filter(|known| names.iter().any(|name| name == known.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_with_other_claims_are_told_which_claims_each_has_alone() {
        let claims = |names: &str| [("claims", names.to_owned())];
        let (one, other) = (claims("kms, sts"), claims("kms, cname"));
        assert!(same("a.json", &one, "b.json", &one).is_ok());
        let Err(NotTogether::Claims { difference, .. }) = same("a.json", &one, "b.json", &other)
        else {
            panic!("they differ in their claims");
        };
        assert!(
            difference.contains("`cname`") && difference.contains("`sts`"),
            "{difference}"
        );
        assert!(!difference.contains("`kms`"), "{difference}");
    }
}
