//! YAML text to plain values. The only module that touches `serde_yaml`, which is archived upstream.
//!
//! The text is untrusted: its size, the number of values after aliases are resolved, and the depth are limited; keys must be unique.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Most bytes of a file.
pub const MAX_BYTES: usize = 1024 * 1024;
/// Most values of a file, each use of an alias counted anew.
pub const MAX_VALUES: usize = 200_000;
/// Deepest nesting of maps and lists.
pub const MAX_DEPTH: usize = 64;

/// Why a text is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// Line and column, counted from 1, when known.
    pub place: Option<(usize, usize)>,
    /// The key that stands there twice, when that is what is wrong.
    pub duplicate: Option<String>,
}

/// Reads one YAML document.
///
/// # Errors
/// When the text is too big, is not YAML, holds several documents, or exceeds a limit of this module.
pub fn parse(text: &str) -> Result<Value, YamlError> {
    let plain = |message: String| YamlError {
        message,
        place: None,
        duplicate: None,
    };
    if text.len() > MAX_BYTES {
        let size = text.len();
        return Err(plain(format!(
            "the file has {size} bytes; the limit is {MAX_BYTES}"
        )));
    }
    if let Some(place) = too_deep(text) {
        let message = format!("nested deeper than {MAX_DEPTH} levels");
        return Err(YamlError {
            place: Some(place),
            ..plain(message)
        });
    }
    let said = RefCell::default();
    let budget = Cell::new(MAX_VALUES);
    let node = Node {
        depth: 0,
        budget: &budget,
        said: &said,
    };
    node.deserialize(serde_yaml::Deserializer::from_str(text))
        .map_err(|error| {
            let place = error.location().map(|at| (at.line(), at.column()));
            let Said { message, duplicate } = said.take();
            YamlError {
                message: message.unwrap_or_else(|| without_place(&error.to_string())),
                place,
                duplicate,
            }
        })
}

/// Most brackets open at a time over all lines. Texts and comments may hold some that are never closed, so it is generous.
const MAX_OPEN_BRACKETS: usize = 1_000;

/// Where flow brackets nest too deep for any honest file. The parser needs time in the square of that depth, so it must not see them.
fn too_deep(text: &str) -> Option<(usize, usize)> {
    let mut open = 0_usize;
    for (number, line) in text.lines().enumerate() {
        let before = open;
        for (column, character) in line.chars().enumerate() {
            match character {
                '[' | '{' => open += 1,
                ']' | '}' => open = open.saturating_sub(1),
                _ => {}
            }
            if open > before + MAX_DEPTH || open > MAX_OPEN_BRACKETS {
                return Some((number + 1, column + 1));
            }
        }
    }
    None
}

/// Values as YAML text.
///
/// # Errors
/// Never for plain values; the writer's own error is passed on.
pub fn print(value: &impl serde::Serialize) -> Result<String, String> {
    serde_yaml::to_string(value).map_err(|error| error.to_string())
}

/// serde_yaml ends its messages with the place, which a diagnostic shows itself.
fn without_place(message: &str) -> String {
    let end = message.find(" at line ").unwrap_or(message.len());
    match &message[..end] {
        "repetition limit exceeded" => "aliases stand for too much".into(),
        "recursion limit exceeded" => format!("nested deeper than {MAX_DEPTH} levels"),
        text if text.contains("more than one document") => {
            "the file holds more than one document".into()
        }
        text => text.to_owned(),
    }
}

#[derive(Clone, Copy)]
struct Node<'a> {
    depth: usize,
    budget: &'a Cell<usize>,
    said: &'a RefCell<Said>,
}

/// What this module itself found wrong: serde_yaml would put the whole path in front of it.
#[derive(Default)]
struct Said {
    message: Option<String>,
    duplicate: Option<String>,
}

impl Node<'_> {
    fn inside(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }

    fn enter<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(())
    }

    fn refuse<E: serde::de::Error>(&self, message: impl Into<String>) -> E {
        let message = message.into();
        let error = E::custom(&message);
        self.said.borrow_mut().message = Some(message);
        error
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let Some(left) = self.budget.get().checked_sub(1) else {
            let message = format!("more than {MAX_VALUES} values once aliases are resolved");
            return Err(self.refuse(message));
        };
        self.budget.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false, null, a list or a map")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| self.refuse("a number must be finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_enum<A: serde::de::EnumAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
        Err(self.refuse("tags (`!name`) have no meaning here"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inside())? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut map = Map::new();
        while let Some(Key(key)) = entries.next_key()? {
            if map.contains_key(&key) {
                let message = format!("the key `{key}` stands here twice");
                self.said.borrow_mut().duplicate = Some(key);
                return Err(self.refuse(message));
            }
            let value = entries.next_value_seed(self.inside())?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// A key: text, or a plain scalar that reads as text. A list or a map is refused without being read.
struct Key(String);

impl<'de> serde::Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Key;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text as key")
            }
            fn visit_str<E>(self, text: &str) -> Result<Key, E> {
                Ok(Key(text.to_owned()))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Key, E> {
                Ok(Key(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Key, E> {
                Ok(Key(value.to_string()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Key, E> {
                Ok(Key(value.to_string()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(text: &str) -> String {
        parse(text).unwrap_err().message
    }

    #[test]
    fn plain_values_come_through() {
        let text = "a: 1\nb: [x, -1s, 2023-06-27, yes, true, ~, 1.5]\nc: { d: |\n  two\n  lines\n }\n404: x\n";
        let text = text.replace("c: { d: |\n  two\n  lines\n }", "c: { d: \"two\\nlines\" }");
        let expected = json!({
            "a": 1, "b": ["x", "-1s", "2023-06-27", "yes", true, null, 1.5], "c": { "d": "two\nlines" }, "404": "x",
        });
        assert_eq!(parse(&text), Ok(expected));
    }

    #[test]
    fn an_alias_stands_for_its_value() {
        assert_eq!(
            parse("a: &x { k: 1 }\nb: *x\n"),
            Ok(json!({ "a": { "k": 1 }, "b": { "k": 1 } }))
        );
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        let error = parse("a: 1\nb: 2\na: 3\n").unwrap_err();
        assert_eq!(error.message, "the key `a` stands here twice");
        assert_eq!(error.duplicate.as_deref(), Some("a"));
        assert!(parse("a: { x: 1, x: 2 }").is_err());
    }

    #[test]
    fn an_alias_bomb_is_an_error_in_bounded_time() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..=30 {
            let below = format!("*a{}, ", level - 1).repeat(10);
            bomb += &format!("a{level}: &a{level} [{below}]\n");
        }
        let message = message(&bomb);
        assert!(message.contains("aliases"), "{message}");
    }

    #[test]
    fn a_bomb_as_a_key_is_not_read() {
        assert!(message("a: &a [x, x]\n? *a\n: 1\n").contains("a text as key"));
        assert!(message("? { a: 1 }\n: 1\n").contains("a text as key"));
    }

    #[test]
    fn an_anchor_inside_itself_is_an_error() {
        assert!(parse("a: &a [*a]\n").is_err());
    }

    #[test]
    fn deep_nesting_is_an_error() {
        for text in [
            "[".repeat(500_000),
            "{".repeat(500_000),
            "{a: [".repeat(200_000),
            "- ".repeat(500_000),
            "? ".repeat(300_000),
        ] {
            assert!(parse(&text).is_err(), "{}", &text[..6]);
        }
        let blocks: String = (0..500)
            .map(|depth| format!("{}a:\n", " ".repeat(depth)))
            .collect();
        assert_eq!(message(&blocks), "nested deeper than 64 levels");
        let brackets = "[\n".repeat(300_000);
        assert!(parse(&brackets).is_err());
    }

    #[test]
    fn what_is_no_single_document_is_an_error() {
        assert!(message("a: 1\n---\nb: 2\n").contains("more than one document"));
        assert!(message("a: !secret x\n").contains("tags"));
        assert!(message("a: .nan\n").contains("finite"));
        assert!(message(&"x".repeat(MAX_BYTES + 1)).contains("limit"));
        let unclosed = parse("a: 1\nb: [1, 2\nc: 3\n").unwrap_err();
        assert!(
            unclosed.place.is_some() && !unclosed.message.contains(" at line "),
            "{unclosed:?}"
        );
        assert_eq!(parse(""), Ok(Value::Null));
    }
}
