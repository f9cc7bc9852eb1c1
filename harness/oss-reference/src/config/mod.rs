//! How a server is set up: names, identities, decisions where the documentation is silent, faults, limits.

mod faults;
mod identities;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

pub use crate::decisions::{
    Decisions, KmsInactiveCode, NotBelongCode, PostExtraFields, RedirectCode, S3Region,
    SignatureV1, UnboundHost,
};
use crate::host::is_label;
pub(crate) use faults::nearest;
pub use faults::{AnswerFault, Extreme, Faults, LimitFault, Wrong};
pub(crate) use identities::parse_policy;
pub use identities::{Identities, Identity};

/// The set-up of a server, the file of `oss403 serve --config`. Every field has a default, so an empty document is a valid configuration.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
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
    /// How much of everything a request may bring, and how much there may be of all.
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

    /// Checks what the types cannot say, but for the checks that its faults name ([`crate::Server::validate`]).
    ///
    /// # Errors
    /// The first defect, in words.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.validate_names()?;
        self.identities.validate()?;
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
    /// `faults.without` or `faults.swap` names a check that does not exist.
    #[error("unknown check `{name}`{}; known are {known}", nearest.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    UnknownCheck {
        /// The name given.
        name: String,
        /// The check whose name is nearest, when one is near.
        nearest: Option<String>,
        /// All names, separated by commas.
        known: String,
    },
    /// `faults.without` or `faults.swap` names a guard.
    #[error("`{0}` is a guard and cannot be switched off or moved; only checks can")]
    GuardNotSkippable(String),
    /// The two checks of `faults.swap` cannot stand in each other's place.
    #[error(
        "`{0}` and `{1}` cannot change places: one of them rests on the body, which the other does not wait for"
    )]
    NotSwappable(String, String),
    /// A limit is zero.
    #[error("limit `{0}` must be at least 1")]
    ZeroLimit(&'static str),
}

/// How much of everything a request may bring, and how much there may be of all.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Bytes that everything together may take which the server stores and which is on its way to be stored. What adds to them is
    /// answered with 503 when there are so many.
    pub total_bytes: u64,
    /// Connections at a time; who comes then waits until one of them ends.
    pub connections: usize,
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
            total_bytes: 1 << 30,
            connections: 4096,
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
            ("total-bytes", self.total_bytes == 0),
            ("connections", self.connections == 0),
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
