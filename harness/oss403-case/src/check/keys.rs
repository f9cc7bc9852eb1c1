//! The keys of a scenario as it is written: looked at by themselves when its axes make no sense.

use serde_json::{Value, json};

use crate::decode::{self, Kind, Problem};
use crate::document::problem;
use crate::model::Scenario;
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
    found
}

/// What the reader of scenarios says of a key that it does not know.
fn unknown(key: &str) -> Option<Problem> {
    let refused = decode::first::<Scenario>(&json!({ key: null })).err()?;
    (refused.part == Part::Key && refused.kind == Kind::Shape).then_some(refused)
}
