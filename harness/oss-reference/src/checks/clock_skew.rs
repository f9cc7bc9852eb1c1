//! `clock-skew`: a request is signed within 15 minutes of the server's time, before or after (help page: Include signatures in the
//! Authorization header; EC 0002-00000504, S3 dialect -501).
//!
//! A signed URL does not depend on the time of the request, but when it carries an `x-oss-date` header that is held against the clock
//! too. A V4 URL or form from the future is treated as a clock that runs ahead (EC 0002-00000235; inferred), a V4 form older than
//! seven days as one that stands still.

use oss_auth::{
    Carrier, DateError, FormClaim, MAX_SKEW_SECONDS, Scheme, TimeError, Timestamp, Validity,
};

use super::claim::Claimed;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::limit::Limit;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(claimed) = inquiry.readable_claim() else {
        return Ok(());
    };
    let now = Timestamp(inquiry.now());
    let (error, scheme) = match claimed {
        Claimed::Request(claim) => {
            let own = claim.validity().map_or(Ok(()), |validity| {
                validity.check(now_for(inquiry, validity))
            });
            let dated = || match claim.carrier() {
                Carrier::Url => date_header(inquiry),
                Carrier::Header => Ok(()),
            };
            (own.and_then(|()| dated()), claim.scheme())
        }
        Claimed::Form(form) => (form_time(inquiry, form), form.scheme()),
    };
    let (request_time, ec) = match error {
        Err(TimeError::Skewed { request_time }) => (request_time, skew_ec(scheme)),
        Err(TimeError::NotYetValid { from }) => (from, "0002-00000235"),
        Err(TimeError::Expired { expires }) if inquiry.form.is_some() => (expires, skew_ec(scheme)),
        // An expired URL is the business of the check above.
        _ => return Ok(()),
    };
    Err(Denial::new(Cause::TimeSkewed)
        .ec(ec)
        .extra(
            "MaxAllowedSkewMilliseconds",
            (MAX_SKEW_SECONDS * 1000).to_string(),
        )
        .extra("RequestTime", request_time.to_iso_extended_millis())
        .extra("ServerTime", now.to_iso_extended_millis())
        .into())
}

fn skew_ec(scheme: Scheme) -> &'static str {
    if scheme.is_s3() {
        "0002-00000501"
    } else {
        "0002-00000504"
    }
}

fn date_header(inquiry: &Inquiry<'_>) -> Result<(), TimeError> {
    let Some(text) = inquiry.request.header("x-oss-date") else {
        return Ok(());
    };
    let read =
        Timestamp::parse_iso_basic(text).or_else(|_: DateError| Timestamp::parse_rfc1123(text));
    match read {
        Ok(at) => Validity::Skew { at }.check(skewed(
            inquiry,
            at,
            (Limit::UrlDatePast, Limit::UrlDateFuture),
        )),
        Err(_) => Ok(()),
    }
}

/// The time as it looks from the limit that a validity may pass.
fn now_for(inquiry: &Inquiry<'_>, validity: Validity) -> Timestamp {
    match validity {
        Validity::Skew { at } => skewed(inquiry, at, (Limit::SkewPast, Limit::SkewFuture)),
        Validity::Window { .. } => Timestamp(inquiry.now_at(Limit::UrlV4Future)),
        Validity::Until { .. } | Validity::Always => Timestamp(inquiry.now()),
    }
}

/// A form's time has a limit at either end, and is held against each.
fn form_time(inquiry: &Inquiry<'_>, form: &FormClaim<'_>) -> Result<(), TimeError> {
    let validity = form.validity();
    validity
        .check(Timestamp(inquiry.now_at(Limit::FormV4Future)))
        .or_else(|error| match error {
            TimeError::Expired { .. } => Ok(()),
            other => Err(other),
        })?;
    validity
        .check(Timestamp(inquiry.now_at(Limit::FormV4Past)))
        .or_else(|error| match error {
            TimeError::NotYetValid { .. } => Ok(()),
            other => Err(other),
        })
}

/// The time as it looks from the limit on that side of a request's own.
fn skewed(inquiry: &Inquiry<'_>, at: Timestamp, (past, future): (Limit, Limit)) -> Timestamp {
    let ahead = at.0 > inquiry.now();
    Timestamp(inquiry.now_at(if ahead { future } else { past }))
}
