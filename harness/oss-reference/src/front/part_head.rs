//! The headers of a form's part, and the Content-Type of the form itself (RFC 7578, RFC 2046).

use super::form::malformed;
use crate::answer::Rejection;

/// RFC 2046 allows 70 characters; some libraries write more.
const LONGEST_BOUNDARY: usize = 200;
/// The headers of a part, as far as they matter.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PartHead {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

impl PartHead {
    /// Reads the block before a part's empty line; `None` when it names no field.
    pub(super) fn parse(head: &str) -> Option<Self> {
        let mut parsed = Self::default();
        let mut named = false;
        for line in head.split("\r\n").filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':')?;
            if name.eq_ignore_ascii_case("content-type") {
                parsed.content_type = Some(value.trim().to_owned());
            } else if name.eq_ignore_ascii_case("content-disposition") {
                let (kind, parameters) = value.split_once(';')?;
                if !kind.trim().eq_ignore_ascii_case("form-data") {
                    return None;
                }
                for (name, value) in parameters_of(parameters)? {
                    match name.as_str() {
                        "name" => (parsed.name, named) = (value, true),
                        "filename" => parsed.file_name = Some(value),
                        _ => {}
                    }
                }
            }
        }
        (named && !parsed.name.is_empty()).then_some(parsed)
    }
}

/// `name=value` pairs separated by semicolons; names in lower case, values bare or quoted. In quotes only `\"` is an escape:
/// browsers of old send whole Windows paths.
fn parameters_of(mut text: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    loop {
        text = text.trim_start_matches([' ', '\t', ';']);
        if text.is_empty() {
            return Some(pairs);
        }
        let (name, rest) = text.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        let rest = rest.trim_start();
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => closing_quote(quoted)?,
            None => {
                let end = rest.find(';').unwrap_or(rest.len());
                (rest[..end].trim().to_owned(), &rest[end..])
            }
        };
        pairs.push((name, value));
        text = rest;
    }
}

fn closing_quote(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' if characters.next_if(|(_, next)| *next == '"').is_some() => value.push('"'),
            _ => value.push(character),
        }
    }
    None
}

/// The boundary that the Content-Type of a form names.
///
/// # Errors
/// 400 when the type is another one, or names none.
pub(super) fn boundary(content_type: &str) -> Result<String, Rejection> {
    let not_multipart = || {
        Rejection::new(
            400,
            "RequestIsNotMultiPartContent",
            "Bucket POST must be of the enclosure-type multipart/form-data.",
        )
    };
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err(not_multipart());
    }
    parameters_of(parameters)
        .and_then(|pairs| pairs.into_iter().find(|(name, _)| name == "boundary"))
        .map(|(_, boundary)| boundary)
        .filter(|boundary| (1..=LONGEST_BOUNDARY).contains(&boundary.len()))
        .ok_or_else(|| malformed("the boundary is missing"))
}
