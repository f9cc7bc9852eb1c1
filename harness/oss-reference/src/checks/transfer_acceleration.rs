//! `transfer-acceleration`: the accelerate host works for buckets that have acceleration switched on (help page: Transfer
//! acceleration).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::host::HostClass;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(bucket) = inquiry.bucket() else {
        return Ok(());
    };
    let accelerated = inquiry.request.destination.addressed.class == HostClass::Accelerate;
    if accelerated && bucket.acceleration != Some(true) {
        return Err(Denial::new(Cause::TransferAcceleration).into());
    }
    Ok(())
}
