//! What an instance's edited request is: who sends it, and which operation of the API reference it asks for.

use oss403_case::model::{Edit, HostName, Scenario};

/// What kind of caller sends the edited request.
pub(crate) fn sender(scenario: &Scenario) -> &'static str {
    let name = match &scenario.edit {
        Edit::As(name) => name,
        _ => &scenario.base.r#as,
    };
    let own = scenario.given.identities.get(name);
    match (name.as_str(), own) {
        (_, Some(own)) if own.ram_user.is_some() => "ram-user",
        (_, Some(own)) if own.session.is_some() => "role",
        ("other-account", _) | (_, Some(_)) => "other-account",
        ("anonymous", _) => "anonymous",
        ("ram-user", _) => "ram-user",
        ("sts", _) => "role",
        _ => "owner",
    }
}

/// The name of the edited request's operation, from its method, its level, its sub-resource and the headers that tell operations apart.
pub(crate) fn operation(scenario: &Scenario) -> String {
    let Scenario {
        base, edit, given, ..
    } = scenario;
    let line = match edit {
        Edit::Request(line) => line,
        _ => &base.request,
    };
    let (method, target) = line.split_once(' ').unwrap();
    let method = match edit {
        Edit::Method(method) => method,
        _ => method,
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut query: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    match edit {
        Edit::SetQuery(set) => query.extend(set.keys().map(String::as_str)),
        Edit::DropQuery(name) => query.retain(|pair| pair.split('=').next() != Some(name)),
        _ => {}
    }
    let asks = |name: &str| {
        query
            .iter()
            .any(|pair| *pair == name || pair.split('=').next() == Some(name))
    };
    let set = match edit {
        Edit::SetHeader(set) => Some(set),
        _ => None,
    };
    let has = |name: &str| {
        base.headers.contains_key(name) || set.is_some_and(|set| set.contains_key(name))
    };
    let serves_all = base.bucket.as_deref() == Some("none")
        || (given.no_bucket && base.bucket.is_none() && base.host != Some(HostName::Bucket));
    let named = match (serves_all, path) {
        (true, _) => on_service(method, asks),
        (false, "/") => on_bucket(method, asks),
        (false, _) => on_object(method, asks, has),
    };
    named.unwrap_or_else(|| format!("{method} {target}"))
}

fn on_service(method: &str, asks: impl Fn(&str) -> bool) -> Option<String> {
    (method == "GET").then(|| {
        if asks("regions") {
            "DescribeRegions"
        } else {
            "ListBuckets"
        }
        .to_owned()
    })
}

fn on_bucket(method: &str, asks: impl Fn(&str) -> bool) -> Option<String> {
    const NOUNS: [(&str, &str); 16] = [
        ("acl", "BucketAcl"),
        ("policy", "BucketPolicy"),
        ("referer", "BucketReferer"),
        ("cors", "BucketCors"),
        ("encryption", "BucketEncryption"),
        ("tagging", "BucketTagging"),
        ("lifecycle", "BucketLifecycle"),
        ("logging", "BucketLogging"),
        ("website", "BucketWebsite"),
        ("versioning", "BucketVersioning"),
        ("requestPayment", "BucketRequestPayment"),
        ("transferAcceleration", "BucketTransferAcceleration"),
        ("publicAccessBlock", "BucketPublicAccessBlock"),
        ("bucketInfo", "BucketInfo"),
        ("location", "BucketLocation"),
        ("stat", "BucketStat"),
    ];
    if let Some((_, noun)) = NOUNS.iter().find(|(name, _)| asks(name)) {
        let verb = match method {
            "GET" => "Get",
            "PUT" => "Put",
            "DELETE" => "Delete",
            _ => return None,
        };
        return Some(format!("{verb}{noun}"));
    }
    let name = match method {
        "POST" if asks("comp=token") => "CreateCnameToken",
        "POST" if asks("comp=add") => "PutCname",
        "POST" if asks("comp=delete") => "DeleteCname",
        "POST" if asks("wormExtend") => "ExtendBucketWorm",
        "POST" if asks("wormId") => "CompleteBucketWorm",
        "POST" if asks("worm") => "InitiateBucketWorm",
        "DELETE" if asks("worm") => "AbortBucketWorm",
        "POST" if asks("delete") => "DeleteMultipleObjects",
        "POST" => "PostObject",
        "GET" if asks("versions") => "ListObjectVersions",
        "GET" if asks("uploads") => "ListMultipartUploads",
        "GET" if asks("list-type") => "ListObjectsV2",
        "GET" if !asks("worm") && !asks("cname") => "ListObjects",
        "PUT" => "PutBucket",
        "DELETE" => "DeleteBucket",
        _ => return None,
    };
    Some(name.to_owned())
}

fn on_object(
    method: &str,
    asks: impl Fn(&str) -> bool,
    has: impl Fn(&str) -> bool,
) -> Option<String> {
    let name = match method {
        "GET" | "HEAD" if asks("objectMeta") => "GetObjectMeta",
        "GET" if asks("acl") => "GetObjectAcl",
        "GET" if asks("tagging") => "GetObjectTagging",
        "GET" if asks("uploadId") => "ListParts",
        "GET" => "GetObject",
        "HEAD" => "HeadObject",
        "PUT" if asks("acl") => "PutObjectAcl",
        "PUT" if asks("tagging") => "PutObjectTagging",
        "PUT" if asks("symlink") => "PutSymlink",
        "PUT" if asks("uploadId") && has("x-oss-copy-source") => "UploadPartCopy",
        "PUT" if asks("uploadId") => "UploadPart",
        "PUT" if has("x-oss-copy-source") => "CopyObject",
        "PUT" if has("x-oss-tagging") => "PutObject with tags",
        "PUT" => "PutObject",
        "DELETE" if asks("tagging") => "DeleteObjectTagging",
        "DELETE" if asks("uploadId") => "AbortMultipartUpload",
        "DELETE" => "DeleteObject",
        "POST" if asks("append") => "AppendObject",
        "POST" if asks("restore") => "RestoreObject",
        "POST" if asks("uploads") => "InitiateMultipartUpload",
        "POST" if asks("uploadId") => "CompleteMultipartUpload",
        "POST" if asks("x-oss-rename") => "Rename",
        "POST" if asks("x-oss-dir") => "CreateDirectory",
        "POST" if asks("x-oss-delete") => "DeleteDirectory",
        _ => return None,
    };
    Some(name.to_owned())
}
