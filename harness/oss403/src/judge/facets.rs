//! One function for each facet: what is wrong with an answer in this respect, in words, or nothing.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::answer::{Answer, shorten};
use super::envelope::Envelope;
use super::expected::Expected;
use super::normalise::normalise;
use super::{claims, message};
use crate::run::record::{Probe, TwinRecord};
use crate::wire::exchange::{Exchange, Response};
use oss403_case::Instance;
use oss403_case::model::Edit;

/// Granted: the answer is no refusal at all.
pub(super) fn granted(answer: &Answer<'_>, expected: &Expected) -> Option<String> {
    (200..400).contains(&answer.response.status).then(|| {
        format!(
            "the edited request was answered {} where {} {} is due",
            answer.response.status, expected.status, expected.code
        )
    })
}

/// What the probes show.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Everything reads the same.
    None,
    /// Something changed.
    Changed(String),
    /// A probe shows nothing, because it could not be read.
    Unreadable(String),
}

/// Effect: something reads otherwise after the refusal than before it.
pub(crate) fn effect(probes: &[Probe]) -> Effect {
    let seen: Vec<_> = probes.iter().map(compare).collect();
    let changed = seen
        .iter()
        .position(|effect| matches!(effect, Effect::Changed(_)));
    let unreadable = seen
        .iter()
        .position(|effect| matches!(effect, Effect::Unreadable(_)));
    let worst = changed.or(unreadable);
    worst
        .and_then(|index| seen.into_iter().nth(index))
        .unwrap_or(Effect::None)
}

fn compare(probe: &Probe) -> Effect {
    let name = &probe.target;
    let (Some(before), Some(after)) = (Answer::of(&probe.before), Answer::of(&probe.after)) else {
        return Effect::Unreadable(format!(
            "nothing can be said about effects: reading `{name}` got no answer"
        ));
    };
    let status = before.response.status;
    if after.response.status != status {
        return Effect::Changed(format!(
            "`{name}` read {status} before the refusal and {} after it",
            after.response.status
        ));
    }
    if status == 404 {
        return Effect::None;
    }
    if !before.response.is_success() {
        return Effect::Unreadable(format!(
            "nothing can be said about effects: reading `{name}` was answered {}",
            before.in_words()
        ));
    }
    if before.response.body != after.response.body {
        return Effect::Changed(format!(
            "the content of `{name}` changed, although the request was refused"
        ));
    }
    match changed_header(before.response, after.response) {
        Some(header) => Effect::Changed(format!(
            "`{header}` of `{name}` changed, although the request was refused"
        )),
        None => Effect::None,
    }
}

/// The first header that tells something of a resource's state and differs.
fn changed_header(before: &Response, after: &Response) -> Option<String> {
    let names = before
        .headers
        .iter()
        .chain(&after.headers)
        .map(|(name, _)| name);
    names
        .filter(|name| tells_state(name))
        .find(|name| !before.all(name).eq(after.all(name)))
        .cloned()
}

/// Whether a header belongs to the resource rather than to the single answer.
fn tells_state(name: &str) -> bool {
    const OF_THE_RESOURCE: [&str; 10] = [
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-md5",
        "content-type",
        "etag",
        "expires",
        "last-modified",
    ];
    const OF_THE_ANSWER: [&str; 4] = [
        "x-oss-request-id",
        "x-oss-server-time",
        "x-oss-ec",
        "x-oss-err",
    ];
    OF_THE_RESOURCE.contains(&name)
        || (name.starts_with("x-oss-") && !OF_THE_ANSWER.contains(&name))
}

impl Response {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Contents shorter than this would be found by chance.
const SHORTEST_SECRET: usize = 4;

/// Leak: the refusal shows what it should hide.
pub(crate) fn leak(answer: &Answer<'_>, record: &TwinRecord) -> Option<String> {
    leaked_content(answer, record).or_else(|| leaked_header(answer, record))
}

fn leaked_content(answer: &Answer<'_>, record: &TwinRecord) -> Option<String> {
    let hidden = answer
        .response
        .header("x-oss-err")
        .and_then(|text| BASE64_STANDARD.decode(text).ok());
    let shown = [
        answer.response.body.as_slice(),
        hidden.as_deref().unwrap_or_default(),
    ];
    record
        .secrets
        .iter()
        .filter(|(_, content)| content.len() >= SHORTEST_SECRET)
        // What the request itself brought is no secret: a server may repeat it (StringToSign).
        .filter(|(_, content)| !sent(answer.exchange, content))
        .find(|(_, content)| shown.iter().any(|text| contains(text, content.as_bytes())))
        .map(|(key, _)| format!("the refusal holds the content of `{key}`"))
}

fn sent(exchange: &Exchange, text: &str) -> bool {
    let request = &exchange.request;
    request.target.contains(text)
        || request
            .headers
            .iter()
            .any(|(name, value)| name.contains(text) || value.contains(text))
        || contains(&request.body, text.as_bytes())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn leaked_header(answer: &Answer<'_>, record: &TwinRecord) -> Option<String> {
    const OF_OBJECTS: [&str; 4] = [
        "etag",
        "last-modified",
        "x-oss-hash-crc64ecma",
        "x-oss-object-type",
    ];
    let headers = &answer.response.headers;
    let named = headers
        .iter()
        .find(|(name, _)| OF_OBJECTS.contains(&name.as_str()) || name.starts_with("x-oss-meta-"));
    if let Some((name, _)) = named {
        return Some(format!("the refusal carries the object's `{name}`"));
    }
    // The length of a refusal of HEAD is that of the error text or zero, never that of the object.
    let length: usize = answer.response.header("content-length")?.parse().ok()?;
    let secret = record
        .secrets
        .iter()
        .find(|(_, content)| content.len() == length)?;
    (answer.is_head() && length > 0).then(|| {
        format!(
            "the refusal carries the length of `{}`, {length} bytes",
            secret.0
        )
    })
}

/// Leak: the refusal tells this object from another that may be there or not.
pub(super) fn tells_apart(
    here: &Answer<'_>,
    instance: &Instance,
    record: &TwinRecord,
) -> Option<String> {
    let path = instance.scenario.expect.same_for.as_ref()?;
    let there = Answer::of(record.same_for.as_ref()?)?;
    let differs = |what: &str| {
        Some(format!(
            "{what}: it was {}, and for `{path}` it was {}",
            here.in_words(),
            there.in_words()
        ))
    };
    let read = |answer| normalise(answer, &record.placeholders);
    if read(here) != read(&there) {
        return differs("the refusal tells one object from another");
    }
    let named = |answer: &Answer<'_>| {
        let names = answer.response.headers.iter().map(|(name, _)| name.clone());
        names.collect::<BTreeSet<_>>()
    };
    if named(here) != named(&there) {
        return differs("the headers of the refusal tell one object from another");
    }
    None
}

/// Status: refused, but with another status.
pub(super) fn status(answer: &Answer<'_>, expected: &Expected) -> Option<String> {
    (answer.response.status != expected.status).then(|| {
        format!(
            "refused with {} instead of {}",
            answer.in_words(),
            expected.status
        )
    })
}

/// Code: another code, or none. An answer to HEAD that names no reason is a matter of the envelope.
pub(super) fn code(answer: &Answer<'_>, expected: &Expected) -> Option<String> {
    let envelope = match answer.envelope() {
        Ok(envelope) => envelope,
        Err(_) if answer.is_head() => return None,
        Err(error) => return Some(format!("there is no code: {error}")),
    };
    match envelope.text("Code") {
        None => Some("there is no code: the element `Code` is missing".into()),
        Some(code) if expected.forms().any(|(known, _)| known == code) => None,
        Some(code) => Some(format!(
            "code `{}` instead of `{}`",
            shorten(code),
            expected.code
        )),
    }
}

/// Message: the code is right, its message is not.
pub(super) fn message(answer: &Answer<'_>, expected: &Expected) -> Option<String> {
    let envelope = answer.envelope().ok()?;
    let code = envelope.text("Code")?;
    let Some(said) = envelope.text("Message") else {
        return Some("the element `Message` is missing".into());
    };
    let mut forms = expected.forms().filter(|(known, _)| *known == code);
    if forms.any(|(_, documented)| message::matches(documented, said)) {
        return None;
    }
    Some(format!(
        "message {:?} instead of {:?}",
        shorten(said),
        expected.message
    ))
}

/// Envelope: something besides code and message is not as it should be.
pub(super) fn envelope(answer: &Answer<'_>, expected: &Expected, edit: &Edit) -> Option<String> {
    let envelope = match answer.envelope() {
        Ok(envelope) => envelope,
        Err(error) => return Some(error.to_string()),
    };
    transport(answer)
        .or_else(|| structure(envelope))
        .or_else(|| identity(answer, envelope))
        .or_else(|| elements(envelope, expected))
        .or_else(|| string_to_sign(answer, envelope, expected, edit))
        .or_else(|| claims::check(answer, envelope, expected))
}

/// The headers around it. An answer to HEAD has no body whose type would have to be told.
fn transport(answer: &Answer<'_>) -> Option<String> {
    if answer.is_head() && !answer.response.body.is_empty() {
        return Some("the answer to HEAD has a body".into());
    }
    match answer.response.header("content-type") {
        None if answer.is_head() => None,
        None => Some("the header Content-Type is missing".into()),
        Some(value) => {
            let essence = value.split(';').next().unwrap_or_default().trim();
            (!essence.eq_ignore_ascii_case("application/xml")).then(|| {
                format!(
                    "Content-Type `{}` instead of `application/xml`",
                    shorten(value)
                )
            })
        }
    }
}

fn structure(envelope: &Envelope) -> Option<String> {
    if envelope.root != "Error" {
        return Some(format!(
            "the root element is `{}` instead of `Error`",
            shorten(&envelope.root)
        ));
    }
    ["Code", "Message", "RequestId", "HostId"]
        .into_iter()
        .find_map(|name| match envelope.all(name).count() {
            1 => None,
            0 => Some(format!("the element `{name}` is missing")),
            times => Some(format!("the element `{name}` stands there {times} times")),
        })
}

/// `RequestId` and `HostId` belong to this very request (help page: Error responses).
fn identity(answer: &Answer<'_>, envelope: &Envelope) -> Option<String> {
    let id = envelope.text("RequestId").unwrap_or_default();
    match answer.response.header("x-oss-request-id") {
        None => return Some("the header x-oss-request-id is missing".into()),
        Some(header) if header != id || id.is_empty() => {
            return Some(format!(
                "RequestId `{}` is not the x-oss-request-id `{}`",
                shorten(id),
                shorten(header)
            ));
        }
        Some(_) => {}
    }
    let host = envelope.text("HostId").unwrap_or_default();
    let sent = &answer.exchange.request.host;
    (!same_host(host, sent, &answer.exchange.request.scheme)).then(|| {
        format!(
            "HostId `{}` is not the Host that was sent, `{sent}`",
            shorten(host)
        )
    })
}

/// Hosts are compared without regard to case and to a port that is the scheme's own.
fn same_host(reported: &str, sent: &str, scheme: &str) -> bool {
    let own = if scheme == "https" { ":443" } else { ":80" };
    let bare = |host: &str| host.strip_suffix(own).unwrap_or(host).to_ascii_lowercase();
    bare(reported) == bare(sent)
}

/// Elements that this cause's answer has besides.
fn elements(envelope: &Envelope, expected: &Expected) -> Option<String> {
    expected.elements.iter().find_map(|(name, text)| {
        let found = envelope.at(name);
        if text == "-" {
            return found.map(|_| format!("there is an element `{name}`, where none is due"));
        }
        let Some(found) = found else {
            return Some(format!("the element `{name}` is missing"));
        };
        let empty = found.text.trim().is_empty() && found.children.is_empty();
        match text.as_str() {
            "*" if empty => Some(format!("the element `{name}` is empty")),
            "*" => None,
            text if text == found.text => None,
            text => Some(format!(
                "`{name}` is {:?} instead of {text:?}",
                shorten(&found.text)
            )),
        }
    })
}

/// The StringToSign that a server reports is the one that it has to compute for the request as it arrived, tampered with or not. It is
/// compared where the cause's answer has the element.
fn string_to_sign(
    answer: &Answer<'_>,
    envelope: &Envelope,
    expected: &Expected,
    edit: &Edit,
) -> Option<String> {
    if !expected
        .elements
        .iter()
        .any(|(name, _)| name == "StringToSign")
        || repeats(edit)
    {
        return None;
    }
    let signed = answer.exchange.request.string_to_sign.as_ref()?;
    let reported = envelope.text("StringToSign")?;
    // XML readers see one line feed where a carriage return and a line feed were written.
    (reported.replace("\r\n", "\n") != signed.replace("\r\n", "\n"))
        .then(|| "the StringToSign it reports is not that of the request it was sent".into())
}

/// Whether the edit sends something twice. How repetitions enter the StringToSign is documented for a few parameters only.
fn repeats(edit: &Edit) -> bool {
    let repeats = |part: &Edit| matches!(part, Edit::RepeatHeader(_) | Edit::RepeatQuery(_));
    edit.parts().iter().any(repeats)
}
