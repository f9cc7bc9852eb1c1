//! `url-auth-parameters`: a URL that carries one of Signature, Expires and OSSAccessKeyId carries all three (help page: Add signatures
//! to URLs; EC 0002-00000067, -68, -71).

use oss_auth::ClaimErrorKind;

use super::claim::BadClaim;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.claim() {
        Err(BadClaim::Request(error)) if error.kind() == ClaimErrorKind::UrlMissingParameter => {
            Err(Denial::new(Cause::UrlAuthMissingParameter)
                .ec(error.ec())
                .into())
        }
        _ => Ok(()),
    }
}
