//! The server-side encryption that a bucket has by default.

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
    Ok(Answer::xml(200, xml.finish()))
}

/// Help page: DeleteBucketEncryption.
pub(super) fn delete(bucket: &mut Bucket) -> Result<Answer, Rejection> {
    bucket.encryption = None;
    Ok(Answer::empty(204))
}
