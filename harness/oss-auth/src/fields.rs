//! The fields of a signature: the pairs of an `Authorization` header and the parameters of a signed URL.

use std::ops::RangeInclusive;

use crate::date::Timestamp;
use crate::error::{ClaimError, ListFault};
use crate::request::{QueryPair, Request};
use crate::scheme::{Carrier, Scheme};

/// The query parameters and form fields that V2 and V4 have in common.
pub(crate) const VERSION: &str = "x-oss-signature-version";
pub(crate) const SIGNATURE: &str = "x-oss-signature";
pub(crate) const EXPIRES: &str = "x-oss-expires";
pub(crate) const ADDITIONAL_HEADERS: &str = "x-oss-additional-headers";

/// How a scheme writes its pairs.
pub(crate) struct PairGrammar {
    pub(crate) scheme: Scheme,
    /// Between key and value.
    pub(crate) separator: char,
    /// Whether blanks may stand around a pair.
    pub(crate) allows_blanks: bool,
    /// How many pairs there may be.
    pub(crate) count: RangeInclusive<usize>,
    /// The keys, which may come in any order.
    pub(crate) keys: [&'static str; 3],
}

impl PairGrammar {
    /// The values in the order of `keys`.
    pub(crate) fn parse<'a>(&self, text: &'a str) -> Result<[Option<&'a str>; 3], ClaimError> {
        let scheme = self.scheme;
        let found = text.split(',').count();
        if !self.count.contains(&found) {
            return Err(ClaimError::PairCount { scheme, found });
        }
        let mut values = [None; 3];
        for pair in text.split(',') {
            let pair = if self.allows_blanks {
                pair.trim_ascii()
            } else {
                pair
            };
            let (key, value) = pair
                .split_once(self.separator)
                .ok_or(ClaimError::PairWithoutSeparator { scheme })?;
            let Some(index) = self.keys.iter().position(|known| *known == key) else {
                return Err(ClaimError::UnknownPair {
                    scheme,
                    key: key.to_owned(),
                });
            };
            if values[index].replace(value).is_some() {
                return Err(ClaimError::RepeatedPair {
                    scheme,
                    key: self.keys[index],
                });
            }
        }
        Ok(values)
    }

    /// The value of the pair at `index`, which must be there and not empty.
    pub(crate) fn needed<'a>(
        &self,
        values: &[Option<&'a str>; 3],
        index: usize,
    ) -> Result<&'a str, ClaimError> {
        let (scheme, key) = (self.scheme, self.keys[index]);
        match values[index] {
            None => Err(ClaimError::MissingPair { scheme, key }),
            Some("") => Err(ClaimError::EmptyPair { scheme, key }),
            Some(value) => Ok(value),
        }
    }
}

/// The first value of a URL parameter, which must be there and not empty.
pub(crate) fn needed_parameter<'a>(
    request: &Request<'a>,
    scheme: Scheme,
    name: &'static str,
) -> Result<&'a str, ClaimError> {
    match request.query_value(name) {
        None => Err(ClaimError::UrlMissingParameter { scheme, name }),
        Some("") => Err(ClaimError::UrlEmptyParameter { scheme, name }),
        Some(value) => Ok(value),
    }
}

/// A list of signed headers `h1;h2`, which must fit the request; without one, an empty text. The order of the names is not checked.
pub(crate) fn header_list<'a>(
    list: Option<&'a str>,
    request: &Request<'_>,
    scheme: Scheme,
    carrier: Carrier,
) -> Result<&'a str, ClaimError> {
    let Some(list) = list else {
        return Ok("");
    };
    match list_fault(list, request, scheme) {
        None => Ok(list),
        Some(fault) => Err(ClaimError::HeaderList {
            scheme,
            carrier,
            fault,
        }),
    }
}

fn list_fault(list: &str, request: &Request<'_>, scheme: Scheme) -> Option<ListFault> {
    if list.is_empty() {
        return Some(ListFault::Empty);
    }
    for listed in list.split(';') {
        let name = || listed.to_owned();
        if listed.is_empty() {
            return Some(ListFault::EmptyElement);
        }
        if listed.contains('_') {
            return Some(ListFault::Underscore { name: name() });
        }
        if request.header(listed).is_none() {
            return Some(ListFault::Absent { name: name() });
        }
    }
    // Under S3 the path alone does not say which bucket is meant, so a signature that leaves out the host would do for all.
    let names_host = || {
        list.split(';')
            .any(|name| name.eq_ignore_ascii_case("host"))
    };
    (scheme == Scheme::S3V4 && !names_host()).then_some(ListFault::Incomplete { name: "host" })
}

/// An expiry in seconds since 1970: decimal digits without a sign, and not too many.
pub(crate) fn unix_seconds(text: &str, scheme: Scheme) -> Result<Timestamp, ClaimError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits);
    seconds
        .map(Timestamp)
        .ok_or_else(|| ClaimError::UrlInvalidExpires {
            scheme,
            value: text.to_owned(),
        })
}

/// The longest time for which a V4 URL can be signed, in seconds: seven days (EC 0002-00000232, -417).
pub const MAX_EXPIRES_SECONDS: i64 = 604_800;

/// The life of a V4 URL: from 1 to [`MAX_EXPIRES_SECONDS`], decimal digits without a sign.
pub(crate) fn life_in_seconds(text: &str, scheme: Scheme) -> Result<i64, ClaimError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits);
    seconds
        .filter(|seconds| (1..=MAX_EXPIRES_SECONDS).contains(seconds))
        .ok_or_else(|| ClaimError::UrlExpiresOutOfRange {
            scheme,
            value: text.to_owned(),
        })
}

/// A query together with the parameters that are to be appended to it.
pub(crate) fn extended<'a>(
    query: &[QueryPair<'a>],
    appended: &'a [(String, String)],
) -> Vec<QueryPair<'a>> {
    let appended = appended
        .iter()
        .map(|(name, value)| QueryPair::new(name, value));
    query.iter().cloned().chain(appended).collect()
}
