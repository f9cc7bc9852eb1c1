//! The keys of a scenario as it is written: looked at by themselves when its axes make no sense.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::decode::{self, Kind, Problem};
use crate::document::problem;
use crate::model::{Call, Expect, Given, Scenario};
use crate::place::{Part, Path};

/// Keys that do not exist, and those that are missing. One that is there under a mistyped name is not missing as well.
pub(super) fn of_scenario(scenario: &Value) -> Vec<Problem> {
    let Value::Object(entries) = scenario else {
        return Vec::new();
    };
    let mut found: Vec<Problem> = entries.keys().filter_map(|key| unknown(key)).collect();
    for key in ["name", "base", "edit"] {
        let is_meant = |problem: &Problem| problem.may_be_meant_as(key);
        if !entries.contains_key(key) && !found.iter().any(is_meant) {
            let message = format!("the key `{key}` is missing");
            let mut missing = problem(Path::top(), Part::Key, message);
            missing.kind = Kind::Missing(key);
            found.push(missing);
        }
    }
    found.extend(inside::<Given>(entries, "given"));
    found.extend(inside::<Call>(entries, "base"));
    found.extend(inside::<Expect>(entries, "expect"));
    found
}

/// Keys that do not exist, and those that are missing, in the map of a key. What is wrong with values is not looked at: some are axes.
fn inside<T: DeserializeOwned>(entries: &Map<String, Value>, key: &str) -> Vec<Problem> {
    let Some(value @ Value::Object(_)) = entries.get(key) else {
        return Vec::new();
    };
    let problems = decode::all::<T>(value).err().unwrap_or_default();
    let of_keys = |problem: &Problem| match problem.kind {
        Kind::Missing(_) => true,
        Kind::Shape => problem.part == Part::Key,
        Kind::Rule => false,
    };
    let here = Path::from([key]);
    let moved = |problem: Problem| Problem {
        path: here.join(&problem.path),
        ..problem
    };
    problems.into_iter().filter(of_keys).map(moved).collect()
}

/// What the reader of scenarios says of a key that it does not know.
fn unknown(key: &str) -> Option<Problem> {
    let refused = decode::first::<Scenario>(&json!({ key: null })).err()?;
    (refused.part == Part::Key && refused.kind == Kind::Shape).then_some(refused)
}
