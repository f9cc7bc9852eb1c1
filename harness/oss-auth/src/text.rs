//! The signature of a text that stands there already: for tools that look into a mismatch.

use crate::mac;
use crate::scheme::Scheme;
use crate::scope::Scope;
use crate::v4::key::{OSS_PREFIX, signing_key};

/// The signature of a StringToSign. The schemes with a derived key need the scope; without it, theirs is empty.
#[must_use]
pub fn sign_text(
    scheme: Scheme,
    string_to_sign: &[u8],
    scope: Option<&Scope<'_>>,
    access_key_secret: &str,
) -> String {
    let derived = |prefix| {
        scope.map_or_else(String::new, |scope| {
            mac::hmac_sha256_hex(
                &signing_key(prefix, access_key_secret, scope),
                string_to_sign,
            )
        })
    };
    let secret = access_key_secret.as_bytes();
    match scheme {
        Scheme::V2 => mac::hmac_sha256_base64(secret, string_to_sign),
        Scheme::V4 => derived(OSS_PREFIX),
        Scheme::S3V4 => derived("AWS4"),
        _ => mac::hmac_sha1_base64(secret, string_to_sign),
    }
}
