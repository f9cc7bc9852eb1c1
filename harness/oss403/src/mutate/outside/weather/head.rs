//! Heads that say the same in other words, and ways to carry a body that come to the same.

use super::super::exchange::{Answer, Script, send, send_and_end};
use super::super::table::{Kind, Weather, What, weather};

/// Parts of the answer are others.
macro_rules! change {
    (|$answer:ident| $change:expr) => {
        What::After(|meeting| {
            let mut $answer = meeting.answer.clone();
            $change;
            Some(send($answer.bytes()))
        })
    };
}

/// An informational answer comes first.
macro_rules! after {
    ($interim:literal) => {
        What::After(|meeting| {
            Some(send(
                [$interim.as_bytes(), &meeting.answer.bytes()].concat(),
            ))
        })
    };
}

pub(super) const ROWS: &[Weather] = &[
    weather(
        "head/order",
        "the headers come in the reverse order",
        change!(|answer| answer.headers.reverse()),
    ),
    weather(
        "head/capitals",
        "the names of the headers are in capitals",
        change!(|answer| names(&mut answer, str::to_uppercase)),
    ),
    weather(
        "head/capital-letters",
        "the names of the headers begin with capital letters",
        change!(|answer| names(&mut answer, titled)),
    ),
    weather(
        "head/no-blank",
        "no blank stands after the colons",
        change!(|answer| answer.colon = ":"),
    ),
    weather(
        "head/tabs",
        "tabs and blanks stand after the colons",
        change!(|answer| answer.colon = ": \t "),
    ),
    weather(
        "head/blanks-behind",
        "blanks stand behind the values",
        change!(|answer| answer
            .headers
            .iter_mut()
            .for_each(|header| header.1.push_str(" \t"))),
    ),
    weather(
        "head/keep-alive",
        "`Connection` and `Keep-Alive` speak of how long the connection lives",
        change!(|answer| {
            answer.set("connection", "Keep-Alive");
            answer.add("keep-alive", "timeout=5, max=1000");
        }),
    ),
    weather(
        "head/no-connection",
        "there is no header `Connection`",
        What::After(|meeting| {
            let mut answer = meeting.answer.clone();
            answer.remove("connection");
            (!meeting.answer.closes()).then(|| send(answer.bytes()))
        }),
    ),
    weather(
        "head/gateway",
        "a gateway has added `Via`, `X-Cache`, `Age`, `X-Request-Id` and `Strict-Transport-Security`",
        change!(|answer| {
            for (name, value) in [
                ("via", "1.1 edge-7 (squid/6.6), 1.1 origin"),
                ("x-cache", "MISS from edge-7"),
                ("age", "0"),
                ("x-request-id", "3f2b1c"),
                ("strict-transport-security", "max-age=31536000"),
            ] {
                answer.add(name, value);
            }
        }),
    ),
    weather(
        "head/cookie",
        "a gateway sets a cookie",
        change!(|answer| answer.add("set-cookie", "route=a41f; Path=/; HttpOnly")),
    ),
    weather(
        "head/two-cookies",
        "a gateway sets two cookies",
        change!(|answer| {
            answer.add("set-cookie", "route=a41f; Path=/; HttpOnly");
            answer.add("set-cookie", "lb=2; Path=/");
        }),
    ),
    weather(
        "head/another-server",
        "`Server` has another name",
        change!(|answer| answer.set("server", "nginx")),
    ),
    weather(
        "head/no-server",
        "there is no header `Server`",
        change!(|answer| answer.remove("server")),
    ),
    weather(
        "head/server-time",
        "the server took 17 ms, it says",
        change!(|answer| answer.set("x-oss-server-time", "17")),
    ),
    weather(
        "head/empty-header",
        "a header is empty",
        change!(|answer| answer.add("x-note", "")),
    ),
    weather(
        "head/beyond-ascii",
        "a header holds letters that are not ASCII",
        change!(|answer| answer.add("x-note", "Grüße")),
    ),
    weather(
        "head/retry-after-on-a-refusal",
        "refusals have a Retry-After that means nothing",
        change!(|answer| answer.add("retry-after", "0")),
    )
    .on(&[Kind::Refusal]),
    weather(
        "head/another-reason",
        "the reason phrase is another",
        change!(|answer| answer.reason = "Status".into()),
    ),
    weather(
        "head/no-reason",
        "there is no reason phrase",
        change!(|answer| answer.reason.clear()),
    ),
    weather(
        "head/type-with-charset",
        "Content-Type names the encoding",
        What::After(|meeting| typed(&meeting.answer, "application/xml; charset=utf-8")),
    ),
    weather(
        "head/type-in-capitals",
        "Content-Type is in capitals",
        What::After(|meeting| typed(&meeting.answer, "Application/XML;Charset=\"UTF-8\"")),
    ),
    weather(
        "head/request-id-of-oss",
        "requests that are signed as for S3 have `x-oss-request-id` instead of `x-amz-request-id`, as the page of EC 0017-00000804 shows",
        What::After(|meeting| {
            let mut answer = meeting.answer.clone();
            let id = answer.header("x-amz-request-id")?.to_owned();
            answer.remove("x-amz-request-id");
            answer.add("x-oss-request-id", id);
            Some(send(answer.bytes()))
        }),
    ),
    weather(
        "head/version-1.0",
        "answers are of HTTP/1.0, and the connection ends",
        What::After(|meeting| {
            let mut answer = meeting.answer.clone();
            answer.version = "HTTP/1.0".into();
            answer.remove("connection");
            Some(send_and_end(answer.bytes()))
        }),
    ),
    weather(
        "head/version-1.0-keep-alive",
        "answers are of HTTP/1.0, and the connection is kept alive",
        change!(|answer| answer.version = "HTTP/1.0".into()),
    ),
    weather(
        "head/chunks",
        "bodies come in one chunk",
        What::After(|meeting| chunks(&meeting.answer, usize::MAX, "", "")),
    ),
    weather(
        "head/small-chunks",
        "bodies come in chunks of 11 bytes",
        What::After(|meeting| chunks(&meeting.answer, 11, "", "")),
    ),
    weather(
        "head/chunks-with-extensions",
        "bodies come in chunks with an extension",
        What::After(|meeting| chunks(&meeting.answer, 64, ";note=\"one\"", "")),
    ),
    weather(
        "head/trailer",
        "a trailer follows the last chunk",
        What::After(|meeting| chunks(&meeting.answer, 64, "", "x-note: one\r\n")),
    ),
    weather(
        "head/until-the-end",
        "bodies end with the connection, and have no length",
        What::After(|meeting| {
            let mut answer = meeting.answer.clone();
            answer.remove("content-length");
            answer.set("connection", "close");
            (!answer.to_head && answer.status != 204).then(|| send_and_end(answer.bytes()))
        }),
    )
    .on(&[Kind::Refusal]),
    weather(
        "head/continue",
        "100 Continue comes first, although nobody waits for it",
        after!("HTTP/1.1 100 Continue\r\n\r\n"),
    ),
    weather(
        "head/hints",
        "early hints come first",
        after!("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"),
    ),
    weather(
        "head/processing",
        "102 Processing comes first, twice",
        after!("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"),
    ),
    weather(
        "head/hook",
        "the hook's answers come in chunks, after 100 Continue",
        What::After(|meeting| {
            let script = chunks(&meeting.answer, 11, "", "")?;
            Some([send("HTTP/1.1 100 Continue\r\n\r\n"), script].concat())
        }),
    )
    .on(&[Kind::Hook]),
];

fn names(answer: &mut Answer, other: fn(&str) -> String) {
    for (name, _) in &mut answer.headers {
        *name = other(name);
    }
}

/// `X-Oss-Request-Id`
fn titled(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

/// A document of XML with another Content-Type.
fn typed(answer: &Answer, other: &str) -> Option<Script> {
    let mut answer = answer.clone();
    answer
        .header("content-type")
        .filter(|value| *value == "application/xml")?;
    answer.set("content-type", other);
    Some(send(answer.bytes()))
}

/// The body in chunks instead of with a length.
pub(super) fn chunks(
    answer: &Answer,
    size: usize,
    extension: &str,
    trailer: &str,
) -> Option<Script> {
    if answer.to_head || answer.status == 204 || answer.status == 304 {
        return None;
    }
    let mut answer = answer.clone();
    answer.remove("content-length");
    answer.add("transfer-encoding", "chunked");
    let mut bytes = answer.head();
    for chunk in answer.body.chunks(size) {
        bytes.extend(format!("{:X}{extension}\r\n", chunk.len()).bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    bytes.extend(format!("0\r\n{trailer}\r\n").bytes());
    Some(send(bytes))
}
