//! The StringToSign of V2.
//!
//! ```text
//! METHOD \n Content-MD5 \n Content-Type \n Date \n CanonicalizedOSSHeaders AdditionalHeaders \n CanonicalizedResource
//! ```
//!
//! Sources: the Python and Java SDKs (`oss2/auth.py`, `SignV2Utils.java`) and a StringToSign that the service
//! printed (github.com/tickstep/aliyunpan-api, issue 6). The OSS header lines include the additional headers,
//! and the slashes of the resource are percent-encoded.

use crate::canonical::{
    CanonicalQuery, EmptyValue, HeaderLines, HeaderList, is_oss_header, write_first_lines,
    write_resource,
};
use crate::computed::Computed;
use crate::encode::{Slash, encode_into};
use crate::fields::SIGNATURE;
use crate::mac;
use crate::request::Request;

/// The names out of `additional` that are worth listing: present in the request and not signed anyway.
pub(crate) fn signable<'a>(request: &Request<'_>, additional: &[&'a str]) -> HeaderList<'a> {
    let is_signable = |name: &&'a str| !is_oss_header(name) && request.header(name).is_some();
    HeaderList::new(additional.iter().copied().filter(is_signable))
}

pub(crate) fn compute(
    request: &Request<'_>,
    date_line: &[u8],
    additional: &HeaderList<'_>,
    access_key_secret: &str,
) -> Computed {
    let string_to_sign = string_to_sign(request, date_line, additional);
    let signature = mac::hmac_sha256_base64(access_key_secret.as_bytes(), &string_to_sign);
    Computed {
        string_to_sign,
        canonical_request: None,
        signature,
    }
}

fn string_to_sign(request: &Request<'_>, date_line: &[u8], additional: &HeaderList<'_>) -> Vec<u8> {
    let is_signed = |name: &str| is_oss_header(name) || additional.contains(name);
    let headers = HeaderLines::collect(request, is_signed);
    let query = CanonicalQuery::new(request.query, SIGNATURE, EmptyValue::NameOnly);
    let resource_len = request.bucket.map_or(0, str::len) + 2 * request.key.map_or(0, str::len);
    let mut text = Vec::with_capacity(160 + headers.len() + query.len() + resource_len);
    write_first_lines(request, date_line, &mut text);
    headers.write(&mut text);
    text.extend_from_slice(additional.join().as_bytes());
    text.push(b'\n');
    write_resource(request, |part| encode_into(part, Slash::Encode, &mut text));
    if !query.is_empty() {
        text.push(b'?');
        query.write(&mut text);
    }
    text
}
