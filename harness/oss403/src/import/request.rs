//! Reading the bytes that a fuzzer found.

use oss_reference::config::Limits;
use oss_reference::front::read_form;
use oss_reference::request::Form;

use crate::wire::exchange::SentRequest;
use crate::wire::parts::Pair;

/// When every input of a fuzz target arrives, in Unix seconds: Monday, 2023-12-18T08:00:00Z.
pub const ARRIVAL: i64 = 1_702_886_400;

/// What stands in an input where the right signature is wanted, whatever code calculates it.
pub const WANTED: &str = "~sign~";

/// More headers than this are not looked at.
const MOST_HEADERS: usize = 64;

/// A request that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) sent: SentRequest,
    /// From the host, `<bucket>.oss-<region>.…`.
    pub(super) bucket: Option<String>,
    /// Decoded; `None` when it is empty.
    pub(super) key: Option<String>,
    pub(super) query: Vec<Pair>,
    /// The form of a PostObject and the content of its file.
    pub(super) form: Option<(Form, String)>,
}

/// Why bytes are no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// No HTTP.
    #[error("{0}")]
    Syntax(String),
    /// The head does not end.
    #[error("the empty line after the headers is missing")]
    NoEnd,
    /// Without a Host nobody knows whom it is for.
    #[error("it has no Host header")]
    NoHost,
    /// Path or query.
    #[error("path or query is not percent-encoded UTF-8")]
    Encoding,
    /// Cases are text.
    #[error("{0} is not UTF-8, and a case is text")]
    NotText(&'static str),
}

pub(super) fn read(bytes: &[u8]) -> Result<Found, BadRequest> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let status = parsed
        .parse(bytes)
        .map_err(|error| BadRequest::Syntax(error.to_string()))?;
    let httparse::Status::Complete(length) = status else {
        return Err(BadRequest::NoEnd);
    };
    let (method, target) = (
        parsed.method.unwrap_or_default(),
        parsed.path.unwrap_or_default(),
    );
    let mut host = None;
    let mut sent_headers = Vec::new();
    for header in &*parsed.headers {
        let value =
            std::str::from_utf8(header.value).map_err(|_| BadRequest::NotText("a header"))?;
        if header.name.eq_ignore_ascii_case("host") {
            host.get_or_insert(value.to_owned());
        } else {
            sent_headers.push((header.name.to_owned(), value.to_owned()));
        }
    }
    let host = host.ok_or(BadRequest::NoHost)?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let key = oss_auth::percent_decode(path.strip_prefix('/').unwrap_or(path))
        .map_err(|_| BadRequest::Encoding)?;
    let query = oss_auth::parse_query(query).map_err(|_| BadRequest::Encoding)?;
    let body = bytes.get(length..).unwrap_or_default().to_vec();
    let sent = SentRequest {
        method: method.to_owned(),
        scheme: "http".to_owned(),
        address: format!("{host}:80"),
        target: target.to_owned(),
        headers: sent_headers,
        body,
        host,
        string_to_sign: None,
    };
    Ok(Found {
        bucket: sent
            .host
            .split_once(".oss-")
            .map(|(bucket, _)| bucket.to_owned()),
        key: Some(key.into_owned()).filter(|key| !key.is_empty()),
        query: query
            .into_iter()
            .map(|pair| {
                (
                    pair.name.into_owned(),
                    pair.value.map(std::borrow::Cow::into_owned),
                )
            })
            .collect(),
        form: form(&sent)?,
        sent,
    })
}

fn form(sent: &SentRequest) -> Result<Option<(Form, String)>, BadRequest> {
    let is_type = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("content-type");
    let Some((_, content_type)) = sent.headers.iter().find(is_type) else {
        return Ok(None);
    };
    match read_form(content_type, [&sent.body[..]], &Limits::default()) {
        Ok(read) => {
            let file = String::from_utf8(read.file).map_err(|_| BadRequest::NotText("the file"))?;
            Ok(Some((read.form, file)))
        }
        Err(_) => Ok(None),
    }
}
