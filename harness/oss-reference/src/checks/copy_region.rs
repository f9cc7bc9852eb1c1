//! `copy-region`: a copy stays in its region (help page: CopyObject; EC 0016-00000306).
//!
//! Asked before the source is looked for (inferred).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    if !inquiry.asks(Operation::CopyObject) && !inquiry.asks(Operation::UploadPartCopy) {
        return Ok(());
    }
    let source = inquiry
        .copy_source()
        .and_then(|source| inquiry.world.buckets.get(&source.bucket));
    match (source, inquiry.bucket()) {
        (Some(source), Some(target)) if source.region != target.region => {
            Err(Denial::new(Cause::CopyCrossRegion).into())
        }
        _ => Ok(()),
    }
}
