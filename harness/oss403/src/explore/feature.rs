//! What a request asks of a server, feature by feature (a scheme in its carrier, a sub-resource, an ACL, a header …), and each of them
//! alone in a plain request: so it is found which one a server refuses, whatever else the request asks.

use serde::Serialize;
use serde_json::Value;

use super::compare::Which;
use super::generate::{call, finished, is_sound};
use super::shrink::{fold, with_query};
use oss403_case::model::{
    BucketSpec, Edit, Given, HostName, ObjectSpec, Scenario, SignWith, Who, Yes,
};
use oss403_case::request_line;

/// Something that the base of a scenario asks of a server.
pub(super) struct Feature<'s> {
    /// As it is reported, and as a quirk calls it.
    pub(super) name: String,
    put: Put<'s>,
}

/// Puts a feature into the base of a scenario.
type Put<'s> = Box<dyn Fn(&mut Scenario) + 's>;

impl Feature<'_> {
    /// The feature alone, in the base of a plain twin; `None` where that makes no sense.
    pub(super) fn alone(&self, usual: SignWith) -> Option<Scenario> {
        let mut scenario = plain(usual);
        (self.put)(&mut scenario);
        twin(scenario)
    }
}

/// A request as the base of a scenario: the base itself, or with as many of the edits as can be said so.
pub(super) fn request(scenario: &Scenario, which: Which) -> Scenario {
    let mut request = scenario.clone();
    if which == Which::Edited {
        for part in scenario.edit.parts() {
            let mut folded = request.clone();
            // What is added below a signature is asked for as well.
            let is_said = match part {
                Edit::TamperQuery(query) => with_query(&mut folded.base, query),
                part => fold(part, &mut folded),
            };
            if is_said {
                request = folded;
            }
        }
    }
    request
}

/// The names of everything that the two requests of a scenario ask.
pub(super) fn names(scenario: &Scenario, usual: SignWith) -> Vec<String> {
    let both = [Which::Base, Which::Edited].map(|which| request(scenario, which));
    let features = both.iter().flat_map(|request| features(request, usual));
    features.map(|feature| feature.name).collect()
}

/// What the base of a scenario asks. `usual` is the scheme by which everything else is signed at this target.
pub(super) fn features(scenario: &Scenario, usual: SignWith) -> Vec<Feature<'_>> {
    let mut features = Vec::new();
    of_call(scenario, usual, &mut features);
    of_world(scenario, &mut features);
    features
}

fn of_call<'s>(scenario: &'s Scenario, usual: SignWith, features: &mut Vec<Feature<'s>>) {
    let mut add = |name: String, put: Put<'s>| features.push(Feature { name, put });
    let base = &scenario.base;
    let scheme = base.signed_with();
    if base.form.is_none() && scheme != SignWith::None && scheme != usual {
        add(
            word(&scheme),
            Box::new(move |plain| plain.base.sign = Some(scheme)),
        );
    }
    add(
        operation(scenario),
        Box::new(|plain| put_operation(scenario, plain)),
    );
    // A sub-resource that is not even read by its owner is refused whatever else is done with it.
    for (path, name) in sub_resources(&base.request) {
        add(
            format!("?{name}"),
            Box::new(move |plain| {
                put_operation(scenario, plain);
                plain.base.request = format!("GET {path}?{name}");
                plain.base.body = None;
            }),
        );
    }
    if base.r#as != Who::Owner {
        add(
            format!("as {}", base.r#as),
            Box::new(|plain| put_sender(scenario, plain)),
        );
    }
    for (name, value) in &base.headers {
        add(
            format!("header {name}"),
            Box::new(move |plain| {
                plain.base.headers.insert(name.clone(), value.clone());
            }),
        );
    }
    if base.clock.is_some() {
        add(
            "clock".into(),
            Box::new(|plain| plain.base.clock = base.clock),
        );
    }
    if base.expires_in.is_some() {
        add(
            "expires-in".into(),
            Box::new(move |plain| {
                plain.base.sign = Some(scheme);
                plain.base.expires_in = base.expires_in;
            }),
        );
    }
    if let Some(host) = base.host.as_ref().filter(|host| **host != HostName::Bucket) {
        let name = match host {
            HostName::Literal(_) => "host of another name",
            host => &format!("host {}", host.as_str()),
        };
        add(
            name.into(),
            Box::new(|plain| plain.base.host.clone_from(&base.host)),
        );
    }
    if !base.additional_headers.is_empty() {
        add(
            "additional-headers".into(),
            Box::new(move |plain| {
                plain.base.sign = Some(scheme);
                plain.base.headers.clone_from(&base.headers);
                plain
                    .base
                    .additional_headers
                    .clone_from(&base.additional_headers);
            }),
        );
    }
    for disguise in &base.disguise {
        add(
            format!("disguise {}", word(disguise)),
            Box::new(move |plain| plain.base.disguise = vec![*disguise]),
        );
    }
}

fn of_world<'s>(scenario: &'s Scenario, features: &mut Vec<Feature<'s>>) {
    let mut add = |name: String, put: Put<'s>| features.push(Feature { name, put });
    let given = &scenario.given;
    if scenario.base.via.is_some() {
        add(
            "vpc-endpoint".into(),
            Box::new(|plain| {
                plain.base.via = scenario.base.via;
                plain.given.vpc_endpoint.clone_from(&given.vpc_endpoint);
            }),
        );
    }
    let Some(bucket) = &given.bucket else { return };
    if let Some((key, object)) = bucket
        .objects
        .iter()
        .find(|(_, object)| object.acl.is_some())
    {
        add(
            format!("object-acl {}", object.acl.as_deref().unwrap_or_default()),
            Box::new(move |plain| {
                put_sender(scenario, plain);
                plain.base.request = format!("GET /{key}");
                let object = ObjectSpec {
                    acl: object.acl.clone(),
                    ..ObjectSpec::of_text("what it holds")
                };
                objects(plain).insert(key.clone(), object);
            }),
        );
    }
    let Ok(Value::Object(said)) = serde_json::to_value(bucket) else {
        return;
    };
    for (key, value) in said {
        if matches!(key.as_str(), "objects" | "uploads" | "owner" | "region") {
            continue;
        }
        let name = match &value {
            Value::String(value) => format!("{key} {value}"),
            _ => key.clone(),
        };
        add(
            name,
            Box::new(move |plain| {
                put_sender(scenario, plain);
                let base = &mut plain.base;
                if key == "referer"
                    && let Some(referer) = scenario.base.headers.get("Referer")
                {
                    base.headers.insert("Referer".into(), referer.clone());
                }
                if key == "domain" {
                    base.host.clone_from(&scenario.base.host);
                }
                let with = || -> Option<BucketSpec> {
                    let mut bucket = serde_json::to_value(&plain.given.bucket).ok()?;
                    bucket.as_object_mut()?.insert(key.clone(), value.clone());
                    serde_json::from_value(bucket).ok()
                };
                plain.given.bucket = with().or(plain.given.bucket.take());
            }),
        );
    }
}

/// What the operation is called: by its first parameter, or by its method and what it is about.
fn operation(scenario: &Scenario) -> String {
    let base = &scenario.base;
    if base.form.is_some() {
        return "post-object".into();
    }
    let target = base.request.split(' ').nth(1).unwrap_or_default();
    let method = request_line::method(&base.request);
    match target.split_once('?') {
        Some((_, query)) => {
            let first = query.split(['&', '=']).next().unwrap_or_default();
            format!("?{first}")
        }
        None if base.bucket.as_deref() == Some("none") => format!("{method} of the service"),
        None if target == "/" => format!("{method} of a bucket"),
        None => format!("{method} of an object"),
    }
}

/// Path and name of everything in the query of a request that stands there without a value, but for what is read with nothing else: that
/// is the operation itself.
fn sub_resources(line: &str) -> Vec<(&str, &str)> {
    let target = line.split(' ').nth(1).unwrap_or_default();
    let Some((path, query)) = target.split_once('?') else {
        return Vec::new();
    };
    let is_read = request_line::method(line) == "GET";
    let names = query.split('&').enumerate();
    names
        .filter(|(place, name)| !name.contains('=') && (*place > 0 || !is_read))
        .map(|(_, name)| (path, name))
        .collect()
}

/// The operation by the owner, in a world of which nothing is protected.
fn put_operation(scenario: &Scenario, plain: &mut Scenario) {
    let from = &scenario.base;
    let given = &scenario.given;
    let open = |spec: &BucketSpec| BucketSpec {
        owner: spec.owner.clone(),
        region: spec.region,
        hierarchical_namespace: spec.hierarchical_namespace,
        objects: spec
            .objects
            .iter()
            .map(|(key, object)| {
                (
                    key.clone(),
                    ObjectSpec {
                        acl: None,
                        ..object.clone()
                    },
                )
            })
            .collect(),
        uploads: spec.uploads.clone(),
        ..BucketSpec::default()
    };
    plain.given = Given {
        bucket: given.bucket.as_ref().map(open),
        no_bucket: given.no_bucket,
        buckets: given
            .buckets
            .iter()
            .map(|(name, spec)| (name.clone(), open(spec)))
            .collect(),
        ..Given::default()
    };
    let base = &mut plain.base;
    base.request.clone_from(&from.request);
    base.bucket.clone_from(&from.bucket);
    base.body.clone_from(&from.body);
    if from.form.is_some() {
        base.form.clone_from(&from.form);
        base.sign = from.sign;
    }
}

fn put_sender(scenario: &Scenario, plain: &mut Scenario) {
    let who = &scenario.base.r#as;
    plain.base.r#as = who.clone();
    if let Some(person) = scenario.given.identities.get(who) {
        plain.given.identities.insert(who.clone(), person.clone());
    }
}

fn objects(scenario: &mut Scenario) -> &mut indexmap::IndexMap<String, ObjectSpec> {
    &mut scenario.given.bucket.get_or_insert_default().objects
}

/// An object that its owner reads.
fn plain(usual: SignWith) -> Scenario {
    let mut base = call(Who::Owner, "GET /k.txt".into());
    base.sign = Some(usual);
    let edit = Edit::FlipSignature(Yes);
    let mut scenario = Scenario::new("plain", Given::default(), base, edit);
    let content = ObjectSpec::of_text("what k.txt holds");
    objects(&mut scenario).insert("k.txt".into(), content);
    scenario
}

/// The scenario with an edit that is refused whatever else holds.
fn twin(mut scenario: Scenario) -> Option<Scenario> {
    let private = || {
        Edit::ObjectAcl(
            [("k.txt".to_owned(), "private".to_owned())]
                .into_iter()
                .collect(),
        )
    };
    let edits = [
        Edit::FlipSignature(Yes),
        Edit::BucketAcl("private".into()),
        private(),
        Edit::BlockPublicAccess(Yes),
    ];
    let changed = scenario.base.signed_with() == SignWith::None;
    edits
        .into_iter()
        .skip(usize::from(changed))
        .find_map(|edit| {
            scenario.edit = edit;
            let scenario = finished(scenario.clone());
            is_sound(&scenario).then_some(scenario)
        })
}

/// How a word of the case language is written.
fn word(word: &impl Serialize) -> String {
    let written = serde_json::to_value(word).unwrap_or_default();
    written.as_str().unwrap_or_default().to_owned()
}
