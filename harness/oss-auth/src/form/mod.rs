//! PostObject: the signature in a form, which covers the policy field and nothing of the request.
//!
//! Page: PostObject; PostObject V4 signature. ECs 0002-00000701 to -715. Whether the policy holds is not this
//! crate's business.

mod error;
mod fields;
pub mod v1;
pub mod v2;
pub mod v4;

pub use error::FormClaimError;

use self::fields::{Fields, SignedPolicy};
use crate::access_key::check_charset;
use crate::authentication::AuthenticationError;
use crate::computed::{Computed, Mismatch};
use crate::date::Timestamp;
use crate::fields::VERSION;
use crate::scheme::Scheme;
use crate::scope::{Scope, ScopeCarrier, ScopeError};
use crate::signed::{By, Signed};
use crate::validity::Validity;

/// Finds and parses the signature that a form claims to carry; `None` means that it is anonymous.
///
/// `fields` are those before `file`, in order, decoded. Names are compared without regard to case, since the
/// pages of OSS disagree on it; of a repeated field the first counts. A form is anonymous if it has none of
/// the fields that make a signature; with one of them, all are needed (page: PostObject).
///
/// # Errors
/// [`FormClaimError`] if a field is missing or malformed.
pub fn find_form_claim<'a>(
    fields: &'a [(String, String)],
) -> Result<Option<FormClaim<'a>>, FormClaimError> {
    let fields = Fields(fields);
    let scheme = match fields.get(VERSION) {
        None if fields.has_any(&v1::FIELDS) => Scheme::V1,
        None => return Ok(None),
        Some(version) => match Scheme::named(version) {
            Some(scheme @ (Scheme::V2 | Scheme::V4)) => scheme,
            _ => {
                return Err(FormClaimError::UnknownSignatureVersion {
                    version: version.to_owned(),
                });
            }
        },
    };
    let (SignedPolicy { signed, policy }, validity) = match scheme {
        Scheme::V1 => (v1::parse(&fields)?, Validity::Always),
        Scheme::V2 => (v2::parse(&fields)?, Validity::Always),
        Scheme::V4 | Scheme::S3V2 | Scheme::S3V4 => v4::parse(&fields)?,
    };
    Ok(Some(FormClaim {
        signed,
        policy,
        validity,
    }))
}

/// The signature a form claims to carry, well-formed but not yet verified. Its steps are those of a [`Claim`](crate::Claim).
///
/// `Debug` shows neither signatures nor tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormClaim<'a> {
    signed: Signed<'a>,
    policy: &'a str,
    validity: Validity,
}

impl<'a> FormClaim<'a> {
    /// The signature scheme: V1, V2 or V4.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.signed.scheme()
    }

    /// The AccessKeyId, not empty; its characters are not checked.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        self.signed.access_key_id
    }

    /// The field `x-oss-security-token`. The signature does not cover it; the policy may.
    #[must_use]
    pub fn security_token(&self) -> Option<&'a str> {
        self.signed.security_token.map(|token| token.0)
    }

    /// The policy field in base64 exactly as sent, perhaps empty.
    #[must_use]
    pub fn policy(&self) -> &'a str {
        self.policy
    }

    /// The signature as provided, not empty.
    #[must_use]
    pub fn signature(&self) -> &'a str {
        self.signed.signature.0
    }

    /// The credential scope; V1 and V2 have none.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope<'a>> {
        self.signed.scope()
    }

    /// The one call that does every step there is for the signature of a form; see [`Claim::authenticate`](crate::Claim::authenticate).
    /// What the policy says, its expiration among it, is not this crate's business.
    ///
    /// # Errors
    /// [`AuthenticationError`] of the first step that fails.
    pub fn authenticate(
        &self,
        now: Timestamp,
        region: &str,
        access_key_secret: &str,
    ) -> Result<(), AuthenticationError> {
        self.validity().check(now)?;
        self.check_scope(region)?;
        check_charset(self.access_key_id())?;
        Ok(self.verify(access_key_secret)?)
    }

    /// When the claim is valid: under V4 from 15 minutes before `x-oss-date` to seven days after it, both included. The time of V1
    /// and V2 stands in the policy.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Checks the credential scope of V4: the day of `x-oss-date`, the region of the bucket, the product and the
    /// terminator, in this order. Passes for V1 and V2.
    ///
    /// `region` is the bare id (`cn-hangzhou`).
    ///
    /// # Errors
    /// [`ScopeError`] for the first part that is wrong.
    pub fn check_scope(&self, region: &str) -> Result<(), ScopeError> {
        let signed_at = self.validity.signed_at();
        self.signed
            .check_scope(ScopeCarrier::Form, signed_at, region)
    }

    /// What the server calculates for this form with the secret of the claimed key.
    #[must_use]
    pub fn compute(&self, access_key_secret: &str) -> Computed {
        let policy = self.policy();
        let signature = match &self.signed.by {
            By::V1 | By::S3V2 => v1::signature(policy, access_key_secret),
            By::V2 { .. } => v2::signature(policy, access_key_secret),
            By::V4 { scope, .. } | By::S3V4 { scope, .. } => {
                v4::signature(policy, access_key_secret, scope)
            }
        };
        Computed {
            string_to_sign: policy.as_bytes().to_vec(),
            canonical_request: None,
            signature,
        }
    }

    /// Calculates the signature and compares it with the provided one in constant time.
    ///
    /// # Errors
    /// [`Mismatch`], EC 0002-00000705.
    pub fn verify(&self, access_key_secret: &str) -> Result<(), Box<Mismatch>> {
        self.compute(access_key_secret).matches(self.signature())
    }
}
