//! Tells the operation of a request (API reference: the syntax line of each operation).

use super::Operation::{self, *};
use super::names;
use super::settings::{SETTINGS, setting};
use crate::answer::Rejection;
use crate::refusals::invalid_version;
use crate::request::{Request, invalid_argument};
use crate::world::versions::is_version_id;

/// The operation `request` asks for.
///
/// Whatever in the query could be a sub-resource (`names`) is one that the addressed resource has, or the request is refused: one
/// operation is never taken for another.
///
/// # Errors
/// 405 `MethodNotAllowed` when the resource has no such method; 501 `NotImplemented` for a sub-resource that is not known there; 400
/// `InvalidArgument` when a needed parameter is missing, and for an unknown sub-resource in a request that changes a bucket.
pub fn identify(request: &Request<'_>) -> Result<Operation, Rejection> {
    if request.method == "OPTIONS" {
        return Ok(OptionObject);
    }
    let known = |here: fn(&str) -> bool| match names::foreign(request, here) {
        Some(name) => Err(not_implemented(name)),
        None => Ok(()),
    };
    let operation = match (request.bucket(), request.key()) {
        (None, _) => known(of_service).and_then(|()| on_service(request)),
        (Some(_), None) => known(of_bucket).and_then(|()| on_bucket(request)),
        (Some(_), Some(_)) => known(of_object).and_then(|()| on_object(request)),
    };
    operation.and_then(|operation| of_version(request, operation))
}

/// `operation`, provided that a version that the query names is one it can concern (that others refuse it is inferred).
fn of_version(request: &Request<'_>, operation: Operation) -> Result<Operation, Rejection> {
    let named = request
        .query_value("versionId")
        .filter(|_| request.key().is_some());
    match named {
        Some(id) if !is_version_id(id) => Err(invalid_version(id)),
        // oss2 names the version of the source in the query too, and the service passes over it.
        Some(_) if operation == UploadPartCopy => Ok(operation),
        Some(_) if !operation.takes_version() => {
            Err(invalid_argument("versionId", "the operation takes none"))
        }
        _ => Ok(operation),
    }
}

fn of_service(name: &str) -> bool {
    matches!(name, "regions" | "regionList")
}

fn of_bucket(name: &str) -> bool {
    const OTHERS: [&str; 6] = [
        "cname",
        "comp",
        "inventoryId",
        "styleName",
        "wormExtend",
        "wormId",
    ];
    OTHERS.contains(&name)
        || BUCKET.iter().any(|(known, _)| *known == name)
        || SETTINGS.iter().any(|setting| setting.name == name)
}

fn of_object(name: &str) -> bool {
    matches!(name, "partNumber" | "position") || OBJECT.iter().any(|(known, _)| *known == name)
}

fn on_service(request: &Request<'_>) -> Result<Operation, Rejection> {
    match request.method {
        "GET" if request.has_query("regions") => Ok(DescribeRegions),
        // With every region's buckets, as without it.
        "GET" if request.has_query("regionList") => Ok(ListBuckets),
        "GET" => plain(request, ListBuckets),
        _ => Err(not_allowed(request, "SERVICE")),
    }
}

fn on_bucket(request: &Request<'_>) -> Result<Operation, Rejection> {
    if request.has_query("cname") {
        return on_cname(request);
    }
    if let Some(operation) = on_sub_resource(request, BUCKET) {
        return operation.ok_or_else(|| not_allowed(request, "BUCKET"));
    }
    if setting(request).is_some() {
        return match request.method {
            "GET" => Ok(GetBucketSetting),
            "PUT" | "POST" => Ok(PutBucketSetting),
            "DELETE" => Ok(DeleteBucketSetting),
            _ => Err(not_allowed(request, "BUCKET")),
        };
    }
    if request.method == "POST" && request.has_query("wormExtend") {
        return needs(request, "wormId", ExtendBucketWorm);
    }
    if request.method == "POST" && request.has_query("wormId") {
        return Ok(CompleteBucketWorm);
    }
    match request.method {
        "GET" if request.query_value("list-type") == Some("2") => plain(request, ListObjectsV2),
        "GET" => plain(request, ListObjects),
        "HEAD" => plain(request, HeadBucket),
        "PUT" => plain(request, PutBucket),
        "DELETE" => plain(request, DeleteBucket),
        "POST" => plain(request, PostObject),
        _ => Err(not_allowed(request, "BUCKET")),
    }
}

/// The CNAME family shares one sub-resource and is told apart by `comp`.
fn on_cname(request: &Request<'_>) -> Result<Operation, Rejection> {
    let comp = request.query_value("comp");
    match (request.method, comp) {
        ("GET", Some("token")) => Ok(GetCnameToken),
        ("GET", None) => Ok(ListCname),
        ("POST", Some("token")) => Ok(CreateCnameToken),
        ("POST", Some("add")) => Ok(PutCname),
        ("POST", Some("delete")) => Ok(DeleteCname),
        ("GET" | "POST", _) => Err(invalid_argument(
            "comp",
            "`token`, `add` or `delete` is expected",
        )),
        _ => Err(not_allowed(request, "BUCKET")),
    }
}

fn on_object(request: &Request<'_>) -> Result<Operation, Rejection> {
    let method = request.method;
    if method == "PUT" && (request.has_query("partNumber") || request.has_query("uploadId")) {
        let copied = request.copy_source().is_some();
        let operation = if copied { UploadPartCopy } else { UploadPart };
        return needs(request, "partNumber", operation)
            .and_then(|operation| needs(request, "uploadId", operation));
    }
    if let Some(operation) = on_sub_resource(request, OBJECT) {
        let operation = operation.ok_or_else(|| not_allowed(request, "OBJECT"))?;
        return match operation {
            AppendObject => needs(request, "position", operation),
            RenameObject if request.rename_source().is_none() => {
                Err(invalid_argument("x-oss-rename-source", "it is missing"))
            }
            operation => Ok(operation),
        };
    }
    match method {
        "GET" => plain(request, GetObject),
        "HEAD" => plain(request, HeadObject),
        "PUT" if request.copy_source().is_some() => plain(request, CopyObject),
        "PUT" => plain(request, PutObject),
        "DELETE" => plain(request, DeleteObject),
        // ProcessObject and SelectObject: what the parameter asks of a GET it asks for good of a POST.
        "POST" if request.has_query("x-oss-process") => Err(not_implemented("x-oss-process")),
        _ => Err(not_allowed(request, "OBJECT")),
    }
}

/// A sub-resource and the operation of each method it has.
type SubResource = (&'static str, &'static [(&'static str, Operation)]);

const BUCKET: &[SubResource] = &[
    ("acl", &[("GET", GetBucketAcl), ("PUT", PutBucketAcl)]),
    (
        "bucketInfo",
        &[("GET", GetBucketInfo), ("HEAD", HeadBucket)],
    ),
    ("location", &[("GET", GetBucketLocation)]),
    ("stat", &[("GET", GetBucketStat)]),
    ("versions", &[("GET", ListObjectVersions)]),
    (
        "versioning",
        &[("GET", GetBucketVersioning), ("PUT", PutBucketVersioning)],
    ),
    ("live", &[("GET", ListLiveChannel)]),
    ("uploads", &[("GET", ListMultipartUploads)]),
    ("delete", &[("POST", DeleteMultipleObjects)]),
    (
        "policy",
        &[
            ("PUT", PutBucketPolicy),
            ("GET", GetBucketPolicy),
            ("DELETE", DeleteBucketPolicy),
        ],
    ),
    (
        "referer",
        &[("PUT", PutBucketReferer), ("GET", GetBucketReferer)],
    ),
    (
        "cors",
        &[
            ("PUT", PutBucketCors),
            ("GET", GetBucketCors),
            ("DELETE", DeleteBucketCors),
        ],
    ),
    (
        "worm",
        &[
            ("POST", InitiateBucketWorm),
            ("GET", GetBucketWorm),
            ("DELETE", AbortBucketWorm),
        ],
    ),
    (
        "encryption",
        &[
            ("PUT", PutBucketEncryption),
            ("GET", GetBucketEncryption),
            ("DELETE", DeleteBucketEncryption),
        ],
    ),
    (
        "transferAcceleration",
        &[
            ("PUT", PutBucketTransferAcceleration),
            ("GET", GetBucketTransferAcceleration),
            ("DELETE", DeleteBucketTransferAcceleration),
        ],
    ),
    (
        "publicAccessBlock",
        &[
            ("PUT", PutPublicAccessBlock),
            ("GET", GetPublicAccessBlock),
            ("DELETE", DeletePublicAccessBlock),
        ],
    ),
    (
        "requestPayment",
        &[
            ("PUT", PutBucketRequestPayment),
            ("GET", GetBucketRequestPayment),
        ],
    ),
    (
        "tagging",
        &[
            ("PUT", PutBucketTags),
            ("GET", GetBucketTags),
            ("DELETE", DeleteBucketTags),
        ],
    ),
];

const OBJECT: &[SubResource] = &[
    ("acl", &[("GET", GetObjectAcl), ("PUT", PutObjectAcl)]),
    (
        "tagging",
        &[
            ("GET", GetObjectTagging),
            ("PUT", PutObjectTagging),
            ("DELETE", DeleteObjectTagging),
        ],
    ),
    ("symlink", &[("GET", GetSymlink), ("PUT", PutSymlink)]),
    (
        "objectMeta",
        &[("GET", GetObjectMeta), ("HEAD", GetObjectMeta)],
    ),
    ("append", &[("POST", AppendObject)]),
    ("restore", &[("POST", RestoreObject)]),
    ("uploads", &[("POST", InitiateMultipartUpload)]),
    (
        "uploadId",
        &[
            ("GET", ListParts),
            ("POST", CompleteMultipartUpload),
            ("DELETE", AbortMultipartUpload),
        ],
    ),
    ("x-oss-rename", &[("POST", RenameObject)]),
    ("x-oss-dir", &[("POST", CreateDirectory)]),
    ("x-oss-delete", &[("POST", DeleteDirectory)]),
];

/// The operation of the first sub-resource of `table` that the query names: `Some(None)` when it has no such method.
fn on_sub_resource(request: &Request<'_>, table: &[SubResource]) -> Option<Option<Operation>> {
    let (_, methods) = table.iter().find(|(name, _)| request.has_query(name))?;
    let operation = methods.iter().find(|(method, _)| *method == request.method);
    Some(operation.map(|(_, operation)| *operation))
}

/// `operation`, provided that the parameter `name` has a value.
fn needs(request: &Request<'_>, name: &str, operation: Operation) -> Result<Operation, Rejection> {
    match request.query_value(name) {
        Some(value) if !value.is_empty() => Ok(operation),
        _ => Err(invalid_argument(name, "it is missing")),
    }
}

/// `operation`, provided that the query names no sub-resource.
fn plain(request: &Request<'_>, operation: Operation) -> Result<Operation, Rejection> {
    match names::any(request) {
        None => Ok(operation),
        Some(name)
            if names::is_listed(name) || request.key().is_some() || request.method == "GET" =>
        {
            Err(not_implemented(name))
        }
        Some(name) => {
            Err(invalid_argument(name, "this sub-resource is not known").ec("0017-00000001"))
        }
    }
}

/// 501 for a sub-resource that is not known where it is asked for.
fn not_implemented(name: &str) -> Rejection {
    let message = "A header you provided implies functionality that is not implemented.";
    Rejection::new(501, "NotImplemented", message).extra("SubResource", name)
}

/// 405 for a method that the resource does not have.
pub(super) fn not_allowed(request: &Request<'_>, resource: &str) -> Rejection {
    Rejection::new(
        405,
        "MethodNotAllowed",
        "The specified method is not allowed against this resource.",
    )
    .extra("Method", request.method)
    .extra("ResourceType", resource)
}
