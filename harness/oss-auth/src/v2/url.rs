//! V2 in the URL: `?x-oss-signature-version=OSS2&x-oss-access-key-id=…&x-oss-expires=<unix seconds>
//! [&x-oss-additional-headers=…]&x-oss-signature=…[&security-token=…]`.
//!
//! Pages: EC 0002-00000068 to -70, -76, -113 to -118. Every parameter but `x-oss-signature` is signed.

use crate::canonical::HeaderList;
use crate::computed::Computed;
use crate::date::Timestamp;
use crate::error::ClaimError;
use crate::fields::{
    ADDITIONAL_HEADERS, EXPIRES, SIGNATURE, VERSION, extended, header_list, needed_parameter,
    unix_seconds,
};
use crate::request::{Credentials, Request};
use crate::scheme::{Carrier, Scheme};
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed};
use crate::v2::canonical;
use crate::validity::Validity;

/// Signs a URL that is valid up to the second `expires`; returns the decoded parameters to append to its query, in order.
///
/// Whoever uses the URL must send the `Content-MD5`, `Content-Type`, `x-oss-*` and additional headers of `request`. Of the
/// `additional` names those count that the request has and that are not signed anyway. The token of temporary
/// credentials is among the returned parameters and must not be in `request` yet.
#[must_use]
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    expires: Timestamp,
    additional: &[&str],
) -> Vec<(String, String)> {
    sign_raw(request, credentials, &expires.0.to_string(), additional)
}

/// As [`sign`], with an expiry that goes into the URL as it stands: for tests of servers, which need malformed ones too.
#[must_use]
pub fn sign_raw(
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
    append(VERSION, Scheme::V2.name());
    append(EXPIRES, expires);
    append(ACCESS_KEY_ID, credentials.access_key_id);
    if !additional.is_empty() {
        append(ADDITIONAL_HEADERS, &list);
    }
    let signed = Request {
        query: &extended(request.query, &appended),
        ..*request
    };
    let secret = credentials.access_key_secret;
    let Computed { signature, .. } =
        canonical::compute(&signed, expires.as_bytes(), &additional, secret);
    appended.push((SIGNATURE.to_owned(), signature));
    appended
}

const ACCESS_KEY_ID: &str = "x-oss-access-key-id";
const TOKEN: &str = "security-token";

pub(crate) fn parse<'a>(request: &Request<'a>) -> Result<(Signed<'a>, Dated), ClaimError> {
    let scheme = Scheme::V2;
    let needed = |name| needed_parameter(request, scheme, name);
    let expires = needed(EXPIRES)?;
    let signed = Signed {
        access_key_id: needed(ACCESS_KEY_ID)?,
        signature: Secret(needed(SIGNATURE)?),
        security_token: request.query_value(TOKEN).map(Secret),
        by: By::V2 {
            additional: header_list(
                request.query_value(ADDITIONAL_HEADERS),
                request,
                scheme,
                Carrier::Url,
            )?,
        },
    };
    let expires = unix_seconds(expires, scheme)?;
    Ok((signed, Ok(Validity::Until { expires })))
}

pub(crate) fn compute(
    request: &Request<'_>,
    additional: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let expires = request.query_value(EXPIRES).unwrap_or_default();
    canonical::compute(request, expires.as_bytes(), additional, access_key_secret)
}
