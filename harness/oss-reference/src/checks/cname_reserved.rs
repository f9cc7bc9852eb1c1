//! `cname-reserved`: a domain of the service's own is nobody's to bind (help page: PutCname, CnameIsForbidden).
//!
//! The page says "reserved for OSS"; that this means every name under the service's suffix is inferred.

use super::domain::Claimed;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let suffix = &inquiry.config.suffix;
    let is_own = |domain: &str| {
        domain
            .strip_suffix(suffix.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    match Claimed::of(inquiry) {
        Some(claimed) if is_own(&claimed.domain) => Err(Denial::new(Cause::CnameForbidden).into()),
        _ => Ok(()),
    }
}
