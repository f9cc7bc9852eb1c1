//! `url-auth-expiry`: a signed URL is good until its expiry, and the expiry is looked at before the signature (help page: Add
//! signatures to URLs; EC 0002-00000069, for V4 -236, in the S3 dialect -418).

use oss_auth::{Scheme, TimeError, Timestamp};

use super::claim::Claimed;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::limit::Limit;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(Claimed::Request(claim)) = inquiry.readable_claim() else {
        return Ok(());
    };
    let Ok(validity) = claim.validity() else {
        return Ok(());
    };
    let scheme = claim.scheme();
    let limit = match scheme {
        Scheme::V1 | Scheme::S3V2 => Limit::UrlV1,
        Scheme::V2 => Limit::UrlV2,
        Scheme::V4 | Scheme::S3V4 => Limit::UrlV4,
    };
    match validity.check(Timestamp(inquiry.now_at(limit))) {
        Err(error @ TimeError::Expired { expires }) => Err(Denial::new(Cause::UrlAuthExpired)
            .ec(error.ec(scheme))
            .extra("Expires", expires.to_iso_extended_millis())
            .extra(
                "ServerTime",
                Timestamp(inquiry.now()).to_iso_extended_millis(),
            )
            .into()),
        // The other errors of time are the clock-skew check's.
        _ => Ok(()),
    }
}
