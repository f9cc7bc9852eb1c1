//! How the words of a case are read and written where a derive cannot say it: spans of time, hosts, `true`, objects.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Serialize, Serializer};

use super::{HostName, ObjectSpec, Span, Yes};

/// ACLs of buckets.
pub(crate) const BUCKET_ACLS: [&str; 3] = ["private", "public-read", "public-read-write"];
/// ACLs of objects.
pub(crate) const OBJECT_ACLS: [&str; 4] =
    ["default", "private", "public-read", "public-read-write"];
/// Storage classes.
pub(crate) const STORAGE_CLASSES: [&str; 5] = [
    "Standard",
    "IA",
    "Archive",
    "ColdArchive",
    "DeepColdArchive",
];
/// Algorithms of server-side encryption.
pub(crate) const ENCRYPTIONS: [&str; 3] = ["AES256", "KMS", "SM4"];
/// Methods that OSS knows.
pub(crate) const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"];

/// A hundred years in seconds: no span of a case needs more, and sums with the present stay far from overflow.
const LONGEST_SPAN: i64 = 100 * 366 * 86_400;

impl Span {
    /// The span in whole seconds.
    pub fn seconds(self) -> i64 {
        self.0
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no span of time such as `-1s`, `15m`, `1h`, `7d`");
        let unit = match text.as_bytes().last() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3_600,
            Some(b'd') => 86_400,
            _ => return Err(wrong()),
        };
        let number = &text[..text.len() - 1];
        let digits = number.strip_prefix('-').unwrap_or(number);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        number
            .parse::<i64>()
            .ok()
            .and_then(|number| number.checked_mul(unit))
            .filter(|seconds| seconds.abs() <= LONGEST_SPAN)
            .map(Self)
            .ok_or_else(|| format!("the span `{text}` is longer than a hundred years"))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
        let unit = units
            .into_iter()
            .find(|(length, _)| self.0 != 0 && self.0 % length == 0);
        let (length, letter) = unit.unwrap_or((1, 's'));
        write!(f, "{}{letter}", self.0 / length)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Span;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a span of time such as `-1s`, `15m`, `1h`, `7d`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of time: a whole number with `s`, `m`, `h` or `d`, maybe negative.",
            "type": "string",
            "pattern": "^-?[0-9]+[smhd]$",
        })
    }
}

impl HostName {
    /// The names that are no literal hosts.
    pub const NAMES: [&str; 8] = [
        "bucket",
        "service",
        "away-bucket",
        "away-service",
        "accelerate",
        "s3-service",
        "ip",
        "domain",
    ];

    /// The name as a case writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Bucket => "bucket",
            Self::Service => "service",
            Self::AwayBucket => "away-bucket",
            Self::AwayService => "away-service",
            Self::Accelerate => "accelerate",
            Self::S3Service => "s3-service",
            Self::Ip => "ip",
            Self::Domain => "domain",
            Self::Literal(host) => host,
        }
    }
}

impl From<&str> for HostName {
    fn from(text: &str) -> Self {
        match text {
            "bucket" => Self::Bucket,
            "service" => Self::Service,
            "away-bucket" => Self::AwayBucket,
            "away-service" => Self::AwayService,
            "accelerate" => Self::Accelerate,
            "s3-service" => Self::S3Service,
            "ip" => Self::Ip,
            "domain" => Self::Domain,
            host => Self::Literal(host.to_owned()),
        }
    }
}

impl Serialize for HostName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for HostName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self::from(text.as_str()))
    }
}

impl JsonSchema for HostName {
    fn schema_name() -> Cow<'static, str> {
        "HostName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A host by its part in the scenario, or any other text with a dot as a literal host name.",
            "anyOf": [
                { "type": "string", "enum": HostName::NAMES },
                { "type": "string", "pattern": "[.:$]" },
            ],
        })
    }
}

impl Serialize for Yes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for Yes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Yes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`")
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Yes, E> {
                if value {
                    Ok(Yes)
                } else {
                    Err(E::invalid_value(de::Unexpected::Bool(false), &self))
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for Yes {
    fn schema_name() -> Cow<'static, str> {
        "Yes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "`true`, the only value here.", "const": true })
    }
}

impl ObjectSpec {
    /// An object whose content is a text.
    pub fn of_text(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::default()
        }
    }
}

impl Serialize for ObjectSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.text {
            Some(text) if *self == Self::of_text(text.as_str()) => serializer.serialize_str(text),
            _ => Self::serialize(self, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ObjectSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = ObjectSpec;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a map")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<ObjectSpec, E> {
                Ok(ObjectSpec::of_text(text))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ObjectSpec, A::Error> {
                // The inherent function is the derived one; the trait's would come back here.
                ObjectSpec::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Admits a plain text wherever the schema of [`ObjectSpec`] asks for a map.
pub(crate) fn text_or_map(schema: &mut Schema) {
    let map = schema.clone();
    *schema = json_schema!({ "anyOf": [{ "type": "string", "description": "The content." }, map] });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_every_unit_and_both_signs() {
        let read = |text: &str| text.parse::<Span>().map(Span::seconds);
        assert_eq!(read("-1s"), Ok(-1));
        assert_eq!(read("15m"), Ok(900));
        assert_eq!(read("1h"), Ok(3_600));
        assert_eq!(read("7d"), Ok(604_800));
        assert_eq!(read("0s"), Ok(0));
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in [
            "", "s", "-s", "5", "5w", "+5s", "1.5h", "5 s", "--5s", "９s", "5sm", "é",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text:?}");
        }
        for text in ["9223372036854775807d", "99999999999999999999s", "-40000d"] {
            assert!(
                text.parse::<Span>()
                    .is_err_and(|error| error.contains("hundred")),
                "{text:?}"
            );
        }
    }

    #[test]
    fn spans_are_written_in_their_largest_whole_unit() {
        for text in ["-1s", "15m", "1h", "7d", "0s", "-90m"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        assert_eq!(Span(120).to_string(), "2m");
    }

    #[test]
    fn host_names_survive_a_round_trip() {
        for name in HostName::NAMES {
            let host = HostName::from(name);
            assert!(!matches!(host, HostName::Literal(_)), "{name}");
            assert_eq!(host.as_str(), name);
        }
        assert_eq!(
            HostName::from("a.example"),
            HostName::Literal("a.example".into())
        );
    }

    #[test]
    fn an_object_is_a_text_or_a_map_and_nothing_else() {
        let read = |text: &str| serde_json::from_str::<ObjectSpec>(text);
        assert_eq!(read("\"hello\"").unwrap(), ObjectSpec::of_text("hello"));
        let mapped = read(r#"{"text": "hello", "storage-class": "Archive"}"#).unwrap();
        assert_eq!(mapped.storage_class.as_deref(), Some("Archive"));
        assert!(read("5").is_err());
        assert!(
            read(r#"{"txt": "hello"}"#)
                .unwrap_err()
                .to_string()
                .contains("unknown field `txt`")
        );
        assert_eq!(
            serde_json::to_string(&ObjectSpec::of_text("hello")).unwrap(),
            "\"hello\""
        );
        let written = serde_json::to_string(&mapped).unwrap();
        assert_eq!(read(&written).unwrap(), mapped);
    }
}
