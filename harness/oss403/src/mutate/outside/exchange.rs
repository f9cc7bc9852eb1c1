//! Requests and answers as the front has read them, and what it hands on instead.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::wire::exchange::SentRequest;

/// A request as it came from the engine.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub method: String,
    /// Path and query, as on the wire.
    pub target: String,
    /// The Host header; empty when there is none.
    pub host: String,
    /// All header lines in their order.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// All of it, as it came.
    pub bytes: Vec<u8>,
    /// Whether the operator hook is asked.
    pub of_hook: bool,
}

/// Which request it was: the same number for the request that the front read and for the one that a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

/// An answer of the server, in parts that can be changed one by one. [`Answer::bytes`] writes it as the parts say, be it right or wrong.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// `HTTP/1.1`
    pub version: String,
    pub status: u16,
    pub reason: String,
    /// Header lines in their order.
    pub headers: Vec<(String, String)>,
    /// What stands between name and value of each header.
    pub colon: &'static str,
    pub body: Vec<u8>,
    /// Whether it answers HEAD, so that it has no body, and its document stands in `x-oss-err`.
    pub to_head: bool,
}

/// What the engine gets to see, step by step. A script without an end leaves the connection as the answer's own headers say.
pub type Script = Vec<Step>;

/// A step of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Bytes, in one write.
    Send(Vec<u8>),
    /// Nothing for a while.
    Wait(Duration),
    /// The connection is closed.
    End,
    /// The connection is reset.
    Reset,
}

/// A request with the server's answer, at the moment at which something may happen to the answer.
#[derive(Debug)]
pub struct Meeting<'m> {
    pub asked: &'m Asked,
    pub answer: Answer,
    /// What the refusal hides: the content of the object that was asked for, or of another one in its bucket.
    pub secret: Option<&'m str>,
    /// Refusals before this one, oldest first.
    pub formers: &'m [Answer],
    /// How many answers this connection has carried, this one included.
    pub on_connection: usize,
}

impl Asked {
    /// Which request it is.
    pub fn fingerprint(&self) -> Fingerprint {
        let (method, target) = (&self.method, &self.target);
        fingerprint(method, target, &self.host, &self.headers, &self.body)
    }

    /// What stays the same when the request is signed and sent again.
    pub fn purpose(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        let signed = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.starts_with("x-oss-signature")
                || name.starts_with("x-oss-date")
                || ["signature", "expires"].contains(&name.as_str())
        };
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let query: Vec<_> = query
            .split('&')
            .filter(|pair| !signed(pair.split('=').next().unwrap_or_default()))
            .collect();
        format!("{} {}{path}?{}", self.method, self.host, query.join("&"))
    }

    /// Whether repeating it comes to the same as asking once (RFC 9110, 9.2.2). Commands to the hook are made so.
    pub fn is_idempotent(&self) -> bool {
        self.of_hook || ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(&self.method.as_str())
    }

    /// The bucket in the Host, and the path.
    pub fn place(&self) -> (&str, &str) {
        let path = self.target.split('?').next().unwrap_or_default();
        (self.host.split('.').next().unwrap_or_default(), path)
    }

    /// Whether the request itself holds this text.
    pub fn holds(&self, text: &str) -> bool {
        memchr::memmem::find(&self.bytes, text.as_bytes()).is_some()
    }
}

impl Fingerprint {
    /// That of a recorded request.
    pub fn of(sent: &SentRequest) -> Self {
        let (method, target) = (&sent.method, &sent.target);
        fingerprint(method, target, &sent.host, &sent.headers, &sent.body)
    }
}

/// Headers that the client adds on its way out do not count.
fn fingerprint(
    method: &str,
    target: &str,
    host: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Fingerprint {
    const OF_THE_CLIENT: [&str; 3] = ["host", "connection", "content-length"];
    let mut hash = DefaultHasher::new();
    (method, target, host, body).hash(&mut hash);
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        if !OF_THE_CLIENT.contains(&name.as_str()) {
            (name, value.trim_matches([' ', '\t'])).hash(&mut hash);
        }
    }
    Fingerprint(hash.finish())
}

impl Answer {
    /// A right answer of nobody's, for what is answered instead of the server.
    pub fn new(status: u16, reason: &str) -> Self {
        Self {
            version: "HTTP/1.1".into(),
            status,
            reason: reason.into(),
            headers: vec![("content-length".into(), "0".into())],
            colon: ": ",
            ..Self::default()
        }
    }

    /// Status line, headers and the empty line.
    pub fn head(&self) -> Vec<u8> {
        let Self {
            version,
            status,
            reason,
            colon,
            ..
        } = self;
        let mut head = format!("{version} {status:03} {reason}\r\n");
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}{colon}{value}\r\n"));
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// All of it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        if !self.to_head {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }

    /// First value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Gives a header another value, or adds it.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        let mut headers = self.headers.iter_mut();
        match headers.find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some(header) => header.1 = value,
            None => self.headers.push((name.into(), value)),
        }
    }

    /// Adds a header line at the end.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.into(), value.into()));
    }

    /// Takes every line of a header out.
    pub fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// Another body, with its length.
    pub fn set_body(&mut self, body: impl Into<Vec<u8>>) {
        self.body = body.into();
        self.set("content-length", self.body.len().to_string());
    }

    /// The error document: the body, or for HEAD what `x-oss-err` holds.
    pub fn document(&self) -> Option<String> {
        let document = if self.to_head {
            BASE64_STANDARD.decode(self.header("x-oss-err")?).ok()?
        } else {
            self.body.clone()
        };
        String::from_utf8(document)
            .ok()
            .filter(|text| text.contains("<Error>"))
    }

    /// Another document in the same place.
    pub fn set_document(&mut self, document: impl Into<Vec<u8>>) {
        let document = document.into();
        if self.to_head {
            self.set("x-oss-err", BASE64_STANDARD.encode(document));
        } else {
            self.set_body(document);
        }
    }

    /// Another text in the first element of a name; `None` when there is no such element.
    pub fn set_element(&mut self, name: &str, text: &str) -> Option<()> {
        let document = self.document()?;
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let (before, rest) = document.split_once(&open)?;
        let (_, after) = rest.split_once(&close)?;
        self.set_document(format!("{before}{open}{text}{close}{after}"));
        Some(())
    }

    /// Text of the first element of a name, as it is written.
    pub fn element(&self, name: &str) -> Option<String> {
        let document = self.document()?;
        let (_, rest) = document.split_once(&format!("<{name}>"))?;
        let (text, _) = rest.split_once(&format!("</{name}>"))?;
        Some(text.to_owned())
    }

    /// Whether the connection ends after it.
    pub fn closes(&self) -> bool {
        self.header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// One write.
pub fn send(bytes: impl Into<Vec<u8>>) -> Script {
    vec![Step::Send(bytes.into())]
}

/// One write, and the end of the connection.
pub fn send_and_end(bytes: impl Into<Vec<u8>>) -> Script {
    vec![Step::Send(bytes.into()), Step::End]
}
