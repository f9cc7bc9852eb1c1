//! V2 of the S3 dialect: HMAC-SHA1 over the method, a few headers, the path and the listed sub-resources.
//!
//! Page: AWS, Signing and authenticating REST requests (Signature Version 2). Differs from V1 of OSS in the headers (`x-amz-*`), the
//! date, the path, which is signed as it is escaped on the wire, and the list of sub-resources.

mod canonical;
pub mod header;
pub mod url;
