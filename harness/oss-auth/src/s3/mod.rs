//! The S3 dialect: V4 as AWS S3 defines it, which OSS accepts from S3 clients.
//!
//! Page: Use Amazon S3 SDKs to access OSS. Only the header form is here. A signature in the URL and the older
//! `AWS id:signature` are recognised and refused as [`UnsupportedS3Signature`](crate::ClaimError), so that
//! such requests do not pass for anonymous ones.

mod canonical;
pub mod header;
