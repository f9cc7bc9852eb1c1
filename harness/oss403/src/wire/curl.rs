//! An exchange's request as a command line of curl that a person can paste.

use super::exchange::SentRequest;

/// The request as a command of curl. Signatures and tokens are redacted.
pub fn command(_request: &SentRequest) -> String {
    String::new()
}
