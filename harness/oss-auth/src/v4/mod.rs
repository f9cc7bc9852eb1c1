//! V4: HMAC-SHA256 with a key derived for day, region and product; the scheme that OSS recommends.
//!
//! Pages: Signature version 4 (recommended), in the Authorization header and in URLs. The body is never
//! signed, and neither are `Host`, `Date` and other headers unless they are listed as additional ones.

mod canonical;
pub(crate) mod date;
pub mod header;
mod key;
pub mod url;

pub(crate) use canonical::string_to_sign;
pub(crate) use key::{OSS_PREFIX, signing_key};

/// Names the scheme in the `Authorization` header, in `x-oss-signature-version` and in the StringToSign.
pub(crate) const ALGORITHM: &str = "OSS4-HMAC-SHA256";
