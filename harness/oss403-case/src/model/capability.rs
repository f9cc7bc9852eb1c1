//! What a target may or may not have: the one table of capabilities, and of the names that stand for several of them.
//!
//! From it come the schema of profiles, `oss403 list --capabilities`, the help of diagnostics, and what a scenario needs.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};

/// What is known of a name of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The name, as profiles and cases write it.
    pub name: &'static str,
    /// In one line, what a target has with it.
    pub means: &'static str,
    /// The capabilities it stands for; itself alone, unless it is a name for several.
    pub members: &'static [Capability],
    /// What it is nothing without.
    pub needs: &'static [Capability],
}

impl Named {
    /// Whether it is a name for several.
    pub fn is_group(&self) -> bool {
        self.members.len() > 1
    }
}

macro_rules! capabilities {
    (
        $( #[doc = $means:literal] $variant:ident $name:literal $(needs [$($need:ident),+])?; )+
        groups: $( $group:literal [$($member:ident),+] $what:literal; )+
    ) => {
        /// What a target may or may not have.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Capability { $( #[doc = $means] $variant, )+ }

        impl Capability {
            /// Every capability, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The table: every capability, and after them the names for several.
            pub const TABLE: &'static [Named] = &[
                $( Named {
                    name: $name,
                    means: $means.trim_ascii(),
                    members: &[Self::$variant],
                    needs: &[$($(Self::$need),+)?],
                }, )+
                $( Named { name: $group, means: $what, members: &[$(Self::$member),+], needs: &[] }, )+
            ];

            /// Every name of the table.
            pub const NAMES: &'static [&'static str] = &[$($name,)+ $($group),+];

            /// The capability as a case writes it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

capabilities! {
    /// A second region, and the server answers for its name
    TwoRegions "two-regions";
    /// A second account
    SecondAccount "second-account";
    /// RAM users and their policies
    RamUsers "ram-users";
    /// STS sessions
    Sts "sts";
    /// The operator hook
    Operator "operator";
    /// Server-side encryption with KMS
    Kms "kms";
    /// Bucket policies, `?policy`
    BucketPolicy "bucket-policy";
    /// Hotlink protection, `?referer`
    Referer "referer";
    /// CORS configuration, `?cors`, and preflight requests
    Cors "cors";
    /// Retention policies, `?worm`
    Worm "worm";
    /// PostObject
    PostObject "post-object";
    /// Hierarchical namespace
    HierarchicalNamespace "hierarchical-namespace";
    /// Transfer acceleration, `?transferAcceleration`, and the host `oss-accelerate.<suffix>`
    Acceleration "acceleration";
    /// Archive storage classes and `?restore`
    Archive "archive";
    /// Image processing
    ImageProcessing "image-processing";
    /// Custom domains, `?cname`
    Cname "cname" needs [Operator];
    /// VPC endpoints
    VpcEndpoint "vpc-endpoint" needs [Operator];
    /// Block Public Access, `?publicAccessBlock`
    BlockPublicAccess "block-public-access";
    /// Buckets whose requesters pay, `?requestPayment`
    RequesterPays "requester-pays";
    /// Access logs of buckets, `?logging`
    Logging "logging";
    /// ACLs of buckets: `?acl` and `x-oss-acl`
    BucketAcl "bucket-acl";
    /// ACLs of objects: `?acl` of an object and `x-oss-object-acl`
    ObjectAcl "object-acl";
    /// Buckets that are public-read or public-read-write
    PublicBuckets "public-buckets" needs [BucketAcl];
    /// ListBuckets
    ListBuckets "list-buckets";
    /// ListObjectsV2, `?list-type=2`
    ListObjectsV2 "list-objects-v2";
    /// Multipart uploads
    Multipart "multipart";
    /// CopyObject and, with multipart uploads, UploadPartCopy
    Copy "copy";
    /// AppendObject
    Append "append";
    /// DeleteMultipleObjects, `?delete`
    MultiDelete "multi-delete";
    /// Symbolic links, `?symlink`
    Symlink "symlink";
    /// GetObjectMeta, `?objectMeta`
    ObjectMeta "object-meta";
    /// Tags of buckets and objects: `?tagging` and `x-oss-tagging`
    Tagging "tagging";
    /// GetBucketInfo, `?bucketInfo`
    BucketInfo "bucket-info";
    /// GetBucketLocation, `?location`
    Location "location";
    /// GetBucketStat, `?stat`
    BucketStat "bucket-stat";
    /// DescribeRegions, `?regions`
    Regions "regions";
    /// Default encryption of buckets, `?encryption`
    Encryption "encryption";
    /// Lifecycle rules, `?lifecycle`
    Lifecycle "lifecycle";
    /// Static websites, `?website`
    Website "website";
    /// Versioning: `?versioning` and `?versions`
    Versioning "versioning";
    /// The data accelerator, `?dataAccelerator`
    DataAccelerator "data-accelerator";
    /// Parameters that override headers of an answer, `?response-content-type` and its like
    ResponseOverrides "response-overrides";
    /// Buckets have host names of their own. Not with `addressing: { style: path }`
    VirtualHosted "virtual-hosted";
    /// The service's own names are no place for objects: a bucket in the path is refused there
    SecondLevel "second-level" needs [VirtualHosted];
    /// Any Host header reaches the server
    AnyHost "any-host";
    /// The host `s3.oss-<region>.<suffix>`
    S3Service "s3-service";
    /// Signature version 1 in headers
    HeaderV1 "header-v1";
    /// Signature version 1 in URLs
    UrlV1 "url-v1";
    /// Signature version 1 in Post forms
    FormV1 "form-v1" needs [PostObject];
    /// Signature version 2 in headers
    HeaderV2 "header-v2";
    /// Signature version 2 in URLs
    UrlV2 "url-v2";
    /// Signature version 4 in headers
    HeaderV4 "header-v4";
    /// Signature version 4 in URLs
    UrlV4 "url-v4";
    /// Signature version 4 in Post forms
    FormV4 "form-v4" needs [PostObject];
    /// The S3 dialect's signature version 2 in headers
    S3HeaderV2 "s3-header-v2" needs [S3Service];
    /// The S3 dialect's signature version 2 in URLs
    S3UrlV2 "s3-url-v2" needs [S3Service];
    /// The S3 dialect's signature version 4 in headers
    S3HeaderV4 "s3-header-v4" needs [S3Service];
    /// The S3 dialect's signature version 4 in URLs
    S3UrlV4 "s3-url-v4" needs [S3Service];

    groups:
    "signature-v1" [HeaderV1, UrlV1, FormV1] "Signature version 1 in headers, URLs and Post forms";
    "signature-v2" [HeaderV2, UrlV2] "Signature version 2 in headers and URLs";
    "signature-v4" [HeaderV4, UrlV4, FormV4] "Signature version 4 in headers, URLs and Post forms";
    "s3-dialect" [S3Service, S3HeaderV4] "The S3 dialect: its host and its usual signature";
    "s3-signatures" [S3Service, S3HeaderV2, S3UrlV2, S3HeaderV4, S3UrlV4] "The S3 dialect: its host and all of its signatures";
    "header-signatures" [HeaderV1, HeaderV2, HeaderV4] "Signatures in headers, of every version";
    "url-signatures" [UrlV1, UrlV2, UrlV4] "Signatures in URLs, of every version";
    "form-signatures" [FormV1, FormV4] "Signatures in Post forms, of every version";
    "acls" [BucketAcl, ObjectAcl, PublicBuckets] "ACLs of buckets and objects, and public buckets";
    "basics" [
        BucketAcl, ObjectAcl, PublicBuckets, ListBuckets, ListObjectsV2, Multipart, Copy, Append, MultiDelete, Symlink, ObjectMeta,
        Tagging, BucketInfo, Location, BucketStat, Regions, Encryption, Lifecycle, Website, Versioning, ResponseOverrides,
        VirtualHosted, SecondLevel
    ] "What most servers have: ACLs, the usual operations and sub-resources, host names of buckets";
}

/// What OSS is retiring: signature version 1 in each of its carriers.
pub const SIGNATURE_V1: &[Capability] =
    &[Capability::HeaderV1, Capability::UrlV1, Capability::FormV1];

impl Capability {
    /// What the table says of a name.
    pub fn named(name: &str) -> Option<&'static Named> {
        Self::TABLE.iter().find(|named| named.name == name)
    }

    /// What the table says of the capability.
    pub fn row(self) -> &'static Named {
        &Self::TABLE[self as usize]
    }
}

/// A capability as a case names it.
impl Serialize for Capability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Capability {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        let found = Self::ALL.iter().find(|known| known.as_str() == name);
        found
            .copied()
            .ok_or_else(|| D::Error::unknown_variant(&name, Self::NAMES))
    }
}

impl JsonSchema for Capability {
    fn schema_name() -> Cow<'static, str> {
        "Capability".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        words("What a target may or may not have.", |named| {
            !named.is_group()
        })
    }
}

/// A name in the claims of a profile: a capability, or a name for several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimName(pub &'static Named);

impl<'de> Deserialize<'de> for ClaimName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Capability::named(&name)
            .map(Self)
            .ok_or_else(|| D::Error::unknown_variant(&name, Capability::NAMES))
    }
}

impl JsonSchema for ClaimName {
    fn schema_name() -> Cow<'static, str> {
        "ClaimName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        words("What a target may claim to have.", |_| true)
    }
}

fn words(about: &str, counts: impl Fn(&Named) -> bool) -> Schema {
    let rows = Capability::TABLE.iter().filter(|named| counts(named));
    let words: Vec<Schema> = rows
        .map(
            |named| json_schema!({ "description": named.means, "type": "string", "const": named.name }),
        )
        .collect();
    json_schema!({ "description": about, "oneOf": words })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_stands_where_its_capability_counts() {
        for capability in Capability::ALL {
            assert_eq!(capability.row().members, [*capability]);
            assert_eq!(capability.row().name, capability.as_str());
        }
        let names: BTreeSet<&str> = Capability::NAMES.iter().copied().collect();
        assert_eq!(names.len(), Capability::NAMES.len());
        assert_eq!(names.len(), Capability::TABLE.len());
    }

    #[test]
    fn the_names_of_former_profiles_stand_for_their_carriers() {
        let members = |name: &str| Capability::named(name).unwrap().members;
        assert_eq!(
            members("signature-v1"),
            [Capability::HeaderV1, Capability::UrlV1, Capability::FormV1]
        );
        assert_eq!(
            members("signature-v4"),
            [Capability::HeaderV4, Capability::UrlV4, Capability::FormV4]
        );
        assert!(members("s3-dialect").contains(&Capability::S3HeaderV4));
    }
}
