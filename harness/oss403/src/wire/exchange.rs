//! The record of one request and its answer. *Send* only records; nothing here judges.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One request and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// What was sent.
    pub request: SentRequest,
    /// What came back, or why nothing did.
    pub outcome: Outcome,
    /// Microseconds from the first byte sent to the last byte read.
    pub elapsed_us: u64,
    /// What the same request came to before, oldest first, each in a few words: it is sent again when an exchange says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
}

/// A request as it went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SentRequest {
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// The Host header.
    pub host: String,
    /// `ip:port` or `host:port` it was sent to.
    pub address: String,
    /// Path and query as on the wire.
    pub target: String,
    /// Headers in the order sent, without Host.
    pub headers: Vec<(String, String)>,
    #[serde(with = "body")]
    #[schemars(with = "body::Written<'static>")]
    pub body: Vec<u8>,
    /// The StringToSign that a server has to compute for this very request, to be compared with the one it reports. Only kept
    /// where the expectation speaks of it, or a refusal reports one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_to_sign: Option<String>,
}

/// An answer, or its absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A whole answer, or as much of it as the limits let in.
    Answered(Response),
    /// The connection could not be made or broke, or the limit of time ran out.
    Failed(Failure),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// What kind of failure.
    pub kind: FailureKind,
    pub detail: String,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// No connection.
    Connect,
    /// The time limit ran out.
    Timeout,
    /// The connection broke before the head of an answer was whole.
    Lost,
    /// What came cannot be read as an answer of HTTP/1.
    Malformed,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Response {
    pub status: u16,
    /// The reason phrase as it came, decoded as UTF-8 with replacement; empty when it is the one that IANA registers for the status.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Headers in the order of arrival, names in lower case, values decoded as UTF-8 with replacement.
    pub headers: Vec<(String, String)>,
    /// The body, at most as long as the limit.
    #[serde(with = "body")]
    #[schemars(with = "body::Written<'static>")]
    pub body: Vec<u8>,
    /// The extensions of the chunks that the body came in, one after the other.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub chunk_extensions: String,
    /// Headers after a body in chunks, like those before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trailers: Vec<(String, String)>,
    /// Informational answers (1xx) that came before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interim: Vec<Interim>,
    /// What came after the answer without having been asked for, at most as long as the limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "body")]
    #[schemars(with = "body::Written<'static>")]
    pub excess: Vec<u8>,
    /// In what the answer is not HTTP/1.1 as RFC 9110 and RFC 9112 have it, each in a few words, although it could be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<String>,
    /// True when the body is not whole: it was longer than the limit, or broke off, or time ran out within it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// An informational answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interim {
    pub status: u16,
    pub reason: String,
    /// As those of a [`Response`].
    pub headers: Vec<(String, String)>,
}

impl Response {
    /// First value of a header (name in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The server's time in Unix seconds, as its header `Date` has it.
    pub fn date(&self) -> Option<i64> {
        let date = self.header("date")?;
        oss_auth::Timestamp::parse_rfc1123(date)
            .ok()
            .map(|date| date.0)
    }

    /// Whether it says only that the server could not answer now: 429, or a server error other than that something does not exist
    /// there (501, 505).
    pub fn is_unavailable(&self) -> bool {
        matches!(self.status, 429 | 500..=599) && !matches!(self.status, 501 | 505)
    }

    /// Whether it is a refusal that reports a StringToSign, in its body or, coded, in a header.
    pub fn reports_string_to_sign(&self) -> bool {
        let in_body = || memchr::memmem::find(&self.body, b"<StringToSign").is_some();
        self.status == 403 && (self.header("x-oss-err").is_some() || in_body())
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Exchange {
    /// Why it says nothing of what the server decided, in a few words; `None` when it can be read. Such an exchange is neither a grant nor
    /// a refusal, and proves no effect and no leak.
    pub fn unreadable(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Failed(failure) => Some(failure.detail.clone()),
            Outcome::Answered(response) if response.is_unavailable() => {
                Some(format!("it was answered {}", response.status))
            }
            Outcome::Answered(response) if response.truncated => {
                Some("its answer was cut short".into())
            }
            Outcome::Answered(_) => None,
        }
    }

    /// The answer, if there is one.
    pub fn response(&self) -> Option<&Response> {
        match &self.outcome {
            Outcome::Answered(response) => Some(response),
            Outcome::Failed(_) => None,
        }
    }
}

/// Bytes as text, with replacement characters where they are none. Nearly all are text, and to see that takes a fraction of what it takes
/// `String::from_utf8_lossy` to look for what is not.
pub(super) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Bodies are text where they are UTF-8 and base64 where they are not, or where control characters, six characters each in JSON, make
/// that shorter.
mod body {
    use std::borrow::Cow;

    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use schemars::JsonSchema;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Bytes.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    #[schemars(rename = "Body")]
    pub(super) enum Written<'b> {
        /// Where they are UTF-8.
        Text(Cow<'b, str>),
        /// Where they are not, or where that is shorter.
        Base64(String),
    }

    pub(super) fn serialize<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(body) {
            Ok(text) if body.len() + 5 * controls(body) <= body.len().div_ceil(3) * 4 => {
                Written::Text(text.into())
            }
            _ => Written::Base64(BASE64_STANDARD.encode(body)),
        }
        .serialize(serializer)
    }

    /// Those that JSON has no short escape for.
    fn controls(body: &[u8]) -> usize {
        let short = [b'\n', b'\r', b'\t', 0x08, 0x0c];
        let long = |byte: &&u8| **byte < b' ' && !short.contains(byte);
        body.iter().filter(long).count()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => Ok(text.into_owned().into_bytes()),
            Written::Base64(text) => BASE64_STANDARD
                .decode(text)
                .map_err(serde::de::Error::custom),
        }
    }
}
