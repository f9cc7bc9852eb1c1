//! The JSON Schema of case files, made from the types, for editors that complete and check as one writes.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::model::CaseFile;

/// Name of the schema's file, beside the list of causes.
pub const FILE: &str = "case.schema.json";

/// Texts of the schema that are not read as schemas themselves.
const NO_SCHEMAS: [&str; 5] = ["required", "enum", "const", "default", "examples"];

/// The schema as the text of its file.
pub fn text() -> String {
    let mut schema = of::<CaseFile>("oss403 case file").to_value();
    admit_axes(&mut schema);
    describe_matrix(&mut schema);
    print(&schema)
}

/// The schema of any other type as the text of its file.
pub fn text_of<T: JsonSchema>(title: &str) -> String {
    print(&of::<T>(title))
}

fn of<T: JsonSchema>(title: &str) -> Schema {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    schema
}

fn print(schema: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(schema).expect("a schema is plain data with text keys");
    format!("{text}\n")
}

/// Lets `$axis` stand wherever a scenario has a value that is not just any text. The header is not filled, so it stays as it is.
fn admit_axes(schema: &mut Value) {
    let Some(definitions) = schema.get("$defs").and_then(Value::as_object).cloned() else {
        return;
    };
    let mut inside = vec!["Scenario".to_owned()];
    let mut next = 0;
    while let Some(name) = inside.get(next).cloned() {
        next += 1;
        let mut named = Vec::new();
        references(&definitions[&name], &mut named);
        named.retain(|name| !inside.contains(name));
        inside.extend(named);
        inside.dedup();
    }
    inside.sort();
    inside.dedup();
    schema["$defs"]["Axis"] = json!({
        "description": "The name of an axis of the matrix, alone or with more text around it.",
        "type": "string",
        "pattern": "\\$[a-z]",
    });
    for name in inside {
        if let Some(definition) = schema["$defs"].get_mut(&name) {
            below(definition);
        }
    }
}

/// Names of the definitions that a schema refers to.
fn references(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(entries) => {
            let target = entries.get("$ref").and_then(Value::as_str);
            names.extend(
                target
                    .and_then(|target| target.strip_prefix("#/$defs/"))
                    .map(str::to_owned),
            );
            entries.values().for_each(|entry| references(entry, names));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}

/// Admits an axis at every position below a schema: its properties, the values of its maps, the items of its lists.
fn below(schema: &mut Value) {
    let Value::Object(entries) = schema else {
        if let Value::Array(items) = schema {
            items.iter_mut().for_each(below);
        }
        return;
    };
    for (key, entry) in entries.iter_mut() {
        match key.as_str() {
            "properties" => entry
                .as_object_mut()
                .into_iter()
                .flat_map(Map::iter_mut)
                .for_each(|(_, of)| position(of)),
            "additionalProperties" | "items" => position(entry),
            key if NO_SCHEMAS.contains(&key) => {}
            _ => below(entry),
        }
    }
}

fn position(schema: &mut Value) {
    below(schema);
    let Value::Object(entries) = schema else {
        return;
    };
    let is_any = !["type", "$ref", "anyOf", "oneOf", "enum", "const"]
        .iter()
        .any(|key| entries.contains_key(*key));
    let is_text = entries
        .get("type")
        .is_some_and(|kind| *kind == json!("string") || *kind == json!(["string", "null"]));
    let is_plain_text =
        is_text && !entries.contains_key("pattern") && !entries.contains_key("enum");
    if is_any || is_plain_text {
        return;
    }
    let description = entries.shift_remove("description");
    let default = entries.shift_remove("default");
    let mut wrapped = Map::new();
    wrapped.extend(description.map(|text| ("description".to_owned(), text)));
    wrapped.extend(default.map(|value| ("default".to_owned(), value)));
    wrapped.insert(
        "anyOf".into(),
        json!([Value::Object(entries.clone()), axis()]),
    );
    *schema = Value::Object(wrapped);
}

fn axis() -> Value {
    json!({ "$ref": "#/$defs/Axis" })
}

/// The types hold a matrix as plain values, because its own shape is read by hand; editors may know it all the same.
fn describe_matrix(schema: &mut Value) {
    let scenario = &mut schema["$defs"]["Scenario"];
    let text_of = |value: &Value| value["description"].clone();
    let properties = &mut scenario["properties"];
    properties["matrix"] = json!({
        "description": text_of(&properties["matrix"]),
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "pattern": "^[a-z][a-z0-9_-]*$" },
        "additionalProperties": {
            "anyOf": [
                { "type": "array", "minItems": 1, "items": { "type": ["string", "number", "boolean"] } },
                { "type": "object", "minProperties": 1 },
            ],
        },
    });
    properties["exclude"] = json!({
        "description": text_of(&properties["exclude"]),
        "type": "array",
        "items": { "type": "object", "minProperties": 1 },
    });
    // Neither the name nor the list of scenarios is ever filled.
    scenario["required"] = json!(["name", "base", "edit"]);
}
