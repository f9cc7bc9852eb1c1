//! The domain that PutCname asks for, and whose it is.
//!
//! It stands in the body, so there is none until the body has been read.

use super::inquiry::Inquiry;
use crate::documents::cname_domain;
use crate::operation::Operation;

/// A domain that PutCname asks for.
pub(super) struct Claimed {
    /// The domain, in lower case.
    pub(super) domain: String,
    /// Bound to a bucket of another account.
    pub(super) bound_elsewhere: bool,
    /// The bucket's owner has shown that the domain is theirs.
    pub(super) proven: bool,
}

impl Claimed {
    pub(super) fn of(inquiry: &Inquiry<'_>) -> Option<Self> {
        if !inquiry.asks(Operation::PutCname) {
            return None;
        }
        let bucket = inquiry.bucket()?;
        // A body that names no domain, or could be read in two ways, is the operation's to refuse.
        let domain = cname_domain(inquiry.body?).ok()?;
        let world = inquiry.world;
        let bound = world
            .cnames
            .get(&domain)
            .and_then(|name| world.buckets.get(name));
        // A domain bound to one of the owner's own buckets was proven when that was done.
        let own = bound.is_some_and(|bound| bound.owner == bucket.owner);
        let bound_elsewhere = bound.is_some_and(|bound| bound.owner != bucket.owner);
        let proof = (domain, bucket.owner.clone());
        let proven = own || world.domain_proofs.contains(&proof);
        let (domain, _) = proof;
        Some(Self {
            domain,
            bound_elsewhere,
            proven,
        })
    }
}
