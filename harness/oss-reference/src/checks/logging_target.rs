//! `logging-target`: access logs go to a bucket of one's own (help page: PutBucketLogging, InvalidTargetBucketForLogging).
//!
//! The target stands in the body, so this is asked once the body has been read.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::documents::logging_target;
use crate::operation::Operation;
use crate::operation::settings::setting;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let (Some(bucket), Some(body)) = (inquiry.bucket(), inquiry.body) else {
        return Ok(());
    };
    let logs = setting(inquiry.request).is_some_and(|setting| setting.name == "logging");
    if !logs || !inquiry.asks(Operation::PutBucketSetting) {
        return Ok(());
    }
    // That a target which does not exist is accepted, as one's own to be, is inferred.
    let target = logging_target(body).and_then(|name| inquiry.world.buckets.get(&name));
    match target {
        Some(target) if target.owner != bucket.owner => {
            Err(Denial::new(Cause::LoggingTargetBucket).into())
        }
        _ => Ok(()),
    }
}
