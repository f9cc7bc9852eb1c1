//! JSON that can be read in one way only: no object has a key twice, of whose values different readers take different ones, and nothing is in it
//! that nobody reads.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Any JSON whose keys are there once.
struct Unique;

/// Says where a key stands twice, or that it is no JSON.
///
/// # Errors
/// Both.
pub(super) fn unique(text: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<Unique>(text).map(drop)
}

/// Says that a value is written otherwise than this program writes it: with white space, keys in another order, or something that nobody reads.
///
/// # Errors
/// When it is.
pub(super) fn written<T: Serialize>(value: &T, text: &[u8]) -> Result<(), serde_json::Error> {
    match serde_json::to_vec(value)? == text {
        true => Ok(()),
        false => Err(serde_json::Error::custom(
            "it is not written as this program writes it, or holds what nobody reads",
        )),
    }
}

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unique, A::Error> {
        while seq.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
        let mut known = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if known.contains(&key) {
                return Err(A::Error::custom(format_args!(
                    "the key `{key}` is there twice"
                )));
            }
            known.insert(key);
            map.next_value::<Unique>()?;
        }
        Ok(Unique)
    }
}

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn a_key_that_is_there_twice_is_found_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":[null,{"a":1,"\u0061":2}]}]"#] {
            let error = unique(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("`a` is there twice"), "{error}");
        }
        unique(br#"{"a":{"a":[1,-1,1.5,true,"a"]},"b":null}"#).unwrap();
    }
}
