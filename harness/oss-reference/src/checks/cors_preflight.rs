//! `cors-preflight`: a preflight passes when one rule of the bucket matches origin, method and every header (help pages: OptionObject,
//! CORS; EC 0003-00000601 without rules, -602 without a match).
//!
//! The only 403 of CORS: ordinary requests with a foreign Origin are answered, without CORS headers. Nothing is asked about who sends
//! a preflight, so it stands before authentication.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let request = inquiry.request;
    if request.method != "OPTIONS" {
        return Ok(());
    }
    let Some(rules) = inquiry.bucket().and_then(|bucket| bucket.cors.as_ref()) else {
        return Err(Denial::new(Cause::CorsNotEnabled).into());
    };
    match request.preflight_allowed_by(rules) {
        Some(_) => Ok(()),
        None => Err(Denial::new(Cause::CorsForbidden).into()),
    }
}
