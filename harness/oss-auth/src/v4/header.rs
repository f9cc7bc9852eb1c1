//! V4 in a header: `Authorization: OSS4-HMAC-SHA256 Credential=<id>/<scope>[, AdditionalHeaders=<h1;h2>],
//! Signature=<64 hexadecimal digits>`.
//!
//! Page: Signature version 4 in the Authorization header. ECs 0002-00000202 to -214. The SDKs disagree on the
//! order of the pairs and on blanks after the commas, so both are free.

use crate::canonical::HeaderList;
use crate::computed::Computed;
use crate::error::ClaimError;
use crate::fields::{PairGrammar, header_list};
use crate::request::{Credentials, Request};
use crate::scheme::{Carrier, Scheme};
use crate::scope::{Credential, Scope};
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed, around};
use crate::v4::canonical;
use crate::v4::date::{iso_date_line, raw_date_line, request_time};

/// Signs a request; returns the value of its `Authorization` header.
///
/// The request must already have `x-oss-date`, `x-oss-content-sha256` and, for a temporary key, its token as
/// headers. `additional` names headers to sign beyond the default ones; a name that the request does not have
/// is listed all the same, as in the Python SDK, and a server will refuse it.
///
/// ```
/// use oss_auth::{Header, Request, Scope, Timestamp, find_claim, v4};
///
/// # let credentials = oss_auth::Credentials { access_key_id: "id", access_key_secret: "secret", security_token: None };
/// let now = Timestamp::parse_iso_basic("20231216T162057Z")?;
/// let (date, day) = (now.to_iso_basic(), now.scope_date());
/// let unsigned = [Header::new("x-oss-date", &date), Header::new("x-oss-content-sha256", "UNSIGNED-PAYLOAD")];
/// let request = Request { method: "GET", bucket: Some("photos"), key: Some("a.txt"), query: &[], headers: &unsigned, path: "/a.txt" };
/// let authorization = v4::header::sign(&request, &credentials, &Scope::oss(&day, "cn-hangzhou"), &[]);
///
/// let headers = [&unsigned[..], &[Header::new("Authorization", &authorization)]].concat();
/// let claim = find_claim(&Request { headers: &headers, ..request })?.expect("not anonymous");
/// claim.authenticate(now, "cn-hangzhou", "secret")?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn sign(
    request: &Request<'_>,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    additional: &[&str],
) -> String {
    let additional = canonical::signable(additional);
    let secret = credentials.access_key_secret;
    let Computed { signature, .. } = compute(request, scope, &additional, secret);
    let (scheme, id) = (Scheme::V4.name(), credentials.access_key_id);
    if additional.is_empty() {
        return format!("{scheme} {CREDENTIAL}={id}/{scope}, {SIGNATURE}={signature}");
    }
    let list = additional.join();
    format!(
        "{scheme} {CREDENTIAL}={id}/{scope}, {ADDITIONAL_HEADERS}={list}, {SIGNATURE}={signature}"
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
) -> Result<(Signed<'a>, Dated), ClaimError> {
    let values = PAIRS.parse(text)?;
    let (scheme, carrier) = (PAIRS.scheme, Carrier::Header);
    let credential = Credential::parse(PAIRS.needed(&values, 0)?)
        .map_err(|fault| ClaimError::credential(fault, scheme, carrier))?;
    let signed = Signed {
        access_key_id: credential.access_key_id,
        signature: Secret(PAIRS.needed(&values, 2)?),
        security_token: request.header_str("x-oss-security-token").map(Secret),
        by: By::V4 {
            scope: credential.scope,
            additional: header_list(values[1], request, scheme, carrier)?,
        },
    };
    check_content_sha256(request)?;
    Ok((signed, around(request_time(request, DATE))))
}

pub(crate) fn compute(
    request: &Request<'_>,
    scope: &Scope<'_>,
    additional: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let date_line = raw_date_line(request, DATE);
    canonical::compute(request, date_line, scope, additional, access_key_secret)
}

/// What is as good as [`compute`]d: for a request that has its time in `Date` alone, the same with that in ISO 8601.
pub(crate) fn compute_otherwise(
    request: &Request<'_>,
    scope: &Scope<'_>,
    additional: &HeaderList<'_>,
    access_key_secret: &str,
) -> Option<Computed> {
    let date_line = iso_date_line(request, DATE);
    let differs = *date_line != *raw_date_line(request, DATE);
    differs.then(|| canonical::compute(request, &date_line, scope, additional, access_key_secret))
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

const DATE: &str = "x-oss-date";
