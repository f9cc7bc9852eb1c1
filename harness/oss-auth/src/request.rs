//! The parts of an HTTP request that a signature may cover, and the credentials that sign it.

use std::borrow::Cow;
use std::fmt;

use crate::secret::{Secret, is_confidential};

/// What a signature may cover, as the server sees it after it has found bucket and key.
///
/// The caller resolves the addressing style: bucket and key are the same whether the bucket came from
/// the host name, from a bound domain or from the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The HTTP method in upper case.
    pub method: &'a str,
    /// The bucket name, `None` for requests to the service itself.
    pub bucket: Option<&'a str>,
    /// The object name, percent-decoded exactly once and otherwise untouched: no dot segments removed,
    /// no slashes merged, no Unicode normalisation. `None` for bucket and service requests.
    pub key: Option<&'a str>,
    /// The decoded query in order of arrival, see [`parse_query`](crate::parse_query).
    pub query: &'a [QueryPair<'a>],
    /// The headers in order of arrival; a repeated header is repeated here.
    pub headers: &'a [Header<'a>],
    /// The raw path of the request line. Only the S3 dialect signs it; the OSS schemes sign bucket and key.
    pub path: &'a str,
}

impl<'a> Request<'a> {
    /// The value of the first header of this name, without blanks and tabs at its ends.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers_named(name).next()
    }

    /// As [`header`](Self::header), and `None` if the value is not UTF-8.
    #[must_use]
    pub fn header_str(&self, name: &str) -> Option<&'a str> {
        std::str::from_utf8(self.header(name)?).ok()
    }

    /// The trimmed values of all headers of this name in order of arrival.
    pub fn headers_named<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.headers
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| trim(header.value))
    }

    /// The first value of a query parameter, compared case-sensitively; `""` if it has none.
    ///
    /// That the first of several counts is documented for the signature parameters (help page: Add
    /// signatures to URLs).
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<&'a str> {
        let pair = self.query.iter().find(|pair| pair.name == name)?;
        Some(pair.value.as_deref().unwrap_or_default())
    }

    /// Whether a query parameter of this name is present.
    #[must_use]
    pub fn has_query(&self, name: &str) -> bool {
        self.query.iter().any(|pair| pair.name == name)
    }
}

/// One decoded query parameter. `k` has no value, `k=` has an empty one; every OSS scheme signs both as `k`.
#[derive(Clone, PartialEq, Eq)]
pub struct QueryPair<'a> {
    /// The decoded name.
    pub name: Cow<'a, str>,
    /// The decoded value, `None` if there was no `=`.
    pub value: Option<Cow<'a, str>>,
}

impl<'a> QueryPair<'a> {
    /// A parameter with a value.
    pub fn new(name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            name: name.into(),
            value: Some(value.into()),
        }
    }

    /// A parameter without `=`.
    pub fn bare(name: impl Into<Cow<'a, str>>) -> Self {
        Self {
            name: name.into(),
            value: None,
        }
    }
}

impl fmt::Debug for QueryPair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            None => write!(f, "{:?}", self.name),
            Some(_) if is_confidential(&self.name) => write!(f, "{:?}=…", self.name),
            Some(value) => write!(f, "{:?}={value:?}", self.name),
        }
    }
}

/// One header line. The name is compared case-insensitively, the value may still carry blanks at its ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name as received.
    pub name: &'a str,
    /// The raw bytes of the value.
    pub value: &'a [u8],
}

impl<'a> Header<'a> {
    /// A header with a text value.
    #[must_use]
    pub fn new(name: &'a str, value: &'a str) -> Self {
        Self {
            name,
            value: value.as_bytes(),
        }
    }
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_confidential(self.name) || self.name.eq_ignore_ascii_case("cookie") {
            write!(f, "{}: …", self.name)
        } else {
            let value = String::from_utf8_lossy(self.value);
            write!(f, "{}: {value:?}", self.name)
        }
    }
}

/// The key pair that signs, with the token that makes it a temporary one. `Debug` shows the id only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials<'a> {
    /// The public half.
    pub access_key_id: &'a str,
    /// The secret half.
    pub access_key_secret: &'a str,
    /// The token issued by STS along with a temporary key.
    pub security_token: Option<&'a str>,
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("access_key_secret", &Secret(self.access_key_secret))
            .field("security_token", &self.security_token.map(Secret))
            .finish()
    }
}

/// Removes blanks and tabs at both ends and keeps those inside (help page: Include signatures in the
/// Authorization header).
pub(crate) fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_trimmed_of_blanks_and_tabs_at_the_ends_only() {
        assert_eq!(trim(b" \t a \t b\t "), b"a \t b");
        assert_eq!(trim(b" \t "), b"");
        assert_eq!(trim(b"\x0ba\n"), b"\x0ba\n");
    }

    #[test]
    fn the_first_header_and_the_first_parameter_count() {
        let headers = [
            Header::new("X-Oss-Date", " 1 "),
            Header::new("x-oss-date", "2"),
        ];
        let query = [QueryPair::bare("k"), QueryPair::new("k", "v")];
        let request = Request {
            method: "GET",
            bucket: None,
            key: None,
            query: &query,
            headers: &headers,
            path: "/",
        };
        assert_eq!(request.header_str("x-oss-DATE"), Some("1"));
        assert_eq!(request.query_value("k"), Some(""));
        assert_eq!(request.query_value("K"), None);
        assert!(request.has_query("k") && !request.has_query("K"));
    }

    #[test]
    fn debug_output_hides_secrets_tokens_and_signatures() {
        let headers = [
            Header::new("AUTHORIZATION", "OSS id:hush"),
            Header::new("x-oss-security-token", "hush"),
            Header::new("Range", "visible-range"),
        ];
        let query = [
            QueryPair::new("Signature", "hush"),
            QueryPair::new("x-oss-signature", "hush"),
            QueryPair::new("security-token", "hush"),
            QueryPair::new("prefix", "visible-value"),
            QueryPair::bare("visible-name"),
        ];
        let request = Request {
            method: "GET",
            bucket: Some("b"),
            key: Some("visible-key"),
            query: &query,
            headers: &headers,
            path: "/",
        };
        let credentials = Credentials {
            access_key_id: "visible-id",
            access_key_secret: "hush",
            security_token: Some("hush"),
        };
        let shown = format!("{request:?} {credentials:?} {credentials:#?}");
        assert!(!shown.contains("hush"), "{shown}");
        for visible in [
            "visible-key",
            "visible-id",
            "prefix\"=\"visible-value",
            "visible-name\"",
            "Range: \"visible-range",
            "AUTHORIZATION: …",
            "Signature\"=…",
        ] {
            assert!(shown.contains(visible), "{visible} in {shown}");
        }
    }
}
