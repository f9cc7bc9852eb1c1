//! V4: HMAC-SHA256 with a key derived for day, region and product; the scheme that OSS recommends.
//!
//! Pages: Signature version 4 (recommended), in the Authorization header and in URLs. The body is never
//! signed, and neither are `Host`, `Date` and other headers unless they are listed as additional ones.

pub(crate) mod canonical;
pub(crate) mod date;
pub mod header;
pub(crate) mod key;
pub mod url;
