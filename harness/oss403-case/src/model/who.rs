//! Who: the identities of a scenario.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An identity: one that every target profile may name, or one of the scenario's own.
///
/// It compares, sorts and hashes as its name does, so that a map from `Who` can be asked with a text.
#[derive(Debug, Clone, Default)]
pub enum Who {
    /// The account that owns what the scenario does not say otherwise.
    #[default]
    Owner,
    /// Another account.
    OtherAccount,
    /// A RAM user of the owner's account.
    RamUser,
    /// An STS session of a role of the owner's account.
    Sts,
    /// An identity whose key is disabled.
    DisabledKey,
    /// Nobody: the request is not signed.
    Anonymous,
    /// One of `given.identities`.
    Other(String),
}

impl Who {
    /// Identities that every target profile may name. Others come from a scenario's `given.identities`.
    pub const BUILT_IN: &'static [Self] = &[
        Self::Owner,
        Self::OtherAccount,
        Self::RamUser,
        Self::Sts,
        Self::DisabledKey,
        Self::Anonymous,
    ];

    /// The name, as a case and a profile write it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Owner => "owner",
            Self::OtherAccount => "other-account",
            Self::RamUser => "ram-user",
            Self::Sts => "sts",
            Self::DisabledKey => "disabled-key",
            Self::Anonymous => "anonymous",
            Self::Other(name) => name,
        }
    }

    /// Whether it is one of [`Self::BUILT_IN`].
    pub fn is_built_in(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl From<String> for Who {
    fn from(name: String) -> Self {
        let built_in = Self::BUILT_IN.iter().find(|who| **who == *name);
        built_in.cloned().unwrap_or(Self::Other(name))
    }
}

impl From<&str> for Who {
    fn from(name: &str) -> Self {
        Self::from(name.to_owned())
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Borrow<str> for Who {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Who {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Who {}

impl PartialEq<str> for Who {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Who {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialOrd for Who {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Who {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Who {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Serialize for Who {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Who {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl JsonSchema for Who {
    fn schema_name() -> Cow<'static, str> {
        "Who".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_built_in_name_is_read_as_itself_and_any_other_is_kept() {
        for who in Who::BUILT_IN {
            let read: Who = serde_json::from_value(who.as_str().into()).unwrap();
            assert!(read.is_built_in(), "{read}");
            assert_eq!(read, *who);
        }
        let other = Who::from("auditor");
        assert!(!other.is_built_in());
        assert_eq!(serde_json::to_value(&other).unwrap(), "auditor");
    }

    #[test]
    fn a_map_is_asked_with_a_text_and_goes_by_the_names() {
        let people = [Who::Owner, Who::from("a"), Who::Anonymous, Who::Sts];
        let map: BTreeMap<Who, ()> = people.into_iter().map(|who| (who, ())).collect();
        assert!(map.contains_key("owner") && !map.contains_key("ram-user"));
        let names: Vec<&str> = map.keys().map(Who::as_str).collect();
        assert_eq!(names, ["a", "anonymous", "owner", "sts"]);
    }
}
