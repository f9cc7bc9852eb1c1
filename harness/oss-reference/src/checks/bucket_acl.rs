//! `bucket-acl`: an object without an ACL of its own is judged by the bucket's (help page: ACL; EC 0003-00000001).
//!
//! Callers with a key get the same words when no policy allows them anything: they do not mean that an ACL was set wrong.

use oss_policy::AclDenied;

use super::claim::Caller;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Class;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    for right in inquiry.open_rights() {
        // No ACL grants tagging. Who has no name is told so in the words of the bucket's ACL.
        let untagged = right.class == Class::Tagging && *inquiry.caller() == Caller::Anonymous;
        if untagged || right.acl == Err(AclDenied::BucketAcl) {
            return Err(right.explain(inquiry, Denial::new(Cause::BucketAcl)).into());
        }
    }
    Ok(())
}
