//! The laws of signatures in headers and URLs.
//!
//! A request *verifies exactly if it says what was signed*. [`Covered`] is a second, independent account of what a signature
//! covers; the laws hold the library against it:
//!
//! - *no forgery*: a signature that the key did not make never verifies, and neither does the right one made with another key;
//! - *round trip*: the right signature, put into the request, is found and verifies;
//! - *exactness*: after any one edit of the signed request it still verifies if it covers the same, and no more if not;
//! - *injectivity*: the StringToSign can be read back into what it covers, so that two requests with the same one agree on that;
//! - *bounds*: what is computed is linear in the request.
//!
//! V1 writes key and sub-resources without escaping them, so that its StringToSign cannot always be read back; V4 writes a lone
//! parameter without name and value as it writes none. These exceptions are [`Covered::is_ambiguous`], and tests show that they are real.

mod covered;
mod edit;

use oss_auth::{Carrier, Claim, Computed, Scheme, find_claim};

use crate::dice::Dice;
use crate::message::Message;

pub use covered::Covered;

use self::edit::Effect;

/// The secret of every key.
pub(crate) const SECRET: &str = "oss403-fuzz-secret";
/// A secret that is not it.
const OTHER_SECRET: &str = "oss403-fuzz-secreT";

/// Checks the law of a target: `false` when the input belongs to another target.
pub(crate) fn check(data: &[u8], scheme: Scheme, carrier: Carrier) -> bool {
    let Some(message) = Message::read(data) else {
        return false;
    };
    if !is_of(&message, scheme, carrier) {
        return false;
    }
    message.with_request(|request| match find_claim(request) {
        Ok(None) => assert!(
            is_anonymous(&message),
            "a request with signature fields passes for an anonymous one"
        ),
        Err(error) => {
            let ec = error.ec();
            assert!(
                ec.len() == 13 && ec.starts_with("0002-"),
                "{error} has no EC"
            );
            let _ = (error.kind(), error.to_string());
        }
        Ok(Some(claim)) => {
            if (claim.scheme(), claim.carrier()) == (scheme, carrier) {
                laws(&message, &claim, &claim.compute(SECRET), Dice::new(data));
            }
        }
    });
    true
}

/// Whether the fields that choose the parser choose this one.
fn is_of(message: &Message<'_>, scheme: Scheme, carrier: Carrier) -> bool {
    let value = |name: &str| {
        let pair = message.query.iter().find(|pair| pair.name == name)?;
        Some(pair.value.as_deref().unwrap_or_default())
    };
    match (carrier, scheme) {
        (Carrier::Header, scheme) => {
            let word: &[u8] = match scheme {
                Scheme::V1 => b"OSS ",
                Scheme::V2 => b"OSS2 ",
                Scheme::V4 => b"OSS4-HMAC-SHA256 ",
                Scheme::S3V2 => b"AWS ",
                Scheme::S3V4 => b"AWS4-HMAC-SHA256 ",
            };
            message
                .header("authorization")
                .is_some_and(|value| value.starts_with(word))
        }
        (Carrier::Url, Scheme::V1) => {
            value("x-oss-signature-version").is_none()
                && ["Expires", "OSSAccessKeyId", "Signature"]
                    .iter()
                    .any(|name| value(name).is_some())
        }
        (Carrier::Url, Scheme::V2) => value("x-oss-signature-version") == Some("OSS2"),
        (Carrier::Url, _) => value("x-oss-signature-version") == Some("OSS4-HMAC-SHA256"),
    }
}

fn is_anonymous(message: &Message<'_>) -> bool {
    let signed = [
        "Expires",
        "OSSAccessKeyId",
        "Signature",
        "x-oss-signature-version",
        "X-Amz-Signature",
        "AWSAccessKeyId",
    ];
    message.header("authorization").is_none()
        && !message
            .query
            .iter()
            .any(|pair| signed.contains(&pair.name.as_ref()))
}

fn laws(message: &Message<'_>, claim: &Claim<'_>, computed: &Computed, mut dice: Dice) {
    assert_bounded(message, computed);
    // Most inputs are only parsed and computed, which is what the time of a fuzzer is for; which ones are put to which law depends on
    // the input alone.
    match dice.roll(16) {
        0 => {
            let right = claim.signature() == computed.signature;
            let verified = claim.verify(SECRET).is_ok();
            assert_eq!(
                verified, right,
                "verified by another signature than the right one"
            );
        }
        1 => {
            let covered = Covered::of(message, claim);
            if !covered.is_ambiguous() {
                assert_eq!(
                    Covered::read_back(claim.scheme(), computed),
                    Some(covered),
                    "the StringToSign does not say what it covers"
                );
            }
        }
        2 | 3 => {
            let Some(signed) = signed(message, claim, &computed.signature) else {
                return;
            };
            let edited = edit::edited(&signed, &mut dice);
            exactness(&signed.message, &edited.message, edited.effect);
        }
        _ => {}
    }
}

/// A request with its right signature, which has to verify with this secret alone.
struct Signed<'a> {
    message: Message<'a>,
    /// Where the signature begins in the value of `Authorization`; 0 in a URL, where it is a parameter of its own.
    at: usize,
}

fn signed<'a>(message: &Message<'a>, claim: &Claim<'_>, right: &str) -> Option<Signed<'a>> {
    let mut signed = message.clone();
    let mut at = 0;
    match claim.carrier() {
        Carrier::Header => {
            let index = message
                .headers
                .iter()
                .position(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
            let value = &message.headers[index].1;
            at = offset(value, claim.signature())?;
            let (before, after) = (&value[..at], &value[at + claim.signature().len()..]);
            signed.headers[index].1 = [before, right.as_bytes(), after].concat().into();
        }
        Carrier::Url => {
            let name = match claim.scheme() {
                Scheme::V1 => "Signature",
                _ => "x-oss-signature",
            };
            let pair = signed.query.iter_mut().find(|pair| pair.name == name)?;
            pair.value = Some(right.to_owned().into());
        }
    }
    Some(Signed {
        message: signed,
        at,
    })
}

/// Where a signature that was read begins in the value it was read from. It is found by its place and not by what it says, since an
/// AccessKeyId may say the same.
fn offset(value: &[u8], signature: &str) -> Option<usize> {
    let at = signature
        .as_ptr()
        .addr()
        .checked_sub(value.as_ptr().addr())?;
    (at + signature.len() <= value.len()).then_some(at)
}

/// What is signed verifies, with its own secret alone; what was edited does exactly if it covers the same.
fn exactness(signed: &Message<'_>, edited: &Message<'_>, effect: Effect) {
    let original = signed.with_request(|request| {
        let claim = find_claim(request)
            .expect("the right signature is as well-formed as the wrong one")
            .expect("it was signed before");
        assert!(
            claim.verify(SECRET).is_ok(),
            "what was signed does not verify"
        );
        assert!(
            claim.verify(OTHER_SECRET).is_err(),
            "verified with another secret"
        );
        (Covered::of(signed, &claim), claim.signature().to_owned())
    });
    let (original, signature) = original;
    edited.with_request(|request| {
        let Ok(Some(claim)) = find_claim(request) else {
            assert_ne!(effect, Effect::Keeps, "not well-formed after an edit that means nothing");
            return;
        };
        let verified = claim.verify(SECRET).is_ok();
        assert!(verified || effect != Effect::Keeps, "refused after an edit that means nothing");
        let covered = Covered::of(edited, &claim);
        let same = claim.signature() == signature && covered == original;
        assert!(!same || effect != Effect::Breaks, "the signature was not broken");
        if verified != same && !(original.is_ambiguous() || covered.is_ambiguous()) {
            panic!("verified: {verified}, although it covers {covered:?} and what was signed was {original:?}");
        }
    });
}

/// A text of `n` bytes is encoded in at most three times as many, and nothing is repeated.
fn assert_bounded(message: &Message<'_>, computed: &Computed) {
    let part = |text: &str| 3 * text.len();
    let request: usize = part(&message.method)
        + message.bucket.as_deref().map_or(0, part)
        + message.key.as_deref().map_or(0, part)
        + message
            .query
            .iter()
            .map(|pair| part(&pair.name) + pair.value.as_deref().map_or(0, part) + 2)
            .sum::<usize>()
        + message
            .headers
            // A listed header and a header line of its own may both have it.
            .iter()
            .map(|(name, value)| 2 * (name.len() + value.len() + 4))
            .sum::<usize>();
    let made =
        computed.string_to_sign.len() + computed.canonical_request.as_ref().map_or(0, Vec::len);
    assert!(
        made <= request + 256,
        "{made} bytes computed from a request of {request}"
    );
}
