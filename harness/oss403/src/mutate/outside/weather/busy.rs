//! A server, or a gateway before it, that cannot answer now.

use super::super::exchange::{Answer, Asked, Script, send, send_and_end};
use super::super::table::{Kind, Weather, What, weather};

/// 503 or another error instead of the server's answer, with a header more.
macro_rules! instead {
    ($status:literal, $reason:literal $(, $name:literal: $value:literal)?) => {
        What::Instead(|_| {
            #[allow(unused_mut)]
            let mut answer = Answer::new($status, $reason);
            $(answer.add($name, $value);)?
            Some(send(answer.bytes()))
        })
    };
}

/// Twice for the same request at most.
const TWICE: usize = 2;

pub(super) const ROWS: &[Weather] = &[
    weather(
        "busy/503-one-in-100",
        "one answer in a hundred is 503",
        instead!(503, "Service Unavailable"),
    )
    .at(100, TWICE),
    weather(
        "busy/503-one-in-20",
        "one answer in twenty is 503",
        instead!(503, "Service Unavailable"),
    )
    .at(20, TWICE),
    weather(
        "busy/503-one-in-5",
        "one answer in five is 503",
        instead!(503, "Service Unavailable"),
    )
    .at(5, TWICE),
    weather(
        "busy/503-at-once",
        "one answer in twenty is 503 with `Retry-After: 0`",
        instead!(503, "Service Unavailable", "retry-after": "0"),
    )
    .at(20, TWICE),
    weather(
        "busy/503-at-once-one-in-5",
        "one answer in five is 503 with `Retry-After: 0`",
        instead!(503, "Service Unavailable", "retry-after": "0"),
    )
    .at(5, TWICE),
    weather(
        "busy/503-in-a-second",
        "one answer in a hundred is 503 with `Retry-After: 1`",
        instead!(503, "Service Unavailable", "retry-after": "1"),
    )
    .at(100, 1),
    weather(
        "busy/503-at-a-date",
        "one answer in a hundred is 503 with a Retry-After that is a date",
        What::Instead(|_| {
            let mut answer = Answer::new(503, "Service Unavailable");
            answer.add("retry-after", "Thu, 01 Jan 2026 00:00:00 GMT");
            Some(send(answer.bytes()))
        }),
    )
    .at(100, 1),
    weather(
        "busy/slow-down",
        "one answer in twenty is 503 SlowDown",
        What::Instead(|asked| {
            Some(error(
                asked,
                503,
                "Service Unavailable",
                "SlowDown",
                "Please reduce your request rate.",
            ))
        }),
    )
    .at(20, TWICE),
    weather(
        "busy/slow-down-one-in-5",
        "one answer in five is 503 SlowDown",
        What::Instead(|asked| {
            Some(error(
                asked,
                503,
                "Service Unavailable",
                "SlowDown",
                "Please reduce your request rate.",
            ))
        }),
    )
    .at(5, TWICE),
    weather(
        "busy/internal-error",
        "one answer in twenty is 500 InternalError",
        What::Instead(|asked| {
            Some(error(
                asked,
                500,
                "Internal Server Error",
                "InternalError",
                "Please contact the server administrator, oss@service.aliyun.com.",
            ))
        }),
    )
    .at(20, TWICE),
    weather(
        "busy/429-one-in-20",
        "one answer in twenty is 429",
        instead!(429, "Too Many Requests"),
    )
    .at(20, TWICE),
    weather(
        "busy/429-at-once",
        "one answer in five is 429 with `Retry-After: 0`",
        instead!(429, "Too Many Requests", "retry-after": "0"),
    )
    .at(5, TWICE),
    weather(
        "busy/bad-gateway",
        "one answer in twenty is a gateway's 502, in HTML",
        What::Instead(|_| {
            let mut answer = Answer::new(502, "Bad Gateway");
            answer.add("content-type", "text/html");
            answer.set_body("<html><body><h1>502 Bad Gateway</h1></body></html>\n");
            Some(send_and_end(answer.bytes()))
        }),
    )
    .at(20, TWICE),
    weather(
        "busy/gateway-timeout",
        "one answer in twenty is a gateway's 504, and the connection ends",
        What::Instead(|_| {
            let mut answer = Answer::new(504, "Gateway Timeout");
            answer.add("connection", "close");
            Some(send_and_end(answer.bytes()))
        }),
    )
    .at(20, TWICE),
    weather(
        "busy/after-the-deed",
        "one answer in twenty is 500, although the request was carried out",
        What::After(|meeting| {
            meeting.asked.is_idempotent().then(|| {
                error(
                    meeting.asked,
                    500,
                    "Internal Server Error",
                    "InternalError",
                    "We encountered an internal error. Please try again.",
                )
            })
        }),
    )
    .at(20, 1),
    weather(
        "busy/reads",
        "one base or probe in five is answered 503",
        instead!(503, "Service Unavailable"),
    )
    .on(&[Kind::Read])
    .at(5, TWICE),
    weather(
        "busy/writes",
        "one write in five is answered 503",
        instead!(503, "Service Unavailable"),
    )
    .on(&[Kind::Write])
    .at(5, TWICE),
    weather(
        "busy/removals",
        "one removal in three is answered 503",
        instead!(503, "Service Unavailable"),
    )
    .on(&[Kind::Removal])
    .at(3, TWICE),
    weather(
        "busy/refusals",
        "one refusal in three becomes 503",
        What::After(|meeting| {
            Some(error(
                meeting.asked,
                503,
                "Service Unavailable",
                "ServiceUnavailable",
                "The server is busy.",
            ))
        }),
    )
    .on(&[Kind::Refusal])
    .at(3, TWICE),
    weather(
        "busy/hook",
        "one command to the hook in five is answered 503",
        instead!(503, "Service Unavailable"),
    )
    .on(&[Kind::Hook])
    .at(5, TWICE),
    weather(
        "busy/hook-429",
        "one command to the hook in five is answered 429 with `Retry-After: 0`",
        instead!(429, "Too Many Requests", "retry-after": "0"),
    )
    .on(&[Kind::Hook])
    .at(5, TWICE),
];

/// An error of OSS that is no refusal, as the service writes it.
fn error(asked: &Asked, status: u16, reason: &str, code: &str, message: &str) -> Script {
    let mut answer = Answer::new(status, reason);
    answer.to_head = asked.method == "HEAD";
    let id = "6B0B2431A32506C5F988CCD1";
    answer.add("content-type", "application/xml");
    answer.add("x-oss-request-id", id);
    let host = &asked.host;
    answer.set_document(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>{code}</Code>\n  <Message>{message}</Message>\n  \
         <RequestId>{id}</RequestId>\n  <HostId>{host}</HostId>\n</Error>\n"
    ));
    send(answer.bytes())
}
