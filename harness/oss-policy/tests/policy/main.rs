//! The crate from outside: documented examples, the decision tables, laws and limits.

#![allow(
    clippy::unwrap_used,
    reason = "also in helpers, an unwrap that fails is a test that fails"
)]

mod access;
mod conditions;
mod cors;
mod decision_table;
mod documented;
mod draft;
mod errors;
mod laws;
mod limits;
mod post;
mod referer;
mod untrusted;
