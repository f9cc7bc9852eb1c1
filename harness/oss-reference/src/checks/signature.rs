//! `signature`: the signature is the one the server calculates (help page: Authentication, step 1; EC 0002-00000040 V1, -101 V2, -201
//! V4, -307 and -429 S3 dialect, -705 forms).
//!
//! The answer shows what was calculated over, so that a client can compare it with its own; never the right signature.

use oss_auth::Mismatch;

use super::claim::Claimed;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let (Some(claimed), Some(key)) = (inquiry.readable_claim(), inquiry.access_key()) else {
        return Ok(());
    };
    let (result, ec) = match claimed {
        Claimed::Form(form) => (form.verify(&key.secret), "0002-00000705"),
        Claimed::Request(claim) => (claim.verify(&key.secret), claim.scheme().mismatch_ec()),
    };
    result.map_err(|mismatch| {
        let denial = Denial::new(Cause::SignatureMismatch)
            .ec(ec)
            .extra(claimed.key_element(), key.id.clone());
        explained(denial, &mismatch).into()
    })
}

fn explained(denial: Denial, mismatch: &Mismatch) -> Denial {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let computed = &mismatch.computed;
    let denial = denial
        .extra("SignatureProvided", mismatch.provided.clone())
        .extra("StringToSign", text(&computed.string_to_sign))
        .extra("StringToSignBytes", hex_pairs(&computed.string_to_sign));
    match &computed.canonical_request {
        Some(canonical) => denial.extra("CanonicalRequest", text(canonical)),
        None => denial,
    }
}

/// Upper-case pairs with a blank after each, the last included, as bodies on the wire have them.
fn hex_pairs(bytes: &[u8]) -> String {
    let digits = oss_auth::upper_hex(bytes);
    let mut text = String::with_capacity(bytes.len() * 3);
    for at in (0..digits.len()).step_by(2) {
        text.push_str(&digits[at..at + 2]);
        text.push(' ');
    }
    text
}
