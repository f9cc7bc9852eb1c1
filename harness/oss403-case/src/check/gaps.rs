//! What a scaffold leaves open: texts that are nothing but `…`, which somebody who knows has to put there.

use serde_json::Value;

use crate::decode::Problem;
use crate::document::problem;
use crate::place::{Part, Path, Step};
use crate::visit;

/// What stands where something is to be filled in.
pub const GAP: &str = "…";

/// Every gap of a document, each with what belongs there.
pub(super) fn of(document: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    visit::placed_texts(
        document,
        &Path::top(),
        &mut |path: &Path, part: Part, text: &str| {
            if text == GAP {
                found.push(gap(path, part));
            }
        },
    );
    found
}

fn gap(path: &Path, part: Part) -> Problem {
    let key = path.0.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    let key = key.unwrap_or_default();
    problem(path.clone(), part, format!("`{key}` is not filled in yet")).help(belongs(key))
}

/// What belongs at a key.
fn belongs(key: &str) -> &'static str {
    match key {
        "kind" => {
            "how good the source is: `documented`, `observed`, `sdk-test`, `secondary` or `inferred`"
        }
        "page" | "ref" => "where a reader finds it: the title of a page, an address, an EC",
        "severity" => {
            "what a wrong answer would mean: `grants-access`, `breaks-protection` or `misleads`"
        }
        "provoked-by" => {
            "who can bring it about: `anyone`, `owner`, `second-account`, `sts` or `operator`"
        }
        "means" => "what the refusal tells its reader, in a sentence",
        "fix" => "what its reader should do",
        "message" => "the whole message of the answer: it begins as the cause's does",
        "request" => "the request that must succeed: `GET /k.txt`",
        "edit" => {
            "the one thing that is different the second time: `edit: { expires-in: -1s }`; `cases/README.md` lists them"
        }
        _ => "`…` stands for what only an author can say",
    }
}
