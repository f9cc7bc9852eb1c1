//! The S3 dialect in a header: `Authorization: AWS4-HMAC-SHA256 Credential=<id>/<date>/<region>/s3/aws4_request,
//! SignedHeaders=<h1;h2>, Signature=<64 hexadecimal digits>`.
//!
//! Page: AWS, Authenticating requests using the Authorization header. OSS has EC values of its own for the
//! dialect (0002-000003xx, -4xx), of which few are published; malformed headers are reported as those of V4.

use crate::canonical::{HeaderList, check_header_list};
use crate::claim::{Carrier, Scheme};
use crate::computed::Computed;
use crate::date::{DateError, Timestamp};
use crate::encode::Secret;
use crate::error::{ClaimError, ListFault};
use crate::fields::PairGrammar;
use crate::request::{Credentials, Request};
use crate::s3::{ALGORITHM, canonical};
use crate::scope::{Credential, Scope};
use crate::v4;

/// A parsed `Authorization` header of the S3 dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    credential: Credential<'a>,
    signature: Secret<'a>,
    signed_headers: &'a str,
    security_token: Option<Secret<'a>>,
}

impl<'a> Authorization<'a> {
    /// The AccessKeyId.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        self.credential.access_key_id
    }

    /// The credential scope.
    #[must_use]
    pub fn scope(&self) -> &Scope<'a> {
        &self.credential.scope
    }

    /// The signature, hexadecimal.
    #[must_use]
    pub fn signature(&self) -> &'a str {
        self.signature.0
    }

    /// The names of the signed headers as sent, separated by `;`.
    #[must_use]
    pub fn signed_headers(&self) -> &'a str {
        self.signed_headers
    }

    /// The header `x-amz-security-token`.
    #[must_use]
    pub fn security_token(&self) -> Option<&'a str> {
        self.security_token.map(|token| token.0)
    }

    pub(crate) fn compute(&self, request: &Request<'_>, access_key_secret: &str) -> Computed {
        let signed_headers = HeaderList::parse(self.signed_headers);
        let date_line = v4::date::date_line(request, DATE);
        canonical::compute(
            request,
            &date_line,
            self.scope(),
            &signed_headers,
            access_key_secret,
        )
    }
}

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
    let Computed { signature, .. } = canonical::compute(
        request,
        &v4::date::date_line(request, DATE),
        scope,
        &signed_headers,
        secret,
    );
    let (id, list) = (credentials.access_key_id, signed_headers.join());
    format!(
        "{ALGORITHM} {CREDENTIAL}={id}/{scope}, {SIGNED_HEADERS}={list}, {SIGNATURE}={signature}"
    )
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
) -> Result<Authorization<'a>, ClaimError> {
    let values = PAIRS.parse(text)?;
    let (scheme, carrier) = (PAIRS.scheme, Carrier::Header);
    let credential = Credential::parse(PAIRS.needed(&values, 0)?)
        .map_err(|fault| ClaimError::credential(fault, scheme, carrier))?;
    let signature = Secret(PAIRS.needed(&values, 2)?);
    let signed_headers = PAIRS.needed(&values, 1)?;
    check_header_list(signed_headers, request)
        .and_then(|()| check_names_host(signed_headers))
        .map_err(|fault| ClaimError::HeaderList {
            scheme,
            carrier,
            fault,
        })?;
    Ok(Authorization {
        credential,
        signature,
        signed_headers,
        security_token: request.header_str("x-amz-security-token").map(Secret),
    })
}

/// The path alone does not say which bucket is meant, so a signature that leaves out the host would do for all.
fn check_names_host(signed_headers: &str) -> Result<(), ListFault> {
    if HeaderList::parse(signed_headers).contains("host") {
        return Ok(());
    }
    Err(ListFault::Incomplete { name: "host" })
}

/// `x-amz-date` in ISO 8601 basic, or else `Date`.
pub(crate) fn request_time(request: &Request<'_>) -> Result<Timestamp, DateError> {
    v4::date::request_time(request, DATE)
}

const DATE: &str = "x-amz-date";
