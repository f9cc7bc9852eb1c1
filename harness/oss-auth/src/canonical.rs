//! Pieces that the canonical forms of several schemes share: header lines, header lists, the encoded query.

use std::borrow::Cow;

use crate::encode::encode_cow;
use crate::request::{QueryPair, Request, trim};

/// Whether a header belongs to OSS, by its name in any case.
pub(crate) fn is_oss_header(name: &str) -> bool {
    name.get(..6)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-oss-"))
}

/// The headers that a scheme signs, sorted by lower-case name.
pub(crate) struct HeaderLines<'a>(Vec<(Cow<'a, str>, &'a [u8])>);

impl<'a> HeaderLines<'a> {
    /// Takes the headers whose name, in whatever case, is wanted.
    pub(crate) fn collect(request: &Request<'a>, wanted: impl Fn(&str) -> bool) -> Self {
        let mut lines: Vec<_> = request
            .headers
            .iter()
            .filter(|header| wanted(header.name))
            .map(|header| (lower_case(header.name), trim(header.value)))
            .collect();
        // A stable sort keeps repeated headers in order of arrival.
        lines.sort_by(|(a, _), (b, _)| a.cmp(b));
        Self(lines)
    }

    /// How many bytes [`write`](Self::write) appends at most.
    pub(crate) fn len(&self) -> usize {
        let line = |(name, value): &(Cow<'_, str>, &[u8])| name.len() + value.len() + 2;
        self.0.iter().map(line).sum()
    }

    /// Appends `name:value\n` for every name, the values of a repeated header joined with `,`.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for same_name in self.0.chunk_by(|(a, _), (b, _)| a == b) {
            out.extend_from_slice(same_name[0].0.as_bytes());
            for (index, (_, value)) in same_name.iter().enumerate() {
                out.push(if index == 0 { b':' } else { b',' });
                out.extend_from_slice(value);
            }
            out.push(b'\n');
        }
    }
}

/// Appends the value of a header, of a repeated one all values joined with `,`, and nothing if it is absent.
fn write_header_value(request: &Request<'_>, name: &str, out: &mut Vec<u8>) {
    for (index, value) in request.headers_named(name).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(value);
    }
}

/// Appends what the strings of V1, V2 and the S3 dialect's V2 begin with: method, Content-MD5, Content-Type and date, a line each.
pub(crate) fn write_first_lines(request: &Request<'_>, date_line: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(request.method.as_bytes());
    out.push(b'\n');
    write_header_value(request, "content-md5", out);
    out.push(b'\n');
    write_header_value(request, "content-type", out);
    out.push(b'\n');
    out.extend_from_slice(date_line);
    out.push(b'\n');
}

/// Appends parameters as `?a&b=c`, decoded as they are and not encoded again.
pub(crate) fn write_decoded(listed: &[&QueryPair<'_>], out: &mut Vec<u8>) {
    for (index, pair) in listed.iter().enumerate() {
        out.push(if index == 0 { b'?' } else { b'&' });
        out.extend_from_slice(pair.name.as_bytes());
        if let Some(value) = pair.value.as_deref().filter(|value| !value.is_empty()) {
            out.push(b'=');
            out.extend_from_slice(value.as_bytes());
        }
    }
}

/// A list of header names as it is signed: lower case, sorted, none twice.
pub(crate) struct HeaderList<'a>(Vec<Cow<'a, str>>);

impl<'a> HeaderList<'a> {
    /// From the names a client wants signed.
    pub(crate) fn new(names: impl Iterator<Item = &'a str>) -> Self {
        let mut names: Vec<_> = names.map(lower_case).collect();
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    /// From `h1;h2`. One SDK sorts its list by first letters only, so the order of arrival means nothing.
    pub(crate) fn parse(list: &'a str) -> Self {
        Self::new(list.split(';').filter(|name| !name.is_empty()))
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(name))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    pub(crate) fn join(&self) -> String {
        self.0.join(";")
    }
}

/// How a parameter without a value is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmptyValue {
    /// `k`, for `k` as well as for `k=`: the OSS schemes.
    NameOnly,
    /// `k=`: the S3 dialect.
    WithEquals,
}

/// All parameters but the named one, encoded, sorted by encoded name and then value, joined with `&`.
///
/// The order of the values of a repeated name is undocumented and the SDKs differ; sorting them makes the
/// result independent of the order on the wire.
pub(crate) struct CanonicalQuery<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    empty_value: EmptyValue,
}

impl<'a> CanonicalQuery<'a> {
    pub(crate) fn new(query: &'a [QueryPair<'a>], without: &str, empty_value: EmptyValue) -> Self {
        let mut pairs: Vec<_> = query
            .iter()
            .filter(|pair| pair.name != without)
            .map(|pair| {
                let value = pair.value.as_deref().unwrap_or_default();
                (encode_cow(&pair.name), encode_cow(value))
            })
            .collect();
        pairs.sort_unstable();
        Self { pairs, empty_value }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// How many bytes [`write`](Self::write) appends at most.
    pub(crate) fn len(&self) -> usize {
        let pair = |(name, value): &(Cow<'_, str>, Cow<'_, str>)| name.len() + value.len() + 2;
        self.pairs.iter().map(pair).sum()
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for (index, (name, value)) in self.pairs.iter().enumerate() {
            if index > 0 {
                out.push(b'&');
            }
            out.extend_from_slice(name.as_bytes());
            if !value.is_empty() || self.empty_value == EmptyValue::WithEquals {
                out.push(b'=');
                out.extend_from_slice(value.as_bytes());
            }
        }
    }
}

/// Calls `write` for each part of `/bucket/key`, `/bucket/` or `/`.
pub(crate) fn write_resource(request: &Request<'_>, mut write: impl FnMut(&str)) {
    write("/");
    if let Some(bucket) = request.bucket {
        write(bucket);
        write("/");
        write(request.key.unwrap_or_default());
    }
}

fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::parse_query;
    use crate::request::Header;

    #[test]
    fn repeated_headers_are_joined_in_order_of_arrival() {
        let headers = [
            Header::new("x-oss-b", "2"),
            Header::new("X-Oss-A", " z "),
            Header::new("x-oss-a", "y"),
            Header::new("x-osst", "not one of them"),
        ];
        let request = Request {
            method: "GET",
            bucket: None,
            key: None,
            query: &[],
            headers: &headers,
            path: "/",
        };
        let lines = HeaderLines::collect(&request, is_oss_header);
        let mut written = Vec::new();
        lines.write(&mut written);
        assert_eq!(written, b"x-oss-a:z,y\nx-oss-b:2\n");
        assert!(written.len() <= lines.len());
    }

    #[test]
    fn header_lists_are_sorted_in_lower_case_without_repetition() {
        assert_eq!(
            HeaderList::parse("range;Host;host;accept").join(),
            "accept;host;range"
        );
    }

    #[test]
    fn a_query_is_sorted_by_its_encoded_form() {
        let query = parse_query("a/b=1&a-b=2&a b=3&B=4&skip=x&tag=b&tag=a&tag=").expect("valid");
        let canonical = CanonicalQuery::new(&query, "skip", EmptyValue::NameOnly);
        let mut written = Vec::new();
        canonical.write(&mut written);
        assert_eq!(written, b"B=4&a%20b=3&a%2Fb=1&a-b=2&tag&tag=a&tag=b");
        assert!(written.len() <= canonical.len());
    }
}
