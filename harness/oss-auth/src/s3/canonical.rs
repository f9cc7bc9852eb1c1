//! The canonical request of the S3 dialect.
//!
//! Page: AWS, Create a signed AWS API request. Unlike V4 of OSS it covers the path on the wire instead of
//! bucket and key, exactly the listed headers, and the payload hash as sent; `k` is written `k=`.

use crate::canonical::{CanonicalQuery, EmptyValue, HeaderList};
use crate::computed::Computed;
use crate::encode::{Slash, encode_into, percent_decode};
use crate::mac;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::scope::Scope;
use crate::v4::canonical::string_to_sign;
use crate::v4::key::signing_key;

pub(crate) fn compute(
    request: &Request<'_>,
    date_line: &[u8],
    scope: &Scope<'_>,
    signed_headers: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let canonical_request = canonical_request(request, signed_headers);
    let string_to_sign = string_to_sign(Scheme::S3V4, date_line, scope, &canonical_request);
    let key = signing_key("AWS4", access_key_secret, scope);
    let signature = mac::hmac_sha256_hex(&key, &string_to_sign);
    Computed {
        string_to_sign,
        canonical_request: Some(canonical_request),
        signature,
    }
}

fn canonical_request(request: &Request<'_>, signed_headers: &HeaderList<'_>) -> Vec<u8> {
    let query = CanonicalQuery::new(request.query, "X-Amz-Signature", EmptyValue::WithEquals);
    let mut text = Vec::with_capacity(512 + 2 * request.path.len() + query.len());
    text.extend_from_slice(request.method.as_bytes());
    text.push(b'\n');
    write_path(request.path, &mut text);
    text.push(b'\n');
    query.write(&mut text);
    text.push(b'\n');
    for name in signed_headers.iter() {
        write_header_line(request, name, &mut text);
    }
    text.push(b'\n');
    text.extend_from_slice(signed_headers.join().as_bytes());
    text.push(b'\n');
    let payload = request.header("x-amz-content-sha256");
    text.extend_from_slice(payload.unwrap_or(b"UNSIGNED-PAYLOAD"));
    text
}

/// Encodes the path anew, since clients differ in what they escape; one that cannot be decoded is signed as it
/// stands.
fn write_path(path: &str, text: &mut Vec<u8>) {
    match percent_decode(path) {
        Ok(decoded) => encode_into(&decoded, Slash::Keep, text),
        Err(_) => text.extend_from_slice(path.as_bytes()),
    }
}

/// Appends `name:value\n`, runs of blanks inside the value shortened to one.
fn write_header_line(request: &Request<'_>, name: &str, text: &mut Vec<u8>) {
    text.extend_from_slice(name.as_bytes());
    text.push(b':');
    for (index, value) in request.headers_named(name).enumerate() {
        if index > 0 {
            text.push(b',');
        }
        let mut last = 0;
        for &byte in value {
            if !(byte == b' ' && last == b' ') {
                text.push(byte);
            }
            last = byte;
        }
    }
    text.push(b'\n');
}
