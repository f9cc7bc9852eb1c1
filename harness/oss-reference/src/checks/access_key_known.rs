//! `access-key-known`: the access key exists, and a token comes with a temporary key and only with one (EC 0002-00000902; temporary
//! keys -02, without a token -03).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::world::KeyHolder;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(claim) = inquiry.readable_claim() else {
        return Ok(());
    };
    let id = claim.access_key_id();
    let denial = |cause| Denial::new(cause).extra(claim.key_element(), id);
    let refuse = |ec| Err(denial(Cause::AccessKeyUnknown).ec(ec).into());
    let temporary = match inquiry.access_key() {
        None if id.starts_with("STS.") => return refuse("0002-00000002"),
        None => return refuse("0002-00000902"),
        Some(key) => matches!(key.holder, KeyHolder::Session { .. }),
    };
    match (temporary, claim.security_token().is_some()) {
        (true, false) => Err(denial(Cause::TokenLost).into()),
        // No key of this kind is on record as a temporary one, so the records do not have it.
        (false, true) => refuse("0002-00000002"),
        _ => Ok(()),
    }
}
