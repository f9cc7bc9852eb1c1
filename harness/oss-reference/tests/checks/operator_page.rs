//! The page that vendors implement the operator hook from: its examples, in order, against the reference server.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use oss_reference::operator::execute;
use oss_reference::world::Bucket;
use oss403_operator::Command;
use serde_json::{Value, json};

use crate::fixture::{NOW, OWNER, Setup};

/// The JSON of the page, in its order.
fn examples() -> Vec<Value> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../oss403-operator/README.md");
    let page = fs::read_to_string(page).expect("the page stands in the repository");
    let fenced = page.split("```json\n").skip(1);
    fenced
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .map(|text| serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")))
        .collect()
}

/// Verb and thing, when it is a request.
fn asked(example: &Value) -> Option<String> {
    ["create", "set", "remove"]
        .into_iter()
        .find_map(|verb| Some(format!("{verb} {}", example.get(verb)?.as_str()?)))
}

/// What stands on the page for a secret, and what only a listener can know.
fn as_shown(mut answer: Value, shown: &Value) -> Value {
    for (name, stand_in) in [
        ("access_key_secret", json!("<secret>")),
        ("security_token", json!("<token>")),
    ] {
        if let Some(secret) = answer.get_mut(name) {
            *secret = stand_in;
        }
    }
    if let Some(address) = shown.get("address") {
        answer["address"] = address.clone();
    }
    answer
}

#[test]
fn the_reference_server_answers_every_example_as_the_page_says() {
    let mut setup = Setup::new();
    let bucket = Bucket::new("my-bucket", OWNER, "cn-hangzhou", NOW);
    setup.world.buckets.insert("my-bucket".into(), bucket);
    let examples = examples();
    for (place, example) in examples.iter().enumerate() {
        let Some(asked) = asked(example) else {
            continue;
        };
        let command = Command::from_json(example.clone()).expect("it can be read");
        assert_eq!(
            command.to_json(),
            *example,
            "{asked} is written as it is read"
        );
        let answer = execute(&mut setup.world, &setup.config, NOW, command).unwrap_or_else(
            |error| json!({ "error": { "code": error.code, "message": error.message } }),
        );
        // Where no answer stands behind a request it is the empty one.
        let empty = json!({});
        let next = examples.get(place + 1);
        let shown = next
            .filter(|next| self::asked(next).is_none())
            .unwrap_or(&empty);
        assert_eq!(as_shown(answer, shown), *shown, "{asked}");
    }
}

#[test]
fn the_page_has_an_example_of_every_command() {
    let schema: Value = serde_json::from_str(&oss403_operator::schema::text()).expect("is JSON");
    let known = ["Create", "Set", "Remove"].into_iter().flat_map(|verb| {
        let things = schema["$defs"][verb]["oneOf"]
            .as_array()
            .expect("a list of things");
        let verb = verb.to_lowercase();
        things.iter().map(move |thing| {
            let name = thing["properties"][&verb]["const"].as_str();
            format!("{verb} {}", name.expect("a name"))
        })
    });
    let known: BTreeSet<String> = known.collect();
    let shown: BTreeSet<String> = examples().iter().filter_map(asked).collect();
    assert!(!known.is_empty());
    assert_eq!(shown, known);
}
