//! Makes scenarios: half of them from the ledger's own, which are then perturbed, half from nothing.
//!
//! The scenario at a position is decided by the seed and the position alone, so that a run can be repeated and resumed. The ledger's
//! scenarios come in rounds: each round takes every one of them once, in another order and with another combination of its matrix.

use std::sync::Mutex;

use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::strategy::{NewTree, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use proptest::{bool, prop_oneof};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::perturb::{Perturbation, perturbation};
use super::shrink::Shrinking;
use super::vocabulary;
use crate::run::is_read;
use oss403_case::check;
use oss403_case::model::{
    Before, BucketSpec, Call, Edit, Expect, Form, Given, ObjectSpec, OrderBasis, Scenario,
    SignWith, Span, Who,
};
use oss403_case::placeholder;
use oss403_case::request_line;
use oss403_case::{Instance, Ledger};

/// How many scenarios from nothing share a world.
const SHARING: u64 = 8;

/// The share of scenarios from nothing that are about a limit in time.
const LIMITS: f64 = 0.15;

/// Where scenarios come from.
#[derive(Debug)]
pub struct Generator {
    seed: u64,
    /// The ledger's scenarios, each with its instances.
    seeds: Vec<Vec<Instance>>,
    /// The round that was asked for last, and the order in which it takes the scenarios.
    round: Mutex<(u64, Vec<usize>)>,
}

impl Generator {
    /// Scenarios of a seed, with those of the ledger to begin with.
    pub fn new(seed: u64, ledger: &Ledger) -> Self {
        let mut seeds: Vec<Vec<Instance>> = Vec::new();
        for entry in ledger.entries() {
            for instance in entry.instances() {
                match seeds.last_mut() {
                    Some(last) if of_one_scenario(&last[0], &instance) => last.push(instance),
                    _ => seeds.push(vec![instance]),
                }
            }
        }
        let round = Mutex::new((u64::MAX, Vec::new()));
        Self { seed, seeds, round }
    }

    /// The scenario at a position; `None` where what came out is not sound.
    pub fn at(&self, position: u64) -> Option<Shrinking> {
        let mut runner = self.runner("scenario", position);
        let strategy = if position.is_multiple_of(2) && !self.seeds.is_empty() {
            Source::Derived(self.taken(position / 2, &mut runner)?)
        } else {
            let world = position / (2 * SHARING);
            let tree = vocabulary::given().new_tree(&mut self.runner("world", world));
            Source::Synthesised(Box::new(tree.ok()?.current()))
        };
        let tree = strategy.new_tree(&mut runner).ok()?;
        let scenario = tree.current();
        let fits = is_steady(&scenario) && is_removable(&scenario) && is_sound(&scenario);
        fits.then_some(tree)
    }

    /// The instance of the ledger that the n-th derived scenario begins with.
    fn taken(&self, number: u64, runner: &mut TestRunner) -> Option<Instance> {
        let count = self.seeds.len() as u64;
        let (round, place) = (number / count, usize::try_from(number % count).ok()?);
        let mut known = self.round.lock().expect("nobody panics with this lock");
        if known.0 != round {
            let mut order: Vec<usize> = (0..self.seeds.len()).collect();
            order.sort_by_cached_key(|index| digest(self.seed, "order", round, *index as u64));
            *known = (round, order);
        }
        let instances = &self.seeds[known.1[place]];
        let pick = (0..instances.len()).new_tree(runner).ok()?.current();
        Some(instances[pick].clone())
    }

    fn runner(&self, what: &str, number: u64) -> TestRunner {
        let seed = digest(self.seed, what, number, 0);
        let config = Config {
            failure_persistence: None,
            ..Config::default()
        };
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
    }
}

fn digest(seed: u64, what: &str, number: u64, index: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(what);
    hash.update(number.to_be_bytes());
    hash.update(index.to_be_bytes());
    hash.finalize().into()
}

fn of_one_scenario(one: &Instance, other: &Instance) -> bool {
    one.file.cause == other.file.cause && one.scenario.name == other.scenario.name
}

/// What the checker has nothing against.
pub(super) fn is_sound(scenario: &Scenario) -> bool {
    check::lone(scenario).is_empty()
}

/// Whether no limit in time comes near while it is sent, so that a slow server judges as a fast one does. A scenario that meets its second
/// is another matter.
fn is_steady(scenario: &Scenario) -> bool {
    const NEAR: i64 = 45;
    /// The limit on clocks.
    const SKEW: i64 = 900;
    let is_far = |key: &str, text: &str| {
        let span = text.parse::<Span>().map(Span::seconds);
        match (key, span) {
            ("expires-in" | "lifetime", Ok(span)) => !(0..=NEAR).contains(&span),
            ("clock", Ok(span)) => (span.abs() - SKEW).abs() > NEAR,
            _ => placeholder::names(text).all(|name| name != "now"),
        }
    };
    let value = serde_json::to_value(scenario).unwrap_or_default();
    scenario.to_the_second || every_text(&value, "", &is_far)
}

/// Whether everything can be removed again. A bucket whose retention policy is locked can be deleted only while nothing is in it.
fn is_removable(scenario: &Scenario) -> bool {
    let given = &scenario.given;
    let mut retained = given
        .bucket
        .iter()
        .chain(given.buckets.values())
        .filter(|spec| spec.worm.is_some())
        .peekable();
    if retained.peek().is_none() {
        return true;
    }
    let is_empty = |spec: &BucketSpec| spec.objects.is_empty() && spec.uploads.is_empty();
    let on_bucket = |line: &str| {
        let target = line.split(' ').nth(1).unwrap_or_default();
        line.starts_with("GET ") || target == "/" || target.starts_with("/?")
    };
    let keeps_empty = |edit: &Edit| match edit {
        Edit::Request(line) => on_bucket(line),
        Edit::PutObject(_) | Edit::TamperPath(_) => false,
        _ => true,
    };
    retained.all(is_empty)
        && on_bucket(&scenario.base.request)
        && scenario.base.form.is_none()
        && given.requests.is_empty()
        && scenario.edit.parts().iter().all(keeps_empty)
}

fn every_text(value: &Value, key: &str, holds: &impl Fn(&str, &str) -> bool) -> bool {
    match value {
        Value::String(text) => holds(key, text),
        Value::Array(items) => items.iter().all(|item| every_text(item, key, holds)),
        Value::Object(entries) => entries
            .iter()
            .all(|(key, entry)| every_text(entry, key, holds)),
        _ => true,
    }
}

/// A strategy for scenarios: from one of the ledger, or in a world that was made up.
#[derive(Debug)]
enum Source {
    Derived(Instance),
    Synthesised(Box<Given>),
}

impl Strategy for Source {
    type Tree = Shrinking;
    type Value = Scenario;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let scenario = match self {
            Self::Derived(instance) => {
                let changes = prop_oneof![
                    4 => vec(perturbation(), 0),
                    3 => vec(perturbation(), 1),
                    2 => vec(perturbation(), 2),
                    1 => vec(perturbation(), 3),
                ];
                derived(instance, changes.new_tree(runner)?.current())
            }
            Self::Synthesised(_) if bool::weighted(LIMITS).new_tree(runner)?.current() => {
                let (scheme, edit) = vocabulary::limit().new_tree(runner)?.current();
                at_a_limit(scheme, edit)
            }
            Self::Synthesised(given) => {
                let parts = (
                    vocabulary::scheme(),
                    vocabulary::request(),
                    vocabulary::who(),
                    bool::weighted(0.75),
                    vec(vocabulary::edit(), 1..=3),
                );
                let (scheme, request, other, by_owner, edits) = parts.new_tree(runner)?.current();
                let who = if by_owner { Who::Owner } else { other };
                let mut base = call(who, request);
                base.sign = Some(scheme);
                synthesised(Given::clone(given), base, edits)
            }
        };
        Ok(Shrinking::new(scenario))
    }
}

fn derived(instance: &Instance, changes: Vec<Perturbation>) -> Scenario {
    let mut scenario = Scenario::clone(&instance.scenario);
    // Of an order that is inferred, or a cause that is, foreign servers know nothing.
    scenario.about = None;
    scenario.matrix = None;
    scenario.exclude = Vec::new();
    scenario.expect = Expect::default();
    for change in changes {
        change.on(&mut scenario);
    }
    let (cause, name) = (&instance.file.cause, scenario.name.clone());
    scenario.name = format!("{cause}-{name}");
    finished(scenario)
}

fn synthesised(given: Given, base: Call, edits: Vec<Edit>) -> Scenario {
    finished(Scenario::new("made-up", given, base, several(edits)))
}

/// A plain world, so that all that read share it, and nothing between the request and its limit.
fn at_a_limit(scheme: SignWith, edit: Edit) -> Scenario {
    let mut bucket = BucketSpec::default();
    let content = ObjectSpec::of_text("what k.txt holds");
    bucket.objects.insert("k.txt".into(), content);
    let given = Given {
        bucket: Some(bucket),
        ..Given::default()
    };
    let mut base = call(Who::Owner, "GET /k.txt".into());
    base.sign = Some(scheme);
    if matches!(scheme, SignWith::FormV1 | SignWith::FormV4) {
        base.request = "POST /".into();
        base.form = Some(Form {
            fields: [("key".to_owned(), "k.txt".to_owned())]
                .into_iter()
                .collect(),
            conditions: None,
            // Longer than a form of version 4 is good for.
            expires_in: Some(Span(8 * 86_400)),
            file: "uploaded by a form".into(),
        });
    }
    let mut scenario = synthesised(given, base, vec![edit]);
    scenario.to_the_second = true;
    scenario
}

/// A call that says nothing but who sends what.
pub(super) fn call(who: Who, request: String) -> Call {
    Call {
        r#as: who,
        sign: None,
        request,
        bucket: None,
        host: None,
        headers: Default::default(),
        body: None,
        form: None,
        expires_in: None,
        additional_headers: Vec::new(),
        clock: None,
        via: None,
        disguise: Vec::new(),
    }
}

/// One edit, or several as one.
pub(super) fn several(mut edits: Vec<Edit>) -> Edit {
    edits.truncate(*Edit::PARTS.end());
    match edits.pop() {
        Some(only) if edits.is_empty() => only,
        Some(last) => {
            edits.push(last);
            Edit::All(edits)
        }
        None => Edit::All(edits),
    }
}

/// What has to hold whatever was made: a refused change is looked at, and several edits say that they are two faults.
pub(super) fn finished(mut scenario: Scenario) -> Scenario {
    scenario.before = matches!(scenario.edit, Edit::All(_)).then(|| Before {
        cause: None,
        answer: Some("400 Bad".into()),
        order: OrderBasis::Documented,
        source: "the model".into(),
    });
    if scenario.unchanged.is_empty() && changes(&scenario) && !scenario.given.no_bucket {
        let bucket = scenario.given.bucket.iter();
        let keys = bucket.flat_map(|bucket| bucket.objects.keys().take(2).cloned());
        scenario.unchanged = keys.chain(["?acl".into(), "?list-type=2".into()]).collect();
    }
    scenario
}

/// Whether one of the two requests may change something.
fn changes(scenario: &Scenario) -> bool {
    let of = |line: &str| !is_read(request_line::method(line));
    let edited = |part: &Edit| match part {
        Edit::Request(line) => of(line),
        Edit::Method(method) | Edit::TamperMethod(method) => of(method),
        _ => false,
    };
    of(&scenario.base.request) || scenario.edit.parts().iter().any(edited)
}
