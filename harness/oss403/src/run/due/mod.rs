//! What a record of an instance must hold besides what a target answered: whoever reads one that somebody else wrote can tell whether it is
//! of that instance at all, and whether anything was left out of it that judging looks for.

mod request;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::request::{Looking, Tampered, has_key, made_at};
use super::plan::{Surroundings, is_twofold};
use super::record::{Progress, TwinRecord};
use super::world::buckets::kept_text;
use crate::wire::draft::Draft;
use crate::wire::identity::{Identity, Secret};
use crate::wire::parts::parse_path;
use crate::wire::redact::REDACTED;
use crate::wire::scene::{BucketPlace, Scene, SceneError};
use oss403_case::Instance;
use oss403_case::model::{BucketSpec, Given, RegionName, TextMap, Who};

/// Two moments: what differs between them was made for the second in which it went out.
const MOMENTS: [i64; 2] = [1_000_000_000, 1_100_000_000];

/// So many seconds may be between two requests of an instance besides those that it took: worlds are made before it begins.
const APART: i64 = 120;

/// In what a record cannot be one of its instance, in words. `run` is what the names of its run were made of.
pub fn misfit(
    instance: &Instance,
    record: &TwinRecord,
    surroundings: &Surroundings,
    run: &str,
) -> Option<String> {
    match (surroundings.obstacle(instance), &record.progress) {
        (Some(due), found) if due != *found => {
            return Some("it should have been set aside: what it needs is not there".into());
        }
        (Some(_), _) => {
            let sent = [&record.base, &record.edited, &record.same_for];
            let is_empty = sent.iter().all(|sent| sent.is_none()) && record.probes.is_empty();
            return (!is_empty).then(|| "it is set aside, and yet something was sent".into());
        }
        (None, Progress::NotClaimed(why) | Progress::NotApplicable(why)) => {
            return Some(format!(
                "it is set aside ({why}), and what the target claims says that it has to be sent"
            ));
        }
        (None, Progress::Complete) => {}
        // Whatever else it holds, it is no success.
        (None, _) => return None,
    }
    let expect = &instance.scenario.expect;
    if record.base.is_none() || record.edited.is_none() {
        return Some("a request is missing from it".into());
    }
    if record.same_for.is_some() != expect.same_for.is_some() {
        return Some("the request for the other object is missing from it".into());
    }
    let scene = scene(instance, record, surroundings);
    foreign_name(&scene, run)
        .or_else(|| expectation(instance, record, &scene))
        .or_else(|| hidden(&instance.scenario.given, record, &scene))
        .or_else(|| probes(instance, record, &scene))
        .or_else(|| requests(instance, record, &scene, run))
        .or_else(|| unsigned(record))
}

/// The StringToSign that a server reports was held against that of the request.
fn unsigned(record: &TwinRecord) -> Option<String> {
    let edited = record.edited.as_ref()?;
    let due = record
        .elements
        .iter()
        .any(|(name, _)| name == "StringToSign");
    let reported = edited.response()?.reports_string_to_sign();
    let is_missing = due && reported && edited.request.string_to_sign.is_none();
    is_missing.then(|| "the StringToSign of its request is missing from it".into())
}

/// What the words of the scenario stood for.
fn scene(instance: &Instance, record: &TwinRecord, surroundings: &Surroundings) -> Scene {
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
    let people = record.placeholders.iter().filter_map(|(name, id)| {
        let who = Who::from(name.strip_prefix("access-key-id.")?);
        let hidden = || Secret::new(REDACTED);
        Some((who, Arc::new(Identity::new(id, hidden(), Some(hidden())))))
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

/// A bucket that is not called as this run calls what it makes.
fn foreign_name(scene: &Scene, run: &str) -> Option<String> {
    let start = format!("oss403-{run}-");
    let mut names = scene.buckets.values().map(|place| &place.name);
    let foreign = names.find(|name| !name.starts_with(&start))?;
    Some(format!(
        "its bucket is called `{foreign}`, and what this run made is called `{start}…`"
    ))
}

fn expectation(instance: &Instance, record: &TwinRecord, scene: &Scene) -> Option<String> {
    let expect = &instance.scenario.expect;
    let mut elements: TextMap = instance.file.elements.clone();
    elements.extend(expect.elements.clone());
    let same = elements.len() == record.elements.len()
        && elements.iter().zip(&record.elements).all(|(due, found)| {
            let fits = is_text(scene, due.1, &found.1);
            *due.0 == found.0 && fits
        });
    let message = match (&expect.message, &record.message) {
        (Some(due), Some(found)) => is_text(scene, due, found),
        (due, found) => due.is_some() == found.is_some(),
    };
    (!same || !message).then(|| "what it expects is not what the suite expects".into())
}

/// Whether a text of the suite became `found`. One that tells the time is taken as it is.
fn is_text(scene: &Scene, text: &str, found: &str) -> bool {
    match timeless(scene, text) {
        Ok(Some(due)) => due == found || found.contains(REDACTED),
        Ok(None) => true,
        Err(_) => false,
    }
}

/// A text with its placeholders replaced; `None` when it tells the time.
fn timeless(scene: &Scene, text: &str) -> Result<Option<String>, SceneError> {
    let [first, second] = MOMENTS.map(|now| scene.text(text, now));
    let (first, second) = (first?, second?);
    Ok((first == second).then_some(first))
}

/// Every content that a refusal must not show is looked for.
fn hidden(given: &Given, record: &TwinRecord, scene: &Scene) -> Option<String> {
    let own = given.bucket.as_ref().filter(|_| !given.no_bucket);
    let own = own.map(|spec| ("", spec)).into_iter();
    let named = given
        .buckets
        .iter()
        .map(|(name, spec)| (name.as_str(), spec));
    for (name, spec) in own.chain(named) {
        let bucket = scene.bucket(name).ok()?;
        for (key, object) in &spec.objects {
            if object.picture.is_some() || object.base64.is_some() {
                continue;
            }
            let due = match &object.text {
                Some(text) => timeless(scene, text),
                None => {
                    timeless(scene, key).map(|key| key.map(|key| kept_text(&bucket.name, &key)))
                }
            };
            let mut known = record.secrets.iter().filter(|(known, _)| known == key);
            let is_there = match due {
                Ok(Some(due)) => known.any(|(_, content)| *content == due),
                Ok(None) => known.next().is_some(),
                Err(_) => false,
            };
            if !is_there {
                return Some(format!("the content of `{key}` is not looked for in it"));
            }
        }
    }
    None
}

/// Everything that must not change was read before and after.
fn probes(instance: &Instance, record: &TwinRecord, scene: &Scene) -> Option<String> {
    let unchanged = &instance.scenario.unchanged;
    let missing = |entry: &str| {
        Some(format!(
            "that `{entry}` did not change is not shown by it: it was not read before and after"
        ))
    };
    if unchanged.len() != record.probes.len() {
        return missing(unchanged.first().map_or("", String::as_str));
    }
    for (entry, probe) in unchanged.iter().zip(&record.probes) {
        if !is_text(scene, entry, &probe.target) {
            return missing(entry);
        }
        let named = probe.target.split_once(':');
        let named = named.filter(|(name, _)| scene.buckets.contains_key(*name));
        let (bucket, path) = named.unwrap_or(("", probe.target.as_str()));
        let (key, _) = parse_path(path);
        let bucket = scene.bucket(bucket).map_or("", |place| &place.name);
        for read in [&probe.before, &probe.after] {
            let sent = &read.request;
            let is_it = sent.method == "GET"
                && has_key(sent, key.as_deref())
                && (sent.host.contains(bucket) || sent.target.contains(bucket));
            if !is_it {
                return missing(entry);
            }
        }
    }
    None
}

/// What was sent is what the scenario says.
fn requests(instance: &Instance, record: &TwinRecord, scene: &Scene, run: &str) -> Option<String> {
    let scenario = &*instance.scenario;
    let call = &scenario.base;
    let due = |edited: bool, path: Option<&str>| -> Option<[Draft; 2]> {
        let draft = |now| {
            let mut draft = match edited {
                true => Draft::of_edited(call, &scenario.edit, scene, now),
                false => Draft::of_call(call, scene, now),
            }
            .ok()?;
            if let Some(path) = path {
                draft.key = parse_path(scene.text(path, now).ok()?.trim_start_matches('/')).0;
            }
            Some(draft)
        };
        Some([draft(MOMENTS[0])?, draft(MOMENTS[1])?])
    };
    let tampered = Tampered::of(&scenario.edit);
    let same_for = scenario.expect.same_for.as_deref();
    let everybodys = ["owner", "other-account", "disabled-key"];
    let everybodys = everybodys.map(|who| {
        let id = record.placeholders.get(&format!("access-key-id.{who}"));
        id.map_or("", String::as_str)
    });
    let sent = [
        ("base", false, None, &record.base),
        ("edited", true, None, &record.edited),
        ("edited", true, same_for, &record.same_for),
    ];
    let mut clocks = Vec::new();
    for (what, edited, path, exchange) in sent {
        let Some(exchange) = exchange else { continue };
        let Some(drafts) = due(edited, path) else {
            return Some(format!(
                "its {what} request cannot be made of what it says of names and people"
            ));
        };
        let looking = Looking {
            sent: &exchange.request,
            tampered: tampered.filter(|_| edited),
            is_disguised: !call.disguise.is_empty(),
            is_apart: scenario.to_the_second || (!edited && is_twofold(scenario)),
            everybodys: &everybodys,
            run,
        };
        if let Some(wrong) = looking.other_than(&drafts) {
            return Some(format!("its {what} request is another one: {wrong}"));
        }
        if looking.tampered.is_none() {
            let made = made_at(&exchange.request, &drafts[0]);
            clocks.extend(made.map(|made| made.saturating_sub(drafts[0].signing.clock)));
        }
    }
    // Both were made within the time that the instance took, but for the clocks that the scenario gives them.
    let took = i64::try_from(record.elapsed_us / 1_000_000).unwrap_or(i64::MAX);
    let apart = clocks.iter().max().zip(clocks.iter().min());
    if apart.is_some_and(|(last, first)| last - first > took.saturating_add(APART)) {
        return Some("its requests were made by other clocks than those of the scenario".into());
    }
    None
}
