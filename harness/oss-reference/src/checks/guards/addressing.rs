//! Guards on method, host and bucket name: decided before anybody asks who is calling.

use super::super::inquiry::Inquiry;
use super::super::standard_host::is_standard;
use crate::answer::{Refusal, Rejection};
use crate::host::{HostClass, is_bucket_name};
use crate::operation::{Class, Operation};
use crate::refusals::no_such_bucket;

/// The methods that any resource has.
pub(in super::super) fn method_known(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let method = inquiry.request.method;
    if matches!(
        method,
        "GET" | "HEAD" | "PUT" | "POST" | "DELETE" | "OPTIONS"
    ) {
        return Ok(());
    }
    let message = "The specified method is not allowed against this resource.";
    Err(Rejection::new(405, "MethodNotAllowed", message)
        .extra("Method", method)
        .into())
}

/// The bucket has a name that a bucket can have (EC 0015-00000001).
pub(in super::super) fn bucket_name(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    match named(inquiry) {
        Some(name) if !is_bucket_name(name) => Err(Rejection::new(
            400,
            "InvalidBucketName",
            "The specified bucket is not valid.",
        )
        .ec("0015-00000001")
        .extra("BucketName", name)
        .into()),
        _ => Ok(()),
    }
}

/// The bucket exists; whether it does is answered before the key is looked up. Making one, which setting the ACL of one that is not there
/// does too, is different: there an unknown key is told so first.
pub(in super::super) fn bucket_exists(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    if inquiry.class() == Some(Class::Create) {
        return Ok(());
    }
    match named(inquiry) {
        Some(name) if inquiry.bucket().is_none() => Err(no_such_bucket(name).into()),
        _ => Ok(()),
    }
}

/// The same, where a strange host was passed over.
pub(in super::super) fn bucket_present(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    if inquiry.class() == Some(Class::Create) {
        return Ok(());
    }
    match inquiry.request.bucket() {
        Some(name) if inquiry.bucket().is_none() => Err(no_such_bucket(name).into()),
        _ => Ok(()),
    }
}

/// The bucket named, unless a host that nobody knows names it: there the host is what is wrong.
fn named<'r>(inquiry: &'r Inquiry<'_>) -> Option<&'r str> {
    let addressed = &inquiry.request.destination.addressed;
    let strange =
        addressed.class == HostClass::Foreign && !is_standard(&addressed.class, inquiry.config);
    inquiry.request.bucket().filter(|_| !strange)
}

/// Buckets are made through a host of the service (help page: HTTP status code 400).
pub(in super::super) fn put_bucket_host(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let class = &inquiry.request.destination.addressed.class;
    let standard = *class != HostClass::Cname && is_standard(class, inquiry.config);
    if !inquiry.asks(Operation::PutBucket) || standard {
        return Ok(());
    }
    let message = "Your host is invalid. Please put bucket use Open Storage Service standard host.";
    Err(Rejection::new(400, "InvalidHostPutBucket", message).into())
}

/// A preflight says where it comes from and what it wants to do (EC 0034-00000101, -102).
pub(in super::super) fn preflight_complete(inquiry: &Inquiry<'_>) -> Result<(), Refusal> {
    let request = inquiry.request;
    if request.method != "OPTIONS" {
        return Ok(());
    }
    let lacks = |name: &str| request.header(name).is_none_or(str::is_empty);
    let (message, ec) = if lacks("origin") {
        (
            "Insufficient information. Origin request header needed.",
            "0034-00000101",
        )
    } else if lacks("access-control-request-method") {
        (
            "Insufficient information. Request Access-Control-Request-Method header needed.",
            "0034-00000102",
        )
    } else {
        return Ok(());
    };
    Err(Rejection::new(400, "BadRequest", message).ec(ec).into())
}
