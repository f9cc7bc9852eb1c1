//! `kms-service`: the account of the bucket's owner has KMS, and has paid for it (help page: HTTP status code 403; EC 0005-00000218).

use super::inquiry::Inquiry;
use super::kms;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::world::KmsStatus;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    for (_, bucket) in kms::uses(inquiry) {
        let status = inquiry
            .world
            .accounts
            .get(&bucket.owner)
            .map(|account| account.kms);
        let cause = match status {
            Some(KmsStatus::None) => Cause::KmsNotActivated,
            Some(KmsStatus::InDebt) => Cause::KmsInDebt,
            Some(KmsStatus::Overdue) => Cause::KmsInDebtOverdue,
            Some(KmsStatus::Active) | None => continue,
        };
        return Err(Denial::new(cause).into());
    }
    Ok(())
}
