//! `security-token-region`: some regions take no tokens (help page: HTTP status code 403; no list is published).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    if inquiry.session_token().is_none() {
        return Ok(());
    }
    let region = inquiry
        .certain_region()
        .unwrap_or(inquiry.config.default_region());
    let everywhere = &inquiry.config.decisions.sts_refused_regions;
    let of_account = inquiry
        .caller_account()
        .is_some_and(|account| account.regions_without_sts.contains(region));
    if of_account || everywhere.contains(region) {
        return Err(Denial::new(Cause::SecurityTokenRegion).into());
    }
    Ok(())
}
