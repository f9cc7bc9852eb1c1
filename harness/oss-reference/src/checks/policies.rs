//! What RAM, bucket, session and VPC endpoint policies say to a right (help page: Authentication, steps 2 to 4).

use oss_policy::{Access, Context, Decision, Policy, Principal, ResourceName, Timestamp};

use super::claim::{Caller, Claimed};
use super::inquiry::Inquiry;
use crate::operation::Operation;
use crate::world::{Bucket, Object};

/// Asks every policy that has a say.
pub(super) fn judge<'a>(
    inquiry: &Inquiry<'a>,
    action: &str,
    resource: ResourceName<'_>,
    owner: &str,
    bucket: Option<&'a Bucket>,
    object: Option<&Object>,
) -> Judged {
    let policies = Policies::of(inquiry, owner, bucket);
    if policies.are_none() {
        return Judged::default();
    }
    policies.judge(inquiry, action, resource, owner, bucket, object)
}

/// The policies that have a say.
struct Policies<'a> {
    ram: Option<&'a Policy>,
    bucket: Option<&'a Policy>,
    session: Option<&'a Policy>,
    endpoint: Option<&'a Policy>,
}

/// What each of them says.
pub(super) struct Judged {
    /// The RAM policies of the caller.
    pub(super) ram: Decision,
    /// The bucket policy.
    pub(super) bucket: Decision,
    /// The session policy; `None` when AssumeRole was given none.
    pub(super) session: Option<Decision>,
    /// The policy of the VPC endpoint; `None` when there is none, or the default one.
    pub(super) endpoint: Option<Decision>,
}

impl Default for Judged {
    fn default() -> Self {
        Self {
            ram: Decision::ImplicitDeny,
            bucket: Decision::ImplicitDeny,
            session: None,
            endpoint: None,
        }
    }
}

impl<'a> Policies<'a> {
    fn of(inquiry: &Inquiry<'a>, owner: &str, bucket: Option<&'a Bucket>) -> Self {
        let endpoint = inquiry.request.arrival.vpc_endpoint;
        Self {
            ram: ram_policy(inquiry).filter(|_| inquiry.caller().account() == Some(owner)),
            bucket: bucket
                .and_then(|bucket| bucket.policy.as_ref())
                .map(|(_, policy)| policy),
            session: inquiry
                .session()
                .and_then(|session| session.policy.as_ref()),
            endpoint: endpoint
                .and_then(|id| inquiry.world.vpc_endpoints.get(id))
                .and_then(|endpoint| endpoint.policy.as_ref()),
        }
    }

    fn are_none(&self) -> bool {
        self.ram.is_none()
            && self.bucket.is_none()
            && self.session.is_none()
            && self.endpoint.is_none()
    }

    fn judge(
        &self,
        inquiry: &Inquiry<'_>,
        action: &str,
        resource: ResourceName<'_>,
        owner: &str,
        bucket: Option<&Bucket>,
        object: Option<&Object>,
    ) -> Judged {
        let request_tags = request_tags(inquiry);
        let headers = acl_headers(inquiry);
        let context = context(inquiry, owner, bucket, object, &request_tags, &headers);
        let access = Access {
            action,
            resource,
            principal: principal(inquiry.caller()),
            context: &context,
        };
        let ask = |policy: Option<&Policy>| policy.map(|policy| policy.evaluate(&access));
        Judged {
            ram: ask(self.ram).unwrap_or(Decision::ImplicitDeny),
            bucket: ask(self.bucket).unwrap_or(Decision::ImplicitDeny),
            session: ask(self.session),
            endpoint: ask(self.endpoint),
        }
    }
}

/// The RAM policies of the caller. An account itself has none (help page: Authentication, step 3).
pub(super) fn ram_policy<'a>(inquiry: &Inquiry<'a>) -> Option<&'a Policy> {
    let account = inquiry.caller_account()?;
    match inquiry.caller() {
        Caller::Anonymous | Caller::Root { .. } => None,
        Caller::RamUser { uid, .. } => account.users.get(uid)?.policy.as_ref(),
        Caller::Role { role, .. } => account.roles.get(role)?.policy.as_ref(),
    }
}

pub(super) fn principal(caller: &Caller) -> Principal<'_> {
    match caller {
        Caller::Anonymous => Principal::Anonymous,
        Caller::Root { uid } => Principal::Root { uid },
        Caller::RamUser { account, uid } => Principal::RamUser { account, uid },
        Caller::Role {
            account,
            role,
            session,
        } => Principal::Role {
            account,
            role,
            session,
        },
    }
}

/// The values of the condition keys.
pub(super) fn context<'c>(
    inquiry: &'c Inquiry<'_>,
    owner: &'c str,
    bucket: Option<&'c Bucket>,
    object: Option<&'c Object>,
    request_tags: &'c [(String, String)],
    headers: &'c [(&'c str, &'c str)],
) -> Context<'c> {
    let request = inquiry.request;
    let lists = inquiry.operation().is_ok_and(Operation::is_list);
    // A list without prefix or delimiter asks for everything: the absent parameter counts as empty.
    let of_list = |name| lists.then(|| request.query_value(name).unwrap_or(""));
    let endpoint = request
        .arrival
        .vpc_endpoint
        .and_then(|id| inquiry.world.vpc_endpoints.get(id));
    Context {
        source_ip: Some(request.arrival.peer),
        // The server speaks no TLS.
        secure_transport: false,
        source_vpc: endpoint.map(|endpoint| endpoint.vpc.as_str()),
        now: Timestamp(inquiry.now()),
        user_agent: request.header("user-agent"),
        access_key_id: inquiry.readable_claim().map(Claimed::access_key_id),
        mfa_present: false,
        prefix: of_list("prefix"),
        delimiter: of_list("delimiter"),
        bucket_tags: bucket.map_or(&[], |bucket| bucket.tags.as_slice()),
        object_tags: object.map_or(&[], |object| object.tags.as_slice()),
        request_tags,
        headers,
        bucket_owner: owner,
    }
}

/// `x-oss-tagging: a=b&c=d`.
fn request_tags(inquiry: &Inquiry<'_>) -> Vec<(String, String)> {
    let Some(header) = inquiry.header_or_field("x-oss-tagging") else {
        return Vec::new();
    };
    let pairs = oss_auth::parse_query(header).unwrap_or_default();
    pairs
        .into_iter()
        .map(|pair| {
            (
                pair.name.into_owned(),
                pair.value.unwrap_or_default().into_owned(),
            )
        })
        .collect()
}

fn acl_headers<'c>(inquiry: &'c Inquiry<'_>) -> Vec<(&'c str, &'c str)> {
    ["x-oss-acl", "x-oss-object-acl"]
        .into_iter()
        .filter_map(|name| Some((name, inquiry.header_or_field(name)?)))
        .collect()
}
