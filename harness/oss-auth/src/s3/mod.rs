//! The S3 dialect: V4 and V2 as AWS S3 defines them, which OSS accepts from S3 clients.
//!
//! Page: Use Amazon S3 SDKs to access OSS. ECs 0002-00000301 to -307 (V2), -402 to -430 (V4). The pages give no status and no code
//! but for a mismatch; malformed fields are reported as those of the OSS schemes.

mod canonical;
pub mod header;
pub mod url;
pub mod v2;
