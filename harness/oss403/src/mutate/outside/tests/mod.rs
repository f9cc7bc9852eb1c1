//! The rows of the table do to an answer what they say, and no more; a run behind them finds what it has to find.

mod faults;
mod runs;
mod weather;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::exchange::{Answer, Asked, Meeting, Script, Step};
use super::table::{class, faults, weathers};

/// A refusal as the reference server was seen to write it.
const DOCUMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>AccessDenied</Code>
  <Message>You have no right to access this object because of bucket acl.</Message>
  <RequestId>6B0B2431A32506C5F988CC01</RequestId>
  <HostId>b-1.oss-cn-hangzhou.aliyuncs.test</HostId>
  <EC>0003-00000001</EC>
  <RecommendDoc>https://api.aliyun.com/troubleshoot?q=0003-00000001</RecommendDoc>
</Error>
"#;

/// What the object holds.
const SECRET: &str = "What & who > \"you\"";

fn asked(method: &str) -> Asked {
    let head =
        format!("{method} /k.txt HTTP/1.1\r\nHost: b-1.oss-cn-hangzhou.aliyuncs.test\r\n\r\n");
    Asked {
        method: method.into(),
        target: "/k.txt".into(),
        host: "b-1.oss-cn-hangzhou.aliyuncs.test".into(),
        headers: vec![("Host".into(), "b-1.oss-cn-hangzhou.aliyuncs.test".into())],
        bytes: head.into_bytes(),
        ..Asked::default()
    }
}

fn refusal(to_head: bool, document: &str) -> Answer {
    let mut answer = Answer::new(403, "Forbidden");
    answer.to_head = to_head;
    answer.headers = [
        ("content-type", "application/xml"),
        ("x-oss-ec", "0003-00000001"),
        ("content-length", "0"),
        ("server", "AliyunOSS"),
        ("date", "Sat, 28 Nov 2026 18:57:53 GMT"),
        ("connection", "keep-alive"),
        ("x-oss-request-id", "6B0B2431A32506C5F988CC01"),
        ("x-oss-server-time", "0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    answer.set_document(document);
    answer
}

/// The same for another request, with elements that only some refusals have.
fn former(to_head: bool) -> Answer {
    let document = DOCUMENT.replace("C5F988CC01", "C5F988CC0F").replace(
        "<EC>",
        "<StringToSign>GET other</StringToSign><SignatureProvided>b3RoZXI=</SignatureProvided><EC>",
    );
    refusal(to_head, &document).also_in_header("6B0B2431A32506C5F988CC0F")
}

impl Answer {
    fn also_in_header(mut self, id: &str) -> Self {
        self.set("x-oss-request-id", id);
        self
    }
}

/// Refusals of GET and HEAD, with and without elements that only some have; and what was read with a GET.
fn meetings() -> Vec<(Asked, Answer)> {
    let signed = DOCUMENT.replace(
        "<EC>",
        "<OSSAccessKeyId>LTAIown</OSSAccessKeyId><StringToSign>GET own</StringToSign><SignatureProvided>b3du</SignatureProvided><EC>",
    );
    let mut read = Answer::new(200, "OK");
    read.headers.extend([
        (
            "etag".to_owned(),
            "\"5D41402ABC4B2A76B9719D911017C592\"".to_owned(),
        ),
        (
            "x-oss-request-id".to_owned(),
            "6B0B2431A32506C5F988CC01".to_owned(),
        ),
        ("connection".to_owned(), "keep-alive".to_owned()),
    ]);
    read.set_body("hello");
    vec![
        (asked("GET"), refusal(false, DOCUMENT)),
        (asked("HEAD"), refusal(true, DOCUMENT)),
        (asked("GET"), refusal(false, &signed)),
        (asked("GET"), read),
    ]
}

/// What the script of a row shows of each of the sample's answers that it is played on.
fn shown<'r>(script: impl Fn(&Meeting<'_>) -> Option<Script> + 'r) -> Vec<(Asked, Answer, Script)> {
    let formers = [former(true), former(false)];
    let play = |(asked, answer): (Asked, Answer)| {
        let meeting = Meeting {
            asked: &asked,
            answer: answer.clone(),
            secret: Some(SECRET),
            formers: &formers,
            on_connection: 5,
        };
        let script = script(&meeting)?;
        Some((asked.clone(), answer, script))
    };
    meetings().into_iter().filter_map(play).collect()
}

/// All the bytes of a script.
fn bytes(script: &Script) -> Vec<u8> {
    let sent = script.iter().filter_map(|step| match step {
        Step::Send(bytes) => Some(bytes.as_slice()),
        Step::Wait(_) | Step::End | Step::Reset => None,
    });
    sent.collect::<Vec<_>>().concat()
}

/// The document that an answer holds, in its body or coded in a header.
fn document_of(bytes: &[u8], to_head: bool) -> Vec<u8> {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n").expect("a head") + 4;
    if !to_head {
        return bytes[end..].to_vec();
    }
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("x-oss-err: "));
    BASE64_STANDARD
        .decode(line.expect("x-oss-err"))
        .expect("base64")
}

#[test]
fn every_row_has_a_name_of_its_own_in_its_class_and_says_what_happens() {
    let faults: Vec<_> = faults().map(|row| (row.id, row.description)).collect();
    let weather: Vec<_> = weathers().map(|row| (row.id, row.description)).collect();
    assert!(
        faults.len() >= 80 && weather.len() >= 40,
        "{} {}",
        faults.len(),
        weather.len()
    );
    let mut seen = BTreeSet::new();
    let mut classes: Vec<&str> = Vec::new();
    for (id, description) in faults.into_iter().chain(weather) {
        assert!(seen.insert(id), "{id} comes twice");
        assert_eq!(id.split('/').count(), 2, "{id}");
        assert!(
            description.len() >= 10 && !description.ends_with('.'),
            "{id}: {description}"
        );
        if classes.last() != Some(&class(id)) {
            assert!(!classes.contains(&class(id)), "{id} is away from its class");
            classes.push(class(id));
        }
    }
}

#[test]
fn a_request_is_the_same_for_the_front_and_for_the_record() {
    use super::exchange::Fingerprint;
    use crate::wire::exchange::SentRequest;
    let mut asked = asked("GET");
    asked.headers.extend([
        ("X-Oss-Date".to_owned(), "1".to_owned()),
        ("Content-Length".to_owned(), "0".to_owned()),
    ]);
    let mut sent = SentRequest {
        method: "GET".into(),
        scheme: "http".into(),
        host: "b-1.oss-cn-hangzhou.aliyuncs.test".into(),
        address: "127.0.0.1:1".into(),
        target: "/k.txt".into(),
        headers: vec![("x-oss-date".into(), "1".into())],
        body: Vec::new(),
        string_to_sign: None,
    };
    assert_eq!(asked.fingerprint(), Fingerprint::of(&sent));
    sent.headers[0].1 = "2".into();
    assert_ne!(asked.fingerprint(), Fingerprint::of(&sent));
    let again = Asked {
        target: "/k.txt?x-oss-signature=2&x-oss-date=3&acl".into(),
        ..asked.clone()
    };
    let once = Asked {
        target: "/k.txt?x-oss-signature=1&x-oss-date=1&acl".into(),
        ..asked
    };
    assert_eq!(again.purpose(), once.purpose());
    assert_ne!(again.fingerprint(), once.fingerprint());
}

/// The documentation counts the rows of every class.
#[test]
fn the_readme_counts_the_rows() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let ids = faults()
        .map(|row| row.id)
        .chain(weathers().map(|row| row.id));
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    ids.for_each(|id| *counts.entry(class(id)).or_default() += 1);
    for (class, count) in counts {
        let row = format!("| `{class}` | {count} of {count} |");
        assert!(readme.contains(&row), "harness/README.md lacks `{row}`");
    }
}
