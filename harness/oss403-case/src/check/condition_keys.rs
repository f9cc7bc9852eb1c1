//! Condition keys of policies that no request has: they may stand in a policy, and most often somebody mistyped them. Who means it writes
//! `acs:NoSuchKey`.

use oss_policy::{CONDITION_KEYS, ConditionOperator};
use serde_json::Value;

use crate::decode::Problem;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Document, problem};
use crate::place::{Part, Path};
use crate::suggest;

/// Warnings about the condition keys of every policy in a document, in case files and profiles alike.
///
/// A policy is known by its operators, wherever it stands: axes of a matrix hold conditions as well.
pub fn unknown_condition_keys(document: &Document) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk(document.value(), &Path::top(), &mut found);
    let warning = |problem: &Problem| {
        let mut warning = document.diagnostic(problem);
        warning.severity = Severity::Warning;
        warning
    };
    found.iter().map(warning).collect()
}

/// The key of those who mean one that nobody has.
const ON_PURPOSE: &str = "acs:NoSuchKey";

fn walk(value: &Value, path: &Path, found: &mut Vec<Problem>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &path.then(index), found);
            }
        }
        Value::Object(entries) => {
            for (name, entry) in entries {
                let path = path.then(name.as_str());
                if is_operator(name)
                    && let Value::Object(keys) = entry
                {
                    let compared = keys.iter().filter(|(_, values)| !values.is_object());
                    found.extend(compared.filter_map(|(key, _)| unknown(key, &path)));
                }
                walk(entry, &path, found);
            }
        }
        _ => {}
    }
}

fn is_operator(name: &str) -> bool {
    ConditionOperator::from_name(name).is_some()
}

fn unknown(key: &str, operator: &Path) -> Option<Problem> {
    let is_known = CONDITION_KEYS
        .iter()
        .any(|known| match known.strip_suffix('/') {
            Some(_) => key.len() > known.len() && key.starts_with(known),
            None => key == *known,
        });
    if is_known || key == ON_PURPOSE || key.contains('$') {
        return None;
    }
    let message =
        format!("no request has the condition key `{key}`, so that no value ever matches");
    let help = match CONDITION_KEYS.contains(&key) {
        true => "the key of a tag goes on behind the slash".to_owned(),
        false => suggest::help(key, CONDITION_KEYS.iter().copied(), "condition keys"),
    };
    Some(problem(operator.then(key), Part::Key, message).help(help))
}
