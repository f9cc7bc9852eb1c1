//! V4 of the S3 dialect in the URL: `?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=…&X-Amz-Date=…&X-Amz-Expires=
//! <seconds>&X-Amz-SignedHeaders=host[&X-Amz-Security-Token=…]&X-Amz-Signature=…`.
//!
//! Page: AWS, Authenticating requests: using query parameters. ECs 0002-00000410 to -428. Every parameter but `X-Amz-Signature` is
//! signed. `X-Amz-Expires` counts from `X-Amz-Date`, from 1 to 604800 seconds (EC 0002-00000417).

use std::time::Duration;

use crate::canonical::HeaderList;
use crate::computed::Computed;
use crate::date::Timestamp;
use crate::error::ClaimError;
use crate::fields::{extended, header_list, life_in_seconds, needed_parameter};
use crate::request::{Credentials, Request};
use crate::s3::canonical;
use crate::s3::header::whole;
use crate::scheme::{Carrier, Scheme};
use crate::scope::{Credential, Scope};
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed};
use crate::validity::Validity;

/// Signs a URL that is valid for a `lifetime` of 1 to [`MAX_EXPIRES_SECONDS`](crate::v4::url::MAX_EXPIRES_SECONDS) whole seconds from
/// `signed_at` on; returns the decoded parameters to append to its query, in order.
///
/// `scope` must be that of the day of `signed_at`, and `signed_headers` must name `host`. Whoever uses the URL must send the signed
/// headers of `request`. The token of temporary credentials is among the returned parameters and must not be in `request` yet.
///
/// ```
/// use std::time::Duration;
///
/// use oss_auth::{Header, QueryPair, Request, Scope, Timestamp, find_claim, s3};
///
/// # let credentials = oss_auth::Credentials { access_key_id: "id", access_key_secret: "secret", security_token: None };
/// let now = Timestamp::parse_iso_basic("20231216T162057Z")?;
/// let headers = [Header::new("Host", "photos.oss-cn-hangzhou.aliyuncs.com")];
/// let request = Request { method: "GET", bucket: Some("photos"), key: Some("a.txt"), query: &[], headers: &headers, path: "/a.txt" };
/// let day = now.scope_date();
/// let scope = Scope::s3(&day, "cn-hangzhou");
/// let appended = s3::url::sign(&request, &credentials, &scope, now, Duration::from_secs(60), &["host"]);
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
    signed_headers: &[&str],
) -> Vec<(String, String)> {
    let (date, expires) = (signed_at.to_iso_basic(), lifetime.as_secs().to_string());
    sign_raw(request, credentials, scope, &date, &expires, signed_headers)
}

/// As [`sign`], with a date and an expiry that go into the URL as they stand: for tests of servers, which need malformed ones too.
#[must_use]
pub fn sign_raw(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    date: &str,
    expires: &str,
    signed_headers: &[&str],
) -> Vec<(String, String)> {
    let signed_headers = HeaderList::new(signed_headers.iter().copied());
    let mut appended = Vec::with_capacity(7);
    let mut append = |name: &str, value: String| appended.push((name.to_owned(), value));
    append(ALGORITHM, Scheme::S3V4.name().to_owned());
    append(CREDENTIAL, format!("{}/{scope}", credentials.access_key_id));
    append(DATE, date.to_owned());
    append(EXPIRES, expires.to_owned());
    append(SIGNED_HEADERS, signed_headers.join());
    if let Some(token) = credentials.security_token {
        append(TOKEN, token.to_owned());
    }
    let signed = Request {
        query: &extended(request.query, &appended),
        ..*request
    };
    let secret = credentials.access_key_secret;
    let Computed { signature, .. } =
        canonical::compute(&signed, date.as_bytes(), scope, &signed_headers, secret);
    appended.push((SIGNATURE.to_owned(), signature));
    appended
}

/// The parameters of which one makes a URL a signed one.
pub(crate) const PARAMETERS: [&str; 3] = [ALGORITHM, CREDENTIAL, SIGNATURE];

pub(crate) const TOKEN: &str = "X-Amz-Security-Token";
pub(crate) const SIGNATURE: &str = "X-Amz-Signature";
const ALGORITHM: &str = "X-Amz-Algorithm";
const CREDENTIAL: &str = "X-Amz-Credential";
const DATE: &str = "X-Amz-Date";
const EXPIRES: &str = "X-Amz-Expires";
const SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";

pub(crate) fn parse<'a>(request: &Request<'a>) -> Result<(Signed<'a>, Dated), ClaimError> {
    let (scheme, carrier) = (Scheme::S3V4, Carrier::Url);
    let needed = |name| needed_parameter(request, scheme, name);
    if needed(ALGORITHM)? != scheme.name() {
        return Err(ClaimError::UnknownS3Algorithm { carrier });
    }
    let credential = Credential::parse(needed(CREDENTIAL)?)
        .map_err(|fault| ClaimError::credential(fault, scheme, carrier))?;
    let (date, expires) = (needed(DATE)?, needed(EXPIRES)?);
    // That the list is missing and that it is empty are two faults, of which the latter is one of lists.
    let list = match request.query_value(SIGNED_HEADERS) {
        None => needed(SIGNED_HEADERS)?,
        Some(list) => header_list(Some(list), request, scheme, carrier)?,
    };
    let signature = whole(needed(SIGNATURE)?, carrier)?;
    let from = Timestamp::parse_iso_basic(date).map_err(|_| ClaimError::UrlInvalidDate {
        scheme,
        value: date.to_owned(),
    })?;
    let seconds = life_in_seconds(expires, scheme)?;
    let signed = Signed {
        access_key_id: credential.access_key_id,
        signature,
        security_token: request.query_value(TOKEN).map(Secret),
        by: By::S3V4 {
            scope: credential.scope,
            signed_headers: list,
        },
    };
    let expires = Timestamp(from.0 + seconds);
    Ok((signed, Ok(Validity::Window { from, expires })))
}

pub(crate) fn compute(
    request: &Request<'_>,
    scope: &Scope<'_>,
    signed_headers: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let date_line = request.query_value(DATE).unwrap_or_default().as_bytes();
    canonical::compute(request, date_line, scope, signed_headers, access_key_secret)
}
