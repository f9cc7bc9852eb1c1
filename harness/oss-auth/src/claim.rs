//! The signature a request claims to carry: which one it is, and what all of them have in common.

use crate::computed::{Computed, Mismatch};
use crate::date::{DateError, Timestamp};
use crate::error::ClaimError;
use crate::request::Request;
use crate::scope::{Dialect, Scope, ScopeError};
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

/// The signature a request claims to carry, well-formed but not yet verified.
///
/// `Debug` shows neither signatures nor tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim<'a> {
    /// `Authorization: OSS …`
    V1Header(v1::header::Authorization<'a>),
    /// `?OSSAccessKeyId=…&Expires=…&Signature=…`
    V1Url(v1::url::SignedUrl<'a>),
    /// `Authorization: OSS2 …`
    V2Header(v2::header::Authorization<'a>),
    /// `?x-oss-signature-version=OSS2&…`
    V2Url(v2::url::SignedUrl<'a>),
    /// `Authorization: OSS4-HMAC-SHA256 …`
    V4Header(v4::header::Authorization<'a>),
    /// `?x-oss-signature-version=OSS4-HMAC-SHA256&…`
    V4Url(v4::url::SignedUrl<'a>),
    /// `Authorization: AWS4-HMAC-SHA256 …`
    S3V4Header(s3::header::Authorization<'a>),
}

impl<'a> Claim<'a> {
    /// The AccessKeyId, not empty; its characters are not checked.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        match self {
            Self::V1Header(claim) => claim.access_key_id(),
            Self::V1Url(claim) => claim.access_key_id(),
            Self::V2Header(claim) => claim.access_key_id(),
            Self::V2Url(claim) => claim.access_key_id(),
            Self::V4Header(claim) => claim.access_key_id(),
            Self::V4Url(claim) => claim.access_key_id(),
            Self::S3V4Header(claim) => claim.access_key_id(),
        }
    }

    /// The security token from the place this scheme reads it from: header `x-oss-security-token` for header
    /// signatures, query `security-token` for V1 and V2 URLs, `x-oss-security-token` for V4 URLs, header
    /// `x-amz-security-token` for the S3 dialect (help page: Temporary authorised access).
    #[must_use]
    pub fn security_token(&self) -> Option<&'a str> {
        match self {
            Self::V1Header(claim) => claim.security_token(),
            Self::V1Url(claim) => claim.security_token(),
            Self::V2Header(claim) => claim.security_token(),
            Self::V2Url(claim) => claim.security_token(),
            Self::V4Header(claim) => claim.security_token(),
            Self::V4Url(claim) => claim.security_token(),
            Self::S3V4Header(claim) => claim.security_token(),
        }
    }

    /// The signature as provided, not empty.
    #[must_use]
    pub fn signature(&self) -> &'a str {
        match self {
            Self::V1Header(claim) => claim.signature(),
            Self::V1Url(claim) => claim.signature(),
            Self::V2Header(claim) => claim.signature(),
            Self::V2Url(claim) => claim.signature(),
            Self::V4Header(claim) => claim.signature(),
            Self::V4Url(claim) => claim.signature(),
            Self::S3V4Header(claim) => claim.signature(),
        }
    }

    /// The signature scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        match self {
            Self::V1Header(_) | Self::V1Url(_) => Scheme::V1,
            Self::V2Header(_) | Self::V2Url(_) => Scheme::V2,
            Self::V4Header(_) | Self::V4Url(_) => Scheme::V4,
            Self::S3V4Header(_) => Scheme::S3V4,
        }
    }

    /// Where the signature stands.
    #[must_use]
    pub fn carrier(&self) -> Carrier {
        match self {
            Self::V1Header(_) | Self::V2Header(_) | Self::V4Header(_) | Self::S3V4Header(_) => {
                Carrier::Header
            }
            Self::V1Url(_) | Self::V2Url(_) | Self::V4Url(_) => Carrier::Url,
        }
    }

    /// Whether the request is signed the S3 way.
    #[must_use]
    pub fn is_s3(&self) -> bool {
        self.scheme() == Scheme::S3V4
    }

    /// The credential scope; V1 and V2 have none.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope<'a>> {
        match self {
            Self::V4Header(claim) => Some(claim.scope()),
            Self::V4Url(claim) => Some(claim.scope()),
            Self::S3V4Header(claim) => Some(claim.scope()),
            Self::V1Header(_) | Self::V1Url(_) | Self::V2Header(_) | Self::V2Url(_) => None,
        }
    }

    /// The names of the additional headers as sent, separated by `;`; empty for V1, which has none, and for the S3 dialect, whose list
    /// holds every signed header.
    #[must_use]
    pub fn additional_headers(&self) -> &'a str {
        match self {
            Self::V2Header(claim) => claim.additional_headers(),
            Self::V2Url(claim) => claim.additional_headers(),
            Self::V4Header(claim) => claim.additional_headers(),
            Self::V4Url(claim) => claim.additional_headers(),
            Self::V1Header(_) | Self::V1Url(_) | Self::S3V4Header(_) => "",
        }
    }

    /// When the claim is valid.
    ///
    /// V1 headers read `x-oss-date` (ISO 8601 basic or RFC 1123) or else `Date`; V2 headers read `Date`; V4
    /// headers read `x-oss-date` (ISO 8601 basic only) or else `Date`; the S3 dialect reads `x-amz-date` or
    /// else `Date`. URLs carry their time in the query, which has been read already, so they never fail here.
    ///
    /// # Errors
    /// [`DateError`] if the header is absent or unreadable.
    pub fn validity(&self, request: &Request<'a>) -> Result<Validity, DateError> {
        let skew = |at| Validity::Skew { at };
        match self {
            Self::V1Header(_) => v1::header::request_time(request).map(skew),
            Self::V2Header(_) => v2::header::request_time(request).map(skew),
            Self::V4Header(_) => v4::header::request_time(request).map(skew),
            Self::S3V4Header(_) => s3::header::request_time(request).map(skew),
            Self::V1Url(claim) => Ok(Validity::Until {
                expires: claim.expires(),
            }),
            Self::V2Url(claim) => Ok(Validity::Until {
                expires: claim.expires(),
            }),
            Self::V4Url(claim) => Ok(Validity::Window {
                from: claim.signed_at(),
                expires: claim.expires(),
            }),
        }
    }

    /// Checks the credential scope: the day of `request_time`, the region of the bucket, the product and the
    /// terminator, in this order. Passes for schemes without a scope.
    ///
    /// `request_time` is the time in [`Validity::Skew`] or the beginning of [`Validity::Window`]. `region` is
    /// the bare id (`cn-hangzhou`); for the product `oss-cloudbox` it is the id of the cloud box.
    ///
    /// # Errors
    /// [`ScopeError`] for the first part that is wrong.
    pub fn check_scope(&self, request_time: Timestamp, region: &str) -> Result<(), ScopeError> {
        let dialect = if self.is_s3() {
            Dialect::S3
        } else {
            Dialect::Oss
        };
        match self.scope() {
            None => Ok(()),
            Some(scope) => scope.check(dialect, self.carrier().into(), request_time, region),
        }
    }

    /// What the server calculates for this request with the secret of the claimed key.
    #[must_use]
    pub fn compute(&self, request: &Request<'a>, access_key_secret: &str) -> Computed {
        match self {
            Self::V1Header(_) => v1::header::compute(request, access_key_secret),
            Self::V1Url(claim) => claim.compute(request, access_key_secret),
            Self::V2Header(claim) => claim.compute(request, access_key_secret),
            Self::V2Url(claim) => claim.compute(request, access_key_secret),
            Self::V4Header(claim) => claim.compute(request, access_key_secret),
            Self::V4Url(claim) => claim.compute(request, access_key_secret),
            Self::S3V4Header(claim) => claim.compute(request, access_key_secret),
        }
    }

    /// Calculates the signature and compares it with the provided one in constant time.
    ///
    /// # Errors
    /// [`Mismatch`], with everything that OSS puts into the body of `SignatureDoesNotMatch`.
    pub fn verify(
        &self,
        request: &Request<'a>,
        access_key_secret: &str,
    ) -> Result<(), Box<Mismatch>> {
        self.compute(request, access_key_secret)
            .matches(self.signature())
    }
}

/// A signature scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// HMAC-SHA1 over listed sub-resources.
    V1,
    /// HMAC-SHA256 over the whole query.
    V2,
    /// HMAC-SHA256 with a key derived for day, region and product.
    V4,
    /// V4 as AWS S3 defines it.
    S3V4,
}

impl Scheme {
    /// The EC value of a signature in header or URL that does not match (EC 0002-00000040, -101, -201, -429).
    /// Forms have one value for all schemes, 0002-00000705.
    #[must_use]
    pub fn mismatch_ec(self) -> &'static str {
        match self {
            Self::V1 => "0002-00000040",
            Self::V2 => "0002-00000101",
            Self::V4 => "0002-00000201",
            Self::S3V4 => "0002-00000429",
        }
    }

    /// The EC value of an absent or unreadable date (EC 0002-00000502, -503, -505).
    #[must_use]
    pub fn date_ec(self, error: DateError) -> &'static str {
        match (self, error) {
            (Self::V4 | Self::S3V4, DateError::Unreadable) => "0002-00000502",
            _ => error.ec(),
        }
    }
}

/// Where a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// In the `Authorization` header.
    Header,
    /// In the query of the URL.
    Url,
}

fn parse_claim<'a>(request: &Request<'a>) -> Result<Option<Claim<'a>>, ClaimError> {
    let mut authorizations = request.headers_named("authorization");
    let authorization = authorizations.next();
    if authorizations.next().is_some() {
        return Err(ClaimError::RepeatedAuthorization);
    }
    match authorization {
        Some(_) if is_url_signed(request) => Err(ClaimError::SignatureInHeaderAndUrl),
        Some(value) => parse_header(value, request).map(Some),
        None => parse_url(request),
    }
}

fn parse_header<'a>(value: &'a [u8], request: &Request<'a>) -> Result<Claim<'a>, ClaimError> {
    let value = std::str::from_utf8(value).map_err(|_| ClaimError::UnknownAuthorization)?;
    let Some((scheme, rest)) = value.split_once(' ') else {
        return Err(ClaimError::UnknownAuthorization);
    };
    match scheme {
        v1::header::SCHEME => v1::header::parse(rest, request).map(Claim::V1Header),
        v2::header::SCHEME => v2::header::parse(rest, request).map(Claim::V2Header),
        v4::ALGORITHM => v4::header::parse(rest, request).map(Claim::V4Header),
        s3::ALGORITHM => s3::header::parse(rest, request).map(Claim::S3V4Header),
        s3::V2_SCHEME => Err(ClaimError::UnsupportedS3Signature {
            carrier: Carrier::Header,
        }),
        _ => Err(ClaimError::UnknownAuthorization),
    }
}

fn parse_url<'a>(request: &Request<'a>) -> Result<Option<Claim<'a>>, ClaimError> {
    match request.query_value("x-oss-signature-version") {
        Some(v2::url::VERSION) => v2::url::parse(request).map(Claim::V2Url).map(Some),
        Some(v4::ALGORITHM) => v4::url::parse(request).map(Claim::V4Url).map(Some),
        Some(version) => Err(ClaimError::UnknownSignatureVersion {
            version: version.to_owned(),
        }),
        None if has_any(request, &s3::URL_PARAMETERS) => Err(ClaimError::UnsupportedS3Signature {
            carrier: Carrier::Url,
        }),
        None if has_any(request, &v1::url::PARAMETERS) => {
            v1::url::parse(request).map(Claim::V1Url).map(Some)
        }
        None => Ok(None),
    }
}

fn is_url_signed(request: &Request<'_>) -> bool {
    has_any(request, &v1::url::PARAMETERS)
        || has_any(request, &VERSIONED_PARAMETERS)
        || has_any(request, &s3::URL_PARAMETERS)
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
            && request.has_query("X-Amz-Security-Token"))
}

/// The query parameters that make a V2 or V4 URL and mean nothing else.
const VERSIONED_PARAMETERS: [&str; 4] = [
    "x-oss-signature-version",
    "x-oss-signature",
    "x-oss-credential",
    "x-oss-access-key-id",
];
