//! Guards on what is asked, and on whether the things it names are there.

use super::super::inquiry::Inquiry;
use crate::answer::{Refusal, Rejection};
use crate::host::is_object_name;
use crate::operation::Operation;
use crate::refusals::{invalid_version, no_such_bucket};
use crate::world::Missing;
use crate::world::versions::is_version_id;

/// Method, sub-resources and headers name an operation (EC 0017-00000001).
pub(in super::super) fn known(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    inquiry.operation().map(|_| ()).map_err(Refusal::from)
}

/// The key is one an object can have: at most 1023 bytes, not beginning with a slash or backslash (help page: Objects).
pub(in super::super) fn object_name(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.key() {
        Some(key) if !is_object_name(key) => Err(Rejection::new(
            400,
            "InvalidObjectName",
            "The specified object is not valid.",
        )
        .extra("ObjectName", key)
        .into()),
        _ => Ok(()),
    }
}

/// The source of a copy or a renaming is well named, and its bucket exists.
pub(in super::super) fn source(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    if inquiry.asks(Operation::RenameObject) {
        return match inquiry.request.rename_source() {
            Some(Err(rejection)) => Err(rejection.into()),
            _ => Ok(()),
        };
    }
    if !inquiry.asks(Operation::CopyObject) && !inquiry.asks(Operation::UploadPartCopy) {
        return Ok(());
    }
    let version = inquiry
        .copy_source()
        .and_then(|source| source.version.as_deref());
    if let Some(id) = version.filter(|id| !is_version_id(id)) {
        return Err(invalid_version(id).into());
    }
    match inquiry.request.copy_source() {
        Some(Err(rejection)) => Err(rejection.into()),
        Some(Ok(source)) if !inquiry.world.buckets.contains_key(&source.bucket) => {
            Err(no_such_bucket(&source.bucket).into())
        }
        _ => Ok(()),
    }
}

/// A body that is framed as `aws-chunked` is signed piece by piece (EC 0017-00000804).
pub(in super::super) fn framing(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(Err((name, value))) = inquiry.request.aws_chunked() else {
        return Ok(());
    };
    let message =
        "aws-chunked encoding is not supported with the specified x-amz-content-sha256 value.";
    Err(Rejection::new(400, "InvalidArgument", message)
        .ec("0017-00000804")
        .extra("ArgumentName", name)
        .extra("ArgumentValue", value)
        .into())
}

/// What shall be read is there. Asked after authorisation, so that who may not read cannot learn what is there.
pub(in super::super) fn object_exists(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Ok(operation) = inquiry.operation() else {
        return Ok(());
    };
    let (bucket, key, version) = match operation {
        Operation::GetObject
        | Operation::HeadObject
        | Operation::GetObjectMeta
        | Operation::GetSymlink
        | Operation::GetObjectAcl
        | Operation::PutObjectAcl
        | Operation::GetObjectTagging
        | Operation::PutObjectTagging
        | Operation::DeleteObjectTagging
        | Operation::RestoreObject => (inquiry.bucket(), inquiry.key(), inquiry.version()),
        Operation::CopyObject | Operation::UploadPartCopy => match inquiry.copy_source() {
            Some(source) => (
                inquiry.world.buckets.get(&source.bucket),
                Some(source.key.as_str()),
                source.version.as_deref(),
            ),
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    let (Some(bucket), Some(key)) = (bucket, key) else {
        return Ok(());
    };
    let copies = matches!(operation, Operation::CopyObject | Operation::UploadPartCopy);
    let absent = |missing: Missing<'_>| {
        if copies {
            missing.of_copy(key, version)
        } else {
            missing.rejection(key, version)
        }
    };
    bucket
        .object(key, version)
        .map(|_| ())
        .map_err(|missing| absent(missing).into())
}
