//! Conditional requests (RFC 9110 section 13; help pages: GetObject, CopyObject).

use oss_auth::Timestamp;

use crate::answer::Rejection;
use crate::refusals::precondition_failed;
use crate::request::Request;
use crate::world::Object;

/// The headers that carry the four conditions.
pub(super) struct Names {
    matches: &'static str,
    none_matches: &'static str,
    modified_since: &'static str,
    unmodified_since: &'static str,
}

/// Those of GetObject and HeadObject.
pub(super) const ORDINARY: Names = Names {
    matches: "if-match",
    none_matches: "if-none-match",
    modified_since: "if-modified-since",
    unmodified_since: "if-unmodified-since",
};

/// Those of CopyObject and UploadPartCopy, about the source.
pub(super) const SOURCE: Names = Names {
    matches: "x-oss-copy-source-if-match",
    none_matches: "x-oss-copy-source-if-none-match",
    modified_since: "x-oss-copy-source-if-modified-since",
    unmodified_since: "x-oss-copy-source-if-unmodified-since",
};

/// What follows from conditions that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All hold.
    Proceed,
    /// The client has the object already: 304.
    NotModified,
}

/// Compares `object` with the conditions of `request`. Dates that cannot be read are no conditions.
///
/// # Errors
/// 412 `PreconditionFailed`.
pub(super) fn check(
    request: &Request<'_>,
    names: &Names,
    object: &Object,
) -> Result<Outcome, Rejection> {
    let date = |name| {
        request
            .header(name)
            .and_then(|text| Timestamp::parse_rfc1123(text).ok())
    };
    match request.header(names.matches) {
        Some(tags) if !lists(tags, &object.content.etag) => {
            return Err(precondition_failed("If-Match"));
        }
        Some(_) => {}
        None => {
            if date(names.unmodified_since).is_some_and(|limit| object.modified > limit.0) {
                return Err(precondition_failed("If-Unmodified-Since"));
            }
        }
    }
    let unchanged = match request.header(names.none_matches) {
        Some(tags) => lists(tags, &object.content.etag),
        None => date(names.modified_since).is_some_and(|limit| object.modified <= limit.0),
    };
    Ok(if unchanged {
        Outcome::NotModified
    } else {
        Outcome::Proceed
    })
}

/// Whether a list of entity tags, quoted or not, has `etag`.
fn lists(tags: &str, etag: &str) -> bool {
    let bare = |tag: &str| {
        tag.trim()
            .trim_start_matches("W/")
            .trim_matches('"')
            .to_ascii_uppercase()
    };
    let wanted = bare(etag);
    tags.split(',')
        .any(|tag| tag.trim() == "*" || bare(tag) == wanted)
}
