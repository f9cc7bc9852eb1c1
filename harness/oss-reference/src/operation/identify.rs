//! Tells the operation of a request (API reference: the syntax line of each operation).

use super::Operation::{self, *};
use super::settings::setting;
use crate::answer::Rejection;
use crate::request::{Request, invalid_argument};

/// The operation `request` asks for.
///
/// Query parameters that name no sub-resource are ignored where they cannot turn one operation into another: a valueless one on a
/// writing bucket request is refused, so that `PUT /?typo` never makes a bucket (EC 0017-00000001).
///
/// # Errors
/// 405 `MethodNotAllowed` when the resource has no such method; 400 `InvalidArgument` when a needed parameter is missing or the
/// sub-resource is not known.
pub fn identify(request: &Request<'_>) -> Result<Operation, Rejection> {
    if request.method == "OPTIONS" {
        return Ok(OptionObject);
    }
    match (request.bucket(), request.key()) {
        (None, _) => on_service(request),
        (Some(_), None) => on_bucket(request),
        (Some(_), Some(_)) => on_object(request),
    }
}

fn on_service(request: &Request<'_>) -> Result<Operation, Rejection> {
    match request.method {
        "GET" if request.has_query("regions") => Ok(DescribeRegions),
        "GET" => Ok(ListBuckets),
        _ => Err(not_allowed(request, "SERVICE")),
    }
}

fn on_bucket(request: &Request<'_>) -> Result<Operation, Rejection> {
    if request.has_query("cname") || request.has_query("comp") {
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
        "GET" if request.query_value("list-type") == Some("2") => Ok(ListObjectsV2),
        "GET" => Ok(ListObjects),
        "HEAD" => Ok(HeadBucket),
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
        "GET" => Ok(GetObject),
        "HEAD" => Ok(HeadObject),
        "PUT" if request.copy_source().is_some() => Ok(CopyObject),
        "PUT" => Ok(PutObject),
        "DELETE" => Ok(DeleteObject),
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

/// `operation`, provided that nothing in the query looks like a sub-resource.
fn plain(request: &Request<'_>, operation: Operation) -> Result<Operation, Rejection> {
    let unknown = request.query.iter().find(|pair| {
        let valueless = pair.value.as_deref().is_none_or(str::is_empty);
        valueless && !pair.name.is_empty() && !pair.name.starts_with("x-")
    });
    match unknown {
        None => Ok(operation),
        Some(pair) => {
            Err(invalid_argument(&pair.name, "this sub-resource is not known").ec("0017-00000001"))
        }
    }
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
