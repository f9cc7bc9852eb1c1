//! V2 of the S3 dialect in a header: `Authorization: AWS <AccessKeyId>:<Signature>`.
//!
//! Page: AWS, Signing and authenticating REST requests. EC 0002-00000307. For malformed headers no pages of the dialect are known;
//! they are reported as those of V1.

use crate::computed::Computed;
use crate::date::{DateError, Timestamp};
use crate::error::ClaimError;
use crate::request::{Credentials, Request};
use crate::s3::v2::canonical;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed, around};
use crate::v1::header::id_and_signature;

/// Signs a request; returns the value of its `Authorization` header.
///
/// The request must already have its date and, for a temporary key, `x-amz-security-token` as headers.
///
/// ```
/// use oss_auth::{Header, Request, Timestamp, find_claim, s3};
///
/// # let credentials = oss_auth::Credentials { access_key_id: "id", access_key_secret: "secret", security_token: None };
/// let now = Timestamp::parse_iso_basic("20231216T162057Z")?;
/// let date = now.to_rfc1123();
/// let unsigned = [Header::new("Date", &date)];
/// let request = Request { method: "GET", bucket: Some("photos"), key: Some("a.txt"), query: &[], headers: &unsigned, path: "/a.txt" };
/// let authorization = s3::v2::header::sign(&request, &credentials);
///
/// let headers = [&unsigned[..], &[Header::new("Authorization", &authorization)]].concat();
/// let claim = find_claim(&Request { headers: &headers, ..request })?.expect("not anonymous");
/// claim.authenticate(now, "cn-hangzhou", "secret")?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn sign(request: &Request<'_>, credentials: &Credentials<'_>) -> String {
    let Computed { signature, .. } = compute(request, credentials.access_key_secret);
    let (scheme, id) = (Scheme::S3V2.name(), credentials.access_key_id);
    format!("{scheme} {id}:{signature}")
}

/// Parses what follows the scheme and its blank.
pub(crate) fn parse<'a>(
    text: &'a str,
    request: &Request<'a>,
) -> Result<(Signed<'a>, Dated), ClaimError> {
    let (access_key_id, signature) = id_and_signature(text)?;
    let signed = Signed {
        access_key_id,
        signature: Secret(signature),
        security_token: request.header_str("x-amz-security-token").map(Secret),
        by: By::S3V2,
    };
    Ok((signed, around(request_time(request))))
}

/// `x-amz-date` prevails over `Date`; clients write it either way.
fn request_time(request: &Request<'_>) -> Result<Timestamp, DateError> {
    let amz = request.header(DATE);
    let value = amz.or_else(|| request.header("date"));
    let text =
        std::str::from_utf8(value.ok_or(DateError::Absent)?).map_err(|_| DateError::Unreadable)?;
    match Timestamp::parse_rfc1123(text) {
        Err(_) if amz.is_some() => Timestamp::parse_iso_basic(text),
        read => read,
    }
}

pub(crate) fn compute(request: &Request<'_>, access_key_secret: &str) -> Computed {
    let date = request.header("date").unwrap_or_default();
    let date_line = match request.header(DATE) {
        Some(_) => &[],
        None => date,
    };
    canonical::compute(request, date_line, access_key_secret)
}

const DATE: &str = "x-amz-date";
