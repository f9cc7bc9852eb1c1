//! `public-policy`: Block Public Access takes no bucket policy that lets everybody in.
//!
//! The policy stands in the body, so this is asked once the body has been read.

use oss_policy::{Effect, Principal, Statement};

use super::inquiry::Inquiry;
use super::rights::blocks_public_access;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
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
