//! V1 in a header: `Authorization: OSS <AccessKeyId>:<Signature>`.
//!
//! Page: Include signatures in the Authorization header. ECs 0002-00000061 to -65.

use crate::computed::Computed;
use crate::date::{DateError, Timestamp};
use crate::error::ClaimError;
use crate::request::{Credentials, Request};
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed, around};
use crate::v1::canonical;

/// Signs a request; returns the value of its `Authorization` header.
///
/// The request must already have its date and, for a temporary key, its token as headers.
///
/// ```
/// use oss_auth::{Header, Request, Timestamp, find_claim, v1};
///
/// # let credentials = oss_auth::Credentials { access_key_id: "id", access_key_secret: "secret", security_token: None };
/// let now = Timestamp::parse_iso_basic("20231216T162057Z")?;
/// let date = now.to_rfc1123();
/// let unsigned = [Header::new("Date", &date)];
/// let request = Request { method: "GET", bucket: Some("photos"), key: Some("a.txt"), query: &[], headers: &unsigned, path: "/a.txt" };
/// let authorization = v1::header::sign(&request, &credentials);
///
/// let headers = [&unsigned[..], &[Header::new("Authorization", &authorization)]].concat();
/// let claim = find_claim(&Request { headers: &headers, ..request })?.expect("not anonymous");
/// claim.authenticate(now, "cn-hangzhou", "secret")?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn sign(request: &Request<'_>, credentials: &Credentials<'_>) -> String {
    let Computed { signature, .. } = compute(request, credentials.access_key_secret);
    format!(
        "{} {}:{signature}",
        Scheme::V1.name(),
        credentials.access_key_id
    )
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
        security_token: request.header_str("x-oss-security-token").map(Secret),
        by: By::V1,
    };
    Ok((signed, around(request_time(request))))
}

/// The two parts of `id:signature`, neither of them empty.
pub(crate) fn id_and_signature(text: &str) -> Result<(&str, &str), ClaimError> {
    let (access_key_id, signature) = text.split_once(':').ok_or(ClaimError::V1MissingColon)?;
    // The page of EC 0002-00000063 shows a blank in the place of the id.
    if access_key_id.trim_ascii().is_empty() {
        return Err(ClaimError::V1EmptyAccessKeyId);
    }
    if signature.is_empty() {
        return Err(ClaimError::V1EmptySignature);
    }
    Ok((access_key_id, signature))
}

/// `x-oss-date` prevails over `Date`. The page gives ISO 8601 for it, the JavaScript SDK sends RFC 1123.
fn request_time(request: &Request<'_>) -> Result<Timestamp, DateError> {
    let value = date_line(request).ok_or(DateError::Absent)?;
    let text = std::str::from_utf8(value).map_err(|_| DateError::Unreadable)?;
    match Timestamp::parse_rfc1123(text) {
        Err(_) if request.header("x-oss-date").is_some() => Timestamp::parse_iso_basic(text),
        read => read,
    }
}

pub(crate) fn compute(request: &Request<'_>, access_key_secret: &str) -> Computed {
    canonical::compute(
        request,
        date_line(request).unwrap_or_default(),
        access_key_secret,
    )
}

fn date_line<'a>(request: &Request<'a>) -> Option<&'a [u8]> {
    request
        .header("x-oss-date")
        .or_else(|| request.header("date"))
}
