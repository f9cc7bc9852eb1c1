//! `cname-proof`: without proof of ownership a free domain cannot be bound either (help page: PutCname; EC 0018-00000115).

use super::domain::Claimed;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match Claimed::of(inquiry) {
        Some(claimed) if !claimed.proven && !claimed.bound_elsewhere => {
            Err(Denial::new(Cause::DomainOwnership).into())
        }
        _ => Ok(()),
    }
}
