//! What the refusals for a cause carry, and what they keep from happening.

use super::Cause;

/// What refusals for a cause keep from happening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepsFrom {
    /// Reading an object: its content, or what its headers tell.
    pub reading: bool,
    /// Changing something: an object, a bucket, a setting.
    pub changing: bool,
}

impl Cause {
    /// The elements beside those of every refusal that the service was seen to give for it, in a body on the wire or on a help page. The
    /// server adds others where it seems likely; nobody can hold those against anybody.
    pub fn elements(self) -> &'static [&'static str] {
        match self {
            Self::EndpointMismatch | Self::PermanentRedirect => &["Bucket", "Endpoint"],
            Self::UrlAuthExpired => &["Expires", "ServerTime"],
            Self::AccessKeyUnknown => &["OSSAccessKeyId"],
            Self::TimeSkewed => &["MaxAllowedSkewMilliseconds", "RequestTime", "ServerTime"],
            Self::SignatureMismatch => &[
                "OSSAccessKeyId",
                "SignatureProvided",
                "StringToSign",
                "StringToSignBytes",
                "CanonicalRequest",
            ],
            Self::RamPolicyDeny => &["AccessDeniedDetail"],
            _ => &[],
        }
    }

    /// Whether a source shows its message. Where none does the message is our own, and nobody can be held to it.
    pub fn has_known_message(self) -> bool {
        !matches!(
            self,
            Self::CnameForbidden
                | Self::CnameRisk
                | Self::DomainOwnership
                | Self::KmsServiceNotEnabled
        )
    }

    /// What it keeps from happening.
    pub fn keeps_from(self) -> KeepsFrom {
        let (reading, changing) = match self {
            Self::CorsForbidden
            | Self::CorsNotEnabled
            | Self::ObjectAclReadAcl
            | Self::ListBucketsForbidden => (false, false),
            Self::ObjectAclRead | Self::ImageDamage => (true, false),
            Self::AccessDenied
            | Self::ObjectNoRight
            | Self::AnonymousBucket
            | Self::AnonymousObject
            | Self::AnonymousOperation
            | Self::PostPolicyExpired
            | Self::PostPolicyConditionFailed
            | Self::PostPolicyContentType
            | Self::PostExtraField
            | Self::CopyCrossRegion
            | Self::ObjectAclWrite
            | Self::ObjectAclWriteAcl
            | Self::HnsDisabled
            | Self::WormLocked
            | Self::BucketNotBelong
            | Self::CnameDenied
            | Self::DomainOwnership
            | Self::PutBucketForbidden
            | Self::PublicAclBlocked
            | Self::PublicObjectAclBlocked
            | Self::PublicPolicyBlocked
            | Self::CnameForbidden
            | Self::CnameRisk
            | Self::FeatureGated
            | Self::KmsServiceNotEnabled
            | Self::LoggingTargetBucket => (false, true),
            Self::EndpointMismatch
            | Self::PermanentRedirect
            | Self::KmsForbidden
            | Self::RefererDenied
            | Self::UrlAuthMissingParameter
            | Self::UrlAuthInvalidDate
            | Self::UrlAuthExpired
            | Self::DateInvalid
            | Self::SignatureV1Forbidden
            | Self::BucketAcl
            | Self::BucketPolicy
            | Self::VpcEndpointPolicy
            | Self::AuthorizerPolicy
            | Self::SecondLevelDomain
            | Self::VirtualHostedStyle
            | Self::NonStandardHost
            | Self::KmsNotActivated
            | Self::KmsInDebt
            | Self::KmsInDebtOverdue
            | Self::AccessKeyDisabled
            | Self::AccessKeyUnknown
            | Self::AccessKeyCharset
            | Self::SignatureMismatch
            | Self::TransferAcceleration
            | Self::SecurityTokenInvalid
            | Self::SecurityTokenMismatch
            | Self::SecurityTokenExpired
            | Self::SecurityTokenInterface
            | Self::SecurityTokenRegion
            | Self::BucketOwnerAbnormal
            | Self::TimeSkewed
            | Self::UserDisabled
            | Self::BucketDisabled
            | Self::RequesterPays
            | Self::TokenLost
            | Self::RamPolicyDeny
            | Self::RamAndBucketPolicyDeny
            | Self::ObjectState => (true, true),
        };
        KeepsFrom { reading, changing }
    }
}
