//! An object: content, metadata, state.

use std::sync::Arc;

use bytes::Bytes;
use oss_policy::ObjectAcl;

use super::bucket::Encryption;
use super::memory::Share;
use super::versions::NULL;

/// What an object takes at least.
const OBJECT: usize = 1024;
/// What a name and its value take besides their text.
pub(super) const PAIR: usize = 64;

#[derive(Debug, Clone)]
pub struct Object {
    /// Its bytes and their digests.
    pub content: Content,
    /// Unix seconds.
    pub modified: i64,
    /// Its own ACL, or `Default` to inherit the bucket's.
    pub acl: ObjectAcl,
    /// `Normal`, `Appendable`, `Multipart` or `Symlink`.
    pub kind: ObjectKind,
    /// Its storage class.
    pub storage_class: StorageClass,
    /// Where the restoration of an archived object stands.
    pub restoration: Option<Restoration>,
    /// How it is encrypted at rest.
    pub encryption: Option<Encryption>,
    /// Headers stored with it (lower-case names): `content-type`, `cache-control`, `x-oss-meta-*`, …
    pub headers: Vec<(String, String)>,
    /// Object tags.
    pub tags: Vec<(String, String)>,
    /// Its version id; `None` when it was put while its bucket had no versioning.
    pub version: Option<String>,
    /// What it takes besides its bytes.
    pub(crate) share: Share,
}

impl Object {
    /// A plain object of class Standard with nothing but its content.
    pub fn new(content: Content, modified: i64) -> Self {
        Self {
            content,
            modified,
            acl: ObjectAcl::Default,
            kind: ObjectKind::Normal,
            storage_class: StorageClass::Standard,
            restoration: None,
            encryption: None,
            headers: Vec::new(),
            tags: Vec::new(),
            version: None,
            share: Share::default(),
        }
    }

    /// Its version id, as a request names it.
    pub fn version_id(&self) -> &str {
        self.version.as_deref().unwrap_or(NULL)
    }

    /// Takes as much as it has become.
    pub(crate) fn weigh(&mut self, key: &str) {
        self.share.set(self.weight(key));
    }

    /// What it takes under `key` besides its bytes.
    pub(crate) fn weight(&self, key: &str) -> u64 {
        let pairs = self.headers.iter().chain(&self.tags);
        let pairs = pairs.map(|(name, value)| PAIR + name.len() + value.len());
        let link = match &self.kind {
            ObjectKind::Symlink { target } => target.len(),
            _ => 0,
        };
        let encryption = self
            .encryption
            .iter()
            .flat_map(|encryption| &encryption.key_id);
        let encryption: usize = encryption.map(String::len).sum();
        let pieces = self.content.chunks.len() * size_of::<Bytes>();
        (OBJECT + key.len() + pairs.sum::<usize>() + link + encryption + pieces) as u64
    }

    /// The stored Content-Type, if any.
    pub fn content_type(&self) -> Option<&str> {
        self.headers
            .iter()
            .find(|(name, _)| name == "content-type")
            .map(|(_, value)| value.as_str())
    }
}

/// The value of `x-oss-object-type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectKind {
    /// PutObject, PostObject, CopyObject.
    Normal,
    /// AppendObject.
    Appendable,
    /// CompleteMultipartUpload.
    Multipart,
    /// PutSymlink.
    Symlink {
        /// Key the link points to, in the same bucket.
        target: String,
    },
}

/// Bytes with their digests; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// The bytes, in the chunks they arrived in.
    pub chunks: Arc<Vec<Bytes>>,
    /// Total length in bytes.
    pub length: u64,
    /// Quoted upper-case hex, as OSS writes it.
    pub etag: String,
    /// CRC-64/XZ (ECMA-182, reflected), as `x-oss-hash-crc64ecma` carries it.
    pub crc64: u64,
    /// MD5 of the bytes.
    pub md5: [u8; 16],
}

/// Storage classes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StorageClass {
    /// Hot.
    #[default]
    Standard,
    InfrequentAccess,
    /// Must be restored before it can be read.
    Archive,
    /// As Archive, slower.
    ColdArchive,
    /// As ColdArchive, slower still.
    DeepColdArchive,
}

impl StorageClass {
    /// Reads the name used in headers and XML.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "Standard" => Self::Standard,
            "IA" => Self::InfrequentAccess,
            "Archive" => Self::Archive,
            "ColdArchive" => Self::ColdArchive,
            "DeepColdArchive" => Self::DeepColdArchive,
            _ => return None,
        })
    }

    /// The name used in headers and XML.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::InfrequentAccess => "IA",
            Self::Archive => "Archive",
            Self::ColdArchive => "ColdArchive",
            Self::DeepColdArchive => "DeepColdArchive",
        }
    }

    /// Whether objects of this class must be restored before they can be read.
    pub fn needs_restore(self) -> bool {
        matches!(
            self,
            Self::Archive | Self::ColdArchive | Self::DeepColdArchive
        )
    }
}

/// A RestoreObject request and its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restoration {
    /// Unix seconds from which on the object can be read.
    pub ready: i64,
    /// Unix seconds at which it freezes again.
    pub expires: i64,
}
