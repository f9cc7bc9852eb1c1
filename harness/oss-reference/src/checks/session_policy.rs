//! `session-policy`: a policy given to AssumeRole must allow what is asked (help page: Authentication, step 2; EC 0003-00000301).
//!
//! It narrows the role and adds nothing to it; without one the step is left out.

use oss_policy::Decision;

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let passes =
        |decision: Option<Decision>| decision.is_none_or(|decision| decision == Decision::Allow);
    match inquiry.rights().iter().find(|right| !passes(right.session)) {
        Some(right) => Err(right
            .explain(inquiry, Denial::new(Cause::AuthorizerPolicy))
            .into()),
        None => Ok(()),
    }
}
