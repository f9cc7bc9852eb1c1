//! The access policy language, shared by RAM, session (STS), bucket and VPC endpoint policies.
//!
//! Grammar and meaning follow the help pages *Policy structure and syntax*, *Policy elements*, *RAM Policy* and *Bucket
//! Policy*.

mod access;
mod condition;
mod decimal;
mod error;
mod evaluate;
mod parse;
mod principal;
mod print;
mod resource;

pub use access::{Access, CONDITION_KEYS, Context, Principal, ResourceName};
pub use condition::{Condition, ConditionOperator};
pub use error::{PolicyError, PolicyErrorKind};
pub use evaluate::Decision;
pub use principal::PrincipalPattern;
pub use resource::ResourcePattern;

use crate::wildcard::Pattern;

/// The size limit of a policy document, in bytes (16 KiB, EC 0030-00000001). OSS documents it for bucket policies; it
/// is applied to every kind, since RAM and STS have smaller limits of their own.
pub const MAX_BUCKET_POLICY_BYTES: usize = 16 * 1024;

/// Where a policy hangs, which decides whether it names principals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// Attached to a RAM user or role. Its holder is the principal.
    Ram,
    /// Given to AssumeRole; it narrows what the temporary key may do. The role session is the principal.
    Session,
    /// Attached to a bucket. Names principals.
    Bucket,
    /// Attached to a VPC endpoint. Names principals.
    VpcEndpoint,
}

impl PolicyKind {
    /// Whether statements of such a policy may have a `Principal`.
    #[must_use]
    pub fn names_principals(self) -> bool {
        matches!(self, Self::Bucket | Self::VpcEndpoint)
    }

    /// Whether statements of such a policy may have a `NotAction`. The pages of RAM have it, those of bucket policies do not.
    #[must_use]
    pub fn has_not_action(self) -> bool {
        matches!(self, Self::Ram | Self::Session)
    }
}

/// Whether a statement grants or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Grants, unless any statement denies.
    Allow,
    /// Refuses, whatever else allows.
    Deny,
}

impl Effect {
    /// The value as it stands in a policy.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// A policy: one or more statements.
///
/// # A RAM policy
///
/// What a RAM user or role may do. It names no principal: its holder is the one.
///
/// ```
/// # use oss_policy::{Access, Context, Decision, Policy, PolicyKind, Principal, ResourceName};
/// let policy = Policy::parse(
///     br#"{"Version": "1", "Statement": [
///         {"Effect": "Allow", "Action": "oss:*", "Resource": "acs:oss:*:*:photos/*"},
///         {"Effect": "Deny", "Action": "oss:Delete*", "Resource": "*",
///          "Condition": {"Bool": {"acs:MFAPresent": "false"}}}]}"#,
///     PolicyKind::Ram,
/// )?;
/// let without_mfa = Context::default();
/// let delete = Access {
///     action: "oss:DeleteObject",
///     resource: ResourceName::Object { owner: "1001", bucket: "photos", key: "cat.jpg" },
///     principal: Principal::RamUser { account: "1001", uid: "2001" },
///     context: &without_mfa,
/// };
/// assert_eq!(policy.evaluate(&delete), Decision::ExplicitDeny);
/// let with_mfa = Context { mfa_present: true, ..without_mfa };
/// assert_eq!(policy.evaluate(&Access { context: &with_mfa, ..delete }), Decision::Allow);
/// # Ok::<(), oss_policy::PolicyError>(())
/// ```
///
/// `NotAction` names what a statement is *not* about, here everything but deleting:
///
/// ```
/// # use oss_policy::{Access, Context, Decision, Policy, PolicyKind, Principal, ResourceName};
/// let policy = Policy::parse(
///     br#"{"Version": "1", "Statement": [
///         {"Effect": "Allow", "NotAction": "oss:Delete*", "Resource": "acs:oss:*:*:photos/*"}]}"#,
///     PolicyKind::Ram,
/// )?;
/// let read = Access {
///     action: "oss:GetObject",
///     resource: ResourceName::Object { owner: "1001", bucket: "photos", key: "cat.jpg" },
///     principal: Principal::RamUser { account: "1001", uid: "2001" },
///     context: &Context::default(),
/// };
/// assert_eq!(policy.evaluate(&read), Decision::Allow);
/// assert_eq!(policy.evaluate(&Access { action: "oss:DeleteObject", ..read }), Decision::ImplicitDeny);
/// # Ok::<(), oss_policy::PolicyError>(())
/// ```
///
/// # A bucket policy
///
/// Whom a bucket lets in, its own owner apart. Principals are part of it, and anonymous callers can be meant.
///
/// ```
/// # use oss_policy::{Access, Context, Decision, Policy, PolicyKind, Principal, ResourceName};
/// let policy = Policy::parse(
///     br#"{"Version": "1", "Statement": [{
///         "Effect": "Allow", "Action": "oss:Get*", "Principal": "*",
///         "Resource": "acs:oss:*:*:photos/public/*",
///         "Condition": {"IpAddress": {"acs:SourceIp": "192.0.2.0/24"}}}]}"#,
///     PolicyKind::Bucket,
/// )?;
/// let context = Context {
///     source_ip: Some([192, 0, 2, 7].into()),
///     bucket_owner: "1001",
///     ..Context::default()
/// };
/// let read = Access {
///     action: "oss:GetObject",
///     resource: ResourceName::Object { owner: "1001", bucket: "photos", key: "public/cat.jpg" },
///     principal: Principal::Anonymous,
///     context: &context,
/// };
/// assert_eq!(policy.evaluate(&read), Decision::Allow);
/// let private = ResourceName::Object { owner: "1001", bucket: "photos", key: "private/cat.jpg" };
/// assert_eq!(policy.evaluate(&Access { resource: private, ..read }), Decision::ImplicitDeny);
/// # Ok::<(), oss_policy::PolicyError>(())
/// ```
///
/// # A session policy
///
/// What is left of a role's rights in one session. The role's RAM policies are asked as well, so that it can only narrow them;
/// whatever it does not allow is refused.
///
/// ```
/// # use oss_policy::{Access, Context, Decision, Policy, PolicyKind, Principal, ResourceName, Timestamp};
/// let policy = Policy::parse(
///     br#"{"Version": "1", "Statement": [{
///         "Effect": "Allow", "Action": "oss:PutObject", "Resource": "acs:oss:*:*:photos/upload/*",
///         "Condition": {"DateLessThan": {"acs:CurrentTime": "2030-01-01T00:00:00Z"}}}]}"#,
///     PolicyKind::Session,
/// )?;
/// let in_time = Context { now: Timestamp(1_893_455_999), ..Context::default() };
/// let upload = Access {
///     action: "oss:PutObject",
///     resource: ResourceName::Object { owner: "1001", bucket: "photos", key: "upload/cat.jpg" },
///     principal: Principal::Role { account: "1001", role: "uploader", session: "s1" },
///     context: &in_time,
/// };
/// assert_eq!(policy.evaluate(&upload), Decision::Allow);
/// let too_late = Context { now: Timestamp(1_893_456_000), ..in_time };
/// assert_ne!(policy.evaluate(&Access { context: &too_late, ..upload }), Decision::Allow);
/// # Ok::<(), oss_policy::PolicyError>(())
/// ```
///
/// # A VPC endpoint policy
///
/// What may pass through the endpoint of a VPC, whoever asks; whatever it does not allow is refused.
///
/// ```
/// # use oss_policy::{Access, Context, Decision, Policy, PolicyKind, Principal, ResourceName};
/// let policy = Policy::parse(
///     br#"{"Version": "1", "Statement": [{
///         "Effect": "Allow", "Action": "oss:*", "Principal": ["1001", "2001"],
///         "Resource": ["acs:oss:*:*:photos", "acs:oss:*:*:photos/*"]}]}"#,
///     PolicyKind::VpcEndpoint,
/// )?;
/// let context = Context { source_vpc: Some("vpc-1"), ..Context::default() };
/// let list = Access {
///     action: "oss:ListObjects",
///     resource: ResourceName::Bucket { owner: "1001", bucket: "photos" },
///     principal: Principal::Root { uid: "1001" },
///     context: &context,
/// };
/// assert_eq!(policy.evaluate(&list), Decision::Allow);
/// let stranger = Principal::Root { uid: "9009" };
/// assert_ne!(policy.evaluate(&Access { principal: stranger, ..list }), Decision::Allow);
/// # Ok::<(), oss_policy::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    kind: PolicyKind,
    statements: Vec<Statement>,
}

impl Policy {
    /// Builds a policy in code.
    ///
    /// # Errors
    ///
    /// [`PolicyErrorKind::EmptyList`] without statements, [`PolicyErrorKind::PrincipalNotAllowed`] when a statement
    /// names principals and `kind` does not, [`PolicyErrorKind::UnknownMember`] when one names the actions it is not about and
    /// `kind` has no `NotAction`.
    pub fn new(kind: PolicyKind, statements: Vec<Statement>) -> Result<Self, PolicyError> {
        if statements.is_empty() {
            return Err(PolicyError::new(PolicyErrorKind::EmptyList, "Statement"));
        }
        let intruder = statements
            .iter()
            .position(|statement| statement.principals.is_some() && !kind.names_principals());
        if let Some(index) = intruder {
            return Err(PolicyError::new(
                PolicyErrorKind::PrincipalNotAllowed,
                &format!("Statement[{index}].Principal"),
            ));
        }
        let all_but = statements
            .iter()
            .position(|statement| statement.all_but && !kind.has_not_action());
        match all_but {
            None => Ok(Self { kind, statements }),
            Some(index) => Err(PolicyError::new(
                PolicyErrorKind::UnknownMember("NotAction".to_owned()),
                &format!("Statement[{index}].NotAction"),
            )),
        }
    }

    /// Where the policy hangs.
    #[must_use]
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// The statements, in the order of the document.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

/// One statement of a policy. It applies to an access when principal, action, resource and all conditions match.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    effect: Effect,
    actions: Vec<Pattern>,
    /// Whether the statement is about all actions but these.
    all_but: bool,
    resources: Vec<ResourcePattern>,
    principals: Option<Vec<PrincipalPattern>>,
    conditions: Vec<Condition>,
}

impl Statement {
    /// A statement about these actions (`oss:GetObject`, `oss:Get*`, `*`) on these resources (`acs:oss:*:*:bucket/*`,
    /// `*`), for everybody the policy concerns and without conditions.
    ///
    /// # Errors
    ///
    /// When a list is empty or an entry is malformed.
    pub fn new(effect: Effect, actions: &[&str], resources: &[&str]) -> Result<Self, PolicyError> {
        Ok(Self {
            effect,
            actions: build("Action", actions, parse_action)?,
            all_but: false,
            resources: build("Resource", resources, ResourcePattern::parse)?,
            principals: None,
            conditions: Vec::new(),
        })
    }

    /// A statement about all actions but these, as `NotAction` has it (help page: *Policy elements*); for RAM and session
    /// policies.
    ///
    /// # Errors
    ///
    /// When a list is empty or an entry is malformed.
    pub fn all_but(
        effect: Effect,
        actions: &[&str],
        resources: &[&str],
    ) -> Result<Self, PolicyError> {
        Ok(Self {
            actions: build("NotAction", actions, parse_action)?,
            all_but: true,
            ..Self::new(effect, &["*"], resources)?
        })
    }

    /// Restricts the statement to these principals: `*`, UIDs, `arn:sts::<account>:assumed-role/<role>/<session or *>`.
    ///
    /// # Errors
    ///
    /// When the list is empty or an entry is malformed.
    pub fn with_principals(mut self, principals: &[&str]) -> Result<Self, PolicyError> {
        self.principals = Some(build("Principal", principals, PrincipalPattern::parse)?);
        Ok(self)
    }

    /// Adds a condition; all conditions of a statement have to hold.
    ///
    /// # Errors
    ///
    /// When a value does not fit the operator, when there is none, or when the statement already has a condition with
    /// this operator and key: a document could not express that.
    pub fn with_condition(
        mut self,
        operator: ConditionOperator,
        key: &str,
        values: &[&str],
    ) -> Result<Self, PolicyError> {
        let path = format!("Condition.{}.{}", operator.as_str(), error::shown(key));
        let repeated = |other: &Condition| other.operator() == operator && other.key() == key;
        if self.conditions.iter().any(repeated) {
            return Err(PolicyError::new(PolicyErrorKind::RepeatedCondition, &path));
        }
        if values.is_empty() {
            return Err(PolicyError::new(PolicyErrorKind::EmptyList, &path));
        }
        let condition =
            Condition::new(operator, key, values).map_err(|kind| PolicyError::new(kind, &path))?;
        self.conditions.push(condition);
        Ok(self)
    }

    /// Whether the statement grants or refuses.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// The actions, of which one has to match, or none where it is [about all but these](Self::is_about_all_but).
    #[must_use]
    pub fn actions(&self) -> &[Pattern] {
        &self.actions
    }

    /// Whether it names the actions that it is not about: `NotAction`.
    #[must_use]
    pub fn is_about_all_but(&self) -> bool {
        self.all_but
    }

    /// The resources, of which one has to match.
    #[must_use]
    pub fn resources(&self) -> &[ResourcePattern] {
        &self.resources
    }

    /// The principals, of which one has to match; `None` when the statement names none, which means everybody.
    #[must_use]
    pub fn principals(&self) -> Option<&[PrincipalPattern]> {
        self.principals.as_deref()
    }

    /// The conditions, all of which have to hold.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }
}

/// An action is `service:operation` with wildcards, or `*`. RAM policies also name the actions of other services.
fn parse_action(text: &str) -> Result<Pattern, PolicyErrorKind> {
    let named = text
        .split_once(':')
        .is_some_and(|(service, operation)| !service.is_empty() && !operation.is_empty());
    if named || resource::is_all_stars(text) {
        Ok(Pattern::new(text))
    } else {
        Err(PolicyErrorKind::InvalidAction(error::shown(text)))
    }
}

fn build<T>(
    path: &str,
    texts: &[&str],
    parse: impl Fn(&str) -> Result<T, PolicyErrorKind>,
) -> Result<Vec<T>, PolicyError> {
    if texts.is_empty() {
        return Err(PolicyError::new(PolicyErrorKind::EmptyList, path));
    }
    texts
        .iter()
        .map(|text| parse(text).map_err(|kind| PolicyError::new(kind, path)))
        .collect()
}
