//! The operator protocol, version 1: one JSON object asks, one JSON object answers.
//!
//! A request has exactly one verb, `create`, `set` or `remove`, whose value names the thing:
//! `{"set": "account-status", "account": "1200000000000001", "value": "disabled"}`. What an operator does not know it answers with
//! [`Refused`] and the code [`UNKNOWN_COMMAND`].
//!
//! `README.md` beside this crate is the page to implement from; `operator.schema.json` is the JSON Schema, made from these types.

pub mod schema;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Version of this vocabulary, sent with every request as the header `x-oss403-operator: 1`.
pub const VERSION: u32 = 1;

/// Code of the answer to what an operator does not know; the harness then does without it where it can.
pub const UNKNOWN_COMMAND: &str = "unknown-command";

/// Makes something and answers its names and credentials.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "create", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Create {
    /// A fresh account. Answers [`Credential`] with its UID.
    Account {},
    /// A RAM user with one key. Answers [`Credential`] with the user's UID.
    RamUser {
        /// UID of the account.
        account: String,
        /// A RAM policy document; absent means no rights at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<Value>,
    },
    /// What AssumeRole does: a temporary key and its token. Answers [`Credential`] with `security_token`.
    Session {
        /// UID of the account whose role is assumed.
        account: String,
        /// The role's RAM policy; absent means full access to OSS, `null` is not allowed: give `{"Version":"1","Statement":[]}` for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role_policy: Option<Value>,
        /// The session policy; absent means the role's rights alone count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<Value>,
        /// Life in seconds from now; zero or less makes an expired one.
        lifetime_seconds: i64,
    },
    /// An endpoint inside a VPC. Answers [`VpcEndpoint`].
    VpcEndpoint {
        /// UID of the account that owns the VPC.
        account: String,
        /// The endpoint policy; absent allows everything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<Value>,
    },
}

/// Puts something into a state. Answers `{}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "set", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Set {
    /// Status of an account.
    AccountStatus {
        /// UID.
        account: String,
        /// The state.
        value: AccountStatus,
    },
    /// State of an account's KMS.
    KmsStatus {
        /// UID.
        account: String,
        /// The state.
        value: KmsStatus,
    },
    /// Whether an access key is enabled.
    KeyStatus {
        /// The key.
        access_key_id: String,
        /// The state.
        value: KeyStatus,
    },
    /// The networks a key may be used from; an empty list lifts the limit.
    KeyNetworks {
        /// The key.
        access_key_id: String,
        /// Networks in CIDR form.
        value: Vec<String>,
    },
    /// Replaces everything that is attached to a RAM user.
    RamPolicy {
        /// UID of the account.
        account: String,
        /// UID of the user.
        user: String,
        /// A RAM policy document, or `null` for none.
        value: Option<Value>,
    },
    /// Whether security has blocked a bucket.
    BucketStatus {
        /// The bucket.
        bucket: String,
        /// The state.
        value: BucketStatus,
    },
    /// Whether a region accepts security tokens of an account's callers.
    StsInRegion {
        /// UID of the account the callers belong to.
        account: String,
        /// Bare region id.
        region: String,
        /// Accepted or refused.
        value: StsSupport,
    },
    /// Whether an operation accepts security tokens of an account's callers.
    StsInOperation {
        /// UID of the account the callers belong to.
        account: String,
        /// API name, `ListBuckets`.
        operation: String,
        /// Accepted or refused.
        value: StsSupport,
    },
    /// The policy of a VPC endpoint; `null` allows everything.
    VpcEndpointPolicy {
        /// Id of the endpoint.
        endpoint: String,
        /// A policy document.
        value: Option<Value>,
    },
    /// Whether an account has proven that a domain is its own.
    DomainOwnership {
        /// The domain.
        domain: String,
        /// UID.
        account: String,
        /// The state.
        value: DomainOwnership,
    },
    /// Whether a domain is known for abuse.
    DomainRisk {
        /// The domain.
        domain: String,
        /// The state.
        value: DomainRisk,
    },
    /// Whether what the service opens or closes account by account is open to one.
    Feature {
        /// UID.
        account: String,
        /// A configuration by its bucket sub-resource, `dataAccelerator`, or `signature-v1`.
        feature: String,
        /// The state.
        value: FeatureStatus,
    },
}

/// Name of the header that comes with every `create`, and says for which run of oss403 it is: what [`Remove::Run`] names.
pub const RUN_HEADER: &str = "x-oss403-run";

/// Takes away what `create` made, with everything it owns. Answers `{}`; removing what is absent is no error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "remove", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Remove {
    /// An account, with its users, sessions and buckets.
    Account {
        /// UID.
        account: String,
    },
    /// A RAM user and its key.
    RamUser {
        /// UID of the account.
        account: String,
        /// UID of the user.
        user: String,
    },
    /// A session and its temporary key.
    Session {
        /// The temporary AccessKeyId.
        access_key_id: String,
    },
    /// A VPC endpoint; its listener closes.
    VpcEndpoint {
        /// Id of the endpoint.
        endpoint: String,
    },
    /// Every proof of ownership, every binding and the risk of a domain.
    Domain {
        /// The domain.
        domain: String,
    },
    /// Whatever was created for a run and is still there.
    Run {
        /// The run, as the header [`RUN_HEADER`] named it when it was created.
        run: String,
    },
}

/// A request of the operator hook.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum Command {
    /// `{"create": …}`
    Create(Create),
    /// `{"set": …}`
    Set(Set),
    /// `{"remove": …}`
    Remove(Remove),
}

impl Command {
    /// Reads a request: exactly one verb, no unknown fields.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the request.
    pub fn from_json(value: Value) -> Result<Self, String> {
        let verbs = ["create", "set", "remove"];
        let found: Vec<&str> = verbs
            .into_iter()
            .filter(|verb| value.get(verb).is_some())
            .collect();
        let read = |error: serde_json::Error| error.to_string();
        match found[..] {
            ["create"] => serde_json::from_value(value)
                .map(Self::Create)
                .map_err(read),
            ["set"] => serde_json::from_value(value).map(Self::Set).map_err(read),
            ["remove"] => serde_json::from_value(value)
                .map(Self::Remove)
                .map_err(read),
            _ => Err("a request has exactly one of the verbs `create`, `set`, `remove`".into()),
        }
    }

    /// Writes the request.
    pub fn to_json(&self) -> Value {
        let written = match self {
            Self::Create(command) => serde_json::to_value(command),
            Self::Set(command) => serde_json::to_value(command),
            Self::Remove(command) => serde_json::to_value(command),
        };
        written.expect("commands are plain data with text keys")
    }
}

/// Answer to a command that was not carried out. Nothing has been changed then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// Why.
    pub error: Reason,
}

/// Why a command was not carried out. It must not hold a credential: reports show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// For programs: `unknown-command`, `no-such-account`, …
    pub code: String,
    /// For people.
    pub message: String,
}

/// Answer to `create` for accounts, RAM users and sessions.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Credential {
    /// UID of the account, or of the RAM user; for a session the UID of its account.
    pub uid: String,
    /// AccessKeyId.
    pub access_key_id: String,
    /// AccessKeySecret.
    pub access_key_secret: String,
    /// The token of a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_token: Option<String>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("uid", &self.uid)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Answer to `create` `vpc-endpoint`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct VpcEndpoint {
    /// Its id.
    pub endpoint: String,
    /// Id of the VPC.
    pub vpc: String,
    /// `ip:port` to which a request that shall come through this endpoint is sent.
    pub address: String,
}

/// Account states.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(transform = schema::admit_in_debt)]
pub enum AccountStatus {
    /// In order.
    Active,
    /// Disabled for arrears or security reasons, or OSS was never opened.
    #[serde(alias = "in-debt")]
    Disabled,
    /// Cancelled, restricted or suspended.
    Abnormal,
}

/// KMS states.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KmsStatus {
    /// Open and paid.
    Active,
    /// Never opened.
    None,
    /// Unpaid, first stage.
    InDebt,
    /// Unpaid, overdue.
    Overdue,
}

/// Key states.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyStatus {
    /// Enabled.
    Active,
    /// Disabled.
    Inactive,
}

/// Bucket states.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BucketStatus {
    /// In order.
    Active,
    /// Blocked for security reasons.
    Disabled,
}

/// Whether security tokens are taken.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StsSupport {
    /// Taken.
    Accepted,
    /// Refused.
    Refused,
}

/// Whether ownership of a domain is proven.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DomainOwnership {
    /// A TXT record or filing proves it.
    Proven,
    /// Nothing proves it.
    None,
}

/// Whether a domain is known for abuse.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DomainRisk {
    /// Known for abuse.
    High,
    /// Nothing is known against it.
    None,
}

/// Whether a feature is open to an account.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureStatus {
    /// Open.
    Open,
    /// Not opened.
    Closed,
}
