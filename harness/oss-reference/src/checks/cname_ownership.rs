//! `cname-ownership`: a domain bound to somebody else's bucket is not taken from them without proof (help page: PutCname).

use super::domain::Claimed;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match Claimed::of(inquiry) {
        Some(claimed) if claimed.bound_elsewhere && !claimed.proven => {
            Err(Denial::new(Cause::CnameDenied).into())
        }
        _ => Ok(()),
    }
}
