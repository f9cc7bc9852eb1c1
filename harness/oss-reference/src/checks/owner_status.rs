//! `owner-status`: the accounts behind a request must be in order (EC 0003-00000801).
//!
//! A disabled owner takes the bucket's data away from everybody, anonymous readers included; lists of buckets and a bucket's own
//! settings are still answered. A disabled requester is refused the same requests (inferred). The requester is taken at its word here,
//! before its signature is looked at: that can only lead to a refusal. An abnormal owner closes the bucket altogether.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;
use crate::world::AccountStatus;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(bucket) = inquiry.bucket() else {
        return Ok(());
    };
    if inquiry.asks(Operation::OptionObject) {
        return Ok(());
    }
    let owner = inquiry
        .world
        .accounts
        .get(&bucket.owner)
        .map(|account| account.status);
    if owner == Some(AccountStatus::Abnormal) {
        return Err(Denial::new(Cause::BucketOwnerAbnormal).into());
    }
    let requester = inquiry.caller_account().map(|account| account.status);
    let disabled = [owner, requester].contains(&Some(AccountStatus::Disabled));
    if disabled && inquiry.operation().is_ok_and(Operation::is_data) {
        return Err(Denial::new(Cause::UserDisabled)
            .extra("BucketName", bucket.name.clone())
            .into());
    }
    Ok(())
}
