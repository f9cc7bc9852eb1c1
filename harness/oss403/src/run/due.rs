//! What a record of an instance must hold besides what a target answered: whoever reads one that somebody else wrote can tell whether it is
//! of that instance at all, and whether anything was left out of it that judging looks for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use oss_auth::percent_decode;

use super::plan::{Surroundings, is_twofold};
use super::record::{Progress, TwinRecord};
use super::world::buckets::kept_text;
use crate::wire::draft::{Body, Draft};
use crate::wire::exchange::SentRequest;
use crate::wire::identity::{Identity, Secret};
use crate::wire::parts::parse_path;
use crate::wire::redact::REDACTED;
use crate::wire::scene::{BucketPlace, Scene, SceneError};
use oss403_case::Instance;
use oss403_case::model::{BucketSpec, Given, RegionName, SignWith, Staged, TextMap, Who};

/// Two moments: what differs between them was made for the second in which it went out.
const MOMENTS: [i64; 2] = [1_000_000_000, 1_100_000_000];

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
    let is_tampered = scenario
        .edit
        .steps()
        .any(|step| matches!(step, Staged::Wire(_)));
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
    for (what, edited, path, exchange) in sent {
        let Some(exchange) = exchange else { continue };
        let Some(drafts) = due(edited, path) else {
            return Some(format!(
                "its {what} request cannot be made of what it says of names and people"
            ));
        };
        let looking = Looking {
            sent: &exchange.request,
            is_tampered: edited && is_tampered,
            is_disguised: !call.disguise.is_empty(),
            is_apart: scenario.to_the_second || (!edited && is_twofold(scenario)),
            everybodys: &everybodys,
            run,
        };
        if let Some(wrong) = looking.other_than(&drafts) {
            return Some(format!("its {what} request is another one: {wrong}"));
        }
    }
    None
}

/// Looking at a request as it was sent.
struct Looking<'s> {
    sent: &'s SentRequest,
    /// Whether something was changed after signing, so that it need not be what was signed.
    is_tampered: bool,
    is_disguised: bool,
    /// Whether it was sent in a world, or by a session, of its own: what the target named there is not known.
    is_apart: bool,
    /// AccessKeyIds that are the same in every world.
    everybodys: &'s [&'s str],
    run: &'s str,
}

impl Looking<'_> {
    /// In what it is another request than the one that is due, made for two moments.
    fn other_than(&self, [due, later]: &[Draft; 2]) -> Option<String> {
        if self.is_tampered {
            return None;
        }
        let sent = self.sent;
        if sent.method != due.method {
            return Some(format!("{} instead of {}", sent.method, due.method));
        }
        let host = self.unnumbered(&sent.host.to_ascii_lowercase());
        let wanted = self.unnumbered(&due.host.to_ascii_lowercase());
        let bare = |host: &str| host.split(':').next().unwrap_or_default().to_owned();
        if !due.host.is_empty() && bare(&host) != bare(&wanted) {
            return Some(format!("to the host `{host}` instead of `{wanted}`"));
        }
        if !has_key(sent, due.key.as_deref()) {
            return Some(format!(
                "for `{}` instead of `/{}`",
                sent.target,
                due.key.as_deref().unwrap_or_default()
            ));
        }
        for (now, then) in due.headers.iter().zip(&later.headers) {
            if now == then && !self.has_header(&now.0, &now.1) {
                return Some(format!("without its header `{}`", now.0));
            }
        }
        for (now, then) in due.query.iter().zip(&later.query) {
            if now == then && !self.has_query(&now.0, now.1.as_deref()) {
                return Some(format!("without its parameter `{}`", now.0));
            }
        }
        self.other_body(&due.body, &later.body)
            .or_else(|| self.other_signature(due))
    }

    /// The base may have a world of its own, whose names differ in their number: `oss403-<run>-7`, `d7.oss403-<run>.example`.
    fn unnumbered(&self, text: &str) -> String {
        let start = format!("oss403-{}", self.run);
        let mut pieces = text.split(&start);
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            if let Some(domain) = out.strip_suffix('.') {
                let bare = domain.trim_end_matches(|c: char| c.is_ascii_digit());
                out = format!("{bare}.");
            }
            out.push_str(&start);
            match piece.strip_prefix('-') {
                Some(piece) => {
                    out.push('-');
                    out.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
                }
                None => out.push_str(piece),
            }
        }
        out
    }

    fn is_alike(&self, sent: &str, due: &str) -> bool {
        let (sent, due) = (sent.trim(), due.trim());
        sent == due
            || sent.contains(REDACTED)
            || self.unnumbered(sent) == self.unnumbered(due)
            || (self.is_disguised && sent.eq_ignore_ascii_case(due))
    }

    fn has_header(&self, name: &str, value: &str) -> bool {
        if name.eq_ignore_ascii_case("host") {
            return true;
        }
        let mut headers = self.sent.headers.iter();
        headers.any(|(known, sent)| {
            known.trim().eq_ignore_ascii_case(name) && (self.is_apart || self.is_alike(sent, value))
        })
    }

    fn has_query(&self, name: &str, value: Option<&str>) -> bool {
        let (_, query) = parse_path(self.sent.target.trim_start_matches('/'));
        let mut query = query.iter();
        query.any(|(known, sent)| {
            let sent = sent.as_deref().unwrap_or_default();
            let sent = if self.is_disguised {
                Cow::Owned(sent.replace('+', " "))
            } else {
                Cow::Borrowed(sent)
            };
            known == name && (self.is_apart || self.is_alike(&sent, value.unwrap_or_default()))
        })
    }

    fn other_body(&self, due: &Body, later: &Body) -> Option<String> {
        let other = || Some("with another body".to_owned());
        let sent = String::from_utf8_lossy(&self.sent.body);
        match (due, later) {
            (Body::Bytes(now), Body::Bytes(then)) if now == then => {
                let wanted = String::from_utf8_lossy(now);
                (!self.is_alike(&sent, &wanted)).then(other).flatten()
            }
            (Body::Form(now), Body::Form(then)) => {
                let fields = now.fields.iter().zip(&then.fields);
                let mut fields = fields.filter(|(now, then)| now == then).map(|(now, _)| now);
                let has = |text: &str| self.unnumbered(&sent).contains(&self.unnumbered(text));
                let all = fields.all(|(_, value)| has(value)) && has(&now.file);
                (!all && !sent.contains(REDACTED)).then(other).flatten()
            }
            _ => None,
        }
    }

    fn other_signature(&self, due: &Draft) -> Option<String> {
        let signing = &due.signing;
        // What leaves out parts of its own signature is not told by them.
        if signing.with == SignWith::None
            || signing.identity.is_none()
            || !signing.left_out.is_empty()
        {
            return None;
        }
        let with = carrier(self.sent);
        if with != Some(signing.with) {
            return Some("signed in another way".into());
        }
        let id = signing.access_key_id.as_deref();
        let id = id.or(signing.identity.as_deref().map(|who| &*who.access_key_id))?;
        if self.is_apart && !self.everybodys.contains(&id) {
            return None;
        }
        let everything = [
            self.sent
                .headers
                .iter()
                .map(|(_, value)| &**value)
                .collect(),
            percent_decode(&self.sent.target).map_or(self.sent.target.clone(), Cow::into_owned),
            String::from_utf8_lossy(&self.sent.body).into_owned(),
        ];
        let is_named = everything.iter().any(|text: &String| text.contains(id));
        (!is_named).then(|| format!("not of the key `{id}`"))
    }
}

/// Whether a request is for a key: the last segments of its path.
fn has_key(sent: &SentRequest, key: Option<&str>) -> bool {
    let path = sent.target.split('?').next().unwrap_or_default();
    let path = percent_decode(path).map_or_else(|_| path.to_owned(), Cow::into_owned);
    match key {
        Some(key) => path.ends_with(&format!("/{key}")),
        // In path style the bucket is there.
        None => path.trim_matches('/').matches('/').count() == 0,
    }
}

/// How a request is signed, by what it says itself.
fn carrier(sent: &SentRequest) -> Option<SignWith> {
    let mut headers = sent.headers.iter();
    let header = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if let Some((_, value)) = header {
        let schemes = [
            ("OSS4-HMAC-SHA256", SignWith::HeaderV4),
            ("OSS2 ", SignWith::HeaderV2),
            ("OSS ", SignWith::HeaderV1),
            ("AWS4-HMAC-SHA256", SignWith::S3HeaderV4),
            ("AWS ", SignWith::S3HeaderV2),
        ];
        let value = value.trim();
        let mut schemes = schemes.into_iter();
        return schemes
            .find(|(start, _)| value.starts_with(start))
            .map(|(_, with)| with);
    }
    let (_, query) = parse_path(sent.target.trim_start_matches('/'));
    let value = |wanted: &str| {
        let mut query = query.iter();
        let found = query.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        Some(found.1.clone().unwrap_or_default())
    };
    match value("x-oss-signature-version") {
        Some(version) if version.starts_with("OSS4") => return Some(SignWith::UrlV4),
        Some(version) if version.starts_with("OSS2") => return Some(SignWith::UrlV2),
        _ => {}
    }
    let urls = [
        ("OSSAccessKeyId", SignWith::UrlV1),
        ("X-Amz-Algorithm", SignWith::S3UrlV4),
        ("AWSAccessKeyId", SignWith::S3UrlV2),
    ];
    let mut urls = urls.into_iter();
    if let Some((_, with)) = urls.find(|(name, _)| value(name).is_some()) {
        return Some(with);
    }
    let body = String::from_utf8_lossy(&sent.body);
    let has = |name: &str| body.contains(&format!("name=\"{name}\""));
    if has("x-oss-signature-version") {
        Some(SignWith::FormV4)
    } else if has("OSSAccessKeyId") {
        Some(SignWith::FormV1)
    } else {
        None
    }
}
