//! Everything the server knows: accounts and their keys, buckets and their objects. Plain data; nothing here decides.

pub mod account;
pub mod bucket;
pub mod object;

use std::collections::{BTreeMap, HashMap, HashSet};

pub use account::{
    AccessKey, Account, AccountStatus, KeyHolder, KmsStatus, RamUser, Role, Session,
};
pub use bucket::{Bucket, BucketStatus, Encryption, Retention, RetentionState, Upload};
pub use object::{Content, Object, Restoration, StorageClass};

use oss_policy::Policy;

/// The whole state of the service.
#[derive(Debug, Default)]
pub struct World {
    /// Accounts by UID.
    pub accounts: HashMap<String, Account>,
    /// Access keys, long-lived and temporary, by AccessKeyId.
    pub keys: HashMap<String, AccessKey>,
    /// Sessions by the security token that stands for them.
    pub sessions: HashMap<String, Session>,
    /// Buckets by name; names are global.
    pub buckets: BTreeMap<String, Bucket>,
    /// Which bucket a custom domain is bound to (lower case).
    pub cnames: HashMap<String, String>,
    /// `(domain, account)` pairs whose ownership has been proven (a DNS TXT record or an ICP filing).
    pub domain_proofs: HashSet<(String, String)>,
    /// CNAME tokens by `(domain, bucket)`.
    pub cname_tokens: HashMap<(String, String), CnameToken>,
    /// VPC endpoints by id.
    pub vpc_endpoints: HashMap<String, VpcEndpoint>,
}

/// What CreateCnameToken hands out.
#[derive(Debug, Clone)]
pub struct CnameToken {
    /// The text to be put into the TXT record.
    pub token: String,
    /// Unix seconds; 72 h after its making.
    pub expires: i64,
}

/// An endpoint inside a VPC: requests that arrive through it must be allowed by its policy.
#[derive(Debug, Clone)]
pub struct VpcEndpoint {
    /// The VPC it belongs to, the value of `acs:SourceVpc`.
    pub vpc: String,
    /// `None` is the default policy, which allows everything.
    pub policy: Option<Policy>,
}
