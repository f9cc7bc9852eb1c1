//! CopyObject. That source and target lie in the same region has been decided.

use super::call::{Call, xml_time};
use super::conditions::{self, Outcome};
use super::get::source_of;
use super::metadata::Given;
use super::put::{encrypted, insert, versioned};
use super::retention::protect;
use crate::answer::{Answer, Rejection};
use crate::refusals::{invalid_argument, no_such_bucket};
use crate::request::CopySource;
use crate::world::object::ObjectKind;
use crate::world::{Object, World};
use crate::xml::Writer;

/// Help page: CopyObject.
pub(super) fn copy(world: &mut World, call: &Call<'_>) -> Result<Answer, Rejection> {
    let source = source(call)?;
    let Some(original) = original(world, call, &source)? else {
        return Ok(Answer::empty(304));
    };
    let copied = world
        .buckets
        .get(&source.bucket)
        .filter(|bucket| bucket.is_versioned());
    let copied = copied.map(|_| original.version_id().to_owned());
    let bucket = call.bucket_mut(world)?;
    let given = Given::by_headers(call.request);
    given.forbid_overwrite(bucket, call.key())?;
    protect(bucket, call.key(), None, call)?;
    // An object copied onto itself takes the request's metadata, whatever the directive says.
    let onto_itself = source.bucket == bucket.name && source.key == call.key();
    let replaces = directive(call, "x-oss-metadata-directive")? || onto_itself;
    let retags = directive(call, "x-oss-tagging-directive")?;
    let new = given.object(bucket, ObjectKind::Normal, call.now())?;
    // The type stays when the new metadata names none (Python SDK's suites).
    let kept_type = original
        .headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .cloned();
    let untyped = new.content_type().is_none();
    let object = Object {
        content: original.content,
        headers: if replaces {
            let kept = kept_type.filter(|_| untyped);
            new.headers.into_iter().chain(kept).collect()
        } else {
            original.headers
        },
        tags: if retags { new.tags } else { original.tags },
        ..new
    };
    let object = insert(bucket, call.key(), object);
    let mut xml = Writer::new("CopyObjectResult");
    xml.leaf("ETag", &object.content.etag)
        .leaf("LastModified", &xml_time(object.modified));
    let mut answer = Answer::xml(200, xml.finish())
        .with("etag", &object.content.etag)
        .with("x-oss-hash-crc64ecma", object.content.crc64.to_string());
    if let Some(version) = copied {
        answer.set("x-oss-copy-source-version-id", version);
    }
    Ok(versioned(
        encrypted(answer, object.encryption.as_ref()),
        object,
    ))
}

/// What the request copies from.
pub(super) fn source(call: &Call<'_>) -> Result<CopySource, Rejection> {
    call.request
        .copy_source()
        .unwrap_or_else(|| Err(invalid_argument("x-oss-copy-source", "")))
}

/// The object to copy, its bytes shared; `None` when a condition says that it need not be.
pub(super) fn original(
    world: &World,
    call: &Call<'_>,
    source: &CopySource,
) -> Result<Option<Object>, Rejection> {
    let bucket = world
        .buckets
        .get(&source.bucket)
        .ok_or_else(|| no_such_bucket(&source.bucket))?;
    let version = source.version.as_deref();
    let object = bucket
        .object(&source.key, version)
        .map_err(|missing| missing.of_copy(&source.key, version))?;
    let object = source_of(bucket, object)?;
    Ok(
        match conditions::check(call.request, &conditions::SOURCE, object)? {
            Outcome::Proceed => Some(object.clone()),
            Outcome::NotModified => None,
        },
    )
}

/// Whether a directive says `REPLACE` rather than `COPY`, its default.
fn directive(call: &Call<'_>, name: &str) -> Result<bool, Rejection> {
    match call.header(name) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("copy") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("replace") => Ok(true),
        Some(text) => Err(invalid_argument(name, text)),
    }
}
