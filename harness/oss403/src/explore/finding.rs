//! A finding as somebody else can use it: a case file that `oss403 run` reproduces, and beside it a text with the requests as commands of
//! curl and both answers. Signatures and tokens are redacted.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Key;
use super::compare::{Difference, Which, cause};
use super::generate::{finished, is_sound};
use super::shrink::fold;
use crate::judge::answer::Answer;
use crate::report::style::harmless;
use crate::run::record::TwinRecord;
use crate::target::quirk::Facet;
use crate::wire::curl;
use crate::wire::exchange::{Exchange, Outcome};
use oss403_case::Ledger;
use oss403_case::check::SCHEMA_LINE;
use oss403_case::model::{Before, CaseFile, Edit, OrderBasis, Scenario, SignWith, Yes};
use oss403_case::placeholder::{self, Piece};
use oss403_case::yaml;

/// Something that was found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// By what it is the same as another.
    pub key: Key,
    /// In what the target differs.
    pub difference: Difference,
    /// The smallest scenario that shows it.
    pub scenario: Scenario,
    /// Where it was found.
    pub position: u64,
    /// With which seed.
    pub seed: u64,
    /// What the target did.
    pub subject: TwinRecord,
    /// What the model did.
    pub model: Option<TwinRecord>,
    /// The case file that reproduces it, when there is one.
    pub case: Option<CaseFile>,
}

/// Case files that may show a finding, the most exact first.
pub fn candidates(finding: &Finding, ledger: &Ledger) -> Vec<CaseFile> {
    let difference = &finding.difference;
    let found = match (difference.facet, difference.which) {
        (Facet::Refused, _) => of_refused(finding),
        (_, Which::Edited) => Some((difference.cause.clone(), finding.scenario.clone())),
        (_, Which::Base) => None,
    };
    let Some((id, mut scenario)) = found else {
        return Vec::new();
    };
    let Some(known) = ledger.causes().find(|file| file.cause == id) else {
        return Vec::new();
    };
    scenario.name = "found-by-fuzzing".into();
    if scenario.before.is_some() {
        scenario.reference_only = true;
        scenario.before = Some(before(finding, &id, ledger));
    }
    let mut files = Vec::new();
    for (with_message, with_elements) in
        [(false, true), (true, true), (false, false), (true, false)]
    {
        let mut file = CaseFile::clone(known);
        let mut scenario = scenario.clone();
        scenario.expect.message = due_message(finding).filter(|_| with_message);
        if !with_elements {
            file.elements.clear();
        }
        let Ok(mut written) = serde_json::to_value(&scenario) else {
            continue;
        };
        escape(&mut written);
        file.scenarios = vec![written];
        file.notes = Some(format!(
            "Found by `oss403 fuzz --seed {}`, position {}: {}.",
            finding.seed, finding.position, difference.reason
        ));
        files.push(file);
    }
    files
}

/// What the model says, where a cause has more than one text.
fn due_message(finding: &Finding) -> Option<String> {
    let edited = finding.model.as_ref()?.edited.as_ref()?;
    Answer::of(edited)?.text("Message").map(str::to_owned)
}

/// The request that the target refuses becomes the base, and the edit one that is refused whatever else holds.
fn of_refused(finding: &Finding) -> Option<(String, Scenario)> {
    let mut scenario = finding.scenario.clone();
    if finding.difference.which == Which::Base {
        let refusal = finding
            .model
            .as_ref()
            .and_then(|model| cause(model.edited.as_ref()?));
        let is_listed = |id: &String| !id.contains(' ') && id.parse::<u16>().is_err();
        if let Some(id) = refusal.filter(is_listed) {
            return Some((id, scenario));
        }
    } else {
        for part in finding.scenario.edit.parts() {
            fold(part, &mut scenario).then_some(())?;
        }
    }
    if scenario.base.signed_with() == SignWith::None || scenario.base.request.starts_with("OPTIONS")
    {
        return None;
    }
    scenario.edit = Edit::FlipSignature(Yes);
    scenario.to_the_second = false;
    let scenario = finished(scenario);
    is_sound(&scenario).then(|| ("signature-mismatch".into(), scenario))
}

/// What would be answered if OSS looked at the request in another order: what the target says.
fn before(finding: &Finding, own: &str, ledger: &Ledger) -> Before {
    let said = finding
        .subject
        .edited
        .as_ref()
        .and_then(cause)
        .unwrap_or_default();
    let is_listed = said != own && ledger.causes().any(|file| file.cause == said);
    let source = "the reference server, which the target was held against".to_owned();
    let (status, code) = said.split_once(' ').unwrap_or(("500", "Unknown"));
    let answer = match status.parse() {
        Ok(300..=402 | 404..=599) => format!("{status} {code}"),
        _ => "500 Unknown".to_owned(),
    };
    Before {
        cause: is_listed.then(|| said.clone()),
        answer: (!is_listed).then_some(answer),
        order: OrderBasis::Inferred,
        source,
    }
}

/// Writes `$` as `$$` wherever a case file would take it for an axis.
fn escape(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(escaped) = escaped(text) {
                *text = escaped;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(escape),
        Value::Object(entries) => {
            let old = std::mem::take(entries);
            for (key, mut entry) in old {
                escape(&mut entry);
                entries.insert(escaped(&key).unwrap_or(key), entry);
            }
        }
        _ => {}
    }
}

fn escaped(text: &str) -> Option<String> {
    if !text.contains('$') {
        return None;
    }
    let piece = |piece| match piece {
        Piece::Text(text) => text.replace('$', "$$"),
        Piece::Dollar => "$$".to_owned(),
        Piece::Placeholder(name) => format!("${{{name}}}"),
        Piece::Unclosed(text) => text.to_owned(),
    };
    Some(placeholder::pieces(text).map(piece).collect())
}

impl Finding {
    /// What is wrong, in a few words.
    pub fn title(&self) -> String {
        let Key { facet, cause, .. } = &self.key;
        // What is refused, and what is the same for every cause, has nothing to do with the edits.
        let is_of_edits = *facet != Facet::Refused && !self.difference.is_common;
        let parts = self.scenario.edit.parts().iter().filter(|_| is_of_edits);
        let edits: Vec<&str> = parts.map(Edit::name).collect();
        match edits.is_empty() {
            true => format!("{}: {cause}", facet.name()),
            false => format!("{}: {cause} ({})", facet.name(), edits.join(", ")),
        }
    }

    /// The name of its folder.
    pub fn folder(&self, number: u64) -> String {
        // A server may call its refusals as it likes, and a file system takes names only so long.
        const LONGEST: usize = 60;
        let cause: String = self
            .key
            .cause
            .chars()
            .take(LONGEST)
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        format!("{number:03}-{}-{cause}", self.key.facet.name())
    }

    /// Writes its folder below `out`; the path of the case file, if there is one, or of the text.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, out: &Path, number: u64) -> io::Result<PathBuf> {
        let folder = out.join(self.folder(number));
        std::fs::create_dir_all(&folder)?;
        let text = folder.join("finding.txt");
        let Some(file) = &self.case else {
            std::fs::write(&text, self.text(None))?;
            return Ok(text);
        };
        let below = folder.join(&file.code);
        std::fs::create_dir_all(&below)?;
        let path = below.join(format!("{}.yaml", file.cause));
        let written = yaml::print(file).map_err(io::Error::other)?;
        std::fs::write(&path, format!("{SCHEMA_LINE}\n{written}"))?;
        std::fs::write(&text, self.text(Some(&path)))?;
        Ok(path)
    }

    /// What it is, for a person.
    fn text(&self, case: Option<&Path>) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{}\n", harmless(&self.title()));
        let _ = writeln!(text, "{}.", harmless(&self.reason()));
        let _ = writeln!(
            text,
            "Found with the seed {} at position {}.\n",
            self.seed, self.position
        );
        text.push_str(&match case {
            Some(path) => self.how_to_reproduce(path),
            None => self.without_case_file(),
        });
        let model = self.model.as_ref();
        let mut pairs = [
            (
                "The edited request",
                &self.subject.edited,
                model.and_then(|model| model.edited.as_ref()),
            ),
            (
                "The base request",
                &self.subject.base,
                model.and_then(|model| model.base.as_ref()),
            ),
        ];
        // The evidence first.
        if self.difference.which == Which::Base {
            pairs.reverse();
        }
        for (which, own, other) in pairs {
            let Some(own) = own else { continue };
            let _ = writeln!(
                text,
                "\n== {which}\n\n{}\n",
                harmless(&curl::command(&own.request))
            );
            let _ = writeln!(text, "-- the target\n{}", answer(own, &self.subject));
            if let (Some(other), Some(model)) = (other, model) {
                let _ = writeln!(text, "-- the model\n{}", answer(other, model));
            }
        }
        text
    }

    fn how_to_reproduce(&self, path: &Path) -> String {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let folder = folder.to_string_lossy();
        let mut text = format!("Reproduce it: oss403 run {folder}/{name} --target …\n");
        if self.difference.facet == Facet::Refused {
            text.push_str(
                "The base of the case is the request that the target refuses, so that it is `not-provoked` there: its base has to succeed.\n",
            );
        }
        text
    }

    fn without_case_file(&self) -> String {
        let scenario = serde_json::to_value(&self.scenario).unwrap_or_default();
        format!(
            "No case file says it: what the model answers is no 403 that the ledger lists, or only a comparison shows the difference.\nThe scenario:\n\n{}",
            yaml::print(&scenario).unwrap_or_default()
        )
    }

    /// In what the target differs, in one sentence without anything secret.
    pub fn reason(&self) -> String {
        self.redacted(&self.difference.reason)
    }

    fn redacted(&self, text: &str) -> String {
        self.subject.redactor().text(text)
    }
}

/// An answer as text, redacted, and harmless to a terminal.
fn answer(exchange: &Exchange, record: &TwinRecord) -> String {
    const MOST: usize = 4_000;
    let redactor = record.redactor();
    let mut text = String::new();
    match &exchange.outcome {
        Outcome::Failed(failure) => {
            let _ = writeln!(text, "no answer: {}", failure.detail);
        }
        Outcome::Answered(response) => {
            let _ = writeln!(text, "HTTP {}", response.status);
            for (name, value) in &response.headers {
                let _ = writeln!(text, "{name}: {value}");
            }
            let body = String::from_utf8_lossy(&response.body);
            let end = body
                .char_indices()
                .nth(MOST)
                .map_or(body.len(), |(end, _)| end);
            let _ = writeln!(text, "\n{}", body[..end].trim_end());
        }
    }
    harmless(&redactor.text(&text))
}
