//! Heads of HTTP answers as curl, browsers and logs show them, and the marks of `curl -v`.

use std::collections::BTreeMap;

use super::unwrap;

/// A text of `curl -v` in its two halves.
pub(super) struct Halves {
    pub(super) answer: String,
    pub(super) request: Option<String>,
}

/// Takes the marks of `curl -v` off: what begins with `>` was sent, what begins with `<` or with nothing was answered.
pub(super) fn without_marks(text: &str) -> Halves {
    let is_verbose = text.lines().any(|line| line.starts_with("< HTTP/"))
        || text.lines().any(|line| line.starts_with("<  HTTP/"));
    if !is_verbose {
        return Halves {
            answer: text.to_owned(),
            request: None,
        };
    }
    let (mut answer, mut request) = (String::new(), String::new());
    for line in text.lines() {
        let half = match line.as_bytes() {
            [b'*' | b'{' | b'}', b' ', ..] => continue,
            [b'>', b' ', ..] | [b'>'] => &mut request,
            _ => &mut answer,
        };
        // A tag begins with `<` too, but not with a blank behind it.
        let bare = line
            .strip_prefix("< ")
            .or_else(|| line.strip_prefix("> "))
            .unwrap_or(line);
        let bare = if matches!(line.trim_end(), "<" | ">") {
            ""
        } else {
            bare
        };
        half.push_str(bare);
        half.push('\n');
    }
    Halves {
        answer,
        request: (!request.is_empty()).then_some(request),
    }
}

/// The status line and the headers that were found.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) status: Option<u16>,
    pub(super) headers: Vec<(String, String)>,
}

/// Header names that are looked for in any text; others only behind a status line.
const TELLING: [&str; 14] = [
    "x-oss-ec",
    "x-oss-err",
    "x-oss-request-id",
    "x-amz-request-id",
    "server",
    "via",
    "x-cache",
    "cf-ray",
    "x-amz-cf-id",
    "x-oss-server-time",
    "eagleid",
    "x-tengine-error",
    "x-cos-request-id",
    "x-obs-request-id",
];

/// Reads the last status line and its headers, and the telling headers wherever they stand, in the forms of logs too.
pub(super) fn read(text: &str) -> Head {
    let mut head = Head::default();
    let mut behind = false;
    for line in text.lines() {
        let line = line.trim();
        if let Some(rest) = line.find("HTTP/").map(|at| &line[at..]) {
            let mut words = rest.split(' ').filter(|word| !word.is_empty());
            let status = words
                .nth(1)
                .and_then(|word| word.get(..3)?.parse::<u16>().ok());
            if let Some(status) = status.filter(|status| (100..600).contains(status)) {
                if line.starts_with("HTTP/") {
                    head.headers.clear();
                    behind = true;
                }
                head.status = Some(status);
                continue;
            }
        }
        let Some((name, value)) = line.split_once([':', '=']) else {
            behind &= !line.is_empty();
            continue;
        };
        let name = name
            .trim_matches(['"', '\'', ' ', '<', '[', ']'])
            .to_ascii_lowercase();
        let value = value
            .trim()
            .trim_end_matches([',', ';'])
            .trim_matches(['"', '\'', ' ', '[', ']', '(', ')']);
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_name && (behind || TELLING.contains(&name.as_str())) && head.headers.len() < 256 {
            head.headers.push((name, value.to_owned()));
        }
    }
    head
}

impl Head {
    /// The first header of a name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// What headers say in the place of elements.
    pub(super) fn elements(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (element, names) in [
            ("EC", &["x-oss-ec"][..]),
            ("RequestId", &["x-oss-request-id", "x-amz-request-id"]),
        ] {
            let value = names
                .iter()
                .find_map(|name| self.header(name))
                .filter(|value| !value.is_empty());
            found.extend(value.map(|value| (element.to_owned(), value.to_owned())));
        }
        if let Some(coded) = self.header("x-oss-err").and_then(unwrap::base64) {
            let mut documents = super::xml::read(&coded);
            if let Some(document) = documents.pop() {
                found.extend(document.elements);
            }
        }
        found
    }
}
