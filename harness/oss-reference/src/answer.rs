//! What goes back over the wire: a success, or a refusal as OSS writes it.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::denial::Denial;

/// An answer: status, headers and a body in chunks.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub status: u16,
    /// Headers besides `server`, `date`, `connection`, `x-oss-request-id` and `x-oss-server-time`, which the front adds.
    pub headers: HeaderMap,
    /// The body; may be empty. Never sent for HEAD, whose `content-length` is what is set in `headers`.
    pub body: Vec<Bytes>,
}

impl Answer {
    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            // As many as an answer with an object has, the front's own included.
            headers: HeaderMap::with_capacity(16),
            body: Vec::new(),
        }
    }

    /// An answer with an XML body.
    pub fn xml(status: u16, body: String) -> Self {
        let mut answer = Self::empty(status);
        answer
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        answer.body.push(body.into());
        answer
    }

    /// Sets a header. A value that cannot stand in a header (a control character stored from a form field) leaves it out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.set(name, value);
        self
    }

    /// As [`Answer::with`], in place.
    pub fn set(&mut self, name: &'static str, value: impl AsRef<[u8]>) {
        if let Ok(value) = HeaderValue::from_bytes(value.as_ref()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// As [`Answer::set`] for a name known only at run time (`x-oss-meta-…`); an impossible name is left out too.
    pub fn set_dynamic(&mut self, name: &str, value: &str) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            self.headers.insert(name, value);
        }
    }

    /// Length of the body in bytes.
    pub fn body_length(&self) -> u64 {
        self.body.iter().map(|chunk| chunk.len() as u64).sum()
    }
}

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// 403: forbidden, for a cause of the documentation.
    Denied(Denial),
    /// Any other error status.
    Rejected(Rejection),
}

/// An error that is not a 403: bad syntax, absent things, conflicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub status: u16,
    /// The `Code` element.
    pub code: &'static str,
    /// The `Message` element.
    pub message: String,
    /// The `EC` element, where one is known.
    pub ec: Option<&'static str>,
    /// Elements after `HostId`, in order.
    pub extras: Vec<(&'static str, String)>,
    /// Headers that go with it.
    pub headers: Vec<(&'static str, String)>,
}

impl Rejection {
    /// A rejection without EC and extra elements.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            ec: None,
            extras: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// With its EC.
    #[must_use]
    pub fn ec(mut self, ec: &'static str) -> Self {
        self.ec = Some(ec);
        self
    }

    /// With one more element after `HostId`.
    #[must_use]
    pub fn extra(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.extras.push((name, value.into()));
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}
