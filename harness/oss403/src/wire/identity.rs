//! Who sends requests.

use std::fmt;

/// A text that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Credentials, and whose they are.
#[derive(Debug, Clone)]
pub struct Identity {
    pub access_key_id: String,
    /// UID of the account, when known.
    pub account: Option<String>,
    /// UID of the RAM user; `None` for an account itself and for a session.
    pub user: Option<String>,
    access_key_secret: Secret,
    security_token: Option<Secret>,
}

impl Identity {
    /// An identity whose UIDs are not known.
    pub fn new(
        access_key_id: impl Into<String>,
        access_key_secret: Secret,
        security_token: Option<Secret>,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            account: None,
            user: None,
            access_key_secret,
            security_token,
        }
    }

    /// The same with its UIDs.
    #[must_use]
    pub fn with_uids(self, account: Option<String>, user: Option<String>) -> Self {
        Self {
            account,
            user,
            ..self
        }
    }

    /// AccessKeySecret.
    pub fn secret(&self) -> &str {
        self.access_key_secret.reveal()
    }

    /// The token of a session.
    pub fn token(&self) -> Option<&str> {
        self.security_token.as_ref().map(Secret::reveal)
    }

    /// The UID that policies name: the user's, or else the account's.
    pub fn uid(&self) -> Option<&str> {
        self.user.as_deref().or(self.account.as_deref())
    }
}
