//! The one place where signatures and tokens are taken out of what is written down: journals, reports, command lines.
//!
//! Hidden is what a request itself carried: its signatures and security tokens, wherever they stand in the request and wherever
//! an answer brings them back, also escaped, percent-encoded (twice too), as hexadecimal digits, inside base64, in another case or
//! backwards. AccessKeySecrets never go on the wire.

mod forms;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use oss_auth::is_confidential;

use super::client::has;
use super::exchange::{Exchange, Outcome, Response, SentRequest, lossy};
use super::tamper::signature_start;
use forms::Hidden;
pub(crate) use forms::base64_inside;

/// What stands in place of what is hidden.
pub const REDACTED: &str = "[redacted]";

/// Shorter values are hidden only where they stand; replacing them everywhere would destroy the rest of the text.
const SHORTEST: usize = 6;

/// What stands in front of the value of a hidden field in a form that this harness wrote: `name="x"` and an empty line. A line break
/// ends the value.
const FIELD_HEADS: [&str; 3] = [
    "name=\"Signature\"\r\n\r\n",
    "name=\"x-oss-signature\"\r\n\r\n",
    "name=\"x-oss-security-token\"\r\n\r\n",
];

/// Whether a terminal, an editor or a CI system may obey a character: controls, ends of lines, and what turns the direction of writing.
pub fn is_obeyed(c: char) -> bool {
    let turns = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    c.is_control() || turns(c)
}

/// A text that may hold what a server said, on one line and obeyed by nobody: in a reason no server can begin a line of its own.
pub fn one_line(text: String) -> String {
    if !text.contains(is_obeyed) {
        return text;
    }
    let shown = |c: char| match is_obeyed(c) {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// Hides the signatures and tokens of some requests.
#[derive(Clone)]
pub struct Redactor {
    hidden: Hidden,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    /// Hides what one request carried.
    pub fn for_request(request: &SentRequest) -> Self {
        Self::of([request])
    }

    /// Hides what any of these requests carried.
    pub fn of<'r>(requests: impl IntoIterator<Item = &'r SentRequest>) -> Self {
        let mut found = Vec::new();
        for request in requests {
            collect(request, &mut found);
        }
        // What is hidden already is no secret, and neither is what looks like it elsewhere.
        found.retain(|value| value.len() >= SHORTEST && value != REDACTED);
        // What ends a base64 text is left out as often as not.
        let bare: Vec<String> = found
            .iter()
            .map(|value| value.trim_end_matches('='))
            .filter(|bare| bare.len() >= SHORTEST)
            .map(str::to_owned)
            .collect();
        found.extend(bare);
        found.sort_unstable();
        found.dedup();
        Self {
            hidden: Hidden::new(found),
        }
    }

    /// `text` with every hidden value replaced.
    pub fn text(&self, text: &str) -> String {
        self.hide(text).into_owned()
    }

    fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let bytes = text.as_bytes();
        let mut hidden = String::new();
        let (mut shown, mut end) = (0, 0);
        for (at, start) in bytes.array_windows().enumerate() {
            if !self.hidden.may_begin(start) {
                continue;
            }
            let Some(length) = self.hidden.at(&bytes[at..], start) else {
                continue;
            };
            // One that begins inside another is hidden with it.
            if at >= end {
                hidden.push_str(&text[shown..at]);
                hidden.push_str(REDACTED);
            }
            end = end.max(at + length);
            shown = end;
        }
        if end == 0 {
            return Cow::Borrowed(text);
        }
        hidden.push_str(&text[shown..]);
        Cow::Owned(hidden)
    }

    /// Replaces what is hidden in place; whether there was any.
    fn hide_in(&self, text: &mut String) -> bool {
        match self.hide(text) {
            Cow::Owned(hidden) => {
                *text = hidden;
                true
            }
            Cow::Borrowed(_) => false,
        }
    }

    fn hide_in_bytes(&self, bytes: &mut Vec<u8>) {
        let hidden = match self.hide(&lossy(bytes)) {
            Cow::Owned(hidden) => Some(hidden),
            Cow::Borrowed(_) => None,
        };
        if let Some(hidden) = hidden {
            *bytes = hidden.into_bytes();
        }
    }

    /// A copy of a request that may be written down.
    pub fn request(&self, request: &SentRequest) -> SentRequest {
        let mut request = request.clone();
        request.target = self.target(&request.target);
        for (name, value) in &mut request.headers {
            hide_header(name, value);
            // What was hidden in a value may have been what the place of its signature is known by.
            if self.hide_in(value) {
                hide_header(name, value);
            }
        }
        hide_fields(&mut request);
        self.hide_in_bytes(&mut request.body);
        hide_fields(&mut request);
        if let Some(text) = &mut request.string_to_sign {
            self.hide_in(text);
        }
        request
    }

    fn target(&self, target: &str) -> String {
        let Some((path, query)) = target.split_once('?') else {
            return self.text(target);
        };
        let pairs: Vec<Cow<'_, str>> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, _)) if is_confidential(&decoded(name)) => {
                    Cow::Owned(format!("{name}={REDACTED}"))
                }
                _ => self.hide(pair),
            })
            .collect();
        format!("{}?{}", self.hide(path), pairs.join("&"))
    }

    /// A copy of an exchange that may be written down.
    pub fn exchange(&self, exchange: &Exchange) -> Exchange {
        let mut exchange = exchange.clone();
        exchange.request = self.request(&exchange.request);
        match &mut exchange.outcome {
            Outcome::Answered(response) => self.hide_in_response(response),
            Outcome::Failed(failure) => {
                self.hide_in(&mut failure.detail);
            }
        }
        for earlier in &mut exchange.earlier {
            self.hide_in(earlier);
        }
        exchange
    }

    fn hide_in_response(&self, response: &mut Response) {
        self.hide_in(&mut response.reason);
        self.hide_in_headers(&mut response.headers);
        self.hide_in_bytes(&mut response.body);
        self.hide_in(&mut response.chunk_extensions);
        self.hide_in_headers(&mut response.trailers);
        for interim in &mut response.interim {
            self.hide_in(&mut interim.reason);
            self.hide_in_headers(&mut interim.headers);
        }
        self.hide_in_bytes(&mut response.excess);
        for defect in &mut response.defects {
            self.hide_in(defect);
        }
    }

    fn hide_in_headers(&self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            if name == "x-oss-err" {
                self.hide_in_coded(value);
            } else if is_confidential(name) {
                REDACTED.clone_into(value);
            }
            self.hide_in(value);
            self.hide_in(name);
        }
    }

    /// Replaces what is hidden in the base64 of an error document.
    fn hide_in_coded(&self, value: &mut String) {
        use base64::Engine as _;
        use base64::prelude::BASE64_STANDARD;
        if let Ok(mut document) = BASE64_STANDARD.decode(value.as_bytes()) {
            self.hide_in_bytes(&mut document);
            *value = BASE64_STANDARD.encode(document);
        }
    }
}

fn decoded(text: &str) -> Cow<'_, str> {
    oss_auth::percent_decode(text).unwrap_or(Cow::Borrowed(text))
}

/// Hides the value of a header, or the signature in it.
fn hide_header(name: &str, value: &mut String) {
    if name.eq_ignore_ascii_case("authorization") {
        *value = hide_authorization(value);
    } else if is_confidential(name) {
        REDACTED.clone_into(value);
    }
}

/// Keeps who signed with what, and hides the signature.
fn hide_authorization(value: &str) -> String {
    let start = signature_start(value);
    if start == 0 {
        return REDACTED.to_owned();
    }
    let end = value[start..]
        .find(',')
        .map_or(value.len(), |comma| start + comma);
    format!("{}{REDACTED}{}", &value[..start], &value[end..])
}

/// The signatures and tokens that a request carries.
fn collect(request: &SentRequest, found: &mut Vec<String>) {
    for (name, value) in &request.headers {
        if name.eq_ignore_ascii_case("authorization") {
            let signature = &value[signature_start(value)..];
            let signature = signature.split(',').next().unwrap_or_default();
            found.push(signature.trim().to_owned());
        } else if is_confidential(name) {
            // White space around it is none of the value's, and does not come back.
            found.push(value.trim().to_owned());
        }
    }
    if let Some((_, query)) = request.target.split_once('?') {
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if is_confidential(&decoded(name)) {
                found.push(decoded(value).into_owned());
            }
        }
    }
    let Some(body) = form(request) else {
        return;
    };
    for head in FIELD_HEADS {
        let values = body.split(head).skip(1);
        found.extend(values.map(|rest| first_line(rest).to_owned()));
    }
}

/// Hides the values of the hidden fields of a form, where they stand.
fn hide_fields(request: &mut SentRequest) {
    let Some(mut body) = form(request) else {
        return;
    };
    let mut found = false;
    for head in FIELD_HEADS {
        if body.contains(head) {
            body = Cow::Owned(hide_behind(head, &body));
            found = true;
        }
    }
    if found {
        request.body = body.into_owned().into_bytes();
    }
}

/// The body with the line behind every head hidden.
fn hide_behind(head: &str, body: &str) -> String {
    let mut pieces = body.split(head);
    let mut hidden = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        hidden.push_str(head);
        hidden.push_str(REDACTED);
        hidden.push_str(&piece[first_line(piece).len()..]);
    }
    hidden
}

/// A body that may be a form.
fn form(request: &SentRequest) -> Option<Cow<'_, str>> {
    has(&request.headers, "content-type").then(|| lossy(&request.body))
}

fn first_line(text: &str) -> &str {
    text.split("\r\n").next().unwrap_or_default()
}
