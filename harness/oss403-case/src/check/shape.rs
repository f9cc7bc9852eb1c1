//! The shape of an edit, looked at before its types are read: its faults are the commonest, and serde's words for them the poorest.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::decode::Problem;
use crate::document::problem;
use crate::model::{Edit, Stage};
use crate::place::{Part, Path};
use crate::suggest;

/// An edit is a map with exactly one known key; `all` is a list of such maps.
pub(super) fn of_edit(edit: &Value) -> Vec<Problem> {
    let path = Path::from(["edit"]);
    let mut problems = of_one(edit, path.clone());
    let Some(parts) = edit.get(Edit::ALL) else {
        return problems;
    };
    let path = path.then(Edit::ALL);
    let Value::Array(parts) = parts else {
        let help = "for example `edit: { all: [{ expires-in: -1s }, { wrong-secret: true }] }`";
        problems.push(problem(path, Part::Value, "`all` is a list of edits").help(help));
        return problems;
    };
    if !Edit::PARTS.contains(&parts.len()) {
        let message = format!(
            "`all` is made of two or three edits, not of {}",
            parts.len()
        );
        problems.push(problem(path.clone(), Part::Key, message));
    }
    let mut names = HashSet::new();
    for (index, part) in parts.iter().enumerate() {
        let path = path.then(index);
        let name = part.as_object().and_then(|entries| entries.keys().next());
        match name {
            Some(name) if name == Edit::ALL => {
                let message = "`all` cannot be a part of `all`";
                problems.push(problem(path.then(Edit::ALL), Part::Key, message));
            }
            Some(name) if !names.insert(name) => {
                let help = "put both into one map, or leave one out";
                let message = format!("`{name}` stands twice in `all`");
                problems.push(problem(path.then(name.as_str()), Part::Key, message).help(help));
            }
            _ => problems.extend(of_one(part, path)),
        }
    }
    problems
}

fn of_one(edit: &Value, path: Path) -> Vec<Problem> {
    let example = "for example `edit: { expires-in: -1s }`";
    let entries = match edit {
        Value::Object(entries) => entries,
        Value::String(name) if is_edit(name) => {
            let help = format!("write `edit: {{ {name}: true }}` or give it its value");
            return vec![
                problem(path, Part::Value, "an edit is a map with exactly one key").help(help),
            ];
        }
        Value::Array(parts) => {
            let help = match parts.len() {
                0 | 1 => "write the map without the `[ ]` around it, or without the `-` before it",
                _ => {
                    "make a scenario of each; several that are wrong at once are `edit: { all: [{…}, {…}] }`"
                }
            };
            let message = "an edit is a map with exactly one key, not a list";
            return vec![problem(path, Part::Value, message).help(help)];
        }
        _ => {
            return vec![
                problem(path, Part::Value, "an edit is a map with exactly one key").help(example),
            ];
        }
    };
    let mut problems: Vec<Problem> = entries
        .keys()
        .filter(|name| !is_edit(name) && name.as_str() != Edit::ALL)
        .map(|name| {
            let help = suggest::help(name, Edit::names().chain([Edit::ALL]), "edits");
            problem(
                path.then(name.as_str()),
                Part::Key,
                format!("unknown edit `{name}`"),
            )
            .help(help)
        })
        .collect();
    if entries.is_empty() {
        problems.push(
            problem(
                path.clone(),
                Part::Key,
                "an edit is a map with exactly one key",
            )
            .help(example),
        );
    }
    if let Some(second) = second_key(entries) {
        let help = "make a scenario of each, or an axis: `matrix: { change: { a: {…}, b: {…} } }` and `edit: $change`";
        let message = format!("a twin has one edit; `{second}` is a second one");
        problems.push(problem(path.then(second), Part::Key, message).help(help));
    }
    problems
}

fn is_edit(name: &str) -> bool {
    Stage::of(name).is_some()
}

fn second_key(entries: &Map<String, Value>) -> Option<&str> {
    entries.keys().nth(1).map(String::as_str)
}
