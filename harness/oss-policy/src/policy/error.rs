//! Why a policy document is refused.

use std::fmt;

use crate::json::{JsonErrorKind, Position};

/// A policy that cannot be accepted: 400 `InvalidPolicyDocument` in OSS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    kind: PolicyErrorKind,
    path: String,
    position: Option<Position>,
}

/// What is wrong with a policy. Quoted input is shortened and escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// Longer than [`crate::MAX_BUCKET_POLICY_BYTES`] (EC 0030-00000001).
    #[error("{bytes} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Size of the document, in bytes.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Not JSON.
    #[error(transparent)]
    Json(JsonErrorKind),
    /// A value of another type, for example the number `1` as Version.
    #[error("{expected} expected, found {found}")]
    WrongType {
        /// What the grammar wants, with its article.
        expected: &'static str,
        /// What the document has, with its article.
        found: &'static str,
    },
    /// A member that has to be there is not.
    #[error("missing {0}")]
    Missing(&'static str),
    /// A member that the grammar does not know, `NotPrincipal` among them.
    #[error("unknown member {0:?}")]
    UnknownMember(String),
    /// A statement with both.
    #[error("a statement has Action or NotAction, not both")]
    ActionAndNotAction,
    /// A list or map that may not be empty.
    #[error("must not be empty")]
    EmptyList,
    /// Version is not "1".
    #[error("version must be \"1\"")]
    UnsupportedVersion,
    /// Effect is neither Allow nor Deny.
    #[error("effect must be \"Allow\" or \"Deny\"")]
    InvalidEffect,
    /// Neither `service:operation` nor `*`.
    #[error("invalid action {0:?}")]
    InvalidAction(String),
    /// Neither `acs:service:region:owner:path` nor `*`.
    #[error("invalid resource {0:?}")]
    InvalidResource(String),
    /// A RAM or session policy with a Principal.
    #[error("a principal is not allowed in this kind of policy")]
    PrincipalNotAllowed,
    /// Neither `*` nor a UID nor the ARN of an assumed role.
    #[error("invalid principal {0:?}")]
    InvalidPrincipal(String),
    /// A condition operator that does not exist.
    #[error("unknown condition operator {0:?}")]
    UnknownOperator(String),
    /// A condition value that the operator cannot compare with.
    #[error("invalid {expected} {value:?}")]
    InvalidConditionValue {
        /// What the operator wants: "number", "date", "boolean", "IP address or range".
        expected: &'static str,
        /// The value.
        value: String,
    },
    /// A second condition with the same operator and key.
    #[error("condition given twice")]
    RepeatedCondition,
}

impl PolicyError {
    /// An error at `path`, of a policy that was not read from a text.
    pub(crate) fn new(kind: PolicyErrorKind, path: &str) -> Self {
        Self {
            kind,
            path: path.to_owned(),
            position: None,
        }
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &PolicyErrorKind {
        &self.kind
    }

    /// Which part of the policy is wrong, for example `Statement[1].Action[0]`; empty for the policy as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where in the document, if there is one and the place is known.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The EC of the answer (help pages: *0030-00000001*, *0030-00000005*).
    #[must_use]
    pub fn ec(&self) -> &'static str {
        match self.kind {
            PolicyErrorKind::TooLarge { .. } => "0030-00000001",
            _ => "0030-00000005",
        }
    }

    /// The text for `Message`. A syntax error is the bare text that the service was seen to give (`unknown char p`,
    /// asserted by the C++ SDK's tests); the wording of all others is ours.
    #[must_use]
    pub fn message(&self) -> String {
        match &self.kind {
            PolicyErrorKind::Json(error) => error.to_string(),
            kind if self.path.is_empty() => kind.to_string(),
            kind => format!("{}: {kind}", self.path),
        }
    }
}

impl std::error::Error for PolicyError {}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        self.position
            .map_or(Ok(()), |position| write!(f, " at {position}"))
    }
}

/// A quotation of untrusted text: short, and without control characters.
pub(crate) fn shown(text: &str) -> String {
    const LIMIT: usize = 64;
    let mut out: String = text
        .chars()
        .take(LIMIT)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(LIMIT).is_some() {
        out.push('…');
    }
    out
}
