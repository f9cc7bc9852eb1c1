//! `requester-pays`: where the requester pays, a requester other than the owner says so (EC 0003-00000703).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;

/// Header, or parameter of a signed URL.
const PAYER: &str = "x-oss-request-payer";

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(bucket) = inquiry.bucket().filter(|bucket| bucket.requester_pays) else {
        return Ok(());
    };
    let data = inquiry.operation().is_ok_and(Operation::is_data);
    let own = inquiry.caller().account() == Some(bucket.owner.as_str());
    // In a signed URL it stands in the query (help page: Pay-by-requester mode).
    let request = inquiry.request;
    let agrees = [request.header(PAYER), request.query_value(PAYER)].contains(&Some("requester"));
    if !data || own || agrees {
        return Ok(());
    }
    Err(Denial::new(Cause::RequesterPays)
        .extra("BucketName", bucket.name.clone())
        .into())
}
