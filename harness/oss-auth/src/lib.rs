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
//! | V2 of the S3 dialect, HMAC-SHA1 | [`s3::v2::header`] | [`s3::v2::url`] | |
//! | V4 of the S3 dialect | [`s3::header`] | [`s3::url`] | |
//!
//! # Verifying
//!
//! A server describes the request it received as a [`Request`]. [`find_claim`] decides which signature the request claims to carry
//! and parses it ([`ClaimError`]); `None` means that the request is anonymous. The server looks up the secret of
//! [`Claim::access_key_id`], and the security token if there is one; [`Claim::authenticate`] does the rest
//! ([`AuthenticationError`]). Its steps, for a server that has other checks in between:
//!
//! 1. [`Claim::validity`] says when the claim is valid ([`DateError`]), [`Validity::check`] holds it against the server's clock
//!    ([`TimeError`]).
//! 2. [`Claim::check_scope`] holds the credential scope of a V4 signature against the day on which it was made and the region
//!    ([`ScopeError`]).
//! 3. [`access_key::check_charset`] judges the key id ([`CharsetError`]).
//! 4. [`Claim::verify`] recomputes the signature and compares it in constant time ([`Mismatch`]).
//!
//! PostObject has its own way in, [`form::find_form_claim`], because its signature covers the policy
//! field and nothing of the request. A [`FormClaim`] goes through the same steps.
//!
//! # Signing
//!
//! Every scheme has a `sign` function beside its parser, which never fails. URLs have a `sign_raw` too, which signs malformed dates
//! and expiries as well.
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
mod text;
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
    upper_hex,
};
pub use error::{ClaimError, ClaimErrorKind, ListFault};
pub use form::{FormClaim, FormClaimError, find_form_claim};
pub use request::{Credentials, Header, QueryPair, Request};
pub use scheme::{Carrier, Scheme};
pub use scope::{S3_REGION, Scope, ScopeError, ScopePart};
pub use secret::is_confidential;
pub use text::sign_text;
pub use validity::{TimeError, Validity};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
