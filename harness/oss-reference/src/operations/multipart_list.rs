//! ListMultipartUploads and ListParts.

use super::call::{Call, xml_time};
use super::multipart::upload;
use crate::answer::{Answer, Rejection};
use crate::world::{Bucket, Upload};
use crate::xml::Writer;

/// Help page: ListMultipartUploads.
pub(super) fn uploads(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let value = |name| call.request.query_value(name).unwrap_or("");
    let (prefix, delimiter) = (value("prefix"), value("delimiter"));
    let (key_marker, id_marker) = (value("key-marker"), value("upload-id-marker"));
    let most = call.number("max-uploads", 1, 1000, 1000)?;
    let encodes = call.encodes_names()?;
    let named = |name: &str| {
        if encodes {
            oss_auth::percent_encode(name)
        } else {
            name.to_owned()
        }
    };
    let mut listed: Vec<Entry<'_>> = Vec::new();
    let mut truncated = false;
    for ((key, id), upload) in &bucket.uploads {
        let behind = key.as_str() > key_marker
            || (key == key_marker && !id_marker.is_empty() && id.as_str() > id_marker);
        if !key.starts_with(prefix) || !behind {
            continue;
        }
        let group = group_of(key, prefix, delimiter);
        if group.is_some_and(|group| {
            group == key_marker || listed.last().is_some_and(|last| last.is_group(group))
        }) {
            continue;
        }
        if listed.len() as u64 == most {
            truncated = true;
            break;
        }
        listed.push(group.map_or(Entry::Upload(key, id, upload), Entry::Group));
    }
    let mut xml = Writer::new("ListMultipartUploadsResult");
    xml.leaf("Bucket", &bucket.name);
    if encodes {
        xml.leaf("EncodingType", "url");
    }
    xml.leaf("KeyMarker", &named(key_marker))
        .leaf("UploadIdMarker", id_marker);
    let (next_key, next_id) = listed
        .last()
        .filter(|_| truncated)
        .map_or(("", ""), Entry::position);
    xml.leaf("NextKeyMarker", &named(next_key))
        .leaf("NextUploadIdMarker", next_id)
        .leaf("Delimiter", &named(delimiter))
        .leaf("Prefix", &named(prefix))
        .number("MaxUploads", most)
        .flag("IsTruncated", truncated);
    for entry in &listed {
        match entry {
            Entry::Upload(key, id, upload) => {
                xml.open("Upload")
                    .leaf("Key", &named(key))
                    .leaf("UploadId", id)
                    .leaf("StorageClass", upload.template.storage_class.name())
                    .leaf("Initiated", &xml_time(upload.initiated))
                    .close();
            }
            Entry::Group(group) => {
                xml.open("CommonPrefixes")
                    .leaf("Prefix", &named(group))
                    .close();
            }
        }
    }
    Ok(Answer::xml(200, xml.finish()))
}

enum Entry<'b> {
    Upload(&'b str, &'b str, &'b Upload),
    Group(&'b str),
}

impl<'b> Entry<'b> {
    fn is_group(&self, name: &str) -> bool {
        matches!(self, Self::Group(group) if *group == name)
    }

    /// The markers behind which the next page begins.
    fn position(&self) -> (&'b str, &'b str) {
        match self {
            Self::Upload(key, id, _) => (key, id),
            Self::Group(group) => (group, ""),
        }
    }
}

fn group_of<'b>(key: &'b str, prefix: &str, delimiter: &str) -> Option<&'b str> {
    let at = key[prefix.len()..]
        .find(delimiter)
        .filter(|_| !delimiter.is_empty())?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}

/// Help page: ListParts.
pub(super) fn parts(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let upload = upload(bucket, call)?;
    let marker = call.number("part-number-marker", 0, u32::MAX.into(), 0)?;
    let most = call.number("max-parts", 1, 1000, 1000)?;
    let encodes = call.encodes_names()?;
    let mut behind = upload
        .parts
        .iter()
        .filter(|(number, _)| u64::from(**number) > marker);
    let listed: Vec<_> = behind
        .by_ref()
        .take(usize::try_from(most).unwrap_or(usize::MAX))
        .collect();
    let mut xml = Writer::new("ListPartsResult");
    if encodes {
        xml.leaf("EncodingType", "url");
    }
    let key = if encodes {
        oss_auth::percent_encode(call.key())
    } else {
        call.key().to_owned()
    };
    xml.leaf("Bucket", &bucket.name)
        .leaf("Key", &key)
        .leaf(
            "UploadId",
            call.request.query_value("uploadId").unwrap_or(""),
        )
        .leaf("StorageClass", upload.template.storage_class.name())
        .number("PartNumberMarker", marker)
        .number(
            "NextPartNumberMarker",
            listed.last().map_or(0, |(number, _)| u64::from(**number)),
        )
        .number("MaxParts", most)
        .flag("IsTruncated", behind.next().is_some());
    for (number, part) in listed {
        xml.open("Part")
            .number("PartNumber", u64::from(*number))
            // When each part arrived is not kept.
            .leaf("LastModified", &xml_time(upload.initiated))
            .leaf("ETag", &part.etag)
            .leaf("HashCrc64ecma", &part.crc64.to_string())
            .number("Size", part.length)
            .close();
    }
    Ok(Answer::xml(200, xml.finish()))
}
