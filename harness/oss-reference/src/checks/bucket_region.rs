//! `bucket-region`: a bucket is reached through a host of its own region (EC 0003-00001403).
//!
//! Decided before authentication: anonymous probes get it. Asking for the location is the one operation that any region answers
//! (help page: GetBucketLocation). Accelerate hosts, bound domains and IP addresses stand for every region; a host that nobody knows
//! stands for the default one, and so a bucket elsewhere is pointed to its endpoint before the host itself is refused.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::config::UnboundHost;
use crate::denial::{Cause, Denial};
use crate::host::HostClass;
use crate::operation::Operation;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(bucket) = inquiry.bucket() else {
        return Ok(());
    };
    let config = inquiry.config;
    let region = match &inquiry.request.destination.addressed.class {
        HostClass::Service { region }
        | HostClass::Bucket { region }
        | HostClass::S3Service { region } => region,
        HostClass::Foreign if config.decisions.unbound_host == UnboundHost::Refuse => {
            config.default_region()
        }
        HostClass::Foreign | HostClass::Accelerate | HostClass::Cname | HostClass::Ip => {
            return Ok(());
        }
    };
    if region == bucket.region || inquiry.asks(Operation::GetBucketLocation) {
        return Ok(());
    }
    // That S3-signed requests get the other code is inferred: the 403 page lists it, no body has been seen with it.
    let cause = if inquiry.request.is_s3_signed() {
        Cause::PermanentRedirect
    } else {
        Cause::EndpointMismatch
    };
    let endpoint = format!("oss-{}.{}", bucket.region, config.suffix);
    Err(Denial::new(cause)
        .extra("Bucket", bucket.name.clone())
        .extra("Endpoint", endpoint)
        .into())
}
