//! `explicit-deny`: a Deny of the bucket policy or of the caller's RAM policies outweighs every Allow (help page: Authentication, step
//! 4; EC 0003-00000101 bucket policy, -201 RAM, -203 both).
//!
//! Both are worded "by bucket policy": the message does not prove that there is one.

use oss_policy::Decision;

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    for right in inquiry.rights() {
        let by_ram = right.ram == Decision::ExplicitDeny;
        let by_bucket = right.bucket_policy == Decision::ExplicitDeny;
        let cause = match (by_ram, by_bucket) {
            (false, false) => continue,
            (true, false) => Cause::RamPolicyDeny,
            (false, true) => Cause::BucketPolicy,
            (true, true) => Cause::RamAndBucketPolicyDeny,
        };
        return Err(right.explain(inquiry, Denial::new(cause)).into());
    }
    Ok(())
}
