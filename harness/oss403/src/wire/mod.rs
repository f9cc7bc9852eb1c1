//! Sending: from a call and its edit to bytes on the wire, and back to a record of what came. Knows nothing of YAML.

pub mod exchange;
pub mod curl;
pub mod redact;
