//! `kms-default`: a bucket cannot be set to encrypt with KMS where its owner's account has none (help page: PutBucketEncryption,
//! KmsServiceNotEnabled).
//!
//! The algorithm stands in the body, so this is asked once the body has been read.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::documents;
use crate::operation::Operation;
use crate::world::KmsStatus;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let (Some(bucket), Some(body)) = (inquiry.bucket(), inquiry.body) else {
        return Ok(());
    };
    let account = inquiry.world.accounts.get(&bucket.owner);
    let without = account.is_some_and(|account| account.kms == KmsStatus::None);
    if !without || !inquiry.asks(Operation::PutBucketEncryption) {
        return Ok(());
    }
    // A body that cannot be read is the operation's to refuse.
    match documents::encryption_rule(body) {
        Ok(default) if default.uses_kms() => Err(Denial::new(Cause::KmsServiceNotEnabled).into()),
        _ => Ok(()),
    }
}
