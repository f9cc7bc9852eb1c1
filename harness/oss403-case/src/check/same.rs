//! Edits that give a part of the request the value that it has.

use crate::model::{Call, Edit, TextMap};
use crate::request_line::{self, RequestLine};

/// Whether an edit gives a part of the request the value it has already.
pub(super) fn changes_nothing(edit: &Edit, call: &Call) -> bool {
    match edit {
        Edit::As(who) => *who == call.r#as,
        Edit::Sign(scheme) => *scheme == call.signed_with(),
        Edit::Request(request) => *request == call.request,
        Edit::Method(method) => request_line::method(&call.request) == method,
        Edit::Bucket(name) => call.bucket.as_ref() == Some(name),
        Edit::Host(host) => call.host.as_ref() == Some(host),
        Edit::Body(body) => call.body.as_ref() == Some(body),
        Edit::ExpiresIn(span) => call.expires_in == Some(*span),
        Edit::Clock(span) => call.clock == Some(*span),
        Edit::TamperAdditionalHeaders(names) => call.additional_headers == *names,
        Edit::TamperDate(span) => span.0 == 0,
        Edit::SetHeader(set) => holds_all(&call.headers, set, str::eq_ignore_ascii_case),
        Edit::SetQuery(set) => asks_for_all(&call.request, set),
        Edit::SetField(set) => {
            let fields = call.form.as_ref().map(|form| &form.fields);
            fields.is_some_and(|fields| holds_all(fields, set, |a, b| a == b))
        }
        _ => false,
    }
}

/// Whether each of these stands there already, under a name that is the same one, with the same text.
fn holds_all(there: &TextMap, set: &TextMap, is_same: impl Fn(&str, &str) -> bool) -> bool {
    let is_there = |(name, text): (&String, &String)| {
        let mut known = there.iter();
        known.any(|(known, value)| is_same(known, name) && value == text)
    };
    !set.is_empty() && set.iter().all(is_there)
}

/// Whether the query of a request line has each of these, once, and with the same text. What is percent-encoded there may be a text that
/// looks otherwise, and nothing is said of it.
fn asks_for_all(request: &str, set: &TextMap) -> bool {
    let query = RequestLine::parse(request).ok().and_then(|line| line.query);
    let pairs: Vec<(&str, &str)> = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let is_there = |(name, text): (&String, &String)| {
        let mut known = pairs.iter().filter(|(known, _)| known == name);
        let value = known.next().map(|(_, value)| *value);
        value == Some(text.as_str()) && !text.contains('%') && known.next().is_none()
    };
    !set.is_empty() && set.iter().all(is_there)
}
