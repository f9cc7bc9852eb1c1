//! The result file: what became of every instance, for programs. `result.schema.json` describes it.
//!
//! Instances go to a nameless spool file as they finish, so that a run of any length takes no more memory; the head, which holds the
//! sums, is written last and put first.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

use oss_auth::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Facts;
use super::atomic::{Atomic, spool};
use super::entry::Entry;
use crate::judge::summary::Counts;
use crate::judge::verdict::VerdictKind;

/// Version of the result file.
pub const SCHEMA: u32 = 1;

/// The result of a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultFile {
    /// Version of this format.
    pub schema: u32,
    /// The suite that was run.
    pub suite: Suite,
    /// What it was run against.
    pub target: TargetName,
    /// Capabilities that the target claims.
    #[serde(default)]
    pub claims: Vec<String>,
    /// What the level is stated for.
    #[serde(default)]
    pub scope: ScopeNames,
    /// What decided the order of the instances.
    pub seed: u64,
    /// When the run began, UTC, in ISO 8601.
    pub started: String,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Sums.
    pub summary: Summary,
    /// Every instance, sorted by id.
    pub instances: Vec<Entry>,
}

/// The suite.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Revision of the suite: the frozen set of causes that the level is stated of.
    pub revision: String,
    /// SHA-256 of the case files.
    pub hash: String,
    /// Causes in the ledger, whether they were selected or not.
    pub causes: usize,
}

/// The target.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetName {
    /// Its name.
    pub name: String,
    /// Its endpoint.
    pub endpoint: String,
}

/// What the level is stated for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeNames {
    /// Capabilities that the target claims.
    pub claimed: Vec<String>,
    /// Capabilities that it does not claim: what needs them was not asked.
    pub not_claimed: Vec<String>,
    /// Capabilities that it refuses to everybody, as OSS has begun to do: what needs them is not applicable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<String>,
    /// Causes of the revision of which an instance was sent and judged.
    pub tested: usize,
    /// Causes of the revision.
    pub causes: usize,
}

/// Sums over the run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Causes that were selected.
    pub causes: Sums,
    /// Instances that were selected.
    pub instances: Sums,
    /// Requests sent, fixtures and canaries included.
    pub requests: u64,
    /// 1 Secure, 2 Codes, 3 Messages, 4 Exact; `null` when none can be stated.
    #[schemars(range(min = 1, max = 4))]
    pub level: Option<u8>,
    /// Whether the level is stated for everything: all is claimed, and every cause was tested.
    #[serde(default)]
    pub complete: bool,
    /// What `--min-level` and `--require` asked for and is not so, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmet: Vec<String>,
    /// Why there is no level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_level: Option<String>,
    /// Whether the run was stopped before everything was done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// Whether it was because the time it was given ran out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub time_ran_out: bool,
    /// Why the run cannot be relied upon: a canary failed, or the journal could not be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// What else there is to say of the run, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What the run made at the target and could not remove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<String>,
}

/// How many there are of each verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are the verdicts")]
pub struct Sums {
    /// All of them.
    pub total: usize,
    pub conformant: usize,
    pub deviates: usize,
    pub not_provoked: usize,
    pub not_claimed: usize,
    pub not_applicable: usize,
    pub disabled: usize,
    pub flaky: usize,
    pub harness_error: usize,
    /// Selected, but not done when the run was stopped.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unfinished: usize,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Sums {
    fn of(counts: &Counts, unfinished: usize) -> Self {
        let count = |verdict| counts.get(&verdict).copied().unwrap_or_default();
        Self {
            total: counts.values().sum::<usize>() + unfinished,
            conformant: count(VerdictKind::Conformant),
            deviates: count(VerdictKind::Deviates),
            not_provoked: count(VerdictKind::NotProvoked),
            not_claimed: count(VerdictKind::NotClaimed),
            not_applicable: count(VerdictKind::NotApplicable),
            disabled: count(VerdictKind::Disabled),
            flaky: count(VerdictKind::Flaky),
            harness_error: count(VerdictKind::HarnessError),
            unfinished,
        }
    }
}

fn names(these: &[&str]) -> Vec<String> {
    these.iter().copied().map(str::to_owned).collect()
}

impl ResultFile {
    /// Everything but the instances.
    pub fn head(facts: &Facts) -> Self {
        let causes = facts.tally.cause_verdicts();
        let undecided = facts.tally.causes().count() - causes.values().sum::<usize>();
        Self {
            schema: SCHEMA,
            suite: Suite {
                revision: facts.revision.clone(),
                hash: facts.hash.clone(),
                causes: facts.ledger_causes,
            },
            target: TargetName {
                name: facts.target.clone(),
                endpoint: facts.endpoint.clone(),
            },
            claims: names(&facts.scope.claimed),
            scope: ScopeNames {
                claimed: names(&facts.scope.claimed),
                not_claimed: names(&facts.scope.not_claimed),
                retired: names(&facts.scope.retired),
                tested: facts.scope.tested,
                causes: facts.scope.of,
            },
            seed: facts.seed,
            started: Timestamp(facts.started).to_iso_extended_millis(),
            elapsed_ms: u64::try_from(facts.elapsed.as_millis()).unwrap_or(u64::MAX),
            summary: Summary {
                causes: Sums::of(&causes, undecided),
                instances: Sums::of(&facts.tally.instances(), facts.tally.unfinished()),
                requests: facts.requests,
                level: facts.level.as_ref().ok().map(|level| level.number()),
                complete: facts.scope.is_complete(),
                unmet: facts.unmet.clone(),
                no_level: facts.level.as_ref().err().map(ToString::to_string),
                interrupted: facts.interrupted,
                time_ran_out: facts.time_ran_out,
                failure: facts.failure.clone(),
                notes: facts.notes.clone(),
                left_behind: facts.left_behind.clone(),
            },
            instances: Vec::new(),
        }
    }

    /// The JSON Schema of the result file.
    pub fn schema() -> String {
        oss403_case::schema::text_of::<Self>("oss403 result file")
    }
}

/// A result file that is being written.
#[derive(Debug)]
pub struct JsonReport {
    pub(super) file: Atomic,
    spool: BufWriter<File>,
    written: u64,
    /// Where each instance stands in the spool.
    places: BTreeMap<String, (u64, usize)>,
}

impl JsonReport {
    pub(super) fn to(file: Atomic) -> io::Result<Self> {
        Ok(Self {
            file,
            spool: spool()?,
            written: 0,
            places: BTreeMap::new(),
        })
    }

    pub(super) fn add(&mut self, entry: &Entry) -> io::Result<()> {
        let text = serde_json::to_vec(entry)?;
        self.spool.write_all(&text)?;
        self.places
            .insert(entry.id.clone(), (self.written, text.len()));
        self.written += text.len() as u64;
        Ok(())
    }

    pub(super) fn finish(self, facts: &Facts) -> io::Result<()> {
        let head = serde_json::to_string(&ResultFile::head(facts))?;
        let head = head
            .strip_suffix("]}")
            .expect("the empty list of instances is the last field");
        let mut spool = self
            .spool
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        self.file.write(|out| {
            out.write_all(head.as_bytes())?;
            let mut separator = "\n";
            let mut text = Vec::new();
            for (place, length) in self.places.into_values() {
                text.resize(length, 0);
                spool.seek(SeekFrom::Start(place))?;
                spool.read_exact(&mut text)?;
                out.write_all(separator.as_bytes())?;
                out.write_all(&text)?;
                separator = ",\n";
            }
            out.write_all(b"\n]}\n")
        })
    }
}
