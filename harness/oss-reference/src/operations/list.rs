//! ListObjects, ListObjectsV2.

use std::collections::BTreeMap;
use std::ops::Bound;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::call::{Call, NameEncoding, xml_time};
use super::restore;
use super::service::owner;
use crate::answer::{Answer, Rejection};
use crate::refusals::invalid_argument;
use crate::world::object::ObjectKind;
use crate::world::{Bucket, Object};
use crate::xml::Writer;

/// What both lists ask for.
struct Asked<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    most: u64,
    names: NameEncoding,
}

impl<'a> Asked<'a> {
    fn read(call: &Call<'a>) -> Result<Self, Rejection> {
        Ok(Self {
            prefix: call.request.query_value("prefix").unwrap_or(""),
            delimiter: call.request.query_value("delimiter").unwrap_or(""),
            most: call.number("max-keys", 1, 1000, 100)?,
            names: call.name_encoding()?,
        })
    }

    fn prefixes(&self, xml: &mut Writer, page: &Page<'_>) {
        for entry in &page.entries {
            if let Entry::Group(prefix) = entry {
                xml.open("CommonPrefixes")
                    .leaf("Prefix", &self.names.name(prefix))
                    .close();
            }
        }
    }
}

/// Help page: GetBucket (ListObjects).
pub(super) fn objects(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let asked = Asked::read(call)?;
    let marker = call.request.query_value("marker").unwrap_or("");
    let page = Page::of(&bucket.objects, &asked, marker);
    let mut xml = Writer::new("ListBucketResult");
    xml.leaf("Name", &bucket.name);
    xml.leaf("Prefix", &asked.names.name(asked.prefix));
    xml.leaf("Marker", &asked.names.name(marker));
    xml.number("MaxKeys", asked.most);
    xml.leaf("Delimiter", &asked.names.name(asked.delimiter));
    asked.names.declare(&mut xml);
    xml.flag("IsTruncated", page.truncated);
    if page.truncated {
        xml.leaf("NextMarker", &asked.names.name(page.last()));
    }
    contents(&mut xml, &asked, &page, call, Some(&bucket.owner));
    asked.prefixes(&mut xml, &page);
    Ok(Answer::xml(200, xml.finish()))
}

/// Help page: ListObjectsV2. The token is the last name listed, so that it survives what happens in between.
pub(super) fn objects_v2(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let asked = Asked::read(call)?;
    let start_after = call.request.query_value("start-after").unwrap_or("");
    let token = call
        .request
        .query_value("continuation-token")
        .filter(|token| !token.is_empty());
    let after = match token {
        Some(token) => read_token(token)?,
        None => start_after.to_owned(),
    };
    let page = Page::of(&bucket.objects, &asked, &after);
    let owned = call.request.query_value("fetch-owner") == Some("true");
    let mut xml = Writer::new("ListBucketResult");
    xml.leaf("Name", &bucket.name);
    xml.leaf("Prefix", &asked.names.name(asked.prefix));
    if !start_after.is_empty() {
        xml.leaf("StartAfter", &asked.names.name(start_after));
    }
    if let Some(token) = token {
        xml.leaf("ContinuationToken", token);
    }
    xml.number("MaxKeys", asked.most);
    xml.leaf("Delimiter", &asked.names.name(asked.delimiter));
    asked.names.declare(&mut xml);
    xml.flag("IsTruncated", page.truncated);
    if page.truncated {
        xml.leaf(
            "NextContinuationToken",
            &URL_SAFE_NO_PAD.encode(page.last()),
        );
    }
    contents(
        &mut xml,
        &asked,
        &page,
        call,
        owned.then_some(bucket.owner.as_str()),
    );
    asked.prefixes(&mut xml, &page);
    xml.number("KeyCount", page.entries.len() as u64);
    Ok(Answer::xml(200, xml.finish()))
}

fn read_token(token: &str) -> Result<String, Rejection> {
    let decoded = URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.ok_or_else(|| invalid_argument("continuation-token", token))
}

fn contents(
    xml: &mut Writer,
    asked: &Asked<'_>,
    page: &Page<'_>,
    call: &Call<'_>,
    owned_by: Option<&str>,
) {
    for entry in &page.entries {
        let Entry::Object(key, object) = entry else {
            continue;
        };
        xml.open("Contents");
        xml.leaf("Key", &asked.names.name(key));
        described(xml, object);
        if let Some(restore) = restore::header(object, call.now()) {
            xml.leaf("RestoreInfo", &restore);
        }
        if let Some(uid) = owned_by {
            owner(xml, uid);
        }
        xml.close();
    }
}

pub(super) fn described(xml: &mut Writer, object: &Object) {
    let kind = match object.kind {
        ObjectKind::Normal => "Normal",
        ObjectKind::Appendable => "Appendable",
        ObjectKind::Multipart => "Multipart",
        ObjectKind::Symlink { .. } => "Symlink",
    };
    xml.leaf("LastModified", &xml_time(object.modified))
        .leaf("ETag", &object.content.etag)
        .leaf("Type", kind)
        .number("Size", object.content.length)
        .leaf("StorageClass", object.storage_class.name());
}

/// One line of a list.
enum Entry<'b> {
    Object(&'b str, &'b Object),
    /// All names up to the first delimiter behind the prefix.
    Group(&'b str),
}

/// One page of a list.
struct Page<'b> {
    entries: Vec<Entry<'b>>,
    truncated: bool,
}

impl<'b> Page<'b> {
    /// The names behind `after`. A group is one entry, found without walking through its names.
    fn of(objects: &'b BTreeMap<String, Object>, asked: &Asked<'_>, after: &str) -> Self {
        let mut page = Self {
            entries: Vec::new(),
            truncated: false,
        };
        let start = if after < asked.prefix {
            Bound::Included(asked.prefix)
        } else {
            Bound::Excluded(after)
        };
        // Nothing sorts before the empty name, and no name is empty.
        let start = if after.is_empty() && asked.prefix.is_empty() {
            Bound::Unbounded
        } else {
            start
        };
        let mut names = objects.range::<str, _>((start, Bound::Unbounded));
        while let Some((key, object)) = names
            .next()
            .filter(|(key, _)| key.starts_with(asked.prefix))
        {
            let group = group_of(key, asked.prefix, asked.delimiter);
            // The page before ended with this very group.
            let listed = group.is_some_and(|group| group == after || group == page.last());
            if !listed {
                if page.entries.len() as u64 == asked.most {
                    page.truncated = true;
                    break;
                }
                page.entries
                    .push(group.map_or(Entry::Object(key, object), Entry::Group));
            }
            if let Some(group) = group {
                let behind = format!("{group}{}", char::MAX);
                names =
                    objects.range::<str, _>((Bound::Excluded(behind.as_str()), Bound::Unbounded));
            }
        }
        page
    }

    /// The name of the last entry; empty on an empty page.
    fn last(&self) -> &'b str {
        match self.entries.last() {
            Some(Entry::Object(name, _) | Entry::Group(name)) => name,
            None => "",
        }
    }
}

/// The part of `key` up to the first delimiter behind the prefix.
pub(super) fn group_of<'b>(key: &'b str, prefix: &str, delimiter: &str) -> Option<&'b str> {
    let at = key[prefix.len()..]
        .find(delimiter)
        .filter(|_| !delimiter.is_empty())?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}
