//! `object-acl`: an object with an ACL of its own is judged by it, in both directions; reading and changing ACLs is granted by none
//! (help page: ACL; EC 0003-00000005 to -08).

use oss_policy::AclDenied;

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    for right in inquiry.open_rights() {
        let cause = match right.acl {
            Err(AclDenied::ObjectRead) => Cause::ObjectAclRead,
            Err(AclDenied::ObjectWrite) => Cause::ObjectAclWrite,
            Err(AclDenied::ObjectReadAcl) => Cause::ObjectAclReadAcl,
            Err(AclDenied::ObjectWriteAcl) => Cause::ObjectAclWriteAcl,
            // The bucket's ACL and multipart uploads have checks of their own.
            Ok(()) | Err(_) => continue,
        };
        return Err(right.explain(inquiry, Denial::new(cause)).into());
    }
    Ok(())
}
