//! `access-key-charset`: an access key id is made of letters, digits and `._=` (EC 0002-00000901).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.readable_claim() {
        Some(claim) if oss_auth::access_key::check_charset(claim.access_key_id()).is_err() => {
            Err(Denial::new(Cause::AccessKeyCharset)
                .extra(claim.key_element(), claim.access_key_id())
                .into())
        }
        _ => Ok(()),
    }
}
