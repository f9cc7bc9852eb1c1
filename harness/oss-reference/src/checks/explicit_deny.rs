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
        let ec = match (by_ram, by_bucket) {
            (false, false) => continue,
            (true, false) => "0003-00000201",
            (false, true) => "0003-00000101",
            (true, true) => "0003-00000203",
        };
        return Err(right
            .explain(inquiry, Denial::new(Cause::BucketPolicy).ec(ec))
            .into());
    }
    Ok(())
}
