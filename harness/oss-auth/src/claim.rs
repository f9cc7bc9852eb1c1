//! The signature a request claims to carry: which one it is, and what all of them have in common.

use crate::access_key::check_charset;
use crate::authentication::AuthenticationError;
use crate::canonical::HeaderList;
use crate::computed::{Computed, Mismatch};
use crate::date::{DateError, Timestamp};
use crate::error::ClaimError;
use crate::fields::{SIGNATURE, VERSION};
use crate::request::Request;
use crate::scheme::{Carrier, Scheme};
use crate::scope::{Scope, ScopeError};
use crate::signed::{By, Dated, Signed};
use crate::validity::Validity;
use crate::{s3, v1, v2, v4};

/// Finds and parses the signature that a request claims to carry; `None` means that it is anonymous.
///
/// Conflicts come first: a second `Authorization` header, or one together with signature parameters in the
/// URL (help page: Add signatures to URLs, EC 0002-00000039). `x-oss-signature-version` decides between the
/// URL schemes, so that V1 parameters beside it are ordinary ones (EC 0002-00000066). A security token in
/// header and URL is refused last (EC 0002-00000010).
///
/// # Errors
/// [`ClaimError`] if the fields contradict each other or are malformed.
pub fn find_claim<'a>(request: &Request<'a>) -> Result<Option<Claim<'a>>, ClaimError> {
    let Some(claim) = parse_claim(request)? else {
        return Ok(None);
    };
    if has_token_twice(request) {
        return Err(ClaimError::TokenInHeaderAndUrl);
    }
    Ok(Some(claim))
}

/// The signature a request claims to carry, well-formed but not yet verified, together with that request.
///
/// `Debug` shows neither signatures nor tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    request: Request<'a>,
    carrier: Carrier,
    signed: Signed<'a>,
    dated: Dated,
}

impl<'a> Claim<'a> {
    /// The signature scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.signed.scheme()
    }

    /// Where the signature stands.
    #[must_use]
    pub fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// The AccessKeyId, not empty; its characters are not checked.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        self.signed.access_key_id
    }

    /// The security token from the place this scheme reads it from: header `x-oss-security-token` for header
    /// signatures, query `security-token` for V1 and V2 URLs, `x-oss-security-token` for V4 URLs; in the S3 dialect header
    /// `x-amz-security-token`, query `x-amz-security-token` (V2) or `X-Amz-Security-Token` (V4) (help page: Temporary authorised access).
    #[must_use]
    pub fn security_token(&self) -> Option<&'a str> {
        self.signed.security_token.map(|token| token.0)
    }

    /// The signature as provided, not empty: base64 under V1 and V2, hexadecimal under V4, in the S3 dialect as well.
    #[must_use]
    pub fn signature(&self) -> &'a str {
        self.signed.signature.0
    }

    /// The credential scope; V1 and V2 have none.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope<'a>> {
        self.signed.scope()
    }

    /// The names of the additional headers as sent, separated by `;`; empty for V1, which has none, and for the S3 dialect, whose list
    /// holds every signed header: see [`signed_headers`](Self::signed_headers).
    #[must_use]
    pub fn additional_headers(&self) -> &'a str {
        match self.signed.by {
            By::V2 { additional } | By::V4 { additional, .. } => additional,
            By::V1 | By::S3V2 | By::S3V4 { .. } => "",
        }
    }

    /// The names of all signed headers as sent, separated by `;`, which V4 of the S3 dialect alone lists.
    #[must_use]
    pub fn signed_headers(&self) -> Option<&'a str> {
        match self.signed.by {
            By::S3V4 { signed_headers, .. } => Some(signed_headers),
            _ => None,
        }
    }

    /// The one call that does every step there is: [`validity`](Self::validity) against the clock,
    /// [`check_scope`](Self::check_scope), [`check_charset`](crate::access_key::check_charset) and [`verify`](Self::verify).
    ///
    /// `access_key_secret` is that of the [`access_key_id`](Self::access_key_id), which the server has looked up, along with
    /// the [`security_token`](Self::security_token): whether the token belongs to the key is not this crate's business.
    ///
    /// # Errors
    /// [`AuthenticationError`] of the first step that fails.
    pub fn authenticate(
        &self,
        now: Timestamp,
        region: &str,
        access_key_secret: &str,
    ) -> Result<(), AuthenticationError> {
        self.validity()?.check(now)?;
        self.check_scope(region)?;
        check_charset(self.access_key_id())?;
        Ok(self.verify(access_key_secret)?)
    }

    /// When the claim is valid.
    ///
    /// V1 headers read `x-oss-date` (ISO 8601 basic or RFC 1123) or else `Date`; V2 headers read `Date`; V4
    /// headers read `x-oss-date` (ISO 8601 basic only) or else `Date`; the S3 dialect reads `x-amz-date` or
    /// else `Date`. URLs carry their time in the query, without which they are malformed, so they never fail here.
    ///
    /// # Errors
    /// [`DateError`] if the header is absent or unreadable.
    pub fn validity(&self) -> Result<Validity, DateError> {
        self.dated
    }

    /// Checks the credential scope: the day on which the request was signed, the region of the bucket, the product and the
    /// terminator, in this order. Passes for schemes without a scope.
    ///
    /// The day is that of [`Validity::signed_at`] and not of the server's clock, for which it may be tomorrow already; for a request
    /// without a usable date no day is right. `region` is the bare id (`cn-hangzhou`); for the product `oss-cloudbox` it is the
    /// id of the cloud box.
    ///
    /// # Errors
    /// [`ScopeError`] for the first part that is wrong.
    pub fn check_scope(&self, region: &str) -> Result<(), ScopeError> {
        let signed_at = self.dated.ok().and_then(Validity::signed_at);
        self.signed
            .check_scope(self.carrier.into(), signed_at, region)
    }

    /// What the server calculates for the request with the secret of the claimed key.
    #[must_use]
    pub fn compute(&self, access_key_secret: &str) -> Computed {
        let (request, secret) = (&self.request, access_key_secret);
        let list = HeaderList::parse;
        match (&self.signed.by, self.carrier) {
            (By::V1, Carrier::Header) => v1::header::compute(request, secret),
            (By::V1, Carrier::Url) => v1::url::compute(request, secret),
            (By::V2 { additional }, Carrier::Header) => {
                v2::header::compute(request, &list(additional), secret)
            }
            (By::V2 { additional }, Carrier::Url) => {
                v2::url::compute(request, &list(additional), secret)
            }
            (By::V4 { scope, additional }, Carrier::Header) => {
                v4::header::compute(request, scope, &list(additional), secret)
            }
            (By::V4 { scope, additional }, Carrier::Url) => {
                v4::url::compute(request, scope, &list(additional), secret)
            }
            (
                By::S3V4 {
                    scope,
                    signed_headers,
                },
                Carrier::Header,
            ) => s3::header::compute(request, scope, &list(signed_headers), secret),
            (
                By::S3V4 {
                    scope,
                    signed_headers,
                },
                Carrier::Url,
            ) => s3::url::compute(request, scope, &list(signed_headers), secret),
            (By::S3V2, Carrier::Header) => s3::v2::header::compute(request, secret),
            (By::S3V2, Carrier::Url) => s3::v2::url::compute(request, secret),
        }
    }

    /// Calculates the signature and compares it with the provided one in constant time.
    ///
    /// # Errors
    /// [`Mismatch`], with everything that OSS puts into the body of `SignatureDoesNotMatch`.
    pub fn verify(&self, access_key_secret: &str) -> Result<(), Box<Mismatch>> {
        let computed = self.compute(access_key_secret);
        computed.matches(self.signature()).or_else(|mismatch| {
            let other = self.compute_otherwise(access_key_secret);
            let fits = other.is_some_and(|other| other.matches(self.signature()).is_ok());
            if fits { Ok(()) } else { Err(mismatch) }
        })
    }

    /// What is as good as [`compute`](Self::compute)d.
    fn compute_otherwise(&self, access_key_secret: &str) -> Option<Computed> {
        match (&self.signed.by, self.carrier) {
            (By::V4 { scope, additional }, Carrier::Header) => v4::header::compute_otherwise(
                &self.request,
                scope,
                &HeaderList::parse(additional),
                access_key_secret,
            ),
            _ => None,
        }
    }
}

fn parse_claim<'a>(request: &Request<'a>) -> Result<Option<Claim<'a>>, ClaimError> {
    let mut authorizations = request.headers_named("authorization");
    let authorization = authorizations.next();
    if authorizations.next().is_some() {
        return Err(ClaimError::RepeatedAuthorization);
    }
    let carrier = match authorization {
        Some(_) => Carrier::Header,
        None => Carrier::Url,
    };
    let parsed = match authorization {
        Some(_) if is_url_signed(request) => return Err(ClaimError::SignatureInHeaderAndUrl),
        Some(value) => Some(parse_header(value, request)?),
        None => parse_url(request)?,
    };
    Ok(parsed.map(|(signed, dated)| Claim {
        request: *request,
        carrier,
        signed,
        dated,
    }))
}

fn parse_header<'a>(
    value: &'a [u8],
    request: &Request<'a>,
) -> Result<(Signed<'a>, Dated), ClaimError> {
    let value = std::str::from_utf8(value).map_err(|_| ClaimError::UnknownAuthorization)?;
    let Some((scheme, rest)) = value.split_once(' ') else {
        return Err(ClaimError::UnknownAuthorization);
    };
    match Scheme::named(scheme) {
        Some(Scheme::V1) => v1::header::parse(rest, request),
        Some(Scheme::V2) => v2::header::parse(rest, request),
        Some(Scheme::V4) => v4::header::parse(rest, request),
        Some(Scheme::S3V4) => s3::header::parse(rest, request),
        Some(Scheme::S3V2) => s3::v2::header::parse(rest, request),
        None if scheme.starts_with("AWS4-") => Err(ClaimError::UnknownS3Algorithm {
            carrier: Carrier::Header,
        }),
        None => Err(ClaimError::UnknownAuthorization),
    }
}

fn parse_url<'a>(request: &Request<'a>) -> Result<Option<(Signed<'a>, Dated)>, ClaimError> {
    let Some(version) = request.query_value(VERSION) else {
        if has_any(request, &s3::url::PARAMETERS) {
            return s3::url::parse(request).map(Some);
        }
        if is_s3_v2_url(request) {
            return s3::v2::url::parse(request).map(Some);
        }
        let is_signed = has_any(request, &v1::url::PARAMETERS);
        return is_signed.then(|| v1::url::parse(request)).transpose();
    };
    match Scheme::named(version) {
        Some(Scheme::V2) => v2::url::parse(request).map(Some),
        Some(Scheme::V4) => v4::url::parse(request).map(Some),
        _ => Err(ClaimError::UnknownSignatureVersion {
            version: version.to_owned(),
        }),
    }
}

/// A URL of V2 of the S3 dialect is known by the name of its key. One without a key is known by a header that S3 clients may send,
/// as the page of EC 0002-00000303 has it.
fn is_s3_v2_url(request: &Request<'_>) -> bool {
    let says_s3 = request.header("x-oss-s3-compat") == Some(b"true");
    let of_either = || has_any(request, &["Expires", "Signature"]);
    request.has_query(s3::v2::url::KEY)
        || (says_s3 && of_either() && !request.has_query("OSSAccessKeyId"))
}

fn is_url_signed(request: &Request<'_>) -> bool {
    has_any(request, &v1::url::PARAMETERS)
        || has_any(request, &VERSIONED_PARAMETERS)
        || has_any(request, &s3::url::PARAMETERS)
        || request.has_query(s3::v2::url::KEY)
}

fn has_any(request: &Request<'_>, names: &[&str]) -> bool {
    request
        .query
        .iter()
        .any(|pair| names.contains(&pair.name.as_ref()))
}

fn has_token_twice(request: &Request<'_>) -> bool {
    let in_header = request.header("x-oss-security-token").is_some();
    (in_header && has_any(request, &["security-token", "x-oss-security-token"]))
        || (request.header("x-amz-security-token").is_some()
            && has_any(request, &[s3::url::TOKEN, s3::v2::url::TOKEN]))
}

/// The query parameters that make a V2 or V4 URL and mean nothing else.
const VERSIONED_PARAMETERS: [&str; 4] = [
    VERSION,
    SIGNATURE,
    "x-oss-credential",
    "x-oss-access-key-id",
];
