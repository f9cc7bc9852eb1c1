//! The canonical request and the StringToSign of V4.
//!
//! ```text
//! method \n canonical URI \n canonical query \n canonical headers \n additional headers \n hashed payload
//! OSS4-HMAC-SHA256 \n x-oss-date \n scope \n hex(sha256(canonical request))
//! ```
//!
//! Page: Signature version 4 in the Authorization header. Every canonical header ends with a line feed of its
//! own, so an empty line follows them.

use crate::canonical::{
    CanonicalQuery, EmptyValue, HeaderLines, HeaderList, is_oss_header, write_resource,
};
use crate::computed::Computed;
use crate::encode::{Slash, encode_into};
use crate::fields::SIGNATURE;
use crate::mac;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::scope::Scope;
use crate::v4::key::{OSS_PREFIX, signing_key};

/// The only value of `x-oss-content-sha256` that OSS accepts (EC 0002-00000214).
pub(crate) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The names out of `additional` that are worth listing: those that are not signed anyway.
pub(crate) fn signable<'a>(additional: &[&'a str]) -> HeaderList<'a> {
    let is_signable = |name: &&'a str| !is_signed_by_default(name);
    HeaderList::new(additional.iter().copied().filter(is_signable))
}

pub(crate) fn compute(
    request: &Request<'_>,
    date_line: &[u8],
    scope: &Scope<'_>,
    additional: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let canonical_request = canonical_request(request, additional);
    let string_to_sign = string_to_sign(Scheme::V4, date_line, scope, &canonical_request);
    let key = signing_key(OSS_PREFIX, access_key_secret, scope);
    let signature = mac::hmac_sha256_hex(&key, &string_to_sign);
    Computed {
        string_to_sign,
        canonical_request: Some(canonical_request),
        signature,
    }
}

/// The StringToSign, which V4 shares with the S3 dialect but for the name of the algorithm.
pub(crate) fn string_to_sign(
    scheme: Scheme,
    date_line: &[u8],
    scope: &Scope<'_>,
    canonical_request: &[u8],
) -> Vec<u8> {
    let mut text = Vec::with_capacity(192);
    for part in [scheme.name().as_bytes(), b"\n", date_line, b"\n"] {
        text.extend_from_slice(part);
    }
    text.extend_from_slice(scope.to_string().as_bytes());
    text.push(b'\n');
    text.extend_from_slice(mac::sha256_hex(canonical_request).as_bytes());
    text
}

fn canonical_request(request: &Request<'_>, additional: &HeaderList<'_>) -> Vec<u8> {
    let is_signed = |name: &str| is_signed_by_default(name) || additional.contains(name);
    let headers = HeaderLines::collect(request, is_signed);
    let query = CanonicalQuery::new(request.query, SIGNATURE, EmptyValue::NameOnly);
    let resource_len = request.bucket.map_or(0, str::len) + 2 * request.key.map_or(0, str::len);
    let mut text = Vec::with_capacity(96 + headers.len() + query.len() + resource_len);
    text.extend_from_slice(request.method.as_bytes());
    text.push(b'\n');
    write_resource(request, |part| encode_into(part, Slash::Keep, &mut text));
    text.push(b'\n');
    query.write(&mut text);
    text.push(b'\n');
    headers.write(&mut text);
    text.push(b'\n');
    text.extend_from_slice(additional.join().as_bytes());
    text.push(b'\n');
    let payload = request.header("x-oss-content-sha256");
    text.extend_from_slice(payload.unwrap_or(UNSIGNED_PAYLOAD.as_bytes()));
    text
}

fn is_signed_by_default(name: &str) -> bool {
    is_oss_header(name)
        || name.eq_ignore_ascii_case("content-type")
        || name.eq_ignore_ascii_case("content-md5")
}
