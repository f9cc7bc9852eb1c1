//! V2 in a header: `Authorization: OSS2 AccessKeyId:<id>[,AdditionalHeaders:<h1;h2>],Signature:<signature>`.
//!
//! Pages: EC 0002-00000102 to -112. Two or three pairs, separated by a comma alone.

use crate::canonical::{HeaderList, check_header_list};
use crate::claim::{Carrier, Scheme};
use crate::computed::Computed;
use crate::date::{DateError, Timestamp};
use crate::encode::Secret;
use crate::error::ClaimError;
use crate::fields::PairGrammar;
use crate::request::{Credentials, Request};
use crate::v2::canonical;

/// A parsed V2 `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    access_key_id: &'a str,
    signature: Secret<'a>,
    additional_headers: &'a str,
    security_token: Option<Secret<'a>>,
}

impl<'a> Authorization<'a> {
    /// The AccessKeyId.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    /// The signature, base64.
    #[must_use]
    pub fn signature(&self) -> &'a str {
        self.signature.0
    }

    /// The names of the additional headers as sent, separated by `;`, or an empty text.
    #[must_use]
    pub fn additional_headers(&self) -> &'a str {
        self.additional_headers
    }

    /// The header `x-oss-security-token`.
    #[must_use]
    pub fn security_token(&self) -> Option<&'a str> {
        self.security_token.map(|token| token.0)
    }

    pub(crate) fn compute(&self, request: &Request<'_>, access_key_secret: &str) -> Computed {
        let additional = HeaderList::parse(self.additional_headers);
        canonical::compute(request, date_line(request), &additional, access_key_secret)
    }
}

/// Signs a request; returns the value of its `Authorization` header.
///
/// The request must already have its `Date` and, for a temporary key, its token as headers. Of the
/// `additional` names those count that the request has and that are not signed anyway, as in the Python SDK.
#[must_use]
pub fn sign(request: &Request<'_>, credentials: &Credentials<'_>, additional: &[&str]) -> String {
    let additional = canonical::signable(request, additional);
    let Computed { signature, .. } = canonical::compute(
        request,
        date_line(request),
        &additional,
        credentials.access_key_secret,
    );
    let id = credentials.access_key_id;
    if additional.is_empty() {
        return format!("{SCHEME} {ACCESS_KEY_ID}:{id},{SIGNATURE}:{signature}");
    }
    let list = additional.join();
    format!("{SCHEME} {ACCESS_KEY_ID}:{id},{ADDITIONAL_HEADERS}:{list},{SIGNATURE}:{signature}")
}

pub(crate) const SCHEME: &str = "OSS2";

const ACCESS_KEY_ID: &str = "AccessKeyId";
const ADDITIONAL_HEADERS: &str = "AdditionalHeaders";
const SIGNATURE: &str = "Signature";

const PAIRS: PairGrammar = PairGrammar {
    scheme: Scheme::V2,
    separator: ':',
    allows_blanks: false,
    count: 2..=3,
    keys: [ACCESS_KEY_ID, ADDITIONAL_HEADERS, SIGNATURE],
};

/// Parses what follows the scheme and its blank.
pub(crate) fn parse<'a>(
    text: &'a str,
    request: &Request<'a>,
) -> Result<Authorization<'a>, ClaimError> {
    let values = PAIRS.parse(text)?;
    let access_key_id = PAIRS.needed(&values, 0)?;
    let signature = Secret(PAIRS.needed(&values, 2)?);
    if let Some(list) = values[1] {
        check_header_list(list, request).map_err(|fault| ClaimError::HeaderList {
            scheme: Scheme::V2,
            carrier: Carrier::Header,
            fault,
        })?;
    }
    Ok(Authorization {
        access_key_id,
        signature,
        additional_headers: values[1].unwrap_or_default(),
        security_token: request.header_str("x-oss-security-token").map(Secret),
    })
}

/// The Python SDK signs `Date` here even if there is an `x-oss-date`.
pub(crate) fn request_time(request: &Request<'_>) -> Result<Timestamp, DateError> {
    let value = request.header("date").ok_or(DateError::Absent)?;
    let text = std::str::from_utf8(value).map_err(|_| DateError::Unreadable)?;
    Timestamp::parse_rfc1123(text)
}

fn date_line<'a>(request: &Request<'a>) -> &'a [u8] {
    request.header("date").unwrap_or_default()
}
