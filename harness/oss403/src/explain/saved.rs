//! An answer that somebody saved: the XML body, or the whole HTTP response. Untrusted.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::judge::envelope::{Envelope, EnvelopeError};

/// Most bytes of a saved answer.
const MAX_BYTES: usize = 1024 * 1024;
/// Most header lines that are looked at.
const MAX_HEADERS: usize = 256;

/// What a saved answer says.
#[derive(Debug, Clone)]
pub struct SavedAnswer {
    /// HTTP status, when the response was saved with its head.
    pub status: Option<u16>,
    /// The error.
    pub envelope: Envelope,
    /// `x-oss-ec`, when the response was saved with its head.
    pub ec_header: Option<String>,
}

/// Why a saved answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// Longer than a megabyte.
    #[error("longer than {MAX_BYTES} bytes, which no error answer is")]
    TooLong,
    /// It begins like HTTP and goes on otherwise.
    #[error("begins with `HTTP/` but is no HTTP response")]
    NotHttp,
    /// `x-oss-err` is not base64.
    #[error("the header x-oss-err is not base64")]
    NotBase64,
    /// There is no error in it.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

impl SavedAnswer {
    /// Reads what was saved: XML, or a response as `curl -i` prints it. A response to HEAD has its error in `x-oss-err`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(bytes: &[u8]) -> Result<Self, SavedError> {
        if bytes.len() > MAX_BYTES {
            return Err(SavedError::TooLong);
        }
        let start = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(bytes)
            .trim_ascii_start();
        if !start.starts_with(b"HTTP/") {
            return Ok(Self {
                status: None,
                envelope: Envelope::parse(start)?,
                ec_header: None,
            });
        }
        let mut response = Head::read(start)?;
        // Interim answers (100 Continue, a proxy's 200) are saved before the one that counts.
        while response.rest.trim_ascii_start().starts_with(b"HTTP/") {
            response = Head::read(response.rest.trim_ascii_start())?;
        }
        let body = response.rest.trim_ascii();
        let envelope = match response.header("x-oss-err") {
            Some(encoded) if body.is_empty() => {
                let decoded = BASE64_STANDARD
                    .decode(encoded.trim())
                    .map_err(|_| SavedError::NotBase64)?;
                Envelope::parse(&decoded)?
            }
            _ if body.is_empty() => return Err(EnvelopeError::NoBody.into()),
            _ => Envelope::parse(body)?,
        };
        let ec_header = response.header("x-oss-ec").map(str::to_owned);
        Ok(Self {
            status: Some(response.status),
            envelope,
            ec_header,
        })
    }

    /// The EC, from the header or from the body.
    pub fn ec(&self) -> Option<&str> {
        self.ec_header
            .as_deref()
            .or(self.envelope.text("EC"))
            .filter(|ec| !ec.is_empty())
    }
}

struct Head<'bytes> {
    status: u16,
    headers: Vec<(String, String)>,
    rest: &'bytes [u8],
}

impl<'bytes> Head<'bytes> {
    fn read(bytes: &'bytes [u8]) -> Result<Self, SavedError> {
        let mut rest = bytes;
        let first = line(&mut rest);
        let status = first
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .ok_or(SavedError::NotHttp)?;
        let mut headers = Vec::new();
        while !rest.is_empty() {
            let text = line(&mut rest);
            if text.is_empty() {
                break;
            }
            let (name, value) = text.split_once(':').ok_or(SavedError::NotHttp)?;
            if headers.len() < MAX_HEADERS {
                headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Ok(Self {
            status,
            headers,
            rest,
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Takes a line off the front, without its end.
fn line(rest: &mut &[u8]) -> String {
    let end = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(rest.len());
    let (line, after) = rest.split_at(end);
    *rest = after.get(1..).unwrap_or_default();
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>AccessDenied</Code>\n  <Message>Request has expired.</Message>\n  <EC>0002-00000069</EC>\n</Error>\n";

    #[test]
    fn a_body_and_a_whole_response_say_the_same() {
        let body = SavedAnswer::read(BODY.as_bytes()).unwrap();
        assert_eq!(
            (body.status, body.envelope.text("Code"), body.ec()),
            (None, Some("AccessDenied"), Some("0002-00000069"))
        );
        let whole = format!(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden\r\nX-Oss-Ec: 0002-00000001\r\n\r\n{BODY}"
        );
        let whole = SavedAnswer::read(whole.as_bytes()).unwrap();
        assert_eq!(
            (whole.status, whole.ec()),
            (Some(403), Some("0002-00000001"))
        );
        assert_eq!(whole.envelope, body.envelope);
    }

    #[test]
    fn an_answer_to_head_has_its_error_in_a_header() {
        let encoded = BASE64_STANDARD.encode(BODY);
        let saved = format!("HTTP/1.1 403 Forbidden\nx-oss-err: {encoded}\n\n");
        let saved = SavedAnswer::read(saved.as_bytes()).unwrap();
        assert_eq!(saved.envelope.text("Message"), Some("Request has expired."));
    }

    #[test]
    fn what_is_no_error_answer_is_an_error() {
        let failed = |bytes: &[u8]| SavedAnswer::read(bytes).unwrap_err();
        assert_eq!(failed(b"HTTP/1.1"), SavedError::NotHttp);
        assert_eq!(
            failed(b"HTTP/1.1 403 Forbidden\r\nno colon\r\n"),
            SavedError::NotHttp
        );
        assert_eq!(
            failed(b"HTTP/1.1 403 Forbidden\r\nx-oss-err: ?\r\n\r\n"),
            SavedError::NotBase64
        );
        assert_eq!(
            failed(b"HTTP/1.1 403 Forbidden\r\n\r\n"),
            SavedError::Envelope(EnvelopeError::NoBody)
        );
        assert_eq!(failed(&vec![b'<'; MAX_BYTES + 1]), SavedError::TooLong);
        for bytes in [
            &b""[..],
            b"{}",
            b"<Error><Code>",
            b"\xff\xfe",
            b"<!DOCTYPE x><Error/>",
        ] {
            assert!(
                matches!(failed(bytes), SavedError::Envelope(_)),
                "{bytes:?}"
            );
        }
    }
}
