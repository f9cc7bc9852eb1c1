//! `cname-risk`: a domain that is known for abuse cannot be bound (help page: PutCname, CnameIsRisk).

use super::domain::Claimed;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match Claimed::of(inquiry) {
        Some(claimed) if inquiry.world.risky_domains.contains(&claimed.domain) => {
            Err(Denial::new(Cause::CnameRisk).into())
        }
        _ => Ok(()),
    }
}
