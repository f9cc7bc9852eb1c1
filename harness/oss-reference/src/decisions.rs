//! What the server does where its sources disagree or are silent.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

/// What the server does where its sources disagree or are silent. None of this is documented; tests should not depend on it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Decisions {
    /// Whether signature version 1 is refused to everybody, as the service does to new accounts and on new buckets.
    pub signature_v1: SignatureV1,
    /// Code of "The bucket you access does not belong to you.": the 403 page says one thing, every body seen another.
    pub not_belong_code: NotBelongCode,
    /// Code of a request to the wrong region that was signed the S3 way.
    pub redirect_code: RedirectCode,
    /// Which regions a V4 signature of the S3 dialect may name.
    pub s3_region: S3Region,
    /// Code when the owner's account has no KMS.
    pub kms_inactive_code: KmsInactiveCode,
    /// What happens to PostObject fields that the policy does not mention.
    pub post_extra_fields: PostExtraFields,
    /// What happens to a host that is neither ours nor bound to a bucket.
    pub unbound_host: UnboundHost,
    /// Operations (API names) that refuse security tokens of every account.
    pub sts_refused_operations: BTreeSet<String>,
    /// Regions that refuse security tokens of every account.
    pub sts_refused_regions: BTreeSet<String>,
    /// Whether Block Public Access is on for new buckets.
    pub block_public_access: bool,
    /// Whether error answers carry `EC` and `x-oss-ec`.
    pub emit_ec: bool,
    /// Whether error answers carry `RecommendDoc`.
    pub emit_recommend_doc: bool,
    /// Whether refusals of RAM users and roles carry `AccessDeniedDetail`.
    pub emit_access_denied_detail: bool,
    /// Seconds from RestoreObject to a readable object of class Archive.
    pub restore_delay_seconds: i64,
    /// Seconds from RestoreObject to a readable object of the colder classes.
    pub cold_restore_delay_seconds: i64,
    /// Seconds after which a retention policy that was not completed vanishes.
    pub worm_grace_seconds: i64,
    /// Seconds a CNAME token lives.
    pub cname_token_seconds: i64,
}

impl Default for Decisions {
    fn default() -> Self {
        Self {
            signature_v1: SignatureV1::default(),
            not_belong_code: NotBelongCode::default(),
            redirect_code: RedirectCode::default(),
            s3_region: S3Region::default(),
            kms_inactive_code: KmsInactiveCode::default(),
            post_extra_fields: PostExtraFields::default(),
            unbound_host: UnboundHost::default(),
            sts_refused_operations: BTreeSet::new(),
            sts_refused_regions: BTreeSet::new(),
            block_public_access: false,
            emit_ec: true,
            emit_recommend_doc: true,
            emit_access_denied_detail: true,
            restore_delay_seconds: 60,
            cold_restore_delay_seconds: 3600,
            worm_grace_seconds: 24 * 3600,
            cname_token_seconds: 72 * 3600,
        }
    }
}

impl Decisions {
    /// The same, where every code is that of the 403 page, so that an answer tells its cause.
    #[must_use]
    pub fn documented(self) -> Self {
        Self {
            not_belong_code: NotBelongCode::BucketNotBelongTo,
            redirect_code: RedirectCode::PermanentRedirect,
            kms_inactive_code: KmsInactiveCode::KmsUbsmsInvalidBid,
            ..self
        }
    }
}

/// What happens to signature version 1.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureV1 {
    /// It is good, unless it is closed to an account.
    #[default]
    Accept,
    /// It is refused (EC 0002-00000080).
    Refuse,
}

/// Code of "The bucket you access does not belong to you."
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq, JsonSchema)]
pub enum NotBelongCode {
    /// As the 403 page has it.
    BucketNotBelongTo,
    /// As every body seen on the wire has it.
    #[default]
    AccessDenied,
}

/// Code of an S3-signed request to the wrong region.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq, JsonSchema)]
pub enum RedirectCode {
    /// As the 403 page has it.
    PermanentRedirect,
    /// As every wrong-endpoint answer seen on the wire has it.
    #[default]
    AccessDenied,
}

/// Which regions a V4 signature of the S3 dialect may name.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum S3Region {
    /// That of the bucket, with the prefix `oss-` or without, and `us-east-1`, which S3 clients name that have been told none: the pages
    /// of EC 0002-000004xx call such requests right.
    #[default]
    OwnOrDefault,
    /// That of the bucket alone, with the prefix or without.
    Own,
}

/// Code when the owner's account has no KMS.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq, JsonSchema)]
pub enum KmsInactiveCode {
    /// As the 403 page has it.
    #[default]
    KmsUbsmsInvalidBid,
    /// As the API pages have it.
    KmsServiceNotEnabled,
}

/// What happens to PostObject fields that the policy does not mention.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PostExtraFields {
    /// They are let through, as SDK samples expect.
    #[default]
    Accept,
    /// They are refused, as S3 does.
    Refuse,
}

/// What happens to a host that is neither ours nor bound to a bucket.
#[derive(Debug, Clone, Copy, Default, Deserialize, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnboundHost {
    /// `NonStandardHostForbidden`.
    #[default]
    Refuse,
    /// As an IP address: the bucket stands in the path.
    PathStyle,
}
