//! `valid-date`: a header that is signed carries a date that can be read (EC 0002-00000502, -503, -505).

use super::claim::Claimed;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(Claimed::Request(claim)) = inquiry.readable_claim() else {
        return Ok(());
    };
    claim.validity().map(|_| ()).map_err(|error| {
        Denial::new(Cause::DateInvalid)
            .ec(claim.scheme().date_ec(error))
            .into()
    })
}
