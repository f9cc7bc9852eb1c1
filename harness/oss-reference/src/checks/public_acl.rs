//! `public-acl`: Block Public Access lets nothing be made public, neither a bucket nor an object (EC 0016-00000901 for objects).

use super::inquiry::Inquiry;
use super::rights::blocks_public_access;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Class;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let public = |name| {
        inquiry
            .header_or_field(name)
            .is_some_and(|acl| acl.starts_with("public-"))
    };
    let blocked = match inquiry.bucket() {
        Some(bucket) => blocks_public_access(bucket, inquiry),
        None => inquiry
            .caller_account()
            .is_some_and(|account| account.block_public_access),
    };
    if !blocked {
        return Ok(());
    }
    let bucket_acl = inquiry.class() == Some(Class::Create) && public("x-oss-acl");
    let writes = matches!(
        inquiry.class(),
        Some(Class::Write | Class::Multipart | Class::WriteAcl)
    );
    if bucket_acl {
        return Err(Denial::new(Cause::PublicAclBlocked).into());
    }
    if writes && public("x-oss-object-acl") {
        return Err(Denial::new(Cause::PublicObjectAclBlocked).into());
    }
    Ok(())
}
