//! The one place where signatures and tokens are taken out of what is written down: journals, reports, command lines.
//!
//! Hidden is what a request itself carried: its signatures and security tokens, wherever they stand in the request and wherever
//! an answer brings them back, also escaped, percent-encoded (twice too), as hexadecimal digits, inside base64, in another case or
//! backwards. AccessKeySecrets never go on the wire.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use oss_auth::is_confidential;

use super::client::has;
use super::disguise::small_escapes;
use super::exchange::{Exchange, Outcome, Response, SentRequest};
use super::tamper::signature_start;

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
    /// Every form of every value: every text is searched for all of them, in one pass.
    forms: Box<[Forms; 16]>,
}

/// Some of the forms, and what they begin with in few bits, so that most places of a text are passed over at once.
#[derive(Clone, Default)]
struct Forms {
    beginnings: u64,
    forms: Vec<String>,
}

/// Among which forms what begins so stands, and its bit there.
fn place(start: [u8; SHORTEST]) -> (usize, u64) {
    let [a, b, c, d, ..] = start;
    // The golden ratio of 2^32, after Knuth.
    let place = u32::from_le_bytes([a, b, c, d]).wrapping_mul(0x9e37_79b9) >> 22;
    ((place >> 6) as usize, 1 << (place & 63))
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
        let mut redactor = Self {
            forms: Box::default(),
        };
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
        for form in found.iter().flat_map(|value| forms(value)) {
            if let Some(start) = form.as_bytes().first_chunk() {
                let (at, bit) = place(*start);
                redactor.forms[at].beginnings |= bit;
                redactor.forms[at].forms.push(form);
            }
        }
        redactor
    }

    /// `text` with every hidden value replaced.
    pub fn text(&self, text: &str) -> String {
        self.hide(text).into_owned()
    }

    fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let bytes = text.as_bytes();
        let longest = |at: usize, start: &[u8; SHORTEST]| {
            let (among, bit) = place(*start);
            let Forms { beginnings, forms } = &self.forms[among];
            if beginnings & bit == 0 {
                return None;
            }
            let here = |form: &&String| bytes[at..].starts_with(form.as_bytes());
            forms.iter().filter(here).map(String::len).max()
        };
        let mut hidden = String::new();
        let (mut shown, mut end) = (0, 0);
        for (at, start) in bytes.array_windows().enumerate() {
            let Some(length) = longest(at, start) else {
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
        let hidden = match self.hide(&String::from_utf8_lossy(bytes)) {
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
    has(&request.headers, "content-type").then(|| String::from_utf8_lossy(&request.body))
}

fn first_line(text: &str) -> &str {
    text.split("\r\n").next().unwrap_or_default()
}

/// The digits of base 16, small or not.
const DIGITS: [&[u8; 16]; 2] = [b"0123456789abcdef", b"0123456789ABCDEF"];

/// Every byte of a text percent-encoded, also those that need not be.
fn all_escaped(text: &str, digits: &[u8; 16]) -> String {
    let mut escaped = String::with_capacity(3 * text.len());
    for byte in text.bytes() {
        let pair = [byte >> 4, byte & 15].map(|digit| char::from(digits[usize::from(digit)]));
        escaped.push('%');
        escaped.extend(pair);
    }
    escaped
}

/// The bytes of a text in hexadecimal, one after the other, and with blanks between them, as `StringToSignBytes` is written.
fn hexadecimal(text: &str, digits: &[u8; 16]) -> [String; 2] {
    let mut apart = String::with_capacity(3 * text.len());
    for byte in text.bytes() {
        let pair = [byte >> 4, byte & 15].map(|digit| char::from(digits[usize::from(digit)]));
        if !apart.is_empty() {
            apart.push(' ');
        }
        apart.extend(pair);
    }
    [apart.replace(' ', ""), apart]
}

/// The forms in which a value may come back.
fn forms(value: &str) -> Vec<String> {
    let mut forms = vec![
        quick_xml::escape::escape(value).into_owned(),
        value.replace('/', "\\/"),
        value.to_ascii_lowercase(),
        value.to_ascii_uppercase(),
        value.chars().rev().collect(),
        value.to_owned(),
    ];
    let encoded = oss_auth::percent_encode(value);
    for encoded in [small_escapes(&encoded), encoded] {
        forms.push(encoded.replace('%', "%25"));
        forms.push(encoded);
    }
    for digits in DIGITS {
        let each = all_escaped(value, digits);
        // Of the bytes of that none has a letter among its digits.
        forms.push(all_escaped(&each, digits));
        forms.push(each);
        forms.extend(hexadecimal(value, digits));
    }
    for offset in 0..3 {
        let coded = base64_inside(value.as_bytes(), offset);
        forms.push(coded.replace('+', "-").replace('/', "_"));
        forms.push(coded);
    }
    forms
}

/// The digits of base64 that depend on `bytes` alone, when so many others stand before them in their group of three.
pub(crate) fn base64_inside(bytes: &[u8], offset: usize) -> String {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let whole = [&[0; 2][..offset], bytes].concat();
    let mut digits = BASE64_STANDARD.encode(&whole[..whole.len() / 3 * 3]);
    digits.drain(..offset + usize::from(offset > 0));
    digits
}
