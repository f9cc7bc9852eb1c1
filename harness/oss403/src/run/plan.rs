//! The plan of a run: which instances apply to the target, which of them share a world, and in which order they go.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::record::Progress;
use super::world::Wanted;
use super::{Options, edit};
use crate::target::ReadyTarget;
use crate::wire::parts::RequestLine;
use crate::wire::scene::{Addressing, Names, Style};
use oss403_case::Instance;
use oss403_case::model::{Call, Capability, Edit, OperatorEdit, Scenario, Staged, Who};

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
    Private(Private),
}

/// What a world is like that one instance has to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Private {
    /// The state of the owner's account is changed, so it belongs to an account of its own.
    pub(crate) own_account: bool,
    /// The base changes it and so does the edit, so the base has a world of its own.
    pub(crate) twofold: bool,
}

impl Plan {
    /// Plans. The order is decided by the seed of the options alone. `retired` is what the target refuses to everybody.
    pub(crate) fn new(
        target: &ReadyTarget,
        retired: &BTreeSet<Capability>,
        instances: Vec<Instance>,
        options: &Options,
    ) -> Self {
        let seed = options.seed;
        let surroundings = Surroundings::of(target, retired, options.allow_irreversible);
        let mut plan = Self::default();
        let mut shared: BTreeMap<String, usize> = BTreeMap::new();
        for instance in instances {
            let scenario = &*instance.scenario;
            let wanted = wanted(&instance);
            let usage = usage(scenario);
            let buckets = buckets(scenario, usage);
            let obstacle = surroundings.obstacle(&instance);
            if let Some(progress) = obstacle {
                plan.skipped.push((instance, progress));
                continue;
            }
            if let Some(key) = world_of(&instance) {
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

/// The world that an instance shares with all that have the same; `None` when it has one to itself.
pub(crate) fn world_of(instance: &Instance) -> Option<String> {
    let scenario = &*instance.scenario;
    let shared = usage(scenario) == Usage::Shared;
    // One that reads while an object is being restored, and one that reads it afterwards, do not fit together.
    let restored = restored(scenario).unwrap_or_default();
    shared.then(|| serde_json::to_string(&scenario.given).unwrap_or_default() + &restored)
}

/// The object that the base reads, where the world begins to restore it: there is nothing to read before that is over.
fn restored(scenario: &Scenario) -> Option<String> {
    let base = RequestLine::parse(&scenario.base.request).ok()?;
    let mut query = base.query.iter();
    let reads = base.method == "GET" && query.all(|(name, _)| name == "x-oss-process");
    let key = base
        .key
        .filter(|_| reads && scenario.base.bucket.is_none())?;
    let mut made = scenario.given.requests.iter();
    let restores = made.any(|call| {
        RequestLine::parse(&call.request).is_ok_and(|line| {
            let mut query = line.query.iter();
            line.key.as_ref() == Some(&key) && query.any(|(name, _)| name == "restore")
        })
    });
    restores.then_some(key)
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

/// Everybody the scenario speaks of, and those among them who cannot be shared.
fn wanted(instance: &Instance) -> Wanted {
    let mut wanted = Wanted {
        people: instance.needs.people.clone(),
        private: BTreeSet::new(),
        uids: instance.needs.uids.clone(),
        restored: restored(&instance.scenario).into_iter().collect(),
    };
    let mut change = |who: &Who| {
        if matches!(who, Who::RamUser | Who::Sts) {
            wanted.private.insert(who.clone());
        }
    };
    for step in instance.scenario.edit.steps() {
        match step {
            Staged::Operator(OperatorEdit::RamPolicy(of)) => of.keys().for_each(&mut change),
            Staged::Operator(OperatorEdit::KeyStatus(of)) => of.keys().for_each(&mut change),
            Staged::Operator(OperatorEdit::KeyNetworks(of)) => of.keys().for_each(&mut change),
            _ => {}
        }
    }
    wanted
}

fn usage(scenario: &Scenario) -> Usage {
    let Scenario { base, edit, .. } = scenario;
    let changes_owner = edit.steps().any(|step| match step {
        Staged::Operator(OperatorEdit::KeyStatus(of)) => of.contains_key(&Who::Owner),
        Staged::Operator(OperatorEdit::KeyNetworks(of)) => of.contains_key(&Who::Owner),
        _ => false,
    });
    let own_account = edit.touches_account() || changes_owner;
    let reads = is_read(method(base));
    if edit.stage().is_world() {
        return Usage::Private(Private {
            own_account,
            twofold: !reads,
        });
    }
    let edited = edit.parts().iter().all(|part| match part {
        Edit::Method(method) | Edit::TamperMethod(method) => is_read(method),
        Edit::Request(line) => is_read(line.split(' ').next().unwrap_or_default()),
        _ => true,
    });
    if reads && edited {
        Usage::Shared
    } else {
        Usage::Private(Private {
            own_account,
            twofold: false,
        })
    }
}

fn method(call: &Call) -> &str {
    call.request.split(' ').next().unwrap_or_default()
}

/// Whether the base of a scenario has a world of its own.
pub(crate) fn is_twofold(scenario: &Scenario) -> bool {
    matches!(
        usage(scenario),
        Usage::Private(Private { twofold: true, .. })
    )
}

/// Whether a method only reads.
pub(crate) fn is_read(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

fn buckets(scenario: &Scenario, usage: Usage) -> usize {
    let reads_only = scenario.given.no_bucket && usage == Usage::Shared;
    // A name that is kept free counts as well: the base may be what makes the bucket.
    let own = usize::from(!reads_only);
    let worlds = match usage {
        Usage::Private(Private { twofold: true, .. }) => 2,
        Usage::Private(_) | Usage::Shared => 1,
    };
    worlds * (own + scenario.given.buckets.len()) + usize::from(edit::makes_bucket(&scenario.edit))
}

/// How the reason begins for which an instance is not sent that needs what the target does not claim.
pub(crate) const NOT_CLAIMED: &str = "the target does not claim ";

/// What is about the host names of buckets.
const HOSTS: [Capability; 2] = [Capability::VirtualHosted, Capability::SecondLevel];

/// What of a target, and of how it is asked, decides which scenarios are sent to it: whoever knows it can tell later that nothing was set
/// aside that should have been sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Surroundings {
    /// Whether it is the reference server inside the program.
    pub embedded: bool,
    /// Whether it is the service itself, by what its hosts are called.
    pub service: bool,
    /// Bare id of the home region.
    pub home: String,
    /// Bare id of the second region.
    pub away: Option<String>,
    /// The domain suffix.
    pub suffix: String,
    /// Whether buckets stand in the path.
    pub path_style: bool,
    /// The host name of a bucket, with `{bucket}`, `{region}` and `{suffix}`.
    pub bucket_host: String,
    /// The host name of the service.
    pub service_host: String,
    /// Capabilities that it claims.
    pub claims: BTreeSet<Capability>,
    /// Capabilities that it refuses to everybody.
    pub retired: BTreeSet<Capability>,
    /// Identities that its profile has.
    pub identities: BTreeSet<String>,
    /// Whether it has an operator hook.
    pub operator: bool,
    /// Buckets that it bears at a time.
    pub buckets: usize,
    /// Whether the service itself is sent what nobody can take back.
    pub allow_irreversible: bool,
}

impl Surroundings {
    pub(crate) fn of(
        target: &ReadyTarget,
        retired: &BTreeSet<Capability>,
        allow_irreversible: bool,
    ) -> Self {
        let names = &*target.names;
        Self {
            embedded: target.is_embedded,
            service: names.are_the_services(),
            home: names.home.clone(),
            away: names.away.clone(),
            suffix: names.suffix.clone(),
            path_style: names.addressing.style == Style::Path,
            bucket_host: names.addressing.bucket.clone(),
            service_host: names.addressing.service.clone(),
            claims: target.capabilities.clone(),
            retired: retired.clone(),
            identities: target.identities.keys().cloned().collect(),
            operator: target.operator.is_some(),
            buckets: target.limits.buckets,
            allow_irreversible,
        }
    }

    /// The names that it is reached by. Its address is not among them.
    pub fn names(&self) -> Names {
        Names {
            home: self.home.clone(),
            away: self.away.clone(),
            suffix: self.suffix.clone(),
            address: String::new(),
            addressing: Addressing {
                style: if self.path_style {
                    Style::Path
                } else {
                    Style::VirtualHosted
                },
                bucket: self.bucket_host.clone(),
                service: self.service_host.clone(),
            },
        }
    }

    /// Why an instance is not sent to this target; `None` when it has to be.
    pub fn obstacle(&self, instance: &Instance) -> Option<Progress> {
        let scenario = &*instance.scenario;
        let buckets = buckets(scenario, usage(scenario));
        self.missing(instance, buckets)
            .or_else(|| self.irreversible(instance))
    }

    /// Why the scenario is not sent to the service itself, where nobody could take back what it does.
    fn irreversible(&self, instance: &Instance) -> Option<Progress> {
        if self.allow_irreversible || self.embedded || !self.service {
            return None;
        }
        let burdens = instance.burdens();
        let burden = burdens.iter().find(|burden| burden.is_irreversible())?;
        Some(Progress::NotApplicable(format!(
            "irreversible on the service: {}; `oss403 run --allow-irreversible` sends it all the same",
            burden.means()
        )))
    }

    /// What is missing there that the scenario needs.
    fn missing(&self, instance: &Instance, buckets: usize) -> Option<Progress> {
        let scenario = &*instance.scenario;
        let needs = &instance.needs;
        if scenario.reference_only && !self.embedded {
            let reason = "it is our own inference and counts for the embedded server alone";
            return Some(Progress::NotApplicable(reason.into()));
        }
        if let Some(gone) = needs.capabilities.intersection(&self.retired).next() {
            let reason = format!(
                "retired: the target refuses `{}` to everybody",
                gone.as_str()
            );
            return Some(Progress::NotApplicable(reason));
        }
        if needs.capabilities.contains(&Capability::TwoRegions) && self.away.is_none() {
            return Some(Progress::NotApplicable(
                "the target has one region only".into(),
            ));
        }
        if self.path_style
            && let Some(host) = needs.capabilities.iter().find(|need| HOSTS.contains(need))
        {
            let reason = format!(
                "the target is addressed in path style, and it is about `{}`",
                host.as_str()
            );
            return Some(Progress::NotApplicable(reason));
        }
        let claimed = |need: &Capability| self.claims.contains(need);
        if let Some(missing) = needs.capabilities.iter().find(|need| !claimed(need)) {
            return Some(Progress::NotClaimed(format!(
                "{NOT_CLAIMED}`{}`",
                missing.as_str()
            )));
        }
        let mut commands = operator_commands(scenario);
        for who in &needs.people {
            let known = scenario.given.identities.contains_key(who)
                || self.identities.contains(who.as_str());
            match who {
                Who::Anonymous => {}
                _ if known => {}
                Who::RamUser => drop(commands.insert("create ram-user")),
                Who::Sts => drop(commands.insert("create session")),
                Who::Owner | Who::OtherAccount | Who::DisabledKey | Who::Other(_) => {
                    let reason = format!("the profile has no identity `{who}`");
                    return Some(Progress::NotClaimed(reason));
                }
            }
        }
        if !self.operator
            && let Some(command) = commands.first()
        {
            return Some(Progress::NotClaimed(format!(
                "needs an operator hook: {command}"
            )));
        }
        let most = self.buckets;
        if buckets > most {
            let reason = format!("it needs {buckets} buckets at a time, the profile allows {most}");
            return Some(Progress::NotApplicable(reason));
        }
        None
    }
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
    commands.extend(edit.rows().filter_map(|row| row.operator_command));
    commands
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::testing::scenario;

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
    fn only_what_reads_the_object_that_is_being_restored_waits_for_it() {
        let given = json!({ "requests": [{ "request": "POST /k.txt?restore" }] });
        let edit = json!({ "wrong-secret": true });
        for (base, restored_key) in [
            ("GET /k.txt", Some("k.txt")),
            ("GET /k.txt?x-oss-process=image/info", Some("k.txt")),
            ("GET /k.txt?acl", None),
            ("GET /other", None),
            ("HEAD /k.txt", None),
            ("PUT /k.txt", None),
        ] {
            let mut scenario = scenario(&given, &edit);
            scenario.base.request = base.into();
            assert_eq!(restored(&scenario).as_deref(), restored_key, "{base}");
        }
    }
}
