//! What the words of a scenario stood for, as far as a record says it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::plan::Surroundings;
use super::super::record::TwinRecord;
use crate::wire::identity::{Identity, Secret};
use crate::wire::redact::REDACTED;
use crate::wire::scene::{BucketPlace, Scene};
use oss403_case::Instance;
use oss403_case::model::{BucketSpec, RegionName, Who};

/// What stands for a name that the target gave in a world of which a record says nothing.
pub(super) const UNKNOWN: &str = "NOBODYKNOWS";

/// Identities that are the same in every world.
const EVERYBODYS: [&str; 3] = ["owner", "other-account", "disabled-key"];

/// The scene of a record. Who has made a session has a token; of the others a profile says it, and here `all_have_tokens`.
pub(super) fn scene(
    instance: &Instance,
    record: &TwinRecord,
    surroundings: &Surroundings,
    all_have_tokens: bool,
) -> Scene {
    let names = Arc::new(surroundings.names());
    let given = &instance.scenario.given;
    let mut buckets = BTreeMap::new();
    let mut place = |name: &str, placeholder: &str, spec: Option<&BucketSpec>| {
        let region = match spec.and_then(|spec| spec.region) {
            Some(RegionName::Away) => names.away.clone().unwrap_or_default(),
            _ => names.home.clone(),
        };
        let known = record.placeholders.get(placeholder);
        let bucket = BucketPlace {
            name: known.cloned().unwrap_or_default(),
            region,
            owner: spec.and_then(|spec| spec.owner.clone()).unwrap_or_default(),
        };
        buckets.insert(name.to_owned(), bucket);
    };
    place("", "bucket", given.bucket.as_ref());
    for (name, spec) in &given.buckets {
        place(name, &format!("bucket.{name}"), Some(spec));
    }
    let has_token = |who: &Who| {
        let spec = given.identities.get(who);
        all_have_tokens || *who == Who::Sts || spec.is_some_and(|spec| spec.session.is_some())
    };
    let people = record.placeholders.iter().filter_map(|(name, id)| {
        let who = Who::from(name.strip_prefix("access-key-id.")?);
        let token = has_token(&who).then(|| Secret::new(REDACTED));
        let identity = Identity::new(id, Secret::new(REDACTED), token);
        Some((who, Arc::new(identity)))
    });
    Scene {
        identities: people.collect(),
        names,
        buckets,
        no_bucket: given.no_bucket,
        values: record.placeholders.clone(),
        vpc_address: Some(REDACTED.into()),
    }
}

/// The same words in another world of the same run: what the target named there is not known.
pub(super) fn apart(scene: &Scene) -> Scene {
    let mut scene = scene.clone();
    for (name, value) in &mut scene.values {
        let (kind, whose) = name.split_once('.').unwrap_or((name, ""));
        let is_given = matches!(
            kind,
            "uid" | "account" | "access-key-id" | "upload" | "worm"
        );
        if is_given && !EVERYBODYS.contains(&whose) {
            UNKNOWN.clone_into(value);
        }
    }
    for (who, identity) in &mut scene.identities {
        if !EVERYBODYS.contains(&who.as_str()) {
            Arc::make_mut(identity).access_key_id = UNKNOWN.into();
        }
    }
    scene
}
