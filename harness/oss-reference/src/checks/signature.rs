//! `signature`: the signature is the one the server calculates (help page: Authentication, step 1; EC 0002-00000040 V1, -101 V2, -201
//! V4, -429 S3 dialect, -705 forms).
//!
//! The answer shows what was calculated over, so that a client can compare it with its own; never the right signature.

use std::fmt::Write as _;

use oss_auth::{Mismatch, Scheme};

use super::claim::Claimed;
use super::inquiry::Inquiry;
use crate::answer::Refusal;
use crate::denial::{Cause, Denial};

pub(super) fn check(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let (Some(claimed), Some(key)) = (inquiry.readable_claim(), inquiry.access_key()) else {
        return Ok(());
    };
    let (result, ec, s3) = match claimed {
        Claimed::Form(form) => (form.verify(&key.secret), "0002-00000705", false),
        Claimed::Request(claim) => (
            claim.verify(&key.secret),
            claim.scheme().mismatch_ec(),
            claim.scheme() == Scheme::S3V4,
        ),
    };
    result.map_err(|mismatch| {
        let id = if s3 {
            "AWSAccessKeyId"
        } else {
            "OSSAccessKeyId"
        };
        let denial = Denial::new(Cause::SignatureMismatch)
            .ec(ec)
            .extra(id, key.id.clone());
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
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 3), |mut text, byte| {
            let _ = write!(text, "{byte:02X} ");
            text
        })
}
