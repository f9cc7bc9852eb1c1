//! V4 in the URL: `?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=…&x-oss-date=…&x-oss-expires=
//! <seconds>[&x-oss-additional-headers=…][&x-oss-security-token=…]&x-oss-signature=…`.
//!
//! Page: Add signatures to URLs (V4). ECs 0002-00000215 to -236. Every parameter but `x-oss-signature` is
//! signed. `x-oss-expires` counts from `x-oss-date`, from 1 to 604800 seconds.

use crate::canonical::{HeaderList, check_header_list};
use crate::claim::{Carrier, Scheme};
use crate::computed::Computed;
use crate::date::Timestamp;
use crate::encode::Secret;
use crate::error::ClaimError;
use crate::fields::needed_parameter;
use crate::request::{Credentials, QueryPair, Request};
use crate::scope::{Credential, Scope};
use crate::v4::header::check_content_sha256;
use crate::v4::{ALGORITHM, canonical};

/// The longest time for which a URL can be signed, in seconds: seven days (EC 0002-00000232).
pub const MAX_EXPIRES_SECONDS: i64 = 604_800;

/// The parsed signature parameters of a V4 URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedUrl<'a> {
    credential: Credential<'a>,
    signature: Secret<'a>,
    additional_headers: &'a str,
    security_token: Option<Secret<'a>>,
    date_text: &'a str,
    signed_at: Timestamp,
    expires: Timestamp,
}

impl<'a> SignedUrl<'a> {
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

    /// The parameter `x-oss-security-token`.
    #[must_use]
    pub fn security_token(&self) -> Option<&'a str> {
        self.security_token.map(|token| token.0)
    }

    /// When the URL says it was signed.
    #[must_use]
    pub fn signed_at(&self) -> Timestamp {
        self.signed_at
    }

    /// The last second in which the URL is valid.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    pub(crate) fn compute(&self, request: &Request<'_>, access_key_secret: &str) -> Computed {
        let additional = HeaderList::parse(self.additional_headers);
        let date_line = self.date_text.as_bytes();
        canonical::compute(
            request,
            date_line,
            self.scope(),
            &additional,
            access_key_secret,
        )
    }
}

/// Signs a URL; returns the decoded parameters to append to its query, in order.
///
/// `date` and `expires` go into the URL as they stand, so that malformed values can be signed too. Whoever
/// uses the URL must send the `Content-MD5`, `Content-Type`, `x-oss-*` and additional headers of `request`. The
/// token of temporary credentials is among the returned parameters and must not be in `request` yet.
#[must_use]
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    date: &str,
    expires: &str,
    additional: &[&str],
) -> Vec<(String, String)> {
    let additional = canonical::signable(additional);
    let mut appended = Vec::with_capacity(7);
    let mut append = |name: &str, value: String| appended.push((name.to_owned(), value));
    if let Some(token) = credentials.security_token {
        append(TOKEN, token.to_owned());
    }
    append("x-oss-signature-version", ALGORITHM.to_owned());
    append(DATE, date.to_owned());
    append(EXPIRES, expires.to_owned());
    append(CREDENTIAL, format!("{}/{scope}", credentials.access_key_id));
    if !additional.is_empty() {
        append(ADDITIONAL_HEADERS, additional.join());
    }
    let mut query = request.query.to_vec();
    query.extend(
        appended
            .iter()
            .map(|(name, value)| QueryPair::new(name, value)),
    );
    let signed = Request {
        query: &query,
        ..*request
    };
    let secret = credentials.access_key_secret;
    let Computed { signature, .. } =
        canonical::compute(&signed, date.as_bytes(), scope, &additional, secret);
    appended.push((SIGNATURE.to_owned(), signature));
    appended
}

pub(crate) const SIGNATURE: &str = "x-oss-signature";

const ADDITIONAL_HEADERS: &str = "x-oss-additional-headers";
const CREDENTIAL: &str = "x-oss-credential";
const DATE: &str = "x-oss-date";
const EXPIRES: &str = "x-oss-expires";
const TOKEN: &str = "x-oss-security-token";

pub(crate) fn parse<'a>(request: &Request<'a>) -> Result<SignedUrl<'a>, ClaimError> {
    let (scheme, carrier) = (Scheme::V4, Carrier::Url);
    let needed = |name| needed_parameter(request, Scheme::V4, name);
    let credential = Credential::parse(needed(CREDENTIAL)?)
        .map_err(|fault| ClaimError::credential(fault, scheme, carrier))?;
    let signature = Secret(needed(SIGNATURE)?);
    let (date_text, expires_text) = (needed(DATE)?, needed(EXPIRES)?);
    let additional_headers = request.query_value(ADDITIONAL_HEADERS);
    if let Some(list) = additional_headers {
        check_header_list(list, request).map_err(|fault| ClaimError::HeaderList {
            scheme,
            carrier,
            fault,
        })?;
    }
    check_content_sha256(request)?;
    let signed_at =
        Timestamp::parse_iso_basic(date_text).map_err(|_| ClaimError::UrlInvalidDate {
            value: date_text.to_owned(),
        })?;
    let seconds = parse_expires(expires_text).ok_or_else(|| ClaimError::UrlExpiresOutOfRange {
        value: expires_text.to_owned(),
    })?;
    Ok(SignedUrl {
        credential,
        signature,
        additional_headers: additional_headers.unwrap_or_default(),
        security_token: request.query_value(TOKEN).map(Secret),
        date_text,
        signed_at,
        expires: Timestamp(signed_at.0 + seconds),
    })
}

fn parse_expires(text: &str) -> Option<i64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = text.parse().ok()?;
    (1..=MAX_EXPIRES_SECONDS)
        .contains(&seconds)
        .then_some(seconds)
}
