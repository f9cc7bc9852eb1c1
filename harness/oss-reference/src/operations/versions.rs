//! Versioning of a bucket, and the list of versions (help pages: PutBucketVersioning, GetBucketVersioning, ListObjectVersions).

use super::call::{Call, NameEncoding, xml_time};
use super::service::owner;
use super::{list, restore};
use crate::answer::{Answer, Rejection};
use crate::documents::document;
use crate::refusals::{invalid_argument, malformed_xml};
use crate::world::versions::NULL;
use crate::world::{Bucket, Object, Version, Versioning};
use crate::xml::Writer;

/// Longest marker, prefix or delimiter of a list, in bytes (help page: ListObjectVersions).
const LONGEST: usize = 1024;

/// PutBucketVersioning. A bucket with a hierarchical namespace has none (help page: Hierarchical namespace).
pub(super) fn put(bucket: &mut Bucket, body: &[u8]) -> Result<Answer, Rejection> {
    let configuration = document(body, "VersioningConfiguration")?;
    let versioning = match configuration.text_of("Status") {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        _ => return Err(malformed_xml("Status must be Enabled or Suspended")),
    };
    if bucket.hierarchical_namespace {
        let message = "The operation is not supported for this resource.";
        return Err(Rejection::new(400, "OperationNotSupported", message));
    }
    bucket.versioning = versioning;
    Ok(Answer::empty(200))
}

/// GetBucketVersioning: empty where versioning was never on.
pub(super) fn get(bucket: &Bucket) -> Answer {
    let mut xml = Writer::new("VersioningConfiguration");
    if let Some(status) = bucket.versioning.status() {
        xml.leaf("Status", status);
    }
    Answer::xml(200, xml.finish())
}

/// Says which version an answer is about, where objects have versions.
pub(super) fn told(mut answer: Answer, bucket: &Bucket, object: &Object) -> Answer {
    if bucket.is_versioned() {
        answer.set("x-oss-version-id", object.version_id());
    }
    answer
}

/// ListObjectVersions: keys in order, of each key the newest version first.
pub(super) fn list(bucket: &Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let asked = Asked::read(call)?;
    let Page { entries, next } = Page::of(bucket, &asked);
    let names = asked.names;
    let mut xml = Writer::new("ListVersionsResult");
    xml.leaf("Name", &bucket.name)
        .leaf("Prefix", &names.name(asked.prefix))
        .leaf("KeyMarker", &names.name(asked.key_marker))
        .leaf("VersionIdMarker", asked.id_marker)
        .number("MaxKeys", asked.most)
        .leaf("Delimiter", &names.name(asked.delimiter));
    names.declare(&mut xml);
    xml.flag("IsTruncated", next.is_some());
    if let Some((key, id)) = next {
        xml.leaf("NextKeyMarker", &names.name(key))
            .leaf("NextVersionIdMarker", id);
    }
    for entry in &entries {
        entry.write(&mut xml, names, &bucket.owner, call.now());
    }
    for entry in &entries {
        if let Entry::Group(group) = entry {
            xml.open("CommonPrefixes")
                .leaf("Prefix", &names.name(group))
                .close();
        }
    }
    Ok(Answer::xml(200, xml.finish()))
}

/// What a list asks for.
struct Asked<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    key_marker: &'a str,
    id_marker: &'a str,
    most: u64,
    names: NameEncoding,
}

impl<'a> Asked<'a> {
    fn read(call: &Call<'a>) -> Result<Self, Rejection> {
        let value = |name| {
            let text = call.request.query_value(name).unwrap_or("");
            if text.len() > LONGEST {
                Err(invalid_argument(name, text))
            } else {
                Ok(text)
            }
        };
        Ok(Self {
            prefix: value("prefix")?,
            delimiter: value("delimiter")?,
            key_marker: value("key-marker")?,
            id_marker: value("version-id-marker")?,
            most: call.number("max-keys", 1, 1000, 100)?,
            names: call.name_encoding()?,
        })
    }
}

/// What is listed, and the markers of the next page, when there is one.
struct Page<'b> {
    entries: Vec<Entry<'b>>,
    next: Option<(&'b str, &'b str)>,
}

impl<'b> Page<'b> {
    fn of(bucket: &'b Bucket, asked: &Asked<'_>) -> Self {
        let mut entries: Vec<Entry<'b>> = Vec::new();
        for key in keys(bucket, asked) {
            let group = list::group_of(key, asked.prefix, asked.delimiter);
            let known = group.is_some_and(|group| {
                group == asked.key_marker
                    || matches!(entries.last(), Some(Entry::Group(last)) if *last == group)
            });
            if known {
                continue;
            }
            let mut found = match group {
                Some(group) => vec![Entry::Group(group)],
                None => versions_of(bucket, key),
            };
            if key == asked.key_marker {
                // Those behind the marker; all of them are before it when it names none of them.
                let at = found.iter().position(|entry| entry.id() == asked.id_marker);
                found.drain(..at.map_or(found.len(), |at| at + 1));
            }
            for entry in found {
                if entries.len() as u64 == asked.most {
                    let next = entries.last().map(|last| (last.key(), last.id()));
                    return Self { entries, next };
                }
                entries.push(entry);
            }
        }
        Self {
            entries,
            next: None,
        }
    }
}

/// The keys from the marker on, each once.
fn keys<'b>(bucket: &'b Bucket, asked: &Asked<'_>) -> Vec<&'b str> {
    let listed = |key: &&str| {
        let from_marker = if asked.id_marker.is_empty() {
            *key > asked.key_marker
        } else {
            *key >= asked.key_marker
        };
        from_marker && key.starts_with(asked.prefix)
    };
    let all = bucket.objects.keys().chain(bucket.past.keys());
    let mut keys: Vec<&str> = all.map(String::as_str).filter(listed).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn versions_of<'b>(bucket: &'b Bucket, key: &'b str) -> Vec<Entry<'b>> {
    let current = bucket.objects.get(key).map(|object| Entry::Object {
        key,
        object,
        latest: true,
    });
    let past = bucket.past.get(key).map_or(&[][..], Vec::as_slice);
    let without_current = current.is_none();
    let past = past.iter().enumerate().map(|(at, version)| {
        let latest = without_current && at == 0;
        match version {
            Version::Object(object) => Entry::Object {
                key,
                object,
                latest,
            },
            Version::DeleteMarker(marker) => Entry::Marker {
                key,
                id: &marker.id,
                made: marker.made,
                latest,
            },
        }
    });
    current.into_iter().chain(past).collect()
}

/// One line of the list.
enum Entry<'b> {
    Object {
        key: &'b str,
        object: &'b Object,
        latest: bool,
    },
    Marker {
        key: &'b str,
        id: &'b str,
        made: i64,
        latest: bool,
    },
    /// All names up to the first delimiter behind the prefix.
    Group(&'b str),
}

impl<'b> Entry<'b> {
    fn key(&self) -> &'b str {
        match self {
            Self::Object { key, .. } | Self::Marker { key, .. } | Self::Group(key) => key,
        }
    }

    fn id(&self) -> &'b str {
        match self {
            Self::Object { object, .. } => object.version.as_deref().unwrap_or(NULL),
            Self::Marker { id, .. } => id,
            Self::Group(_) => "",
        }
    }

    fn write(&self, xml: &mut Writer, names: NameEncoding, uid: &str, now: i64) {
        let begin = |xml: &mut Writer, element, latest| {
            xml.open(element)
                .leaf("Key", &names.name(self.key()))
                .leaf("VersionId", self.id())
                .flag("IsLatest", latest);
        };
        match self {
            Self::Object { object, latest, .. } => {
                begin(xml, "Version", *latest);
                list::described(xml, object);
                if let Some(restore) = restore::header(object, now) {
                    xml.leaf("RestoreInfo", &restore);
                }
            }
            Self::Marker { made, latest, .. } => {
                begin(xml, "DeleteMarker", *latest);
                xml.leaf("LastModified", &xml_time(*made));
            }
            Self::Group(_) => return,
        }
        owner(xml, uid);
        xml.close();
    }
}
