//! Percent-encoding and the query string, as every OSS scheme reads and writes them.
//!
//! What counts as unreserved is fixed by the V2 and V4 signing pages: `A-Z a-z 0-9 - . _ ~`. Hexadecimal
//! digits are written in upper case.

use std::borrow::Cow;

use crate::request::QueryPair;

/// Why a path or query cannot be decoded.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// A `%` is not followed by two hexadecimal digits.
    #[error("the percent sign at offset {at} is not followed by two hexadecimal digits")]
    BadEscape {
        /// Offset of the `%` in bytes, counted from the beginning of the decoded piece.
        at: usize,
    },
    /// The decoded bytes are not UTF-8.
    #[error("the decoded text is not UTF-8")]
    NotUtf8,
}

/// Splits a raw query (without `?`) on `&` and each piece on its first `=`, and decodes both halves once.
///
/// A `+` means a blank: the Python SDK sends blanks that way and signs blanks, while every client sends a
/// plus sign as `%2B`. Empty pieces (`a&&b`) are skipped.
///
/// # Errors
/// [`EncodingError`] if a name or value is not validly percent-encoded UTF-8.
pub fn parse_query(raw: &str) -> Result<Vec<QueryPair<'_>>, EncodingError> {
    if raw.is_empty() {
        return Ok(Vec::new());
    }
    let pieces = raw.bytes().filter(|&byte| byte == b'&').count() + 1;
    let mut pairs = Vec::with_capacity(pieces);
    for piece in raw.split('&').filter(|piece| !piece.is_empty()) {
        pairs.push(match piece.split_once('=') {
            None => QueryPair {
                name: decode(piece, Plus::MeansBlank)?,
                value: None,
            },
            Some((name, value)) => QueryPair {
                name: decode(name, Plus::MeansBlank)?,
                value: Some(decode(value, Plus::MeansBlank)?),
            },
        });
    }
    Ok(pairs)
}

/// Decodes `%XX` once; a `+` stays a `+`, as in a path.
///
/// # Errors
/// [`EncodingError`] if an escape is malformed or the result is not UTF-8.
pub fn percent_decode(raw: &str) -> Result<Cow<'_, str>, EncodingError> {
    decode(raw, Plus::IsLiteral)
}

/// Encodes every byte that is not unreserved.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    let mut encoded = Vec::with_capacity(text.len() + text.len() / 2);
    encode_into(text, Slash::Encode, &mut encoded);
    ascii_string(encoded)
}

/// As [`percent_encode`], but keeps `/`.
#[must_use]
pub fn percent_encode_keeping_slash(text: &str) -> String {
    let mut encoded = Vec::with_capacity(text.len() + text.len() / 2);
    encode_into(text, Slash::Keep, &mut encoded);
    ascii_string(encoded)
}

/// Two lower-case hexadecimal digits for each byte, as V4 writes its signature.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for nibble in [byte >> 4, byte & 0xf] {
            text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    text
}

/// What becomes of a `/` when encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slash {
    /// Write `%2F`.
    Encode,
    /// Write `/`.
    Keep,
}

/// Appends the percent-encoded text.
pub(crate) fn encode_into(text: &str, slash: Slash, out: &mut Vec<u8>) {
    for &byte in text.as_bytes() {
        if is_unreserved(byte) || (byte == b'/' && slash == Slash::Keep) {
            out.push(byte);
        } else {
            out.extend([b'%', hex_digit(byte >> 4), hex_digit(byte & 0xf)]);
        }
    }
}

/// The percent-encoded text, borrowed where nothing needs encoding.
pub(crate) fn encode_cow(text: &str) -> Cow<'_, str> {
    if text.bytes().all(is_unreserved) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(percent_encode(text))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    MeansBlank,
    IsLiteral,
}

fn decode(raw: &str, plus: Plus) -> Result<Cow<'_, str>, EncodingError> {
    let is_special = |&byte: &u8| byte == b'%' || (byte == b'+' && plus == Plus::MeansBlank);
    let bytes = raw.as_bytes();
    let Some(first) = bytes.iter().position(&is_special) else {
        return Ok(Cow::Borrowed(raw));
    };
    let mut decoded = Vec::with_capacity(bytes.len());
    decoded.extend_from_slice(&bytes[..first]);
    let mut at = first;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            decoded.push(escape(bytes, at).ok_or(EncodingError::BadEscape { at })?);
            at += 3;
        } else {
            decoded.push(if is_special(&byte) { b' ' } else { byte });
            at += 1;
        }
    }
    String::from_utf8(decoded)
        .map(Cow::Owned)
        .map_err(|_| EncodingError::NotUtf8)
}

fn escape(bytes: &[u8], at: usize) -> Option<u8> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    };
    Some(value(*bytes.get(at + 1)?)? << 4 | value(*bytes.get(at + 2)?)?)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn hex_digit(nibble: u8) -> u8 {
    b"0123456789ABCDEF"[usize::from(nibble & 0xf)]
}

fn ascii_string(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("percent-encoded text is ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair<'a>(name: &'a str, value: Option<&'a str>) -> QueryPair<'a> {
        QueryPair {
            name: name.into(),
            value: value.map(Cow::Borrowed),
        }
    }

    #[test]
    fn a_query_is_split_before_it_is_decoded() {
        assert_eq!(
            parse_query("a%26b=c%3Dd&e=f=g&acl&prefix=&x=1+2%2B3").expect("valid"),
            [
                pair("a&b", Some("c=d")),
                pair("e", Some("f=g")),
                pair("acl", None),
                pair("prefix", Some("")),
                pair("x", Some("1 2+3")),
            ]
        );
    }

    #[test]
    fn empty_pieces_are_skipped_and_an_empty_name_is_kept() {
        assert_eq!(parse_query("").expect("valid"), []);
        assert_eq!(
            parse_query("&a&&=v&").expect("valid"),
            [pair("a", None), pair("", Some("v"))]
        );
    }

    #[test]
    fn decoding_happens_once() {
        assert_eq!(
            parse_query("k=%252F").expect("valid"),
            [pair("k", Some("%2F"))]
        );
        assert_eq!(percent_decode("a+b%2f%E7%9B%AE").expect("valid"), "a+b/目");
    }

    #[test]
    fn malformed_encodings_are_named() {
        let bad = |at| Err(EncodingError::BadEscape { at });
        assert_eq!(percent_decode("ab%"), bad(2));
        assert_eq!(percent_decode("ab%4"), bad(2));
        assert_eq!(percent_decode("%41%4g"), bad(3));
        assert_eq!(percent_decode("%é0"), bad(0));
        assert_eq!(percent_decode("%C3%28"), Err(EncodingError::NotUtf8));
        assert_eq!(
            parse_query("a=%zz"),
            Err(EncodingError::BadEscape { at: 0 })
        );
    }

    #[test]
    fn only_unreserved_bytes_stay() {
        assert_eq!(percent_encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(
            percent_encode("/ +*!'()é"),
            "%2F%20%2B%2A%21%27%28%29%C3%A9"
        );
        assert_eq!(percent_encode_keeping_slash("/a b/"), "/a%20b/");
    }
}
