//! V2 in the URL: `?x-oss-signature-version=OSS2&x-oss-access-key-id=…&x-oss-expires=<unix seconds>
//! [&x-oss-additional-headers=…]&x-oss-signature=…[&security-token=…]`.
//!
//! Pages: EC 0002-00000068 to -70, -76, -113 to -118. Every parameter but `x-oss-signature` is signed.

use crate::canonical::{HeaderList, check_header_list};
use crate::claim::{Carrier, Scheme};
use crate::computed::Computed;
use crate::date::Timestamp;
use crate::encode::Secret;
use crate::error::ClaimError;
use crate::fields::needed_parameter;
use crate::request::{Credentials, QueryPair, Request};
use crate::v1::url::parse_unix_seconds;
use crate::v2::canonical;

/// The parsed signature parameters of a V2 URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedUrl<'a> {
    access_key_id: &'a str,
    signature: Secret<'a>,
    additional_headers: &'a str,
    security_token: Option<Secret<'a>>,
    expires_text: &'a str,
    expires: Timestamp,
}

impl<'a> SignedUrl<'a> {
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

    /// The parameter `security-token`.
    #[must_use]
    pub fn security_token(&self) -> Option<&'a str> {
        self.security_token.map(|token| token.0)
    }

    /// The last second in which the URL is valid.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    pub(crate) fn compute(&self, request: &Request<'_>, access_key_secret: &str) -> Computed {
        let additional = HeaderList::parse(self.additional_headers);
        canonical::compute(
            request,
            self.expires_text.as_bytes(),
            &additional,
            access_key_secret,
        )
    }
}

/// Signs a URL; returns the decoded parameters to append to its query, in order.
///
/// `expires` goes into the URL as it stands, so that malformed values can be signed too. Whoever uses the
/// URL must send the `Content-MD5`, `Content-Type`, `x-oss-*` and additional headers of `request`. Of the
/// `additional` names those count that the request has and that are not signed anyway. The token of temporary
/// credentials is among the returned parameters and must not be in `request` yet.
#[must_use]
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires: &str,
    additional: &[&str],
) -> Vec<(String, String)> {
    let additional = canonical::signable(request, additional);
    let list = additional.join();
    let mut appended = Vec::with_capacity(6);
    let mut append = |name: &str, value: &str| appended.push((name.to_owned(), value.to_owned()));
    if let Some(token) = credentials.security_token {
        append(TOKEN, token);
    }
    append("x-oss-signature-version", VERSION);
    append(EXPIRES, expires);
    append(ACCESS_KEY_ID, credentials.access_key_id);
    if !additional.is_empty() {
        append(ADDITIONAL_HEADERS, &list);
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
    let Computed { signature, .. } = canonical::compute(
        &signed,
        expires.as_bytes(),
        &additional,
        credentials.access_key_secret,
    );
    appended.push((SIGNATURE.to_owned(), signature));
    appended
}

pub(crate) const VERSION: &str = "OSS2";
pub(crate) const SIGNATURE: &str = "x-oss-signature";

const ACCESS_KEY_ID: &str = "x-oss-access-key-id";
const ADDITIONAL_HEADERS: &str = "x-oss-additional-headers";
const EXPIRES: &str = "x-oss-expires";
const TOKEN: &str = "security-token";

pub(crate) fn parse<'a>(request: &Request<'a>) -> Result<SignedUrl<'a>, ClaimError> {
    let scheme = Scheme::V2;
    let needed = |name| needed_parameter(request, Scheme::V2, name);
    let expires_text = needed(EXPIRES)?;
    let access_key_id = needed(ACCESS_KEY_ID)?;
    let signature = Secret(needed(SIGNATURE)?);
    let additional_headers = request.query_value(ADDITIONAL_HEADERS);
    if let Some(list) = additional_headers {
        let carrier = Carrier::Url;
        check_header_list(list, request).map_err(|fault| ClaimError::HeaderList {
            scheme,
            carrier,
            fault,
        })?;
    }
    let expires =
        parse_unix_seconds(expires_text).ok_or_else(|| ClaimError::UrlInvalidExpires {
            scheme,
            value: expires_text.to_owned(),
        })?;
    Ok(SignedUrl {
        access_key_id,
        signature,
        additional_headers: additional_headers.unwrap_or_default(),
        security_token: request.query_value(TOKEN).map(Secret),
        expires_text,
        expires,
    })
}
