//! A request before it is signed: who sends it, how it is signed, where it goes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{TextMap, Who};

/// A request, before it is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Call {
    /// Who sends it. Default `owner`; `anonymous` signs nothing.
    #[serde(default)]
    pub r#as: Who,
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
    /// How it is written otherwise than the harness would write it, after signing, without any change of what it means: both requests
    /// of the twin, so that the base proves that the signature survives it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disguise: Vec<Disguise>,
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
pub enum SignWith {
    None,
    HeaderV1,
    HeaderV2,
    HeaderV4,
    UrlV1,
    UrlV2,
    UrlV4,
    FormV1,
    FormV4,
    S3HeaderV2,
    S3UrlV2,
    S3HeaderV4,
    S3UrlV4,
}

/// Ways to write one and the same request that no signature may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Disguise {
    /// The headers in reverse order.
    HeaderOrder,
    /// The names of the headers in capitals.
    HeaderCase,
    /// Blanks and tabs around the values of the headers.
    HeaderSpace,
    /// Two more headers that no scheme signs.
    UnsignedHeader,
    /// Escapes of path and query in small hexadecimal digits.
    EncodingCase,
    /// The first character of every name in the path and of every value of the query escaped, although it need not be.
    EncodedUnreserved,
    /// The slashes of the key escaped.
    EncodedSlash,
    /// Blanks in the query as `+`.
    PlusForBlank,
    /// The query parameters in reverse order.
    QueryOrder,
    /// Query parameters without a value with a `=` behind their name, and those with an empty one without it.
    EmptyValue,
    /// The pairs of the Authorization header in reverse order (V2, V4).
    PairOrder,
    /// One more query parameter that V1 does not sign.
    UnsignedQuery,
    /// A second `Expires` at the end of the query of a V1 URL, of which the first counts.
    LaterRepetition,
    /// The name of the host in capitals.
    HostCase,
    /// The scheme's own port behind the name of the host.
    HostPort,
}

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

/// A span of time: a whole number with `s`, `m`, `h` or `d`, maybe negative. Held in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub i64);
