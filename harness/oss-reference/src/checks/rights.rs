//! The rights a request needs, and what policies and ACLs say to each (help page: Authentication, steps 2 to 5).

use std::borrow::Cow;

use oss_policy::{AclDenied, BucketAcl, Decision, Need, ObjectAcl, ResourceName, check_acl};

use super::claim::Caller;
use super::inquiry::Inquiry;
use super::policies;
use crate::denial::Denial;
use crate::operation::settings::setting;
use crate::operation::{Class, Operation};
use crate::world::{Bucket, Missing, Object};

/// One thing that must be allowed.
pub(super) struct Right<'a> {
    /// How it is decided once no policy has spoken.
    pub(super) class: Class,
    /// The action, `oss:GetObject`.
    pub(super) action: &'static str,
    /// UID of the bucket's owner; of the caller where there is no bucket yet.
    pub(super) owner: Cow<'a, str>,
    /// What the RAM policies of the caller say.
    pub(super) ram: Decision,
    /// What the bucket policy says.
    pub(super) bucket_policy: Decision,
    /// What the session policy says; `None` when AssumeRole was given none.
    pub(super) session: Option<Decision>,
    /// What the policy of the VPC endpoint says; `None` when the request did not come through one or it has the default policy.
    pub(super) endpoint: Option<Decision>,
    /// What the ACLs say, for object operations.
    pub(super) acl: Result<(), AclDenied>,
}

impl Right<'_> {
    /// Whether a RAM or bucket policy allows it, which ends the matter (step 4.1).
    pub(super) fn allowed(&self) -> bool {
        self.ram == Decision::Allow || self.bucket_policy == Decision::Allow
    }

    /// Whether nothing but ACL or ownership can still grant it.
    pub(super) fn is_open(&self, caller: &Caller) -> bool {
        !self.allowed() && !caller.is_root_of(&self.owner)
    }

    /// Whether it is decided as management: by policy or ownership, never by an ACL.
    pub(super) fn is_management(&self) -> bool {
        matches!(self.class, Class::Service | Class::Create | Class::Bucket)
    }

    /// `denial` with the detail that OSS adds for RAM users and roles (EC 0003-00000201).
    pub(super) fn explain(&self, inquiry: &Inquiry<'_>, denial: Denial) -> Denial {
        if !inquiry.config.decisions.emit_access_denied_detail {
            return denial;
        }
        let (account, kind, name) = match inquiry.caller() {
            Caller::RamUser { account, uid } => (account, "SubUser", uid.clone()),
            Caller::Role {
                account,
                role,
                session,
            } => (account, "AssumedRoleUser", format!("{role}:{session}")),
            // No body of an account itself has been seen with the element.
            Caller::Root { .. } | Caller::Anonymous => return denial,
        };
        let explicit =
            self.ram == Decision::ExplicitDeny || self.bucket_policy == Decision::ExplicitDeny;
        let of_bucket =
            self.bucket_policy == Decision::ExplicitDeny && self.ram != Decision::ExplicitDeny;
        denial.elements(
            "AccessDeniedDetail",
            vec![
                (
                    "PolicyType",
                    if of_bucket {
                        "ResourceBasedPolicy"
                    } else {
                        "AccountLevelIdentityBasedPolicy"
                    }
                    .into(),
                ),
                ("AuthPrincipalOwnerId", account.clone()),
                ("AuthPrincipalType", kind.into()),
                ("AuthPrincipalDisplayName", name),
                (
                    "NoPermissionType",
                    if explicit {
                        "ExplicitDeny"
                    } else {
                        "ImplicitDeny"
                    }
                    .into(),
                ),
                ("AuthAction", self.action.into()),
                (
                    "EncodedDiagnosticMessage",
                    diagnostic(inquiry.request.arrival.id, self.action),
                ),
            ],
        )
    }
}

/// Stands for the opaque text that the service can decode and nobody else.
fn diagnostic(request_id: &str, action: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(format!("{request_id} {action}"))
}

/// A right before anybody was asked.
struct Wanted<'i, 'a> {
    class: Class,
    action: &'static str,
    name: &'i str,
    bucket: Option<&'a Bucket>,
    key: Option<Cow<'i, str>>,
    /// The version of the key that is named.
    version: Option<&'i str>,
}

/// What the request needs. Empty for preflights, and for DeleteMultipleObjects, which asks for each key ([`super::may`]).
pub(super) fn needed<'a>(inquiry: &Inquiry<'a>) -> Vec<Right<'a>> {
    let Ok(operation) = inquiry.operation() else {
        return Vec::new();
    };
    if matches!(
        operation,
        Operation::OptionObject | Operation::DeleteMultipleObjects
    ) {
        return Vec::new();
    }
    let own = |class, action| Wanted {
        class,
        action,
        name: inquiry.request.bucket().unwrap_or(""),
        bucket: inquiry.bucket(),
        key: inquiry.key().map(Cow::Borrowed),
        version: inquiry.version(),
    };
    let mut wanted = Vec::with_capacity(2);
    wanted.extend(of_source(inquiry, operation));
    wanted.push(own(operation.class(), action(inquiry, operation)));
    if sets_tags(inquiry, operation) {
        // Tags given with an upload need the right to tag besides (EC 0003-00000905).
        wanted.push(own(Class::Tagging, "oss:PutObjectTagging"));
    }
    wanted
        .into_iter()
        .map(|wanted| ask(inquiry, wanted))
        .collect()
}

/// What copies and renames need of their source.
fn of_source<'i, 'a>(inquiry: &'i Inquiry<'a>, operation: Operation) -> Option<Wanted<'i, 'a>> {
    match operation {
        // Copies are authorised twice: reading the source, then writing the target (help page: RAM policy, actions).
        Operation::CopyObject | Operation::UploadPartCopy => {
            let source = inquiry.copy_source()?;
            Some(Wanted {
                class: Class::Read,
                action: versioned("oss:GetObject", source.version.is_some()),
                name: &source.bucket,
                bucket: inquiry.world.buckets.get(&source.bucket),
                key: Some(Cow::Borrowed(&source.key)),
                version: source.version.as_deref(),
            })
        }
        // Renaming removes the source and writes the target (help page: RenameObject).
        Operation::RenameObject => Some(Wanted {
            class: Class::Write,
            action: "oss:DeleteObject",
            name: inquiry.request.bucket().unwrap_or(""),
            bucket: inquiry.bucket(),
            key: Some(Cow::Owned(inquiry.request.rename_source()?.ok()?)),
            version: None,
        }),
        _ => None,
    }
}

fn action(inquiry: &Inquiry<'_>, operation: Operation) -> &'static str {
    match operation {
        Operation::PutBucketSetting
        | Operation::GetBucketSetting
        | Operation::DeleteBucketSetting => {
            setting(inquiry.request).map_or(operation.action(), |setting| setting.action(operation))
        }
        _ => versioned(operation.action(), inquiry.version().is_some()),
    }
}

/// Naming a version needs an action of its own (help page: RAM policy, actions).
fn versioned(action: &'static str, version: bool) -> &'static str {
    match action {
        "oss:GetObject" if version => "oss:GetObjectVersion",
        "oss:DeleteObject" if version => "oss:DeleteObjectVersion",
        "oss:GetObjectAcl" if version => "oss:GetObjectVersionAcl",
        "oss:PutObjectAcl" if version => "oss:PutObjectVersionAcl",
        "oss:GetObjectTagging" if version => "oss:GetObjectVersionTagging",
        "oss:PutObjectTagging" if version => "oss:PutObjectVersionTagging",
        "oss:DeleteObjectTagging" if version => "oss:DeleteObjectVersionTagging",
        "oss:RestoreObject" if version => "oss:RestoreObjectVersion",
        _ => action,
    }
}

fn sets_tags(inquiry: &Inquiry<'_>, operation: Operation) -> bool {
    let uploads = matches!(
        operation,
        Operation::PutObject
            | Operation::PostObject
            | Operation::AppendObject
            | Operation::CopyObject
            | Operation::PutSymlink
            | Operation::InitiateMultipartUpload
    );
    uploads
        && inquiry
            .header_or_field("x-oss-tagging")
            .is_some_and(|tags| !tags.is_empty())
}

fn ask<'a>(inquiry: &Inquiry<'a>, wanted: Wanted<'_, 'a>) -> Right<'a> {
    let Wanted {
        class,
        action,
        name,
        bucket,
        key,
        version,
    } = wanted;
    let caller = inquiry.caller();
    let owner = match bucket {
        Some(bucket) => Cow::Borrowed(bucket.owner.as_str()),
        None => Cow::Owned(caller.account().unwrap_or("").to_owned()),
    };
    let found = bucket
        .zip(key.as_deref())
        .map(|(bucket, key)| bucket.object(key, version));
    let object = found.and_then(Result::ok);
    let resource = match (class, &key) {
        (Class::Service, _) => ResourceName::Service { owner: &owner },
        (Class::Create | Class::Bucket, _) | (_, None) => ResourceName::Bucket {
            owner: &owner,
            bucket: name,
        },
        (_, Some(key)) => ResourceName::Object {
            owner: &owner,
            bucket: name,
            key,
        },
    };
    let judged = policies::judge(inquiry, action, resource, &owner, bucket, object);
    let of_nobody = matches!(found, Some(Err(Missing::Marker(_))));
    let acl = acl(class, caller, bucket, (object, of_nobody), &owner, inquiry);
    Right {
        class,
        action,
        owner,
        ram: judged.ram,
        bucket_policy: judged.bucket,
        session: judged.session,
        endpoint: judged.endpoint,
        acl,
    }
}

/// What the ACLs say to an object operation; management operations are not theirs to grant, so they are passed over here.
fn acl(
    class: Class,
    caller: &Caller,
    bucket: Option<&Bucket>,
    (object, of_nobody): (Option<&Object>, bool),
    owner: &str,
    inquiry: &Inquiry<'_>,
) -> Result<(), AclDenied> {
    let need = match class {
        Class::Read => Need::Read,
        Class::Write => Need::Write,
        Class::Multipart => Need::Multipart,
        Class::ReadAcl => Need::ReadAcl,
        Class::WriteAcl => Need::WriteAcl,
        Class::Service | Class::Create | Class::Bucket | Class::Tagging | Class::Preflight => {
            return Ok(());
        }
    };
    let Some(bucket) = bucket else { return Ok(()) };
    let (bucket_acl, object_acl) = effective(bucket, object, inquiry);
    // A delete marker has no ACL: who removes one needs oss:DeleteObjectVersion (help page: Delete marker).
    let bucket_acl = if of_nobody {
        BucketAcl::Private
    } else {
        bucket_acl
    };
    let caller = match caller {
        Caller::Anonymous => oss_policy::Caller::Anonymous,
        caller if caller.is_root_of(owner) => oss_policy::Caller::Owner,
        Caller::Root { .. } | Caller::RamUser { .. } | Caller::Role { .. } => {
            oss_policy::Caller::Signed
        }
    };
    check_acl(need, caller, bucket_acl, object_acl)
}

/// The ACLs as Block Public Access leaves them: public ones grant nothing, and the answer is that of the bucket's ACL
/// (EC 0003-00000001).
fn effective(
    bucket: &Bucket,
    object: Option<&Object>,
    inquiry: &Inquiry<'_>,
) -> (BucketAcl, Option<ObjectAcl>) {
    let own = object.map(|object| object.acl);
    if !blocks_public_access(bucket, inquiry) {
        return (bucket.acl, own);
    }
    let own = own.map(|acl| match acl {
        ObjectAcl::PublicRead | ObjectAcl::PublicReadWrite => ObjectAcl::Default,
        ObjectAcl::Default | ObjectAcl::Private => acl,
    });
    (BucketAcl::Private, own)
}

/// Whether Block Public Access is on for the bucket or its owner's account.
pub(super) fn blocks_public_access(bucket: &Bucket, inquiry: &Inquiry<'_>) -> bool {
    let account = inquiry.world.accounts.get(&bucket.owner);
    bucket.block_public_access || account.is_some_and(|account| account.block_public_access)
}
