//! GetObject, HeadObject, GetObjectMeta, GetSymlink.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use oss_auth::Timestamp;

use super::call::Call;
use super::conditions::{self, Outcome};
use super::content::slice;
use super::put::{encrypted, has_md5};
use super::range::RangeBehavior;
use super::versions::told;
use super::{range, restore};
use crate::answer::{Answer, Rejection};
use crate::image::{ImageState, inspect};
use crate::refusals::{invalid_argument, no_such_key};
use crate::world::object::ObjectKind;
use crate::world::{Bucket, Object};

/// Query parameters that replace headers of the answer (help page: GetObject).
const OVERRIDES: [(&str, &str); 6] = [
    ("response-content-type", "content-type"),
    ("response-content-language", "content-language"),
    ("response-expires", "expires"),
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
];

/// Help page: GetObject.
pub(super) fn object(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let Found { object, source } = Found::of(bucket, call)?;
    if conditions::check(call.request, &conditions::ORDINARY, source)? == Outcome::NotModified {
        return Ok(not_modified(source));
    }
    let mut answer = told(described(object, source, call), bucket, object);
    let length = source.content.length;
    let behavior = match call.header("x-oss-range-behavior") {
        Some("standard") => RangeBehavior::Standard,
        _ => RangeBehavior::Lenient,
    };
    let asked = call
        .header("range")
        .map(|text| range::parse(text, length, behavior))
        .transpose()?
        .flatten();
    let (start, end) = asked.unwrap_or((0, length));
    if asked.is_some() {
        answer.status = 206;
        answer.set(
            "content-range",
            format!("bytes {start}-{}/{length}", end - 1),
        );
        // The digest is that of the whole.
        answer.headers.remove("content-md5");
    }
    answer.body = slice(&source.content, start, end);
    if call
        .request
        .query_value("x-oss-process")
        .is_some_and(|process| process.starts_with("image/"))
        && let ImageState::Intact { content_type } = inspect(&source.content)
    {
        answer.set("content-type", content_type);
    }
    for (parameter, header) in OVERRIDES {
        if let Some(value) = call.request.query_value(parameter) {
            let value = HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| invalid_argument(parameter, value))?;
            answer.headers.insert(header, value);
        }
    }
    Ok(answer)
}

/// Help page: HeadObject.
pub(super) fn head(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let Found { object, source } = Found::of(bucket, call)?;
    if conditions::check(call.request, &conditions::ORDINARY, source)? == Outcome::NotModified {
        return Ok(not_modified(source));
    }
    let answer = told(described(object, source, call), bucket, object);
    Ok(answer.with("content-length", source.content.length.to_string()))
}

/// Help page: GetObjectMeta.
pub(super) fn meta(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let Found { object, source } = Found::of(bucket, call)?;
    let mut answer = told(Answer::empty(200), bucket, object)
        .with("etag", &source.content.etag)
        .with("last-modified", Timestamp(source.modified).to_rfc1123())
        .with("x-oss-hash-crc64ecma", source.content.crc64.to_string());
    // Only an answer to HEAD may announce a length that it does not have.
    if call.request.method == "HEAD" {
        answer.set("content-length", source.content.length.to_string());
    }
    Ok(answer)
}

/// Help page: GetSymlink.
pub(super) fn symlink(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let object = call.object(bucket)?;
    let ObjectKind::Symlink { target } = &object.kind else {
        return Err(Rejection::new(
            400,
            "NotSymlink",
            "The object is not symlink.",
        ));
    };
    let mut answer = told(Answer::empty(200), bucket, object);
    for (name, value) in user_metadata(object) {
        answer.set_dynamic(name, value);
    }
    Ok(answer
        .with(
            "x-oss-symlink-target",
            oss_auth::percent_encode_keeping_slash(target),
        )
        .with("etag", &object.content.etag)
        .with("last-modified", Timestamp(object.modified).to_rfc1123()))
}

/// The object a request names, and the one its bytes come from: another one for symbolic links.
struct Found<'w> {
    object: &'w Object,
    source: &'w Object,
}

impl<'w> Found<'w> {
    fn of(bucket: &'w Bucket, call: &Call<'_>) -> Result<Self, Rejection> {
        let object = call.object(bucket)?;
        Ok(Self {
            object,
            source: source_of(bucket, object)?,
        })
    }
}

/// Where the bytes of `object` come from.
///
/// # Errors
/// 404 when a link leads nowhere, 400 when it leads to another link.
pub(super) fn source_of<'w>(
    bucket: &'w Bucket,
    object: &'w Object,
) -> Result<&'w Object, Rejection> {
    let ObjectKind::Symlink { target } = &object.kind else {
        return Ok(object);
    };
    let source = bucket.objects.get(target).ok_or_else(|| Rejection {
        code: "SymlinkTargetNotExist",
        message: "The symlink target object does not exist.".into(),
        ..no_such_key(target)
    })?;
    match source.kind {
        ObjectKind::Symlink { .. } => Err(Rejection::new(
            400,
            "InvalidTargetType",
            "The symbolic's target type is invalid.",
        )),
        _ => Ok(source),
    }
}

fn not_modified(source: &Object) -> Answer {
    Answer::empty(304)
        .with("etag", &source.content.etag)
        .with("last-modified", Timestamp(source.modified).to_rfc1123())
}

/// The headers that describe an object.
fn described(object: &Object, source: &Object, call: &Call<'_>) -> Answer {
    let content = &source.content;
    let kind = match object.kind {
        ObjectKind::Normal => "Normal",
        ObjectKind::Appendable => "Appendable",
        ObjectKind::Multipart => "Multipart",
        ObjectKind::Symlink { .. } => "Symlink",
    };
    let mut answer = Answer::empty(200)
        .with("content-type", "application/octet-stream")
        .with("etag", &content.etag)
        .with("last-modified", Timestamp(source.modified).to_rfc1123())
        .with("accept-ranges", "bytes")
        .with("x-oss-object-type", kind)
        .with("x-oss-storage-class", source.storage_class.name())
        .with("x-oss-hash-crc64ecma", content.crc64.to_string());
    if has_md5(content) {
        answer.set("content-md5", STANDARD.encode(content.md5));
    }
    if source.kind == ObjectKind::Appendable {
        answer.set("x-oss-next-append-position", content.length.to_string());
    }
    if let Some(restore) = restore::header(source, call.now()) {
        answer.set("x-oss-restore", restore);
    }
    if !source.tags.is_empty() {
        answer.set("x-oss-tagging-count", source.tags.len().to_string());
    }
    for (name, value) in &source.headers {
        answer.set_dynamic(name, value);
    }
    // A link has user metadata of its own (Node.js SDK's suite).
    if matches!(object.kind, ObjectKind::Symlink { .. }) {
        for (name, value) in user_metadata(object) {
            answer.set_dynamic(name, value);
        }
    }
    encrypted(answer, source.encryption.as_ref())
}

fn user_metadata(object: &Object) -> impl Iterator<Item = (&str, &str)> {
    let own = object
        .headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-oss-meta-"));
    own.map(|(name, value)| (name.as_str(), value.as_str()))
}
