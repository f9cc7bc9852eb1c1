//! Multipart uploads: begun, filled, finished or abandoned (help pages: InitiateMultipartUpload and following).

use std::collections::BTreeMap;
use std::sync::Arc;

use md5::{Digest as _, Md5};

use super::bucket_acl::object_acl_of;
use super::call::{Call, xml_time};
use super::content::{ContentWriter, slice};
use super::metadata::Given;
use super::put::{digests, encrypted, insert, versioned};
use super::retention::protect;
use super::{copy, crc64, range};
use crate::answer::{Answer, Rejection};
use crate::documents::document;
use crate::refusals::{invalid_argument, malformed_xml, no_such_upload, precondition_failed};
use crate::world::object::ObjectKind;
use crate::world::{Bucket, Content, Memory, Object, Upload, World};
use crate::xml::{Element, Writer};

/// Every part but the last has at least this many bytes.
const SMALLEST_PART: u64 = 100 * 1024;
/// What a part takes besides its bytes.
const PART: u64 = 512;
/// Parts are numbered from 1 to this.
const LAST_PART: u64 = 10_000;

/// InitiateMultipartUpload.
pub(super) fn initiate(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let given = Given::by_headers(call.request);
    given.forbid_overwrite(bucket, call.key())?;
    let mut template = given.object(bucket, ObjectKind::Multipart, call.now())?;
    let names = call.name_encoding()?;
    let digest: [u8; 16] = Md5::digest(call.request.arrival.id.as_bytes()).into();
    let id = oss_auth::upper_hex(&digest);
    let encryption = template.encryption.clone();
    template.share = bucket.memory.note(template.weight(call.key()));
    let upload = Upload {
        initiated: call.now(),
        template,
        parts: BTreeMap::new(),
    };
    bucket
        .uploads
        .insert((call.key().to_owned(), id.clone()), upload);
    let mut xml = Writer::new("InitiateMultipartUploadResult");
    names.declare(&mut xml);
    xml.leaf("Bucket", &bucket.name)
        .leaf("Key", &names.name(call.key()))
        .leaf("UploadId", &id);
    Ok(encrypted(
        Answer::xml(200, xml.finish()),
        encryption.as_ref(),
    ))
}

/// The upload a request names.
fn slot(call: &Call<'_>) -> (String, String) {
    (
        call.key().to_owned(),
        call.request
            .query_value("uploadId")
            .unwrap_or("")
            .to_owned(),
    )
}

pub(super) fn upload<'b>(bucket: &'b Bucket, call: &Call<'_>) -> Result<&'b Upload, Rejection> {
    let slot = slot(call);
    bucket
        .uploads
        .get(&slot)
        .ok_or_else(|| no_such_upload(&slot.1))
}

pub(super) fn upload_part(
    bucket: &mut Bucket,
    call: &Call<'_>,
    content: Content,
) -> Result<Answer, Rejection> {
    let answer = digests(Answer::empty(200), &content);
    put_part(bucket, call, content)?;
    Ok(answer)
}

fn put_part(bucket: &mut Bucket, call: &Call<'_>, content: Content) -> Result<(), Rejection> {
    let number = part_number(call)?;
    let slot = slot(call);
    let upload = bucket
        .uploads
        .get_mut(&slot)
        .ok_or_else(|| no_such_upload(&slot.1).ec("0042-00000104"))?;
    let others: u64 = upload
        .parts
        .iter()
        .filter(|(known, _)| **known != number)
        .map(|(_, part)| part.length)
        .sum();
    if others.saturating_add(content.length) > call.config.limits.object_bytes {
        return Err(Rejection::new(
            400,
            "EntityTooLarge",
            "The parts together exceed the maximum allowed object size.",
        ));
    }
    if upload.parts.insert(number, content).is_none() {
        upload.template.share.add(PART);
    }
    Ok(())
}

fn part_number(call: &Call<'_>) -> Result<u32, Rejection> {
    let number = call.number("partNumber", 1, LAST_PART, 0)?;
    u32::try_from(number)
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| invalid_argument("partNumber", ""))
}

/// UploadPartCopy.
pub(super) fn copy_part(world: &mut World, call: &Call<'_>) -> Result<Answer, Rejection> {
    let source = copy::source(call)?;
    // Who asks for bytes under a condition that does not hold gets none.
    let original = copy::original(world, call, &source)?
        .ok_or_else(|| precondition_failed("If-None-Match"))?;
    let content = match call.header("x-oss-copy-source-range") {
        None => original.content,
        Some(text) => {
            let (start, end) = range::of_copy(text, original.content.length)?;
            // The pieces are those of the source, and hold what they take.
            let mut writer = ContentWriter::new(u64::MAX, &Memory::default());
            for chunk in slice(&original.content, start, end) {
                writer
                    .push(chunk)
                    .map_err(|_| invalid_argument("x-oss-copy-source-range", text))?;
            }
            writer.finish()
        }
    };
    let mut xml = Writer::new("CopyPartResult");
    xml.leaf("LastModified", &xml_time(call.now()))
        .leaf("ETag", &content.etag);
    let answer = digests(Answer::xml(200, xml.finish()), &content);
    put_part(call.bucket_mut(world)?, call, content)?;
    Ok(answer)
}

/// CompleteMultipartUpload.
pub(super) fn complete(
    bucket: &mut Bucket,
    call: &Call<'_>,
    body: &[u8],
) -> Result<Answer, Rejection> {
    let names = call.name_encoding()?;
    let upload = upload(bucket, call)?;
    let all = call
        .header("x-oss-complete-all")
        .is_some_and(|text| text.eq_ignore_ascii_case("yes"));
    let chosen = if all {
        upload.parts.values().collect()
    } else {
        chosen(upload, body)?
    };
    let Some((_, but_last)) = chosen.split_last() else {
        return Err(malformed_xml("no part has been uploaded"));
    };
    if but_last.iter().any(|part| part.length < SMALLEST_PART) {
        let message = "Your proposed upload is smaller than the minimum allowed size.";
        return Err(Rejection::new(400, "EntityTooSmall", message)
            .extra("MinSizeAllowed", SMALLEST_PART.to_string()));
    }
    let content = joined(&chosen);
    let acl = call
        .header("x-oss-object-acl")
        .map(object_acl_of)
        .transpose()?;
    Given::by_headers(call.request).forbid_overwrite(bucket, call.key())?;
    protect(bucket, call.key(), None, call)?;
    let object = Object {
        content,
        modified: call.now(),
        acl: acl.unwrap_or(upload.template.acl),
        ..upload.template.clone()
    };
    bucket.uploads.remove(&slot(call));
    let name = bucket.name.clone();
    let object = insert(bucket, call.key(), object);
    let location = format!(
        "http://{}{}",
        call.request.destination.host, call.request.raw_path
    );
    let mut xml = Writer::new("CompleteMultipartUploadResult");
    names.declare(&mut xml);
    xml.leaf("Location", &location)
        .leaf("Bucket", &name)
        .leaf("Key", &names.name(call.key()))
        .leaf("ETag", &object.content.etag);
    let answer = digests(Answer::xml(200, xml.finish()), &object.content);
    Ok(versioned(
        encrypted(answer, object.encryption.as_ref()),
        object,
    ))
}

/// The parts that the body lists, each with the ETag it was given.
fn chosen<'u>(upload: &'u Upload, body: &[u8]) -> Result<Vec<&'u Content>, Rejection> {
    let list = document(body, "CompleteMultipartUpload")?;
    let mut parts = Vec::new();
    let mut last = 0;
    for element in list.all("Part") {
        let (number, part) = part(upload, element)?;
        if number <= last {
            let message = "The list of parts was not in ascending order. Parts list must be specified in order by part number.";
            return Err(Rejection::new(400, "InvalidPartOrder", message));
        }
        last = number;
        parts.push(part);
    }
    if parts.is_empty() {
        Err(malformed_xml("at least one Part is expected"))
    } else {
        Ok(parts)
    }
}

fn part<'u>(upload: &'u Upload, element: &Element) -> Result<(u32, &'u Content), Rejection> {
    let number: u32 = element
        .text_of("PartNumber")
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| malformed_xml("PartNumber must be a number"))?;
    let etag = element
        .text_of("ETag")
        .ok_or_else(|| malformed_xml("ETag is missing"))?;
    let bare = |etag: &str| etag.trim_matches('"').to_ascii_uppercase();
    upload
        .parts
        .get(&number)
        .filter(|part| bare(&part.etag) == bare(etag))
        .map(|part| (number, part))
        .ok_or_else(|| {
            let message = "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.";
            Rejection::new(400, "InvalidPart", message).extra("PartNumber", number.to_string())
        })
}

/// The parts as one content. Its ETag is the MD5 of their MD5s, written in upper-case hex, and their number: so it is on the wire (Go SDK,
/// constant of its test of uploads), unlike that of S3, which takes the MD5s as bytes.
fn joined(parts: &[&Content]) -> Content {
    let mut content = Content::default();
    let mut md5 = Md5::new();
    let mut chunks = Vec::with_capacity(parts.iter().map(|part| part.chunks.len()).sum());
    for part in parts {
        md5.update(oss_auth::upper_hex(&part.md5));
        content.crc64 = crc64::combine(content.crc64, part.crc64, part.length);
        content.length += part.length;
        chunks.extend(part.chunks.iter().cloned());
    }
    let md5: [u8; 16] = md5.finalize().into();
    content.etag = format!("\"{}-{}\"", oss_auth::upper_hex(&md5), parts.len());
    content.md5 = md5;
    content.chunks = Arc::new(chunks);
    content
}

/// AbortMultipartUpload.
pub(super) fn abort(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let slot = slot(call);
    bucket
        .uploads
        .remove(&slot)
        .ok_or_else(|| no_such_upload(&slot.1))?;
    Ok(Answer::empty(204))
}
