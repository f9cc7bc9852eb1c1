//! Answers whose end is not where they say it is, and answers that never come.

use super::super::exchange::{Answer, Script, Step, send, send_and_end};
use super::super::table::Does::{Answer as Parts, Script as Bytes};
use super::super::table::{Fault, fault};

/// The body in chunks, exactly as they are written here, and the connection closed after it. Nothing for HEAD.
macro_rules! chunks {
    (|$body:ident| $chunks:expr) => {
        Bytes(|meeting| {
            let mut answer = meeting.answer.clone();
            answer.remove("content-length");
            answer.add("transfer-encoding", "chunked");
            let $body = String::from_utf8_lossy(&answer.body).into_owned();
            let has_body = !answer.to_head && $body.len() > 2;
            has_body
                .then(|| send_and_end([answer.head(), String::from($chunks).into_bytes()].concat()))
        })
    };
}

/// An answer that nobody asked for.
const UNASKED: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 7\r\n\r\nUnasked";

pub(super) const ROWS: &[Fault] = &[
    fault(
        "framing/length-too-short",
        "Content-Length is 7 less than the body has",
        Bytes(|meeting| length(&meeting.answer, -7, false)),
    ),
    fault(
        "framing/length-too-long",
        "Content-Length is 7 more than the body has when the connection is closed",
        Bytes(|meeting| length(&meeting.answer, 7, true)),
    ),
    fault(
        "framing/length-never-reached",
        "Content-Length is 7 more than the body has, and nothing more comes",
        Bytes(|meeting| length(&meeting.answer, 7, false)),
    )
    .waits(),
    fault(
        "framing/length-zero",
        "Content-Length is 0, and a body comes",
        Parts(|answer| {
            if !answer.to_head {
                answer.set("content-length", "0");
            }
        }),
    ),
    fault(
        "framing/chunk-without-size",
        "a chunk has no size",
        chunks!(|body| format!("\r\n{body}\r\n0\r\n\r\n")),
    ),
    fault(
        "framing/chunk-size-is-a-word",
        "the size of a chunk is no number",
        chunks!(|body| format!("many\r\n{body}\r\n0\r\n\r\n")),
    ),
    fault(
        "framing/chunk-size-with-prefix",
        "the size of a chunk begins with 0x",
        chunks!(|body| format!("{:#x}\r\n{body}\r\n0\r\n\r\n", body.len())),
    ),
    fault(
        "framing/chunk-size-negative",
        "the size of a chunk is negative",
        chunks!(|body| format!("-{:x}\r\n{body}\r\n0\r\n\r\n", body.len())),
    ),
    fault(
        "framing/chunk-size-of-65-bits",
        "the size of a chunk is 2^64 and more",
        chunks!(|body| format!("1{:016x}\r\n{body}\r\n0\r\n\r\n", body.len())),
    ),
    fault(
        "framing/chunk-size-with-blank",
        "a blank stands before the size of a chunk",
        chunks!(|body| format!(" {:x}\r\n{body}\r\n0\r\n\r\n", body.len())),
    ),
    fault(
        "framing/chunk-longer-than-its-size",
        "a chunk is longer than its size",
        chunks!(|body| format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len() - 2)),
    ),
    fault(
        "framing/chunk-shorter-than-its-size",
        "a chunk is shorter than its size",
        chunks!(|body| format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len() + 2)),
    ),
    fault(
        "framing/chunk-without-its-end",
        "no line ends after the bytes of a chunk",
        chunks!(|body| format!("{:x}\r\n{body}0\r\n\r\n", body.len())),
    ),
    fault(
        "framing/chunk-lines-of-line-feeds",
        "the lines between chunks end with a line feed alone",
        chunks!(|body| format!("{:x}\n{body}\n0\n\n", body.len())),
    ),
    fault(
        "framing/no-last-chunk",
        "the last chunk is missing",
        chunks!(|body| format!("{:x}\r\n{body}\r\n", body.len())),
    ),
    fault(
        "framing/no-end-after-last-chunk",
        "the empty line after the last chunk is missing",
        chunks!(|body| format!("{:x}\r\n{body}\r\n0\r\n", body.len())),
    ),
    fault(
        "framing/endless-chunk-extension",
        "the extension of a chunk has 200,000 characters",
        chunks!(|body| {
            format!(
                "{:x};note={}\r\n{body}\r\n0\r\n\r\n",
                body.len(),
                "x".repeat(200_000)
            )
        }),
    ),
    fault(
        "framing/malformed-trailer",
        "a line after the last chunk has no colon",
        chunks!(|body| format!("{:x}\r\n{body}\r\n0\r\nnote\r\n\r\n", body.len())),
    ),
    fault(
        "framing/length-in-a-trailer",
        "Content-Length comes after the last chunk",
        chunks!(|body| {
            format!(
                "{:x}\r\n{body}\r\n0\r\ncontent-length: 7\r\n\r\n",
                body.len()
            )
        }),
    ),
    fault(
        "framing/body-after-head",
        "the answer to HEAD has a body",
        Bytes(|meeting| {
            let document = meeting.answer.document()?;
            meeting
                .answer
                .to_head
                .then(|| send([meeting.answer.bytes(), document.into_bytes()].concat()))
        }),
    ),
    fault(
        "framing/second-answer",
        "another answer follows that nobody asked for",
        Bytes(|meeting| Some(send([&meeting.answer.bytes(), UNASKED].concat()))),
    ),
    fault(
        "framing/answer-before-it",
        "an answer that nobody asked for comes first",
        Bytes(|meeting| Some(send([UNASKED, &meeting.answer.bytes()].concat()))),
    ),
    fault(
        "framing/bytes-after-it",
        "bytes follow that belong to no answer",
        Bytes(|meeting| {
            Some(send(
                [&meeting.answer.bytes(), &b"\0\0\0\0\0\0\0"[..]].concat(),
            ))
        }),
    ),
    fault(
        "framing/hidden-in-a-chunk",
        "Content-Length covers only the size of the first chunk: another answer is smuggled",
        Bytes(|meeting| {
            let mut answer = meeting.answer.clone();
            answer.set("content-length", "3");
            answer.add("transfer-encoding", "chunked");
            (!answer.to_head).then(|| send([&answer.head(), &b"0\r\n\r\n"[..], UNASKED].concat()))
        }),
    ),
    fault(
        "framing/no-answer",
        "the connection is closed instead of an answer, each time",
        Bytes(|_| Some(vec![Step::End])),
    ),
    fault(
        "framing/reset",
        "the connection is reset instead of an answer, each time",
        Bytes(|_| Some(vec![Step::Reset])),
    ),
    fault(
        "framing/ends-in-the-head",
        "the connection is closed within the head, each time",
        Bytes(|meeting| {
            let head = meeting.answer.head();
            Some(send_and_end(&head[..head.len() / 2]))
        }),
    ),
    fault(
        "framing/ends-in-the-body",
        "the connection is closed within the body, each time",
        Bytes(|meeting| {
            let bytes = meeting.answer.bytes();
            (!meeting.answer.to_head).then(|| send_and_end(&bytes[..bytes.len() - 9]))
        }),
    ),
    fault(
        "framing/silence",
        "no answer comes",
        Bytes(|_| Some(send(""))),
    )
    .waits(),
];

/// The answer with a Content-Length that is some bytes off. Nothing for HEAD.
fn length(answer: &Answer, by: isize, ends: bool) -> Option<Script> {
    let mut answer = answer.clone();
    let length = answer.body.len().checked_add_signed(by)?;
    answer.set("content-length", length.to_string());
    let script = if ends {
        send_and_end(answer.bytes())
    } else {
        send(answer.bytes())
    };
    (!answer.to_head).then_some(script)
}
