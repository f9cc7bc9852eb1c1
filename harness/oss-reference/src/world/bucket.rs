//! A bucket, its configuration and its uploads in progress.

use std::collections::BTreeMap;

use oss_policy::{BucketAcl, CorsRules, Policy, RefererRules};

use super::memory::{Memory, Share};
use super::object::{Object, PAIR, StorageClass};
use super::versions::{Version, Versioning};

/// What a bucket takes at least.
const BUCKET: usize = 2048;
/// How often the text of a policy is held: as it was put, and as it is understood.
const POLICY: usize = 4;

#[derive(Debug, Clone)]
pub struct Bucket {
    /// Its globally unique name.
    pub name: String,
    /// UID of the owning account.
    pub owner: String,
    /// Bare region id, `cn-hangzhou`.
    pub region: String,
    /// Unix seconds.
    pub created: i64,
    pub acl: BucketAcl,
    /// Default storage class of its objects.
    pub storage_class: StorageClass,
    /// Whether security has blocked it.
    pub status: BucketStatus,
    pub versioning: Versioning,
    /// How many version ids have been given out.
    pub versions_made: u64,
    /// Current objects by key, sorted as lists are.
    pub objects: BTreeMap<String, Object>,
    /// What else there is of each key, newest first; see [`super::versions`].
    pub past: BTreeMap<String, Vec<Version>>,
    /// Multipart uploads by `(key, upload id)`, sorted as lists are.
    pub uploads: BTreeMap<(String, String), Upload>,
    /// The bucket policy: the text as stored, and as understood.
    pub policy: Option<(String, Policy)>,
    /// Hotlink protection; `None` until configured.
    pub referer: Option<RefererRules>,
    /// CORS rules; `None` until configured.
    pub cors: Option<CorsRules>,
    /// Retention policy (WORM).
    pub retention: Option<Retention>,
    /// Default server-side encryption.
    pub encryption: Option<Encryption>,
    /// Transfer acceleration; `None` until configured.
    pub acceleration: Option<bool>,
    /// Hierarchical namespace, fixed when the bucket is made.
    pub hierarchical_namespace: bool,
    /// Block Public Access for this bucket.
    pub block_public_access: bool,
    pub requester_pays: bool,
    /// Bucket tags.
    pub tags: Vec<(String, String)>,
    /// Sub-resources kept as given (`lifecycle`, `logging`, `website`, …), by name: their stored XML.
    pub settings: BTreeMap<String, Setting>,
    /// What it takes from.
    pub(crate) memory: Memory,
    /// What it takes besides objects, uploads and settings.
    pub(crate) share: Share,
}

impl Bucket {
    /// An empty private bucket with nothing configured.
    pub fn new(
        name: impl Into<String>,
        owner: impl Into<String>,
        region: impl Into<String>,
        created: i64,
    ) -> Self {
        Self {
            name: name.into(),
            owner: owner.into(),
            region: region.into(),
            created,
            acl: BucketAcl::Private,
            storage_class: StorageClass::Standard,
            status: BucketStatus::Active,
            versioning: Versioning::Never,
            versions_made: 0,
            objects: BTreeMap::new(),
            past: BTreeMap::new(),
            uploads: BTreeMap::new(),
            policy: None,
            referer: None,
            cors: None,
            retention: None,
            encryption: None,
            acceleration: None,
            hierarchical_namespace: false,
            block_public_access: false,
            requester_pays: false,
            tags: Vec::new(),
            settings: BTreeMap::new(),
            memory: Memory::default(),
            share: Share::default(),
        }
    }

    /// Takes from `memory` from now on.
    pub(crate) fn within(mut self, memory: &Memory) -> Self {
        self.memory = memory.clone();
        self.share = memory.share();
        self
    }

    /// Takes as much as it has become.
    pub(crate) fn weigh(&mut self) {
        let policy = self
            .policy
            .as_ref()
            .map_or(0, |(text, _)| text.len() * POLICY);
        let rules = self
            .cors
            .iter()
            .flat_map(|cors| &cors.rules)
            .flat_map(|rule| {
                [
                    &rule.allowed_origins,
                    &rule.allowed_methods,
                    &rule.allowed_headers,
                    &rule.expose_headers,
                ]
            });
        let referer = self.referer.iter();
        let lists = referer.flat_map(|rules| [&rules.whitelist, &rules.blacklist]);
        let lists = lists.chain(rules).map(|list| {
            let texts = list.iter().map(|text| PAIR + text.len());
            PAIR + texts.sum::<usize>()
        });
        let tags = self.tags.iter();
        let tags = tags.map(|(key, value)| PAIR + key.len() + value.len());
        let encryption = self
            .encryption
            .iter()
            .flat_map(|encryption| &encryption.key_id);
        let more = lists.chain(tags).chain(encryption.map(String::len));
        let all = BUCKET + self.name.len() + policy + more.sum::<usize>();
        self.share.set(all as u64);
    }
}

/// A sub-resource kept as given.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// Its XML.
    pub text: String,
    /// What it takes.
    pub(crate) _share: Share,
}

impl From<String> for Setting {
    fn from(text: String) -> Self {
        Self {
            text,
            _share: Share::default(),
        }
    }
}

/// Whether the bucket as such is blocked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BucketStatus {
    /// In order.
    #[default]
    Active,
    /// Blocked for security reasons: `BucketDisable`.
    Disabled,
}

/// A retention policy (WORM).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// The `x-oss-worm-id`.
    pub id: String,
    /// In progress or locked.
    pub state: RetentionState,
    /// Days objects are protected for.
    pub days: u32,
    /// Unix seconds of InitiateBucketWorm.
    pub created: i64,
}

/// How far a retention policy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetentionState {
    /// May still be aborted; vanishes after 24 h.
    InProgress,
    /// For good.
    Locked,
}

/// Server-side encryption, of a bucket by default or of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encryption {
    /// `AES256`, `KMS` or `SM4`.
    pub algorithm: String,
    /// The CMK: of a bucket when one was named, of an object encrypted with KMS always.
    pub key_id: Option<String>,
    /// What KMS encrypts the data with, when that was named: `SM4`.
    pub data_algorithm: Option<String>,
}

impl Encryption {
    /// Whether KMS is asked for its keys.
    pub fn uses_kms(&self) -> bool {
        self.algorithm == "KMS"
    }
}

/// A multipart upload in progress.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Unix seconds of InitiateMultipartUpload.
    pub initiated: i64,
    /// What the finished object will be: headers, ACL, encryption, storage class; its content is still empty.
    pub template: Object,
    /// Parts by number.
    pub parts: BTreeMap<u32, super::object::Content>,
}
