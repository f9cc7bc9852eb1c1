//! The head of an answer, from bytes that hold all of it. A lexer of its own: those that exist forgive without saying so.

use std::borrow::Cow;

use memchr::memchr;

use super::MOST_HEADERS;
use crate::wire::exchange::{Response, lossy};

/// Longer reason phrases are a defect.
const LONG_REASON: usize = 1024;

/// The head of an answer, read.
#[derive(Debug)]
pub(in crate::wire) struct Head {
    /// The answer so far: without its body.
    pub(in crate::wire) response: Response,
    pub(super) framing: Framing,
    /// Whether another request may follow on the connection.
    pub(in crate::wire) lives_on: bool,
}

/// Where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// There is none.
    Bodiless,
    /// After so many bytes.
    Length(u64),
    /// After a chunk of length zero.
    Chunked,
    /// Where the connection does.
    Closed,
}

/// Notes a defect, once.
pub(super) fn note(defects: &mut Vec<String>, defect: &str) {
    if !defects.iter().any(|known| known == defect) {
        defects.push(defect.to_owned());
    }
}

/// The number of bytes up to and with the empty line that ends a head or the trailers; in `Err` where to go on searching when more
/// bytes have come. A line ends with LF, whatever stands before it.
pub(super) fn end(bytes: &[u8], from: usize) -> Result<usize, usize> {
    let mut at = from;
    while let Some(found) = memchr(b'\n', &bytes[at..]) {
        let feed = at + found;
        match &bytes[feed + 1..] {
            [b'\n', ..] => return Ok(feed + 2),
            [b'\r', b'\n', ..] => return Ok(feed + 3),
            [] | [b'\r'] => return Err(feed),
            _ => at = feed + 1,
        }
    }
    Err(bytes.len())
}

/// Reads a head: from the status line to the empty line. `of_head`: the answer to HEAD.
///
/// # Errors
/// What keeps it from being an answer of HTTP/1.
pub(super) fn read(bytes: &[u8], of_head: bool) -> Result<Head, String> {
    let mut response = Response::default();
    let mut lines = Lines { rest: bytes };
    let first = lines.next(&mut response.defects).unwrap_or_default();
    let minor = status_line(first, &mut response)?;
    fields(&mut lines, &mut response.headers, &mut response.defects)?;
    note_repeated(&response.headers, &mut response.defects);
    let framing = framing(minor, of_head, &mut response)?;
    let closes = response.headers.iter().any(|(name, value)| {
        let mut options = value.split(',').map(|option| option.trim_matches(OWS));
        name == "connection" && options.any(|option| option.eq_ignore_ascii_case("close"))
    });
    let lives_on = minor == 1 && !closes && framing != Framing::Closed && response.status != 101;
    Ok(Head {
        response,
        framing,
        lives_on,
    })
}

/// Lines up to an empty one, without their ends.
pub(super) struct Lines<'b> {
    pub(super) rest: &'b [u8],
}

impl<'b> Lines<'b> {
    fn next(&mut self, defects: &mut Vec<String>) -> Option<&'b [u8]> {
        let feed = memchr(b'\n', self.rest)?;
        let line = &self.rest[..feed];
        self.rest = &self.rest[feed + 1..];
        let line = line.strip_suffix(b"\r").unwrap_or_else(|| {
            note(defects, BARE_LF);
            line
        });
        (!line.is_empty()).then_some(line)
    }
}

pub(super) const BARE_LF: &str = "a line ends with LF alone";
const BARE_CR: &str = "CR stands within a line";

/// `HTTP/1.1 403 Forbidden` (RFC 9112 §4). Answers the minor version.
fn status_line(line: &[u8], response: &mut Response) -> Result<u8, String> {
    let rest = line.strip_prefix(b"HTTP/1.").ok_or("no status line")?;
    let [minor @ b'0'..=b'9', b' ', rest @ ..] = rest else {
        return Err("no version in its status line".into());
    };
    if *minor > b'1' {
        note(&mut response.defects, "its version is not HTTP/1.1");
    }
    let [a @ b'1'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] = rest else {
        return Err("its status is not a number from 100 to 599".into());
    };
    response.status = [a, b, c]
        .iter()
        .fold(0, |sum, digit| sum * 10 + u16::from(**digit - b'0'));
    let reason = match rest {
        [] => {
            note(&mut response.defects, "no space after its status");
            rest
        }
        [b' ', reason @ ..] => reason,
        _ => return Err("its status is not three digits".into()),
    };
    if reason.len() > LONG_REASON {
        note(
            &mut response.defects,
            "its reason phrase is longer than 1 KiB",
        );
    }
    if reason.iter().any(is_control) {
        note(
            &mut response.defects,
            "its reason phrase has control characters",
        );
    }
    let usual = http::StatusCode::from_u16(response.status)
        .ok()
        .and_then(|status| status.canonical_reason());
    if usual.map(str::as_bytes) != Some(reason) {
        response.reason = String::from_utf8_lossy(reason).into_owned();
    }
    Ok(minor - b'0')
}

/// What no line of a head may hold but as its end: controls other than the tab (RFC 9110 §5.5).
fn is_control(byte: &u8) -> bool {
    matches!(byte, 0..=8 | 10..=31 | 127)
}

/// Field lines (RFC 9112 §5), names in lower case. Bytes beyond ASCII are allowed in values, which are opaque then (`obs-text`,
/// RFC 9110 §5.5): what a server says of metadata may be UTF-8, and no defect.
pub(super) fn fields(
    lines: &mut Lines<'_>,
    fields: &mut Vec<(String, String)>,
    defects: &mut Vec<String>,
) -> Result<(), String> {
    fields.reserve(12);
    while let Some(line) = lines.next(defects) {
        if matches!(line[0], b' ' | b'\t') {
            note(defects, "a header goes on in the next line");
            let (_, value) = fields
                .last_mut()
                .ok_or("white space before its first header")?;
            value.push(' ');
            value.push_str(&field_value(line, defects)?);
            continue;
        }
        if fields.len() == MOST_HEADERS {
            return Err(format!("more than {MOST_HEADERS} headers"));
        }
        let colon = memchr(b':', line).ok_or("a header without a colon")?;
        let name = trimmed(&line[..colon]);
        if name.len() < colon {
            note(defects, "white space before the colon of a header");
        }
        if name.is_empty() || !name.iter().all(is_token) {
            return Err("a header whose name is none".into());
        }
        let name = name.to_ascii_lowercase();
        let name = String::from_utf8(name).expect("tokens are ASCII");
        let value = field_value(&line[colon + 1..], defects)?.into_owned();
        fields.push((name, value));
    }
    Ok(())
}

/// `tchar` (RFC 9110 §5.6.2).
fn is_token(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}

fn field_value<'b>(value: &'b [u8], defects: &mut Vec<String>) -> Result<Cow<'b, str>, String> {
    if !value.iter().any(is_control) {
        return Ok(lossy(trimmed(value)));
    }
    if value.iter().any(|byte| is_control(byte) && *byte != b'\r') {
        return Err("control characters in a header".into());
    }
    // RFC 9112 §2.2.
    note(defects, BARE_CR);
    let value = String::from_utf8_lossy(value).replace('\r', " ");
    Ok(value.trim_matches(OWS).to_owned().into())
}

/// Optional white space (RFC 9110 §5.6.3).
const OWS: [char; 2] = [' ', '\t'];

/// Without the optional white space around it.
pub(super) fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Fields that stand there at most once (RFC 9110 §5.3), because their value is no list.
const SINGLE: [&str; 15] = [
    "age",
    "content-location",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "location",
    "retry-after",
    "server",
    "x-oss-ec",
    "x-oss-err",
    "x-oss-request-id",
    "x-amz-request-id",
];

fn note_repeated(headers: &[(String, String)], defects: &mut Vec<String>) {
    let mut seen = [false; SINGLE.len()];
    for (name, _) in headers {
        let Some(index) = SINGLE.iter().position(|single| single == name) else {
            continue;
        };
        if std::mem::replace(&mut seen[index], true) {
            note(defects, &format!("the header `{name}` stands there twice"));
        }
    }
}

/// Where the body ends (RFC 9112 §6.3).
fn framing(minor: u8, of_head: bool, response: &mut Response) -> Result<Framing, String> {
    let Response {
        status,
        headers,
        defects,
        ..
    } = response;
    let length = content_length(headers, defects)?;
    let chunked = transfer_coding(headers, defects);
    if chunked.is_some() && length.is_some() {
        note(defects, "Transfer-Encoding beside Content-Length");
    }
    if chunked.is_some() && minor == 0 {
        note(defects, "Transfer-Encoding in an answer of HTTP/1.0");
    }
    let bodiless = matches!(status, 100..=199 | 204 | 304);
    // RFC 9110 §8.6 forbids every Content-Length there. But the service itself says `Content-Length: 0` with 204.
    if matches!(status, 100..=199 | 204) && (chunked.is_some() || length.is_some_and(|n| n > 0)) {
        note(defects, "it announces a body that its status does not have");
    }
    Ok(match (chunked, length) {
        _ if bodiless || of_head => Framing::Bodiless,
        (Some(true), _) => Framing::Chunked,
        // A coding without chunks, such as the `identity` of old, ends with the connection. Where a length is told as well, the time
        // to wait for that end can be saved: what follows is seen either way.
        (_, Some(length)) => Framing::Length(length),
        (_, None) => Framing::Closed,
    })
}

fn content_length(
    headers: &[(String, String)],
    defects: &mut Vec<String>,
) -> Result<Option<u64>, String> {
    let mut length = None;
    let values = headers.iter().filter(|(name, _)| name == "content-length");
    for value in values.flat_map(|(_, value)| value.split(',')) {
        let value = value.trim_matches(OWS);
        // A parser of numbers takes a sign.
        let digits = value.bytes().all(|b| b.is_ascii_digit());
        // No more than what the commonest type of clients can hold.
        let value = value.parse().ok().filter(|n| *n <= MOST_LENGTH);
        let (true, Some(value)) = (digits, value) else {
            return Err("its Content-Length is no length".into());
        };
        match length.replace(value) {
            None => {}
            Some(known) if known == value => note(defects, "Content-Length more than once"),
            Some(_) => return Err("its Content-Lengths differ".into()),
        }
    }
    Ok(length)
}

/// The most bytes that an answer or a chunk may announce: what a signed number of 64 bits holds.
pub(super) const MOST_LENGTH: u64 = i64::MAX as u64;

/// Whether the body comes in chunks; `None` without Transfer-Encoding. No other coding was asked for, so none is right (RFC 9112 §7.4).
fn transfer_coding(headers: &[(String, String)], defects: &mut Vec<String>) -> Option<bool> {
    let values = headers
        .iter()
        .filter(|(name, _)| name == "transfer-encoding");
    let mut codings = values
        .flat_map(|(_, value)| value.split(','))
        .map(|coding| coding.trim_matches(OWS))
        .peekable();
    codings.peek()?;
    let mut chunked = None;
    for coding in codings {
        if chunked.is_some() {
            note(defects, "more than one transfer coding");
        }
        if !coding.eq_ignore_ascii_case("chunked") {
            note(defects, "a transfer coding other than `chunked`");
        }
        let name = coding
            .split(';')
            .next()
            .unwrap_or_default()
            .trim_end_matches(OWS);
        chunked = Some(name.eq_ignore_ascii_case("chunked"));
    }
    chunked
}
