//! `signature-version`: version 1 is being retired, first for new accounts and new buckets (EC 0002-00000080).
//!
//! The page's own example has an `Expires` that is no number, so this comes before the parameters of a URL are looked at (inferred).

use oss_auth::Scheme;

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::decisions::SignatureV1;
use crate::denial::{Cause, Denial};
use crate::world::account::SIGNATURE_V1;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let is_v1 = inquiry
        .readable_claim()
        .is_some_and(|claim| claim.scheme() == Scheme::V1);
    if !is_v1 {
        return Ok(());
    }
    let owner = inquiry
        .bucket()
        .and_then(|bucket| inquiry.world.accounts.get(&bucket.owner));
    let accounts = [owner, inquiry.caller_account()];
    let is_closed = accounts
        .into_iter()
        .flatten()
        .any(|account| account.closed_features.contains(SIGNATURE_V1));
    if is_closed || inquiry.config.decisions.signature_v1 == SignatureV1::Refuse {
        return Err(Denial::new(Cause::SignatureV1Forbidden).into());
    }
    Ok(())
}
