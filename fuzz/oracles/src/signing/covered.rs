//! What a signature covers, worked out a second time: from the pages of the schemes, and back from the StringToSign.

use std::borrow::Cow;

use oss_auth::{Carrier, Claim, Computed, Scheme};

use crate::message::{Message, trim};

/// Everything a signature covers. Two requests with equal ones are the same request to their signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    scheme: Scheme,
    method: String,
    /// `None` for a request to the service.
    bucket: Option<String>,
    key: String,
    /// Sorted; under V1 the listed sub-resources, the first of each name.
    query: Vec<(String, String)>,
    /// Lower-case names, sorted, with all values joined.
    headers: Vec<(String, Vec<u8>)>,
    /// Names of the additional headers, sorted.
    additional: Vec<String>,
    /// Content-MD5 and Content-Type, where the scheme has lines for them.
    content: [Vec<u8>; 2],
    date: Vec<u8>,
    /// `date/region/product/terminator`.
    scope: String,
}

impl Covered {
    /// What the signature of a claim covers of its request.
    ///
    /// Pages: Include signatures in the Authorization header, Add signatures to URLs (V1); EC 0002-00000101 to -118 (V2);
    /// Signature version 4, in the header and in URLs.
    pub fn of(message: &Message<'_>, claim: &Claim<'_>) -> Self {
        let scheme = claim.scheme();
        let additional = additional(claim);
        let is_covered = |name: &str| {
            name.starts_with("x-oss-")
                || (scheme == Scheme::V4 && matches!(name, "content-type" | "content-md5"))
                || additional.iter().any(|listed| listed == name)
        };
        let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
        for (name, value) in &message.headers {
            let name = name.to_ascii_lowercase();
            if is_covered(&name) {
                join(&mut headers, name, trim(value));
            }
        }
        headers.sort_unstable();
        let content = match scheme {
            Scheme::V1 | Scheme::V2 => {
                ["content-md5", "content-type"].map(|name| all(message, name))
            }
            Scheme::V4 | Scheme::S3V2 | Scheme::S3V4 => [Vec::new(), Vec::new()],
        };
        Self {
            scheme,
            method: message.method.clone().into_owned(),
            bucket: message.bucket.clone().map(Cow::into_owned),
            key: message.key.clone().unwrap_or_default().into_owned(),
            query: query(message, scheme),
            headers,
            additional,
            content,
            date: date(message, claim),
            scope: claim.scope().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// Whether the StringToSign may mean something else too. That of V1 is `/bucket/key?name=value&…` with nothing escaped; that of V4
    /// has the same empty line for a request without a query and for one with a single parameter without name and value, `?=`.
    pub fn is_ambiguous(&self) -> bool {
        let has = |text: &str, signs: &[char]| text.contains(signs);
        match self.scheme {
            Scheme::V1 => {
                has(&self.key, &['?'])
                    || self
                        .query
                        .iter()
                        .any(|(name, value)| has(name, &['&', '=', '?']) || has(value, &['&']))
            }
            Scheme::V2 => false,
            Scheme::V4 | Scheme::S3V2 | Scheme::S3V4 => {
                matches!(self.query.as_slice(), [(name, value)] if name.is_empty() && value.is_empty())
            }
        }
    }

    /// Reads the StringToSign back.
    pub fn read_back(scheme: Scheme, computed: &Computed) -> Option<Self> {
        match scheme {
            Scheme::V1 | Scheme::V2 => read_lines(scheme, &computed.string_to_sign),
            Scheme::V4 | Scheme::S3V2 | Scheme::S3V4 => read_v4(
                &computed.string_to_sign,
                computed.canonical_request.as_deref()?,
            ),
        }
    }
}

fn additional(claim: &Claim<'_>) -> Vec<String> {
    let mut names: Vec<String> = claim
        .additional_headers()
        .split(';')
        .filter(|name| !name.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn query(message: &Message<'_>, scheme: Scheme) -> Vec<(String, String)> {
    let mut query: Vec<(String, String)> = Vec::new();
    for pair in &message.query {
        let value = pair.value.as_deref().unwrap_or_default();
        let covered = match scheme {
            Scheme::V1 => {
                oss_auth::v1::is_signed_subresource(&pair.name)
                    && !query.iter().any(|(name, _)| *name == pair.name)
            }
            _ => pair.name != "x-oss-signature",
        };
        if covered {
            query.push((pair.name.clone().into_owned(), value.to_owned()));
        }
    }
    query.sort_unstable();
    query
}

fn date(message: &Message<'_>, claim: &Claim<'_>) -> Vec<u8> {
    let parameter = |wanted: &str| {
        let pair = message.query.iter().find(|pair| pair.name == wanted);
        let value = pair.and_then(|pair| pair.value.as_deref());
        value.unwrap_or_default().as_bytes().to_vec()
    };
    let header = |name| message.header(name).map(<[u8]>::to_vec);
    match (claim.carrier(), claim.scheme()) {
        (Carrier::Url, Scheme::V1) => parameter("Expires"),
        (Carrier::Url, Scheme::V2) => parameter("x-oss-expires"),
        (Carrier::Url, _) => parameter("x-oss-date"),
        (Carrier::Header, Scheme::V2) => header("date").unwrap_or_default(),
        // As it stands, also where `Date` stands in for it: so the Go SDK signs with V4.
        (Carrier::Header, _) => header("x-oss-date").or(header("date")).unwrap_or_default(),
    }
}

/// All values of a header, joined.
fn all(message: &Message<'_>, wanted: &str) -> Vec<u8> {
    let values: Vec<&[u8]> = message
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| trim(value))
        .collect();
    values.join(&b',')
}

fn join(headers: &mut Vec<(String, Vec<u8>)>, name: String, value: &[u8]) {
    match headers.iter_mut().find(|(known, _)| *known == name) {
        Some((_, joined)) => {
            joined.push(b',');
            joined.extend_from_slice(value);
        }
        None => headers.push((name, value.to_vec())),
    }
}

/// `METHOD, Content-MD5, Content-Type, Date`, header lines, under V2 the additional headers, the resource.
fn read_lines(scheme: Scheme, text: &[u8]) -> Option<Covered> {
    let mut rest = text;
    let method = utf8(line(&mut rest)?)?;
    let content = [line(&mut rest)?.to_vec(), line(&mut rest)?.to_vec()];
    let date = line(&mut rest)?.to_vec();
    let mut headers = Vec::new();
    let mut additional = Vec::new();
    if scheme == Scheme::V1 {
        while !rest.starts_with(b"/") {
            headers.push(header_line(line(&mut rest)?)?);
        }
    } else {
        loop {
            let next = line(&mut rest)?;
            match header_line(next) {
                Some(header) => headers.push(header),
                None => {
                    additional = names(next)?;
                    break;
                }
            }
        }
    }
    let resource = utf8(rest)?;
    let (path, query) = match resource.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (resource.as_str(), None),
    };
    let decode = |text: &str| match scheme {
        Scheme::V1 => Some(text.to_owned()),
        _ => unescape(text),
    };
    let (bucket, key) = bucket_and_key(&decode(path)?)?;
    Some(Covered {
        scheme,
        method,
        bucket,
        key,
        query: query.map_or(Some(Vec::new()), |query| pairs(query, decode))?,
        headers,
        additional,
        content,
        date,
        scope: String::new(),
    })
}

fn read_v4(string_to_sign: &[u8], canonical_request: &[u8]) -> Option<Covered> {
    let mut rest = string_to_sign;
    if line(&mut rest)? != b"OSS4-HMAC-SHA256" {
        return None;
    }
    let date = line(&mut rest)?.to_vec();
    // The parameter of a URL may have line feeds in its scope; the digest behind it has none.
    let (scope, digest) = rest.split_at(rest.iter().rposition(|byte| *byte == b'\n')?);
    if digest.len() != 1 + 64 {
        return None;
    }
    let scope = utf8(scope)?;
    let mut rest = canonical_request;
    let method = utf8(line(&mut rest)?)?;
    let (bucket, key) = bucket_and_key(&unescape(&utf8(line(&mut rest)?)?)?)?;
    let query = match line(&mut rest)? {
        b"" => Vec::new(),
        query => pairs(&utf8(query)?, unescape)?,
    };
    let mut headers = Vec::new();
    loop {
        match line(&mut rest)? {
            b"" => break,
            header => headers.push(header_line(header)?),
        }
    }
    let additional = names(line(&mut rest)?)?;
    (rest == b"UNSIGNED-PAYLOAD").then_some(Covered {
        scheme: Scheme::V4,
        method,
        bucket,
        key,
        query,
        headers,
        additional,
        content: [Vec::new(), Vec::new()],
        date,
        scope,
    })
}

/// Takes a line off the front.
fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (line, after) = (&rest[..end], &rest[end + 1..]);
    *rest = after;
    Some(line)
}

fn header_line(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    Some((utf8(&line[..colon])?, line[colon + 1..].to_vec()))
}

fn names(line: &[u8]) -> Option<Vec<String>> {
    let text = utf8(line)?;
    Some(
        text.split(';')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

/// `/`, `/bucket/` or `/bucket/key`.
fn bucket_and_key(path: &str) -> Option<(Option<String>, String)> {
    match path.strip_prefix('/')?.split_once('/') {
        Some((bucket, key)) => Some((Some(bucket.to_owned()), key.to_owned())),
        None => (path == "/").then(|| (None, String::new())),
    }
}

fn pairs(text: &str, decode: impl Fn(&str) -> Option<String>) -> Option<Vec<(String, String)>> {
    let mut pairs = text
        .split('&')
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect::<Option<Vec<_>>>()?;
    pairs.sort_unstable();
    Some(pairs)
}

/// Undoes percent-encoding; only what an encoder must write is accepted.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b'%' => {
                let (digits, after) = after.split_at_checked(2)?;
                let upper = |digit: &u8| digit.is_ascii_digit() || (b'A'..=b'F').contains(digit);
                if !digits.iter().all(upper) {
                    return None;
                }
                bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
                after
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                bytes.push(first);
                after
            }
            _ => return None,
        };
    }
    String::from_utf8(bytes).ok()
}

fn utf8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}
