//! The request's side of a policy: who wants to do what to which resource, and under which circumstances.

use std::net::IpAddr;

use crate::time::Timestamp;

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
    pub(super) fn owner(&self) -> &'a str {
        match self {
            Self::Service { owner } | Self::Bucket { owner, .. } | Self::Object { owner, .. } => {
                owner
            }
        }
    }

    /// What stands after the fourth colon of the resource's ARN.
    ///
    /// A service operation concerns no bucket in particular; its path is `*`, which only a pattern for all buckets covers.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Service { .. } => "*".to_owned(),
            Self::Bucket { bucket, .. } => (*bucket).to_owned(),
            Self::Object { bucket, key, .. } => format!("{bucket}/{key}"),
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
    /// `acs:CurrentTime`: when the request arrived.
    pub now: Timestamp,
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

/// What the request has for a condition key.
pub(super) enum RequestValue<'a> {
    Text(&'a str),
    Address(IpAddr),
    Time(Timestamp),
    Flag(bool),
}

/// The condition keys that a request can have (help pages: *Policy elements*, *RAM Policy*); one that ends with `/` is
/// followed by the key of a tag. Others are kept in a policy, and no request has them.
pub const CONDITION_KEYS: &[&str] = &[
    "acs:SourceIp",
    "acs:SecureTransport",
    "acs:CurrentTime",
    "acs:MFAPresent",
    "acs:SourceVpc",
    "acs:UserAgent",
    "acs:AccessId",
    "oss:Prefix",
    "oss:Delimiter",
    "oss:x-oss-acl",
    "oss:x-oss-object-acl",
    "oss:BucketTag/",
    "oss:ExistingObjectTag/",
    "oss:RequestObjectTag/",
];

impl<'a> Access<'a> {
    /// What the request has for a condition key; `None` for what it lacks and for keys that do not exist.
    pub(super) fn condition_value(&self, key: &str) -> Option<RequestValue<'a>> {
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
