//! `bucket-ownership`: what manages buckets is for the owner, and for those whom a policy allows it (help page: Authentication, step
//! 4.2; EC 0003-00000001, -02, -202, -905).
//!
//! No ACL grants it, listing included. The document would refuse the owner's own root key too, which has no policies; the service
//! plainly does not.

use super::claim::Caller;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::host::HostClass;
use crate::operation::Operation;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    // The accelerate host without a bucket serves no list of buckets (help page: Transfer acceleration).
    let accelerated = inquiry.request.destination.addressed.class == HostClass::Accelerate;
    if accelerated && inquiry.asks(Operation::ListBuckets) {
        return Err(Denial::new(Cause::ListBucketsForbidden).into());
    }
    match inquiry.open_rights().find(|right| right.is_management()) {
        Some(right) => Err(right.explain(inquiry, refusal(inquiry)).into()),
        None => Ok(()),
    }
}

fn refusal(inquiry: &Inquiry<'_>) -> Denial {
    let anonymous = *inquiry.caller() == Caller::Anonymous;
    match inquiry.operation() {
        Ok(Operation::ListBuckets) => Denial::new(Cause::ListBucketsForbidden),
        Ok(Operation::PutBucket) => Denial::new(Cause::PutBucketForbidden),
        // Which operations are worded so is inferred from a single sample.
        Ok(Operation::DescribeRegions) => Denial::new(Cause::AccessDenied),
        Ok(Operation::GetBucketStat) if !anonymous => Denial::new(Cause::AccessDenied),
        _ if anonymous => Denial::new(Cause::AnonymousBucket),
        _ => Denial::new(Cause::BucketNotBelong),
    }
}
