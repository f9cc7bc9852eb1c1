//! Everything that can be known to be wrong with a case file without a network.

mod condition_keys;
mod disguise;
mod gaps;
mod header;
mod keys;
mod precedence;
mod requests;
mod same;
mod scenario;
mod shape;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::decode::Problem;
use super::diagnostic::{Diagnostic, Severity};
use super::document::{Document, byte_order_mark, problem};
use super::expand::Template;
use super::instance::Instance;
use super::listed::{Entry, Listed};
use super::model::{CaseFile, Scenario};
use super::place::{Part, Path};
use super::slip::BYTE_ORDER_MARK;

pub use condition_keys::unknown_condition_keys;
pub use gaps::GAP;
pub use words::is_kebab;

/// The comment every case file begins with, so that editors find the schema.
pub const SCHEMA_LINE: &str = "# yaml-language-server: $schema=../case.schema.json";

/// Most findings of one scenario that are reported.
const MOST_PER_SCENARIO: usize = 16;
/// Most instances of one file that are kept once they were read; those of more are read again, one at a time.
const MOST_KEPT: usize = 10_000;
/// Most findings of one file that are reported.
const MOST_PER_FILE: usize = 100;

/// Reads and checks the text of one case file. `name` is its path as the user knows it, `listed` the causes it is held against. An entry is given when there is no error, maybe with warnings.
pub fn file(name: &str, text: &str, listed: &[Listed]) -> (Option<Entry>, Vec<Diagnostic>) {
    let document = match Document::read(name, text) {
        Ok(document) => document,
        Err(diagnostic) => return (None, vec![diagnostic]),
    };
    // Whatever else is wrong is told once there is something.
    let mut found = gaps::of(document.value());
    let is_whole = found.is_empty();
    let head = is_whole.then(|| header::check(&document, listed, &mut found));
    let head = head.flatten().map(Arc::new);
    let (templates, instances) = match is_whole {
        true => scenarios(&document, head.as_ref(), listed, &mut found),
        false => Default::default(),
    };
    let mut diagnostics: Vec<Diagnostic> = found
        .iter()
        .take(MOST_PER_FILE)
        .map(|problem| document.diagnostic(problem))
        .collect();
    diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
    let entry = match head {
        Some(head) if diagnostics.is_empty() => Some(Entry {
            file: head,
            path: name.to_owned(),
            templates,
            kept: (instances.len() <= MOST_KEPT).then_some(instances),
        }),
        _ => None,
    };
    // While there are errors, one has other worries.
    let first = text.trim_start_matches(BYTE_ORDER_MARK).lines().next();
    if diagnostics.is_empty() && first.map(str::trim_end) != Some(SCHEMA_LINE) {
        let line = Diagnostic::at(
            name,
            text,
            (1, 1, 1),
            "the first line does not name the schema",
        );
        let help =
            format!("editors complete and check the file when it begins with `{SCHEMA_LINE}`");
        let mut warning = line.help(help);
        warning.severity = Severity::Warning;
        diagnostics.push(warning);
    }
    diagnostics.extend(byte_order_mark(name, text));
    diagnostics.extend(unknown_condition_keys(&document));
    (entry, diagnostics)
}

/// What is wrong with a scenario by itself, whichever cause it is of. Its axes are replaced already.
pub fn lone(scenario: &Scenario) -> Vec<Problem> {
    match serde_json::to_value(scenario) {
        Ok(filled) => scenario::check(&filled, None, &[])
            .err()
            .unwrap_or_default(),
        Err(error) => vec![problem(Path::top(), Part::Value, error.to_string())],
    }
}

/// Checks every scenario, whether or not the header is sound.
fn scenarios(
    document: &Document,
    head: Option<&Arc<CaseFile>>,
    listed: &[Listed],
    found: &mut Vec<Problem>,
) -> (Vec<Template>, Vec<Instance>) {
    let top = Path::from(["scenarios"]);
    let Some(Value::Array(written)) = document.value().get("scenarios") else {
        return Default::default();
    };
    if written.is_empty() {
        let message = "a cause needs at least one scenario";
        found.push(problem(top.clone(), Part::Key, message));
    }
    let (mut templates, mut kept) = (Vec::new(), Vec::new());
    let mut names = HashMap::new();
    for (index, scenario) in written.iter().enumerate() {
        if found.len() > MOST_PER_FILE {
            break;
        }
        let path = top.then(index);
        match Template::of(scenario) {
            Ok(template) => {
                let local = instances(&template, head, listed, &mut kept);
                found.extend(local.into_iter().map(|problem| below(&path, problem)));
                templates.push(template);
            }
            Err(problems) => {
                // An axis that seems to be nowhere is often but a mistyped `matrix`, or the missing `base` that it was for.
                let keys = keys::of_scenario(scenario);
                let problems = if keys.is_empty() { problems } else { keys };
                let first = problems.into_iter().take(MOST_PER_SCENARIO);
                found.extend(first.map(|problem| below(&path, problem)));
            }
        }
        if let Some(name) = scenario.get("name").and_then(Value::as_str) {
            let here = path.then("name");
            match names.get(name) {
                Some(first) => {
                    let message = format!("two scenarios of this file are called `{name}`");
                    let line = document.line(first);
                    let help = format!("the first one is in line {line}: give one another name");
                    found.push(problem(here, Part::Value, message).help(help));
                }
                None => drop(names.insert(name, here)),
            }
        }
    }
    (templates, kept)
}

/// The problems of a scenario's instances, each once, at the place where the words were written. Those that are sound are kept, but not
/// many more than [`MOST_KEPT`].
fn instances(
    template: &Template,
    head: Option<&Arc<CaseFile>>,
    listed: &[Listed],
    kept: &mut Vec<Instance>,
) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for picks in template.combinations() {
        let problems = match template.filled(&picks) {
            Err(problem) => vec![problem],
            Ok(filled) => match scenario::check(&filled, head.map(|head| &**head), listed) {
                Ok(scenario) => {
                    if let Some(head) = head.filter(|_| kept.len() <= MOST_KEPT) {
                        kept.push(template.made(head, &picks, scenario, &filled));
                    }
                    continue;
                }
                Err(problems) => problems
                    .into_iter()
                    .map(|problem| template.written(&picks, problem))
                    .collect(),
            },
        };
        for problem in problems {
            if found.len() < MOST_PER_SCENARIO && seen.insert(problem.clone()) {
                found.push(problem);
            }
        }
        if found.len() >= MOST_PER_SCENARIO {
            break;
        }
    }
    found
}

fn below(path: &Path, problem: Problem) -> Problem {
    Problem {
        path: path.join(&problem.path),
        ..problem
    }
}
