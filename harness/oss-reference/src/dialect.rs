//! What the S3 dialect calls by other names (help pages: Use Amazon S3 SDKs to access OSS, Compatibility with Amazon S3).
//!
//! A request that is signed the S3 way names the headers of OSS `x-amz-*`, and its answer does the same. The pages list operations and
//! not headers: these are the ones of the listed operations that have a twin.

use std::borrow::Cow;

use http::header::{HeaderMap, HeaderName};

/// What the S3 dialect calls the OSS header `name` in a request.
pub(crate) fn twin_of(name: &str) -> Option<Cow<'static, str>> {
    // One ACL header of S3 stands for two of OSS, which no operation has both.
    if matches!(name, "x-oss-acl" | "x-oss-object-acl") {
        return Some("x-amz-acl".into());
    }
    let rest = name.strip_prefix("x-oss-")?;
    TWINS
        .contains(&rest)
        .then(|| format!("x-amz-{rest}").into())
}

/// What OSS calls the header `name` of an S3-signed upload; itself where it has no twin.
pub(crate) fn own_name(name: &str) -> Cow<'_, str> {
    match name.strip_prefix("x-amz-") {
        Some("acl") => "x-oss-object-acl".into(),
        Some(rest) if rest.starts_with("meta-") || TWINS.contains(&rest) => {
            format!("x-oss-{rest}").into()
        }
        _ => name.into(),
    }
}

/// Sorted.
const TWINS: [&str; 12] = [
    "copy-source",
    "copy-source-if-match",
    "copy-source-if-modified-since",
    "copy-source-if-none-match",
    "copy-source-if-unmodified-since",
    "copy-source-range",
    "metadata-directive",
    "request-payer",
    "server-side-encryption",
    "storage-class",
    "tagging",
    "tagging-directive",
];

/// The OSS name of a storage class of S3.
pub(crate) fn storage_class(name: &str) -> &str {
    match name {
        "STANDARD" => "Standard",
        "STANDARD_IA" => "IA",
        "GLACIER" => "Archive",
        other => other,
    }
}

/// Makes an answer one to an S3-signed request. The complete head of a 403 (vectordotdev/vector#20746, 2024) has `x-amz-request-id`
/// and `x-oss-ec`, and no `x-oss-request-id` and no `x-oss-server-time`. That user metadata goes back as it came is what S3 clients
/// read; what else OSS renames is not known.
pub(crate) fn translate(headers: &mut HeaderMap) {
    headers.remove("x-oss-server-time");
    let named: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let name = name.as_str();
            name == "x-oss-request-id" || name.starts_with("x-oss-meta-")
        })
        .cloned()
        .collect();
    for name in named {
        let twin = name.as_str().replacen("x-oss-", "x-amz-", 1);
        if let (Some(value), Ok(twin)) = (headers.remove(&name), HeaderName::try_from(twin)) {
            headers.insert(twin, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_twin_leads_back() {
        assert!(TWINS.is_sorted());
        for rest in TWINS {
            let own = format!("x-oss-{rest}");
            let twin = twin_of(&own).expect("a twin");
            assert_eq!(own_name(&twin), own);
        }
        assert_eq!(own_name("x-amz-meta-a"), "x-oss-meta-a");
        for own in [
            "x-oss-date",
            "x-oss-content-sha256",
            "content-type",
            "x-amz-x",
        ] {
            assert_eq!(twin_of(own), None, "{own}");
        }
        for other in ["x-amz-date", "x-amz-content-sha256", "x-amz-security-token"] {
            assert_eq!(own_name(other), other);
        }
    }
}
