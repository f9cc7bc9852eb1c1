//! PostObject V1: `Signature` = base64(hmac-sha1(secret, policy field)).
//!
//! Page: PostObject. ECs 0002-00000702 to -706.

use crate::form::error::FormClaimError;
use crate::form::fields::{Fields, SignedPolicy};
use crate::mac;
use crate::request::Credentials;
use crate::signed::By;

/// Signs a policy in base64; returns the field `Signature`.
#[must_use]
pub fn sign(policy_base64: &str, credentials: &Credentials<'_>) -> String {
    signature(policy_base64, credentials.access_key_secret)
}

/// The fields of which one makes a form a signed one and all are needed.
pub(super) const FIELDS: [&str; 3] = [ACCESS_KEY_ID, "policy", SIGNATURE];

const ACCESS_KEY_ID: &str = "OSSAccessKeyId";
const SIGNATURE: &str = "Signature";

pub(super) fn parse<'a>(fields: &Fields<'a>) -> Result<SignedPolicy<'a>, FormClaimError> {
    let access_key_id = fields.needed(ACCESS_KEY_ID)?;
    SignedPolicy::read(fields, access_key_id, By::V1, SIGNATURE)
}

pub(super) fn signature(policy: &str, access_key_secret: &str) -> String {
    mac::hmac_sha1_base64(access_key_secret.as_bytes(), policy.as_bytes())
}
