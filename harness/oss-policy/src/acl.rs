//! Access control lists: what `private`, `public-read` and `public-read-write` let a caller do.
//!
//! ACLs are the last word on object operations, asked only when no policy allowed or denied (help page: *Authentication
//! process of OSS requests*, step 5). They never grant anything on the bucket itself, not even listing.

use std::fmt;
use std::str::FromStr;

/// The ACL of a bucket (help page: *PutBucketAcl*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BucketAcl {
    /// Only the owner, or whom a policy allows. The value of a new bucket.
    #[default]
    Private,
    /// Everybody may read objects.
    PublicRead,
    /// Everybody may read, write and delete objects.
    PublicReadWrite,
}

/// The ACL of one object (help page: *PutObjectACL*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ObjectAcl {
    /// The bucket's ACL counts. The value of a new object.
    #[default]
    Default,
    /// Closed, even in a public bucket.
    Private,
    /// Everybody may read this object, even in a private bucket.
    PublicRead,
    /// Everybody may read, overwrite and delete this object.
    PublicReadWrite,
}

/// The kind of right that an object operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// GetObject, HeadObject, GetObjectMeta, GetSymlink, SelectObject, and the source of a copy.
    Read,
    /// PutObject, PostObject, AppendObject, PutSymlink, DeleteObject, RestoreObject, and the target of a copy.
    Write,
    /// GetObjectAcl. No ACL ever grants it.
    ReadAcl,
    /// PutObjectAcl. No ACL ever grants it.
    WriteAcl,
    /// The parts of a multipart upload. Granted like [`Need::Write`], refused with messages of its own.
    Multipart,
}

/// Who asks, as far as ACLs can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// The root of the account that owns the bucket, and so all objects in it.
    Owner,
    /// Anybody else with a valid signature: RAM user, role, or the root of another account. A RAM user of the owner's
    /// account is not the owner.
    Signed,
    /// No signature at all.
    Anonymous,
}

/// Why an ACL refuses. Each variant is one documented message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AclDenied {
    /// The bucket's ACL counted: "You have no right to access this object because of bucket acl".
    #[error("the bucket ACL does not allow this")]
    BucketAcl,
    /// The object's own ACL counted: "You do not have read permission on this object".
    #[error("the object ACL does not allow reading")]
    ObjectRead,
    /// The object's own ACL counted: "You do not have write permission on this object".
    #[error("the object ACL does not allow writing")]
    ObjectWrite,
    /// "You do not have read acl permission on this object".
    #[error("no ACL allows reading the object ACL")]
    ObjectReadAcl,
    /// "You do not have write acl permission on this object".
    #[error("no ACL allows writing the object ACL")]
    ObjectWriteAcl,
    /// Multipart operation of a signed caller: "You have no right to access this object".
    #[error("the ACL does not allow this multipart operation")]
    MultipartSigned,
    /// Multipart operation without a signature: "Anonymous user has no right to access this object".
    #[error("the ACL does not allow this anonymous multipart operation")]
    MultipartAnonymous,
}

impl AclDenied {
    /// The EC that the service documents for this refusal; none is known for the multipart ones.
    #[must_use]
    pub fn ec(self) -> Option<&'static str> {
        match self {
            Self::BucketAcl => Some("0003-00000001"),
            Self::ObjectRead => Some("0003-00000005"),
            Self::ObjectWrite => Some("0003-00000006"),
            Self::ObjectReadAcl => Some("0003-00000007"),
            Self::ObjectWriteAcl => Some("0003-00000008"),
            Self::MultipartSigned | Self::MultipartAnonymous => None,
        }
    }
}

/// Asks the object's ACL, or the bucket's when the object is absent (`None`) or inherits.
///
/// The object's own ACL overrides in both directions, also for overwriting and deleting (EC 0003-00000006).
///
/// ```
/// use oss_policy::{AclDenied, BucketAcl, Caller, Need, ObjectAcl, check_acl};
///
/// let bucket: BucketAcl = "public-read".parse()?;
/// let read = |object| check_acl(Need::Read, Caller::Anonymous, bucket, object);
/// assert_eq!(read(Some(ObjectAcl::Default)), Ok(()));
/// assert_eq!(read(Some(ObjectAcl::Private)), Err(AclDenied::ObjectRead));
///
/// // An object that is not there yet has no ACL of its own.
/// let denied = check_acl(Need::Write, Caller::Signed, bucket, None).unwrap_err();
/// assert_eq!((denied, denied.ec()), (AclDenied::BucketAcl, Some("0003-00000001")));
/// # Ok::<(), oss_policy::UnknownAcl>(())
/// ```
///
/// # Errors
///
/// The refusal, which names the message that the service gives for it.
pub fn check_acl(
    need: Need,
    caller: Caller,
    bucket: BucketAcl,
    object: Option<ObjectAcl>,
) -> Result<(), AclDenied> {
    if caller == Caller::Owner {
        return Ok(());
    }
    let own = object.and_then(ObjectAcl::own);
    let granted = match (need, own.unwrap_or(bucket)) {
        (Need::ReadAcl | Need::WriteAcl, _) | (_, BucketAcl::Private) => false,
        (_, BucketAcl::PublicReadWrite) => true,
        (need, BucketAcl::PublicRead) => need == Need::Read,
    };
    if granted {
        return Ok(());
    }
    Err(match (need, own, caller) {
        (Need::ReadAcl, ..) => AclDenied::ObjectReadAcl,
        (Need::WriteAcl, ..) => AclDenied::ObjectWriteAcl,
        (Need::Multipart, _, Caller::Anonymous) => AclDenied::MultipartAnonymous,
        (Need::Multipart, ..) => AclDenied::MultipartSigned,
        (Need::Read | Need::Write, None, _) => AclDenied::BucketAcl,
        (Need::Read, Some(_), _) => AclDenied::ObjectRead,
        (Need::Write, Some(_), _) => AclDenied::ObjectWrite,
    })
}

impl BucketAcl {
    /// The value as it stands in `x-oss-acl` and in XML.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::PublicRead => "public-read",
            Self::PublicReadWrite => "public-read-write",
        }
    }
}

impl ObjectAcl {
    /// The value as it stands in `x-oss-object-acl` and in XML.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.own().map_or("default", BucketAcl::as_str)
    }

    /// The ACL of the object itself, unless it inherits the bucket's.
    fn own(self) -> Option<BucketAcl> {
        match self {
            Self::Default => None,
            Self::Private => Some(BucketAcl::Private),
            Self::PublicRead => Some(BucketAcl::PublicRead),
            Self::PublicReadWrite => Some(BucketAcl::PublicReadWrite),
        }
    }
}

impl fmt::Display for BucketAcl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ObjectAcl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no ACL (400 `InvalidArgument`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known ACL")]
pub struct UnknownAcl;

impl FromStr for BucketAcl {
    type Err = UnknownAcl;

    fn from_str(text: &str) -> Result<Self, UnknownAcl> {
        [Self::Private, Self::PublicRead, Self::PublicReadWrite]
            .into_iter()
            .find(|acl| acl.as_str() == text)
            .ok_or(UnknownAcl)
    }
}

impl FromStr for ObjectAcl {
    type Err = UnknownAcl;

    fn from_str(text: &str) -> Result<Self, UnknownAcl> {
        [
            Self::Default,
            Self::Private,
            Self::PublicRead,
            Self::PublicReadWrite,
        ]
        .into_iter()
        .find(|acl| acl.as_str() == text)
        .ok_or(UnknownAcl)
    }
}
