//! The S3 dialect: V4 as AWS S3 defines it, which OSS accepts from S3 clients.
//!
//! Page: Use Amazon S3 SDKs to access OSS. Only the header form is here. A signature in the URL and the older
//! `AWS id:signature` are recognised and refused as [`UnsupportedS3Signature`](crate::ClaimError), so that
//! such requests do not pass for anonymous ones.

mod canonical;
pub mod header;

/// Names the scheme in the `Authorization` header and in the StringToSign.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Names the older scheme in the `Authorization` header.
pub(crate) const V2_SCHEME: &str = "AWS";

/// The query parameters that make a signed URL of the dialect.
pub(crate) const URL_PARAMETERS: [&str; 4] = [
    "AWSAccessKeyId",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
];
