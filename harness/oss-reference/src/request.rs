//! A request as it arrived: read, split and decoded, not yet judged.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use http::request::Parts;
use oss_policy::{CorsAnswer, CorsRules};

use crate::answer::Rejection;
use crate::config::Config;
use crate::host::{self, Addressed, Names};
use crate::world::World;

/// Everything of a request but its body.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method, upper case as sent.
    pub method: String,
    /// Raw path as sent, without the query.
    pub raw_path: String,
    /// Raw query as sent, without the `?`; empty when there is none.
    pub raw_query: String,
    /// Decoded query pairs in the order of arrival.
    pub query: Vec<(String, Option<String>)>,
    /// Headers in the order of arrival, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The Host as sent, port included: the `HostId` of error answers.
    pub host: String,
    /// What the Host and the path address.
    pub addressed: Addressed,
    /// Address of the peer.
    pub peer: IpAddr,
    /// True for HTTPS.
    pub secure: bool,
    /// The VPC endpoint whose listener took the request.
    pub vpc_endpoint: Option<String>,
    /// The id of this request: 24 upper-case hex digits, the first 8 the Unix time.
    pub id: String,
    /// Unix seconds at which the server took it.
    pub received: i64,
}

impl Request {
    /// First value of the header `name` (lower case), when it is UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .and_then(|(_, value)| std::str::from_utf8(value).ok())
            .map(str::trim)
    }

    /// Whether the query has `name`, with or without a value.
    pub fn has_query(&self, name: &str) -> bool {
        self.query.iter().any(|(known, _)| known == name)
    }

    /// First value of the query parameter `name`; `""` when it has none.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_deref().unwrap_or(""))
    }

    /// The bucket addressed.
    pub fn bucket(&self) -> Option<&str> {
        self.addressed.bucket.as_deref()
    }

    /// The object key addressed; never empty.
    pub fn key(&self) -> Option<&str> {
        self.addressed.key.as_deref()
    }

    /// Whether the request was signed the S3 way, well or badly: two refusals are worded after it.
    pub fn is_s3_signed(&self) -> bool {
        let header = self.header("authorization");
        header.is_some_and(|value| value.starts_with("AWS ") || value.starts_with("AWS4-"))
            || self.query.iter().any(|(name, _)| {
                name == "AWSAccessKeyId"
                    || name
                        .get(..6)
                        .is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
            })
    }

    /// What the CORS rules of a bucket allow to a preflight; `None` when none matches. The check and the answer both ask it.
    pub(crate) fn preflight_allowed_by<'r>(
        &'r self,
        rules: &'r CorsRules,
    ) -> Option<CorsAnswer<'r>> {
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
        let header = self
            .headers
            .iter()
            .find(|(name, _)| name == "x-oss-copy-source")?;
        let source = std::str::from_utf8(&header.1)
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
        let header = self
            .headers
            .iter()
            .find(|(name, _)| name == "x-oss-rename-source")?;
        let source = std::str::from_utf8(&header.1)
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

/// What `x-oss-copy-source` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopySource {
    /// The bucket.
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

/// Reads the head of a request.
///
/// # Errors
/// 400 `InvalidArgument` when there is not exactly one Host, 400 `InvalidURI` when path or query is not percent-encoded UTF-8.
#[allow(clippy::too_many_arguments, reason = "each is one fact of the request")]
pub fn read(
    parts: &Parts,
    peer: SocketAddr,
    secure: bool,
    vpc_endpoint: Option<String>,
    world: &World,
    config: &Config,
    id: String,
    now: i64,
) -> Result<Request, Rejection> {
    let host = one_host(parts)?;
    let raw_path = parts.uri.path();
    let raw_query = parts.uri.query().unwrap_or("");
    let query = oss_auth::parse_query(raw_query).map_err(|_| invalid_uri())?;
    let names = Names {
        suffix: &config.suffix,
        regions: &config.regions,
    };
    let bound = |domain: &str| world.cnames.get(domain).map(String::as_str);
    let addressed = host::address(&host, raw_path, names, bound).map_err(|_| invalid_uri())?;
    Ok(Request {
        method: parts.method.as_str().to_owned(),
        raw_path: raw_path.to_owned(),
        raw_query: raw_query.to_owned(),
        query: query
            .into_iter()
            .map(|pair| (pair.name.into_owned(), pair.value.map(Cow::into_owned)))
            .collect(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        host,
        addressed,
        peer: peer.ip().to_canonical(),
        secure,
        vpc_endpoint,
        id,
        received: now,
    })
}

fn invalid_uri() -> Rejection {
    Rejection::new(400, "InvalidURI", "Couldn't parse the specified URI.")
}

/// The Host header, or the authority of an absolute request target.
fn one_host(parts: &Parts) -> Result<String, Rejection> {
    let mut hosts = parts.headers.get_all("host").iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().map(|host| host.trim().to_owned()),
        (None, _) => parts
            .uri
            .authority()
            .map(|authority| authority.as_str().to_owned()),
        (Some(_), Some(_)) => None,
    };
    host.filter(|host| !host.is_empty()).ok_or_else(|| {
        Rejection::new(400, "InvalidArgument", "Exactly one Host header is needed.")
            .extra("ArgumentName", "Host")
    })
}
