//! Which instances meet the table: enough that every kind of request and of refusal is among them, few enough that it is soon done.

use std::collections::{BTreeSet, HashMap};

use oss403_case::Instance;
use oss403_case::model::SignWith;

/// Instances of a cause that meet the weather, besides the shapes.
const OF_A_CAUSE: usize = 1;

/// One instance for each shape of request: method, carrier and version of the signature, with or without something that must not change.
pub(super) fn shapes(instances: &[Instance]) -> Vec<Instance> {
    let mut seen = BTreeSet::new();
    let is_new = |instance: &&Instance| {
        let scenario = &instance.scenario;
        let method = scenario.base.request.split(' ').next().unwrap_or_default();
        let with = scenario.base.signed_with();
        is_soon_done(instance)
            && seen.insert((
                method.to_owned(),
                carrier(with),
                scenario.unchanged.is_empty(),
            ))
    };
    instances.iter().filter(is_new).cloned().collect()
}

/// The shapes, and some instances of every cause.
pub(super) fn causes(instances: &[Instance]) -> Vec<Instance> {
    let mut chosen: BTreeSet<String> = shapes(instances)
        .into_iter()
        .map(|instance| instance.id)
        .collect();
    let mut of_cause: HashMap<&str, usize> = HashMap::new();
    let (soon, later): (Vec<_>, Vec<_>) = instances
        .iter()
        .partition(|instance| is_soon_done(instance));
    for instance in soon.into_iter().chain(later) {
        let count = of_cause.entry(&instance.file.cause).or_default();
        if *count < OF_A_CAUSE {
            *count += 1;
            chosen.insert(instance.id.clone());
        }
    }
    instances
        .iter()
        .filter(|instance| chosen.contains(&instance.id))
        .cloned()
        .collect()
}

/// An instance whose limit is tested to the second waits for one.
fn is_soon_done(instance: &Instance) -> bool {
    !instance.scenario.to_the_second
}

fn carrier(with: SignWith) -> &'static str {
    match with {
        SignWith::None => "none",
        SignWith::HeaderV1 => "header-v1",
        SignWith::HeaderV2 => "header-v2",
        SignWith::HeaderV4 => "header-v4",
        SignWith::UrlV1 => "url-v1",
        SignWith::UrlV2 => "url-v2",
        SignWith::UrlV4 => "url-v4",
        SignWith::FormV1 => "form-v1",
        SignWith::FormV4 => "form-v4",
        SignWith::S3HeaderV2 => "s3-header-v2",
        SignWith::S3UrlV2 => "s3-url-v2",
        SignWith::S3HeaderV4 => "s3-header-v4",
        SignWith::S3UrlV4 => "s3-url-v4",
    }
}
