//! Answers that can be read and are not true: of another request, of another time, with another status, code or message.

use super::super::exchange::{Answer, Meeting, send};
use super::super::table::Does::{Answer as Parts, Lie, Script as Bytes};
use super::super::table::{Fault, NoticedBy, fault};

/// Another status line, everything else as it was.
macro_rules! status {
    ($status:literal, $reason:literal) => {
        Parts(|answer| (answer.status, answer.reason) = ($status, $reason.into()))
    };
}

/// Another text in an element.
macro_rules! element {
    ($name:literal, $text:expr) => {
        Lie(|answer, _| answer.set_element($name, $text))
    };
}

/// The message, changed.
macro_rules! message {
    (|$message:ident| $other:expr) => {
        Lie(|answer, _| {
            let $message = answer.element("Message")?;
            answer.set_element("Message", &$other)
        })
    };
}

/// A request id that no request has.
const ID: &str = "6B0B2431A32506C5F988CCD1";

pub(super) const ROWS: &[Fault] = &[
    // Whose answer it is.
    fault(
        "lie/same-id-for-all",
        "every refusal has the same request id",
        Lie(|answer, _| request_id(answer, ID)),
    )
    .noticed_by(NoticedBy::Some("whoever has it first repeats nothing")),
    fault(
        "lie/id-of-another",
        "of two refusals one has the request id of the other",
        Lie(|answer, meeting| {
            // Only those that end with a letter keep their own, so that the id was seen before.
            let keeps = |answer: &Answer| {
                let id = answer.header("x-oss-request-id").unwrap_or_default();
                id.ends_with(|last: char| last.is_ascii_alphabetic())
            };
            let mut formers = meeting.formers.iter().rev();
            let former = formers
                .find(|former| keeps(former))
                .filter(|_| !keeps(answer))?;
            let former = former.header("x-oss-request-id")?.to_owned();
            request_id(answer, &former)
        }),
    )
    .noticed_by(NoticedBy::Some(
        "of the two the one that is judged later repeats an id",
    )),
    fault(
        "lie/empty-id",
        "the request id is empty",
        Lie(|answer, _| request_id(answer, "")),
    ),
    fault(
        "lie/no-id-in-header",
        "there is no header x-oss-request-id",
        Parts(|answer| answer.remove("x-oss-request-id")),
    ),
    fault(
        "lie/no-id-in-document",
        "there is no element `RequestId`",
        Lie(|answer, _| without(answer, "RequestId")),
    ),
    fault(
        "lie/two-ids",
        "header and document have different request ids",
        Parts(|answer| answer.set("x-oss-request-id", ID)),
    ),
    fault(
        "lie/answer-of-another",
        "each refusal is, byte for byte, that of the request before it",
        Bytes(|meeting| {
            let same = |former: &&Answer| former.to_head == meeting.answer.to_head;
            meeting
                .formers
                .iter()
                .rev()
                .find(same)
                .map(|former| send(former.bytes()))
        }),
    )
    .noticed_by(NoticedBy::Some(
        "of two answers that are alike the one that is judged later repeats an id",
    )),
    fault(
        "lie/string-to-sign-of-another",
        "StringToSign is that of another request",
        Lie(|answer, meeting| of_another(answer, meeting, "StringToSign")),
    ),
    fault(
        "lie/signature-of-another",
        "SignatureProvided is that of another request",
        Lie(|answer, meeting| of_another(answer, meeting, "SignatureProvided")),
    ),
    fault(
        "lie/key-of-another",
        "OSSAccessKeyId is none that the request names",
        element!("OSSAccessKeyId", "LTAIanotherKey000001"),
    ),
    fault(
        "lie/host-of-another",
        "HostId is another host",
        element!("HostId", "another-bucket.oss-cn-hangzhou.aliyuncs.test"),
    ),
    fault("lie/empty-host", "HostId is empty", element!("HostId", "")),
    fault(
        "lie/no-host",
        "there is no element `HostId`",
        Lie(|answer, _| without(answer, "HostId")),
    ),
    // When it was given.
    fault(
        "lie/an-hour-ahead",
        "Date is an hour ahead",
        Lie(|answer, _| date(answer, 3600)),
    ),
    fault(
        "lie/a-day-behind",
        "Date is a day behind",
        Lie(|answer, _| date(answer, -86400)),
    ),
    fault(
        "lie/year-9999",
        "Date is at the end of the year 9999",
        Parts(|answer| answer.set("date", "Fri, 31 Dec 9999 23:59:59 GMT")),
    ),
    fault(
        "lie/no-date",
        "there is no Date",
        Parts(|answer| answer.remove("date")),
    ),
    fault(
        "lie/garbled-date",
        "Date is no date",
        Parts(|answer| answer.set("date", "yesterday")),
    ),
    fault(
        "lie/another-form-of-date",
        "Date is not in the form of HTTP",
        Parts(|answer| answer.set("date", "2026-11-28T18:57:53Z")),
    ),
    // What was decided.
    fault(
        "lie/success",
        "the refusal has the status 200",
        status!(200, "OK"),
    ),
    fault(
        "lie/no-content",
        "the refusal has the status 204",
        Parts(|answer| {
            (answer.status, answer.reason) = (204, "No Content".into());
            answer.body.clear();
            answer.remove("content-length");
            answer.remove("x-oss-err");
        }),
    ),
    fault(
        "lie/partial",
        "the refusal has the status 206",
        status!(206, "Partial Content"),
    ),
    fault(
        "lie/bare-success",
        "the refusal has the status 200 and nothing else",
        Bytes(|_| Some(send(Answer::new(200, "OK").bytes()))),
    ),
    fault(
        "lie/redirect",
        "the refusal is a redirect to another host",
        Parts(|answer| {
            (answer.status, answer.reason) = (307, "Temporary Redirect".into());
            answer.add("location", "http://127.0.0.2:1/");
        }),
    ),
    fault(
        "lie/not-modified",
        "the refusal has the status 304",
        Parts(|answer| {
            (answer.status, answer.reason) = (304, "Not Modified".into());
            answer.body.clear();
        }),
    ),
    fault(
        "lie/bad-request",
        "the refusal has the status 400",
        status!(400, "Bad Request"),
    ),
    fault(
        "lie/unauthorized",
        "the refusal has the status 401",
        status!(401, "Unauthorized"),
    ),
    fault(
        "lie/not-found",
        "the refusal has the status 404",
        status!(404, "Not Found"),
    ),
    fault(
        "lie/conflict",
        "the refusal has the status 409",
        status!(409, "Conflict"),
    ),
    fault(
        "lie/always-an-error",
        "every refusal has the status 500",
        status!(500, "Internal Server Error"),
    ),
    fault(
        "lie/not-implemented",
        "every refusal has the status 501",
        status!(501, "Not Implemented"),
    ),
    fault(
        "lie/always-unavailable",
        "every refusal has the status 503",
        status!(503, "Service Unavailable"),
    )
    .waits(),
    fault(
        "lie/always-too-many",
        "every refusal has the status 429",
        status!(429, "Too Many Requests"),
    )
    .waits(),
    // Why it was decided.
    fault(
        "lie/another-code",
        "the code is that of another error",
        element!("Code", "NoSuchKey"),
    ),
    fault(
        "lie/code-in-small-letters",
        "the code is in small letters",
        Lie(|answer, _| {
            let code = answer.element("Code")?;
            answer.set_element("Code", &code.to_lowercase())
        }),
    ),
    fault(
        "lie/code-with-more",
        "the code goes on",
        Lie(|answer, _| {
            let code = answer.element("Code")?;
            answer.set_element("Code", &format!("{code}.Other"))
        }),
    ),
    fault("lie/empty-code", "the code is empty", element!("Code", "")),
    fault(
        "lie/no-code",
        "there is no element `Code`",
        Lie(|answer, _| without(answer, "Code")),
    ),
    fault(
        "lie/another-message",
        "the message is that of no cause",
        element!("Message", "Forbidden."),
    ),
    fault(
        "lie/empty-message",
        "the message is empty",
        element!("Message", ""),
    ),
    fault(
        "lie/no-message",
        "there is no element `Message`",
        Lie(|answer, _| without(answer, "Message")),
    ),
    fault(
        "lie/message-taken-back",
        "the message goes on and says the opposite",
        message!(|message| format!("{message} But you are granted, never mind.")),
    ),
    fault(
        "lie/message-denied",
        "the message goes on with `: not really`",
        message!(|message| format!("{}: not really", message.trim_end_matches('.'))),
    ),
    fault(
        "lie/message-with-a-letter",
        "the message goes on with a letter",
        message!(|message| format!("{}.x", message.trim_end_matches('.'))),
    ),
    fault(
        "lie/message-without-end",
        "the message goes on for 200,000 characters",
        message!(|message| format!("{message} {}", "x".repeat(200_000))),
    ),
    fault(
        "lie/message-twice",
        "the message stands there twice",
        message!(|message| format!("{message} {message}")),
    ),
    fault(
        "lie/message-in-small-letters",
        "the message is in small letters",
        message!(|message| message.to_lowercase()),
    ),
    fault(
        "lie/message-cut",
        "the message ends after its third word",
        message!(|message| message.split_inclusive(' ').take(3).collect::<String>()),
    ),
    fault(
        "lie/message-in-front",
        "words stand in front of the message",
        message!(|message| format!("Error: {message}")),
    ),
    fault(
        "lie/another-ec",
        "header and document have different ECs",
        Lie(|answer, _| {
            answer.header("x-oss-ec")?;
            answer.set("x-oss-ec", "0000-00000000");
            Some(())
        }),
    ),
    fault(
        "lie/type-html",
        "the document is declared to be HTML",
        Parts(|answer| answer.set("content-type", "text/html")),
    ),
    fault(
        "lie/type-json",
        "the document is declared to be JSON",
        Parts(|answer| answer.set("content-type", "application/json")),
    ),
    fault(
        "lie/type-of-another-encoding",
        "the document is declared to be UTF-16",
        Parts(|answer| answer.set("content-type", "application/xml; charset=utf-16")),
    ),
    fault(
        "lie/no-type",
        "the type of the document is not declared",
        Parts(|answer| {
            if !answer.to_head {
                answer.remove("content-type");
            }
        }),
    ),
    fault(
        "lie/no-reason-for-head",
        "an answer to HEAD has no `x-oss-err`",
        Parts(|answer| {
            if answer.to_head {
                answer.remove("x-oss-err");
            }
        }),
    ),
];

/// The request id in header and document.
fn request_id(answer: &mut Answer, id: &str) -> Option<()> {
    answer.set("x-oss-request-id", id);
    answer.set_element("RequestId", id)
}

/// The document without an element.
fn without(answer: &mut Answer, name: &str) -> Option<()> {
    let text = answer.element(name)?;
    let document = answer.document()?;
    answer.set_document(document.replacen(&format!("<{name}>{text}</{name}>"), "", 1));
    Some(())
}

/// The text of an element as the last refusal had it in which it was another.
fn of_another(answer: &mut Answer, meeting: &Meeting<'_>, name: &str) -> Option<()> {
    let own = answer.element(name)?;
    let others = meeting.formers.iter().rev();
    let other = others
        .filter_map(|former| former.element(name))
        .find(|text| *text != own)?;
    answer.set_element(name, &other)
}

/// A Date that is so many seconds off.
fn date(answer: &mut Answer, by: i64) -> Option<()> {
    let date = oss_auth::Timestamp::parse_rfc1123(answer.header("date")?).ok()?;
    answer.set("date", oss_auth::Timestamp(date.0 + by).to_rfc1123());
    Some(())
}
