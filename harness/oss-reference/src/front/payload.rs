//! Takes what an operation wants of a request's body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};

use super::body::Arriving;
use crate::answer::{Refusal, Rejection};
use crate::config::Limits;
use crate::operation::Operation;
use crate::operations::content::ContentWriter;
use crate::operations::{self, Payload, Wants};
use crate::refusals::full;
use crate::request::Request;
use crate::world::Memory;

/// Reads what `operation` wants of the body.
///
/// # Errors
/// 400 and 411: too much, too little, or not what Content-MD5 declares.
pub(super) async fn take_payload(
    request: &Request<'_>,
    operation: Operation,
    limits: &Limits,
    body: &mut Arriving,
    memory: &Memory,
) -> Result<Payload, Refusal> {
    let expected = declared_md5(request)?;
    let (payload, md5) = match operations::wants(operation, limits) {
        Wants::Nothing => return Ok(Payload::None),
        Wants::Small { limit } => {
            let bytes = read_small(body, limit, memory).await?;
            let md5 = expected.map(|_| operations::content::content_of(bytes.clone()).md5);
            (Payload::Small(bytes), md5)
        }
        Wants::Content { limit } => {
            require_length(request, body)?;
            if body.announced().is_some_and(|length| length > limit) {
                return Err(too_large().into());
            }
            let mut writer = ContentWriter::new(limit, memory);
            while let Some(bytes) = body.next().await? {
                let taken = writer.push(bytes);
                taken.map_err(|why| why.rejection(too_large))?;
            }
            let content = writer.finish();
            let md5 = content.md5;
            (Payload::Content(content), Some(md5))
        }
    };
    match (expected, md5) {
        (Some(expected), Some(actual)) if expected != actual => Err(invalid_digest().into()),
        _ => Ok(payload),
    }
}

/// The document holds what it takes.
async fn read_small(
    body: &mut Arriving,
    limit: usize,
    memory: &Memory,
) -> Result<Bytes, Rejection> {
    if body.announced().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut share = memory.share();
    let mut gathered = BytesMut::new();
    while let Some(bytes) = body.next().await? {
        if gathered.len() + bytes.len() > limit {
            return Err(too_large());
        }
        share.grow(bytes.len() as u64).map_err(|_| full())?;
        gathered.extend_from_slice(&bytes);
    }
    Ok(share.around(gathered.freeze()))
}

/// OSS wants to know where a body ends before it begins.
fn require_length(request: &Request<'_>, body: &Arriving) -> Result<(), Rejection> {
    let known = body.announced().is_some_and(|length| length > 0)
        || request.header("content-length").is_some()
        || request.header("transfer-encoding").is_some();
    if known {
        return Ok(());
    }
    Err(Rejection::new(
        411,
        "MissingContentLength",
        "You must provide the Content-Length HTTP header.",
    ))
}

/// The digest that Content-MD5 declares.
pub(super) fn declared_md5(request: &Request<'_>) -> Result<Option<[u8; 16]>, Rejection> {
    let Some(text) = request
        .header("content-md5")
        .filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    let decoded = STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    decoded.map(Some).ok_or_else(invalid_digest)
}

pub(super) fn invalid_digest() -> Rejection {
    Rejection::new(
        400,
        "InvalidDigest",
        "The Content-MD5 you specified was invalid.",
    )
    .ec("0017-00000503")
}

fn too_large() -> Rejection {
    Rejection::new(
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed object size.",
    )
}
