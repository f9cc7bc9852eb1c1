//! V2 in a header: `Authorization: OSS2 AccessKeyId:<id>[,AdditionalHeaders:<h1;h2>],Signature:<signature>`.
//!
//! Pages: EC 0002-00000102 to -112. Two or three pairs, separated by a comma alone.

use crate::canonical::HeaderList;
use crate::computed::Computed;
use crate::date::{DateError, Timestamp};
use crate::error::ClaimError;
use crate::fields::{PairGrammar, header_list};
use crate::request::{Credentials, Request};
use crate::scheme::{Carrier, Scheme};
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed, around};
use crate::v2::canonical;

/// Signs a request; returns the value of its `Authorization` header.
///
/// The request must already have its `Date` and, for a temporary key, its token as headers. Of the
/// `additional` names those count that the request has and that are not signed anyway, as in the Python SDK.
#[must_use]
pub fn sign(request: &Request<'_>, credentials: &Credentials<'_>, additional: &[&str]) -> String {
    let additional = canonical::signable(request, additional);
    let secret = credentials.access_key_secret;
    let Computed { signature, .. } = compute(request, &additional, secret);
    let (scheme, id) = (Scheme::V2.name(), credentials.access_key_id);
    if additional.is_empty() {
        return format!("{scheme} {ACCESS_KEY_ID}:{id},{SIGNATURE}:{signature}");
    }
    let list = additional.join();
    format!("{scheme} {ACCESS_KEY_ID}:{id},{ADDITIONAL_HEADERS}:{list},{SIGNATURE}:{signature}")
}

const ACCESS_KEY_ID: &str = "AccessKeyId";
const ADDITIONAL_HEADERS: &str = "AdditionalHeaders";
const SIGNATURE: &str = "Signature";

const PAIRS: PairGrammar = PairGrammar {
    scheme: Scheme::V2,
    separator: ':',
    allows_blanks: false,
    count: 2..=3,
    keys: [ACCESS_KEY_ID, ADDITIONAL_HEADERS, SIGNATURE],
};

/// Parses what follows the scheme and its blank.
pub(crate) fn parse<'a>(
    text: &'a str,
    request: &Request<'a>,
) -> Result<(Signed<'a>, Dated), ClaimError> {
    let values = PAIRS.parse(text)?;
    let signed = Signed {
        access_key_id: PAIRS.needed(&values, 0)?,
        signature: Secret(PAIRS.needed(&values, 2)?),
        security_token: request.header_str("x-oss-security-token").map(Secret),
        by: By::V2 {
            additional: header_list(values[1], request, PAIRS.scheme, Carrier::Header)?,
        },
    };
    Ok((signed, around(request_time(request))))
}

pub(crate) fn compute(
    request: &Request<'_>,
    additional: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let date_line = request.header("date").unwrap_or_default();
    canonical::compute(request, date_line, additional, access_key_secret)
}

/// The Python SDK signs `Date` here even if there is an `x-oss-date`.
fn request_time(request: &Request<'_>) -> Result<Timestamp, DateError> {
    let value = request.header("date").ok_or(DateError::Absent)?;
    let text = std::str::from_utf8(value).map_err(|_| DateError::Unreadable)?;
    Timestamp::parse_rfc1123(text)
}
