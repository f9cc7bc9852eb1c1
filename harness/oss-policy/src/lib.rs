//! What a request may do in Alibaba Cloud OSS: the pure half of its authorisation.
//!
//! The crate answers five questions, each a function of its arguments alone. There is no I/O and no clock: time is a
//! parameter, a [`Timestamp`].
//!
//! | question | entry point |
//! |---|---|
//! | Does a RAM, session, bucket or VPC endpoint policy allow or deny this access? | [`Policy::evaluate`] |
//! | Does a browser form satisfy the Post policy it carries? | [`PostPolicy::check`] |
//! | Is a page with this `Referer` allowed to embed the object? | [`RefererRules::check`] |
//! | Which CORS headers does this origin get, if any? | [`CorsRules::preflight`], [`CorsRules::simple`] |
//! | Do bucket and object ACL let this caller do that? | [`check_acl`] |
//!
//! # How the answers combine
//!
//! A server asks in this order (help page: *Authentication process of OSS requests*): hotlink protection, VPC endpoint
//! policy (anything but Allow refuses), session policy (anything but Allow refuses), then the RAM policies together
//! with the bucket policy ([`Decision::combine`]: one explicit Deny refuses, else one Allow authorises), and only when
//! that gave [`Decision::ImplicitDeny`] on an object operation, [`check_acl`]. The README has that as code; [`Policy`] has
//! an example for each kind of policy.
//!
//! # Untrusted input
//!
//! Every text that a client can store or send is parsed with a limit on size ([`MAX_BUCKET_POLICY_BYTES`],
//! [`MAX_POST_POLICY_BYTES`]) and on nesting ([`MAX_JSON_DEPTH`]); no input panics; [`Pattern`] states the cost of
//! matching a wildcard.
//!
//! # Errors and refusals
//!
//! Their enums are `#[non_exhaustive]`, since OSS documents new ones now and then: let the arm for the rest refuse. What
//! they are called in an answer they say themselves (`ec`, `message`).

#![warn(missing_docs)]

mod acl;
mod cors;
mod json;
mod policy;
mod post;
mod referer;
mod time;
mod wildcard;

pub use acl::{AclDenied, BucketAcl, Caller, Need, ObjectAcl, UnknownAcl, check_acl};
pub use cors::{CorsAnswer, CorsError, CorsRule, CorsRules, MAX_CORS_RULES};
pub use json::{JsonError, JsonErrorKind, MAX_JSON_DEPTH, Position};
pub use policy::{
    Access, CONDITION_KEYS, Condition, ConditionOperator, Context, Decision, Effect,
    MAX_BUCKET_POLICY_BYTES, Policy, PolicyError, PolicyErrorKind, PolicyKind, Principal,
    PrincipalPattern, ResourceName, ResourcePattern, Statement,
};
pub use post::{FailedCondition, MAX_POST_POLICY_BYTES, PostPolicy, PostPolicyError};
pub use referer::{RefererDenied, RefererRules};
pub use time::Timestamp;
pub use wildcard::Pattern;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
