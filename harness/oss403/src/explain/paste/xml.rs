//! The elements of an error, read leniently: without a root, cut off, with anything between and before them.

use std::collections::BTreeMap;

/// The elements that an error of OSS has.
const ELEMENTS: [&str; 44] = [
    "Code",
    "Message",
    "RequestId",
    "HostId",
    "EC",
    "RecommendDoc",
    "OSSAccessKeyId",
    "AWSAccessKeyId",
    "AccessKeyId",
    "SignatureProvided",
    "StringToSign",
    "StringToSignBytes",
    "CanonicalRequest",
    "CanonicalRequestBytes",
    "Bucket",
    "BucketName",
    "Endpoint",
    "Expires",
    "ServerTime",
    "RequestTime",
    "MaxAllowedSkewMilliseconds",
    "ArgumentName",
    "ArgumentValue",
    "Method",
    "ResourceType",
    "User",
    "SecurityToken",
    "Resource",
    "Region",
    "Key",
    "ObjectName",
    "Header",
    "AccessDeniedDetail",
    "PolicyType",
    "AuthPrincipalOwnerId",
    "AuthPrincipalType",
    "AuthPrincipalDisplayName",
    "NoPermissionType",
    "AuthAction",
    "EncodedDiagnosticMessage",
    "Name",
    "Location",
    "TraceId",
    "HostID",
];

/// An error document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) elements: BTreeMap<String, String>,
    /// Whether it ends within an element.
    pub(super) cut: bool,
}

/// Every error document of a text that has a code or a message.
pub(super) fn read(text: &str) -> Vec<Document> {
    let mut found: Vec<Document> = Vec::new();
    let mut current = Document::default();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if rest.starts_with("Error>") || rest.starts_with("Error ") {
            found.push(std::mem::take(&mut current));
            continue;
        }
        let Some(name) = ELEMENTS.iter().find(|name| is_tag(rest, name)) else {
            continue;
        };
        let Some(opened) = rest.find('>') else {
            break;
        };
        rest = &rest[opened + 1..];
        // What has children is none of the texts.
        if *name == "AccessDeniedDetail" {
            continue;
        }
        let close = format!("</{name}");
        let (value, cut) = match rest.find(&close) {
            Some(end) => (&rest[..end], false),
            None => (&rest[..rest.find('<').unwrap_or(rest.len())], true),
        };
        rest = &rest[value.len()..];
        if *name == "Code" && current.elements.contains_key("Code") {
            found.push(std::mem::take(&mut current));
        }
        current.cut |= cut;
        let value = plain(
            value,
            *name == "StringToSign" || *name == "CanonicalRequest" || *name == "SignatureProvided",
        );
        current.elements.entry((*name).to_owned()).or_insert(value);
    }
    found.push(current);
    let says = |document: &Document| {
        ["Code", "Message"]
            .iter()
            .any(|name| document.elements.contains_key(*name))
    };
    found.retain(says);
    found.truncate(super::MOST * 4);
    found
}

fn is_tag(rest: &str, name: &str) -> bool {
    rest.strip_prefix(name).is_some_and(|after| {
        after.starts_with('>') || after.starts_with(' ') && !after.starts_with("  ")
    })
}

/// The text of an element.
fn plain(value: &str, exact: bool) -> String {
    let inner = value
        .trim()
        .strip_prefix("<![CDATA[")
        .and_then(|inner| inner.strip_suffix("]]>"));
    let text = match inner {
        Some(inner) => inner.to_owned(),
        None => quick_xml::escape::unescape(value)
            .map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned),
    };
    if exact {
        return text.replace("\r\n", "\n");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
