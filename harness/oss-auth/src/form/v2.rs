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
///
/// ```
/// use oss_auth::{Timestamp, find_form_claim, form};
///
/// # let credentials = oss_auth::Credentials { access_key_id: "id", access_key_secret: "secret", security_token: None };
/// let now = Timestamp::parse_iso_basic("20231216T162057Z")?;
/// let policy = "eyJleHBpcmF0aW9uIjoiMjAyMy0xMi0xNlQxNzoyMDo1N1oiLCJjb25kaXRpb25zIjpbXX0=";
/// let signature = form::v2::sign(policy, &credentials);
///
/// let fields = [
///     ("x-oss-signature-version", "OSS2"),
///     ("x-oss-access-key-id", "id"),
///     ("policy", policy),
///     ("x-oss-signature", &signature),
/// ];
/// let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
/// let claim = find_form_claim(&fields)?.expect("not anonymous");
/// claim.authenticate(now, "cn-hangzhou", "secret")?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
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
