//! `bucket-status`: a bucket that security has blocked answers nobody (EC 0003-00000908).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;
use crate::world::BucketStatus;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.bucket() {
        Some(bucket)
            if bucket.status == BucketStatus::Disabled
                && !inquiry.asks(Operation::OptionObject) =>
        {
            Err(Denial::new(Cause::BucketDisabled)
                .extra("BucketName", bucket.name.clone())
                .into())
        }
        _ => Ok(()),
    }
}
