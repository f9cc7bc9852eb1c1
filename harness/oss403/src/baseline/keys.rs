//! The keys of a baseline file, as serde and the JSON Schema know them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::fingerprint::Fingerprint;
use super::item::Excused;

/// Deviations of one target that are known: each with its reason, its owner and the last day on which it is put up with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct File {
    /// Version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub(super) version: u32,
    /// Name of the target, as its profile has it. A run against another one refuses the file.
    pub(super) target: String,
    /// The revision of the suite, as reports name it: `documented-2023-06-27`.
    pub(super) ledger: String,
    /// What is known. No two entries are for the same instance.
    pub(super) entries: Vec<Keys>,
}

/// Something that is known to fail, or is not run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Keys {
    /// A cause, `cause/scenario`, or an instance; all instances that it is for have to fail as recorded. Without `*`.
    pub(super) id: String,
    /// What is excused: `deviates/` and the facet, or `not-provoked`; `disabled` does not run it at all.
    #[schemars(schema_with = "verdicts")]
    pub(super) verdict: String,
    /// The answer that the failure is known by; of `not-provoked` that of the request which stood in the way. None with `disabled`.
    #[serde(default)]
    pub(super) observed: Option<Fingerprint>,
    /// Says that somebody knows what it means that something is granted, done or shown: `deviates/granted`, `deviates/effect` and
    /// `deviates/leak` need it.
    #[serde(default)]
    pub(super) accept_risk: bool,
    /// Why it is put up with; not empty.
    #[schemars(length(min = 1))]
    pub(super) reason: String,
    /// Whose it is; not empty.
    #[schemars(length(min = 1))]
    pub(super) owner: String,
    /// Where it is followed up.
    #[serde(default)]
    pub(super) link: Option<String>,
    /// The day on which it was recorded, or last put up with anew: `2026-11-28`.
    #[serde(default)]
    pub(super) added: Option<String>,
    /// The last day on which it counts, in UTC, at most a year after `added` (without it, after today).
    pub(super) expires: String,
}

fn verdicts(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Excused::names() })
}
