//! `url-auth-date`: Expires is a number of seconds since 1970 (EC 0002-00000070).

use oss_auth::ClaimErrorKind;

use super::claim::BadClaim;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.claim() {
        Err(BadClaim::Request(error)) if error.kind() == ClaimErrorKind::UrlInvalidExpires => {
            Err(Denial::new(Cause::UrlAuthInvalidDate).ec(error.ec()).into())
        }
        _ => Ok(()),
    }
}
