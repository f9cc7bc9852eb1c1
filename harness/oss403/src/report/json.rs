//! The result file: what became of every instance, for programs. `result.schema.json` describes it.
//!
//! What stands in it beside the instances, its head, is what every other report says of a run as a whole.

use std::io::{self, Write};

use oss_auth::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Facts;
use super::entry::Entry;
use super::spool::Spool;
use super::style::{counted, grouped};
use crate::baseline::{Account, Counts as Known, Listed};
use crate::judge::summary::Counts;
use crate::judge::verdict::VerdictKind;
use crate::suite::LeftOut;

/// Version of the result file.
pub const SCHEMA: u32 = 1;

/// The result of a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultFile {
    /// Version of this format.
    pub schema: u32,
    /// The program that wrote it.
    #[serde(default)]
    pub tool: Tool,
    /// What of the suite was run.
    #[serde(default)]
    pub selection: Selection,
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
    /// The baseline that the run was held against, and what became of its entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Account>,
    /// Every instance, sorted by id.
    pub instances: Vec<Entry>,
}

/// The program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Default for Tool {
    fn default() -> Self {
        Self {
            name: "oss403".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

/// What of the suite was run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// What the instances were chosen by; everything, when there is none.
    pub filters: Vec<String>,
    /// `M/N`, when it was a part only.
    #[serde(default)]
    pub partition: Option<String>,
    /// The revision of the suite that they were chosen from.
    #[serde(default)]
    pub revision: String,
    /// What was left out of all that, when only what is harmless was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
    /// Whether only what was not conformant in an earlier result was run again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rerun: bool,
}

/// The suite.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
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
    /// The file of its profile, as it was named; the embedded server has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// How the reference server of this program is configured, where that is the target: as it is, or in what it is wrong on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl TargetName {
    /// Whether it is the reference server of this program, and no product.
    pub fn is_reference(&self) -> bool {
        self.reference.is_some() || self.profile.is_none()
    }

    /// In what it is wrong on purpose, when it is the reference server.
    pub fn made_wrong(&self) -> Option<&str> {
        self.reference.as_deref().filter(|how| *how != AS_IT_IS)
    }
}

/// How the reference server is when nothing of it is wrong on purpose.
pub const AS_IT_IS: &str = "as it is";

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
    /// What the baseline came to; absent without one. What is known counts in `causes` and `instances` as what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Known>,
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
    pub(super) fn of(counts: &Counts, unfinished: usize) -> Self {
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
            tool: Tool::default(),
            selection: facts.selection.clone(),
            suite: Suite {
                revision: facts.revision.clone(),
                hash: facts.hash.clone(),
                causes: facts.ledger_causes,
            },
            target: TargetName {
                name: facts.target.clone(),
                endpoint: facts.endpoint.clone(),
                profile: facts.profile.clone(),
                reference: facts.reference.clone(),
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
                baseline: facts.baseline.as_ref().map(|baseline| baseline.counts),
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
            baseline: facts.baseline.clone(),
            instances: Vec::new(),
        }
    }

    /// The head, and the instances.
    pub(super) fn split(mut self) -> (Self, Vec<Entry>) {
        let instances = std::mem::take(&mut self.instances);
        (self, instances)
    }

    /// Entries of the baseline that fail the run, whatever its instances do, with the file in which they stand.
    pub(crate) fn red_entries(&self) -> impl Iterator<Item = (&str, &Listed)> {
        let accounts = self.baseline.iter();
        accounts.flat_map(|account| account.red().map(|entry| (account.file.as_str(), entry)))
    }

    /// When the run began, in milliseconds since 1970; 0 when nobody knows.
    pub(super) fn started_ms(&self) -> u64 {
        let started = Timestamp::parse_iso_extended(&self.started);
        let seconds = started.map_or(0, |started| u64::try_from(started.0).unwrap_or(0));
        seconds * 1000
    }

    /// Why the run is not what it was to be: whoever looks at tests alone must see it too.
    pub(crate) fn unfinished_because(&self) -> Option<String> {
        let summary = &self.summary;
        match &summary.failure {
            Some(failure) => Some(failure.clone()),
            None if summary.time_ran_out => Some("time ran out before everything was done".into()),
            None if summary.interrupted => {
                Some("the run was interrupted before everything was done".into())
            }
            None => None,
        }
    }

    /// Why it says less of its target than a run of the whole suite; `None` when it is one.
    pub(crate) fn part_because(&self) -> Option<String> {
        let selection = &self.selection;
        if let Some(part) = &selection.partition {
            return Some(format!(
                "it is part {part} of a run; see `oss403 report merge`"
            ));
        }
        if !selection.filters.is_empty() {
            let filters = selection.filters.join(" ");
            return Some(format!("only a part was run: {filters}"));
        }
        if selection.left_out.is_some() {
            return Some("only what is harmless was run".into());
        }
        if selection.rerun {
            return Some("only what had failed was run again".into());
        }
        let unfinished = self.summary.instances.unfinished;
        let cut = (unfinished > 0).then(|| format!("{unfinished} instances were not done"));
        self.unfinished_because().or(cut)
    }

    /// What was tested for what, how well, and against what it was not, in a sentence.
    pub fn sentence(&self) -> String {
        let Summary {
            causes,
            instances,
            level,
            no_level,
            complete,
            ..
        } = &self.summary;
        let of = |sums: &Sums, noun| {
            let conformant = grouped(sums.conformant as u64);
            format!("{conformant} of {} conformant", counted(sums.total, noun))
        };
        let level = match (level, no_level) {
            (Some(number), _) => {
                let complete = if *complete { ", complete" } else { "" };
                format!("level {number} of {}{complete}", self.suite.revision)
            }
            (None, Some(why)) => format!("no level: {why}"),
            (None, None) => "no level".into(),
        };
        let known = match &self.summary.baseline {
            Some(counts) => format!("; baseline: {}", counts.in_words()),
            None => String::new(),
        };
        format!(
            "{}, {}; {level}{known}",
            of(causes, "cause"),
            of(instances, "instance")
        )
    }

    /// The JSON Schema of the result file.
    pub fn schema() -> String {
        oss403_case::schema::text_of::<Self>("oss403 result file")
    }
}

/// Writes a run as a result file. Instances are copied as they are, whatever their number.
pub(super) fn write(out: &mut dyn Write, head: &ResultFile, spool: &mut Spool) -> io::Result<()> {
    let text = serde_json::to_string(head)?;
    let text = text
        .strip_suffix("]}")
        .expect("the empty list of instances is the last field");
    out.write_all(text.as_bytes())?;
    let mut separator = "\n";
    spool.each_text(|text| {
        out.write_all(separator.as_bytes())?;
        separator = ",\n";
        out.write_all(text)
    })?;
    out.write_all(b"\n]}\n")
}
