//! What must not be shown: a text that `Debug` hides, and the names whose values are such texts.

use std::fmt;

/// Whether a header, query parameter or form field of this name, in any case, holds what must not be shown: a signature, a
/// security token, a password or a cookie. Of `Authorization` it is the signature alone, which stands elsewhere in each scheme.
#[must_use]
pub fn is_confidential(name: &str) -> bool {
    [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
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
