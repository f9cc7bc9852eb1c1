//! How a server is set up: names, identities, decisions where the documentation is silent, faults, limits.

use std::collections::{BTreeMap, BTreeSet};

use oss_policy::{Effect, Policy, PolicyKind, Statement};
use serde::Deserialize;
use serde_json::Value;

use crate::checks::{Row, TABLE};

/// The set-up of a server. Every field has a default, so an empty document is a valid configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The domain suffix that stands where the service has `aliyuncs.com`.
    pub suffix: String,
    /// Bare ids of the regions served; the first is the region of hosts that name none.
    pub regions: Vec<String>,
    /// Whether the bucket may stand in the path (`/bucket/key`) of service and IP hosts.
    pub path_style: bool,
    /// The token of the operator API; `None` asks for a random one.
    pub operator_token: Option<String>,
    /// The credentials that exist from the start.
    pub identities: Identities,
    /// What the server does where the sources disagree or are silent.
    pub decisions: Decisions,
    /// Deliberate errors, for testing a test suite.
    pub faults: Faults,
    /// How much of everything a request may bring.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            suffix: "aliyuncs.test".into(),
            regions: vec!["cn-hangzhou".into(), "cn-shanghai".into()],
            path_style: false,
            operator_token: None,
            identities: Identities::default(),
            decisions: Decisions::default(),
            faults: Faults::default(),
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// The region of a host that names none.
    pub fn default_region(&self) -> &str {
        self.regions.first().map_or("", String::as_str)
    }

    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// The first defect, in words.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.validate_names()?;
        self.identities.validate()?;
        self.faults.validate()?;
        self.limits.validate()
    }

    fn validate_names(&self) -> Result<(), ConfigError> {
        let dotted = self.suffix.split('.').all(is_label) && !self.suffix.is_empty();
        if !dotted {
            return Err(ConfigError::Suffix(self.suffix.clone()));
        }
        if self.regions.is_empty() {
            return Err(ConfigError::NoRegion);
        }
        let mut seen = BTreeSet::new();
        for region in &self.regions {
            // `oss-accelerate` is a host of its own, and `-internal` is no part of a region's name.
            let reserved = region.starts_with("accelerate") || region.ends_with("-internal");
            if !is_label(region) || reserved {
                return Err(ConfigError::Region(region.clone()));
            }
            if !seen.insert(region) {
                return Err(ConfigError::RepeatedRegion(region.clone()));
            }
        }
        match self.operator_token.as_deref() {
            Some(token) if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) => {
                Err(ConfigError::OperatorToken)
            }
            _ => Ok(()),
        }
    }
}

/// Whether `text` is one lower-case label of a host name.
fn is_label(text: &str) -> bool {
    let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(known)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The suffix is no lower-case host name.
    #[error("suffix `{0}` is not a lower-case domain name")]
    Suffix(String),
    /// No region.
    #[error("at least one region is needed")]
    NoRegion,
    /// A region's id cannot stand in a host name.
    #[error("region `{0}` is not a bare region id such as `cn-hangzhou`")]
    Region(String),
    /// A region twice.
    #[error("region `{0}` is listed twice")]
    RepeatedRegion(String),
    /// The operator token cannot travel in a header.
    #[error("the operator token must be printable ASCII without blanks")]
    OperatorToken,
    /// An identity has a defect.
    #[error("identity `{name}`: {defect}")]
    Identity {
        /// Its name.
        name: String,
        /// What is wrong with it.
        defect: String,
    },
    /// `faults.without` names a check that does not exist.
    #[error("unknown check `{name}`{}; known are {known}", nearest.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    UnknownCheck {
        /// The name given.
        name: String,
        /// The check whose name is nearest, when one is near.
        nearest: Option<String>,
        /// All names, separated by commas.
        known: String,
    },
    /// `faults.without` names a guard.
    #[error("`{0}` is a guard and cannot be switched off; only checks can")]
    GuardNotSkippable(String),
    /// A limit is zero.
    #[error("limit `{0}` must be at least 1")]
    ZeroLimit(&'static str),
}

/// Credentials that exist from the start, by the name that tests use for them.
#[derive(Debug, Clone, Deserialize)]
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

    fn validate(&self) -> Result<(), ConfigError> {
        let mut keys = BTreeSet::new();
        let mut tokens = BTreeSet::new();
        for (name, identity) in &self.0 {
            let refuse = |defect: &str| {
                Err(ConfigError::Identity { name: name.clone(), defect: defect.into() })
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
    let empty = policy.get("Statement").and_then(Value::as_array).is_some_and(Vec::is_empty);
    let parsed = match kind {
        PolicyKind::Ram if empty => return Ok(None),
        PolicyKind::Session | PolicyKind::VpcEndpoint if empty => {
            Statement::new(Effect::Deny, &["*"], &["*"]).and_then(|statement| Policy::new(kind, vec![statement]))
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
            ("other-account".into(), identity(Self::OTHER_ACCOUNT, "OTHER")),
            ("ram-user".into(), user("USER", "2000000000000001")),
            ("disabled-key".into(), Identity { enabled: false, ..user("DISABLED", "2000000000000002") }),
            ("sts".into(), sts),
        ]))
    }
}

/// A credential that exists from the start.
#[derive(Clone, Deserialize)]
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

/// What the server does where its sources disagree or are silent. None of this is documented; tests should not depend on it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Decisions {
    /// Code of "The bucket you access does not belong to you.": the 403 page says one thing, every body seen another.
    pub not_belong_code: NotBelongCode,
    /// Code of a request to the wrong region that was signed the S3 way.
    pub redirect_code: RedirectCode,
    /// Code when the owner's account has no KMS.
    pub kms_inactive_code: KmsInactiveCode,
    /// What happens to PostObject fields that the policy does not mention.
    pub post_extra_fields: PostExtraFields,
    /// What happens to a host that is neither ours nor bound to a bucket.
    pub unbound_host: UnboundHost,
    /// Operations (API names) that refuse security tokens of every account.
    pub sts_refused_operations: BTreeSet<String>,
    /// Regions that refuse security tokens of every account.
    pub sts_refused_regions: BTreeSet<String>,
    /// Whether Block Public Access is on for new buckets.
    pub block_public_access: bool,
    /// Whether error answers carry `EC` and `x-oss-ec`.
    pub emit_ec: bool,
    /// Whether error answers carry `RecommendDoc`.
    pub emit_recommend_doc: bool,
    /// Whether refusals of RAM users and roles carry `AccessDeniedDetail`.
    pub emit_access_denied_detail: bool,
    /// Seconds from RestoreObject to a readable object of class Archive.
    pub restore_delay_seconds: i64,
    /// Seconds from RestoreObject to a readable object of the colder classes.
    pub cold_restore_delay_seconds: i64,
    /// Seconds after which a retention policy that was not completed vanishes.
    pub worm_grace_seconds: i64,
    /// Seconds a CNAME token lives.
    pub cname_token_seconds: i64,
}

impl Default for Decisions {
    fn default() -> Self {
        Self {
            not_belong_code: NotBelongCode::default(),
            redirect_code: RedirectCode::default(),
            kms_inactive_code: KmsInactiveCode::default(),
            post_extra_fields: PostExtraFields::default(),
            unbound_host: UnboundHost::default(),
            sts_refused_operations: BTreeSet::new(),
            sts_refused_regions: BTreeSet::new(),
            block_public_access: false,
            emit_ec: true,
            emit_recommend_doc: true,
            emit_access_denied_detail: true,
            restore_delay_seconds: 60,
            cold_restore_delay_seconds: 3600,
            worm_grace_seconds: 24 * 3600,
            cname_token_seconds: 72 * 3600,
        }
    }
}

/// Code of "The bucket you access does not belong to you."
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
pub enum NotBelongCode {
    /// As the 403 page has it.
    #[default]
    BucketNotBelongTo,
    /// As every body seen on the wire has it.
    AccessDenied,
}

/// Code of an S3-signed request to the wrong region.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
pub enum RedirectCode {
    /// As the 403 page has it.
    #[default]
    PermanentRedirect,
    /// As every wrong-endpoint answer seen on the wire has it.
    AccessDenied,
}

/// Code when the owner's account has no KMS.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
pub enum KmsInactiveCode {
    /// As the 403 page has it.
    #[default]
    KmsUbsmsInvalidBid,
    /// As the API pages have it.
    KmsServiceNotEnabled,
}

/// What happens to PostObject fields that the policy does not mention.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum PostExtraFields {
    /// They are let through, as SDK samples expect.
    #[default]
    Accept,
    /// They are refused, as S3 does.
    Refuse,
}

/// What happens to a host that is neither ours nor bound to a bucket.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum UnboundHost {
    /// `NonStandardHostForbidden`.
    #[default]
    Refuse,
    /// As an IP address: the bucket stands in the path.
    PathStyle,
}

/// Deliberate errors.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Faults {
    /// Names of checks that are skipped.
    pub without: Vec<String>,
    /// Replaces the whole table.
    pub extreme: Option<Extreme>,
}

/// The two servers that no test suite may find conformant.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Extreme {
    /// Nothing is forbidden.
    AllowAll,
    /// Everything is forbidden.
    DenyAll,
}

impl Faults {
    /// Whether the check of that name is skipped.
    pub fn skips(&self, name: &str) -> bool {
        self.without.iter().any(|known| known == name)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        for name in &self.without {
            match TABLE.iter().find(|row| row.name() == name) {
                Some(Row::Check(_)) => {}
                Some(Row::Guard(_)) => return Err(ConfigError::GuardNotSkippable(name.clone())),
                None => return Err(unknown_check(name)),
            }
        }
        Ok(())
    }
}

fn unknown_check(name: &str) -> ConfigError {
    let checks: Vec<&str> = TABLE
        .iter()
        .filter(|row| matches!(row, Row::Check(_)))
        .map(Row::name)
        .collect();
    let nearest = checks
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, name), *known))
        .filter(|(distance, _)| *distance <= 3)
        .min()
        .map(|(_, known)| known.to_owned());
    ConfigError::UnknownCheck { name: name.into(), nearest, known: checks.join(", ") }
}

/// How much of everything a request may bring.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Bytes of an object, a part or a form's file.
    pub object_bytes: u64,
    /// Bytes of an XML or JSON body.
    pub small_body: usize,
    /// Bytes of a form field's name.
    pub form_field_name: usize,
    /// Bytes of a form field's value.
    pub form_field_value: usize,
    /// Bytes of all of a form's fields together, the file excepted.
    pub form_fields: usize,
    /// Bytes of a request's head.
    pub header_bytes: usize,
    /// Headers in a request's head.
    pub header_count: usize,
    /// Milliseconds in which a request's head must have arrived.
    pub header_timeout_ms: u64,
    /// Bytes of an unread body that are read and dropped so that the connection lives on.
    pub drain_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            object_bytes: 256 << 20,
            small_body: 1 << 20,
            form_field_name: 8 << 10,
            form_field_value: 2 << 20,
            form_fields: 4 << 20,
            header_bytes: 64 << 10,
            header_count: 128,
            header_timeout_ms: 10_000,
            drain_bytes: 64 << 10,
        }
    }
}

impl Limits {
    fn validate(&self) -> Result<(), ConfigError> {
        let zero = [
            ("object-bytes", self.object_bytes == 0),
            ("small-body", self.small_body == 0),
            ("form-field-name", self.form_field_name == 0),
            ("form-field-value", self.form_field_value == 0),
            ("form-fields", self.form_fields == 0),
            ("header-bytes", self.header_bytes == 0),
            ("header-count", self.header_count == 0),
            ("header-timeout-ms", self.header_timeout_ms == 0),
        ];
        match zero.into_iter().find(|(_, zero)| *zero) {
            Some((name, _)) => Err(ConfigError::ZeroLimit(name)),
            None => Ok(()),
        }
    }
}
