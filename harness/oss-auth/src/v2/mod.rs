//! V2: HMAC-SHA256 over the method, OSS and additional headers and the whole query.
//!
//! V2 has no signing page any more; the pages of EC 0002-00000101 to -118 still describe its fields, and the
//! Python and Java SDKs its StringToSign.

mod canonical;
pub mod header;
pub mod url;
