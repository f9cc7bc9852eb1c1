//! What a refusal claims of the request, of the time and of itself, held against what is known of them.
//!
//! An element whose text differs from answer to answer cannot be spelt out in a case file. That it is there says little: a server that
//! explains a mismatch with the wrong bytes misleads more than one that explains nothing.

use oss_auth::{Timestamp, parse_query};
use sha2::{Digest as _, Sha256};

use super::answer::{Answer, shorten};
use super::envelope::Envelope;
use super::expected::Expected;
use crate::wire::exchange::SentRequest;
use crate::wire::redact::REDACTED;

/// The header `Date` is written a moment after the decision.
const DATE_TOLERANCE: u64 = 1;

/// Every claim that does not hold, in words. Only elements that the cause's answer must have are looked at.
pub(super) fn check(answer: &Answer<'_>, envelope: &Envelope, expected: &Expected) -> Vec<String> {
    let request = &answer.exchange.request;
    let text = |name: &str| -> Option<&str> {
        let due = expected.elements.iter().any(|(known, _)| known == name);
        due.then(|| envelope.text(name)).flatten()
    };
    let string_to_sign = text("StringToSign");
    let date = answer.response.header("date");
    let named_alike = envelope.text("EC").zip(answer.response.header("x-oss-ec"));
    let claims = [
        named_alike.and_then(|(element, header)| same_ec(element, header)),
        text("SignatureProvided").and_then(|provided| signature_provided(provided, request)),
        text("OSSAccessKeyId").and_then(|key| access_key_id("OSSAccessKeyId", key, request)),
        text("AWSAccessKeyId").and_then(|key| access_key_id("AWSAccessKeyId", key, request)),
        string_to_sign.and_then(|string| bytes_of(string, text("StringToSignBytes")?)),
        string_to_sign.and_then(|string| canonical_request(string, envelope)),
        text("ServerTime").and_then(|said| server_time(said, date)),
        text("RequestTime").and_then(|said| time("RequestTime", said, request_time(request))),
        text("Expires").and_then(|said| time("Expires", said, end_of_url(request))),
    ];
    claims.into_iter().flatten().collect()
}

/// The EC of the header is that of the document.
fn same_ec(element: &str, header: &str) -> Option<String> {
    (element != header).then(|| {
        format!(
            "EC `{}` is not the x-oss-ec `{}`",
            shorten(element),
            shorten(header)
        )
    })
}

/// The key of the refusal is one that the request names: in a header, in its query or in its form.
fn access_key_id(name: &str, said: &str, request: &SentRequest) -> Option<String> {
    let mut headers = request.headers.iter();
    let in_header = headers.any(|(_, value)| value.contains(said));
    let in_query = || query(request).iter().any(|(_, value)| value.contains(said));
    let in_form = || memchr::memmem::find(&request.body, said.as_bytes()).is_some();
    let is_named = !said.is_empty() && (in_header || in_query() || in_form());
    (!is_named && !is_redacted(said))
        .then(|| format!("{name} `{}` is none that the request names", shorten(said)))
}

/// The signature that was refused is the one that was sent.
fn signature_provided(provided: &str, request: &SentRequest) -> Option<String> {
    let in_header = request
        .headers
        .iter()
        .any(|(_, value)| value.contains(provided));
    let in_query = || query(request).iter().any(|(_, value)| value == provided);
    let in_form = || {
        let bytes = provided.as_bytes();
        !bytes.is_empty() && request.body.windows(bytes.len()).any(|part| part == bytes)
    };
    let sent = in_header || in_query() || in_form();
    (!sent).then(|| {
        format!(
            "SignatureProvided `{}` is not the signature that was sent",
            shorten(provided)
        )
    })
}

/// The bytes are those of the text, in hexadecimal pairs.
fn bytes_of(string_to_sign: &str, pairs: &str) -> Option<String> {
    if is_redacted(string_to_sign) {
        return None;
    }
    let said: Option<Vec<u8>> = pairs
        .split_ascii_whitespace()
        .map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect();
    // XML readers see one line feed where a carriage return and a line feed were written, and the bytes tell which.
    let is_it = said.is_some_and(|said| {
        let text = String::from_utf8_lossy(&said);
        text == string_to_sign || text.replace("\r\n", "\n") == string_to_sign
    });
    (!is_it).then(|| "StringToSignBytes are not the bytes of StringToSign".into())
}

/// Version 4 signs the digest of a canonical request, so an answer that explains it shows that too (seen on the wire in 2025).
fn canonical_request(string_to_sign: &str, envelope: &Envelope) -> Option<String> {
    if !string_to_sign.starts_with("OSS4-HMAC-SHA256\n") {
        return None;
    }
    let Some(canonical) = envelope.text("CanonicalRequest") else {
        return Some("the element `CanonicalRequest` is missing".into());
    };
    if is_redacted(canonical) {
        return None;
    }
    let digest = oss_auth::hex(&Sha256::digest(canonical.as_bytes()));
    (string_to_sign.lines().last() != Some(&digest))
        .then(|| "StringToSign does not end with the digest of CanonicalRequest".into())
}

/// Of a journal a token is gone, and with it what the bytes and the digest could be held against.
fn is_redacted(text: &str) -> bool {
    text.contains(REDACTED)
}

/// The server's time is that of its answer.
fn server_time(said: &str, date: Option<&str>) -> Option<String> {
    let answered = date.and_then(|date| Timestamp::parse_rfc1123(date).ok());
    match (Timestamp::parse_iso_extended(said), answered) {
        (Ok(said), Some(answered)) if said.0.abs_diff(answered.0) > DATE_TOLERANCE => {
            Some(format!(
                "ServerTime `{}` is not the time of the answer, {}",
                said.to_iso_extended_millis(),
                answered.to_iso_extended_millis()
            ))
        }
        (Ok(_), _) => None,
        (Err(_), _) => Some(no_time("ServerTime", said)),
    }
}

/// A time that the request itself told.
fn time(name: &str, said: &str, told: Option<Timestamp>) -> Option<String> {
    match (Timestamp::parse_iso_extended(said), told) {
        (Ok(time), Some(told)) if time != told => Some(format!(
            "{name} `{}` is not what the request says, {}",
            time.to_iso_extended_millis(),
            told.to_iso_extended_millis()
        )),
        (Ok(_), _) => None,
        (Err(_), _) => Some(no_time(name, said)),
    }
}

fn no_time(name: &str, said: &str) -> String {
    format!("{name} `{}` is no time", shorten(said))
}

/// When a request says it was signed; `None` where that is not for this module to find (forms).
fn request_time(request: &SentRequest) -> Option<Timestamp> {
    let header = |name: &str| {
        let mut named = request
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim().to_owned())
    };
    let query = || {
        let query = query(request);
        let date = query.into_iter().find(|(name, _)| name == "x-oss-date");
        date.map(|(_, value)| value)
    };
    let told = header("x-oss-date")
        .or_else(|| header("x-amz-date"))
        .or_else(query)
        .or_else(|| header("date"))?;
    Timestamp::parse_iso_basic(&told)
        .or_else(|_| Timestamp::parse_rfc1123(&told))
        .ok()
}

/// The last second of a signed URL.
fn end_of_url(request: &SentRequest) -> Option<Timestamp> {
    let query = query(request);
    let value = |name: &str| {
        let mut named = query.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    };
    let fixed = value("Expires").or_else(|| value("x-oss-expires"))?;
    let seconds: i64 = fixed.parse().ok()?;
    match value("x-oss-date") {
        // A life counted from the time of signing.
        Some(date) => {
            let signed = Timestamp::parse_iso_basic(date).ok()?;
            Some(Timestamp(signed.0.saturating_add(seconds)))
        }
        None => Some(Timestamp(seconds)),
    }
}

/// Names and values of the query, decoded; nothing when it cannot be.
fn query(request: &SentRequest) -> Vec<(String, String)> {
    let Some((_, query)) = request.target.split_once('?') else {
        return Vec::new();
    };
    parse_query(query)
        .unwrap_or_default()
        .into_iter()
        .map(|pair| {
            let value = pair.value.unwrap_or_default();
            (pair.name.into_owned(), value.into_owned())
        })
        .collect()
}
