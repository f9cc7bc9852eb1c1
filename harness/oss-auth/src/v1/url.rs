//! V1 in the URL: `?OSSAccessKeyId=…&Expires=<unix seconds>&Signature=…[&security-token=…]`.
//!
//! Page: Add signatures to URLs. ECs 0002-00000067 to -75. Of a repeated parameter the first counts.

use std::borrow::Cow;

use crate::computed::Computed;
use crate::date::Timestamp;
use crate::error::ClaimError;
use crate::fields::{needed_parameter, unix_seconds};
use crate::request::{Credentials, QueryPair, Request};
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed};
use crate::v1::canonical;
use crate::validity::Validity;

/// Signs a URL that is valid up to the second `expires`; returns the decoded parameters to append to its query, in order.
///
/// Whoever uses the URL must send the `Content-MD5`, `Content-Type` and `x-oss-*` headers of `request`. The token of temporary
/// credentials is among the returned parameters and must not be in `request` yet.
#[must_use]
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires: Timestamp,
) -> Vec<(String, String)> {
    sign_raw(request, credentials, &expires.0.to_string())
}

/// As [`sign`], with an expiry that goes into the URL as it stands: for tests of servers, which need malformed ones too.
#[must_use]
pub fn sign_raw(
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

pub(crate) fn parse<'a>(request: &Request<'a>) -> Result<(Signed<'a>, Dated), ClaimError> {
    let needed = |name| needed_parameter(request, Scheme::V1, name);
    let [expires_name, key_name, signature_name] = PARAMETERS;
    let expires = needed(expires_name)?;
    let signed = Signed {
        access_key_id: needed(key_name)?,
        signature: Secret(needed(signature_name)?),
        security_token: request.query_value(TOKEN).map(Secret),
        by: By::V1,
    };
    let expires = unix_seconds(expires, Scheme::V1)?;
    Ok((signed, Ok(Validity::Until { expires })))
}

pub(crate) fn compute(request: &Request<'_>, access_key_secret: &str) -> Computed {
    let expires = request.query_value(PARAMETERS[0]).unwrap_or_default();
    canonical::compute(request, expires.as_bytes(), access_key_secret)
}
