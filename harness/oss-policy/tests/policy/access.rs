//! The access that most tests vary: RAM user 2001 of account 1001 reads `docs/a.txt` in 1001's bucket `photos`.

use oss_policy::{Access, Context, Decision, Policy, PolicyKind, Principal, ResourceName};

pub(crate) const OWNER: &str = "1001";
pub(crate) const ROOT: Principal<'_> = Principal::Root { uid: OWNER };
pub(crate) const FOREIGN_ROOT: Principal<'_> = Principal::Root { uid: "9009" };
pub(crate) const USER: Principal<'_> = Principal::RamUser {
    account: OWNER,
    uid: "2001",
};
pub(crate) const ROLE: Principal<'_> = Principal::Role {
    account: OWNER,
    role: "reader",
    session: "s1",
};
pub(crate) const OBJECT: ResourceName<'_> = object("docs/a.txt");
pub(crate) const BUCKET: ResourceName<'_> = ResourceName::Bucket {
    owner: OWNER,
    bucket: "photos",
};
pub(crate) const SERVICE: ResourceName<'_> = ResourceName::Service { owner: OWNER };

pub(crate) const fn object(key: &str) -> ResourceName<'_> {
    ResourceName::Object {
        owner: OWNER,
        bucket: "photos",
        key,
    }
}

pub(crate) fn context() -> Context<'static> {
    Context {
        bucket_owner: OWNER,
        ..Context::default()
    }
}

pub(crate) fn read<'a>(principal: Principal<'a>, context: &'a Context<'a>) -> Access<'a> {
    Access {
        action: "oss:GetObject",
        resource: OBJECT,
        principal,
        context,
    }
}

/// A policy of one or more statements, given without the frame around them.
pub(crate) fn policy(kind: PolicyKind, statements: &str) -> Policy {
    let text = format!(r#"{{"Version": "1", "Statement": [{statements}]}}"#);
    Policy::parse(text.as_bytes(), kind).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What a bucket policy says about `principal` reading the object.
pub(crate) fn bucket_policy(statements: &str, principal: Principal<'_>) -> Decision {
    policy(PolicyKind::Bucket, statements).evaluate(&read(principal, &context()))
}
