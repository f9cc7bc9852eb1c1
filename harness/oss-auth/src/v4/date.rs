//! The time of a request signed with V4 in a header, in the OSS and in the S3 dialect.
//!
//! Page: EC 0002-00000502. The dialects differ in the name of the header that prevails over `Date`.

use std::borrow::Cow;

use crate::date::{DateError, Timestamp};
use crate::request::Request;

/// The named header in ISO 8601 basic, or else `Date` in RFC 1123.
pub(crate) fn request_time(
    request: &Request<'_>,
    header_name: &str,
) -> Result<Timestamp, DateError> {
    let text = |value| std::str::from_utf8(value).map_err(|_| DateError::Unreadable);
    match (request.header(header_name), request.header("date")) {
        (Some(value), _) => Timestamp::parse_iso_basic(text(value)?),
        (None, Some(value)) => Timestamp::parse_rfc1123(text(value)?),
        (None, None) => Err(DateError::Absent),
    }
}

/// The second line of the StringToSign. A `Date` that stands in for the named header is signed in the form of the
/// latter; an unreadable one as it stands, so that it can be signed all the same.
pub(crate) fn date_line<'a>(request: &Request<'a>, header_name: &str) -> Cow<'a, [u8]> {
    if let Some(value) = request.header(header_name) {
        return Cow::Borrowed(value);
    }
    match request_time(request, header_name) {
        Ok(time) => Cow::Owned(time.to_iso_basic().into_bytes()),
        Err(_) => Cow::Borrowed(request.header("date").unwrap_or_default()),
    }
}
