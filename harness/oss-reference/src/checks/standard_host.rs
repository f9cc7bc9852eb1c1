//! `standard-host`: a host that is neither the service's nor bound to a bucket is not answered (help page: HTTP status code 403).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::config::{Config, UnboundHost};
use crate::denial::{Cause, Denial};
use crate::host::HostClass;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    if is_standard(&inquiry.request.destination.addressed.class, inquiry.config) {
        return Ok(());
    }
    Err(Denial::new(Cause::NonStandardHost).into())
}

/// Whether the host is one the server goes by: a region it does not serve makes a host as strange as a foreign name.
pub(super) fn is_standard(class: &HostClass, config: &Config) -> bool {
    match class {
        HostClass::Service { region }
        | HostClass::Bucket { region }
        | HostClass::S3Service { region } => config.regions.contains(region),
        HostClass::Accelerate | HostClass::Cname | HostClass::Ip => true,
        HostClass::Foreign => config.decisions.unbound_host == UnboundHost::PathStyle,
    }
}
