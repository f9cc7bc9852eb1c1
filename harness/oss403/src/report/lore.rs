//! What the ledger knows of causes and twins, in words: what reports show beside what was seen, and what `explain` prints.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::flow::{flow, pairs};
use oss403_case::model::{CaseFile, Edit, Severity, Source, SourceKind};
use oss403_case::{Instance, Ledger, Stage};

/// What there is to say of the causes and the instances of a run that their entries do not say.
#[derive(Debug, Default)]
pub struct Lore {
    /// SHA-256 of the case files that it comes from.
    pub(super) hash: String,
    pub(super) causes: BTreeMap<String, Told>,
    /// By the id of the instance.
    pub(super) twins: BTreeMap<String, Twin>,
}

/// A cause in words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Told {
    pub(super) means: String,
    pub(super) fix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notes: Option<String>,
    pub(super) severity: &'static str,
    /// Where the expected answer is known from, the best last.
    pub(super) sources: Vec<Cited>,
}

/// A source in words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Cited {
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<String>,
    pub(super) place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) says: Option<String>,
    /// Its address, where it has one that a browser may be sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<String>,
}

/// What an instance sends, in the words of its case file with the values of its matrix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Twin {
    /// How the base is signed: the name of a scheme, or `none`.
    pub(super) scheme: String,
    pub(super) given: String,
    pub(super) base: String,
    pub(super) edit: String,
    pub(super) unchanged: String,
    pub(super) about: Option<String>,
}

impl Lore {
    /// What is known of a whole ledger.
    pub fn of_ledger(ledger: &Ledger) -> Self {
        let causes = ledger.causes().cloned();
        Self::of(ledger.hash(), causes, ledger.instances())
    }

    /// What is known of these causes and instances.
    pub fn of(
        hash: &str,
        causes: impl IntoIterator<Item = Arc<CaseFile>>,
        instances: impl IntoIterator<Item = Instance>,
    ) -> Self {
        let told = |file: Arc<CaseFile>| (file.cause.clone(), Told::of(&file));
        let twin = |instance: Instance| {
            let twin = Twin::of(&instance);
            (instance.id, twin)
        };
        Self {
            hash: hash.to_owned(),
            causes: causes.into_iter().map(told).collect(),
            twins: instances.into_iter().map(twin).collect(),
        }
    }
}

impl Told {
    fn of(file: &CaseFile) -> Self {
        let others = file.alternatives.iter().flat_map(|other| &other.sources);
        Self {
            means: file.means.clone(),
            fix: file.fix.clone(),
            notes: file.notes.clone(),
            severity: severity(file.severity),
            sources: file.sources.iter().chain(others).map(Cited::of).collect(),
        }
    }
}

impl Cited {
    fn of(source: &Source) -> Self {
        let link = source.r#ref.as_ref();
        let link = link.filter(|link| link.starts_with("https://") && !link.contains([' ', '"']));
        Self {
            kind: kind(source.kind),
            date: source.date.clone(),
            place: places(source),
            says: source.says.clone(),
            link: link.cloned(),
        }
    }
}

impl Twin {
    fn of(instance: &Instance) -> Self {
        let scenario = &*instance.scenario;
        let plain = |value: Result<Value, serde_json::Error>| value.unwrap_or_default();
        let scheme = plain(serde_json::to_value(scenario.base.signed_with()));
        Self {
            scheme: scheme.as_str().unwrap_or_default().to_owned(),
            given: pairs(&plain(serde_json::to_value(&scenario.given))),
            base: request(&plain(serde_json::to_value(&scenario.base))),
            edit: edit(&plain(serde_json::to_value(&scenario.edit))),
            unchanged: scenario.unchanged.join(", "),
            about: scenario.about.clone(),
        }
    }
}

/// `owner sends GET /k.txt, sign: url-v1`.
pub(crate) fn request(base: &Value) -> String {
    let Value::Object(entries) = base else {
        return flow(base);
    };
    let who = entries.get("as").and_then(Value::as_str).unwrap_or("owner");
    let what = entries.get("request").map(flow).unwrap_or_default();
    let mut rest = entries.clone();
    rest.retain(|key, _| key != "as" && key != "request");
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!(", {}", pairs(&Value::Object(rest)))
    };
    format!("{who} sends {what}{rest}")
}

/// `expires-in: -1s (before it is signed)`.
pub(crate) fn edit(edit: &Value) -> String {
    if let Some(Value::Array(parts)) = edit.get(Edit::ALL) {
        let parts: Vec<String> = parts.iter().map(self::edit).collect();
        return parts.join("; and ");
    }
    let kind = edit
        .as_object()
        .and_then(|entries| entries.keys().next())
        .and_then(|name| Stage::of(name));
    let when = match kind {
        Some(Stage::Request) => " (before it is signed)",
        Some(Stage::Wire) => " (after it is signed)",
        Some(Stage::World | Stage::Operator) => " (in the world, the request stays the same)",
        None => "",
    };
    format!("{}{when}", pairs(edit))
}

/// A source on one line: `observed (2020-02-25): https://… – unsigned GET`.
pub(crate) fn source(source: &Source) -> String {
    let date = source.date.as_ref();
    let date = date.map(|date| format!(" ({date})")).unwrap_or_default();
    let places = places(source);
    let between = if places.is_empty() { "" } else { ": " };
    let says = source.says.as_ref();
    let says = says.map(|says| format!(" – {says}")).unwrap_or_default();
    format!("{}{date}{between}{places}{says}", kind(source.kind))
}

fn kind(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Inferred => "inferred",
        SourceKind::Secondary => "third party",
        SourceKind::Documented => "documented",
        SourceKind::SdkTest => "SDK test",
        SourceKind::Observed => "observed",
    }
}

fn places(source: &Source) -> String {
    let places = [&source.page, &source.r#ref].into_iter().flatten();
    places.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// What a wrong answer would mean.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::GrantsAccess => "grants-access: a wrong answer gives somebody what is not theirs",
        Severity::BreaksProtection => {
            "breaks-protection: a wrong answer breaks a rule that protects data or money"
        }
        Severity::Misleads => "misleads: a wrong answer tells a client the wrong reason",
    }
}
