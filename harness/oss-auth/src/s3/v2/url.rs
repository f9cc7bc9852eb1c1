//! V2 of the S3 dialect in the URL: `?AWSAccessKeyId=…&Expires=<unix seconds>&Signature=…[&x-amz-security-token=…]`.
//!
//! Page: AWS, Signing and authenticating REST requests: query string authentication. ECs 0002-00000301 to -307. Of a repeated
//! parameter the first counts.

use crate::computed::Computed;
use crate::date::Timestamp;
use crate::error::ClaimError;
use crate::fields::{extended, needed_parameter, unix_seconds};
use crate::request::{Credentials, Request};
use crate::s3::v2::canonical;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed};
use crate::validity::Validity;

/// Signs a URL that is valid up to the second `expires`; returns the decoded parameters to append to its query, in order.
///
/// Whoever uses the URL must send the `Content-MD5`, `Content-Type` and `x-amz-*` headers of `request`. The token of temporary
/// credentials is among the returned parameters and must not be in `request` yet.
///
/// ```
/// use oss_auth::{QueryPair, Request, Timestamp, find_claim, s3};
///
/// # let credentials = oss_auth::Credentials { access_key_id: "id", access_key_secret: "secret", security_token: None };
/// let now = Timestamp::parse_iso_basic("20231216T162057Z")?;
/// let request = Request { method: "GET", bucket: Some("photos"), key: Some("a.txt"), query: &[], headers: &[], path: "/a.txt" };
/// let appended = s3::v2::url::sign(&request, &credentials, Timestamp(now.0 + 60));
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
    let mut append = |name: &str, value: &str| appended.push((name.to_owned(), value.to_owned()));
    if let Some(token) = credentials.security_token {
        append(TOKEN, token);
    }
    let [expires_name, key_name, signature_name] = PARAMETERS;
    append(key_name, credentials.access_key_id);
    append(expires_name, expires);
    let request = Request {
        query: &extended(request.query, &appended),
        ..*request
    };
    let secret = credentials.access_key_secret;
    let Computed { signature, .. } = canonical::compute(&request, expires.as_bytes(), secret);
    appended.push((signature_name.to_owned(), signature));
    appended
}

/// All of them are needed, in the order of their checks.
const PARAMETERS: [&str; 3] = ["Expires", KEY, "Signature"];

/// Makes a URL one of the S3 dialect; it shares the other two with V1.
pub(crate) const KEY: &str = "AWSAccessKeyId";

pub(crate) const TOKEN: &str = "x-amz-security-token";

pub(crate) fn parse<'a>(request: &Request<'a>) -> Result<(Signed<'a>, Dated), ClaimError> {
    let needed = |name| needed_parameter(request, Scheme::S3V2, name);
    let [expires_name, key_name, signature_name] = PARAMETERS;
    let expires = needed(expires_name)?;
    let signed = Signed {
        access_key_id: needed(key_name)?,
        signature: Secret(needed(signature_name)?),
        security_token: request.query_value(TOKEN).map(Secret),
        by: By::S3V2,
    };
    let expires = unix_seconds(expires, Scheme::S3V2)?;
    Ok((signed, Ok(Validity::Until { expires })))
}

pub(crate) fn compute(request: &Request<'_>, access_key_secret: &str) -> Computed {
    let expires = request.query_value(PARAMETERS[0]).unwrap_or_default();
    canonical::compute(request, expires.as_bytes(), access_key_secret)
}
