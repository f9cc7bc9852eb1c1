//! PostObject V4: `x-oss-signature` = hex(hmac-sha256(derived key, policy field)).
//!
//! Page: PostObject V4 signature. ECs 0002-00000708 to -715. The date must be that of the scope; the page grants
//! it 15 minutes of skew and seven days of life.

use super::{Fields, FormClaimError, SignedPolicy};
use crate::date::Timestamp;
use crate::mac;
use crate::request::Credentials;
use crate::scope::{Credential, CredentialFault, Dialect, Scope, ScopeCarrier, ScopeError};
use crate::v4;
use crate::validity::Validity;

/// The parsed signature fields of a V4 form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form<'a> {
    pub(super) signed: SignedPolicy<'a>,
    scope: Scope<'a>,
    signed_at: Timestamp,
}

impl<'a> Form<'a> {
    /// The AccessKeyId.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        self.signed.access_key_id
    }

    /// The credential scope.
    #[must_use]
    pub fn scope(&self) -> &Scope<'a> {
        &self.scope
    }

    /// The field `x-oss-date`.
    #[must_use]
    pub fn signed_at(&self) -> Timestamp {
        self.signed_at
    }

    pub(super) fn validity(&self) -> Validity {
        Validity::Window {
            from: self.signed_at,
            expires: Timestamp(self.signed_at.0 + v4::url::MAX_EXPIRES_SECONDS),
        }
    }

    pub(super) fn check_scope(&self, region: &str) -> Result<(), ScopeError> {
        self.scope
            .check(Dialect::Oss, ScopeCarrier::Form, self.signed_at, region)
    }
}

/// Signs a policy in base64; returns the field `x-oss-signature`.
#[must_use]
pub fn sign(policy_base64: &str, credentials: &Credentials<'_>, scope: &Scope<'_>) -> String {
    signature(policy_base64, credentials.access_key_secret, scope)
}

pub(super) fn parse<'a>(fields: &Fields<'a>) -> Result<Form<'a>, FormClaimError> {
    let credential =
        Credential::parse(fields.needed("x-oss-credential")?).map_err(|fault| match fault {
            CredentialFault::Malformed => FormClaimError::MalformedCredential,
            CredentialFault::EmptyAccessKeyId => FormClaimError::CredentialWithoutAccessKeyId,
        })?;
    let signed = SignedPolicy::read(fields, credential.access_key_id, "x-oss-signature")?;
    let date = fields.needed("x-oss-date")?;
    let signed_at = Timestamp::parse_iso_basic(date).map_err(|_| FormClaimError::InvalidDate {
        value: date.to_owned(),
    })?;
    Ok(Form {
        signed,
        scope: credential.scope,
        signed_at,
    })
}

pub(super) fn signature(policy: &str, access_key_secret: &str, scope: &Scope<'_>) -> String {
    let key = v4::signing_key(v4::OSS_PREFIX, access_key_secret, scope);
    mac::hmac_sha256_hex(&key, policy.as_bytes())
}
