//! Request authentication of Alibaba Cloud OSS: what a client signs and what a server verifies.
//!
//! The crate is pure. It does no I/O, holds no clock and keeps no state: a server hands it what it
//! received and what time it is, a client hands it what it is about to send. It knows
//!
//! | scheme | header | URL | PostObject form |
//! |---|---|---|---|
//! | V1, HMAC-SHA1 | [`v1::header`] | [`v1::url`] | [`form::v1`] |
//! | V2, HMAC-SHA256 | [`v2::header`] | [`v2::url`] | [`form::v2`] |
//! | V4, HMAC-SHA256 with a derived key | [`v4::header`] | [`v4::url`] | [`form::v4`] |
//! | V4 of the S3 dialect | [`s3::header`] | | |
//!
//! # Verifying
//!
//! A server describes the request it received as a [`Request`] and goes through these steps, each of
//! which has an error type of its own:
//!
//! 1. [`find_claim`] decides which signature the request claims to carry and parses it ([`ClaimError`]).
//!    `None` means that the request is anonymous.
//! 2. [`Claim::validity`] reads the time the claim depends on ([`DateError`]), [`Validity::check`] holds
//!    it against the server's clock ([`TimeError`]).
//! 3. [`Claim::check_scope`] holds the credential scope of a V4 signature against the time and region
//!    ([`ScopeError`]).
//! 4. [`access_key::check_charset`] judges the key id; the server looks up the key and the security token.
//! 5. [`Claim::verify`] recomputes the signature and compares it in constant time ([`Mismatch`]).
//!
//! PostObject has its own way in, [`form::find_form_claim`], because its signature covers the policy
//! field and nothing of the request.
//!
//! # Signing
//!
//! Every scheme has a `sign` function beside its parser. They sign what they are given, malformed dates
//! included, and never fail.
//!
//! # Error codes
//!
//! The errors name the EC value (`x-oss-ec`) that OSS documents for the case. Alibaba Cloud states that
//! these values may change, so they are meant for people and not for decisions. Where no page lists a
//! value, the one of the nearest documented case is used and the documentation of the item says so.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod access_key;
mod authentication;
mod canonical;
mod claim;
mod computed;
pub mod date;
pub mod encode;
mod error;
mod fields;
pub mod form;
mod mac;
mod request;
pub mod s3;
mod scheme;
pub mod scope;
mod secret;
mod signed;
pub mod v1;
pub mod v2;
pub mod v4;
mod validity;

pub use access_key::CharsetError;
pub use authentication::AuthenticationError;
pub use claim::{Claim, find_claim};
pub use computed::{Computed, Mismatch};
pub use date::{DateError, MAX_SKEW_SECONDS, Timestamp};
pub use encode::{
    EncodingError, hex, parse_query, percent_decode, percent_encode, percent_encode_keeping_slash,
};
pub use error::{ClaimError, ClaimErrorKind, ListFault};
pub use form::{FormClaim, FormClaimError, find_form_claim};
pub use request::{Credentials, Header, QueryPair, Request};
pub use scheme::{Carrier, Scheme};
pub use scope::{Scope, ScopeError, ScopePart};
pub use secret::is_confidential;
pub use validity::{TimeError, Validity};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
