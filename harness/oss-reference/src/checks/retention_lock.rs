//! `retention-lock`: a locked retention policy can be neither aborted nor completed again (help page: Retention policies; the latter is
//! inferred).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;
use crate::world::RetentionState;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let undoes =
        inquiry.asks(Operation::AbortBucketWorm) || inquiry.asks(Operation::CompleteBucketWorm);
    let retention = inquiry
        .bucket()
        .and_then(|bucket| bucket.retention.as_ref());
    match retention {
        Some(retention) if undoes && retention.state == RetentionState::Locked => {
            Err(Denial::new(Cause::WormLocked).into())
        }
        _ => Ok(()),
    }
}
