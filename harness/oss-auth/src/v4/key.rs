//! The derived key of V4 (page: Signature version 4, step "calculate the signing key").

use crate::mac::hmac_sha256;
use crate::scope::Scope;

/// Derives the key that signs within a scope. `prefix` is `aliyun_v4`, or `AWS4` in the S3 dialect.
pub(crate) fn signing_key(prefix: &str, access_key_secret: &str, scope: &Scope<'_>) -> [u8; 32] {
    let secret = [prefix.as_bytes(), access_key_secret.as_bytes()].concat();
    let key = hmac_sha256(&secret, scope.date.as_bytes());
    let key = hmac_sha256(&key, scope.region.as_bytes());
    let key = hmac_sha256(&key, scope.product.as_bytes());
    hmac_sha256(&key, scope.terminator.as_bytes())
}

/// The prefix of the secret in the first step.
pub(crate) const OSS_PREFIX: &str = "aliyun_v4";
