//! `multipart-right`: multipart uploads are open where writing is, but refused in words of their own (help page: OSS permission,
//! troubleshooting).

use oss_policy::AclDenied;

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    for right in inquiry.open_rights() {
        let cause = match right.acl {
            Err(AclDenied::MultipartSigned) => Cause::ObjectNoRight,
            Err(AclDenied::MultipartAnonymous) => Cause::AnonymousObject,
            _ => continue,
        };
        return Err(right.explain(inquiry, Denial::new(cause)).into());
    }
    Ok(())
}
