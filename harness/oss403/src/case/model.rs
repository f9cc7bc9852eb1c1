//! The words of the case language, as types. Every key of a case file is a field here; unknown keys are errors.
//!
//! A file is read in two steps: the ledger header and the scenarios' matrices first; then every instance of a scenario, after
//! its `$axis` names have been replaced. `${…}` placeholders stay in the text: they are known only when a run has made its buckets.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Text by name, in the order written.
pub type TextMap = indexmap::IndexMap<String, String>;

/// One file of the ledger: a documented cause of a 403, and the scenarios that prove it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CaseFile {
    /// Id of the cause; the file is named for it.
    pub cause: String,
    /// The `Code` element that OSS documents.
    pub code: String,
    /// The `Message` element that OSS documents, without its final full stop. An answer's message must begin with it.
    pub message: String,
    /// The HTTP status that OSS documents.
    pub status: u16,
    /// Other codes or messages that the sources show for the same cause, each with its own source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// Elements of `<Error>` besides Code, Message, RequestId and HostId that the answer must have: a text (placeholders allowed)
    /// or `"*"` for any non-empty text.
    #[serde(default, skip_serializing_if = "TextMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub elements: TextMap,
    /// Where all this is known from.
    pub sources: Vec<Source>,
    /// What a wrong answer would mean.
    pub severity: Severity,
    /// Who can bring the cause about.
    pub provoked_by: ProvokedBy,
    /// What the refusal tells its reader.
    pub means: String,
    /// What its reader should do.
    pub fix: String,
    /// Anything a reader of the ledger should know: disputes, limits, why fewer than four instances make sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The scenarios, still with their `$axis` names.
    #[schemars(with = "Vec<Scenario>")]
    pub scenarios: Vec<Value>,
}

/// Another form of the same answer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Alternative {
    /// The code, when it differs from the cause's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The message, when it differs from the cause's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why this form is accepted.
    pub sources: Vec<Source>,
}

/// Where a claim comes from.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Source {
    /// How good it is.
    pub kind: SourceKind,
    /// A documentation page, by title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Date of the page or sighting, as far as known (`2023-06-27`, `2021-07`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// An address, an EC, a test's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#ref: Option<String>,
    /// What the source adds or disputes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
}

/// Kinds of sources, best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// Our own reading; no source states it.
    Inferred,
    /// A third party's table or note.
    Secondary,
    /// A page of the OSS documentation.
    Documented,
    /// A test of an official SDK asserts it against the service.
    SdkTest,
    /// Seen on the wire.
    Observed,
}

/// What a wrong answer would mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Somebody gets what is not theirs.
    GrantsAccess,
    /// A rule that protects data or money is not kept.
    BreaksProtection,
    /// A client is told the wrong reason.
    Misleads,
}

/// Who can bring a cause about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProvokedBy {
    /// Anyone, with a key or without.
    Anyone,
    /// The bucket's owner, with RAM users of the same account.
    Owner,
    /// A second account is needed.
    SecondAccount,
    /// A holder of an STS token.
    Sts,
    /// Only an operator of the service.
    Operator,
}

/// A twin: a base request that must succeed, one edit that must turn it into the refusal, and what must not change.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// Unique in its file, kebab-case, reads as a sentence.
    pub name: String,
    /// One sentence more than the name says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Capabilities the target must claim besides what the scenario's words imply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Capability>,
    /// Marks what is only our own inference: it counts for the embedded server alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reference_only: bool,
    /// Axes; an instance for each combination. `$axis` anywhere in the scenario stands for the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<Value>,
    /// Combinations to leave out, each a map of axis to value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Value>,
    /// The world before the first request.
    #[serde(default)]
    pub given: Given,
    /// The request that must succeed.
    pub base: Call,
    /// The one thing that is different the second time.
    pub edit: Edit,
    /// What differs from the cause's own answer.
    #[serde(default, skip_serializing_if = "Expect::is_empty")]
    pub expect: Expect,
    /// What must read the same before and after the refused request, as the owner sees it: an object (`k.txt`), a sub-resource
    /// (`?acl`, `k.txt?acl`, `?list-type=2`), in another bucket with its name in front (`second:k.txt`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unchanged: Vec<String>,
}

/// What a target may or may not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// A second region, and the server answers for its name.
    TwoRegions,
    /// A second account.
    SecondAccount,
    /// RAM users and their policies.
    RamUsers,
    /// STS sessions.
    Sts,
    /// The operator hook.
    Operator,
    /// Server-side encryption with KMS.
    Kms,
    /// Bucket policies.
    BucketPolicy,
    /// Hotlink protection.
    Referer,
    /// CORS configuration.
    Cors,
    /// Retention policies.
    Worm,
    /// PostObject.
    PostObject,
    /// Hierarchical namespace.
    HierarchicalNamespace,
    /// Transfer acceleration.
    Acceleration,
    /// Archive storage classes.
    Archive,
    /// Image processing.
    ImageProcessing,
    /// Custom domains.
    Cname,
    /// VPC endpoints.
    VpcEndpoint,
    /// Signature version 1.
    SignatureV1,
    /// Signature version 2.
    SignatureV2,
    /// Signature version 4.
    SignatureV4,
    /// The S3 dialect.
    S3Dialect,
    /// Any Host header reaches the server.
    AnyHost,
}

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
    pub identities: BTreeMap<String, IdentitySpec>,
    /// A domain nobody has bound yet, whose ownership the named identities' accounts have proven. `${domain}` is its name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domain_proven_by: Vec<String>,
    /// An endpoint inside a VPC of the owner, for requests `via: vpc-endpoint`: its policy, or `open` for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint: Option<EndpointPolicy>,
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
    pub owner: Option<String>,
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
#[schemars(transform = crate::case::words::text_or_map)]
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
pub enum Picture { Jpeg, Png, Gif, Bmp, TruncatedJpeg, TruncatedPng, TruncatedGif, TruncatedBmp }

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

/// A span of time: a whole number with `s`, `m`, `h` or `d`, maybe negative. Held in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub i64);

/// A request, before it is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Call {
    /// Who sends it. Default `owner`; `anonymous` signs nothing.
    #[serde(default = "owner")]
    pub r#as: String,
    /// How it is signed. Default `header-v4`; ignored for `anonymous`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<SignWith>,
    /// `METHOD /key?query`, percent-encoding only where a character would be read as syntax; the harness writes it as a client would.
    pub request: String,
    /// Which bucket: a name of `given.buckets`, or `none` for a request on the service. Default: the scenario's bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// Which host it goes to. Default `bucket` (virtual-hosted), or `service` when there is no bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostName>,
    /// Headers besides those the client and the signature add.
    #[serde(default, skip_serializing_if = "TextMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub headers: TextMap,
    /// The body, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// A PostObject form instead of a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// How long a signed URL lives, counted from now (default `10m`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Span>,
    /// Names listed as AdditionalHeaders (V2, V4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additional_headers: Vec<String>,
    /// How far the sender's clock is from true time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Span>,
    /// Send it through the scenario's VPC endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
}

fn owner() -> String {
    "owner".into()
}

/// Ways into the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// The VPC endpoint of `given`.
    VpcEndpoint,
}

/// Signature schemes and where they are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum SignWith { None, HeaderV1, HeaderV2, HeaderV4, UrlV1, UrlV2, UrlV4, FormV1, FormV4, S3HeaderV4 }

/// Hosts by their part in a scenario. In YAML `bucket`, `service`, … or any other text, which is taken as a literal host name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostName {
    /// `<bucket>.oss-<home>.<suffix>`.
    Bucket,
    /// `oss-<home>.<suffix>`; a bucket goes into the path.
    Service,
    /// `<bucket>.oss-<away>.<suffix>`: the region the bucket is not in.
    AwayBucket,
    /// `oss-<away>.<suffix>`.
    AwayService,
    /// `<bucket>.oss-accelerate.<suffix>`.
    Accelerate,
    /// `s3.oss-<home>.<suffix>`; a bucket goes into the path.
    S3Service,
    /// The target's IP address and port; a bucket goes into the path.
    Ip,
    /// `${domain}`.
    Domain,
    /// A literal host name; a bucket is not put anywhere.
    Literal(String),
}

/// A PostObject form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Form {
    /// Fields in order, before those the signature adds.
    #[serde(default, skip_serializing_if = "TextMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub fields: TextMap,
    /// The policy's conditions; `content-length-range [0, 1048576]` when absent. V4's own conditions are added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Vec<Value>>,
    /// The policy's life, counted from now (default `1h`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Span>,
    /// Content of the `file` field.
    pub file: String,
}

/// The one thing that differs: a map with exactly one key.
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
    /// Another method than was signed.
    TamperMethod(String),
    /// Another path than was signed.
    TamperPath(String),
    /// Headers set after signing.
    #[schemars(with = "BTreeMap<String, String>")]
    TamperHeader(TextMap),
    /// A header removed after signing.
    RemoveHeader(String),
    /// Query parameters set after signing.
    #[schemars(with = "BTreeMap<String, String>")]
    TamperQuery(TextMap),
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
    /// The bucket policy.
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
    /// Status of the owner's account (operator).
    #[schemars(schema_with = "crate::case::words::account_status")]
    AccountStatus(oss_reference::operator::protocol::AccountStatus),
    /// State of the owner's KMS (operator).
    #[schemars(schema_with = "crate::case::words::kms_status")]
    KmsStatus(oss_reference::operator::protocol::KmsStatus),
    /// Keys of identities of the scenario are disabled or enabled (operator).
    #[schemars(schema_with = "crate::case::words::key_statuses")]
    KeyStatus(BTreeMap<String, oss_reference::operator::protocol::KeyStatus>),
    /// Networks from which a key may be used (operator).
    KeyNetworks(BTreeMap<String, Vec<String>>),
    /// Status of the bucket (operator).
    #[schemars(schema_with = "crate::case::words::bucket_status")]
    BucketStatus(oss_reference::operator::protocol::BucketStatus),
    /// The home region takes no tokens of the owner's account (operator).
    StsRefusedInRegion(Yes),
    /// This operation takes no tokens of the owner's account (operator).
    StsRefusedInOperation(String),
}

/// `true`, the only value of an edit that needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yes;

/// What differs from the cause's own answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expect {
    /// Another code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Another message, or a longer one (the failed condition).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// More elements than the cause's own.
    #[serde(default, skip_serializing_if = "TextMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub elements: TextMap,
    /// The status of the base's success, when it is not just any 2xx.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_status: Option<u16>,
}

impl Expect {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
