//! `object-state`: archived bytes cannot be read before they have been restored (help page: RestoreObject; EC 0016-00000404, for
//! copies -330). Metadata can.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;
use crate::world::{Bucket, Object, StorageClass};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let copies = !inquiry.asks(Operation::GetObject);
    let Some(object) = inquiry.bytes_read() else {
        return Ok(());
    };
    if !object.storage_class.needs_restore() || is_restored(object, inquiry.now()) {
        return Ok(());
    }
    if !copies
        && object.storage_class == StorageClass::Archive
        && inquiry.bucket().is_some_and(reads_archive_directly)
    {
        return Ok(());
    }
    let ec = if copies {
        "0016-00000330"
    } else {
        "0016-00000404"
    };
    Err(Denial::new(Cause::ObjectState).ec(ec).into())
}

fn is_restored(object: &Object, now: i64) -> bool {
    object
        .restoration
        .is_some_and(|restoration| restoration.ready <= now && now < restoration.expires)
}

/// Whether real-time access to Archive is on (help page: PutBucketArchiveDirectRead).
fn reads_archive_directly(bucket: &Bucket) -> bool {
    bucket
        .settings
        .get("bucketArchiveDirectRead")
        .is_some_and(|kept| kept.text.contains("<Enabled>true</Enabled>"))
}
