//! Guards on rights that answer with 409, or with a 403 that the documented list does not have.

use oss_policy::{Effect, Principal, Statement};

use super::super::inquiry::Inquiry;
use super::super::rights::blocks_public_access;
use crate::answer::{Refusal, Rejection};
use crate::denial::{Cause, Denial};
use crate::operation::{Class, Operation};

/// A name is taken once: making somebody else's bucket, or setting its ACL, is a conflict and not forbidden (EC 0015-00000104).
pub(in super::super) fn bucket_name_free(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(bucket) = inquiry.bucket() else {
        return Ok(());
    };
    let create = inquiry.class() == Some(Class::Create);
    let foreign = inquiry.caller().account() != Some(bucket.owner.as_str());
    let allowed = inquiry.asks(Operation::PutBucketAcl)
        && inquiry
            .rights()
            .iter()
            .all(super::super::rights::Right::allowed);
    if !create || !foreign || allowed {
        return Ok(());
    }
    let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
                   Please select a different name and try again.";
    Err(Rejection::new(409, "BucketAlreadyExists", message)
        .ec("0015-00000104")
        .extra("BucketName", bucket.name.clone())
        .into())
}

/// Where the requester pays, a requester other than the owner says so (EC 0003-00000703).
pub(in super::super) fn requester_pays(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(bucket) = inquiry.bucket().filter(|bucket| bucket.requester_pays) else {
        return Ok(());
    };
    let data = inquiry.operation().is_ok_and(Operation::is_data);
    let own = inquiry.caller().account() == Some(bucket.owner.as_str());
    let agrees = inquiry.request.header("x-oss-request-payer") == Some("requester");
    if !data || own || agrees {
        return Ok(());
    }
    Err(Denial::new(Cause::RequesterPays).into())
}

/// Block Public Access lets nothing be made public.
pub(in super::super) fn public_acl(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
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

/// Block Public Access takes no bucket policy that lets everybody in. Asked once the body has been read.
pub(in super::super) fn public_policy(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let (Some(bucket), Some(body)) = (inquiry.bucket(), inquiry.body) else {
        return Ok(());
    };
    if !inquiry.asks(Operation::PutBucketPolicy) || !blocks_public_access(bucket, inquiry) {
        return Ok(());
    }
    let Ok(policy) = oss_policy::Policy::parse(body, oss_policy::PolicyKind::Bucket) else {
        return Ok(());
    };
    if policy.statements().iter().any(lets_everybody_in) {
        return Err(Denial::new(Cause::PublicPolicyBlocked).into());
    }
    Ok(())
}

fn lets_everybody_in(statement: &Statement) -> bool {
    let everybody = match statement.principals() {
        None => true,
        Some(principals) => principals
            .iter()
            .any(|principal| principal.matches(&Principal::Anonymous)),
    };
    statement.effect() == Effect::Allow && everybody && statement.conditions().is_empty()
}
