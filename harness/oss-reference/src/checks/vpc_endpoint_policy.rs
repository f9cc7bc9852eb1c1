//! `vpc-endpoint-policy`: what comes through a VPC endpoint must be allowed by the endpoint's policy (EC 0003-00000401).
//!
//! The policy grants nothing by itself; the default one lets everything through.

use oss_policy::Decision;

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let passes =
        |decision: Option<Decision>| decision.is_none_or(|decision| decision == Decision::Allow);
    if inquiry.rights().iter().all(|right| passes(right.endpoint)) {
        return Ok(());
    }
    Err(Denial::new(Cause::VpcEndpointPolicy).into())
}
