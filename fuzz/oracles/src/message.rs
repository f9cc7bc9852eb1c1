//! The bytes of an HTTP request, read the short way: what the signature targets and `oss403 import` take as input.

use std::borrow::Cow;

use oss_auth::{Header, QueryPair, Request, parse_query, percent_decode};

/// More headers than this are no input.
const MOST_HEADERS: usize = 32;

/// A request as `oss-auth` sees it.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// The method as sent.
    pub method: Cow<'a, str>,
    /// The bucket, from the first label of a host such as `b.oss-cn-hangzhou.aliyuncs.test`.
    pub bucket: Option<Cow<'a, str>>,
    /// The decoded key; `None` when it is empty or there is no bucket.
    pub key: Option<Cow<'a, str>>,
    /// The decoded query.
    pub query: Vec<QueryPair<'a>>,
    /// The headers in order.
    pub headers: Vec<(Cow<'a, str>, Cow<'a, [u8]>)>,
    /// The raw path.
    pub path: &'a str,
    /// What follows the head.
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a request; `None` for what is no HTTP, has no Host, or cannot be decoded.
    #[must_use]
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(length) = parsed.parse(data).ok()? else {
            return None;
        };
        let (path, raw_query) = parsed.path?.split_once('?').unwrap_or((parsed.path?, ""));
        let host = parsed
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case("host"))?;
        let bucket = std::str::from_utf8(host.value)
            .ok()?
            .split_once('.')
            .filter(|(bucket, rest)| rest.starts_with("oss-") && is_bucket(bucket))
            .map(|(bucket, _)| bucket);
        let key = percent_decode(path.strip_prefix('/')?).ok()?;
        Some(Self {
            method: Cow::Borrowed(parsed.method?),
            bucket: bucket.map(Cow::Borrowed),
            key: Some(key).filter(|key| bucket.is_some() && !key.is_empty()),
            query: parse_query(raw_query).ok()?,
            headers: parsed
                .headers
                .iter()
                .map(|header| (Cow::Borrowed(header.name), Cow::Borrowed(header.value)))
                .collect(),
            path,
            body: data.get(length..)?,
        })
    }

    /// Shows the request to `oss-auth`.
    pub fn with_request<T>(&self, then: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<Header<'_>> = self
            .headers
            .iter()
            .map(|(name, value)| Header { name, value })
            .collect();
        then(&Request {
            method: &self.method,
            bucket: self.bucket.as_deref(),
            key: self.key.as_deref(),
            query: &self.query,
            headers: &headers,
            path: self.path,
        })
    }

    /// The trimmed value of the first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| trim(value))
    }
}

/// Removes blanks and tabs at both ends, a second time: the oracles share no code with their subjects.
pub(crate) fn trim(value: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().take_while(|byte| is_blank(byte)).count();
    let rest = &value[start..];
    let blanks = rest.iter().rev().take_while(|byte| is_blank(byte)).count();
    &rest[..rest.len() - blanks]
}

fn is_bucket(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}
