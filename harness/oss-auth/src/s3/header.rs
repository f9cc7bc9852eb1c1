//! The S3 dialect in a header: `Authorization: AWS4-HMAC-SHA256 Credential=<id>/<date>/<region>/s3/aws4_request,
//! SignedHeaders=<h1;h2>, Signature=<64 hexadecimal digits>`.
//!
//! Page: AWS, Authenticating requests using the Authorization header. ECs 0002-00000402 to -409, -426, -428; what has no page is
//! reported as the same fault of V4.

use crate::canonical::HeaderList;
use crate::computed::Computed;
use crate::error::ClaimError;
use crate::fields::{PairGrammar, header_list};
use crate::request::{Credentials, Request};
use crate::s3::canonical;
use crate::scheme::{Carrier, Scheme};
use crate::scope::{Credential, Scope};
use crate::secret::Secret;
use crate::signed::{By, Dated, Signed, around};
use crate::v4::date::{iso_date_line, request_time};

/// Signs a request; returns the value of its `Authorization` header.
///
/// The request must already have `Host`, `x-amz-date`, `x-amz-content-sha256` and, for a temporary key,
/// `x-amz-security-token` as headers; `signed_headers` should name them all.
///
/// ```
/// use oss_auth::{Header, Request, Scope, Timestamp, find_claim, s3};
///
/// # let credentials = oss_auth::Credentials { access_key_id: "id", access_key_secret: "secret", security_token: None };
/// let now = Timestamp::parse_iso_basic("20231216T162057Z")?;
/// let (date, day) = (now.to_iso_basic(), now.scope_date());
/// let unsigned = [Header::new("Host", "photos.oss-cn-hangzhou.aliyuncs.com"), Header::new("x-amz-date", &date)];
/// let request = Request { method: "GET", bucket: Some("photos"), key: Some("a.txt"), query: &[], headers: &unsigned, path: "/a.txt" };
/// let authorization = s3::header::sign(&request, &credentials, &Scope::s3(&day, "cn-hangzhou"), &["host", "x-amz-date"]);
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
    signed_headers: &[&str],
) -> String {
    let signed_headers = HeaderList::new(signed_headers.iter().copied());
    let secret = credentials.access_key_secret;
    let Computed { signature, .. } = compute(request, scope, &signed_headers, secret);
    let (scheme, id) = (Scheme::S3V4.name(), credentials.access_key_id);
    let list = signed_headers.join();
    format!("{scheme} {CREDENTIAL}={id}/{scope}, {SIGNED_HEADERS}={list}, {SIGNATURE}={signature}")
}

const CREDENTIAL: &str = "Credential";
const SIGNATURE: &str = "Signature";
const SIGNED_HEADERS: &str = "SignedHeaders";

const PAIRS: PairGrammar = PairGrammar {
    scheme: Scheme::S3V4,
    separator: '=',
    allows_blanks: true,
    count: 1..=3,
    keys: [CREDENTIAL, SIGNED_HEADERS, SIGNATURE],
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
    let list = PAIRS.needed(&values, 1)?;
    let signed = Signed {
        access_key_id: credential.access_key_id,
        signature: whole(PAIRS.needed(&values, 2)?, carrier)?,
        security_token: request.header_str("x-amz-security-token").map(Secret),
        by: By::S3V4 {
            scope: credential.scope,
            signed_headers: header_list(Some(list), request, scheme, carrier)?,
        },
    };
    Ok((signed, around(request_time(request, DATE))))
}

/// A signature, which has 64 digits (EC 0002-00000408, -423).
pub(crate) fn whole(signature: &str, carrier: Carrier) -> Result<Secret<'_>, ClaimError> {
    if signature.len() == 64 {
        Ok(Secret(signature))
    } else {
        Err(ClaimError::S3SignatureLength { carrier })
    }
}

pub(crate) fn compute(
    request: &Request<'_>,
    scope: &Scope<'_>,
    signed_headers: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let date_line = iso_date_line(request, DATE);
    canonical::compute(
        request,
        &date_line,
        scope,
        signed_headers,
        access_key_secret,
    )
}

const DATE: &str = "x-amz-date";
