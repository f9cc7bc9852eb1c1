//! `security-token-interface`: some operations take no tokens (help page: HTTP status code 403; no list is published).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Ok(operation) = inquiry.operation() else {
        return Ok(());
    };
    if inquiry.session_token().is_none() {
        return Ok(());
    }
    let name = operation.name();
    let everywhere = &inquiry.config.decisions.sts_refused_operations;
    let of_account = inquiry
        .caller_account()
        .is_some_and(|account| account.operations_without_sts.contains(name));
    if of_account || everywhere.contains(name) {
        return Err(Denial::new(Cause::SecurityTokenInterface).into());
    }
    Ok(())
}
