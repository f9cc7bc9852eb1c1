//! The credentials that exist from the start.

use std::collections::{BTreeMap, BTreeSet};

use oss_policy::{Effect, Policy, PolicyKind, Statement};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::ConfigError;

/// Credentials that exist from the start, by the name that tests use for them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Identities(pub BTreeMap<String, Identity>);

impl Identities {
    /// UID of the account that owns what nobody else owns in the default set-up.
    pub const OWNER_ACCOUNT: &'static str = "1000000000000001";
    /// UID of the second account in the default set-up.
    pub const OTHER_ACCOUNT: &'static str = "1000000000000002";

    /// The identity of that name.
    pub fn get(&self, name: &str) -> Option<&Identity> {
        self.0.get(name)
    }

    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let mut keys = BTreeSet::new();
        let mut tokens = BTreeSet::new();
        for (name, identity) in &self.0 {
            let refuse = |defect: &str| {
                Err(ConfigError::Identity {
                    name: name.clone(),
                    defect: defect.into(),
                })
            };
            if !is_uid(&identity.account) || !identity.user.as_deref().is_none_or(is_uid) {
                return refuse("UIDs are decimal digits");
            }
            if oss_auth::access_key::check_charset(&identity.access_key_id).is_err()
                || identity.access_key_id.is_empty()
            {
                return refuse("an access key id has the characters [0-9a-zA-Z._=] only");
            }
            if identity.access_key_secret.is_empty() {
                return refuse("the secret is empty");
            }
            if identity.user.is_some() && identity.security_token.is_some() {
                return refuse("a RAM user has no security token; leave out one of the two");
            }
            if !keys.insert(&identity.access_key_id) {
                return refuse("another identity has the same access key id");
            }
            if let Some(token) = &identity.security_token
                && !tokens.insert(token)
            {
                return refuse("another identity has the same security token");
            }
            if let Some(policy) = &identity.policy
                && let Err(error) = parse_policy(policy, PolicyKind::Ram)
            {
                return refuse(&error);
            }
        }
        Ok(())
    }
}

fn is_uid(text: &str) -> bool {
    !text.is_empty() && text.len() <= 32 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Reads a policy of `kind` that was given as part of a larger JSON or YAML document.
///
/// One without statements allows nothing. For a RAM policy that is the same as none at all; where none at all means that everything
/// passes, one that denies everything stands for it.
pub(crate) fn parse_policy(policy: &Value, kind: PolicyKind) -> Result<Option<Policy>, String> {
    let empty = policy
        .get("Statement")
        .and_then(Value::as_array)
        .is_some_and(Vec::is_empty);
    let parsed = match kind {
        PolicyKind::Ram if empty => return Ok(None),
        PolicyKind::Session | PolicyKind::VpcEndpoint if empty => {
            Statement::new(Effect::Deny, &["*"], &["*"])
                .and_then(|statement| Policy::new(kind, vec![statement]))
        }
        _ => Policy::parse(policy.to_string().as_bytes(), kind),
    };
    parsed.map(Some).map_err(|error| error.to_string())
}

impl Default for Identities {
    /// Two accounts; in the first an owner, a RAM user without rights, a disabled key and a role with full access.
    fn default() -> Self {
        let identity = |account: &str, key: &str| Identity {
            account: account.into(),
            user: None,
            access_key_id: format!("OSS403{key}KEY0001"),
            access_key_secret: format!("oss403-{}-secret-0001", key.to_lowercase()),
            security_token: None,
            policy: None,
            enabled: true,
        };
        let owner = Self::OWNER_ACCOUNT;
        let full = serde_json::json!({
            "Version": "1",
            "Statement": [{ "Effect": "Allow", "Action": "oss:*", "Resource": "*" }],
        });
        let user = |key: &str, uid: &str| Identity {
            user: Some(uid.into()),
            ..identity(owner, key)
        };
        let sts = Identity {
            access_key_id: "STS.OSS403STSKEY0001".into(),
            security_token: Some("oss403-sts-token-0001".into()),
            policy: Some(full),
            ..identity(owner, "STS")
        };
        Self(BTreeMap::from([
            ("owner".into(), identity(owner, "OWNER")),
            (
                "other-account".into(),
                identity(Self::OTHER_ACCOUNT, "OTHER"),
            ),
            ("ram-user".into(), user("USER", "2000000000000001")),
            (
                "disabled-key".into(),
                Identity {
                    enabled: false,
                    ..user("DISABLED", "2000000000000002")
                },
            ),
            ("sts".into(), sts),
        ]))
    }
}

/// A credential that exists from the start.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Identity {
    /// UID of the account.
    pub account: String,
    /// UID of the RAM user; absent for the account itself and for a session.
    #[serde(default)]
    pub user: Option<String>,
    /// AccessKeyId.
    pub access_key_id: String,
    /// AccessKeySecret.
    pub access_key_secret: String,
    /// The token of a session; its presence makes this a role's temporary key.
    #[serde(default)]
    pub security_token: Option<String>,
    /// RAM policy of the user or role; absent means no right at all.
    #[serde(default)]
    pub policy: Option<Value>,
    /// False for a key that was set inactive.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("account", &self.account)
            .field("user", &self.user)
            .field("access_key_id", &self.access_key_id)
            .field("access_key_secret", &"…")
            .field("security_token", &self.security_token.as_ref().map(|_| "…"))
            .finish_non_exhaustive()
    }
}
