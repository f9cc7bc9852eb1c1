//! Leak: the refusal shows what it should hide.

use std::collections::BTreeSet;

use super::answer::Answer;
use super::normalise::normalise;
use super::shown::Shown;
use crate::run::record::TwinRecord;
use crate::wire::xml::Element;

/// Contents shorter than this would be found by chance.
const SHORTEST_SECRET: usize = 4;

/// Leak: the refusal shows what it should hide.
pub(crate) fn leak(answer: &Answer<'_>, record: &TwinRecord) -> Option<String> {
    leaked_content(answer, record)
        .or_else(|| leaked_header(answer, record))
        .or_else(|| leaked_element(answer, record))
}

fn leaked_content(answer: &Answer<'_>, record: &TwinRecord) -> Option<String> {
    let secrets = record.secrets.iter();
    let mut secrets = secrets.filter(|(_, content)| content.len() >= SHORTEST_SECRET);
    let first = secrets.next()?;
    let shown = Shown::of_answer(answer);
    // Of a content that says what it is of, these say nothing.
    let cause = record.instance.split('/').next().unwrap_or_default();
    let leaked = std::iter::once(first)
        .chain(secrets)
        .filter_map(|(key, content)| Some((key, shown.find(content, &[key, cause])?, content)))
        // What the request itself brought is no secret: a server may repeat it (StringToSign).
        .find(|(_, _, content)| {
            let request = Shown::of_request(&answer.exchange.request);
            request.find(content, &[]).is_none()
        });
    let leaked =
        leaked.map(|(key, how, _)| format!("the refusal holds the content of `{key}`{how}"));
    leaked.or_else(|| leaked_digest(answer, &shown, record))
}

/// Whoever guesses a content learns from its digest that it is there.
fn leaked_digest(answer: &Answer<'_>, shown: &Shown, record: &TwinRecord) -> Option<String> {
    let secrets = record.secrets.iter();
    let secrets = secrets.filter(|(_, content)| content.len() >= SHORTEST_SECRET);
    let mut leaked =
        secrets.filter_map(|(key, content)| Some((key, shown.find_digest(content)?, content)));
    let (key, how, _) = leaked.find(|(_, _, content)| {
        let request = Shown::of_request(&answer.exchange.request);
        request.find(content, &[]).is_none() && request.find_digest(content).is_none()
    })?;
    Some(format!("the refusal holds the content of `{key}`{how}"))
}

/// Headers that tell of an object, besides those that begin as `OF_OBJECTS_IN_GENERAL` do.
const OF_OBJECTS: [&str; 10] = [
    "content-md5",
    "content-range",
    "etag",
    "last-modified",
    "x-oss-next-append-position",
    "x-oss-object-type",
    "x-oss-restore",
    "x-oss-symlink-target",
    "x-oss-tagging-count",
    "x-oss-version-id",
];
const OF_OBJECTS_IN_GENERAL: [&str; 3] = ["x-oss-hash-", "x-oss-meta-", "x-amz-meta-"];

fn leaked_header(answer: &Answer<'_>, record: &TwinRecord) -> Option<String> {
    let response = answer.response;
    let interim = response.interim.iter().flat_map(|interim| &interim.headers);
    let mut headers = response
        .headers
        .iter()
        .chain(&response.trailers)
        .chain(interim);
    let named = headers.find(|(name, _)| {
        let in_general = OF_OBJECTS_IN_GENERAL.iter();
        OF_OBJECTS.contains(&name.as_str())
            || in_general.into_iter().any(|start| name.starts_with(start))
    });
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

/// Elements of lists and of metadata that no refusal has, and that tell of an object whatever they hold. Names without regard to case,
/// hyphens and underscores.
const OF_OBJECTS_IN_XML: [&str; 4] = ["etag", "lastmodified", "objecttype", "hashcrc64ecma"];
/// Those that tell of it when they hold the length of what is hidden.
const LENGTHS_IN_XML: [&str; 4] = ["size", "contentlength", "objectsize", "length"];
/// What is said of an object in `Type`.
const TYPES: [&str; 4] = ["Appendable", "Multipart", "Normal", "Symlink"];

fn leaked_element(answer: &Answer<'_>, record: &TwinRecord) -> Option<String> {
    fn each<'e>(elements: &'e [Element], all: &mut Vec<&'e Element>) {
        for element in elements {
            all.push(element);
            each(&element.children, all);
        }
    }
    let envelope = answer
        .envelope()
        .ok()
        .filter(|_| !record.secrets.is_empty())?;
    let mut all = Vec::new();
    each(&envelope.elements, &mut all);
    let (name, of) = all.into_iter().find_map(|element| {
        let plain = |c: &char| !matches!(c, '-' | '_');
        let name: String = element.name.chars().filter(plain).collect();
        let name = name.to_ascii_lowercase();
        let text = element.text.trim();
        let hidden = |length: usize| {
            record
                .secrets
                .iter()
                .find(|(_, content)| content.len() == length)
        };
        let of = if OF_OBJECTS_IN_XML.contains(&&*name) || (name == "type" && TYPES.contains(&text))
        {
            record.secrets.first()
        } else if LENGTHS_IN_XML.contains(&&*name) {
            text.parse()
                .ok()
                .filter(|length| *length > 0)
                .and_then(hidden)
        } else {
            None
        };
        Some((&element.name, &of?.0))
    })?;
    Some(format!("the refusal tells the `{name}` of `{of}`"))
}

/// Leak: the refusal tells this object from another that may be there or not.
pub(super) fn tells_apart(
    here: &Answer<'_>,
    (path, there): &(&str, Answer<'_>),
    record: &TwinRecord,
) -> Option<String> {
    let differs = |what: &str| {
        Some(format!(
            "{what}: it was {}, and for `{path}` it was {}",
            here.in_words(),
            there.in_words()
        ))
    };
    let read = |answer| normalise(answer, &record.placeholders);
    if read(here) != read(there) {
        return differs("the refusal tells one object from another");
    }
    let named = |answer: &Answer<'_>| {
        let names = answer.response.headers.iter().map(|(name, _)| name.clone());
        let names = names.filter(|name| !OF_THE_WAY.contains(&name.as_str()));
        names.collect::<BTreeSet<_>>()
    };
    if named(here) != named(there) {
        return differs("the headers of the refusal tell one object from another");
    }
    None
}

/// Headers of the connection and of what lies between client and server, which come and go whatever is asked.
const OF_THE_WAY: [&str; 11] = [
    "age",
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "proxy-connection",
    "retry-after",
    "server",
    "trailer",
    "transfer-encoding",
    "via",
];
