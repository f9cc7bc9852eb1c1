//! The errors that several checks and operations share, as the API reference words them.

use crate::answer::Rejection;

pub(crate) fn no_such_bucket(bucket: &str) -> Rejection {
    Rejection::new(404, "NoSuchBucket", "The specified bucket does not exist.")
        .ec("0015-00000101")
        .extra("BucketName", bucket)
}

/// What the service says when it cannot serve for now (help page: HTTP status code 503); the text is ours.
pub(crate) fn full() -> Rejection {
    let message = "The server holds as much in memory as it may (limits.total-bytes).";
    Rejection::new(503, "ServiceUnavailable", message)
}

pub(crate) fn no_such_key(key: &str) -> Rejection {
    Rejection::new(404, "NoSuchKey", "The specified key does not exist.")
        .ec("0026-00000001")
        .extra("Key", key)
}

pub(crate) fn no_such_upload(upload: &str) -> Rejection {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    Rejection::new(404, "NoSuchUpload", message)
        .ec("0042-00000002")
        .extra("UploadId", upload)
}

pub(crate) fn invalid_argument(name: &str, value: &str) -> Rejection {
    Rejection::new(
        400,
        "InvalidArgument",
        format!("The value of {name} is invalid."),
    )
    .extra("ArgumentName", name)
    .extra("ArgumentValue", value)
}

/// The Python SDK's suite: an id that no version can have is an invalid argument, one that none has is not found.
pub(crate) fn invalid_version(id: &str) -> Rejection {
    Rejection::new(400, "InvalidArgument", "Invalid version id specified")
        .extra("ArgumentName", "versionId")
        .extra("ArgumentValue", id)
}

/// Help page: Retention policies; HTTP status code 409.
pub(crate) fn file_immutable() -> Rejection {
    Rejection::new(
        409,
        "FileImmutable",
        "The object you specified is immutable.",
    )
}

pub(crate) fn file_already_exists() -> Rejection {
    Rejection::new(
        409,
        "FileAlreadyExists",
        "The object you specified already exists and can not be overwritten.",
    )
}

pub(crate) fn precondition_failed(condition: &'static str) -> Rejection {
    Rejection::new(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold.",
    )
    .extra("Condition", condition)
}

pub(crate) fn malformed_xml(detail: &str) -> Rejection {
    Rejection::new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema.")
        .extra("ErrorDetail", detail)
}
