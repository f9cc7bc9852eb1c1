//! `kms-key`: who reads or writes under KMS must be allowed to use the key (help page: Server-side encryption).
//!
//! Anonymous callers never are, whatever the ACLs say. RAM users and roles need the KMS action from a RAM policy; which actions those
//! are is inferred from KMS itself. An account's own key passes.

use oss_policy::{Access, Decision, ResourceName};

use super::claim::Caller;
use super::inquiry::Inquiry;
use super::{kms, policies};
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::world::Bucket;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    for (action, bucket) in kms::uses(inquiry) {
        if !may_use_key(inquiry, action, bucket) {
            return Err(Denial::new(Cause::KmsForbidden).into());
        }
    }
    Ok(())
}

fn may_use_key(inquiry: &Inquiry<'_>, action: &str, bucket: &Bucket) -> bool {
    match inquiry.caller() {
        Caller::Anonymous => return false,
        Caller::Root { .. } => return true,
        Caller::RamUser { .. } | Caller::Role { .. } => {}
    }
    let Some(policy) = policies::ram_policy(inquiry) else {
        return false;
    };
    let context = policies::context(inquiry, &bucket.owner, Some(bucket), None, &[], &[]);
    let access = Access {
        action,
        // A policy names keys by ARNs of KMS, which are not modelled: a statement counts when its resource covers everything.
        resource: ResourceName::Service {
            owner: &bucket.owner,
        },
        principal: policies::principal(inquiry.caller()),
        context: &context,
    };
    policy.evaluate(&access) == Decision::Allow
}
