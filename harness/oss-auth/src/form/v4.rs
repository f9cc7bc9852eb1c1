//! PostObject V4: `x-oss-signature` = hex(hmac-sha256(derived key, policy field)).
//!
//! Page: PostObject V4 signature. ECs 0002-00000708 to -715. The date must be that of the scope; the page grants
//! it 15 minutes of skew and seven days of life.

use crate::date::Timestamp;
use crate::fields::SIGNATURE;
use crate::form::error::FormClaimError;
use crate::form::fields::{Fields, SignedPolicy};
use crate::mac;
use crate::request::Credentials;
use crate::scope::{Credential, CredentialFault, Scope};
use crate::signed::By;
use crate::v4::key::{OSS_PREFIX, signing_key};
use crate::v4::url::MAX_EXPIRES_SECONDS;
use crate::validity::Validity;

/// Signs a policy in base64; returns the field `x-oss-signature`.
///
/// ```
/// use oss_auth::{Scope, Timestamp, find_form_claim, form};
///
/// # let credentials = oss_auth::Credentials { access_key_id: "id", access_key_secret: "secret", security_token: None };
/// let now = Timestamp::parse_iso_basic("20231216T162057Z")?;
/// let policy = "eyJleHBpcmF0aW9uIjoiMjAyMy0xMi0xNlQxNzoyMDo1N1oiLCJjb25kaXRpb25zIjpbXX0=";
/// let day = now.scope_date();
/// let scope = Scope::oss(&day, "cn-hangzhou");
/// let signature = form::v4::sign(policy, &credentials, &scope);
///
/// let fields = [
///     ("x-oss-signature-version", "OSS4-HMAC-SHA256"),
///     ("x-oss-credential", &format!("id/{scope}")),
///     ("x-oss-date", &now.to_iso_basic()),
///     ("policy", policy),
///     ("x-oss-signature", &signature),
/// ];
/// let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
/// let claim = find_form_claim(&fields)?.expect("not anonymous");
/// claim.authenticate(now, "cn-hangzhou", "secret")?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn sign(policy_base64: &str, credentials: &Credentials<'_>, scope: &Scope<'_>) -> String {
    signature(policy_base64, credentials.access_key_secret, scope)
}

pub(super) fn parse<'a>(
    fields: &Fields<'a>,
) -> Result<(SignedPolicy<'a>, Validity), FormClaimError> {
    let credential =
        Credential::parse(fields.needed("x-oss-credential")?).map_err(|fault| match fault {
            CredentialFault::Malformed | CredentialFault::EmptyRegion => {
                FormClaimError::MalformedCredential
            }
            CredentialFault::EmptyAccessKeyId => FormClaimError::CredentialWithoutAccessKeyId,
        })?;
    let by = By::V4 {
        scope: credential.scope,
        additional: "",
    };
    let signed = SignedPolicy::read(fields, credential.access_key_id, by, SIGNATURE)?;
    let date = fields.needed("x-oss-date")?;
    let from = Timestamp::parse_iso_basic(date).map_err(|_| FormClaimError::InvalidDate {
        value: date.to_owned(),
    })?;
    let expires = Timestamp(from.0 + MAX_EXPIRES_SECONDS);
    Ok((signed, Validity::Window { from, expires }))
}

pub(super) fn signature(policy: &str, access_key_secret: &str, scope: &Scope<'_>) -> String {
    let key = signing_key(OSS_PREFIX, access_key_secret, scope);
    mac::hmac_sha256_hex(&key, policy.as_bytes())
}
