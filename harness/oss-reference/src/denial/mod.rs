//! A refusal with status 403, which cannot be made without naming its cause.

mod scope;

use crate::decisions::{Decisions, KmsInactiveCode, NotBelongCode, RedirectCode};

pub use scope::KeepsFrom;

/// Declares each cause with its id, code, message and usual EC.
macro_rules! causes {
    ($($(#[$meta:meta])* $name:ident = $id:literal, $code:literal, $ec:expr, $message:literal;)*) => {
        /// Why OSS says 403: the documented causes, and those seen on the wire besides.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the row of each cause says what it answers")]
        pub enum Cause {
            $($(#[$meta])* $name,)*
        }

        impl Cause {
            /// Every cause: the documented ones first.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in kebab-case.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$name => $id,)*
                }
            }

            /// The EC that goes with it where nothing more is known of the case; `None` when the service was never seen to give one.
            pub fn usual_ec(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $ec,)*
                }
            }

            /// The message; a failed Post condition is added to its own.
            pub fn message(self) -> &'static str {
                match self {
                    $(Self::$name => $message,)*
                }
            }

            /// The code of the 403 page, before [`Decisions`] are asked.
            fn documented_code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

// The messages are those of the page "HTTP status code 403" with the full stop that nearly every body has and the page dropped;
// `AccessDenied`, `UserDisable` and `BucketDisable` have none. ECs are those of the EC pages and of bodies seen, which OSS says
// may change.
causes! {
    EndpointMismatch = "endpoint-mismatch", "AccessDenied", Some("0003-00001403"),
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
    KmsForbidden = "kms-forbidden", "AccessDenied", None,
        "This request is forbidden by kms.";
    AccessDenied = "access-denied", "AccessDenied", Some("0003-00000905"),
        "AccessDenied";
    ObjectNoRight = "object-no-right", "AccessDenied", None,
        "You have no right to access this object.";
    AnonymousBucket = "anonymous-bucket", "AccessDenied", Some("0003-00000002"),
        "Anonymous user has no right to access this bucket.";
    AnonymousObject = "anonymous-object", "AccessDenied", None,
        "Anonymous user has no right to access this object.";
    RefererDenied = "referer-denied", "AccessDenied", Some("0003-00000503"),
        "You are denied by bucket referer policy.";
    PostPolicyExpired = "post-policy-expired", "AccessDenied", Some("0006-00000213"),
        "Invalid according to Policy: Policy expired.";
    PostPolicyConditionFailed = "post-policy-condition-failed", "AccessDenied", Some("0006-00000227"),
        "Invalid according to Policy: Policy Condition failed: ";
    PostPolicyContentType = "post-policy-content-type", "AccessDenied", Some("0006-00000227"),
        "Invalid according to Policy: Policy Condition failed: ";
    CopyCrossRegion = "copy-cross-region", "AccessDenied", Some("0016-00000306"),
        "Target object does not reside in the same data center as source object.";
    UrlAuthMissingParameter = "url-auth-missing-parameter", "AccessDenied", Some("0002-00000067"),
        "Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.";
    UrlAuthInvalidDate = "url-auth-invalid-date", "AccessDenied", Some("0002-00000070"),
        "Invalid date (should be seconds since epoch).";
    UrlAuthExpired = "url-auth-expired", "AccessDenied", Some("0002-00000069"),
        "Request has expired.";
    ObjectAclRead = "object-acl-read", "AccessDenied", Some("0003-00000005"),
        "You do not have read permission on this object.";
    ObjectAclWrite = "object-acl-write", "AccessDenied", Some("0003-00000006"),
        "You do not have write permission on this object.";
    ObjectAclReadAcl = "object-acl-read-acl", "AccessDenied", Some("0003-00000007"),
        "You do not have read acl permission on this object.";
    ObjectAclWriteAcl = "object-acl-write-acl", "AccessDenied", Some("0003-00000008"),
        "You do not have write acl permission on this object.";
    BucketAcl = "bucket-acl", "AccessDenied", Some("0003-00000001"),
        "You have no right to access this object because of bucket acl.";
    AnonymousOperation = "anonymous-operation", "AccessDenied", Some("0003-00001201"),
        "Anonymous access is forbidden for this operation.";
    BucketPolicy = "bucket-policy", "AccessDenied", Some("0003-00000101"),
        "Access denied by bucket policy.";
    VpcEndpointPolicy = "vpc-endpoint-policy", "AccessDenied", Some("0003-00000401"),
        "Access denied by VPC endpoint policy.";
    HnsDisabled = "hns-disabled", "AccessDenied", None,
        "Hierarchical namespace is disabled.";
    AuthorizerPolicy = "authorizer-policy", "AccessDenied", Some("0003-00000301"),
        "Access denied by authorizer's policy.";
    // The two misspellings are the service's own.
    CorsForbidden = "cors-forbidden", "AccessForbidden", Some("0003-00000602"),
        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec.";
    PermanentRedirect = "permanent-redirect", "PermanentRedirect", Some("0003-00001403"),
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
    SecondLevelDomain = "second-level-domain", "SecondLevelDomainForbidden", Some("0003-00001401"),
        "The bucket you are attempting to access must be addressed using OSS third level domain.";
    VirtualHostedStyle = "virtual-hosted-style", "SecondLevelDomainForbidden", None,
        "Please use virtual hosted style to access.";
    NonStandardHost = "non-standard-host", "NonStandardHostForbidden", None,
        "Your host is invalid. Please use Open Storage Service standard host.";
    KmsNotActivated = "kms-not-activated", "KmsUbsmsInvalidBid", Some("0005-00000218"),
        "Your account partner does not have KMS Service.";
    KmsInDebt = "kms-in-debt", "KmsInDebt", None,
        "Current user is indebted.";
    KmsInDebtOverdue = "kms-in-debt-overdue", "KmsInDebtOverdue", None,
        "Current user is indebted Overdue.";
    WormLocked = "worm-locked", "WORMConfigurationLocked", None,
        "The WORM Configuration is locked.";
    BucketNotBelong = "bucket-not-belong", "BucketNotBelongTo", Some("0003-00000001"),
        "The bucket you access does not belong to you.";
    AccessKeyDisabled = "access-key-disabled", "InvalidAccessKeyId", Some("0002-00000903"),
        "The OSS Access Key Id you provided is disabled.";
    AccessKeyUnknown = "access-key-unknown", "InvalidAccessKeyId", Some("0002-00000902"),
        "The OSS Access Key Id you provided does not exist in our records.";
    AccessKeyCharset = "access-key-charset", "InvalidAccessKeyId", Some("0002-00000901"),
        "The OSS Access Key Id contains non-acceptable characters, which accepts only alphanumeric characters[0-9a-zA-Z] and several special characters[._=].";
    SignatureMismatch = "signature-mismatch", "SignatureDoesNotMatch", Some("0002-00000040"),
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
    TransferAcceleration = "transfer-acceleration", "TransferAccelerationDisabled", None,
        "Transfer acceleration is disabled.";
    SecurityTokenInvalid = "security-token-invalid", "InvalidSecurityToken", Some("0002-00000006"),
        "The security token you provided is invalid.";
    SecurityTokenMismatch = "security-token-mismatch", "AccessKeyIdAndSecurityTokenNotMatch", Some("0002-00000004"),
        "The OSS access key id and security token you provided does not match.";
    SecurityTokenExpired = "security-token-expired", "SecurityTokenExpired", Some("0002-00000007"),
        "The security token you provided has expired.";
    BucketOwnerAbnormal = "bucket-owner-abnormal", "AbnormalBucketOwnerStatus", None,
        "The status of the bucket owner is abnormal.";
    SecurityTokenInterface = "security-token-interface", "SecurityTokenNotSupported", Some("0002-00000001"),
        "This interface does not support security token.";
    SecurityTokenRegion = "security-token-region", "SecurityTokenNotSupported", Some("0002-00000001"),
        "Security token is not supported in this region.";
    TimeSkewed = "time-skewed", "RequestTimeTooSkewed", Some("0002-00000504"),
        "The difference between the request time and the current time is too large.";
    ImageDamage = "image-damage", "ImageDamage", None,
        "The image file may be damaged.";
    UserDisabled = "user-disabled", "UserDisable", Some("0003-00000801"),
        "UserDisable";
    BucketDisabled = "bucket-disabled", "BucketDisable", Some("0003-00000908"),
        "BucketDisable";
    CnameDenied = "cname-denied", "CnameDenied", None,
        "The cname belongs to another user.";
    ObjectState = "object-state", "InvalidObjectState", Some("0016-00000404"),
        "The operation is not valid for the object's state.";
    // Not in the documented list, but given by the service. Where no source shows a message (`cname-*`, `kms-service-not-enabled`) it is
    // our own.
    DateInvalid = "date-invalid", "AccessDenied", Some("0002-00000502"),
        "OSS authentication requires a valid Date.";
    ListBucketsForbidden = "list-buckets-forbidden", "AccessDenied", None,
        "You are forbidden to oss:ListBuckets.";
    PutBucketForbidden = "put-bucket-forbidden", "AccessDenied", Some("0003-00000202"),
        "You are forbidden to oss:PutBucket.";
    RequesterPays = "requester-pays-denied", "AccessDenied", Some("0003-00000703"),
        "Access denied for requester pay bucket";
    PublicAclBlocked = "public-acl-blocked", "AccessDenied", None,
        "Put public bucket acl is not allowed";
    PublicObjectAclBlocked = "public-object-acl-blocked", "AccessDenied", Some("0016-00000901"),
        "Put public object acl is not allowed";
    PublicPolicyBlocked = "public-policy-blocked", "AccessDenied", None,
        "Put public bucket policy is not allowed";
    DomainOwnership = "cname-ownership", "NeedVerifyDomainOwnership", Some("0018-00000115"),
        "The ownership of the domain needs to be verified.";
    PostExtraField = "post-extra-field", "AccessDenied", Some("0006-00000228"),
        "Invalid according to Policy: Extra input fields: ";
    TokenLost = "access-key-sts-token-lost", "InvalidAccessKeyId", Some("0002-00000003"),
        "The OSS Access Key Id you provided does not exist in our records. The Security Token may be lost to specify that it is a STS Access Id.";
    CnameForbidden = "cname-forbidden", "CnameIsForbidden", None,
        "The cname is reserved and cannot be bound to a bucket.";
    CnameRisk = "cname-risk", "CnameIsRisk", None,
        "The cname is at high risk and cannot be bound to a bucket.";
    CorsNotEnabled = "cors-not-enabled", "AccessForbidden", Some("0003-00000601"),
        "CORSResponse: CORS is not enabled for this bucket.";
    FeatureGated = "feature-gated", "AccessDenied", Some("0024-00000008"),
        "Configuration is disabled for the current user";
    KmsServiceNotEnabled = "kms-service-not-enabled", "KmsServiceNotEnabled", Some("0005-00000218"),
        "The KMS service is not enabled for this account.";
    LoggingTargetBucket = "logging-target-bucket", "InvalidTargetBucketForLogging", None,
        "put bucket log requester is not target bucket owner.";
    SignatureV1Forbidden = "signature-v1-forbidden", "AccessDenied", Some("0002-00000080"),
        "V1 signature is forbidden.";
    // A Deny is worded alike wherever it stands; ECs tell the cases apart.
    RamPolicyDeny = "ram-policy-explicit-deny", "AccessDenied", Some("0003-00000201"),
        "Access denied by bucket policy.";
    RamAndBucketPolicyDeny = "ram-and-bucket-policy-deny", "AccessDenied", Some("0003-00000203"),
        "Access denied by bucket policy.";
}

impl Cause {
    /// How many of [`Cause::ALL`] are documented on the 403 page.
    pub const DOCUMENTED: usize = 51;

    /// Whether the 403 page lists it.
    pub fn is_documented(self) -> bool {
        Self::ALL[..Self::DOCUMENTED].contains(&self)
    }

    /// The `Code` element. Three codes are disputed between the 403 page and the wire, and so up to `decisions`.
    pub fn code(self, decisions: &Decisions) -> &'static str {
        match self {
            Self::BucketNotBelong if decisions.not_belong_code == NotBelongCode::AccessDenied => {
                "AccessDenied"
            }
            Self::PermanentRedirect if decisions.redirect_code == RedirectCode::AccessDenied => {
                "AccessDenied"
            }
            Self::KmsNotActivated
                if decisions.kms_inactive_code == KmsInactiveCode::KmsServiceNotEnabled =>
            {
                "KmsServiceNotEnabled"
            }
            _ => self.documented_code(),
        }
    }
}

/// One refusal: a cause, and what its answer carries besides code and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    pub cause: Cause,
    /// The message, where it is not the cause's own (a failed Post condition, an action named).
    pub message: Option<String>,
    /// The EC, where it is not the cause's usual one.
    pub ec: Option<&'static str>,
    /// Elements after `HostId`, in order; nested ones are given as `(name, children)`.
    pub extras: Vec<(&'static str, Extra)>,
}

/// The content of an extra element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extra {
    Text(String),
    /// Child elements.
    Elements(Vec<(&'static str, String)>),
}

/// What a denial says on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rendered<'a> {
    /// HTTP status: always 403.
    pub status: u16,
    /// The `Code` element.
    pub code: &'a str,
    /// The `Message` element, not escaped.
    pub message: &'a str,
    /// The `EC` element, unless `decisions` leaves it out.
    pub ec: Option<&'static str>,
}

impl Denial {
    /// A denial for `cause` with the cause's own message and EC.
    pub fn new(cause: Cause) -> Self {
        Self {
            cause,
            message: None,
            ec: None,
            extras: Vec::new(),
        }
    }

    /// What it says on the wire.
    pub fn rendered(&self, decisions: &Decisions) -> Rendered<'_> {
        Rendered {
            status: 403,
            code: self.cause.code(decisions),
            message: self
                .message
                .as_deref()
                .unwrap_or_else(|| self.cause.message()),
            ec: self
                .ec
                .or_else(|| self.cause.usual_ec())
                .filter(|_| decisions.emit_ec),
        }
    }

    /// With one more text element after `HostId`.
    #[must_use]
    pub fn extra(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.extras.push((name, Extra::Text(value.into())));
        self
    }

    /// With one more element after `HostId` that has children.
    #[must_use]
    pub fn elements(mut self, name: &'static str, children: Vec<(&'static str, String)>) -> Self {
        self.extras.push((name, Extra::Elements(children)));
        self
    }

    /// With another EC than the cause's usual one.
    #[must_use]
    pub fn ec(mut self, ec: &'static str) -> Self {
        self.ec = Some(ec);
        self
    }

    /// With another message than the cause's own.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}
