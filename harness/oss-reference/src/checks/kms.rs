//! When KMS is asked for a key: encrypting what is written, decrypting what is read (help page: Server-side encryption).

use super::inquiry::Inquiry;
use crate::operation::Operation;
use crate::world::{Bucket, Encryption, Object};

/// The KMS actions the request needs, each with the bucket whose owner's KMS it is.
pub(super) fn uses<'a>(inquiry: &Inquiry<'a>) -> impl Iterator<Item = (&'static str, &'a Bucket)> {
    let read = reads(inquiry).map(|bucket| ("kms:Decrypt", bucket));
    let written = writes(inquiry).map(|bucket| ("kms:GenerateDataKey", bucket));
    read.into_iter().chain(written)
}

/// The bucket of the encrypted object whose bytes are asked for.
fn reads<'a>(inquiry: &Inquiry<'a>) -> Option<&'a Bucket> {
    let object: &Object = inquiry.bytes_read()?;
    object
        .encryption
        .as_ref()
        .filter(|encryption| encryption.uses_kms())?;
    match inquiry.copy_source() {
        Some(source) => inquiry.world.buckets.get(&source.bucket),
        None => inquiry.bucket(),
    }
}

/// The bucket that something encrypted is written to: by the request's header or field, else by the upload's, else by the bucket's
/// default.
fn writes<'a>(inquiry: &Inquiry<'a>) -> Option<&'a Bucket> {
    let bucket = inquiry.bucket()?;
    let by_upload = |template: &Object| {
        template
            .encryption
            .as_ref()
            .is_some_and(Encryption::uses_kms)
    };
    let by_default = || bucket.encryption.as_ref().is_some_and(Encryption::uses_kms);
    let encrypts = match inquiry.operation().ok()? {
        Operation::PutObject
        | Operation::PostObject
        | Operation::AppendObject
        | Operation::CopyObject
        | Operation::InitiateMultipartUpload => {
            match inquiry.header_or_field("x-oss-server-side-encryption") {
                Some(algorithm) => algorithm == "KMS",
                None => by_default(),
            }
        }
        Operation::UploadPart | Operation::UploadPartCopy => {
            let id = inquiry.request.query_value("uploadId")?;
            let upload = bucket
                .uploads
                .get(&(inquiry.key()?.to_owned(), id.to_owned()))?;
            by_upload(&upload.template)
        }
        _ => false,
    };
    encrypts.then_some(bucket)
}
