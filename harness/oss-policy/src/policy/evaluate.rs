//! Evaluation: which statements of a policy apply to an access, and what they come to.

use std::net::IpAddr;

use super::condition::RequestValue;
use super::resource::path_of;
use super::{Effect, Policy, PolicyKind, PrincipalPattern, Statement};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// The action, for example `oss:GetObject`.
    pub action: &'a str,
    /// What it is done to.
    pub resource: ResourceName<'a>,
    /// Who does it.
    pub principal: Principal<'a>,
    /// The circumstances, for conditions.
    pub context: &'a Context<'a>,
}

/// What an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceName<'a> {
    /// No bucket in particular: ListBuckets and the like. Covered by `acs:oss:*:<owner>:*` only.
    Service {
        /// UID of the account whose buckets it is about.
        owner: &'a str,
    },
    /// A bucket itself, not its objects: `acs:oss:*:<owner>:<bucket>`.
    Bucket {
        /// UID of the bucket's owner.
        owner: &'a str,
        /// Name of the bucket.
        bucket: &'a str,
    },
    /// An object: `acs:oss:*:<owner>:<bucket>/<key>`.
    Object {
        /// UID of the bucket's owner.
        owner: &'a str,
        /// Name of the bucket.
        bucket: &'a str,
        /// Key of the object, decoded.
        key: &'a str,
    },
}

impl<'a> ResourceName<'a> {
    pub(crate) fn owner(&self) -> &'a str {
        match self {
            Self::Service { owner } | Self::Bucket { owner, .. } | Self::Object { owner, .. } => {
                owner
            }
        }
    }
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal<'a> {
    /// Nobody known: no signature.
    Anonymous,
    /// The root of an account.
    Root {
        /// UID of the account.
        uid: &'a str,
    },
    /// A RAM user.
    RamUser {
        /// UID of the account that has the user.
        account: &'a str,
        /// UID of the user.
        uid: &'a str,
    },
    /// A session of a role, with a temporary key.
    Role {
        /// UID of the account that has the role.
        account: &'a str,
        /// Name of the role.
        role: &'a str,
        /// Name of the session.
        session: &'a str,
    },
}

/// The circumstances of a request, which conditions ask about (help pages: *Policy elements*, *RAM Policy*).
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// `acs:SourceIp`: the address of the peer. An IPv4 address in IPv6 form counts as IPv4.
    pub source_ip: Option<IpAddr>,
    /// `acs:SecureTransport`: whether the request came over HTTPS.
    pub secure_transport: bool,
    /// `acs:SourceVpc`: the VPC the request came from, `None` from the Internet.
    pub source_vpc: Option<&'a str>,
    /// `acs:CurrentTime`: the time, in unix seconds.
    pub now: i64,
    /// `acs:UserAgent`.
    pub user_agent: Option<&'a str>,
    /// `acs:AccessId`: the AccessKeyId that signed the request.
    pub access_key_id: Option<&'a str>,
    /// `acs:MFAPresent`.
    pub mfa_present: bool,
    /// `oss:Prefix`: parameter of list operations; for them, `None` counts as an empty text.
    pub prefix: Option<&'a str>,
    /// `oss:Delimiter`: parameter of list operations; for them, `None` counts as an empty text.
    pub delimiter: Option<&'a str>,
    /// `oss:BucketTag/<key>`.
    pub bucket_tags: &'a [(String, String)],
    /// `oss:ExistingObjectTag/<key>`.
    pub object_tags: &'a [(String, String)],
    /// `oss:RequestObjectTag/<key>`.
    pub request_tags: &'a [(String, String)],
    /// `oss:x-oss-acl` and `oss:x-oss-object-acl`: the request's headers, names in any case. Of a header given twice,
    /// the first counts; a server that lets another one take effect must not pass both.
    pub headers: &'a [(&'a str, &'a str)],
    /// UID of the bucket's owner, for the exception that bucket policies make for them.
    pub bucket_owner: &'a str,
}

/// What a policy, or several together, say about an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// A Deny statement applies.
    ExplicitDeny,
    /// No Deny applies, and an Allow does.
    Allow,
    /// Nothing applies.
    ImplicitDeny,
}

impl Decision {
    /// What two policies say together: a denial outweighs a grant, a grant outweighs silence.
    #[must_use]
    pub fn combine(self, other: Self) -> Self {
        match (self, other) {
            (Self::ExplicitDeny, _) | (_, Self::ExplicitDeny) => Self::ExplicitDeny,
            (Self::Allow, _) | (_, Self::Allow) => Self::Allow,
            (Self::ImplicitDeny, Self::ImplicitDeny) => Self::ImplicitDeny,
        }
    }
}

impl Policy {
    /// What the policy says about `access`.
    ///
    /// Whether the policy is to be asked at all is for the caller to know: RAM policies of the principal, the bucket's
    /// policy, the policy of the endpoint the request came through.
    #[must_use]
    pub fn evaluate(&self, access: &Access<'_>) -> Decision {
        let path = path_of(&access.resource);
        self.statements
            .iter()
            .filter(|statement| self.applies(statement, access, &path))
            .map(|statement| match statement.effect {
                Effect::Allow => Decision::Allow,
                Effect::Deny => Decision::ExplicitDeny,
            })
            .fold(Decision::ImplicitDeny, Decision::combine)
    }

    fn applies(&self, statement: &Statement, access: &Access<'_>, path: &str) -> bool {
        self.concerns(statement, access)
            && statement
                .actions
                .iter()
                .any(|action| action.matches_ignore_case(access.action))
            && statement
                .resources
                .iter()
                .any(|resource| resource.covers(&access.resource, path))
            && statement
                .conditions
                .iter()
                .all(|condition| condition.holds(access))
    }

    /// Whether the statement speaks of the principal. A missing Principal means everybody.
    fn concerns(&self, statement: &Statement, access: &Access<'_>) -> bool {
        if !self.kind.names_principals() {
            return true;
        }
        let exempt = self.exempts_owner(statement, access);
        let named = statement
            .principals
            .as_deref()
            .unwrap_or(&[PrincipalPattern::Everybody]);
        named.iter().any(|pattern| {
            pattern.matches(&access.principal)
                && !(exempt && *pattern == PrincipalPattern::Everybody)
        })
    }

    /// `Principal "*"` without a condition never means the bucket owner; with one it does, and a Deny then locks the
    /// owner out (help page: *Bucket Policy*). Only the root counts as the owner here.
    fn exempts_owner(&self, statement: &Statement, access: &Access<'_>) -> bool {
        let owner = access.context.bucket_owner;
        self.kind == PolicyKind::Bucket
            && statement.conditions.is_empty()
            && !owner.is_empty()
            && access.principal == Principal::Root { uid: owner }
    }
}

impl<'a> Access<'a> {
    /// What the request has for a condition key; `None` for what it lacks and for keys that do not exist.
    pub(crate) fn condition_value(&self, key: &str) -> Option<RequestValue<'a>> {
        let context = self.context;
        let text = match key {
            "acs:SourceIp" => return context.source_ip.map(RequestValue::Address),
            "acs:SecureTransport" => return Some(RequestValue::Flag(context.secure_transport)),
            "acs:CurrentTime" => return Some(RequestValue::Time(context.now)),
            "acs:MFAPresent" => return Some(RequestValue::Flag(context.mfa_present)),
            "acs:SourceVpc" => context.source_vpc,
            "acs:UserAgent" => context.user_agent,
            "acs:AccessId" => context.access_key_id,
            "oss:Prefix" => context.prefix.or(self.list_default()),
            "oss:Delimiter" => context.delimiter.or(self.list_default()),
            "oss:x-oss-acl" => self.header("x-oss-acl"),
            "oss:x-oss-object-acl" => self.header("x-oss-object-acl"),
            _ => self.tag(key),
        };
        text.map(RequestValue::Text)
    }

    /// A parameter that a list operation was sent without is empty; other operations do not have it.
    fn list_default(&self) -> Option<&'a str> {
        let lists = self
            .action
            .get(.."oss:List".len())
            .is_some_and(|start| start.eq_ignore_ascii_case("oss:List"));
        lists.then_some("")
    }

    fn header(&self, wanted: &str) -> Option<&'a str> {
        self.context
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| *value)
    }

    fn tag(&self, key: &str) -> Option<&'a str> {
        let (set, wanted) = key.split_once('/')?;
        let tags = match set {
            "oss:BucketTag" => self.context.bucket_tags,
            "oss:ExistingObjectTag" => self.context.object_tags,
            "oss:RequestObjectTag" => self.context.request_tags,
            _ => return None,
        };
        tags.iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
    }
}
