//! V4 in the URL: `?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=…&x-oss-date=…&x-oss-expires=
//! <seconds>[&x-oss-additional-headers=…][&x-oss-security-token=…]&x-oss-signature=…`.
//!
//! Page: Add signatures to URLs (V4). ECs 0002-00000215 to -236. Every parameter but `x-oss-signature` is
//! signed. `x-oss-expires` counts from `x-oss-date`, from 1 to 604800 seconds.

use std::time::Duration;

use crate::canonical::HeaderList;
use crate::computed::Computed;
use crate::date::Timestamp;
use crate::error::ClaimError;
use crate::fields::{
    ADDITIONAL_HEADERS, EXPIRES, SIGNATURE, VERSION, extended, header_list, life_in_seconds,
    needed_parameter,
};
use crate::request::{Credentials, Request};
use crate::scheme::{Carrier, Scheme};
use crate::scope::{Credential, Scope};
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed};
use crate::v4::canonical;
use crate::v4::header::check_content_sha256;
use crate::validity::Validity;

pub use crate::fields::MAX_EXPIRES_SECONDS;

/// Signs a URL that is valid for a `lifetime` of 1 to [`MAX_EXPIRES_SECONDS`] whole seconds from `signed_at` on; returns the decoded
/// parameters to append to its query, in order.
///
/// `scope` must be that of the day of `signed_at`. Whoever uses the URL must send the `Content-MD5`, `Content-Type`, `x-oss-*` and
/// additional headers of `request`. The token of temporary credentials is among the returned parameters and must not be in
/// `request` yet.
///
/// ```
/// use std::time::Duration;
///
/// use oss_auth::{QueryPair, Request, Scope, Timestamp, find_claim, v4};
///
/// # let credentials = oss_auth::Credentials { access_key_id: "id", access_key_secret: "secret", security_token: None };
/// let now = Timestamp::parse_iso_basic("20231216T162057Z")?;
/// let request = Request { method: "GET", bucket: Some("photos"), key: Some("a.txt"), query: &[], headers: &[], path: "/a.txt" };
/// let day = now.scope_date();
/// let scope = Scope::oss(&day, "cn-hangzhou");
/// let appended = v4::url::sign(&request, &credentials, &scope, now, Duration::from_secs(60), &[]);
///
/// let query: Vec<_> = appended.iter().map(|(name, value)| QueryPair::new(name, value)).collect();
/// let claim = find_claim(&Request { query: &query, ..request })?.expect("not anonymous");
/// claim.authenticate(now, "cn-hangzhou", "secret")?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    signed_at: Timestamp,
    lifetime: Duration,
    additional: &[&str],
) -> Vec<(String, String)> {
    let (date, expires) = (signed_at.to_iso_basic(), lifetime.as_secs().to_string());
    sign_raw(request, credentials, scope, &date, &expires, additional)
}

/// As [`sign`], with a date and an expiry that go into the URL as they stand: for tests of servers, which need malformed ones too.
#[must_use]
pub fn sign_raw(
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
    append(VERSION, Scheme::V4.name().to_owned());
    append(DATE, date.to_owned());
    append(EXPIRES, expires.to_owned());
    append(CREDENTIAL, format!("{}/{scope}", credentials.access_key_id));
    if !additional.is_empty() {
        append(ADDITIONAL_HEADERS, additional.join());
    }
    let signed = Request {
        query: &extended(request.query, &appended),
        ..*request
    };
    let secret = credentials.access_key_secret;
    let Computed { signature, .. } =
        canonical::compute(&signed, date.as_bytes(), scope, &additional, secret);
    appended.push((SIGNATURE.to_owned(), signature));
    appended
}

const CREDENTIAL: &str = "x-oss-credential";
const DATE: &str = "x-oss-date";
const TOKEN: &str = "x-oss-security-token";

pub(crate) fn parse<'a>(request: &Request<'a>) -> Result<(Signed<'a>, Dated), ClaimError> {
    let (scheme, carrier) = (Scheme::V4, Carrier::Url);
    let needed = |name| needed_parameter(request, scheme, name);
    let credential = Credential::parse(needed(CREDENTIAL)?)
        .map_err(|fault| ClaimError::credential(fault, scheme, carrier))?;
    let signature = Secret(needed(SIGNATURE)?);
    let (date, expires) = (needed(DATE)?, needed(EXPIRES)?);
    let list = request.query_value(ADDITIONAL_HEADERS);
    let additional = header_list(list, request, scheme, carrier)?;
    check_content_sha256(request)?;
    let from = Timestamp::parse_iso_basic(date).map_err(|_| ClaimError::UrlInvalidDate {
        scheme,
        value: date.to_owned(),
    })?;
    let seconds = life_in_seconds(expires, scheme)?;
    let signed = Signed {
        access_key_id: credential.access_key_id,
        signature,
        security_token: request.query_value(TOKEN).map(Secret),
        by: By::V4 {
            scope: credential.scope,
            additional,
        },
    };
    let expires = Timestamp(from.0 + seconds);
    Ok((signed, Ok(Validity::Window { from, expires })))
}

pub(crate) fn compute(
    request: &Request<'_>,
    scope: &Scope<'_>,
    additional: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let date_line = request.query_value(DATE).unwrap_or_default().as_bytes();
    canonical::compute(request, date_line, scope, additional, access_key_secret)
}
