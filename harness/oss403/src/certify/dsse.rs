//! DSSE envelopes: a payload, what it is, and signatures over both.
//!
//! <https://github.com/secure-systems-lab/dsse>, version 1.0.2. What is signed is not the payload alone but its type too, each with its length in
//! bytes, so that nothing can be read in two ways.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// An envelope. Fields besides these say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The payload, in base64.
    pub payload: String,
    /// What the payload is.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// Signatures over payload and type.
    pub signatures: Vec<Signature>,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// A hint at the key. It decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyid: Option<String>,
    /// The signature, in base64.
    pub sig: String,
}

/// Why an envelope proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DsseError {
    /// Not JSON, or not of that shape.
    #[error("it is no DSSE envelope: {0}")]
    Form(String),
    /// What should be base64 is none.
    #[error("its {0} is no base64")]
    Base64(&'static str),
    /// There is no signature at all.
    #[error("it is not signed")]
    Unsigned,
    /// Nobody would have to have signed.
    #[error("no number of signatures was asked for, so that nothing would be proven")]
    NoThreshold,
    /// Too few of the keys made a signature.
    #[error("{found} of the keys that are trusted made its signatures, and {needed} must have")]
    TooFew {
        /// Keys of which there is a signature.
        found: usize,
        /// How many there have to be.
        needed: usize,
    },
}

/// A payload that was signed, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// What it is.
    pub kind: String,
    /// The bytes that were signed. Nothing else of the envelope may be read after this.
    pub bytes: Vec<u8>,
}

/// Whether the second bytes are a key's signature of the first.
pub type Check<'k> = dyn Fn(&[u8], &[u8]) -> bool + 'k;

/// What is signed: `DSSEv1`, and type and payload, each behind its length in bytes.
pub fn pre_authentication_encoding(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

impl Envelope {
    /// Signs a payload.
    pub fn signed(
        kind: &str,
        payload: &[u8],
        keyid: &str,
        sign: impl Fn(&[u8]) -> Vec<u8>,
    ) -> Self {
        let signature = sign(&pre_authentication_encoding(kind, payload));
        Self {
            payload: BASE64_STANDARD.encode(payload),
            payload_type: kind.to_owned(),
            signatures: vec![Signature {
                keyid: Some(keyid.to_owned()),
                sig: BASE64_STANDARD.encode(signature),
            }],
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it has another shape.
    pub fn parse(text: &str) -> Result<Self, DsseError> {
        serde_json::from_str(text).map_err(|error| DsseError::Form(error.to_string()))
    }

    /// The payload, when at least `needed` different keys signed it. `keys` checks a signature over some bytes, one function for each key; what
    /// an envelope calls its keys is not looked at.
    ///
    /// # Errors
    /// Why it is not proven.
    pub fn verified(&self, keys: &[&Check<'_>], needed: usize) -> Result<Payload, DsseError> {
        if needed == 0 {
            return Err(DsseError::NoThreshold);
        }
        if self.signatures.is_empty() {
            return Err(DsseError::Unsigned);
        }
        let bytes = decoded(&self.payload).ok_or(DsseError::Base64("payload"))?;
        let signed = pre_authentication_encoding(&self.payload_type, &bytes);
        let mut signers = BTreeSet::new();
        for signature in &self.signatures {
            let signature = decoded(&signature.sig).ok_or(DsseError::Base64("signature"))?;
            let by = keys.iter().position(|is_by| is_by(&signed, &signature));
            signers.extend(by);
        }
        if signers.len() < needed {
            return Err(DsseError::TooFew {
                found: signers.len(),
                needed,
            });
        }
        Ok(Payload {
            kind: self.payload_type.clone(),
            bytes,
        })
    }
}

/// Base64 of either alphabet, padded or not. What has more than one way to be written is refused.
fn decoded(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let standard = GeneralPurpose::new(&STANDARD, LENIENT);
    let url_safe = GeneralPurpose::new(&URL_SAFE, LENIENT);
    standard
        .decode(text)
        .or_else(|_| url_safe.decode(text))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    const KIND: &str = "http://example.com/HelloWorld";
    /// The published vector: `protocol.md` of secure-systems-lab/dsse.
    const VECTOR: &str = r#"{"payload": "aGVsbG8gd29ybGQ=",
 "payloadType": "http://example.com/HelloWorld",
 "signatures": [{"sig": "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}"#;
    const X: &str = "46950820868899156662930047687818585632848591499744589407958293238635476079160";
    const Y: &str = "5640078356564379163099075877009565129882514886557779369047442380624545832820";

    /// A number of up to 256 bits in big-endian bytes.
    fn bytes_of(decimal: &str) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        for digit in decimal.bytes() {
            let mut carry = u32::from(digit - b'0');
            for byte in bytes.iter_mut().rev() {
                carry += u32::from(*byte) * 10;
                *byte = u8::try_from(carry & 0xff).unwrap();
                carry >>= 8;
            }
        }
        bytes
    }

    fn published_key(signed: &[u8], signature: &[u8]) -> bool {
        let point = [&[4], &bytes_of(X)[..], &bytes_of(Y)[..]].concat();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        key.verify(signed, signature).is_ok()
    }

    fn nobody(_: &[u8], _: &[u8]) -> bool {
        false
    }

    #[test]
    fn the_published_vector_is_encoded_and_verified_as_published() {
        let encoded = pre_authentication_encoding(KIND, b"hello world");
        assert_eq!(
            String::from_utf8(encoded).unwrap(),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        let envelope = Envelope::parse(VECTOR).unwrap();
        let payload = envelope.verified(&[&published_key], 1).unwrap();
        assert_eq!(payload.bytes, b"hello world");
        assert_eq!(payload.kind, KIND);
        for (kind, body) in [
            (KIND, "aGVsbG8gd29ybGR="),
            ("http://example.com/HelloWorle", "aGVsbG8gd29ybGQ="),
        ] {
            let other = Envelope {
                payload: body.into(),
                payload_type: kind.into(),
                ..envelope.clone()
            };
            assert!(
                other.verified(&[&published_key], 1).is_err(),
                "{kind} {body}"
            );
        }
    }

    #[test]
    fn lengths_are_of_bytes_and_not_of_characters() {
        let encoded = pre_authentication_encoding("ü", "é€".as_bytes());
        assert_eq!(String::from_utf8(encoded).unwrap(), "DSSEv1 2 ü 5 é€");
    }

    #[test]
    fn both_alphabets_are_read_and_nothing_that_could_be_written_otherwise() {
        let urls = VECTOR
            .replace('+', "-")
            .replace('/', "_")
            .replace("http:__example.com_", "http://example.com/");
        let envelope = Envelope::parse(&urls).unwrap();
        assert!(envelope.signatures[0].sig.contains("F-FnZ-O88"));
        assert!(envelope.verified(&[&published_key], 1).is_ok());
        let bare = Envelope {
            payload: "aGVsbG8gd29ybGQ".into(),
            ..envelope.clone()
        };
        assert!(bare.verified(&[&published_key], 1).is_ok());
        // The last digit of the second holds bits that mean nothing; the others are no base64 at all.
        for payload in [
            "aGVsbG8gd29ybGR=",
            "aGVsbG8gd29ybGQ=\n",
            "aGVs bG8gd29ybGQ=",
            "%",
        ] {
            let other = Envelope {
                payload: payload.into(),
                ..envelope.clone()
            };
            assert_eq!(
                other.verified(&[&published_key], 1),
                Err(DsseError::Base64("payload")),
                "{payload}"
            );
        }
    }

    #[test]
    fn an_envelope_without_signatures_proves_nothing() {
        let mut envelope = Envelope::parse(VECTOR).unwrap();
        envelope.signatures.clear();
        assert_eq!(
            envelope.verified(&[&published_key], 1),
            Err(DsseError::Unsigned)
        );
        assert!(Envelope::parse(r#"{"payload":"","payloadType":""}"#).is_err());
    }

    #[test]
    fn a_threshold_of_nothing_is_none() {
        let envelope = Envelope::parse(VECTOR).unwrap();
        assert_eq!(
            envelope.verified(&[&published_key], 0),
            Err(DsseError::NoThreshold)
        );
        assert_eq!(envelope.verified(&[], 0), Err(DsseError::NoThreshold));
    }

    #[test]
    fn a_key_counts_once_however_often_it_signed() {
        let mut envelope = Envelope::parse(VECTOR).unwrap();
        let again = Signature {
            keyid: Some("another".into()),
            ..envelope.signatures[0].clone()
        };
        envelope.signatures.push(again);
        assert!(envelope.verified(&[&published_key], 1).is_ok());
        let few = Err(DsseError::TooFew {
            found: 1,
            needed: 2,
        });
        assert_eq!(envelope.verified(&[&published_key, &nobody], 2), few);
        assert_eq!(envelope.verified(&[&published_key, &published_key], 2), few);
    }

    #[test]
    fn what_an_envelope_calls_its_key_neither_lets_in_nor_keeps_out() {
        let mut envelope = Envelope::parse(VECTOR).unwrap();
        envelope.signatures[0].keyid = Some("somebody else's".into());
        assert!(envelope.verified(&[&nobody, &published_key], 1).is_ok());
        assert!(envelope.verified(&[&nobody], 1).is_err());
    }
}
