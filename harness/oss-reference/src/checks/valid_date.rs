//! `valid-date`: a header that is signed carries a date that can be read (EC 0002-00000502, -503, -505).

use oss_auth::DateError;

use super::claim::Place;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match inquiry.readable_claim().map(|claim| &claim.place) {
        Some(Place::Request {
            scheme,
            validity: Err(error),
            ..
        }) => {
            let error: DateError = *error;
            Err(Denial::new(Cause::DateInvalid)
                .ec(scheme.date_ec(error))
                .into())
        }
        _ => Ok(()),
    }
}
