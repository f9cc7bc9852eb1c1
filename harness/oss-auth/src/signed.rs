//! What every parser of this crate finds: who signed, with which scheme and for what.

use crate::date::{DateError, Timestamp};
use crate::scheme::Scheme;
use crate::scope::{Scope, ScopeCarrier, ScopeError};
use crate::secret::Secret;
use crate::validity::Validity;

/// The fields of a signature, well-formed, whatever carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signed<'a> {
    /// Not empty.
    pub(crate) access_key_id: &'a str,
    /// Not empty.
    pub(crate) signature: Secret<'a>,
    pub(crate) security_token: Option<Secret<'a>>,
    pub(crate) by: By<'a>,
}

/// A scheme with the fields that it alone has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By<'a> {
    V1,
    V2 {
        additional: &'a str,
    },
    V4 {
        scope: Scope<'a>,
        additional: &'a str,
    },
    S3V2,
    S3V4 {
        scope: Scope<'a>,
        signed_headers: &'a str,
    },
}

/// When the signature of a request is valid, if its date can be read.
pub(crate) type Dated = Result<Validity, DateError>;

/// The time of signing as the validity of a header.
pub(crate) fn around(time: Result<Timestamp, DateError>) -> Dated {
    time.map(|at| Validity::Skew { at })
}

impl<'a> Signed<'a> {
    pub(crate) fn scheme(&self) -> Scheme {
        match self.by {
            By::V1 => Scheme::V1,
            By::V2 { .. } => Scheme::V2,
            By::V4 { .. } => Scheme::V4,
            By::S3V2 => Scheme::S3V2,
            By::S3V4 { .. } => Scheme::S3V4,
        }
    }

    pub(crate) fn scope(&self) -> Option<&Scope<'a>> {
        match &self.by {
            By::V4 { scope, .. } | By::S3V4 { scope, .. } => Some(scope),
            By::V1 | By::V2 { .. } | By::S3V2 => None,
        }
    }

    /// Passes for schemes without a scope.
    pub(crate) fn check_scope(
        &self,
        carrier: ScopeCarrier,
        signed_at: Option<Timestamp>,
        region: &str,
    ) -> Result<(), ScopeError> {
        self.scope().map_or(Ok(()), |scope| {
            scope.check(self.scheme(), carrier, signed_at, region)
        })
    }
}
