//! `security-token-life`: a token ends at the time AssumeRole gave it (EC 0002-00000007).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::limit::Limit;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.session() {
        Some(session) if session.expires <= inquiry.now_at(Limit::SecurityToken) => {
            Err(Denial::new(Cause::SecurityTokenExpired).into())
        }
        _ => Ok(()),
    }
}
