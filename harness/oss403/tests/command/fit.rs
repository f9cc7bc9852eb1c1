//! Whether a value fits a JSON Schema of this repository.

use oss403_case::model::Span;
use serde_json::Value;

use crate::support::root;

/// A schema of the repository.
pub(crate) fn schema(path: &str) -> Value {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The first place where a value does not fit: as much of JSON Schema as the schema uses, and a failure for anything else, so that
/// nothing of it is skipped silently.
pub(crate) fn mismatch(schema: &Value, value: &Value) -> Option<String> {
    below(schema, schema, value, "$")
}

fn below(root: &Value, schema: &Value, value: &Value, place: &str) -> Option<String> {
    let rules = match schema {
        Value::Bool(true) => return None,
        Value::Bool(false) => return Some(format!("{place}: nothing is allowed here")),
        other => other.as_object().unwrap(),
    };
    rules.iter().find_map(|(rule, wanted)| {
        let broken =
            |fits: bool| (!fits).then(|| format!("{place}: {rule} {wanted}, found {value}"));
        match rule.as_str() {
            "$schema" | "title" | "description" | "$defs" | "format" | "default" => None,
            "$ref" => {
                let pointer = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                below(root, root.pointer(pointer).unwrap(), value, place)
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
            // No more than a beginning of letters that mean themselves.
            "pattern" if *wanted == "^/" => {
                broken(value.as_str().is_none_or(|text| text.starts_with('/')))
            }
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
            "minLength" => broken(
                value
                    .as_str()
                    .is_none_or(|text| text.chars().count() as u64 >= wanted.as_u64().unwrap()),
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
                let schemas = wanted.as_array().unwrap().iter();
                let fitting = schemas.filter(|one| below(root, one, value, place).is_none());
                match fitting.count() {
                    0 => broken(false),
                    several => broken(several == 1 || rule == "anyOf"),
                }
            }
            "not" => broken(below(root, wanted, value, place).is_some()),
            // The one pattern there is: a span of time.
            "pattern" if wanted == "^-?[0-9]+[smhd]$" => broken(
                value
                    .as_str()
                    .is_none_or(|text| text.parse::<Span>().is_ok()),
            ),
            "uniqueItems" => broken(value.as_array().is_none_or(|list| {
                let mut rest = list.iter().enumerate();
                rest.all(|(at, item)| !list[..at].contains(item))
            })),
            "minProperties" => broken(
                value
                    .as_object()
                    .is_none_or(|map| map.len() as u64 >= wanted.as_u64().unwrap()),
            ),
            "maxProperties" => broken(
                value
                    .as_object()
                    .is_none_or(|map| map.len() as u64 <= wanted.as_u64().unwrap()),
            ),
            "required" => {
                let names = wanted.as_array().unwrap();
                broken(value.as_object().is_none_or(|map| {
                    names
                        .iter()
                        .all(|name| map.contains_key(name.as_str().unwrap()))
                }))
            }
            "properties" => value.as_object().and_then(|map| {
                map.iter().find_map(|(key, inner)| {
                    below(root, wanted.get(key)?, inner, &format!("{place}.{key}"))
                })
            }),
            "additionalProperties" => value.as_object().and_then(|map| {
                let known = |key: &String| rules.get("properties").and_then(|all| all.get(key));
                map.iter()
                    .filter(|(key, _)| known(key).is_none())
                    .find_map(|(key, inner)| below(root, wanted, inner, &format!("{place}.{key}")))
            }),
            "items" => value.as_array().and_then(|list| {
                let from = rules
                    .get("prefixItems")
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                list.iter()
                    .skip(from)
                    .enumerate()
                    .find_map(|(at, inner)| below(root, wanted, inner, &format!("{place}[{at}]")))
            }),
            "prefixItems" => value.as_array().and_then(|list| {
                let schemas = wanted.as_array().unwrap();
                schemas
                    .iter()
                    .zip(list)
                    .find_map(|(schema, inner)| below(root, schema, inner, place))
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
