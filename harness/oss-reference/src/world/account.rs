//! Accounts, RAM users, roles, access keys and sessions.

use std::collections::{HashMap, HashSet};

use ipnet::IpNet;
use oss_policy::Policy;

/// Signature version 1, as a feature that may be closed to an account.
pub const SIGNATURE_V1: &str = "signature-v1";

/// An Alibaba Cloud account: the root identity that owns buckets.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// The numeric UID, as text.
    pub uid: String,
    /// Whether the service is open to it.
    pub status: AccountStatus,
    /// State of its Key Management Service.
    pub kms: KmsStatus,
    /// RAM users by UID.
    pub users: HashMap<String, RamUser>,
    /// Roles by name.
    pub roles: HashMap<String, Role>,
    /// Regions that refuse security tokens for this account's callers.
    pub regions_without_sts: HashSet<String>,
    /// Operations (API names, `ListBuckets`) that refuse security tokens for this account's callers.
    pub operations_without_sts: HashSet<String>,
    /// Configurations, by the name of their sub-resource, that were not opened for this account, and [`SIGNATURE_V1`] where it is closed.
    pub closed_features: HashSet<String>,
    /// Block Public Access at the level of the account.
    pub block_public_access: bool,
}

/// Account status (spec: authorization, account and bucket status).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AccountStatus {
    /// In order.
    #[default]
    Active,
    /// Disabled for arrears or security, or OSS was never opened: `UserDisable`.
    Disabled,
    /// Cancelled, restricted or suspended: `AbnormalBucketOwnerStatus`.
    Abnormal,
}

/// State of an account's KMS subscription.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KmsStatus {
    /// Open and paid.
    #[default]
    Active,
    /// Never opened: `KmsUbsmsInvalidBid`.
    None,
    /// Unpaid, first stage: `KmsInDebt`.
    InDebt,
    /// Unpaid, overdue: `KmsInDebtOverdue`.
    Overdue,
}

/// A RAM user of an account.
#[derive(Debug, Clone, Default)]
pub struct RamUser {
    /// The numeric UID, as text.
    pub uid: String,
    /// The union of all attached policies; `None` when nothing is attached.
    pub policy: Option<Policy>,
}

/// A RAM role.
#[derive(Debug, Clone, Default)]
pub struct Role {
    /// The role's name.
    pub name: String,
    /// The union of all attached policies.
    pub policy: Option<Policy>,
}

/// An AccessKey pair.
#[derive(Clone)]
pub struct AccessKey {
    /// The AccessKeyId.
    pub id: String,
    /// The AccessKeySecret.
    pub secret: String,
    /// Whose it is.
    pub holder: KeyHolder,
    /// False once it was set inactive.
    pub enabled: bool,
    /// When set, the key works from these networks only (EC 0002-00000904).
    pub allowed_networks: Option<Vec<IpNet>>,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("holder", &self.holder)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// Who holds a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyHolder {
    /// The account itself.
    Root {
        /// UID of the account.
        account: String,
    },
    /// A RAM user.
    RamUser {
        /// UID of the account.
        account: String,
        /// UID of the user.
        user: String,
    },
    /// A temporary key of an STS session; useless without the session's token.
    Session {
        /// UID of the account whose role was assumed.
        account: String,
    },
}

impl KeyHolder {
    /// UID of the account the key belongs to.
    pub fn account(&self) -> &str {
        match self {
            Self::Root { account } | Self::RamUser { account, .. } | Self::Session { account } => {
                account
            }
        }
    }
}

/// What AssumeRole handed out: a role, for a while, maybe narrowed by a session policy.
#[derive(Clone)]
pub struct Session {
    /// The temporary AccessKeyId the token was issued with.
    pub access_key_id: String,
    /// UID of the account of the role.
    pub account: String,
    /// The assumed role.
    pub role: String,
    /// The name of the session.
    pub name: String,
    /// The policy given at AssumeRole; `None` means the role's rights alone count.
    pub policy: Option<Policy>,
    /// Unix seconds.
    pub expires: i64,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("role", &self.role)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
