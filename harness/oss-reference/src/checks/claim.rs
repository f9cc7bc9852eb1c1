//! Who asks, and the signature that says so.

use oss_auth::{Claim, ClaimError, FormClaim, FormClaimError, Scheme};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Caller {
    /// No signature in header, URL or form.
    Anonymous,
    /// An account itself.
    Root {
        /// UID of the account.
        uid: String,
    },
    /// A RAM user.
    RamUser {
        /// UID of the account.
        account: String,
        /// UID of the user.
        uid: String,
    },
    /// A RAM role, through a security token.
    Role {
        /// UID of the account.
        account: String,
        /// Name of the role.
        role: String,
        /// Name of the session.
        session: String,
    },
}

impl Caller {
    /// UID of the caller's account; `None` for anonymous callers.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::Root { uid } => Some(uid),
            Self::RamUser { account, .. } | Self::Role { account, .. } => Some(account),
        }
    }

    /// Whether it is the account of that UID itself; its RAM users and roles are never owners (help page: Authentication).
    pub fn is_root_of(&self, uid: &str) -> bool {
        matches!(self, Self::Root { uid: own } if own == uid)
    }
}

/// The signature a request claims to carry.
pub(crate) enum Claimed<'a> {
    /// In header or URL.
    Request(Claim<'a>),
    /// In the fields of PostObject.
    Form(FormClaim<'a>),
}

impl<'a> Claimed<'a> {
    /// The key it names.
    pub(crate) fn access_key_id(&self) -> &'a str {
        match self {
            Self::Request(claim) => claim.access_key_id(),
            Self::Form(claim) => claim.access_key_id(),
        }
    }

    /// The element that names the key in an answer: one of the S3 dialect says `AWSAccessKeyId` (vastsa/FileCodeBox#137, of a
    /// signature that does not match; that other answers do the same is inferred).
    pub(crate) fn key_element(&self) -> &'static str {
        match self {
            Self::Request(claim) if claim.scheme().is_s3() => "AWSAccessKeyId",
            _ => "OSSAccessKeyId",
        }
    }

    /// The version of the signature.
    pub(crate) fn scheme(&self) -> Scheme {
        match self {
            Self::Request(claim) => claim.scheme(),
            Self::Form(claim) => claim.scheme(),
        }
    }

    /// The token it carries where its scheme reads one.
    pub(crate) fn security_token(&self) -> Option<&'a str> {
        match self {
            Self::Request(claim) => claim.security_token(),
            Self::Form(claim) => claim.security_token(),
        }
    }
}

/// A claim that cannot be read.
pub(crate) enum BadClaim {
    /// In header or URL.
    Request(ClaimError),
    /// In the fields of PostObject.
    Form(FormClaimError),
}
