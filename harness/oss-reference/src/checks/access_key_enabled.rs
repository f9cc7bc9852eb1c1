//! `access-key-enabled`: the key was not set inactive (EC 0002-00000903) and is used from a network it is allowed from (-904).

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(key) = inquiry.access_key() else {
        return Ok(());
    };
    let refuse = |ec| {
        let denial = Denial::new(Cause::AccessKeyDisabled)
            .ec(ec)
            .extra("OSSAccessKeyId", key.id.clone());
        Err(denial.into())
    };
    if !key.enabled {
        return refuse("0002-00000903");
    }
    match &key.allowed_networks {
        Some(networks)
            if !networks
                .iter()
                .any(|network| network.contains(&inquiry.request.peer)) =>
        {
            refuse("0002-00000904")
        }
        _ => Ok(()),
    }
}
