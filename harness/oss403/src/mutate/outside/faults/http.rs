//! Answers that are not HTTP/1.1 (RFC 9110, RFC 9112), or that no client can be relied upon to read.

use super::super::exchange::{Answer, Meeting, Script, send, send_and_end};
use super::super::table::Does::{Answer as Parts, Script as Bytes};
use super::super::table::{Fault, fault};

/// The answer with another status line.
macro_rules! status_line {
    ($line:literal) => {
        Bytes(|meeting| Some(with_status_line(&meeting.answer, $line)))
    };
}

/// The answer with one more header line, exactly as it is written here.
macro_rules! line {
    ($line:expr) => {
        Bytes(|meeting| Some(with_line(&meeting.answer, $line)))
    };
}

/// Another Transfer-Encoding instead of the length, and the body in chunks.
macro_rules! transfer_encoding {
    ($value:literal) => {
        Bytes(|meeting| {
            let mut answer = meeting.answer.clone();
            answer.remove("content-length");
            answer.add("transfer-encoding", $value);
            chunked(&answer)
        })
    };
}
pub(super) const ROWS: &[Fault] = &[
    fault(
        "http/no-version",
        "the status line has no version",
        status_line!("403 Forbidden"),
    ),
    fault(
        "http/another-protocol",
        "the status line begins with `ICY/1.1`",
        status_line!("ICY/1.1 403 Forbidden"),
    ),
    fault(
        "http/version-2",
        "the version is HTTP/2.0",
        status_line!("HTTP/2.0 403 Forbidden"),
    ),
    fault(
        "http/small-version",
        "the version is `http/1.1`",
        status_line!("http/1.1 403 Forbidden"),
    ),
    fault(
        "http/no-status",
        "the status line has no status",
        status_line!("HTTP/1.1 Forbidden"),
    ),
    fault(
        "http/status-of-two-digits",
        "the status is 43",
        status_line!("HTTP/1.1 43 Forbidden"),
    ),
    fault(
        "http/status-of-four-digits",
        "the status is 4030",
        status_line!("HTTP/1.1 4030 Forbidden"),
    ),
    fault(
        "http/status-zero",
        "the status is 000",
        status_line!("HTTP/1.1 000 Forbidden"),
    ),
    fault(
        "http/status-signed",
        "the status is +403",
        status_line!("HTTP/1.1 +403 Forbidden"),
    ),
    fault(
        "http/two-blanks",
        "two blanks stand before the status",
        status_line!("HTTP/1.1  403 Forbidden"),
    ),
    fault(
        "http/control-in-reason",
        "the reason phrase holds a control character",
        status_line!("HTTP/1.1 403 For\x01bidden"),
    ),
    fault(
        "http/nul-in-reason",
        "the reason phrase holds a NUL",
        status_line!("HTTP/1.1 403 For\0bidden"),
    ),
    fault(
        "http/overlong-reason",
        "the reason phrase has 60,000 characters",
        Parts(|answer| answer.reason = "x".repeat(60_000)),
    ),
    fault(
        "http/switches-protocols",
        "101 comes, although nothing else was asked for",
        Bytes(|meeting| {
            Some(with_status_line(
                &meeting.answer,
                "HTTP/1.1 101 Switching Protocols",
            ))
        }),
    ),
    fault(
        "http/bare-line-feeds",
        "the lines of the head end with a line feed alone",
        Bytes(|meeting| {
            let head: Vec<u8> = meeting
                .answer
                .head()
                .into_iter()
                .filter(|byte| *byte != b'\r')
                .collect();
            Some(with_head(meeting, head))
        }),
    ),
    fault(
        "http/bare-carriage-return",
        "a header's value holds a carriage return",
        line!("x-note: one\rtwo"),
    ),
    fault(
        "http/nul-in-value",
        "a header's value holds a NUL",
        line!("x-note: one\0two"),
    ),
    fault(
        "http/control-in-value",
        "a header's value holds an escape",
        line!("x-note: one\x1b[2Jtwo"),
    ),
    fault(
        "http/delete-in-value",
        "a header's value holds DEL",
        line!("x-note: one\x7ftwo"),
    ),
    fault(
        "http/blank-before-colon",
        "a blank stands before the colon of a header",
        line!("x-note : one"),
    ),
    fault(
        "http/blank-in-name",
        "a header's name holds a blank",
        line!("x note: one"),
    ),
    fault(
        "http/name-is-no-token",
        "a header's name holds brackets",
        line!("x-(note): one"),
    ),
    fault(
        "http/name-beyond-ascii",
        "a header's name holds a letter that is not ASCII",
        line!("x-nöte: one"),
    ),
    fault("http/no-name", "a header has no name", line!(": one")),
    fault(
        "http/no-colon",
        "a line of the head has no colon",
        line!("x-note one"),
    ),
    fault(
        "http/folded",
        "a header goes on in the next line",
        line!("x-note: one\r\n two"),
    ),
    fault(
        "http/folded-at-once",
        "the first header begins with a blank",
        Bytes(|meeting| {
            let head = String::from_utf8_lossy(&meeting.answer.head()).replacen("\r\n", "\r\n ", 1);
            Some(with_head(meeting, head.into_bytes()))
        }),
    ),
    fault(
        "http/two-lengths",
        "two headers Content-Length differ",
        Parts(|answer| answer.add("content-length", "7")),
    ),
    fault(
        "http/list-of-lengths",
        "Content-Length is a list of two that differ",
        Parts(|answer| lengths(answer, |length| format!("{length}, 7"))),
    ),
    fault(
        "http/negative-length",
        "Content-Length is -1",
        Parts(|answer| lengths(answer, |_| "-1".into())),
    ),
    fault(
        "http/signed-length",
        "Content-Length has a plus sign",
        Parts(|answer| lengths(answer, |length| format!("+{length}"))),
    ),
    fault(
        "http/hexadecimal-length",
        "Content-Length is hexadecimal",
        Parts(|answer| lengths(answer, |length| format!("{length:#x}"))),
    ),
    fault(
        "http/length-with-a-unit",
        "Content-Length has a unit",
        Parts(|answer| lengths(answer, |length| format!("{length} bytes"))),
    ),
    fault(
        "http/length-of-65-bits",
        "Content-Length is 2^64 and more",
        Parts(|answer| {
            lengths(answer, |length| {
                (u128::from(u64::MAX) + 1 + length as u128).to_string()
            });
        }),
    ),
    fault(
        "http/length-and-chunks",
        "Transfer-Encoding and Content-Length are both there",
        Bytes(|meeting| {
            let mut answer = meeting.answer.clone();
            answer.add("transfer-encoding", "chunked");
            chunked(&answer)
        }),
    ),
    fault(
        "http/chunked-twice",
        "the body is said to be chunked twice",
        transfer_encoding!("chunked, chunked"),
    ),
    fault(
        "http/chunked-not-last",
        "the transfer coding that comes last is not chunked",
        transfer_encoding!("chunked, identity"),
    )
    .waits(),
    fault(
        "http/unknown-coding",
        "the transfer coding is one that nobody asked for",
        transfer_encoding!("xchunked"),
    )
    .waits(),
    fault(
        "http/chunks-in-1.0",
        "an answer of HTTP/1.0 has a transfer coding",
        Bytes(|meeting| {
            let mut answer = meeting.answer.clone();
            answer.version = "HTTP/1.0".into();
            answer.remove("content-length");
            answer.add("transfer-encoding", "chunked");
            chunked(&answer)
        }),
    ),
    fault(
        "http/says-gzip",
        "Content-Encoding is gzip, and the body is not",
        Parts(|answer| {
            if !answer.to_head {
                answer.add("content-encoding", "gzip");
            }
        }),
    ),
    fault(
        "http/two-request-ids",
        "two headers x-oss-request-id differ",
        Parts(|answer| answer.add("x-oss-request-id", "6B0B2431A32506C5F988CCD1")),
    ),
    fault(
        "http/two-types",
        "two headers Content-Type differ",
        Parts(|answer| answer.add("content-type", "text/html")),
    ),
    fault(
        "http/two-dates",
        "two headers Date differ",
        Parts(|answer| answer.add("date", "Thu, 01 Jan 1970 00:00:00 GMT")),
    ),
    fault(
        "http/thousand-headers",
        "there are a thousand headers",
        Parts(|answer| {
            (0..1000).for_each(|number| answer.add(&format!("x-note-{number}"), "one"));
        }),
    ),
    fault(
        "http/endless-header",
        "a header has 200,000 characters",
        Parts(|answer| answer.add("x-note", "x".repeat(200_000))),
    ),
    fault(
        "http/thousand-continues",
        "a thousand informational answers come first",
        Bytes(|meeting| {
            let mut bytes = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
            bytes.extend(meeting.answer.bytes());
            Some(send(bytes))
        }),
    ),
    fault(
        "http/malformed-hints",
        "an informational answer before it is malformed",
        Bytes(|meeting| {
            let mut bytes = b"HTTP/1.1 103 Early Hints\r\nx note: one\r\n\r\n".to_vec();
            bytes.extend(meeting.answer.bytes());
            Some(send(bytes))
        }),
    ),
    fault(
        "http/document-alone",
        "the body comes without a head, as in HTTP/0.9",
        Bytes(|meeting| {
            (!meeting.answer.to_head).then(|| send_and_end(meeting.answer.body.clone()))
        }),
    ),
    fault(
        "http/no-http",
        "bytes come that are no HTTP",
        Bytes(|_| Some(send_and_end(b"\x15\x03\x03\0\x02\x02\x50".to_vec()))),
    ),
];

fn with_status_line(answer: &Answer, line: &str) -> Script {
    let bytes = answer.bytes();
    let end = memchr::memmem::find(&bytes, b"\r\n").unwrap_or_default();
    send([line.as_bytes(), &bytes[end..]].concat())
}

fn with_line(answer: &Answer, line: &str) -> Script {
    let head = answer.head();
    let body = if answer.to_head {
        &[][..]
    } else {
        &answer.body
    };
    send([&head[..head.len() - 2], line.as_bytes(), b"\r\n\r\n", body].concat())
}

fn with_head(meeting: &Meeting<'_>, mut head: Vec<u8>) -> Script {
    if !meeting.answer.to_head {
        head.extend_from_slice(&meeting.answer.body);
    }
    send(head)
}

fn lengths(answer: &mut Answer, other: fn(usize) -> String) {
    let length = answer.body.len();
    answer.set("content-length", other(length));
}

/// The body as one chunk; nothing for HEAD, which has no body.
fn chunked(answer: &Answer) -> Option<Script> {
    let body = format!("{:x}\r\n", answer.body.len()).into_bytes();
    let body = [&body, &*answer.body, b"\r\n0\r\n\r\n"].concat();
    (!answer.to_head).then(|| send([answer.head(), body].concat()))
}
