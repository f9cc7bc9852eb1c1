//! `path-style`: the bucket stands in the host name, not in the path (EC 0003-00001401).
//!
//! S3 clients are told so in other words. The split by signature family is inferred from which clients reported which text.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::host::HostClass;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let addressed = &inquiry.request.destination.addressed;
    let own_host = matches!(
        addressed.class,
        HostClass::Service { .. }
            | HostClass::S3Service { .. }
            | HostClass::Accelerate
            | HostClass::Ip
    );
    if !own_host || !addressed.path_style || inquiry.config.path_style {
        return Ok(());
    }
    let s3 = inquiry.request.is_s3_signed();
    let cause = if s3 {
        Cause::VirtualHostedStyle
    } else {
        Cause::SecondLevelDomain
    };
    Err(Denial::new(cause).into())
}
