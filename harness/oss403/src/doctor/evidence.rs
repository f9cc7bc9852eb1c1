//! What is known of a signature that does not fit, and the lines of its strings by their names.

use super::request::Asked;

/// A way of signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// V1, or version 2 of the S3 dialect, which differs in the names of headers alone.
    V1,
    /// V2.
    V2,
    /// V4.
    V4,
    /// V4 of the S3 dialect.
    S3V4,
}

/// What is known of it.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The server's StringToSign.
    pub server: Option<Vec<u8>>,
    /// Whether only a text is known in which line feeds have become blanks.
    pub flattened: bool,
    /// The server's canonical request.
    pub canonical: Option<Vec<u8>>,
    /// The client's own StringToSign.
    pub client: Option<Vec<u8>>,
    /// Whether the client itself has said so: what a right client signs for a request is not what this one did.
    pub is_told: bool,
    /// The client's own canonical request.
    pub client_canonical: Option<Vec<u8>>,
    /// `SignatureProvided`.
    pub provided: Option<String>,
    /// The AccessKeyId of the answer.
    pub access_key_id: Option<String>,
    /// The `HostId` of the answer.
    pub host: Option<String>,
    /// The EC of the answer.
    pub ec: Option<String>,
    /// What the client sent.
    pub request: Option<Asked>,
}

impl Evidence {
    /// From the elements of an answer, by their names.
    pub fn of_answer<'a>(element: impl Fn(&str) -> Option<&'a str>) -> Self {
        let owned = |name: &str| {
            element(name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let (server, flattened) = both(element("StringToSign"), element("StringToSignBytes"));
        let (canonical, _) = both(
            element("CanonicalRequest"),
            element("CanonicalRequestBytes"),
        );
        let key = ["OSSAccessKeyId", "AWSAccessKeyId", "AccessKeyId"];
        Self {
            server,
            flattened,
            canonical,
            provided: owned("SignatureProvided")
                .map(|text| text.trim_matches(['\n', '\r']).to_owned()),
            access_key_id: key.into_iter().find_map(owned),
            host: owned("HostId"),
            ec: owned("EC"),
            ..Self::default()
        }
    }

    /// Whether there is anything to look at.
    pub fn is_telling(&self) -> bool {
        self.server.is_some() || self.canonical.is_some() || self.provided.is_some()
    }

    /// Takes what a client wrote down as what it signs: a StringToSign, or a canonical request.
    pub fn with_client_string(mut self, bytes: &[u8]) -> Self {
        let bytes = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(bytes)
            .to_vec();
        let is_canonical = matches!(self.kind(), Some(Kind::V4 | Kind::S3V4))
            && !bytes.starts_with(b"OSS4-")
            && !bytes.starts_with(b"AWS4-");
        if is_canonical {
            self.client_canonical = Some(bytes);
        } else {
            self.client = Some(bytes);
            self.is_told = true;
        }
        self
    }

    /// Takes a request, and what a right client signs for it, unless the client's own string is there.
    pub fn with_request(mut self, asked: Asked) -> Self {
        let bucket = self.resource_bucket();
        if let Some((string, canonical)) = asked.strings(bucket.as_deref()) {
            self.client = self.client.or(Some(string));
            self.client_canonical = self.client_canonical.or(canonical);
        }
        self.provided = self.provided.or_else(|| asked.signature());
        self.request = Some(asked);
        self
    }

    /// The way of signing, by the server's string or else by the client's.
    pub fn kind(&self) -> Option<Kind> {
        let of = |bytes: &Vec<u8>| {
            if bytes.starts_with(b"OSS4-") {
                return Some(Kind::V4);
            }
            if bytes.starts_with(b"AWS4-") {
                return Some(Kind::S3V4);
            }
            let last = bytes
                .rsplit(|byte| *byte == b'\n')
                .find(|line| !line.is_empty())?;
            let has_lines = bytes.iter().filter(|byte| **byte == b'\n').count() >= 4;
            Some(match last {
                _ if !has_lines && !self.flattened => return None,
                last if last.starts_with(b"%2F") => Kind::V2,
                _ => Kind::V1,
            })
        };
        let canonical = || {
            let has = |text: &Vec<u8>| contains(text, b"x-amz-");
            self.canonical
                .as_ref()
                .map(|text| if has(text) { Kind::S3V4 } else { Kind::V4 })
        };
        self.server
            .as_ref()
            .and_then(of)
            .or_else(canonical)
            .or_else(|| self.client.as_ref().and_then(of))
    }

    /// The server's StringToSign by lines.
    pub fn server_lines(&self) -> Lines {
        Lines::of_string(self.server.as_deref().unwrap_or_default(), self.kind())
    }

    /// The client's StringToSign by lines.
    pub fn client_lines(&self) -> Lines {
        Lines::of_string(self.client.as_deref().unwrap_or_default(), self.kind())
    }

    /// The server's canonical request by lines.
    pub fn canonical_lines(&self) -> Lines {
        Lines::of_canonical(self.canonical.as_deref().unwrap_or_default())
    }

    /// The client's canonical request by lines.
    pub fn client_canonical_lines(&self) -> Lines {
        Lines::of_canonical(self.client_canonical.as_deref().unwrap_or_default())
    }

    /// The bucket in the server's resource.
    pub fn resource_bucket(&self) -> Option<String> {
        let resource = self.resource()?;
        let decoded = oss_auth::percent_decode(&resource).ok()?.into_owned();
        let bucket = decoded.strip_prefix('/')?.split(['/', '?']).next()?;
        (!bucket.is_empty()).then(|| bucket.to_owned())
    }

    /// The server's resource: its last line, or the URI of its canonical request.
    pub fn resource(&self) -> Option<String> {
        let lines = match self.kind()? {
            Kind::V1 | Kind::V2 => self.server_lines().get(RESOURCE)?.to_owned(),
            Kind::V4 | Kind::S3V4 => self.canonical_lines().get(URI)?.to_owned(),
        };
        Some(lines)
    }
}

/// Name of the line with bucket, key and sub-resources.
pub(super) const RESOURCE: &str = "resource";
/// Name of the line with the path of a canonical request.
pub(super) const URI: &str = "canonical URI";
/// Name of the line with the time at which a URL ends.
pub(super) const EXPIRES: &str = "Expires";
/// Name of the line with the date.
pub(super) const DATE: &str = "Date";

/// The lines of a string, each with its name.
#[derive(Debug, Clone, Default)]
pub struct Lines(pub Vec<(String, Vec<u8>)>);

impl Lines {
    /// A StringToSign.
    pub fn of_string(bytes: &[u8], kind: Option<Kind>) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let last = lines.len() - 1;
        let named = |(at, line): (usize, &&[u8])| {
            let name = match (kind, at) {
                (Some(Kind::V4 | Kind::S3V4), 0) => "algorithm",
                (Some(Kind::V4 | Kind::S3V4), 1) => DATE,
                (Some(Kind::V4 | Kind::S3V4), 2) => "scope",
                (Some(Kind::V4 | Kind::S3V4), 3) => "hash of the canonical request",
                (_, 0) => "method",
                (_, 1) => "Content-MD5",
                (_, 2) => "Content-Type",
                (_, 3) if is_number(line) => EXPIRES,
                (_, 3) => DATE,
                (Some(Kind::V1 | Kind::V2), at) if is_resource(line, at, last) => RESOURCE,
                (Some(Kind::V2), at) if at + 1 == last => "additional headers",
                (_, at) if at == last && line.is_empty() => "after the end",
                (_, _) => return (header_name(line), line.to_vec()),
            };
            (name.to_owned(), line.to_vec())
        };
        Self(lines.iter().enumerate().map(named).collect())
    }

    /// A canonical request.
    pub fn of_canonical(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let end = lines.iter().skip(3).position(|line| line.is_empty());
        let end = end.map_or(lines.len(), |at| at + 3);
        let named = |(at, line): (usize, &&[u8])| {
            let name = match at {
                0 => "method",
                1 => URI,
                2 => "canonical query",
                at if at < end => return (header_name(line), line.to_vec()),
                at if at == end => "end of the headers",
                at if at == end + 1 => "list of headers",
                at if at == end + 2 => "payload hash",
                _ => "after the end",
            };
            (name.to_owned(), line.to_vec())
        };
        Self(lines.iter().enumerate().map(named).collect())
    }

    /// The text of the first line of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let line = self.0.iter().find(|(known, _)| known == name)?;
        std::str::from_utf8(&line.1).ok()
    }

    /// The lines of headers: name as written, and value.
    pub fn headers(&self) -> Vec<(String, String)> {
        let header = |(name, line): &(String, Vec<u8>)| {
            let text = String::from_utf8_lossy(line).into_owned();
            let (written, value) = text.split_once(':')?;
            name.eq_ignore_ascii_case(&format!("{written} header"))
                .then(|| (written.to_owned(), value.to_owned()))
        };
        self.0.iter().filter_map(header).collect()
    }
}

/// The resource begins with a slash, and nothing but what does not belong there comes after it.
fn is_resource(line: &[u8], at: usize, last: usize) -> bool {
    at >= 4
        && (at == last || at + 1 == last)
        && (line.starts_with(b"/") || line.starts_with(b"%2F"))
        || (at == last && !line.is_empty() && !line.starts_with(b"x-"))
}

fn header_name(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    match text.split_once(':') {
        Some((name, _)) if name.len() <= 64 => format!("{} header", name.to_ascii_lowercase()),
        _ => "header".into(),
    }
}

fn is_number(line: &[u8]) -> bool {
    line.len() >= 9 && line.iter().all(u8::is_ascii_digit)
}

/// Whether bytes stand in others.
pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// What a server signed, from its text and its bytes; and whether the text lost its line feeds.
fn both(text: Option<&str>, hex: Option<&str>) -> (Option<Vec<u8>>, bool) {
    let text = text.filter(|text| !text.trim().is_empty()).map(|text| {
        let text = text.replace("\r\n", "\n");
        // Some programs print line feeds as they are written in source.
        if text.contains('\n') {
            text
        } else {
            text.replace("\\n", "\n")
        }
    });
    let bytes = hex.map(from_hex).filter(|bytes| !bytes.is_empty());
    match (text, bytes) {
        // Cut off, as whatever shows a text may do.
        (Some(text), Some(bytes))
            if text.len() > bytes.len() && text.as_bytes().starts_with(&bytes) =>
        {
            (Some(text.into_bytes()), false)
        }
        (_, Some(bytes)) => (Some(bytes), false),
        (Some(text), None) => {
            let flattened = !text.contains('\n') && text.contains(' ');
            (Some(text.into_bytes()), flattened)
        }
        (None, None) => (None, false),
    }
}

/// Bytes from their digits, with blanks between or without, up to what is none.
fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map_while(|c| c.to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair[0] * 16 + pair[1])
        .collect()
}
