//! The S3 dialect in a header: `Authorization: AWS4-HMAC-SHA256 Credential=<id>/<date>/<region>/s3/aws4_request,
//! SignedHeaders=<h1;h2>, Signature=<64 hexadecimal digits>`.
//!
//! Page: AWS, Authenticating requests using the Authorization header. OSS has EC values of its own for the
//! dialect (0002-000003xx, -4xx), of which few are published; malformed headers are reported as those of V4.

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
use crate::v4::date::{date_line, request_time};

/// Signs a request; returns the value of its `Authorization` header.
///
/// The request must already have `Host`, `x-amz-date`, `x-amz-content-sha256` and, for a temporary key,
/// `x-amz-security-token` as headers; `signed_headers` should name them all.
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
    count: 3..=3,
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
    let signature = Secret(PAIRS.needed(&values, 2)?);
    let list = PAIRS.needed(&values, 1)?;
    let signed = Signed {
        access_key_id: credential.access_key_id,
        signature,
        security_token: request.header_str("x-amz-security-token").map(Secret),
        by: By::S3V4 {
            scope: credential.scope,
            signed_headers: header_list(Some(list), request, scheme, carrier)?,
        },
    };
    Ok((signed, around(request_time(request, DATE))))
}

pub(crate) fn compute(
    request: &Request<'_>,
    scope: &Scope<'_>,
    signed_headers: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let date_line = date_line(request, DATE);
    canonical::compute(
        request,
        &date_line,
        scope,
        signed_headers,
        access_key_secret,
    )
}

const DATE: &str = "x-amz-date";
