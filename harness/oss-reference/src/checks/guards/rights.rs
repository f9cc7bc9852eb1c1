//! The guard on rights that answers with 409.

use super::super::inquiry::Inquiry;
use crate::answer::{Refusal, Rejection};
use crate::operation::{Class, Operation};

/// A name is taken once: making somebody else's bucket, or setting its ACL, is a conflict and not forbidden (EC 0015-00000104).
pub(in super::super) fn bucket_name_free(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(bucket) = inquiry.bucket() else {
        return Ok(());
    };
    let create = inquiry.class() == Some(Class::Create);
    let foreign = inquiry.caller().account() != Some(bucket.owner.as_str());
    let allowed = inquiry.asks(Operation::PutBucketAcl)
        && inquiry
            .rights()
            .iter()
            .all(super::super::rights::Right::allowed);
    if !create || !foreign || allowed {
        return Ok(());
    }
    let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
                   Please select a different name and try again.";
    Err(Rejection::new(409, "BucketAlreadyExists", message)
        .ec("0015-00000104")
        .extra("BucketName", bucket.name.clone())
        .into())
}
