//! Principals as bucket and VPC endpoint policies name them.

use super::access::Principal;
use super::error::{PolicyErrorKind, shown};

/// A principal as a statement names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalPattern {
    /// `*`: everybody, anonymous callers included.
    Everybody,
    /// The UID of an account, which is its root alone, or of a RAM user.
    Uid(String),
    /// `arn:sts::<account>:assumed-role/<role>/<session>`.
    AssumedRole {
        /// UID of the account that has the role.
        account: String,
        /// Name of the role.
        role: String,
        /// Name of the session; `None` for `*`, every session.
        session: Option<String>,
    },
}

impl PrincipalPattern {
    /// Whether the pattern means `principal`. The exception for the bucket owner is not made here: it belongs to the
    /// statement.
    #[must_use]
    pub fn matches(&self, principal: &Principal<'_>) -> bool {
        match (self, principal) {
            (Self::Everybody, _) => true,
            (Self::Uid(named), Principal::Root { uid } | Principal::RamUser { uid, .. }) => {
                named == uid
            }
            (
                Self::AssumedRole {
                    account: named_account,
                    role: named_role,
                    session: named_session,
                },
                Principal::Role {
                    account,
                    role,
                    session,
                },
            ) => {
                named_account == account
                    && named_role == role
                    && named_session.as_ref().is_none_or(|named| named == session)
            }
            _ => false,
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, PolicyErrorKind> {
        if text == "*" {
            Ok(Self::Everybody)
        } else if is_uid(bare(text)) {
            Ok(Self::Uid(bare(text).to_owned()))
        } else {
            parse_assumed_role(text).ok_or_else(|| PolicyErrorKind::InvalidPrincipal(shown(text)))
        }
    }

    /// The text that stands for the pattern in a policy.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Everybody => "*".to_owned(),
            Self::Uid(uid) => uid.clone(),
            Self::AssumedRole {
                account,
                role,
                session,
            } => format!(
                "arn:sts::{account}:assumed-role/{role}/{}",
                session.as_deref().unwrap_or("*")
            ),
        }
    }
}

fn parse_assumed_role(text: &str) -> Option<PrincipalPattern> {
    let (account, name) = text
        .strip_prefix("arn:sts::")?
        .split_once(":assumed-role/")?;
    let (role, session) = name.split_once('/')?;
    let valid = is_uid(account) && is_name(role) && (session == "*" || is_name(session));
    valid.then(|| PrincipalPattern::AssumedRole {
        account: account.to_owned(),
        role: role.to_owned(),
        session: (session != "*").then(|| session.to_owned()),
    })
}

/// `"[123456790]"`, a list of one written as a string, is accepted by the service (Go SDK, TestBucketPolicy); whom it means is inferred.
fn bare(text: &str) -> &str {
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    inner.unwrap_or(text)
}

fn is_uid(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The characters that RAM allows in the names of roles and sessions.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".@-_".contains(&b))
}
