//! What must not be shown: a text that `Debug` hides, and the names whose values are such texts.

use std::fmt;

/// Whether a header, query parameter or form field of this name, in any case, holds what must not be shown: a signature or a
/// security token.
///
/// Of `Authorization` only a part is secret, but which one depends on the scheme. Cookies are not OSS's, and not listed here.
#[must_use]
pub fn is_confidential(name: &str) -> bool {
    [
        "authorization",
        "signature",
        "x-oss-signature",
        "x-amz-signature",
        "security-token",
        "x-oss-security-token",
        "x-amz-security-token",
    ]
    .iter()
    .any(|confidential| name.eq_ignore_ascii_case(confidential))
}

/// A borrowed text that `Debug` does not show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Secret<'a>(pub(crate) &'a str);

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
