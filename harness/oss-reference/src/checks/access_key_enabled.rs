//! `access-key-enabled`: the key was not set inactive (EC 0002-00000903) and is used from a network it is allowed from (-904).

use ipnet::IpNet;

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::limit::Limit;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let (Some(claim), Some(key)) = (inquiry.readable_claim(), inquiry.access_key()) else {
        return Ok(());
    };
    let refuse = |ec| {
        let denial = Denial::new(Cause::AccessKeyDisabled)
            .ec(ec)
            .extra(claim.key_element(), key.id.clone());
        Err(denial.into())
    };
    if !key.enabled {
        return refuse("0002-00000903");
    }
    let slack = inquiry.config.faults.slack(Limit::KeyNetwork);
    match &key.allowed_networks {
        Some(networks)
            if !networks.iter().any(|network| {
                widened(*network, slack).contains(&inquiry.request.arrival.peer)
            }) =>
        {
            refuse("0002-00000904")
        }
        _ => Ok(()),
    }
}

/// The network with so many bits of its prefix fewer: itself, but for a server that is to be off by one there.
fn widened(network: IpNet, bits: i64) -> IpNet {
    let length = i64::from(network.prefix_len()) - bits;
    u8::try_from(length)
        .ok()
        .and_then(|length| IpNet::new(network.addr(), length).ok())
        .unwrap_or(network)
}
