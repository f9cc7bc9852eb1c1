//! The StringToSign of V2 of the S3 dialect.
//!
//! ```text
//! METHOD \n Content-MD5 \n Content-Type \n Date \n CanonicalizedAmzHeaders CanonicalizedResource
//! ```
//!
//! Page: AWS, Signing and authenticating REST requests. A URL puts its expiry in the place of the date; in a header `x-amz-date`
//! empties the date line and stands among the other headers.

use std::borrow::Cow;

use crate::canonical::{HeaderLines, write_decoded, write_first_lines};
use crate::computed::Computed;
use crate::encode::percent_decode;
use crate::mac;
use crate::request::{Header, Request};

pub(crate) fn compute(
    request: &Request<'_>,
    date_line: &[u8],
    access_key_secret: &str,
) -> Computed {
    let string_to_sign = string_to_sign(request, date_line);
    let signature = mac::hmac_sha1_base64(access_key_secret.as_bytes(), &string_to_sign);
    Computed {
        string_to_sign,
        canonical_request: None,
        signature,
    }
}

fn string_to_sign(request: &Request<'_>, date_line: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(256 + request.path.len());
    write_first_lines(request, date_line, &mut text);
    write_amz_headers(request, &mut text);
    write_resource(request, &mut text);
    write_subresources(request, &mut text);
    text
}

/// The `x-amz-*` headers, and the parameters of such a name: signed URLs carry there what a header request has as headers.
fn write_amz_headers(request: &Request<'_>, text: &mut Vec<u8>) {
    let in_query = request.query.iter().filter(|pair| is_amz(&pair.name));
    let mut headers = request.headers.to_vec();
    headers.extend(in_query.map(|pair| Header {
        name: &pair.name,
        value: pair.value.as_deref().unwrap_or_default().as_bytes(),
    }));
    let request = Request {
        headers: &headers,
        ..*request
    };
    HeaderLines::collect(&request, is_amz).write(text);
}

fn is_amz(name: &str) -> bool {
    name.get(..6)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-amz-"))
}

/// Appends the path on the wire, in front of it the bucket where that stands in the host. That of a bucket ends with `/` whether it
/// was sent so or not, as botocore has it.
fn write_resource(request: &Request<'_>, text: &mut Vec<u8>) {
    if let Some(bucket) = bucket_of_the_host(request) {
        text.push(b'/');
        text.extend_from_slice(bucket.as_bytes());
    }
    text.extend_from_slice(request.path.as_bytes());
    if request.key.is_none() && !request.path.ends_with('/') {
        text.push(b'/');
    }
}

/// The bucket where the path on the wire does not begin with it.
fn bucket_of_the_host<'a>(request: &Request<'a>) -> Option<&'a str> {
    let bucket = request.bucket?;
    let path = percent_decode(request.path).unwrap_or(Cow::Borrowed(request.path));
    let in_path = path
        .strip_prefix('/')
        .and_then(|path| path.strip_prefix(bucket))
        .is_some_and(|rest| match request.key {
            Some(key) => rest.strip_prefix('/') == Some(key),
            None => matches!(rest, "" | "/"),
        });
    (!in_path).then_some(bucket)
}

/// Appends `?a&b=c` for the listed parameters, sorted by name, decoded and not encoded again.
fn write_subresources(request: &Request<'_>, text: &mut Vec<u8>) {
    let mut listed: Vec<_> = request
        .query
        .iter()
        .filter(|pair| SUBRESOURCES.contains(&pair.name.as_ref()))
        .collect();
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    write_decoded(&listed, text);
}

/// The list of botocore (`auth.py`, `HmacV1Auth.QSAOfInterest`), which holds that of the page.
const SUBRESOURCES: [&str; 35] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];
