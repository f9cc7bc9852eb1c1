//! The time of a request signed with V4 in a header, in the OSS and in the S3 dialect.
//!
//! Page: EC 0002-00000502. The dialects differ in the name of the header that prevails over `Date`, and in how a `Date` that stands
//! in for it is signed: the Go SDK (`oss/auth.go`, `getSignedStrV4`) signs it as it stands, and that ISO 8601 is accepted in its place
//! is what the page of the V4 header says of the StringToSign. AWS writes ISO 8601 always.

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

/// The second line of the StringToSign as the Go SDK writes it: the named header, or else `Date`, as it stands.
pub(crate) fn raw_date_line<'a>(request: &Request<'a>, header_name: &str) -> &'a [u8] {
    request
        .header(header_name)
        .or_else(|| request.header("date"))
        .unwrap_or_default()
}

/// The second line of the StringToSign in ISO 8601, a `Date` included. What cannot be read is signed as it stands, so that it can
/// be signed all the same.
pub(crate) fn iso_date_line<'a>(request: &Request<'a>, header_name: &str) -> Cow<'a, [u8]> {
    match request_time(request, header_name) {
        Ok(time) if request.header(header_name).is_none() => {
            Cow::Owned(time.to_iso_basic().into_bytes())
        }
        _ => Cow::Borrowed(raw_date_line(request, header_name)),
    }
}
