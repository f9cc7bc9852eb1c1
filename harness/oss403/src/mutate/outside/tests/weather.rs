//! Weather changes nothing of what an answer says.

use super::super::exchange::{Script, Step};
use super::super::table::{What, weathers};
use super::{bytes, document_of, shown};
use crate::judge::envelope::Envelope;

/// What a client reads, whatever it is written like: status, headers in small letters and sorted, body out of its chunks.
#[derive(Debug, PartialEq)]
struct Read {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn read(mut bytes: &[u8], to_head: bool) -> Read {
    loop {
        let mut lines = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Response::new(&mut lines);
        let httparse::Status::Complete(end) = parsed.parse(bytes).expect("HTTP") else {
            panic!("half a head");
        };
        let status = parsed.code.unwrap_or_default();
        bytes = &bytes[end..];
        if (100..200).contains(&status) {
            continue;
        }
        let value = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let mut headers: Vec<_> = parsed
            .headers
            .iter()
            .map(|header| (header.name.to_lowercase(), value(header.value)))
            .collect();
        headers.sort();
        let has = |name: &str| {
            headers
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
        };
        let mut body = bytes.to_vec();
        if has("transfer-encoding").is_some() {
            body = Vec::new();
            while let Ok(httparse::Status::Complete((start, size @ 1..))) =
                httparse::parse_chunk_size(bytes)
            {
                let end = start + usize::try_from(size).expect("small");
                body.extend(&bytes[start..end]);
                assert_eq!(&bytes[end..end + 2], b"\r\n");
                bytes = &bytes[end + 2..];
            }
            assert!(
                bytes.starts_with(b"0\r\n") && bytes.ends_with(b"\r\n\r\n"),
                "{bytes:?}"
            );
        } else if let Some(length) = has("content-length").filter(|_| !to_head) {
            assert_eq!(body.len().to_string(), length);
        }
        return Read {
            status,
            headers,
            body,
        };
    }
}

fn script_of(what: What, meeting: &super::Meeting<'_>) -> Option<Script> {
    match what {
        What::After(script) => script(meeting),
        What::Instead(script) | What::Unread(script) => script(meeting.asked),
    }
}

/// How the connection is used, and what belongs to the single answer, may differ.
const OTHERWISE: [&str; 12] = [
    "connection",
    "content-length",
    "transfer-encoding",
    "content-type",
    "server",
    "x-oss-server-time",
    "keep-alive",
    "x-oss-err",
    "x-oss-ec",
    "x-oss-request-id",
    "x-amz-request-id",
    "date",
];

#[test]
fn slow_and_other_heads_carry_the_same_answer() {
    for row in weathers().filter(|row| ["slow", "head", "document"].contains(&super::class(row.id)))
    {
        let shown = shown(|meeting| script_of(row.what, meeting));
        let only_s3 = row.id == "head/request-id-of-oss";
        assert!(
            only_s3 || row.id == "document/quotes" || !shown.is_empty(),
            "{} is played on nothing",
            row.id
        );
        for (asked, answer, script) in shown {
            let to_head = asked.method == "HEAD";
            let (was, is) = (
                read(&answer.bytes(), to_head),
                read(&bytes(&script), to_head),
            );
            assert_eq!(was.status, is.status, "{}", row.id);
            for header in was
                .headers
                .iter()
                .filter(|(name, _)| !OTHERWISE.contains(&name.as_str()))
            {
                assert!(is.headers.contains(header), "{} lacks {header:?}", row.id);
            }
            if super::class(row.id) == "document" {
                let reads = |bytes: &[u8]| {
                    Envelope::parse(&document_of(bytes, to_head)).expect("a document")
                };
                let (was, is) = (reads(&answer.bytes()), reads(&bytes(&script)));
                for element in ["Code", "Message", "RequestId", "HostId"] {
                    assert_eq!(was.text(element), is.text(element), "{}", row.id);
                }
            } else {
                assert_eq!(was.body, is.body, "{}", row.id);
            }
        }
    }
}

#[test]
fn a_busy_server_says_so_and_nothing_else() {
    for row in weathers().filter(|row| super::class(row.id) == "busy") {
        for (asked, _, script) in shown(|meeting| script_of(row.what, meeting)) {
            let read = read(&bytes(&script), asked.method == "HEAD");
            assert!(
                matches!(read.status, 429 | 500 | 502..=504),
                "{} {}",
                row.id,
                read.status
            );
        }
    }
}

#[test]
fn what_is_lost_is_cut_short_or_ends_with_the_answer() {
    for row in weathers().filter(|row| super::class(row.id) == "lost") {
        let shown = shown(|meeting| script_of(row.what, meeting));
        assert!(!shown.is_empty(), "{}", row.id);
        for (_, answer, script) in shown {
            assert!(
                matches!(script.last(), Some(Step::End | Step::Reset)),
                "{}",
                row.id
            );
            let (whole, sent) = (answer.bytes(), bytes(&script));
            let is_cut = sent.len() < whole.len() || row.id == "lost/chunks-cut";
            assert!(is_cut || row.every == 1, "{}", row.id);
            assert!(
                row.every == 1 || row.most == 1,
                "{}: what is lost twice is unanswered",
                row.id
            );
        }
    }
}
