//! Server-side encryption: a bucket's default, and what a request asks for.

use super::refusals::{document, malformed_xml};
use crate::answer::{Answer, Rejection};
use crate::world::{Bucket, Encryption};
use crate::xml::Writer;

/// Help page: PutBucketEncryption.
pub(super) fn put(bucket: &mut Bucket, body: &[u8]) -> Result<Answer, Rejection> {
    bucket.encryption = Some(default(body)?);
    Ok(Answer::empty(200))
}

/// The default that a PutBucketEncryption asks for, for the check of KMS and for the operation alike.
///
/// # Errors
/// 400 when the body is no such rule.
pub(crate) fn default(body: &[u8]) -> Result<Encryption, Rejection> {
    let rule = document(body, "ServerSideEncryptionRule")?;
    let default = rule
        .child("ApplyServerSideEncryptionByDefault")
        .ok_or_else(|| malformed_xml("ApplyServerSideEncryptionByDefault is missing"))?;
    let encryption = read(
        default.text_of("SSEAlgorithm"),
        default.text_of("KMSMasterKeyID"),
    )?;
    encryption.ok_or_else(|| malformed_xml("SSEAlgorithm is missing"))
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

/// The encryption named by an algorithm and a key; `None` when neither is given.
///
/// # Errors
/// 400 for an algorithm OSS does not have (EC 0005-00000003), and for a key without KMS.
pub(super) fn read(
    algorithm: Option<&str>,
    key: Option<&str>,
) -> Result<Option<Encryption>, Rejection> {
    let key = key.filter(|key| !key.is_empty());
    let unknown = |text: &str| {
        let message =
            "The encryption request you specified is not valid. Supported value: AES256/KMS/SM4.";
        Rejection::new(400, "InvalidEncryptionAlgorithmError", message)
            .ec("0005-00000003")
            .extra("ServerSideEncryptionAlgorithm", text)
    };
    match algorithm.filter(|algorithm| !algorithm.is_empty()) {
        None if key.is_some() => Err(unknown("")),
        None => Ok(None),
        Some(algorithm @ ("AES256" | "SM4")) if key.is_none() => Ok(Some(Encryption {
            algorithm: algorithm.to_owned(),
            key_id: None,
        })),
        Some("KMS") => Ok(Some(Encryption {
            algorithm: "KMS".to_owned(),
            key_id: key.map(str::to_owned),
        })),
        Some(other) => Err(unknown(other)),
    }
}
