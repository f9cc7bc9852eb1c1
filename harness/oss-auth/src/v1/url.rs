//! V1 in the URL: `?OSSAccessKeyId=…&Expires=<unix seconds>&Signature=…[&security-token=…]`.
//!
//! Page: Add signatures to URLs. ECs 0002-00000067 to -75. Of a repeated parameter the first counts.

use std::borrow::Cow;

use crate::claim::Scheme;
use crate::computed::Computed;
use crate::date::Timestamp;
use crate::encode::Secret;
use crate::error::ClaimError;
use crate::fields::needed_parameter;
use crate::request::{Credentials, QueryPair, Request};
use crate::v1::canonical;

/// The parsed signature parameters of a V1 URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedUrl<'a> {
    access_key_id: &'a str,
    signature: Secret<'a>,
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
        canonical::compute(request, self.expires_text.as_bytes(), access_key_secret)
    }
}

/// Signs a URL; returns the decoded parameters to append to its query, in order.
///
/// `expires` goes into the URL as it stands, so that malformed values can be signed too. Whoever uses the
/// URL must send the `Content-MD5`, `Content-Type` and `x-oss-*` headers of `request`. The token of temporary
/// credentials is among the returned parameters and must not be in `request` yet.
#[must_use]
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires: &str,
) -> Vec<(String, String)> {
    let mut appended = Vec::with_capacity(4);
    let mut query = Cow::Borrowed(request.query);
    if let Some(token) = credentials.security_token {
        query.to_mut().push(QueryPair::new(TOKEN, token));
        appended.push((TOKEN.to_owned(), token.to_owned()));
    }
    let request = Request {
        query: &query,
        ..*request
    };
    let Computed { signature, .. } =
        canonical::compute(&request, expires.as_bytes(), credentials.access_key_secret);
    let [expires_name, key_name, signature_name] = PARAMETERS;
    appended.push((key_name.to_owned(), credentials.access_key_id.to_owned()));
    appended.push((expires_name.to_owned(), expires.to_owned()));
    appended.push((signature_name.to_owned(), signature));
    appended
}

/// The parameters of which one makes a URL a signed one and all are needed, in the order of their checks.
pub(crate) const PARAMETERS: [&str; 3] = ["Expires", "OSSAccessKeyId", "Signature"];

const TOKEN: &str = "security-token";

pub(crate) fn parse<'a>(request: &Request<'a>) -> Result<SignedUrl<'a>, ClaimError> {
    let needed = |name| needed_parameter(request, Scheme::V1, name);
    let [expires_name, key_name, signature_name] = PARAMETERS;
    let expires_text = needed(expires_name)?;
    let access_key_id = needed(key_name)?;
    let signature = Secret(needed(signature_name)?);
    let expires =
        parse_unix_seconds(expires_text).ok_or_else(|| ClaimError::UrlInvalidExpires {
            scheme: Scheme::V1,
            value: expires_text.to_owned(),
        })?;
    Ok(SignedUrl {
        access_key_id,
        signature,
        security_token: request.query_value(TOKEN).map(Secret),
        expires_text,
        expires,
    })
}

/// Decimal digits without a sign; `None` also if they do not fit.
pub(crate) fn parse_unix_seconds(text: &str) -> Option<Timestamp> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().map(Timestamp)
}
