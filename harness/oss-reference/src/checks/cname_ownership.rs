//! `cname-ownership`: a domain bound to somebody else's bucket is not taken from them without proof (help page: PutCname).
//!
//! The domain stands in the body, so this is asked once the body has been read.

use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;
use crate::operations::cname;

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let Some(claimed) = Claimed::of(inquiry) else {
        return Ok(());
    };
    if claimed.bound_elsewhere && !claimed.proven {
        return Err(Denial::new(Cause::CnameDenied).into());
    }
    Ok(())
}

/// The guard that follows: without proof a free domain cannot be bound either (EC 0018-00000115, a 403 outside the documented ones).
pub(super) fn proven(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match Claimed::of(inquiry) {
        Some(claimed) if !claimed.proven && !claimed.bound_elsewhere => {
            Err(Denial::new(Cause::DomainOwnership).into())
        }
        _ => Ok(()),
    }
}

/// A domain that PutCname asks for.
struct Claimed {
    /// Bound to a bucket of another account.
    bound_elsewhere: bool,
    /// The bucket's owner has shown that the domain is theirs.
    proven: bool,
}

impl Claimed {
    fn of(inquiry: &Inquiry<'_>) -> Option<Self> {
        if !inquiry.asks(Operation::PutCname) {
            return None;
        }
        let bucket = inquiry.bucket()?;
        // A body that names no domain, or could be read in two ways, is the operation's to refuse.
        let domain = cname::domain(inquiry.body?).ok()?;
        let world = inquiry.world;
        let bound = world
            .cnames
            .get(&domain)
            .and_then(|name| world.buckets.get(name));
        // A domain bound to one of the owner's own buckets was proven when that was done.
        let own = bound.is_some_and(|bound| bound.owner == bucket.owner);
        Some(Self {
            bound_elsewhere: bound.is_some_and(|bound| bound.owner != bucket.owner),
            proven: own
                || world
                    .domain_proofs
                    .contains(&(domain, bucket.owner.clone())),
        })
    }
}
