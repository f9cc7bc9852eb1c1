//! `kms-service`: the account of the bucket's owner has KMS, and has paid for it (help page: HTTP status code 403; EC 0005-00000218).
//!
//! The 403 page and the pages of the operations call a KMS that was never activated by two codes. The EC page speaks of requests that
//! name a KMS key; that others get the code of the 403 page is inferred.

use super::inquiry::Inquiry;
use super::kms;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::world::KmsStatus;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let names_key = inquiry
        .header_or_field("x-oss-server-side-encryption-key-id")
        .is_some();
    for (_, bucket) in kms::uses(inquiry) {
        let status = inquiry
            .world
            .accounts
            .get(&bucket.owner)
            .map(|account| account.kms);
        let cause = match status {
            Some(KmsStatus::None) if names_key => Cause::KmsServiceNotEnabled,
            Some(KmsStatus::None) => Cause::KmsNotActivated,
            Some(KmsStatus::InDebt) => Cause::KmsInDebt,
            Some(KmsStatus::Overdue) => Cause::KmsInDebtOverdue,
            Some(KmsStatus::Active) | None => continue,
        };
        return Err(Denial::new(cause).into());
    }
    Ok(())
}
