//! `tagging-right`: tags are set and read with a right of their own, also when they come with an upload (EC 0003-00000905).

use super::claim::Caller;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Class;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let signed = *inquiry.caller() != Caller::Anonymous;
    match inquiry
        .open_rights()
        .find(|right| right.class == Class::Tagging)
    {
        Some(right) if signed => Err(right
            .explain(inquiry, Denial::new(Cause::AccessDenied))
            .into()),
        _ => Ok(()),
    }
}
