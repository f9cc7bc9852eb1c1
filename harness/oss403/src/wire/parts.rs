//! The parts of a request line, and changing one part of a request.

use std::borrow::Cow;

use oss_auth::{Header, QueryPair};

use super::scene::SceneError;

/// A query parameter; `None` when it has no `=`.
pub type Pair = (String, Option<String>);

/// A request line, decoded.
#[derive(Debug, PartialEq, Eq)]
pub struct RequestLine {
    pub method: String,
    /// The key; `None` when the path is `/`.
    pub key: Option<String>,
    pub query: Vec<Pair>,
}

impl RequestLine {
    /// Reads `METHOD /key?query`.
    ///
    /// # Errors
    /// When it has another form.
    pub fn parse(line: &str) -> Result<Self, SceneError> {
        let wrong = || SceneError::RequestLine(line.to_owned());
        let (method, target) = line.split_once(' ').ok_or_else(wrong)?;
        let path = target.strip_prefix('/').ok_or_else(wrong)?;
        let (key, query) = parse_path(path);
        Ok(Self {
            method: method.to_owned(),
            key,
            query,
        })
    }
}

/// Splits and decodes what follows the first `/`. A bad escape stands for itself, so that nothing a case says is refused here.
pub fn parse_path(path: &str) -> (Option<String>, Vec<Pair>) {
    let (key, query) = path
        .split_once('?')
        .map_or((path, None), |(key, query)| (key, Some(query)));
    let key = Some(decode(key)).filter(|key| !key.is_empty());
    let query = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter(|pair| !pair.is_empty());
    let query = query.map(|pair| match pair.split_once('=') {
        Some((name, value)) => (decode(name), Some(decode(value))),
        None => (decode(pair), None),
    });
    (key, query.collect())
}

fn decode(text: &str) -> String {
    oss_auth::percent_decode(text).map_or_else(|_| text.to_owned(), Cow::into_owned)
}

/// A query as signatures are computed of it.
pub fn query_to_sign(query: &[Pair]) -> Vec<QueryPair<'_>> {
    query
        .iter()
        .map(|(name, value)| QueryPair {
            name: Cow::Borrowed(name),
            value: value.as_deref().map(Cow::Borrowed),
        })
        .collect()
}

/// Headers as signatures are computed of them, with `Host`, which is kept apart.
pub fn headers_to_sign<'a>(headers: &'a [(String, String)], host: &'a str) -> Vec<Header<'a>> {
    headers
        .iter()
        .map(|(name, value)| Header::new(name, value))
        .chain([Header::new("host", host)])
        .collect()
}

/// Sets a header, whatever the case of its name was.
pub fn set_header(headers: &mut Vec<(String, String)>, name: String, value: String) {
    match headers
        .iter_mut()
        .find(|(known, _)| known.eq_ignore_ascii_case(&name))
    {
        Some(header) => *header = (name, value),
        None => headers.push((name, value)),
    }
}

/// Sets a query parameter.
pub fn set_query(query: &mut Vec<Pair>, name: String, value: String) {
    match query.iter_mut().find(|(known, _)| *known == name) {
        Some(pair) => pair.1 = Some(value),
        None => query.push((name, Some(value))),
    }
}

/// Sets a form field.
pub fn set_field(fields: &mut Vec<(String, String)>, name: String, value: String) {
    match fields.iter_mut().find(|(known, _)| *known == name) {
        Some(field) => field.1 = value,
        None => fields.push((name, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_is_decoded_once() {
        let line =
            RequestLine::parse("PUT /a%20b/%2e%2e/c?x-oss-process=image%2Fresize&acl&k=").unwrap();
        assert_eq!(line.method, "PUT");
        assert_eq!(line.key.as_deref(), Some("a b/../c"));
        assert_eq!(
            line.query,
            [
                ("x-oss-process".into(), Some("image/resize".into())),
                ("acl".into(), None),
                ("k".into(), Some(String::new())),
            ]
        );
        assert_eq!(RequestLine::parse("GET /").unwrap().key, None);
        assert_eq!(
            RequestLine::parse("GET //k").unwrap().key.as_deref(),
            Some("/k")
        );
        assert!(RequestLine::parse("GET").is_err());
        assert!(RequestLine::parse("GET k").is_err());
    }
}
