//! The plan of a run: which instances apply to the target, which of them share a world, and in which order they go.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::edit;
use super::record::Progress;
use super::world::Wanted;
use crate::target::Inner;
use oss403_case::model::{Call, Capability, Edit, Scenario};
use oss403_case::{EditKind, Instance};

/// The plan.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// What is sent.
    pub(crate) groups: Vec<Group>,
    /// What is not, and why.
    pub(crate) skipped: Vec<(Instance, Progress)>,
}

/// Instances that share a world, or one that has its own.
#[derive(Debug)]
pub(crate) struct Group {
    /// Never empty.
    pub(crate) instances: Vec<Instance>,
    /// What the world is made for.
    pub(crate) wanted: Wanted,
    /// How it is used.
    pub(crate) usage: Usage,
    /// How many buckets exist at a time while it lasts.
    pub(crate) buckets: usize,
}

/// How a world is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    /// Several instances only read in it.
    Shared,
    /// One instance has it to itself.
    Private {
        /// The state of the owner's account is changed, so it belongs to an account of its own.
        own_account: bool,
        /// The base changes it and so does the edit, so the base has a world of its own.
        twofold: bool,
    },
}

impl Plan {
    /// Plans. The order is decided by the seed alone.
    pub(crate) fn new(target: &Inner, instances: Vec<Instance>, seed: u64) -> Self {
        let mut plan = Self::default();
        let mut shared: BTreeMap<String, usize> = BTreeMap::new();
        for instance in instances {
            let scenario = &*instance.scenario;
            let wanted = wanted(&instance);
            let usage = usage(scenario);
            let buckets = buckets(scenario, usage);
            if let Some(progress) = obstacle(target, scenario, &wanted, buckets) {
                plan.skipped.push((instance, progress));
                continue;
            }
            if usage == Usage::Shared {
                let key = serde_json::to_string(&scenario.given).unwrap_or_default();
                if let Some(group) = shared.get(&key) {
                    let group = &mut plan.groups[*group];
                    group.wanted.people.extend(wanted.people);
                    group.wanted.uids.extend(wanted.uids);
                    group.instances.push(instance);
                    continue;
                }
                shared.insert(key, plan.groups.len());
            }
            plan.groups.push(Group {
                instances: vec![instance],
                wanted,
                usage,
                buckets,
            });
        }
        for group in &mut plan.groups {
            group
                .instances
                .sort_by_cached_key(|instance| shuffled(seed, &instance.id));
        }
        plan.groups
            .sort_by_cached_key(|group| shuffled(seed, &group.instances[0].id));
        plan
    }
}

/// The place of an id in the order of a seed.
fn shuffled(seed: u64, id: &str) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(id.as_bytes());
    let mut place = [0; 16];
    place.copy_from_slice(&hash.finalize()[..16]);
    place
}

/// Everybody the scenario speaks of.
fn wanted(instance: &Instance) -> Wanted {
    let scenario = &*instance.scenario;
    let mut wanted = Wanted::default();
    let given = &scenario.given;
    let owners = given.bucket.iter().chain(given.buckets.values());
    let named = owners.filter_map(|spec| spec.owner.as_deref());
    let named = named.chain(given.domain_proven_by.iter().map(String::as_str));
    let named = named.chain(given.requests.iter().map(|call| call.r#as.as_str()));
    let named = named
        .chain([scenario.base.r#as.as_str()])
        .chain(scenario.edit.identities());
    wanted.people.extend(named.map(str::to_owned));
    wanted.people.insert("owner".into());
    // Placeholders may stand in any text, so it is the whole text that is searched.
    let elements = instance.file.elements.values();
    let mut texts: Vec<String> = elements.cloned().collect();
    texts.push(serde_json::to_string(scenario).unwrap_or_default());
    for text in &texts {
        for word in ["uid", "account", "access-key-id"] {
            for name in placeholders(text, word) {
                wanted.people.insert(name.to_owned());
                if word != "access-key-id" {
                    wanted.uids.insert(name.to_owned());
                }
            }
        }
    }
    for part in scenario.edit.parts().iter().filter(|part| {
        matches!(
            part,
            Edit::RamPolicy(_) | Edit::KeyStatus(_) | Edit::KeyNetworks(_)
        )
    }) {
        let changed = part.identities().into_iter();
        let built_in = changed.filter(|name| matches!(*name, "ram-user" | "sts"));
        wanted.private.extend(built_in.map(str::to_owned));
    }
    wanted
}

/// The names in `${word.NAME}`.
fn placeholders<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    let open = format!("${{{word}.");
    text.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect()
}

fn usage(scenario: &Scenario) -> Usage {
    let Scenario { base, edit, .. } = scenario;
    let names_owner = edit.parts().iter().any(|part| {
        matches!(part, Edit::KeyStatus(_) | Edit::KeyNetworks(_))
            && part.identities().contains(&"owner")
    });
    let own_account = edit.touches_account() || names_owner;
    let reads = is_read(method(base));
    match edit.kind() {
        EditKind::World => Usage::Private {
            own_account,
            twofold: !reads,
        },
        EditKind::Request | EditKind::Wire => {
            let edited = edit.parts().iter().all(|part| match part {
                Edit::Method(method) | Edit::TamperMethod(method) => is_read(method),
                Edit::Request(line) => is_read(line.split(' ').next().unwrap_or_default()),
                _ => true,
            });
            if reads && edited {
                Usage::Shared
            } else {
                Usage::Private {
                    own_account,
                    twofold: false,
                }
            }
        }
    }
}

fn method(call: &Call) -> &str {
    call.request.split(' ').next().unwrap_or_default()
}

/// Whether a method only reads.
pub(crate) fn is_read(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

fn buckets(scenario: &Scenario, usage: Usage) -> usize {
    let reads_only = scenario.given.no_bucket && usage == Usage::Shared;
    // A name that is kept free counts as well: the base may be what makes the bucket.
    let own = usize::from(!reads_only);
    let worlds = if let Usage::Private { twofold: true, .. } = usage {
        2
    } else {
        1
    };
    worlds * (own + scenario.given.buckets.len()) + usize::from(edit::makes_bucket(&scenario.edit))
}

/// Why the scenario is not sent to this target.
fn obstacle(
    target: &Inner,
    scenario: &Scenario,
    wanted: &Wanted,
    buckets: usize,
) -> Option<Progress> {
    if scenario.reference_only && !target.is_embedded {
        let reason = "it is our own inference and counts for the embedded server alone";
        return Some(Progress::NotApplicable(reason.into()));
    }
    let needs = scenario.needs();
    if needs.contains(&Capability::TwoRegions) && target.names.away.is_none() {
        return Some(Progress::NotApplicable(
            "the target has one region only".into(),
        ));
    }
    let mut commands = operator_commands(scenario);
    for name in &wanted.people {
        let given = scenario.given.identities.contains_key(name);
        if name == "anonymous" || given || target.identities.contains_key(name) {
            continue;
        }
        match name.as_str() {
            "ram-user" => commands.insert("create ram-user"),
            "sts" => commands.insert("create session"),
            _ => {
                let reason = format!("the profile has no identity `{name}`");
                return Some(Progress::NotClaimed(reason));
            }
        };
    }
    if target.operator.is_none()
        && let Some(command) = commands.first()
    {
        return Some(Progress::NotClaimed(format!(
            "needs an operator hook: {command}"
        )));
    }
    let missing = needs
        .iter()
        .find(|need| !target.capabilities.contains(need));
    if let Some(missing) = missing {
        let reason = format!("the target does not claim `{}`", missing.as_str());
        return Some(Progress::NotClaimed(reason));
    }
    let most = target.limits.buckets;
    if buckets > most {
        let reason = format!("it needs {buckets} buckets at a time, the profile allows {most}");
        return Some(Progress::NotApplicable(reason));
    }
    None
}

/// What the operator will be asked for.
fn operator_commands(scenario: &Scenario) -> BTreeSet<&'static str> {
    let Scenario { given, edit, .. } = scenario;
    let mut commands = BTreeSet::new();
    for identity in given.identities.values() {
        commands.insert(match (&identity.ram_user, &identity.session) {
            (Some(_), _) => "create ram-user",
            (_, Some(_)) => "create session",
            _ => "create account",
        });
    }
    if !given.domain_proven_by.is_empty() {
        commands.insert("set domain-ownership");
    }
    if given.vpc_endpoint.is_some() {
        commands.insert("create vpc-endpoint");
    }
    commands.extend(edit.parts().iter().filter_map(operator_command));
    commands
}

/// What a single edit asks of the operator.
fn operator_command(edit: &Edit) -> Option<&'static str> {
    Some(match edit {
        Edit::BindDomain(_) => "set domain-ownership",
        Edit::AccountStatus(_) => "set account-status",
        Edit::KmsStatus(_) => "set kms-status",
        Edit::KeyStatus(_) => "set key-status",
        Edit::KeyNetworks(_) => "set key-networks",
        Edit::BucketStatus(_) => "set bucket-status",
        Edit::StsRefusedInRegion(_) => "set sts-in-region",
        Edit::StsRefusedInOperation(_) => "set sts-in-operation",
        Edit::RiskyDomain(_) => "set domain-risk",
        Edit::CloseFeature(_) => "set feature",
        Edit::RamPolicy(_) => "set ram-policy",
        Edit::VpcPolicy(_) => "set vpc-endpoint-policy",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_the_order() {
        let order = |seed| {
            let mut ids: Vec<String> = (0..20).map(|number| format!("c/s/{number}")).collect();
            ids.sort_by_cached_key(|id| shuffled(seed, id));
            ids
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
    }

    #[test]
    fn names_are_found_in_placeholders() {
        assert_eq!(
            placeholders("${uid.a} ${uid.b}${account.c} ${uid", "uid"),
            ["a", "b"]
        );
    }
}
