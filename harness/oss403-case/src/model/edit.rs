//! The one thing that differs: the closed list of edits.

use std::collections::BTreeMap;

use oss403_operator::{AccountStatus, BucketStatus, KeyStatus, KmsStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CorsRuleSpec, HostName, ObjectSpec, RefererSpec, SignWith, Span, TextMap};

/// What differs: a map with exactly one key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Edit {
    // The request, before it is signed.
    /// Another identity.
    As(String),
    /// Another signature scheme.
    Sign(SignWith),
    /// Another request line.
    Request(String),
    /// Another method.
    Method(String),
    /// Another bucket.
    Bucket(String),
    /// Another host.
    Host(HostName),
    /// Headers set or replaced.
    #[schemars(with = "BTreeMap<String, String>")]
    SetHeader(TextMap),
    /// A header left out.
    DropHeader(String),
    /// Query parameters set or replaced.
    #[schemars(with = "BTreeMap<String, String>")]
    SetQuery(TextMap),
    /// A query parameter left out.
    DropQuery(String),
    /// Another body.
    Body(String),
    /// Form fields set or replaced.
    #[schemars(with = "BTreeMap<String, String>")]
    SetField(TextMap),
    /// A form field left out.
    DropField(String),
    /// Other Post policy conditions.
    Conditions(Vec<Value>),
    /// The sender's clock is off.
    Clock(Span),
    /// The URL or the Post policy lives until now plus this.
    ExpiresIn(Span),
    /// The expiry as this very text.
    Expires(String),
    /// The AccessKeyId as this very text, signed with the identity's secret.
    AccessKeyId(String),
    /// Signed with a secret that is not the identity's.
    WrongSecret(Yes),
    /// The token as this very text, signed with it.
    Token(String),
    /// The token of another identity, signed with it.
    TokenOf(String),
    /// No token at all.
    DropToken(Yes),
    /// The region of the credential scope.
    ScopeRegion(String),
    // The signed request, on its way.
    /// The signature with its middle character changed.
    FlipSignature(Yes),
    /// The signature written otherwise.
    RespellSignature(Misspelling),
    /// The time that is signed (of V1 and V2 URLs the expiry) shifted by this, within the same day.
    TamperDate(Span),
    /// Another host than was signed, for the same bucket.
    TamperHost(HostName),
    /// Another bucket than was signed.
    TamperBucket(String),
    /// Another list of AdditionalHeaders than was signed; an empty one takes it away.
    TamperAdditionalHeaders(Vec<String>),
    /// Another method than was signed.
    TamperMethod(String),
    /// Another path than was signed.
    TamperPath(String),
    /// Headers set after signing.
    #[schemars(with = "BTreeMap<String, String>")]
    TamperHeader(TextMap),
    /// Headers sent a second time with another value.
    #[schemars(with = "BTreeMap<String, String>")]
    RepeatHeader(TextMap),
    /// A header removed after signing.
    RemoveHeader(String),
    /// Query parameters set after signing.
    #[schemars(with = "BTreeMap<String, String>")]
    TamperQuery(TextMap),
    /// Query parameters with another value in front of those that were signed.
    #[schemars(with = "BTreeMap<String, String>")]
    RepeatQuery(TextMap),
    /// A query parameter removed after signing.
    RemoveQuery(String),
    /// Form fields set after signing.
    #[schemars(with = "BTreeMap<String, String>")]
    TamperField(TextMap),
    // The world, between the two requests.
    /// Objects put anew by the owner.
    #[schemars(with = "BTreeMap<String, ObjectSpec>")]
    PutObject(indexmap::IndexMap<String, ObjectSpec>),
    /// ACLs of objects.
    #[schemars(with = "BTreeMap<String, String>")]
    ObjectAcl(TextMap),
    /// ACL of the bucket.
    BucketAcl(String),
    /// The bucket policy; `null` for none.
    BucketPolicy(Value),
    /// One more statement in the bucket policy.
    AddStatement(Value),
    /// RAM policies of identities of the scenario; `null` for none.
    RamPolicy(BTreeMap<String, Value>),
    /// Hotlink protection.
    Referer(RefererSpec),
    /// CORS rules; an empty list removes them.
    Cors(Vec<CorsRuleSpec>),
    /// The retention policy is locked.
    LockWorm(Yes),
    /// The policy of the VPC endpoint.
    VpcPolicy(Value),
    /// `${domain}` is bound to a bucket of the named identity first.
    BindDomain(String),
    /// Block Public Access is switched on for the bucket.
    BlockPublicAccess(Yes),
    /// Status of the owner's account (operator).
    #[schemars(schema_with = "crate::words::account_status")]
    AccountStatus(AccountStatus),
    /// State of the owner's KMS (operator).
    #[schemars(schema_with = "crate::words::kms_status")]
    KmsStatus(KmsStatus),
    /// Keys of identities of the scenario are disabled or enabled (operator).
    #[schemars(schema_with = "crate::words::key_statuses")]
    KeyStatus(BTreeMap<String, KeyStatus>),
    /// Networks from which a key may be used (operator).
    KeyNetworks(BTreeMap<String, Vec<String>>),
    /// Status of the bucket (operator).
    #[schemars(schema_with = "crate::words::bucket_status")]
    BucketStatus(BucketStatus),
    /// The home region takes no tokens of the owner's account (operator).
    StsRefusedInRegion(Yes),
    /// This operation takes no tokens of the owner's account (operator).
    StsRefusedInOperation(String),
    /// This domain is known for abuse (operator).
    RiskyDomain(String),
    /// This configuration, by its sub-resource, is not open to the owner's account (operator).
    CloseFeature(String),
    // Two faults at once.
    /// Two or three edits together, in this order, for scenarios that say by `before` which refusal comes first.
    All(#[schemars(length(min = 2, max = 3))] Vec<Edit>),
}

/// Ways to write a signature that make it another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Misspelling {
    /// Its first half alone.
    Truncated,
    /// One character more.
    Extended,
    /// Base64 without the `=` at its end.
    Unpadded,
    /// Small letters for capitals and capitals for small letters.
    SwappedCase,
    /// The same bytes in hexadecimal digits where base64 is due, and the other way round.
    OtherEncoding,
}

/// `true`, the only value of an edit that needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yes;
