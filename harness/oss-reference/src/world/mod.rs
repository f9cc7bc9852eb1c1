//! Everything the server knows: accounts and their keys, buckets and their objects. Plain data; nothing here decides.

pub mod account;
pub mod bucket;
pub mod memory;
pub mod object;
pub mod versions;

use std::collections::{BTreeMap, HashMap, HashSet};

pub use account::{
    AccessKey, Account, AccountStatus, KeyHolder, KmsStatus, RamUser, Role, Session,
};
pub use bucket::{Bucket, BucketStatus, Encryption, Retention, RetentionState, Upload};
pub use memory::{Full, Memory, Share};
pub use object::{Content, Object, Restoration, StorageClass};
pub use versions::{Missing, Version, Versioning};

use oss_policy::{Policy, PolicyKind};

use crate::config::{Config, Identity, parse_policy};

/// How long a configured session lives: longer than any server.
const FAR_FUTURE_SECONDS: i64 = 50 * 365 * 24 * 3600;

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
    /// Domains that are known for abuse.
    pub risky_domains: HashSet<String>,
    /// CNAME tokens by `(domain, bucket)`.
    pub cname_tokens: HashMap<(String, String), CnameToken>,
    /// VPC endpoints by id.
    pub vpc_endpoints: HashMap<String, VpcEndpoint>,
    /// How many things the operator has made.
    pub serial: u64,
    /// What takes away what the operator has made for a run of oss403, as far as it is still there.
    pub made_for: HashMap<String, Vec<oss403_operator::Remove>>,
    /// How much all of it may take.
    pub memory: Memory,
}

impl World {
    /// A world with the accounts and credentials of `config` and nothing else, at `now` (Unix seconds).
    ///
    /// A policy that cannot be read, which [`Config::validate`] would have told, gives no rights.
    pub fn seeded(config: &Config, now: i64) -> Self {
        let mut world = Self {
            memory: Memory::new(config.limits.total_bytes),
            ..Self::default()
        };
        for (name, identity) in &config.identities.0 {
            world.add(name, identity, now);
        }
        world
    }

    fn add(&mut self, name: &str, identity: &Identity, now: i64) {
        let policy = identity
            .policy
            .as_ref()
            .and_then(|policy| parse_policy(policy, PolicyKind::Ram).ok())
            .flatten();
        let uid = &identity.account;
        let account = self.accounts.entry(uid.clone()).or_insert_with(|| Account {
            uid: uid.clone(),
            ..Account::default()
        });
        let holder = match (&identity.user, &identity.security_token) {
            (Some(user), _) => {
                account.users.insert(
                    user.clone(),
                    RamUser {
                        uid: user.clone(),
                        policy,
                    },
                );
                KeyHolder::RamUser {
                    account: uid.clone(),
                    user: user.clone(),
                }
            }
            (None, Some(token)) => {
                let role = format!("oss403-{name}");
                account.roles.insert(
                    role.clone(),
                    Role {
                        name: role.clone(),
                        policy,
                    },
                );
                let session = Session {
                    access_key_id: identity.access_key_id.clone(),
                    account: uid.clone(),
                    role,
                    name: name.into(),
                    policy: None,
                    expires: now.saturating_add(FAR_FUTURE_SECONDS),
                };
                self.sessions.insert(token.clone(), session);
                KeyHolder::Session {
                    account: uid.clone(),
                }
            }
            (None, None) => KeyHolder::Root {
                account: uid.clone(),
            },
        };
        let key = AccessKey {
            id: identity.access_key_id.clone(),
            secret: identity.access_key_secret.clone(),
            holder,
            enabled: identity.enabled,
            allowed_networks: None,
        };
        self.keys.insert(key.id.clone(), key);
    }

    /// The next number for something the operator makes; never the same twice.
    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}

/// What CreateCnameToken hands out.
#[derive(Debug, Clone)]
pub struct CnameToken {
    /// The text to be put into the TXT record.
    pub token: String,
    /// Unix seconds; 72 h after its making.
    pub expires: i64,
    /// What it takes.
    pub(crate) _share: Share,
}

/// An endpoint inside a VPC: requests that arrive through it must be allowed by its policy.
#[derive(Debug, Clone)]
pub struct VpcEndpoint {
    /// UID of the account that owns the VPC.
    pub account: String,
    /// The VPC it belongs to, the value of `acs:SourceVpc`.
    pub vpc: String,
    /// `None` is the default policy, which allows everything.
    pub policy: Option<Policy>,
}
