//! When a signature is valid, and why it is not at some other time.
//!
//! Pages: Include signatures in the Authorization header, Add signatures to URLs, EC 0002-00000069, -235, -236,
//! -418, -501, -504. The pages disagree on whether a request may be ahead of the server's clock; the service was seen
//! to refuse one that was an hour ahead, so the limit holds in both directions.

use crate::date::{MAX_SKEW_SECONDS, Timestamp};
use crate::scheme::Scheme;

/// When a claim is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Around the time of signing: headers.
    Skew {
        /// When the request says it was signed.
        at: Timestamp,
    },
    /// Until a fixed time, without a beginning: V1 and V2 URLs, and those of V2 of the S3 dialect.
    Until {
        /// The last second in which the URL is valid.
        expires: Timestamp,
    },
    /// From the time of signing, less the allowed skew, until a fixed time: V4 URLs, the S3 dialect's included, and forms.
    Window {
        /// When the URL or form says it was signed.
        from: Timestamp,
        /// The last second in which it is valid.
        expires: Timestamp,
    },
    /// Always: V1 and V2 forms, whose policy alone has a time.
    Always,
}

impl Validity {
    /// When the claim says it was signed, which is the day of a credential scope. It may be another day than that on which
    /// a server receives it.
    #[must_use]
    pub fn signed_at(self) -> Option<Timestamp> {
        match self {
            Self::Skew { at } => Some(at),
            Self::Window { from, .. } => Some(from),
            Self::Until { .. } | Self::Always => None,
        }
    }

    /// Holds the validity against the server's clock. Every boundary itself passes: a skew of exactly
    /// [`MAX_SKEW_SECONDS`] in either direction, and the second in which a URL expires.
    ///
    /// # Errors
    /// [`TimeError`]
    pub fn check(self, now: Timestamp) -> Result<(), TimeError> {
        match self {
            Self::Skew { at } => {
                if now.0.abs_diff(at.0) > MAX_SKEW_SECONDS.unsigned_abs() {
                    return Err(TimeError::Skewed { request_time: at });
                }
            }
            Self::Until { expires } => {
                if now > expires {
                    return Err(TimeError::Expired { expires });
                }
            }
            Self::Window { from, expires } => {
                if now.0 < from.0.saturating_sub(MAX_SKEW_SECONDS) {
                    return Err(TimeError::NotYetValid { from });
                }
                if now > expires {
                    return Err(TimeError::Expired { expires });
                }
            }
            Self::Always => {}
        }
        Ok(())
    }
}

/// The time of a well-formed request does not suit the server's clock.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The request was signed more than [`MAX_SKEW_SECONDS`](crate::MAX_SKEW_SECONDS) ago or ahead: 403
    /// `RequestTimeTooSkewed`.
    #[error("the request time {} is too far from the current time", .request_time.to_iso_basic())]
    Skewed {
        /// When the request says it was signed.
        request_time: Timestamp,
    },
    /// The URL or form is past its time: 403 `AccessDenied`, "Request has expired."
    #[error("the request expired at {}", .expires.to_iso_basic())]
    Expired {
        /// The last second in which it was valid.
        expires: Timestamp,
    },
    /// The URL or form is not valid yet.
    #[error("the request is not valid before {}", .from.to_iso_basic())]
    NotYetValid {
        /// When it says it was signed; the allowed skew is granted on top.
        from: Timestamp,
    },
}

impl TimeError {
    /// The EC value of the case under a scheme. That an expired V2 URL of the S3 dialect has the one of V1 is inferred.
    #[must_use]
    pub fn ec(&self, scheme: Scheme) -> &'static str {
        match (self, scheme) {
            (Self::Skewed { .. }, Scheme::S3V2 | Scheme::S3V4) => "0002-00000501",
            (Self::Skewed { .. }, _) => "0002-00000504",
            (Self::Expired { .. }, Scheme::V1 | Scheme::V2 | Scheme::S3V2) => "0002-00000069",
            (Self::Expired { .. }, Scheme::V4) => "0002-00000236",
            (Self::Expired { .. }, Scheme::S3V4) => "0002-00000418",
            (Self::NotYetValid { .. }, _) => "0002-00000235",
        }
    }
}
