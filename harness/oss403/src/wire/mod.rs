//! Sending: from a call and its edit to bytes on the wire, and back to a record of what came. Knows nothing of YAML.

pub mod address;
mod answer;
pub mod client;
mod connections;
pub mod curl;
mod disguise;
pub mod draft;
pub mod exchange;
pub mod form;
pub mod identity;
pub mod limits;
pub mod parts;
pub mod patience;
mod raw;
pub mod redact;
pub mod scene;
pub(crate) mod sieve;
pub mod sign;
pub mod tamper;
mod throttle;
pub mod tls;
pub mod xml;
