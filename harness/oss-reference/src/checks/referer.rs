//! `referer`: hotlink protection (help page: Hotlink protection; EC 0003-00000501 empty, -502 blacklisted, -503 not whitelisted).
//!
//! It concerns objects, and only requests that are anonymous or signed in the URL: what carries an Authorization header was not made by
//! somebody else's web page. Forms are not looked at (inferred).

use oss_auth::Carrier;

use super::claim::{Caller, Claimed};
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::{Class, Operation};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(rules) = inquiry.bucket().and_then(|bucket| bucket.referer.as_ref()) else {
        return Ok(());
    };
    if !concerns_object(inquiry) || !comes_from_page(inquiry) {
        return Ok(());
    }
    let denied =
        |denied: oss_policy::RefererDenied| Denial::new(Cause::RefererDenied).ec(denied.ec());
    rules
        .check(inquiry.request.header("referer"))
        .map_err(|error| denied(error).into())
}

fn concerns_object(inquiry: &Inquiry<'_>) -> bool {
    let object = matches!(
        inquiry.class(),
        Some(
            Class::Read
                | Class::Write
                | Class::Multipart
                | Class::ReadAcl
                | Class::WriteAcl
                | Class::Tagging
        )
    );
    object && inquiry.request.key().is_some() && !inquiry.asks(Operation::PostObject)
}

/// Whether a browser could have been made to send it by a link.
fn comes_from_page(inquiry: &Inquiry<'_>) -> bool {
    match inquiry.readable_claim() {
        Some(Claimed::Request(claim)) => claim.carrier() == Carrier::Url,
        Some(Claimed::Form(_)) => false,
        None => *inquiry.caller() == Caller::Anonymous,
    }
}
