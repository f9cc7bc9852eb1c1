//! V1: HMAC-SHA1 over the method, a few headers and the listed sub-resources.
//!
//! Pages: Include signatures in the Authorization header; Add signatures to URLs. Closed to new accounts
//! since 2025-03-01 and to new buckets since 2025-09-01 (page: Guidelines for upgrading V1 signatures to V4).

mod canonical;
pub mod header;
mod subresources;
pub mod url;

pub use subresources::is_signed_subresource;
