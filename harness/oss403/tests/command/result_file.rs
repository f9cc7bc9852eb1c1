//! The result file of a real run fits the schema in the repository.

use serde_json::Value;

use crate::support::{Desk, root};

#[test]
fn real_results_fit_the_schema() {
    let schema = std::fs::read_to_string(root().join("harness/oss403/result.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let desk = Desk::new();
    let faulty = "name: faulty\nendpoint: embedded\ncapabilities: { except: [acceleration] }\nembedded: { config: { faults: { without: [url-auth-expiry] } } }\n";
    let faulty = desk.write("faulty.yaml", faulty);
    for line in [
        "run url-auth-expired signature-mismatch".to_owned(),
        format!(
            "run url-auth-expired transfer-acceleration --target {}",
            faulty.display()
        ),
    ] {
        desk.run(&format!("{line} --report json=a.json"));
        let result = desk.json("a.json");
        assert!(!result["instances"].as_array().unwrap().is_empty());
        assert_eq!(mismatch(&schema, &schema, &result, "$"), None);
    }
}

#[test]
fn the_check_itself_finds_what_does_not_fit() {
    let schema = std::fs::read_to_string(root().join("harness/oss403/result.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let desk = Desk::new();
    desk.run("run url-auth-expired --report json=a.json");
    let right = desk.json("a.json");
    let spoil = |pointer: &str, value: Value| {
        let mut wrong = right.clone();
        *wrong
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer} is absent")) = value;
        assert!(
            mismatch(&schema, &schema, &wrong, "$").is_some(),
            "{pointer}"
        );
    };
    spoil("/seed", "one".into());
    spoil("/summary/level", 7.into());
    spoil("/summary/causes", Value::Null);
    spoil("/instances/0/verdict", "fine".into());
    spoil(
        "/instances/0/observed",
        serde_json::json!({ "status": 403, "body": "x" }),
    );
    let mut wrong = right.clone();
    wrong.as_object_mut().unwrap().remove("target");
    assert!(mismatch(&schema, &schema, &wrong, "$").is_some());
}

/// The first place where a value does not fit: as much of JSON Schema as the schema uses, and a failure for anything else, so that
/// nothing of it is skipped silently.
fn mismatch(root: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    let rules = match schema {
        Value::Bool(true) => return None,
        Value::Bool(false) => return Some(format!("{place}: nothing is allowed here")),
        other => other.as_object().unwrap(),
    };
    rules.iter().find_map(|(rule, wanted)| {
        let broken =
            |fits: bool| (!fits).then(|| format!("{place}: {rule} {wanted}, found {value}"));
        match rule.as_str() {
            "$schema"
            | "title"
            | "description"
            | "$defs"
            | "format"
            | "default"
            | "additionalProperties" => None,
            "$ref" => {
                let pointer = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                mismatch(root, root.pointer(pointer).unwrap(), value, place)
            }
            "type" => {
                let names: Vec<&Value> = wanted
                    .as_array()
                    .map_or(vec![wanted], |list| list.iter().collect());
                broken(
                    names
                        .iter()
                        .any(|name| is_type(name.as_str().unwrap(), value)),
                )
            }
            "enum" => broken(wanted.as_array().unwrap().contains(value)),
            "const" => broken(wanted == value),
            "minimum" => broken(
                value
                    .as_f64()
                    .is_none_or(|number| number >= wanted.as_f64().unwrap()),
            ),
            "maximum" => broken(
                value
                    .as_f64()
                    .is_none_or(|number| number <= wanted.as_f64().unwrap()),
            ),
            "minItems" => broken(
                value
                    .as_array()
                    .is_none_or(|list| list.len() as u64 >= wanted.as_u64().unwrap()),
            ),
            "maxItems" => broken(
                value
                    .as_array()
                    .is_none_or(|list| list.len() as u64 <= wanted.as_u64().unwrap()),
            ),
            "anyOf" | "oneOf" => {
                let fits = wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|one| mismatch(root, one, value, place).is_none());
                broken(fits)
            }
            "required" => {
                let names = wanted.as_array().unwrap();
                broken(value.as_object().is_none_or(|map| {
                    names
                        .iter()
                        .all(|name| map.contains_key(name.as_str().unwrap()))
                }))
            }
            "properties" => value.as_object().and_then(|map| {
                let open = rules.get("additionalProperties") != Some(&Value::Bool(false));
                map.iter().find_map(|(key, inner)| match wanted.get(key) {
                    Some(schema) => mismatch(root, schema, inner, &format!("{place}.{key}")),
                    None if open => None,
                    None => Some(format!("{place}: unknown key {key}")),
                })
            }),
            "items" => value.as_array().and_then(|list| {
                let from = rules
                    .get("prefixItems")
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                list.iter().skip(from).enumerate().find_map(|(at, inner)| {
                    mismatch(root, wanted, inner, &format!("{place}[{at}]"))
                })
            }),
            "prefixItems" => value.as_array().and_then(|list| {
                let schemas = wanted.as_array().unwrap();
                schemas
                    .iter()
                    .zip(list)
                    .find_map(|(schema, inner)| mismatch(root, schema, inner, place))
            }),
            other => panic!("the schema uses `{other}`, which this test does not know"),
        }
    })
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("unknown type {other}"),
    }
}
