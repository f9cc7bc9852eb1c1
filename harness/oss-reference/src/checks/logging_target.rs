//! `logging-target`: access logs go to a bucket of one's own, which is there (help page: PutBucketLogging, InvalidTargetBucketForLogging;
//! the tests of three SDKs name a bucket that does not exist).
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
    let Some(target) = logging_target(body) else {
        return Ok(());
    };
    match inquiry.world.buckets.get(&target) {
        Some(target) if target.owner == bucket.owner => Ok(()),
        _ => Err(Denial::new(Cause::LoggingTargetBucket).into()),
    }
}
