//! PutObject, AppendObject, PutSymlink.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use super::bucket_acl::object_acl_of;
use super::call::Call;
use super::crc64;
use super::metadata::Given;
use super::retention::protect;
use crate::answer::{Answer, Rejection};
use crate::refusals::invalid_argument;
use crate::world::object::ObjectKind;
use crate::world::{Bucket, Content, Encryption, Object};

/// Help page: PutObject.
pub(super) fn put(
    bucket: &mut Bucket,
    call: &Call<'_>,
    content: Content,
) -> Result<Answer, Rejection> {
    let object = store(
        bucket,
        call,
        &Given::by_headers(call.request),
        call.key(),
        content,
    )?;
    Ok(described(Answer::empty(200), object))
}

/// Stores an object that came in one piece.
pub(super) fn store<'b>(
    bucket: &'b mut Bucket,
    call: &Call<'_>,
    given: &Given<'_>,
    key: &str,
    content: Content,
) -> Result<&'b Object, Rejection> {
    given.forbid_overwrite(bucket, key)?;
    protect(bucket, key, None, call)?;
    let object = Object {
        content,
        ..given.object(bucket, ObjectKind::Normal, call.now())?
    };
    Ok(insert(bucket, key, object))
}

/// Puts an object in its place.
pub(super) fn insert<'b>(bucket: &'b mut Bucket, key: &str, object: Object) -> &'b Object {
    bucket.put(key, object)
}

/// Adds what an answer to an upload says about what arrived.
pub(super) fn described(answer: Answer, object: &Object) -> Answer {
    let answer = encrypted(digests(answer, &object.content), object.encryption.as_ref());
    versioned(answer, object)
}

/// The version that an upload made, where it made one.
pub(super) fn versioned(mut answer: Answer, object: &Object) -> Answer {
    if let Some(version) = &object.version {
        answer.set("x-oss-version-id", version);
    }
    answer
}

/// ETag, CRC and MD5 of what arrived.
pub(super) fn digests(answer: Answer, content: &Content) -> Answer {
    let answer = answer
        .with("etag", &content.etag)
        .with("x-oss-hash-crc64ecma", content.crc64.to_string());
    if has_md5(content) {
        answer.with("content-md5", STANDARD.encode(content.md5))
    } else {
        answer
    }
}

/// Whether the ETag is the MD5, which is so for everything that came in one piece.
pub(super) fn has_md5(content: &Content) -> bool {
    content.etag.trim_matches('"') == oss_auth::upper_hex(&content.md5)
}

/// How the object is encrypted.
pub(super) fn encrypted(mut answer: Answer, encryption: Option<&Encryption>) -> Answer {
    if let Some(encryption) = encryption {
        answer.set("x-oss-server-side-encryption", &encryption.algorithm);
        if let Some(key) = &encryption.key_id {
            answer.set("x-oss-server-side-encryption-key-id", key);
        }
        if let Some(data) = &encryption.data_algorithm {
            answer.set("x-oss-server-side-data-encryption", data);
        }
    }
    answer
}

/// Help page: AppendObject.
pub(super) fn append(
    bucket: &mut Bucket,
    call: &Call<'_>,
    content: Content,
) -> Result<Answer, Rejection> {
    let text = call.request.query_value("position").unwrap_or("");
    let position: u64 = text
        .parse()
        .map_err(|_| invalid_argument("position", text))?;
    let key = call.key();
    protect(bucket, key, None, call)?;
    let acl = call
        .header("x-oss-object-acl")
        .map(object_acl_of)
        .transpose()?;
    let Some(object) = bucket.objects.get_mut(key) else {
        if position != 0 {
            return Err(wrong_position(0));
        }
        let object =
            Given::by_headers(call.request).object(bucket, ObjectKind::Appendable, call.now())?;
        let object = insert(bucket, key, Object { content, ..object });
        return Ok(appended(object));
    };
    if object.kind != ObjectKind::Appendable {
        return Err(Rejection::new(
            409,
            "ObjectNotAppendable",
            "The object is not appendable",
        ));
    }
    let length = object.content.length;
    if position != length {
        return Err(wrong_position(length));
    }
    if length.saturating_add(content.length) > call.config.limits.object_bytes {
        return Err(Rejection::new(
            400,
            "EntityTooLarge",
            "The appended object would exceed the maximum allowed object size.",
        ));
    }
    object.modified = call.now();
    // The rest of what the first append said stays (Go SDK, TestAppendObject).
    if let Some(acl) = acl {
        object.acl = acl;
    }
    join(&mut object.content, &content);
    object.weigh(key);
    Ok(appended(object))
}

/// Adds `more` behind `content`. The ETag of an appendable object is no MD5 of its bytes (help page: AppendObject); it only has to
/// change.
fn join(content: &mut Content, more: &Content) {
    let mut md5 = Md5::new();
    md5.update(content.etag.as_bytes());
    md5.update(more.md5);
    let md5: [u8; 16] = md5.finalize().into();
    content.etag = format!("\"{}\"", oss_auth::upper_hex(&md5));
    // Not the MD5 of the whole, and different from the ETag, so that nobody gives it out as such.
    content.md5 = more.md5;
    content.crc64 = crc64::combine(content.crc64, more.crc64, more.length);
    content.length += more.length;
    Arc::make_mut(&mut content.chunks).extend(more.chunks.iter().cloned());
}

fn appended(object: &Object) -> Answer {
    described(Answer::empty(200), object).with(
        "x-oss-next-append-position",
        object.content.length.to_string(),
    )
}

fn wrong_position(length: u64) -> Rejection {
    Rejection::new(
        409,
        "PositionNotEqualToLength",
        "Position is not equal to file length",
    )
    .ec("0026-00000016")
    .header("x-oss-next-append-position", length.to_string())
}

/// Help page: PutSymlink. The target need not exist.
pub(super) fn symlink(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let encoded = call.header("x-oss-symlink-target").unwrap_or("");
    let target = oss_auth::percent_decode(encoded)
        .ok()
        .filter(|target| !target.is_empty())
        .ok_or_else(|| invalid_argument("x-oss-symlink-target", encoded))?
        .into_owned();
    let given = Given::by_headers(call.request);
    given.forbid_overwrite(bucket, call.key())?;
    protect(bucket, call.key(), None, call)?;
    let content = super::content::content_of(target.clone().into_bytes());
    let object = given.object(bucket, ObjectKind::Symlink { target }, call.now())?;
    let object = insert(bucket, call.key(), Object { content, ..object });
    Ok(versioned(Answer::empty(200), object).with("etag", &object.content.etag))
}
