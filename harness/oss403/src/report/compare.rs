//! Two results side by side: two nights, or two servers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::entry::Entry;
use super::failures::in_common;
use super::read::Recorded;
use super::style::{Style, Tone, counted, in_a_line};
use crate::judge::verdict::VerdictKind;

/// Instances that one of the two is without of which the ids are shown: a run of a part is without hundreds.
const SHOWN: usize = 10;

/// What became of an instance between two results.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Change {
    /// It fails, and did not before.
    New,
    /// It fails, and failed in another way before.
    Changed,
    /// It does not fail any more.
    Fixed,
    /// It is not in the second result, or was not done there.
    Gone,
    /// It is in the second result alone, and does not fail. One that fails is new.
    Added,
    /// It neither failed before nor fails now, and yet its verdict is another.
    Other,
}

impl Change {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether the second result is worse for it.
    fn is_worse(self) -> bool {
        // What is not looked at any more may be as bad as one likes.
        matches!(self, Self::New | Self::Changed | Self::Gone)
    }
}

/// An instance that is not as it was.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Difference {
    /// Its id.
    pub id: String,
    /// Its cause.
    pub cause: String,
    /// What became of it.
    pub change: Change,
    /// `deviates/code`, `conformant`; `null` when it is not in the first result.
    pub before: Option<String>,
    /// The same of the second.
    pub after: Option<String>,
    /// Why, in the second; of the first where it is gone.
    pub reason: String,
}

/// What differs between two results.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Comparison {
    /// Targets of the two, by name.
    pub targets: [String; 2],
    /// Why the second is not what it was to be, when it is not.
    pub unfinished: Option<String>,
    /// Whether both are of the same suite: else what is new may be a new scenario.
    pub same_suite: bool,
    /// Instances that are not as they were, by id.
    pub differences: Vec<Difference>,
    /// Of each cause with differences, how many of each kind.
    pub causes: BTreeMap<String, BTreeMap<&'static str, usize>>,
}

/// What identifies a failure, free of what is made anew in each run.
fn failure(
    entry: &Entry,
) -> (
    VerdictKind,
    Option<&'static str>,
    String,
    Option<u16>,
    Option<&str>,
) {
    (
        entry.verdict,
        entry.facet.map(crate::judge::verdict::Facet::name),
        in_common(entry.reason.lines().next().unwrap_or_default()),
        entry.observed.status,
        entry.observed.code.as_deref(),
    )
}

impl Comparison {
    /// Compares two results.
    ///
    /// # Errors
    /// When they cannot be read any more.
    pub fn of(first: &mut Recorded, second: &mut Recorded) -> io::Result<Self> {
        let mut before: BTreeMap<String, Entry> = BTreeMap::new();
        for entry in first.entries()? {
            before.insert(entry.id.clone(), entry);
        }
        let mut differences = Vec::new();
        for entry in second.entries()? {
            let known = before.remove(&entry.id);
            differences.extend(difference(known.as_ref(), Some(&entry)));
        }
        for entry in before.values() {
            differences.extend(difference(Some(entry), None));
        }
        differences.sort_by(|a, b| a.id.cmp(&b.id));
        let mut causes: BTreeMap<String, BTreeMap<&'static str, usize>> = BTreeMap::new();
        for difference in &differences {
            let cause = causes.entry(difference.cause.clone()).or_default();
            *cause.entry(difference.change.name()).or_default() += 1;
        }
        let suites = (&first.head.suite, &second.head.suite);
        Ok(Self {
            targets: [
                first.head.target.name.clone(),
                second.head.target.name.clone(),
            ],
            unfinished: second.head.unfinished_because(),
            same_suite: suites.0.hash == suites.1.hash,
            differences,
            causes,
        })
    }

    /// Whether something fails that did not, or fails otherwise.
    pub fn is_worse(&self) -> bool {
        let mut differences = self.differences.iter();
        self.unfinished.is_some() || differences.any(|difference| difference.change.is_worse())
    }

    /// For people.
    pub fn render(&self, style: Style) -> String {
        let mut text = String::new();
        let [first, second] = &self.targets;
        let _ = writeln!(text, "{} against {}", in_a_line(second), in_a_line(first));
        if let Some(why) = &self.unfinished {
            let _ = writeln!(text, "{}", style.paint(Tone::Bad, &in_a_line(why)));
        }
        if !self.same_suite {
            text.push_str(
                "of two suites: what is new or added here may be a scenario that is new there\n",
            );
        }
        for change in [
            Change::New,
            Change::Changed,
            Change::Fixed,
            Change::Gone,
            Change::Added,
            Change::Other,
        ] {
            let of = self.differences.iter().filter(|d| d.change == change);
            let of: Vec<&Difference> = of.collect();
            if of.is_empty() {
                continue;
            }
            let tone = if change.is_worse() {
                Tone::Bad
            } else {
                Tone::Good
            };
            let heading = format!("{}: {}", change.name(), counted(of.len(), "instance"));
            let _ = writeln!(text, "\n{}", style.paint(tone, &heading));
            let shown = match change {
                Change::Gone | Change::Added => SHOWN,
                _ => usize::MAX,
            };
            for difference in of.iter().take(shown) {
                difference.render(&mut text, style);
            }
            if of.len() > shown {
                let _ = writeln!(text, "  … and {} more", of.len() - shown);
            }
        }
        if self.differences.is_empty() {
            text.push_str("nothing differs\n");
        } else {
            text.push('\n');
            for (cause, changes) in &self.causes {
                let changes = changes
                    .iter()
                    .map(|(name, count)| format!("{count} {name}"));
                let changes: Vec<_> = changes.collect();
                let _ = writeln!(text, "  {:<28}  {}", in_a_line(cause), changes.join(", "));
            }
        }
        text
    }
}

impl Difference {
    fn render(&self, text: &mut String, style: Style) {
        for line in style.wrap_id(&in_a_line(&self.id), 2) {
            let _ = writeln!(text, "{line}");
        }
        let of = |verdict: &Option<String>| verdict.clone().unwrap_or_else(|| "not there".into());
        let _ = writeln!(text, "    {} → {}", of(&self.before), of(&self.after));
        if self.change.is_worse() && self.after.is_some() {
            for line in style.wrap(
                &in_a_line(self.reason.lines().next().unwrap_or_default()),
                4,
            ) {
                let _ = writeln!(text, "{line}");
            }
        }
    }
}

fn difference(before: Option<&Entry>, after: Option<&Entry>) -> Option<Difference> {
    let failed = |entry: Option<&Entry>| entry.is_some_and(|entry| entry.verdict.is_failure());
    let change = match (failed(before), failed(after)) {
        (false, true) => Change::New,
        (_, false) if after.is_none() => Change::Gone,
        (true, false) => Change::Fixed,
        (true, true) if before.map(failure) != after.map(failure) => Change::Changed,
        (true, true) => return None,
        (false, false) => {
            let after = after?;
            match before {
                None => Change::Added,
                Some(before) => (before.verdict != after.verdict).then_some(Change::Other)?,
            }
        }
    };
    let entry = after.or(before)?;
    Some(Difference {
        id: entry.id.clone(),
        cause: entry.cause.clone(),
        change,
        before: before.map(Entry::verdict_in_words),
        after: after.map(Entry::verdict_in_words),
        reason: entry.reason.clone(),
    })
}
