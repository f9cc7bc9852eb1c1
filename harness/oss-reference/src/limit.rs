//! The limits that checks hold requests against, and what a server that is off by one reads instead.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::denial::Cause;

/// A limit with a last value that passes and a first one that does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// How old the date of a signed header may be: 900 s (help page: Include signatures in the Authorization header).
    SkewPast,
    /// How far ahead it may be: 900 s (EC 0002-00000504).
    SkewFuture,
    /// The last second of a V1 URL (help page: Add signatures to URLs).
    UrlV1,
    /// The last second of a V2 URL.
    UrlV2,
    /// The last second of a V4 URL (EC 0002-00000236).
    UrlV4,
    /// How far ahead the date of a V4 URL may be: 900 s (EC 0002-00000235; inferred).
    UrlV4Future,
    /// How old a V4 form may be: seven days (inferred).
    FormV4Past,
    /// How far ahead the date of a V4 form may be: 900 s (EC 0002-00000235; inferred).
    FormV4Future,
    /// How old the date header beside a signed URL may be: 900 s (inferred).
    UrlDatePast,
    /// How far ahead it may be: 900 s (inferred).
    UrlDateFuture,
    /// The last second of a security token (EC 0002-00000007).
    SecurityToken,
    /// The last second of a Post policy (EC 0006-00000213).
    PostPolicy,
    /// The bits of an address that a key's network shares (EC 0002-00000904).
    KeyNetwork,
}

impl Limit {
    /// Every limit.
    pub const ALL: &'static [Self] = &[
        Self::SkewPast,
        Self::SkewFuture,
        Self::UrlV1,
        Self::UrlV2,
        Self::UrlV4,
        Self::UrlV4Future,
        Self::FormV4Past,
        Self::FormV4Future,
        Self::UrlDatePast,
        Self::UrlDateFuture,
        Self::SecurityToken,
        Self::PostPolicy,
        Self::KeyNetwork,
    ];

    /// Its name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::SkewPast => "skew-past",
            Self::SkewFuture => "skew-future",
            Self::UrlV1 => "url-v1",
            Self::UrlV2 => "url-v2",
            Self::UrlV4 => "url-v4",
            Self::UrlV4Future => "url-v4-future",
            Self::FormV4Past => "form-v4-past",
            Self::FormV4Future => "form-v4-future",
            Self::UrlDatePast => "url-date-past",
            Self::UrlDateFuture => "url-date-future",
            Self::SecurityToken => "security-token",
            Self::PostPolicy => "post-policy",
            Self::KeyNetwork => "key-network",
        }
    }

    /// Whether it bounds how far a request's time may be ahead, rather than how long ago it may be over.
    pub(crate) fn is_ahead(self) -> bool {
        matches!(
            self,
            Self::SkewFuture | Self::UrlV4Future | Self::FormV4Future | Self::UrlDateFuture
        )
    }

    /// The cause that a request beyond it is refused for.
    pub fn cause(self) -> Cause {
        match self {
            Self::SkewPast
            | Self::SkewFuture
            | Self::UrlV4Future
            | Self::FormV4Past
            | Self::FormV4Future
            | Self::UrlDatePast
            | Self::UrlDateFuture => Cause::TimeSkewed,
            Self::UrlV1 | Self::UrlV2 | Self::UrlV4 => Cause::UrlAuthExpired,
            Self::SecurityToken => Cause::SecurityTokenExpired,
            Self::PostPolicy => Cause::PostPolicyExpired,
            Self::KeyNetwork => Cause::AccessKeyDisabled,
        }
    }

    /// What one step of it is.
    pub fn unit(self) -> &'static str {
        match self {
            Self::KeyNetwork => "bit",
            _ => "second",
        }
    }
}
