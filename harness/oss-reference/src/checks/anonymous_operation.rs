//! `anonymous-operation`: what concerns the service or makes a bucket needs a caller with a name (EC 0003-00001201).

use super::claim::Caller;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Class;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let never_anonymous = matches!(inquiry.class(), Some(Class::Service | Class::Create));
    if never_anonymous && *inquiry.caller() == Caller::Anonymous {
        return Err(Denial::new(Cause::AnonymousOperation).into());
    }
    Ok(())
}
