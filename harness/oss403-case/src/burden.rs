//! What an instance costs, leaves behind or asks of the people who run it, beyond its requests.

use std::collections::BTreeSet;

use serde_json::Value;

use super::model::{Capability, Scenario, Staged, WorldEdit, WormSpec};
use super::needs::Needs;

/// Something that an instance brings with it besides requests, and buckets that are removed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Burden {
    /// A retention policy is locked, or would be by a server that lets the edited request in.
    LockedRetention,
    /// Something is stored in another class than Standard, or restored from one.
    StorageClass,
    /// A bucket or a request uses transfer acceleration.
    Acceleration,
    /// A data accelerator is asked for.
    DataAccelerator,
    /// A domain is bound to a bucket.
    Domain,
    /// The Key Management Service takes part.
    Kms,
    /// A request comes through an endpoint inside a VPC.
    VpcEndpoint,
    /// The operator hook makes a state, a person or a session.
    Operator,
}

/// What goes with a capability.
const IMPLIED: [(Capability, Burden); 7] = [
    (Capability::Archive, Burden::StorageClass),
    (Capability::Acceleration, Burden::Acceleration),
    (Capability::DataAccelerator, Burden::DataAccelerator),
    (Capability::Cname, Burden::Domain),
    (Capability::Kms, Burden::Kms),
    (Capability::VpcEndpoint, Burden::VpcEndpoint),
    (Capability::Operator, Burden::Operator),
];

impl Burden {
    /// All of them, the gravest first.
    pub const ALL: [Self; 8] = [
        Self::LockedRetention,
        Self::StorageClass,
        Self::Acceleration,
        Self::DataAccelerator,
        Self::Domain,
        Self::Kms,
        Self::VpcEndpoint,
        Self::Operator,
    ];

    /// What a scenario brings with it. Nothing, when it is harmless.
    pub fn of(scenario: &Scenario, needs: &Needs) -> BTreeSet<Self> {
        let implied = IMPLIED
            .iter()
            .filter(|(capability, _)| needs.capabilities.contains(capability));
        let mut burdens: BTreeSet<Self> = implied.map(|(_, burden)| *burden).collect();
        // A scenario is plain data with text keys, which always has a value.
        let filled = serde_json::to_value(scenario).unwrap_or_default();
        if locks(scenario, &filled) {
            burdens.insert(Self::LockedRetention);
        }
        if is_any(&filled, &mut |key, text| stores_elsewhere(key, text)) {
            burdens.insert(Self::StorageClass);
        }
        burdens
    }

    /// Its name in what programs read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LockedRetention => "locked-retention",
            Self::StorageClass => "storage-class",
            Self::Acceleration => "acceleration",
            Self::DataAccelerator => "data-accelerator",
            Self::Domain => "domain",
            Self::Kms => "kms",
            Self::VpcEndpoint => "vpc-endpoint",
            Self::Operator => "operator",
        }
    }

    /// What it means for whoever runs it.
    pub fn means(self) -> &'static str {
        match self {
            Self::LockedRetention => {
                "a retention policy is locked: bucket and objects stay for a day at least"
            }
            Self::StorageClass => {
                "a storage class other than Standard, whose least storage time is charged, and whose restoring takes minutes to hours"
            }
            Self::Acceleration => {
                "transfer acceleration, which is charged and takes up to 30 minutes to be there"
            }
            Self::DataAccelerator => "a data accelerator, which is charged by its capacity",
            Self::Domain => "a domain of your own, proven and bound to a bucket",
            Self::Kms => "the Key Management Service, open or closed to the account",
            Self::VpcEndpoint => "an endpoint inside a VPC",
            Self::Operator => "states, people or sessions that the operator hook makes",
        }
    }

    /// Whether nobody can take it back, not even the owner.
    pub fn is_irreversible(self) -> bool {
        self == Self::LockedRetention
    }
}

/// Whether a retention policy is locked, or asked to be.
fn locks(scenario: &Scenario, filled: &Value) -> bool {
    let given = &scenario.given;
    let mut buckets = given.bucket.iter().chain(given.buckets.values());
    let is_edit = |step| matches!(step, Staged::World(WorldEdit::LockWorm(_)));
    buckets.any(|bucket| bucket.worm == Some(WormSpec::Locked))
        || scenario.edit.steps().any(is_edit)
        // CompleteBucketWorm and ExtendBucketWorm, as a request or as a part that an edit sets.
        || is_any(filled, &mut |key, text| {
            [key, text].iter().any(|text| {
                let text = text.to_ascii_lowercase();
                text.contains("wormid") || text.contains("wormextend")
            })
        })
}

/// Whether this stores something in a class that is not Standard: a word of a bucket or an object, a header or a field, a document.
fn stores_elsewhere(key: &str, text: &str) -> bool {
    let is_other = |class: &str| !class.trim().eq_ignore_ascii_case("standard");
    let key = key.to_ascii_lowercase();
    let documented = text.split("<StorageClass>").skip(1);
    (matches!(&*key, "storage-class" | "x-oss-storage-class") && is_other(text))
        || documented
            .map(|rest| rest.split('<').next().unwrap_or_default())
            .any(is_other)
}

/// Whether a text of a value is of a kind; each is seen with the key that it stands under, or without one.
fn is_any(value: &Value, seen: &mut impl FnMut(&str, &str) -> bool) -> bool {
    match value {
        Value::String(text) => seen("", text),
        Value::Array(items) => items.iter().any(|item| is_any(item, seen)),
        Value::Object(entries) => entries.iter().any(|(key, entry)| match entry {
            Value::String(text) => seen(key, text),
            _ => seen(key, "") || is_any(entry, seen),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
