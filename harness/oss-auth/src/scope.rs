//! The credential of a V4 signature: `<AccessKeyId>/<YYYYMMDD>/<region>/<product>/<terminator>`.
//!
//! Pages: V4 signature in the Authorization header; EC 0002-00000212, -213, -226, -227 (header), -223, -224,
//! -228 (URL), -709, -710, -715 (form); S3 dialect -409 (header), -421, -425 (URL).

use std::fmt;

use crate::date::Timestamp;
use crate::scheme::{Carrier, Scheme};

/// What the key of a V4 signature is bound to. `Display` writes it as it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The UTC day, `YYYYMMDD`.
    pub date: &'a str,
    /// The region id without the prefix `oss-`, or the id of a cloud box.
    pub region: &'a str,
    /// `oss`, `oss-cloudbox` or, in the S3 dialect, `s3`.
    pub product: &'a str,
    /// `aliyun_v4_request` or, in the S3 dialect, `aws4_request`.
    pub terminator: &'a str,
}

impl<'a> Scope<'a> {
    /// The scope of an OSS request.
    #[must_use]
    pub fn oss(date: &'a str, region: &'a str) -> Self {
        Self {
            date,
            region,
            product: "oss",
            terminator: OSS_TERMINATOR,
        }
    }

    /// The scope of a request in the S3 dialect.
    #[must_use]
    pub fn s3(date: &'a str, region: &'a str) -> Self {
        Self {
            date,
            region,
            product: "s3",
            terminator: S3_TERMINATOR,
        }
    }

    /// Checks that the scope was made on the day of the signature, for the region of the bucket and for OSS. What does not say
    /// when it was signed has no right day.
    pub(crate) fn check(
        &self,
        scheme: Scheme,
        carrier: ScopeCarrier,
        signed_at: Option<Timestamp>,
        region: &str,
    ) -> Result<(), ScopeError> {
        let fault = |part, found: &str, expected: &str| {
            Err(ScopeError {
                part,
                found: found.to_owned(),
                expected: expected.to_owned(),
                carrier,
                scheme,
            })
        };
        let (products, terminator) = match scheme {
            Scheme::S3V4 => (&["s3"][..], S3_TERMINATOR),
            _ => (&["oss", "oss-cloudbox"][..], OSS_TERMINATOR),
        };
        let date = signed_at.map(Timestamp::scope_date).unwrap_or_default();
        if self.date != date {
            return fault(ScopePart::Date, self.date, &date);
        }
        // S3 clients are configured with `oss-cn-hangzhou` or `cn-hangzhou`, or not at all, and all of it works: the pages of EC
        // 0002-000004xx show the last for the right request to Hangzhou. An OSS scope with the prefix is refused (EC 0002-00000226).
        let s3 = || self.region.strip_prefix("oss-") == Some(region) || self.region == S3_REGION;
        if self.region != region && !(scheme == Scheme::S3V4 && s3()) {
            return fault(ScopePart::Region, self.region, region);
        }
        if !products.contains(&self.product) {
            return fault(ScopePart::Product, self.product, products[0]);
        }
        if self.terminator != terminator {
            return fault(ScopePart::Terminator, self.terminator, terminator);
        }
        Ok(())
    }
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            date,
            region,
            product,
            terminator,
        } = self;
        write!(f, "{date}/{region}/{product}/{terminator}")
    }
}

/// A part of a [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopePart {
    /// The day; OSS answers "Invalid signing date in Authorization header."
    Date,
    /// The region; OSS answers "Invalid signing region in Authorization header."
    Region,
    /// The product; OSS answers "Invalid signing product in Authorization header."
    Product,
    /// The last part; OSS answers "Authorization header is invalid."
    Terminator,
}

/// A well-formed credential scope is not the one this request needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {} of the credential scope is {found:?}, expected {expected:?}", .part.word())]
pub struct ScopeError {
    /// Which part is wrong.
    pub part: ScopePart,
    /// What the request said.
    pub found: String,
    /// What the server expected.
    pub expected: String,
    carrier: ScopeCarrier,
    scheme: Scheme,
}

impl ScopeError {
    /// The EC value of the case. The product has one documented value, that of the header. The S3 dialect has values for the
    /// day, and one for whatever else is wrong with the credential of a URL; that of a header shares the values of V4.
    #[must_use]
    pub fn ec(&self) -> &'static str {
        use ScopeCarrier::{Form, Header, Url};
        if self.scheme == Scheme::S3V4 {
            match (self.part, self.carrier) {
                (ScopePart::Date, Header) => return "0002-00000409",
                (ScopePart::Date, Url) => return "0002-00000421",
                (_, Url) => return "0002-00000425",
                _ => {}
            }
        }
        match (self.part, self.carrier) {
            (ScopePart::Date, Header) => "0002-00000212",
            (ScopePart::Date, Url) => "0002-00000223",
            (ScopePart::Date, Form) => "0002-00000709",
            (ScopePart::Region, Header) => "0002-00000226",
            (ScopePart::Region, Url) => "0002-00000228",
            (ScopePart::Region, Form) => "0002-00000715",
            (ScopePart::Product, Header | Url) => "0002-00000227",
            (ScopePart::Terminator, Header) => "0002-00000213",
            (ScopePart::Terminator, Url) => "0002-00000224",
            (ScopePart::Product | ScopePart::Terminator, Form) => "0002-00000710",
        }
    }
}

impl ScopePart {
    fn word(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Region => "region",
            Self::Product => "product",
            Self::Terminator => "terminator",
        }
    }
}

/// Where a scope was read, which decides the EC value of a complaint about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeCarrier {
    Header,
    Url,
    Form,
}

impl From<Carrier> for ScopeCarrier {
    fn from(carrier: Carrier) -> Self {
        match carrier {
            Carrier::Header => Self::Header,
            Carrier::Url => Self::Url,
        }
    }
}

/// A parsed credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credential<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) scope: Scope<'a>,
}

/// Why a credential cannot be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialFault {
    Malformed,
    EmptyAccessKeyId,
    EmptyRegion,
}

impl<'a> Credential<'a> {
    /// Parses five parts, none empty. What the parts say is left to [`Scope::check`].
    pub(crate) fn parse(text: &'a str) -> Result<Self, CredentialFault> {
        let mut parts = text.split('/');
        let mut next = || parts.next().ok_or(CredentialFault::Malformed);
        let access_key_id = next()?;
        let scope = Scope {
            date: next()?,
            region: next()?,
            product: next()?,
            terminator: next()?,
        };
        let Scope {
            date,
            region,
            product,
            terminator,
        } = scope;
        let has_empty = [date, product, terminator].contains(&"");
        if has_empty || parts.next().is_some() {
            return Err(CredentialFault::Malformed);
        }
        if access_key_id.is_empty() {
            return Err(CredentialFault::EmptyAccessKeyId);
        }
        if region.is_empty() {
            return Err(CredentialFault::EmptyRegion);
        }
        Ok(Self {
            access_key_id,
            scope,
        })
    }
}

/// The region of S3 clients that have been told none.
pub const S3_REGION: &str = "us-east-1";

const OSS_TERMINATOR: &str = "aliyun_v4_request";
const S3_TERMINATOR: &str = "aws4_request";
