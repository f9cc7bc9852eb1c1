//! The JSON Schema of case files, made from the types, for editors that complete and check as one writes.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::model::CaseFile;
use super::model::words::{BUCKET_ACLS, ENCRYPTIONS, METHODS, OBJECT_ACLS, STORAGE_CLASSES};

/// Name of the schema's file, beside the list of causes.
pub const FILE: &str = "case.schema.json";

/// Texts of the schema that are not read as schemas themselves.
const NO_SCHEMAS: [&str; 5] = ["required", "enum", "const", "default", "examples"];

/// The schema as the text of its file.
pub fn text() -> String {
    let mut schema = of::<CaseFile>("oss403 case file").to_value();
    one_entry_for_each_edit(&mut schema);
    name_the_words(&mut schema);
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

/// Makes one map of the edits, with a description for each. As a choice of maps an editor offers every edit twice, and calls one that is
/// mistyped a missing one.
fn one_entry_for_each_edit(schema: &mut Value) {
    let edit = &mut schema["$defs"]["Edit"];
    let mut properties = Map::new();
    for variant in edit["oneOf"].as_array().into_iter().flatten() {
        let about = &variant["description"];
        for (name, operand) in variant["properties"].as_object().into_iter().flatten() {
            let mut described = Map::new();
            described.insert("description".into(), about.clone());
            described.extend(operand.as_object().cloned().unwrap_or_default());
            properties.insert(name.clone(), described.into());
        }
    }
    *edit = json!({
        "description": edit["description"],
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
        "properties": properties,
    });
}

/// Where a property stands below the definitions, and the words that it may be: the types hold them as texts, because `${…}` and axes may
/// stand for them.
const WORDS: [(&str, &[&str]); 10] = [
    ("/BucketSpec/properties/acl", &BUCKET_ACLS),
    ("/BucketSpec/properties/storage-class", &STORAGE_CLASSES),
    ("/BucketSpec/properties/encryption", &ENCRYPTIONS),
    ("/ObjectSpec/anyOf/1/properties/acl", &OBJECT_ACLS),
    (
        "/ObjectSpec/anyOf/1/properties/storage-class",
        &STORAGE_CLASSES,
    ),
    ("/ObjectSpec/anyOf/1/properties/encryption", &ENCRYPTIONS),
    ("/Edit/properties/bucket-acl", &BUCKET_ACLS),
    (
        "/Edit/properties/object-acl/additionalProperties",
        &OBJECT_ACLS,
    ),
    ("/Edit/properties/method", &METHODS),
    ("/Edit/properties/tamper-method", &METHODS),
];

/// Lists the words of a property, so that an editor completes them and nothing else.
fn name_the_words(schema: &mut Value) {
    let definitions = &mut schema["$defs"];
    for (place, words) in WORDS {
        if let Some(found) = definitions.pointer_mut(place) {
            let about = found.get("description").cloned();
            *found = json!({ "type": "string", "enum": words });
            if let Some(about) = about {
                found["description"] = about;
            }
        }
    }
    let methods = METHODS.map(|method| format!("{method} ")).join("|");
    let line = json!(format!("^({methods}|\\$)"));
    for place in ["/Call/properties/request", "/Edit/properties/request"] {
        if let Some(found) = definitions.pointer_mut(place) {
            found["pattern"] = line.clone();
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Edit;

    fn schema() -> Value {
        serde_json::from_str(&text()).unwrap()
    }

    /// What an editor shows of a word: each edit once, with what it does, and no other word.
    #[test]
    fn an_editor_completes_each_edit_once_and_describes_it() {
        let edit = &schema()["$defs"]["Edit"];
        let known = edit["properties"].as_object().unwrap();
        assert!(
            known
                .keys()
                .map(String::as_str)
                .eq(Edit::names().chain([Edit::ALL]))
        );
        for (name, described) in known {
            let about = described["description"].as_str().unwrap_or_default();
            assert!(about.ends_with('.'), "{name}: {about:?}");
        }
        assert!(edit["oneOf"].is_null() && edit["additionalProperties"] == false);
    }

    #[test]
    fn acls_and_methods_are_completed_and_null_is_not() {
        let schema = schema();
        for (place, words) in WORDS {
            let place = place.replace("object-acl/", "object-acl/anyOf/0/");
            let found = schema["$defs"]
                .pointer(&place)
                .unwrap_or_else(|| panic!("{place}"));
            let choices = found["anyOf"].as_array().unwrap();
            assert_eq!(choices[0]["enum"], json!(words), "{place}");
            assert_eq!(choices[1], axis(), "{place}");
            assert_eq!(choices.len(), 2);
        }
        let line = &schema["$defs"]["Call"]["properties"]["request"]["anyOf"][0];
        let pattern = line["pattern"].as_str().unwrap();
        assert_eq!(pattern, "^(GET |HEAD |PUT |POST |DELETE |OPTIONS |\\$)");
    }
}
