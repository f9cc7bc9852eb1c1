//! PostObject V2: `x-oss-signature` = base64(hmac-sha256(secret, policy field)).
//!
//! Pages: EC 0002-00000703, -706 name the fields. That the code is that of V2 elsewhere is inferred.

use crate::fields::SIGNATURE;
use crate::form::error::FormClaimError;
use crate::form::fields::{Fields, SignedPolicy};
use crate::mac;
use crate::request::Credentials;
use crate::signed::By;

/// Signs a policy in base64; returns the field `x-oss-signature`.
#[must_use]
pub fn sign(policy_base64: &str, credentials: &Credentials<'_>) -> String {
    signature(policy_base64, credentials.access_key_secret)
}

pub(super) fn parse<'a>(fields: &Fields<'a>) -> Result<SignedPolicy<'a>, FormClaimError> {
    let access_key_id = fields.needed("x-oss-access-key-id")?;
    let by = By::V2 { additional: "" };
    SignedPolicy::read(fields, access_key_id, by, SIGNATURE)
}

pub(super) fn signature(policy: &str, access_key_secret: &str) -> String {
    mac::hmac_sha256_base64(access_key_secret.as_bytes(), policy.as_bytes())
}
