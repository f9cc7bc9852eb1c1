//! Leak: the refusal shows what it should hide.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::answer::Answer;
use super::normalise::normalise;
use crate::run::record::TwinRecord;
use crate::wire::exchange::Exchange;

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
