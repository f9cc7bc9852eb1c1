//! What a request may do in Alibaba Cloud OSS: the pure half of its authorisation.
//!
//! The crate answers five questions, each a function of its arguments alone. There is no I/O and no clock: time is a
//! parameter, in unix seconds.
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
//! that gave [`Decision::ImplicitDeny`] on an object operation, [`check_acl`].
//!
//! ```
//! use oss_policy::{Access, Context, Decision, Policy, PolicyKind, Principal, ResourceName};
//!
//! let policy = Policy::parse(
//!     br#"{"Version": "1", "Statement": [{
//!         "Effect": "Allow", "Action": "oss:Get*", "Principal": "*",
//!         "Resource": "acs:oss:*:*:photos/public/*"}]}"#,
//!     PolicyKind::Bucket,
//! )?;
//! let context = Context { secure_transport: true, bucket_owner: "1000000000000001", ..Context::default() };
//! let access = Access {
//!     action: "oss:GetObject",
//!     resource: ResourceName::Object { owner: "1000000000000001", bucket: "photos", key: "public/cat.jpg" },
//!     principal: Principal::Anonymous,
//!     context: &context,
//! };
//! assert_eq!(policy.evaluate(&access), Decision::Allow);
//! # Ok::<(), oss_policy::PolicyError>(())
//! ```
//!
//! # Untrusted input
//!
//! Every text that a client can store or send is parsed with a limit on size ([`MAX_BUCKET_POLICY_BYTES`],
//! [`MAX_POST_POLICY_BYTES`]) and on nesting ([`MAX_JSON_DEPTH`]); no input panics; [`Pattern`] states the cost of
//! matching a wildcard.

mod acl;
mod cors;
mod json;
mod policy;
mod post;
mod referer;
mod wildcard;

pub use acl::{AclDenied, BucketAcl, Caller, Need, ObjectAcl, UnknownAcl, check_acl};
pub use cors::{CorsAnswer, CorsError, CorsRule, CorsRules, MAX_CORS_RULES};
pub use json::{JsonError, JsonErrorKind, MAX_JSON_DEPTH, Position};
pub use policy::{
    Access, Condition, ConditionOperator, Context, Decision, Effect, MAX_BUCKET_POLICY_BYTES,
    Policy, PolicyError, PolicyErrorKind, PolicyKind, Principal, PrincipalPattern, ResourceName,
    ResourcePattern, Statement,
};
pub use post::{FailedCondition, MAX_POST_POLICY_BYTES, PostPolicy, PostPolicyError};
pub use referer::{RefererDenied, RefererRules};
pub use wildcard::Pattern;
