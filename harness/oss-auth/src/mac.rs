//! Every message authentication code, hash and comparison of this crate.
//!
//! They stand in one place so that a build for fuzzing can replace them: most of the time of a fuzzer would go
//! into hashing, and everything of interest lies in front of the hash. See the feature `trivial-mac`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

use crate::encode::hex;

#[cfg(not(feature = "trivial-mac"))]
use real::{hmac_sha1, sha256};
#[cfg(feature = "trivial-mac")]
use trivial::{hmac_sha1, sha256};

#[cfg(not(feature = "trivial-mac"))]
pub(crate) use real::hmac_sha256;
#[cfg(feature = "trivial-mac")]
pub(crate) use trivial::hmac_sha256;

/// HMAC-SHA1 in base64 with the standard alphabet and padding: the signature of V1.
pub(crate) fn hmac_sha1_base64(key: &[u8], message: &[u8]) -> String {
    STANDARD.encode(hmac_sha1(key, message))
}

/// HMAC-SHA256 in base64 with the standard alphabet and padding: the signature of V2.
pub(crate) fn hmac_sha256_base64(key: &[u8], message: &[u8]) -> String {
    STANDARD.encode(hmac_sha256(key, message))
}

/// HMAC-SHA256 in lower-case hexadecimal digits: the signature of V4.
pub(crate) fn hmac_sha256_hex(key: &[u8], message: &[u8]) -> String {
    hex(&hmac_sha256(key, message))
}

/// SHA-256 in lower-case hexadecimal digits.
pub(crate) fn sha256_hex(message: &[u8]) -> String {
    hex(&sha256(message))
}

/// Compares two encoded signatures byte for byte, in a time that depends on their lengths alone.
pub(crate) fn constant_time_eq(computed: &str, provided: &str) -> bool {
    computed.as_bytes().ct_eq(provided.as_bytes()).into()
}

#[cfg(not(feature = "trivial-mac"))]
mod real {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use sha1::Sha1;
    use sha2::{Digest as _, Sha256};

    pub(super) fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
        let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// HMAC-SHA256 as raw bytes, for the steps of a key derivation.
    pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    pub(super) fn sha256(message: &[u8]) -> [u8; 32] {
        Sha256::digest(message).into()
    }
}

/// Codes of 64 bits that cost next to nothing and protect nothing. Messages that differ in one word of eight bytes
/// never have the same code, since every step is a bijection of the state; so a fuzzer's edits are still noticed.
#[cfg(feature = "trivial-mac")]
mod trivial {
    #[cfg(not(fuzzing))]
    compile_error!(
        "the feature `trivial-mac` makes every signature forgeable and is for `cargo fuzz` alone, which builds with `--cfg fuzzing`"
    );

    pub(super) fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
        let mut code = [0; 20];
        code.copy_from_slice(&hmac_sha256(key, message)[..20]);
        code
    }

    pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
        spread(absorb(absorb(1, key), message))
    }

    pub(super) fn sha256(message: &[u8]) -> [u8; 32] {
        spread(absorb(2, message))
    }

    fn absorb(state: u64, bytes: &[u8]) -> u64 {
        let step = |state: u64, word: u64| {
            (state ^ word)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
        };
        let mut chunks = bytes.chunks_exact(8);
        let mut state = step(state, bytes.len() as u64);
        for chunk in &mut chunks {
            let word = chunk.try_into().expect("chunks of eight bytes");
            state = step(state, u64::from_le_bytes(word));
        }
        let mut last = [0; 8];
        last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
        step(state, u64::from_le_bytes(last))
    }

    fn spread(state: u64) -> [u8; 32] {
        let mut code = [0; 32];
        for (part, shift) in code.chunks_exact_mut(8).zip([0, 17, 31, 47]) {
            part.copy_from_slice(&state.rotate_left(shift).to_le_bytes());
        }
        code
    }
}

#[cfg(all(test, not(feature = "trivial-mac")))]
mod tests {
    use super::*;

    #[test]
    fn codes_match_rfc_2202_and_rfc_4231() {
        // RFC 2202, 3.2: de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9.
        assert_eq!(
            hmac_sha1_base64(b"key", b"The quick brown fox jumps over the lazy dog"),
            "3nybhbi3iqa8ino29wqQcBydtNk="
        );
        // RFC 4231, 4.3.
        assert_eq!(
            hmac_sha256_hex(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hmac_sha256_base64(b"Jefe", b"what do ya want for nothing?"),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
        );
        // FIPS 180-4 example.
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn comparison_is_of_exact_bytes() {
        assert!(constant_time_eq("aGk=", "aGk="));
        for other in ["aGk", "aGk==", "aGK=", ""] {
            assert!(!constant_time_eq("aGk=", other));
        }
    }
}
