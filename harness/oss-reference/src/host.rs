//! What a Host and a path address (help page: OSS domain names).

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The class of a Host, and the bucket and key that host and path name together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    /// The class of the host.
    pub class: HostClass,
    /// The bucket, from the host or, for every class that carries none, from the first path segment.
    pub bucket: Option<String>,
    /// True when the bucket was taken from the path.
    pub path_style: bool,
    /// The decoded key; `None` when it is empty.
    pub key: Option<String>,
}

/// Classes of hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostClass {
    /// `oss-<region>[-internal].<suffix>`: no bucket in the name.
    Service {
        /// Bare region id.
        region: String,
    },
    /// `<bucket>.oss-<region>[-internal].<suffix>`, also the dual-stack and S3-compatible names.
    Bucket {
        /// Bare region id.
        region: String,
    },
    /// `s3.oss-<region>.<suffix>` without a bucket.
    S3Service {
        /// Bare region id.
        region: String,
    },
    /// `[<bucket>.]oss-accelerate[-overseas].<suffix>`.
    Accelerate,
    /// A domain bound to a bucket with PutCname.
    Cname,
    /// An IP address, or `localhost`.
    Ip,
    /// `<bucket>.oss.<suffix>`, the region-less name of old, and everything else.
    Foreign,
}

impl HostClass {
    /// The region the host names, as a bare id.
    pub fn region(&self) -> Option<&str> {
        match self {
            Self::Service { region } | Self::Bucket { region } | Self::S3Service { region } => {
                Some(region)
            }
            Self::Accelerate | Self::Cname | Self::Ip | Self::Foreign => None,
        }
    }
}

/// The names a server answers to.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The domain suffix, `aliyuncs.test`.
    pub suffix: &'a str,
    /// Bare ids of the regions; the first is that of hosts which name none.
    pub regions: &'a [String],
}

/// A path that cannot be decoded: a bad escape, or bytes that are no UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the path is not percent-encoded UTF-8")]
pub struct PathError;

/// Finds what `host` and `raw_path` address. `bound` gives the bucket that a custom domain is bound to.
///
/// The path is decoded once, after the bucket has been split off: an encoded `%2F` belongs to the name it stands in.
///
/// # Errors
/// When the path cannot be decoded.
pub fn address(
    host: &str,
    raw_path: &str,
    names: Names<'_>,
    bound: impl FnOnce(&str) -> Option<String>,
) -> Result<Addressed, PathError> {
    let name = bare_name(host);
    let (class, bucket) = classify(&name, names);
    let (class, bucket) = match (class, bucket) {
        (HostClass::Foreign, None) => match bound(&name) {
            Some(bucket) => (HostClass::Cname, Some(bucket)),
            None => (HostClass::Foreign, None),
        },
        known => known,
    };
    let path = raw_path.strip_prefix('/').unwrap_or(raw_path);
    match bucket {
        Some(bucket) => Ok(Addressed {
            class,
            bucket: Some(bucket),
            path_style: false,
            key: decoded(path)?,
        }),
        None => {
            let (segment, rest) = path.split_once('/').unwrap_or((path, ""));
            let bucket = decoded(segment)?;
            let path_style = bucket.is_some();
            Ok(Addressed {
                class,
                bucket,
                path_style,
                key: decoded(rest)?,
            })
        }
    }
}

/// Decodes a part of the path; an empty one is absent.
fn decoded(raw: &str) -> Result<Option<String>, PathError> {
    let text = oss_auth::percent_decode(raw).map_err(|_| PathError)?;
    Ok(Some(text.into_owned()).filter(|text| !text.is_empty()))
}

/// The host without port and final dot, in lower case.
pub fn bare_name(host: &str) -> Cow<'_, str> {
    let host = host.trim();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        // More than one colon without brackets is an IPv6 address, which has no port.
        None => match host.split_once(':') {
            Some((name, port)) if !port.contains(':') => name,
            _ => host,
        },
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The class of a bare lower-case name, and the bucket that stands in it.
fn classify(name: &str, names: Names<'_>) -> (HostClass, Option<String>) {
    let is_ip = name.parse::<Ipv4Addr>().is_ok() || name.parse::<Ipv6Addr>().is_ok();
    if is_ip || name == "localhost" {
        return (HostClass::Ip, None);
    }
    let Some(inner) = name
        .strip_suffix(names.suffix)
        .and_then(|inner| inner.strip_suffix('.'))
    else {
        return (HostClass::Foreign, None);
    };
    let (front, last) = match inner.rsplit_once('.') {
        Some((front, last)) => (Some(front), last),
        None => (None, inner),
    };
    match last {
        "oss-accelerate" | "oss-accelerate-overseas" => {
            (HostClass::Accelerate, front.map(str::to_owned))
        }
        "oss" => dual_stack(front, names),
        _ => match last.strip_prefix("oss-") {
            Some(region) if !region.is_empty() => in_region(front, region),
            _ => (HostClass::Foreign, None),
        },
    }
}

/// `[<bucket>.]oss-<region>[-internal]`, with `s3.` before it for the S3-compatible names.
fn in_region(front: Option<&str>, region: &str) -> (HostClass, Option<String>) {
    let region = region
        .strip_suffix("-internal")
        .unwrap_or(region)
        .to_owned();
    match front {
        None => (HostClass::Service { region }, None),
        Some("s3") => (HostClass::S3Service { region }, None),
        Some(front) => {
            let bucket = front.strip_suffix(".s3").unwrap_or(front);
            (HostClass::Bucket { region }, Some(bucket.to_owned()))
        }
    }
}

/// `[<bucket>.]<region>.oss`, or the name of old, `oss`, which stands for the first region.
///
/// A region-less `<bucket>.oss` is no standard host any more; it is told from `<region>.oss` by the regions that are served.
fn dual_stack(front: Option<&str>, names: Names<'_>) -> (HostClass, Option<String>) {
    let Some(front) = front else {
        let region = names.regions.first().cloned().unwrap_or_default();
        return (HostClass::Service { region }, None);
    };
    let (bucket, region) = match front.rsplit_once('.') {
        Some((bucket, region)) => (Some(bucket.to_owned()), region),
        None => (None, front),
    };
    if !names.regions.iter().any(|known| known == region) {
        return (HostClass::Foreign, None);
    }
    let region = region.to_owned();
    match bucket {
        Some(bucket) => (HostClass::Bucket { region }, Some(bucket)),
        None => (HostClass::Service { region }, None),
    }
}

/// Whether `text` is one lower-case label of a host name.
pub fn is_label(text: &str) -> bool {
    let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(known)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether `name` may name a bucket: 3 to 63 characters of `[a-z0-9-]`, a letter or digit at both ends (EC 0015-00000001).
pub fn is_bucket_name(name: &str) -> bool {
    name.len() >= 3 && is_label(name)
}

/// Whether `key` may name an object: 1 to 1023 bytes of UTF-8 that do not begin with `/` or `\` (help page: Objects).
pub fn is_object_name(key: &str) -> bool {
    (1..=1023).contains(&key.len()) && !key.starts_with(['/', '\\'])
}
