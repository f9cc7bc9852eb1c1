//! The world before the first request: buckets, objects, identities.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Call, Span, TextMap, Who};

/// The world a scenario starts from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Given {
    /// The scenario's bucket. Every scenario has one unless `no-bucket` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<BucketSpec>,
    /// No bucket is made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_bucket: bool,
    /// Further buckets by a name of the scenario's own; `${bucket.NAME}` is the real one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub buckets: BTreeMap<String, BucketSpec>,
    /// Further identities by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identities: BTreeMap<Who, IdentitySpec>,
    /// A domain nobody has bound yet, whose ownership the named identities' accounts have proven. `${domain}` is its name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domain_proven_by: Vec<Who>,
    /// An endpoint inside a VPC of the owner, for requests `via: vpc-endpoint`: its policy, or `open` for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint: Option<EndpointPolicy>,
    /// Requests that bring about what no other word does (`POST /k.bin?restore`), sent in this order once everything else is made. Each
    /// must succeed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Call>,
}

/// A VPC endpoint's policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EndpointPolicy {
    /// The policy document; absent allows everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
}

/// A bucket to be made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BucketSpec {
    /// Whose it is; an identity with rights to make buckets. Default `owner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Who>,
    /// `home` (default) or `away`, the target's second region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionName>,
    /// `private` (default), `public-read`, `public-read-write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Option<String>,
    /// Default storage class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// Hierarchical namespace on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hierarchical_namespace: bool,
    /// Objects by key.
    #[serde(default, skip_serializing_if = "indexmap::IndexMap::is_empty")]
    #[schemars(with = "BTreeMap<String, ObjectSpec>")]
    pub objects: indexmap::IndexMap<String, ObjectSpec>,
    /// Multipart uploads in progress, key by a name; `${upload.NAME}` is the id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uploads: BTreeMap<String, String>,
    /// Bucket policy document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    /// Hotlink protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referer: Option<RefererSpec>,
    /// CORS rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cors: Vec<CorsRuleSpec>,
    /// Retention policy of one day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worm: Option<WormSpec>,
    /// Transfer acceleration on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acceleration: bool,
    /// Default server-side encryption algorithm (`KMS`, `AES256`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<String>,
    /// Bind `${domain}` to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub domain: bool,
    /// Requester pays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub requester_pays: bool,
    /// Block Public Access on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub block_public_access: bool,
}

/// Regions by their part in a scenario.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegionName {
    /// The target's first region.
    #[default]
    Home,
    /// The target's second region.
    Away,
}

/// State of a retention policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WormSpec {
    /// Initiated.
    InProgress,
    /// Initiated and completed.
    Locked,
}

/// An object to be put by the owner: a text that is its content, or a map.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, remote = "Self")]
#[schemars(transform = crate::model::words::text_or_map)]
pub struct ObjectSpec {
    /// Its content as text. Exactly one of `text`, `base64`, `picture` (or none: a text that no other object has).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its content as base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// A picture that the harness makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// Its own ACL (`x-oss-object-acl`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Option<String>,
    /// Storage class (`x-oss-storage-class`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// Server-side encryption (`x-oss-server-side-encryption`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<String>,
    /// Further headers of the PutObject.
    #[serde(default, skip_serializing_if = "TextMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub headers: TextMap,
}

/// Pictures the harness makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Picture {
    Jpeg,
    Png,
    Gif,
    Bmp,
    TruncatedJpeg,
    TruncatedPng,
    TruncatedGif,
    TruncatedBmp,
}

/// Hotlink protection, in the words of PutBucketReferer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RefererSpec {
    /// AllowEmptyReferer.
    #[serde(default = "yes")]
    pub allow_empty: bool,
    /// AllowTruncateQueryString.
    #[serde(default = "yes")]
    pub allow_truncate_query: bool,
    /// TruncatePath.
    #[serde(default)]
    pub truncate_path: bool,
    /// RefererList.
    #[serde(default)]
    pub allow: Vec<String>,
    /// RefererBlacklist.
    #[serde(default)]
    pub deny: Vec<String>,
}

fn yes() -> bool {
    true
}

/// A CORSRule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CorsRuleSpec {
    /// AllowedOrigin.
    pub origins: Vec<String>,
    /// AllowedMethod.
    pub methods: Vec<String>,
    /// AllowedHeader.
    #[serde(default)]
    pub headers: Vec<String>,
}

/// An identity to be made through the operator hook. Exactly one of its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IdentitySpec {
    /// A RAM user of the owner's account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ram_user: Option<RamUserSpec>,
    /// An STS session of a role of the owner's account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionSpec>,
    /// Another account, made for this scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountSpec>,
}

/// A RAM user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RamUserSpec {
    /// Its RAM policy; absent means no rights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    /// Networks from which alone its key may be used (`0.0.0.0/0`); none means everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
}

/// An STS session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SessionSpec {
    /// The role's policy; absent means full access to OSS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_policy: Option<Value>,
    /// The session policy given at AssumeRole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    /// Life from now on (`15m`, default `1h`; `-1s` makes an expired one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<Span>,
}

/// An account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AccountSpec {}
