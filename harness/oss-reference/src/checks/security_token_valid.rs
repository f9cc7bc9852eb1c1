//! `security-token-valid`: the token is one that STS issued (EC 0002-00000006).
//!
//! The refusals about tokens leave out the element `SecurityToken` that the service adds: a token has no business in a body that ends
//! up in logs.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.session_token() {
        Some(token) if !inquiry.world.sessions.contains_key(token) => {
            Err(Denial::new(Cause::SecurityTokenInvalid).into())
        }
        _ => Ok(()),
    }
}
