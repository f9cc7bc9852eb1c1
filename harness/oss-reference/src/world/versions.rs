//! Versions of objects (help pages: Versioning; Manage objects in a versioning-enabled bucket, in a versioning-suspended bucket).
//!
//! [`Bucket::objects`] holds what is current, which is all there is where versioning was never on. [`Bucket::past`] holds the rest of each
//! key, newest first: earlier versions, and delete markers. A key whose newest version is a delete marker is no longer in `objects`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use md5::{Digest as _, Md5};

use super::bucket::Bucket;
use super::memory::Share;
use super::object::Object;
use crate::answer::Rejection;
use crate::refusals::no_such_key;

/// The id of the one version of a key that was written while versioning was not on.
pub const NULL: &str = "null";

/// What a delete marker takes besides its key.
const MARKER: u64 = 256;

/// Every other id begins so.
const START: &str = "CAEQ";

/// Whether a version can have this id: `null`, or one that looks like those of the service.
pub fn is_version_id(id: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
    id == NULL || (id.len() >= 20 && id.starts_with(START) && id.bytes().all(is_base64))
}

/// The versioning of a bucket. Once it was on it can only be suspended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

impl Versioning {
    /// The `Status`; `None` where it was never on.
    pub fn status(self) -> Option<&'static str> {
        match self {
            Self::Never => None,
            Self::Enabled => Some("Enabled"),
            Self::Suspended => Some("Suspended"),
        }
    }
}

/// A version that is not the current object of its key.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "nearly all are objects")]
pub enum Version {
    Object(Object),
    /// What a deletion leaves: the key reads as absent.
    DeleteMarker(DeleteMarker),
}

/// See [`Version::DeleteMarker`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteMarker {
    /// Its version id.
    pub id: String,
    /// Unix seconds.
    pub made: i64,
    pub(crate) share: Share,
}

impl Version {
    /// Its version id.
    pub fn id(&self) -> &str {
        match self {
            Self::Object(object) => object.version_id(),
            Self::DeleteMarker(marker) => &marker.id,
        }
    }
}

/// Why there is nothing to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing<'b> {
    /// The key has never been, or is gone.
    Key,
    /// The key was deleted.
    Deleted(&'b DeleteMarker),
    /// The key has no such version.
    Version,
    /// The version named is a delete marker.
    Marker(&'b DeleteMarker),
}

impl Missing<'_> {
    /// The answer to who asked for `version` of `key` (help page: GetObject).
    pub fn rejection(self, key: &str, version: Option<&str>) -> Rejection {
        let marked = |rejection: Rejection, marker: &DeleteMarker| {
            rejection
                .header("x-oss-delete-marker", "true")
                .header("x-oss-version-id", &marker.id)
        };
        match self {
            Self::Key => no_such_key(key),
            Self::Deleted(marker) => marked(no_such_key(key), marker),
            Self::Version => Rejection::new(
                404,
                "NoSuchVersion",
                "The specified version does not exist.",
            )
            .extra("Key", key)
            .extra("VersionId", version.unwrap_or("")),
            Self::Marker(marker) => {
                let message = "The specified method is not allowed against this resource.";
                marked(
                    Rejection::new(405, "MethodNotAllowed", message)
                        .extra("ResourceType", "DeleteMarker"),
                    marker,
                )
            }
        }
    }
}

impl Missing<'_> {
    /// The same for the source of a copy (EC 0016-00000307).
    pub fn of_copy(self, key: &str, version: Option<&str>) -> Rejection {
        match self {
            Self::Marker(_) => {
                let message = "The source of a copy cannot be a delete marker.";
                Rejection::new(400, "InvalidArgument", message)
                    .ec("0016-00000307")
                    .extra("ArgumentName", "x-oss-copy-source")
            }
            Self::Deleted(_) => Self::Key.rejection(key, version),
            other => other.rejection(key, version),
        }
    }
}

/// What a deletion did, where versions tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// The version that was removed, or the marker that was made.
    pub version: Option<String>,
    /// Whether that is a delete marker.
    pub marker: bool,
}

impl Bucket {
    /// Whether objects have versions, be it only `null`.
    pub fn is_versioned(&self) -> bool {
        self.versioning != Versioning::Never
    }

    /// The current object of `key`, or that version of it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn object(&self, key: &str, version: Option<&str>) -> Result<&Object, Missing<'_>> {
        let current = self.objects.get(key);
        let past = self.past.get(key).map_or(&[][..], Vec::as_slice);
        let Some(id) = version else {
            return current.ok_or(match past.first() {
                Some(Version::DeleteMarker(marker)) => Missing::Deleted(marker),
                _ => Missing::Key,
            });
        };
        if let Some(object) = current.filter(|object| object.version_id() == id) {
            return Ok(object);
        }
        match past.iter().find(|version| version.id() == id) {
            Some(Version::Object(object)) => Ok(object),
            Some(Version::DeleteMarker(marker)) => Err(Missing::Marker(marker)),
            None if current.is_none() && past.is_empty() => Err(Missing::Key),
            None => Err(Missing::Version),
        }
    }

    /// As [`Bucket::object`], to be changed.
    pub fn object_mut(&mut self, key: &str, version: Option<&str>) -> Option<&mut Object> {
        let current = self.objects.get_mut(key);
        let Some(id) = version else { return current };
        match current.filter(|object| object.version_id() == id) {
            Some(object) => Some(object),
            None => self
                .past
                .get_mut(key)?
                .iter_mut()
                .find_map(|version| match version {
                    Version::Object(object) if object.version_id() == id => Some(object),
                    _ => None,
                }),
        }
    }

    /// Makes `object` the current one of `key`.
    pub fn put(&mut self, key: &str, mut object: Object) -> &Object {
        object.version = match self.versioning {
            Versioning::Never => None,
            Versioning::Enabled => Some(self.next_version_id()),
            Versioning::Suspended => Some(NULL.into()),
        };
        object.share = self.memory.note(object.weight(key));
        self.make_room(key);
        self.objects
            .entry(key.to_owned())
            .insert_entry(object)
            .into_mut()
    }

    /// Removes `key` from sight: for good where versioning was never on, else under a delete marker.
    pub fn remove(&mut self, key: &str, now: i64) -> Removed {
        let id = match self.versioning {
            Versioning::Never => {
                self.objects.remove(key);
                return Removed::default();
            }
            Versioning::Enabled => self.next_version_id(),
            Versioning::Suspended => NULL.to_owned(),
        };
        self.make_room(key);
        let marker = DeleteMarker {
            id: id.clone(),
            made: now,
            share: self.memory.note(MARKER + key.len() as u64),
        };
        self.keep(key, Version::DeleteMarker(marker));
        Removed {
            version: Some(id),
            marker: true,
        }
    }

    /// Removes one version for good. The newest of those that remain becomes the current one.
    pub fn remove_version(&mut self, key: &str, id: &str) -> Removed {
        let removed = |marker| Removed {
            version: Some(id.to_owned()),
            marker,
        };
        if self
            .objects
            .get(key)
            .is_some_and(|object| object.version_id() == id)
        {
            self.objects.remove(key);
            self.promote(key);
            return removed(false);
        }
        let past = self.past.get_mut(key);
        let found = past.and_then(|past| {
            let at = past.iter().position(|version| version.id() == id)?;
            Some(past.remove(at))
        });
        self.promote(key);
        removed(matches!(found, Some(Version::DeleteMarker(_))))
    }

    /// Moves what is current into the past; what is `null` makes way for what will be.
    fn make_room(&mut self, key: &str) {
        if self.versioning == Versioning::Suspended
            && let Some(past) = self.past.get_mut(key)
        {
            past.retain(|version| version.id() != NULL);
        }
        let Some(current) = self.objects.remove(key) else {
            return;
        };
        let overwritten = self.versioning == Versioning::Never
            || (self.versioning == Versioning::Suspended && current.version_id() == NULL);
        if !overwritten {
            self.keep(key, Version::Object(current));
        }
    }

    fn keep(&mut self, key: &str, version: Version) {
        self.past
            .entry(key.to_owned())
            .or_default()
            .insert(0, version);
    }

    fn promote(&mut self, key: &str) {
        let Some(past) = self.past.get_mut(key) else {
            return;
        };
        let is_object = matches!(past.first(), Some(Version::Object(_)));
        if is_object
            && !self.objects.contains_key(key)
            && let Version::Object(object) = past.remove(0)
        {
            self.objects.insert(key.to_owned(), object);
        }
        if self.past.get(key).is_some_and(Vec::is_empty) {
            self.past.remove(key);
        }
    }

    /// An id that no version of this bucket has had. It looks like those of the service.
    fn next_version_id(&mut self) -> String {
        self.versions_made += 1;
        let name = format!("{} {} {}", self.name, self.created, self.versions_made);
        let digest: [u8; 16] = Md5::digest(name.as_bytes()).into();
        let digest = oss_auth::upper_hex(&digest).to_ascii_lowercase();
        format!("{START}{}", URL_SAFE_NO_PAD.encode(digest))
    }
}
