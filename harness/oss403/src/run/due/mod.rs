//! What a record of an instance must hold besides what a target answered: whoever reads one that somebody else wrote can tell whether it is
//! of that instance at all, and whether anything was left out of it that judging looks for.

mod scene;
mod sent;

use std::borrow::Cow;
use std::sync::Arc;

use self::scene::{apart, scene};
use self::sent::{Looking, MOMENTS, Source, carries_token};
use super::plan::{Surroundings, is_twofold};
use super::record::{Progress, TwinRecord};
use super::world::buckets::kept_text;
use crate::target::profile::usual_signature;
use crate::wire::draft::Draft;
use crate::wire::exchange::{Exchange, SentRequest};
use crate::wire::parts::parse_path;
use crate::wire::redact::REDACTED;
use crate::wire::scene::{Scene, SceneError};
use oss403_case::Instance;
use oss403_case::model::{Given, SignWith, TextMap};

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
    if record.failed_step.is_some() {
        return Some("a step of it failed, and yet it is complete".into());
    }
    if record.same_for.is_some() != expect.same_for.is_some() {
        return Some("the request for the other object is missing from it".into());
    }
    let scenes = Scenes {
        plain: scene(instance, record, surroundings, false),
        with_tokens: scene(instance, record, surroundings, true),
    };
    let scene = &scenes.plain;
    foreign_name(scene, run)
        .or_else(|| expectation(instance, record, scene))
        .or_else(|| hidden(&instance.scenario.given, record, scene))
        .or_else(|| requests(instance, record, &scenes, surroundings, run))
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

/// What is sent in one way or another by those who have a token of their own.
struct Scenes {
    plain: Scene,
    with_tokens: Scene,
}

/// The requests of an instance, each looked at.
struct Requests<'r> {
    instance: &'r Instance,
    scenes: &'r Scenes,
    run: &'r str,
    /// How the harness itself may have signed: what the target was found to refuse to everybody was claimed before.
    own: [SignWith; 2],
    /// When each was made that tells.
    made: Vec<i64>,
}

impl Requests<'_> {
    /// In what a request is another one than is due from `source`.
    fn other_than(
        &mut self,
        sent: &SentRequest,
        source: Source<'_>,
        is_apart: bool,
    ) -> Option<String> {
        let Scenes { plain, with_tokens } = self.scenes;
        let scenes = match carries_token(sent) {
            true => [with_tokens, plain],
            false => [plain, with_tokens],
        };
        let disguises = match source {
            Source::Call { .. } => &self.instance.scenario.base.disguise[..],
            Source::Read(_) => &[],
        };
        let mut why = None;
        for scene in scenes {
            let scene = match is_apart {
                true => Cow::Owned(apart(scene)),
                false => Cow::Borrowed(scene),
            };
            let looking = Looking {
                sent,
                source,
                scene: &scene,
                disguises,
                is_apart,
                run: self.run,
            };
            match looking.made_at() {
                Ok(at) => {
                    self.made.extend(at);
                    return None;
                }
                Err(other) => why = why.or(Some(other)),
            }
        }
        why
    }
}

/// What was sent is what the scenario says.
fn requests(
    instance: &Instance,
    record: &TwinRecord,
    scenes: &Scenes,
    surroundings: &Surroundings,
    run: &str,
) -> Option<String> {
    let scenario = &*instance.scenario;
    let Surroundings {
        claims, retired, ..
    } = surroundings;
    let own = [claims, &(claims | retired)].map(usual_signature);
    let mut requests = Requests {
        instance,
        scenes,
        run,
        own: own.map(|with| with.unwrap_or(SignWith::HeaderV4)),
        made: Vec::new(),
    };
    let (call, same_for) = (&scenario.base, scenario.expect.same_for.as_deref());
    let edit = Some(&scenario.edit);
    let sent = [
        ("base", None, None, &record.base),
        ("edited", edit, None, &record.edited),
        ("edited", edit, same_for, &record.same_for),
    ];
    for (what, edit, path, exchange) in sent {
        let Some(exchange) = exchange else { continue };
        let is_apart = scenario.to_the_second || (edit.is_none() && is_twofold(scenario));
        let source = Source::Call { call, edit, path };
        if let Some(wrong) = requests.other_than(&exchange.request, source, is_apart) {
            return Some(format!("its {what} request is another one: {wrong}"));
        }
    }
    if let Some(entry) = unread(instance, record, &mut requests) {
        return Some(format!(
            "that `{entry}` did not change is not shown by it: it was not read before and after"
        ));
    }
    // All were made within the time that the instance took.
    let took = i64::try_from(record.elapsed_us / 1_000_000).unwrap_or(i64::MAX);
    let apart = requests.made.iter().max().zip(requests.made.iter().min());
    if apart.is_some_and(|(last, first)| last.saturating_sub(*first) > took.saturating_add(APART)) {
        return Some("its requests were made by other clocks than those of the scenario".into());
    }
    None
}

/// What was not read before and after by its owner, of what must not change.
fn unread(instance: &Instance, record: &TwinRecord, requests: &mut Requests<'_>) -> Option<String> {
    let unchanged = &instance.scenario.unchanged;
    if unchanged.len() != record.probes.len() {
        return Some(unchanged.first().cloned().unwrap_or_default());
    }
    let scene = &requests.scenes.plain;
    let mut due = unchanged.iter().zip(&record.probes);
    let other = due.find(|(entry, probe)| {
        let reads = reads(scene, &probe.target, requests.own);
        let mut is_read = |read: &Exchange| {
            let mut reads = reads.iter().flatten();
            reads.any(|draft| {
                requests
                    .other_than(&read.request, Source::Read(draft), false)
                    .is_none()
            })
        };
        !is_text(scene, entry, &probe.target) || !is_read(&probe.before) || !is_read(&probe.after)
    });
    other.map(|(entry, _)| entry.clone())
}

/// What an entry of `unchanged` may be read with.
fn reads(scene: &Scene, entry: &str, own: [SignWith; 2]) -> Option<[Draft; 2]> {
    let named = entry.split_once(':');
    let named = named.filter(|(name, _)| scene.buckets.contains_key(*name));
    let (bucket, path) = named.unwrap_or(("", entry));
    let (key, query) = parse_path(path);
    let place = scene.bucket(bucket).ok()?;
    let owner = scene.identity(&place.owner).ok()??;
    Some(own.map(|with| Draft {
        query: query.clone(),
        ..Draft::new(
            "GET",
            scene,
            Some(place),
            key.as_deref(),
            Arc::clone(&owner),
            with,
        )
    }))
}
