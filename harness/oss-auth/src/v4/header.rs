//! V4 in a header: `Authorization: OSS4-HMAC-SHA256 Credential=<id>/<scope>[, AdditionalHeaders=<h1;h2>],
//! Signature=<64 hexadecimal digits>`.
//!
//! Page: Signature version 4 in the Authorization header. ECs 0002-00000202 to -214. The SDKs disagree on the
//! order of the pairs and on blanks after the commas, so both are free.

use crate::canonical::{HeaderList, check_header_list};
use crate::claim::{Carrier, Scheme};
use crate::computed::Computed;
use crate::date::{DateError, Timestamp};
use crate::encode::Secret;
use crate::error::ClaimError;
use crate::fields::PairGrammar;
use crate::request::{Credentials, Request};
use crate::scope::{Credential, Scope};
use crate::v4::{ALGORITHM, canonical, date};

/// A parsed V4 `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    credential: Credential<'a>,
    signature: Secret<'a>,
    additional_headers: &'a str,
    security_token: Option<Secret<'a>>,
}

impl<'a> Authorization<'a> {
    /// The AccessKeyId.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        self.credential.access_key_id
    }

    /// The credential scope.
    #[must_use]
    pub fn scope(&self) -> &Scope<'a> {
        &self.credential.scope
    }

    /// The signature, hexadecimal.
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
        let date_line = date::date_line(request, DATE);
        canonical::compute(
            request,
            &date_line,
            self.scope(),
            &additional,
            access_key_secret,
        )
    }
}

/// Signs a request; returns the value of its `Authorization` header.
///
/// The request must already have `x-oss-date`, `x-oss-content-sha256` and, for a temporary key, its token as
/// headers. `additional` names headers to sign beyond the default ones; a name that the request does not have
/// is listed all the same, as in the Python SDK, and a server will refuse it.
#[must_use]
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    additional: &[&str],
) -> String {
    let additional = canonical::signable(additional);
    let secret = credentials.access_key_secret;
    let Computed { signature, .. } = canonical::compute(
        request,
        &date::date_line(request, DATE),
        scope,
        &additional,
        secret,
    );
    let id = credentials.access_key_id;
    if additional.is_empty() {
        return format!("{ALGORITHM} {CREDENTIAL}={id}/{scope}, {SIGNATURE}={signature}");
    }
    let list = additional.join();
    format!(
        "{ALGORITHM} {CREDENTIAL}={id}/{scope}, {ADDITIONAL_HEADERS}={list}, {SIGNATURE}={signature}"
    )
}

const ADDITIONAL_HEADERS: &str = "AdditionalHeaders";
const CREDENTIAL: &str = "Credential";
const SIGNATURE: &str = "Signature";

const PAIRS: PairGrammar = PairGrammar {
    scheme: Scheme::V4,
    separator: '=',
    allows_blanks: true,
    count: 2..=3,
    keys: [CREDENTIAL, ADDITIONAL_HEADERS, SIGNATURE],
};

/// Parses what follows the algorithm and its blank.
pub(crate) fn parse<'a>(
    text: &'a str,
    request: &Request<'a>,
) -> Result<Authorization<'a>, ClaimError> {
    let values = PAIRS.parse(text)?;
    let (scheme, carrier) = (PAIRS.scheme, Carrier::Header);
    let credential = Credential::parse(PAIRS.needed(&values, 0)?)
        .map_err(|fault| ClaimError::credential(fault, scheme, carrier))?;
    let signature = Secret(PAIRS.needed(&values, 2)?);
    if let Some(list) = values[1] {
        check_header_list(list, request).map_err(|fault| ClaimError::HeaderList {
            scheme,
            carrier,
            fault,
        })?;
    }
    check_content_sha256(request)?;
    Ok(Authorization {
        credential,
        signature,
        additional_headers: values[1].unwrap_or_default(),
        security_token: request.header_str("x-oss-security-token").map(Secret),
    })
}

/// The body is not signed, so only one value makes sense; SDKs always send it, and its absence means the same.
pub(crate) fn check_content_sha256(request: &Request<'_>) -> Result<(), ClaimError> {
    let is_other = |value: &&[u8]| *value != canonical::UNSIGNED_PAYLOAD.as_bytes();
    match request.headers_named("x-oss-content-sha256").find(is_other) {
        None => Ok(()),
        Some(value) => Err(ClaimError::ContentSha256 {
            value: String::from_utf8_lossy(value).into_owned(),
        }),
    }
}

/// `x-oss-date` in ISO 8601 basic, or else `Date`.
pub(crate) fn request_time(request: &Request<'_>) -> Result<Timestamp, DateError> {
    date::request_time(request, DATE)
}

const DATE: &str = "x-oss-date";
