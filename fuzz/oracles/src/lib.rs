//! What the fuzz targets hold the project to: one function for each attack surface, each with an oracle beyond "does not crash".
//!
//! The functions are ordinary ones, so that `cargo test` replays the corpora without libFuzzer; `fuzz/` only wraps them. They take the
//! bytes of an input and panic when a law is broken. They return `false` when the input belongs to another target, so that a corpus
//! keeps to its own surface.

pub mod cors;
pub mod date;
pub mod dice;
pub mod envelope;
pub mod files;
pub mod form;
pub mod host;
pub mod message;
pub mod pipeline;
pub mod policy;
pub mod post_policy;
pub mod referer;
pub mod seeds;
pub mod signing;
pub mod wildcard;

use oss_auth::{Carrier, Scheme};

/// A target: an attack surface and what it is held to.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which is that of its file in `fuzz_targets/`, of its corpus and of its dictionary.
    pub name: &'static str,
    /// Checks an input; `false` when it belongs to another target.
    pub check: fn(&[u8]) -> bool,
}

/// Every target.
pub const TARGETS: &[Target] = &[
    target("header_v1", header_v1),
    target("header_v2", header_v2),
    target("header_v4", header_v4),
    target("url_v1", url_v1),
    target("url_v2", url_v2),
    target("url_v4", url_v4),
    target("form", form::check),
    target("post_policy", post_policy::check),
    target("policy_parse", policy::parse),
    target("policy_evaluate", policy::evaluate),
    target("referer", referer::check),
    target("cors", cors::check),
    target("host", host::check),
    target("date", date::check),
    target("wildcard", wildcard::check),
    target("error_envelope", envelope::check),
    target("case_file", files::case_file),
    target("target_profile", files::target_profile),
    target("journal", files::journal),
    target("pipeline", pipeline::check),
];

const fn target(name: &'static str, check: fn(&[u8]) -> bool) -> Target {
    Target { name, check }
}

/// `Authorization: OSS …`
pub fn header_v1(data: &[u8]) -> bool {
    signing::check(data, Scheme::V1, Carrier::Header)
}

/// `Authorization: OSS2 …`
pub fn header_v2(data: &[u8]) -> bool {
    signing::check(data, Scheme::V2, Carrier::Header)
}

/// `Authorization: OSS4-HMAC-SHA256 …`
pub fn header_v4(data: &[u8]) -> bool {
    signing::check(data, Scheme::V4, Carrier::Header)
}

/// `?OSSAccessKeyId=…&Expires=…&Signature=…`
pub fn url_v1(data: &[u8]) -> bool {
    signing::check(data, Scheme::V1, Carrier::Url)
}

/// `?x-oss-signature-version=OSS2&…`
pub fn url_v2(data: &[u8]) -> bool {
    signing::check(data, Scheme::V2, Carrier::Url)
}

/// `?x-oss-signature-version=OSS4-HMAC-SHA256&…`
pub fn url_v4(data: &[u8]) -> bool {
    signing::check(data, Scheme::V4, Carrier::Url)
}
