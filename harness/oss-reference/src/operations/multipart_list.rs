//! ListMultipartUploads and ListParts.

use super::call::{Call, xml_time};
use super::list::group_of;
use super::multipart::upload;
use crate::answer::{Answer, Rejection};
use crate::world::{Bucket, Upload};
use crate::xml::Writer;

/// Help page: ListMultipartUploads.
pub(super) fn uploads(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let asked = Asked::read(call)?;
    let names = call.name_encoding()?;
    let Page {
        entries,
        last,
        truncated,
    } = Page::of(bucket, &asked);
    let mut xml = Writer::new("ListMultipartUploadsResult");
    xml.leaf("Bucket", &bucket.name);
    names.declare(&mut xml);
    xml.leaf("KeyMarker", &names.name(asked.key_marker))
        .leaf("UploadIdMarker", asked.id_marker);
    let (next_key, next_id) = last.unwrap_or_default();
    xml.leaf("NextKeyMarker", &names.name(next_key))
        .leaf("NextUploadIdMarker", next_id)
        .leaf("Delimiter", &names.name(asked.delimiter))
        .leaf("Prefix", &names.name(asked.prefix))
        .number("MaxUploads", asked.most)
        .flag("IsTruncated", truncated);
    for entry in &entries {
        match entry {
            Entry::Upload(key, id, upload) => {
                xml.open("Upload")
                    .leaf("Key", &names.name(key))
                    .leaf("UploadId", id)
                    .leaf("StorageClass", upload.template.storage_class.name())
                    .leaf("Initiated", &xml_time(upload.initiated))
                    .close();
            }
            Entry::Group(group) => {
                xml.open("CommonPrefixes")
                    .leaf("Prefix", &names.name(group))
                    .close();
            }
        }
    }
    Ok(Answer::xml(200, xml.finish()))
}

/// What a list of uploads asks for.
struct Asked<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    key_marker: &'a str,
    id_marker: &'a str,
    most: u64,
}

impl<'a> Asked<'a> {
    fn read(call: &Call<'a>) -> Result<Self, Rejection> {
        let value = |name| call.request.query_value(name).unwrap_or("");
        Ok(Self {
            prefix: value("prefix"),
            delimiter: value("delimiter"),
            key_marker: value("key-marker"),
            id_marker: value("upload-id-marker"),
            most: call.number("max-uploads", 1, 1000, 1000)?,
        })
    }

    fn lists(&self, key: &str, id: &str) -> bool {
        let behind = key > self.key_marker
            || (key == self.key_marker && !self.id_marker.is_empty() && id > self.id_marker);
        key.starts_with(self.prefix) && behind
    }
}

/// What is listed.
struct Page<'b> {
    entries: Vec<Entry<'b>>,
    /// The markers of a next page, which are told even when there is none.
    last: Option<(&'b str, &'b str)>,
    truncated: bool,
}

impl<'b> Page<'b> {
    fn of(bucket: &'b Bucket, asked: &Asked<'_>) -> Self {
        let mut entries: Vec<Entry<'b>> = Vec::new();
        for ((key, id), upload) in &bucket.uploads {
            if !asked.lists(key, id) {
                continue;
            }
            let group = group_of(key, asked.prefix, asked.delimiter);
            if group.is_some_and(|group| {
                group == asked.key_marker || entries.last().is_some_and(|last| last.is_group(group))
            }) {
                continue;
            }
            if entries.len() as u64 == asked.most {
                let last = entries.last().map(Entry::position);
                return Self {
                    entries,
                    last,
                    truncated: true,
                };
            }
            entries.push(group.map_or(Entry::Upload(key, id, upload), Entry::Group));
        }
        let last = entries.last().map(Entry::position);
        Self {
            entries,
            last,
            truncated: false,
        }
    }
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

/// Help page: ListParts.
pub(super) fn parts(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let upload = upload(bucket, call)?;
    let marker = call.number("part-number-marker", 0, u32::MAX.into(), 0)?;
    let most = call.number("max-parts", 1, 1000, 1000)?;
    let names = call.name_encoding()?;
    let mut behind = upload
        .parts
        .iter()
        .filter(|(number, _)| u64::from(**number) > marker);
    let listed: Vec<_> = behind
        .by_ref()
        .take(usize::try_from(most).unwrap_or(usize::MAX))
        .collect();
    let mut xml = Writer::new("ListPartsResult");
    names.declare(&mut xml);
    xml.leaf("Bucket", &bucket.name)
        .leaf("Key", &names.name(call.key()))
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
