//! Effect: it was refused, and yet something reads otherwise than before.

use super::answer::{Answer, unreadable};
use crate::run::record::Probe;
use crate::wire::exchange::Response;

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
    let nothing = |why: &str| {
        Effect::Unreadable(format!(
            "nothing can be said about effects: reading `{name}`: {why}"
        ))
    };
    for read in [&probe.before, &probe.after] {
        if let Some(why) = unreadable(read) {
            return nothing(&why);
        }
    }
    let (Some(before), Some(after)) = (Answer::of(&probe.before), Answer::of(&probe.after)) else {
        return nothing("there is no answer");
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
        return nothing(&format!("it was answered {}", before.in_words()));
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
