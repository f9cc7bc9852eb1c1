//! The server-side encryption that a bucket has by default.

use md5::{Digest as _, Md5};

use crate::answer::{Answer, Rejection};
use crate::documents;
use crate::world::Bucket;
use crate::xml::Writer;

/// Help page: PutBucketEncryption.
pub(super) fn put(bucket: &mut Bucket, body: &[u8]) -> Result<Answer, Rejection> {
    bucket.encryption = Some(documents::encryption_rule(body)?);
    Ok(Answer::empty(200))
}

/// Help page: GetBucketEncryption.
pub(super) fn get(bucket: &Bucket) -> Result<Answer, Rejection> {
    let encryption = bucket.encryption.as_ref().ok_or_else(|| {
        Rejection::new(
            404,
            "NoSuchServerSideEncryptionRule",
            "The server side encryption configuration was not found.",
        )
        .extra("BucketName", &bucket.name)
    })?;
    let mut xml = Writer::new("ServerSideEncryptionRule");
    xml.open("ApplyServerSideEncryptionByDefault")
        .leaf("SSEAlgorithm", &encryption.algorithm);
    if let Some(key) = &encryption.key_id {
        xml.leaf("KMSMasterKeyID", key);
    }
    if let Some(data) = &encryption.data_algorithm {
        xml.leaf("KMSDataEncryption", data);
    }
    Ok(Answer::xml(200, xml.finish()))
}

/// The id of the key that KMS keeps for OSS in an account, used where none is named.
pub(super) fn default_key(uid: &str) -> String {
    let digest: [u8; 16] = Md5::digest(uid.as_bytes()).into();
    let hex = oss_auth::upper_hex(&digest).to_ascii_lowercase();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// Help page: DeleteBucketEncryption.
pub(super) fn delete(bucket: &mut Bucket) -> Result<Answer, Rejection> {
    bucket.encryption = None;
    Ok(Answer::empty(204))
}
