//! The StringToSign of V1.
//!
//! ```text
//! METHOD \n Content-MD5 \n Content-Type \n Date \n CanonicalizedOSSHeaders CanonicalizedResource
//! ```
//!
//! Page: Include signatures in the Authorization header. A URL puts its expiry in the place of the date.
//! `x-oss-date` fills the date line and stays among the OSS headers, unlike `x-amz-date` in AWS V2.

use crate::canonical::{
    HeaderLines, is_oss_header, write_decoded, write_first_lines, write_resource,
};
use crate::computed::Computed;
use crate::mac;
use crate::request::Request;
use crate::v1::subresources::is_signed_subresource;

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
    let oss_headers = HeaderLines::collect(request, is_oss_header);
    let resource_len = request.bucket.map_or(0, str::len) + request.key.map_or(0, str::len);
    let mut text = Vec::with_capacity(128 + oss_headers.len() + resource_len);
    write_first_lines(request, date_line, &mut text);
    oss_headers.write(&mut text);
    write_resource(request, |part| text.extend_from_slice(part.as_bytes()));
    write_subresources(request, &mut text);
    text
}

/// Appends `?a&b=c` for the listed parameters, sorted by name, decoded and not encoded again.
fn write_subresources(request: &Request<'_>, text: &mut Vec<u8>) {
    let mut listed: Vec<_> = request
        .query
        .iter()
        .filter(|pair| is_signed_subresource(&pair.name))
        .collect();
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    // The first of a repeated parameter counts, as it does for the signature parameters; the sort is stable.
    listed.dedup_by(|later, first| later.name == first.name);
    write_decoded(&listed, text);
}
