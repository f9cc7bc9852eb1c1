//! `requester-pays`: where the requester pays, a requester other than the owner says so (EC 0003-00000703).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(bucket) = inquiry.bucket().filter(|bucket| bucket.requester_pays) else {
        return Ok(());
    };
    let data = inquiry.operation().is_ok_and(Operation::is_data);
    let own = inquiry.caller().account() == Some(bucket.owner.as_str());
    let agrees = inquiry.request.header("x-oss-request-payer") == Some("requester");
    if !data || own || agrees {
        return Ok(());
    }
    Err(Denial::new(Cause::RequesterPays)
        .extra("BucketName", bucket.name.clone())
        .into())
}
