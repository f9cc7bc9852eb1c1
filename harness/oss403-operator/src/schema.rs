//! The JSON Schema of the protocol, made from its types: for editors, and for hooks that check what they read and write.

use schemars::generate::SchemaSettings;
use schemars::{Schema, json_schema};
use serde_json::{Value, json};

use crate::{Command, Credential, Refused, VERSION, VpcEndpoint};

/// Name of the schema's file, beside this crate's manifest.
pub const FILE: &str = "operator.schema.json";

/// The schema as the text of its file. It describes requests; answers are described by its definitions `Credential`, `VpcEndpoint`,
/// `Done` and `Refused`.
pub fn text() -> String {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    generator.subschema_for::<Credential>();
    generator.subschema_for::<VpcEndpoint>();
    generator.subschema_for::<Refused>();
    let mut schema = generator.into_root_schema_for::<Command>();
    let title = format!("oss403 operator protocol, version {VERSION}");
    schema.insert("title".into(), title.into());
    let done = json!({ "description": "Answer to `set` and `remove`.", "type": "object", "maxProperties": 0 });
    schema.ensure_object()["$defs"]["Done"] = done;
    let text = serde_json::to_string_pretty(&schema).expect("a schema is plain data");
    format!("{text}\n")
}

/// The derive does not know aliases: case files may say `in-debt`, which is sent as `disabled`.
pub(crate) fn admit_in_debt(schema: &mut Schema) {
    let alias = json_schema!({
        "description": "The same as `disabled`, which is what the harness sends for it.",
        "type": "string",
        "const": "in-debt",
    });
    if let Some(words) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        words.push(alias.to_value());
    }
}

#[cfg(test)]
mod tests {
    use schemars::{JsonSchema, schema_for};
    use serde::de::DeserializeOwned;

    use crate::{AccountStatus, BucketStatus, KeyStatus, KmsStatus};

    /// Every word of the schema is read, and the reader, which lists its words when it knows one not, has no others.
    fn are_of_one_mind<T: DeserializeOwned + JsonSchema>() {
        let schema = schema_for!(T).to_value();
        let words: Vec<&str> = schema["oneOf"]
            .as_array()
            .expect("a list of words")
            .iter()
            .filter_map(|word| word["const"].as_str())
            .collect();
        for word in &words {
            assert!(
                serde_json::from_value::<T>((*word).into()).is_ok(),
                "{word}"
            );
        }
        let Err(error) = serde_json::from_str::<T>("\"?\"") else {
            panic!("`?` is no word");
        };
        for known in error.to_string().split('`').skip(3).step_by(2) {
            assert!(words.contains(&known), "{known} is missing in the schema");
        }
    }

    #[test]
    fn the_schemas_words_are_those_that_are_read() {
        are_of_one_mind::<AccountStatus>();
        are_of_one_mind::<KmsStatus>();
        are_of_one_mind::<KeyStatus>();
        are_of_one_mind::<BucketStatus>();
    }
}
