//! What a server calculates, and how it differs from what the client provided.

use std::fmt;

use crate::mac;
use crate::secret::Secret;

/// What a server calculates from a request and a secret. `Debug` shows neither the signature nor the texts.
#[derive(Clone, PartialEq, Eq)]
pub struct Computed {
    /// The StringToSign; of a form, the policy field. Not necessarily UTF-8: header values are signed as raw bytes.
    pub string_to_sign: Vec<u8>,
    /// The canonical request, under V4 only.
    pub canonical_request: Option<Vec<u8>>,
    /// The right signature. It must never be shown to a client.
    pub signature: String,
}

impl Computed {
    /// Compares in constant time.
    pub(crate) fn matches(self, provided: &str) -> Result<(), Box<Mismatch>> {
        if mac::constant_time_eq(&self.signature, provided) {
            return Ok(());
        }
        Err(Box::new(Mismatch {
            computed: self,
            provided: provided.to_owned(),
        }))
    }
}

impl fmt::Debug for Computed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The texts hold security tokens.
        f.debug_struct("Computed")
            .field("string_to_sign", &Secret(""))
            .field(
                "canonical_request",
                &self.canonical_request.as_ref().map(|_| Secret("")),
            )
            .field("signature", &Secret(&self.signature))
            .finish()
    }
}

/// The provided signature is not the calculated one: 403 `SignatureDoesNotMatch`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("the provided signature does not match the calculated one")]
pub struct Mismatch {
    /// What the server calculated.
    pub computed: Computed,
    /// The signature in the request.
    pub provided: String,
}

impl fmt::Debug for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mismatch")
            .field("computed", &self.computed)
            .field("provided", &Secret(&self.provided))
            .finish()
    }
}
