//! A request as it arrived: read, split and decoded, not yet judged.

use std::borrow::Cow;
use std::net::IpAddr;

use http::HeaderValue;
use http::header::HeaderName;
use http::request::Parts;
use oss_auth::{Header, QueryPair};
use oss_policy::{CorsAnswer, CorsRules};

use crate::answer::Rejection;
use crate::config::Config;
use crate::dialect;
use crate::host::{self, Addressed, Names};

/// Everything of a request but its body.
#[derive(Debug, Clone)]
pub struct Request<'r> {
    /// Method, upper case as sent.
    pub method: &'r str,
    /// Raw path as sent, without the query.
    pub raw_path: &'r str,
    /// Decoded query pairs in the order of arrival.
    pub query: Vec<QueryPair<'r>>,
    /// Headers in the order of arrival, names in lower case.
    pub headers: Vec<Header<'r>>,
    /// What it is addressed to.
    pub destination: Destination<'r>,
    /// How and when it came.
    pub arrival: Arrival<'r>,
}

/// What a request is addressed to.
#[derive(Debug, Clone)]
pub struct Destination<'r> {
    /// The Host as sent, port included: the `HostId` of error answers.
    pub host: &'r str,
    /// What the Host and the path address.
    pub addressed: Addressed,
}

/// How and when a request came.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'r> {
    /// Address of the peer.
    pub peer: IpAddr,
    /// The VPC endpoint whose listener took it.
    pub vpc_endpoint: Option<&'r str>,
    /// Its id: 24 upper-case hex digits, the first 8 the Unix time.
    pub id: &'r str,
    /// Unix seconds at which the server took it.
    pub received: i64,
}

impl<'r> Request<'r> {
    /// Reads the head of a request whose destination is known.
    ///
    /// # Errors
    /// 400 `InvalidURI` when the query is not percent-encoded UTF-8.
    pub fn read(
        parts: &'r Parts,
        destination: Destination<'r>,
        arrival: Arrival<'r>,
    ) -> Result<Self, Rejection> {
        let query = parts.uri.query().unwrap_or("");
        let header = |(name, value): (&'r HeaderName, &'r HeaderValue)| Header {
            name: name.as_str(),
            value: value.as_bytes(),
        };
        Ok(Self {
            method: parts.method.as_str(),
            raw_path: parts.uri.path(),
            query: oss_auth::parse_query(query).map_err(|_| invalid_uri())?,
            headers: parts.headers.iter().map(header).collect(),
            destination,
            arrival,
        })
    }

    /// First value of the header `name` (lower case), when it is UTF-8; for an S3-signed request also that of its `x-amz-*` twin.
    pub fn header(&self, name: &str) -> Option<&'r str> {
        self.raw_header(name)
            .and_then(|value| std::str::from_utf8(value).ok())
            .map(str::trim)
    }

    fn raw_header(&self, name: &str) -> Option<&'r [u8]> {
        let named = |name: &str| self.headers.iter().find(|header| header.name == name);
        let twin = || {
            let twin = if self.is_s3_signed() {
                dialect::twin_of(name)?
            } else {
                return None;
            };
            named(&twin)
        };
        named(name).or_else(twin).map(|header| header.value)
    }

    /// Whether the query has `name`, with or without a value.
    pub fn has_query(&self, name: &str) -> bool {
        self.query.iter().any(|pair| pair.name == name)
    }

    /// First value of the query parameter `name`; `""` when it has none.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|pair| pair.name == name)
            .map(|pair| pair.value.as_deref().unwrap_or(""))
    }

    /// The bucket addressed.
    pub fn bucket(&self) -> Option<&str> {
        self.destination.addressed.bucket.as_deref()
    }

    /// The object key addressed; never empty.
    pub fn key(&self) -> Option<&str> {
        self.destination.addressed.key.as_deref()
    }

    /// Whether the request was signed the S3 way, well or badly: two refusals and some headers are worded after it.
    pub fn is_s3_signed(&self) -> bool {
        let mut headers = self.headers.iter();
        let authorization = headers.find(|header| header.name == "authorization");
        signed_as_s3(
            authorization.map(|header| header.value),
            self.query.iter().map(|pair| pair.name.as_ref()),
        )
    }

    /// The framing of an S3-signed body as `aws-chunked`, where it has one: `Err` is the argument that it cannot have it with, name and
    /// value. Only `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` goes with it (EC 0017-00000804). The page names Content-Encoding, where the digest
    /// is `UNSIGNED-PAYLOAD`; apache/polaris#3346 was told of the digest `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    pub(crate) fn aws_chunked(&self) -> Option<Result<(), (&'static str, &'r str)>> {
        let digest = self.header(CONTENT_SHA256).unwrap_or("");
        let coding = self.header("content-encoding").unwrap_or("").split(',');
        let mut coding = coding.map(str::trim);
        let coding = coding.find(|coding| coding.eq_ignore_ascii_case("aws-chunked"));
        let streams = digest.starts_with("STREAMING-");
        if !self.is_s3_signed() || (coding.is_none() && !streams) {
            return None;
        }
        Some(match coding {
            _ if digest == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Ok(()),
            Some(coding) if !streams => Err(("Content-Encoding", coding)),
            _ => Err((CONTENT_SHA256, digest)),
        })
    }

    /// What the CORS rules of a bucket allow to a preflight; `None` when none matches. The check and the answer both ask it.
    pub(crate) fn preflight_allowed_by<'a>(
        &'a self,
        rules: &'a CorsRules,
    ) -> Option<CorsAnswer<'a>> {
        let header = |name| self.header(name).unwrap_or("");
        let asked: Vec<&str> = header("access-control-request-headers")
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        rules.preflight(
            header("origin"),
            header("access-control-request-method"),
            &asked,
        )
    }

    /// The source of CopyObject and UploadPartCopy, from `x-oss-copy-source`; `None` when the header is absent.
    ///
    /// # Errors
    /// 400 when the header does not have the form `/bucket/key[?versionId=…]`, percent-encoded.
    pub fn copy_source(&self) -> Option<Result<CopySource, Rejection>> {
        let header = self.raw_header("x-oss-copy-source")?;
        let source = std::str::from_utf8(header)
            .ok()
            .and_then(|text| CopySource::parse(text.trim()));
        Some(source.ok_or_else(|| {
            invalid_argument("x-oss-copy-source", "the form /bucket/key is expected")
        }))
    }

    /// The source of RenameObject, from `x-oss-rename-source`; `None` when the header is absent.
    ///
    /// # Errors
    /// 400 when the header is empty or not percent-encoded UTF-8.
    pub fn rename_source(&self) -> Option<Result<String, Rejection>> {
        let header = self.raw_header("x-oss-rename-source")?;
        let source = std::str::from_utf8(header)
            .ok()
            .and_then(|text| oss_auth::percent_decode(text.trim()).ok())
            .filter(|key| !key.is_empty());
        Some(
            source.map(Cow::into_owned).ok_or_else(|| {
                invalid_argument("x-oss-rename-source", "an object name is expected")
            }),
        )
    }
}

const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// What `x-oss-copy-source` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopySource {
    pub bucket: String,
    /// The decoded key.
    pub key: String,
    /// The version asked for.
    pub version: Option<String>,
}

impl CopySource {
    fn parse(text: &str) -> Option<Self> {
        let (path, version) = match text.split_once("?versionId=") {
            Some((path, version)) => (path, Some(version.to_owned())),
            None => (text, None),
        };
        // Some clients encode the whole value, its slashes too, so it is decoded before it is split.
        let path = oss_auth::percent_decode(path).ok()?;
        let path = path.strip_prefix('/').unwrap_or(&path);
        let (bucket, key) = path.split_once('/')?;
        let whole = host::is_bucket_name(bucket) && !key.is_empty();
        whole.then(|| Self {
            bucket: bucket.into(),
            key: key.into(),
            version,
        })
    }
}

/// PostObject's fields in the order they came, up to `file`. Parsed by the front before the file's bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Names as sent, and values.
    pub fields: Vec<(String, String)>,
    /// The `filename` of the file part.
    pub file_name: Option<String>,
    /// The Content-Type of the file part.
    pub file_content_type: Option<String>,
}

impl Form {
    /// First value of the field `name`, compared without regard to case (help page: PostObject).
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The key the file will have: the field `key` with `${filename}` expanded; `None` when it is absent or empty.
    pub fn key(&self) -> Option<Cow<'_, str>> {
        let key = self.field("key").filter(|key| !key.is_empty())?;
        if !key.contains("${filename}") {
            return Some(Cow::Borrowed(key));
        }
        let name = self.file_name.as_deref().unwrap_or("");
        let expanded = key.replace("${filename}", name);
        (!expanded.is_empty()).then_some(Cow::Owned(expanded))
    }
}

/// 400 `InvalidArgument` with the argument's name.
pub(crate) fn invalid_argument(name: &str, message: &str) -> Rejection {
    Rejection::new(
        400,
        "InvalidArgument",
        format!("The argument {name} is invalid: {message}."),
    )
    .extra("ArgumentName", name)
}

/// Finds what a request is addressed to. `bound` gives the bucket that a custom domain is bound to.
///
/// # Errors
/// 400 `InvalidArgument` when there is not exactly one Host, 400 `InvalidURI` when the path is not percent-encoded UTF-8.
pub fn destination<'r>(
    parts: &'r Parts,
    config: &Config,
    bound: impl FnOnce(&str) -> Option<String>,
) -> Result<Destination<'r>, Rejection> {
    let host = one_host(parts)?;
    let names = Names {
        suffix: &config.suffix,
        regions: &config.regions,
    };
    let addressed = host::address(host, parts.uri.path(), names, bound);
    Ok(Destination {
        host,
        addressed: addressed.map_err(|_| invalid_uri())?,
    })
}

/// [`Request::is_s3_signed`] of a head that may be no request.
pub(crate) fn is_s3_signed(parts: &Parts) -> bool {
    let authorization = parts.headers.get("authorization");
    let query = parts.uri.query().unwrap_or("").split('&');
    signed_as_s3(
        authorization.map(HeaderValue::as_bytes),
        query.map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name)),
    )
}

fn signed_as_s3<'n>(
    authorization: Option<&[u8]>,
    mut parameters: impl Iterator<Item = &'n str>,
) -> bool {
    let starts = |start: &[u8]| authorization.is_some_and(|value| value.starts_with(start));
    let is_s3 = |name: &str| {
        let start = name.get(..6);
        name == "AWSAccessKeyId" || start.is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
    };
    starts(b"AWS ") || starts(b"AWS4-") || parameters.any(is_s3)
}

fn invalid_uri() -> Rejection {
    Rejection::new(400, "InvalidURI", "Couldn't parse the specified URI.")
}

/// The Host header, or the authority of an absolute request target.
fn one_host(parts: &Parts) -> Result<&str, Rejection> {
    let mut hosts = parts.headers.get_all("host").iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().map(str::trim),
        (None, _) => parts.uri.authority().map(http::uri::Authority::as_str),
        (Some(_), Some(_)) => None,
    };
    host.filter(|host| !host.is_empty()).ok_or_else(|| {
        Rejection::new(400, "InvalidArgument", "Exactly one Host header is needed.")
            .extra("ArgumentName", "Host")
    })
}
