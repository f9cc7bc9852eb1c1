//! What a client sent, as somebody wrote it down: a command line of curl, an entry of a HAR file, or HTTP as it is on the wire.

use oss_auth::{Header, Request, find_claim, parse_query, percent_decode};
use serde_json::Value;

/// A request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The host, with its port if it has one.
    pub host: String,
    /// Path as on the wire.
    pub path: String,
    /// Query as on the wire, without `?`.
    pub query: String,
    /// Headers as sent, without Host.
    pub headers: Vec<(String, String)>,
}

/// Why a text is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskedError {
    /// Neither form.
    #[error("neither a command line of curl, nor a HAR entry, nor the text of an HTTP request")]
    Unknown,
    /// There is no URL in it.
    #[error("the command line of curl has no URL")]
    NoUrl,
}

impl Asked {
    /// Reads a request in whichever form.
    ///
    /// # Errors
    /// When it is in none of them.
    pub fn read(text: &str) -> Result<Self, AskedError> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('{') || text.starts_with('[') {
            return serde_json::from_str(text)
                .ok()
                .and_then(|value| Self::of_har(&value))
                .ok_or(AskedError::Unknown);
        }
        let words = text.trim_start_matches(['$', ' ', '>', '%']);
        if words.starts_with("curl") {
            return Self::of_curl(words);
        }
        Self::of_http(text).ok_or(AskedError::Unknown)
    }

    /// The first request of a HAR file, of an entry, or of its `request`.
    pub fn of_har(value: &Value) -> Option<Self> {
        let entry = value.pointer("/log/entries/0").unwrap_or(value);
        let request = entry.get("request").unwrap_or(entry);
        let mut asked = Self::of_url(request.get("url")?.as_str()?);
        asked.method = request.get("method")?.as_str()?.to_ascii_uppercase();
        for header in request
            .get("headers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let text = |name: &str| header.get(name).and_then(Value::as_str);
            asked.add(text("name")?, text("value").unwrap_or_default());
        }
        Some(asked)
    }

    /// HTTP as on the wire, also with the marks of `curl -v` before each line.
    pub fn of_http(text: &str) -> Option<Self> {
        let unmarked = |line: &str| {
            let line = line.trim_end_matches('\r');
            line.strip_prefix("> ")
                .or(line.strip_prefix('>'))
                .unwrap_or(line)
                .to_owned()
        };
        let lines: Vec<String> = text.lines().map(unmarked).collect();
        let is_start = |line: &String| {
            let mut words = line.split(' ');
            let method = words.next().is_some_and(is_method);
            method && line.split(' ').count() >= 2 && line.contains(" HTTP/")
        };
        let start = lines.iter().position(is_start)?;
        let (method, rest) = lines[start].split_once(' ')?;
        let target = rest.rsplit_once(" HTTP/")?.0;
        let mut asked = Self::of_url(target);
        method.clone_into(&mut asked.method);
        for line in lines
            .iter()
            .skip(start + 1)
            .take_while(|line| !line.is_empty())
        {
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            asked.add(name.trim(), value.trim());
        }
        Some(asked)
    }

    fn of_curl(text: &str) -> Result<Self, AskedError> {
        let curl = Curl::of(shell_words(text));
        let mut asked = Self {
            method: curl.method(),
            ..Self::of_url(&curl.url.ok_or(AskedError::NoUrl)?)
        };
        for header in &curl.headers {
            let Some((name, value)) = header.split_once(':') else {
                continue;
            };
            // The default of -d gives way to the type that is said.
            if name.eq_ignore_ascii_case("content-type") {
                asked
                    .headers
                    .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            }
            if !value.trim().is_empty() {
                asked.add(name.trim(), value.trim());
            }
        }
        Ok(asked)
    }

    fn of_url(url: &str) -> Self {
        let rest = url.split_once("://").map(|(_, rest)| rest);
        let (host, target) = match rest {
            Some(rest) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
            None if url.starts_with('/') => ("", url),
            None => url.split_at(url.find(['/', '?']).unwrap_or(url.len())),
        };
        let target = target.split('#').next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            host: host.to_owned(),
            path: if path.is_empty() {
                "/".into()
            } else {
                path.to_owned()
            },
            query: query.to_owned(),
            ..Self::default()
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        // Names that begin with a colon are HTTP/2's own.
        if name.eq_ignore_ascii_case("host") {
            value.clone_into(&mut self.host);
        } else if !name.is_empty() && !name.starts_with(':') && self.headers.len() < 256 {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The first header of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether it carries a signature in a header or in its URL.
    pub fn is_signed(&self) -> bool {
        let query = ["Signature=", "x-oss-signature=", "X-Amz-Signature="];
        self.header("authorization").is_some() || query.iter().any(|name| self.query.contains(name))
    }

    /// The signature that it carries.
    pub fn signature(&self) -> Option<String> {
        self.claimed(None, |claim| claim.signature().to_owned())
    }

    /// What has to be signed for it: the StringToSign, and the canonical request of version 4. `bucket` is its bucket where the host does
    /// not tell.
    pub fn strings(&self, bucket: Option<&str>) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
        self.claimed(bucket, |claim| {
            let computed = claim.compute("");
            (computed.string_to_sign, computed.canonical_request)
        })
    }

    fn claimed<T>(
        &self,
        bucket: Option<&str>,
        take: impl Fn(&oss_auth::Claim<'_>) -> T,
    ) -> Option<T> {
        let query = parse_query(&self.query).ok()?;
        let path = percent_decode(&self.path).ok()?.into_owned();
        let path = path.strip_prefix('/').unwrap_or(&path).to_owned();
        let host = self.host.split(':').next().unwrap_or_default();
        let by_host = host.split_once('.').filter(|(_, rest)| is_service(rest));
        let (bucket, key) = match (by_host, bucket) {
            (Some((bucket, _)), _) => (Some(bucket.to_owned()), path.clone()),
            (None, _) if is_service(host) => match path.split_once('/') {
                Some((bucket, key)) => (Some(bucket.to_owned()), key.to_owned()),
                None => (
                    Some(path.clone()).filter(|path| !path.is_empty()),
                    String::new(),
                ),
            },
            (None, bucket) => (bucket.map(str::to_owned), path.clone()),
        };
        let mut headers: Vec<Header<'_>> = vec![Header::new("Host", &self.host)];
        headers.extend(
            self.headers
                .iter()
                .map(|(name, value)| Header::new(name, value)),
        );
        let request = Request {
            method: &self.method,
            bucket: bucket.as_deref(),
            key: Some(key.as_str()).filter(|key| !key.is_empty()),
            query: &query,
            headers: &headers,
            path: &self.path,
        };
        Some(take(&find_claim(&request).ok()??))
    }
}

/// What the words of a command line of curl say of its request.
#[derive(Default)]
struct Curl {
    url: Option<String>,
    /// As it is named, or as an upload has it.
    method: Option<String>,
    is_head: bool,
    has_body: bool,
    /// Each as it is written, name and value.
    headers: Vec<String>,
}

impl Curl {
    /// Reads the words, the first of which is the command itself.
    fn of(words: Vec<String>) -> Self {
        let mut curl = Self::default();
        let mut words = words.into_iter().skip(1);
        while let Some(word) = words.next() {
            let (flag, glued) = match word.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => {
                    (flag.to_owned(), Some(value.to_owned()))
                }
                _ => (word.clone(), None),
            };
            let mut value = || glued.clone().or_else(|| words.next()).unwrap_or_default();
            match flag.as_str() {
                "-X" | "--request" => curl.method = Some(value()),
                "-H" | "--header" => curl.headers.push(value()),
                "-I" | "--head" => curl.is_head = true,
                "-d" | "--data" | "--data-binary" | "--data-raw" | "--data-urlencode" => {
                    curl.has_body = true;
                    value();
                    curl.headers
                        .push("Content-Type: application/x-www-form-urlencoded".into());
                }
                "-T" | "--upload-file" => {
                    value();
                    curl.method.get_or_insert_with(|| "PUT".into());
                }
                "--url" => curl.url = Some(value()),
                "-o" | "--output" | "-A" | "--user-agent" | "-e" | "--referer" | "-u" | "-b"
                | "-x" | "-m" | "--resolve" | "--connect-to" | "--cacert" | "-F" | "--form"
                | "-w" => drop(value()),
                flag if flag.starts_with("-X") && flag.len() > 2 => {
                    curl.method = Some(flag[2..].to_owned());
                }
                flag if flag.starts_with("-H") && flag.len() > 2 => {
                    curl.headers.push(flag[2..].to_owned());
                }
                flag if flag.starts_with('-') => {}
                _ => {
                    curl.url.get_or_insert(word);
                }
            }
        }
        curl
    }

    fn method(&self) -> String {
        let default = match (self.is_head, self.has_body) {
            (true, _) => "HEAD",
            (_, true) => "POST",
            _ => "GET",
        };
        self.method.clone().unwrap_or_else(|| default.into())
    }
}

/// Whether a host is one of the service's own, without a bucket before it.
fn is_service(host: &str) -> bool {
    ["oss-", "oss.", "s3.oss-"]
        .iter()
        .any(|start| host.starts_with(start))
        && host.contains('.')
}

fn is_method(word: &str) -> bool {
    ["GET", "PUT", "POST", "HEAD", "DELETE", "OPTIONS"].contains(&word)
}

/// The words of a command line, as a POSIX shell would take them, `\` at the ends of lines included.
fn shell_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('"') | None, '\\') => match chars.next() {
                Some('\n') | None => {}
                Some('\r') => drop(chars.next_if_eq(&'\n')),
                Some(c) => word.get_or_insert_default().push(c),
            },
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '$') if chars.peek() == Some(&'\'') => {}
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '|' | ';' | '&' | '\n')
                if word.as_ref().is_none_or(|word| !word.contains("://")) =>
            {
                break;
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
