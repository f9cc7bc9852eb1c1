//! The fields of a signature: the pairs of an `Authorization` header and the parameters of a signed URL.

use std::ops::RangeInclusive;

use crate::claim::Scheme;
use crate::error::ClaimError;
use crate::request::Request;

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
