//! Bases, probes, set-up, clean-up and hook: nothing is shown on a target on which these cannot be relied upon.

use super::super::exchange::{Answer, Step, send, send_and_end};
use super::super::table::Does::{Answer as Parts, Instead, Script as Bytes};
use super::super::table::{Fault, Kind, NoticedBy, fault};

const READS: &[Kind] = &[Kind::Read];
const PROBED: NoticedBy =
    NoticedBy::Some("a base that is read once is a success whatever it reads; probes are compared");

pub(super) const ROWS: &[Fault] = &[
    fault(
        "world/reads-malformed",
        "what is read has two Content-Lengths",
        Parts(|answer| {
            if !answer.to_head {
                answer.add("content-length", "7");
            }
        }),
    )
    .on(READS),
    fault(
        "world/reads-with-line-feeds",
        "the lines of every answer to a read end with a line feed alone",
        Bytes(|meeting| {
            let mut bytes: Vec<u8> = meeting
                .answer
                .head()
                .into_iter()
                .filter(|byte| *byte != b'\r')
                .collect();
            if !meeting.answer.to_head {
                bytes.extend_from_slice(&meeting.answer.body);
            }
            Some(send(bytes))
        }),
    )
    .on(READS),
    fault(
        "world/reads-are-cut",
        "what is read is cut short, each time",
        Bytes(|meeting| {
            let cut = meeting.answer.body.len().div_ceil(2);
            let bytes = meeting.answer.bytes();
            (cut > 0 && !meeting.answer.to_head).then(|| send_and_end(&bytes[..bytes.len() - cut]))
        }),
    )
    .on(READS),
    fault(
        "world/reads-are-unavailable",
        "every read is answered 500",
        Bytes(|_| Some(send(Answer::new(500, "Internal Server Error").bytes()))),
    )
    .on(READS)
    .noticed_by(NoticedBy::Run),
    fault(
        "world/reads-are-lost",
        "the connection is closed instead of an answer to a read, each time",
        Bytes(|_| Some(vec![Step::End])),
    )
    .on(READS),
    fault(
        "world/reads-differ",
        "what is read is never the same twice",
        Bytes(|meeting| {
            let mut answer = meeting.answer.clone();
            let stamp = answer.header("x-oss-request-id")?.to_owned();
            answer.set_body([answer.body.clone(), stamp.into_bytes()].concat());
            (!answer.to_head && answer.status == 200).then(|| send(answer.bytes()))
        }),
    )
    .on(READS)
    .noticed_by(PROBED),
    fault(
        "world/reads-have-other-headers",
        "the ETag of what is read is never the same twice",
        Parts(|answer| {
            if let (Some(_), Some(stamp)) =
                (answer.header("etag"), answer.header("x-oss-request-id"))
            {
                let etag = format!("\"{stamp}\"");
                answer.set("etag", etag);
            }
        }),
    )
    .on(READS)
    .noticed_by(PROBED),
    fault(
        "world/writes-are-unavailable",
        "every write is answered 500",
        Bytes(|_| Some(send(Answer::new(500, "Internal Server Error").bytes()))),
    )
    .on(&[Kind::Write])
    .noticed_by(NoticedBy::Run),
    fault(
        "world/writes-do-nothing",
        "every write is answered 200, and nothing is done",
        Instead(|_| Some(send(Answer::new(200, "OK").bytes()))),
    )
    .on(&[Kind::Write])
    .noticed_by(NoticedBy::Run),
    fault(
        "world/removals-do-nothing",
        "every removal is answered 204, and nothing is done",
        Instead(|_| {
            let mut answer = Answer::new(204, "No Content");
            answer.remove("content-length");
            Some(send(answer.bytes()))
        }),
    )
    .on(&[Kind::Removal])
    .noticed_by(NoticedBy::Run),
    fault(
        "world/removals-are-unavailable",
        "every removal is answered 500",
        Instead(|_| Some(send(Answer::new(500, "Internal Server Error").bytes()))),
    )
    .on(&[Kind::Removal])
    .noticed_by(NoticedBy::Run),
    fault(
        "world/hook-does-nothing",
        "every command to the hook is answered 200, and nothing is done",
        Instead(|_| {
            let mut answer = Answer::new(200, "OK");
            answer.add("content-type", "application/json");
            answer.set_body("{}");
            Some(send(answer.bytes()))
        }),
    )
    .on(&[Kind::Hook])
    .noticed_by(NoticedBy::Run),
    fault(
        "world/hook-is-unavailable",
        "every command to the hook is answered 500",
        Instead(|_| Some(send(Answer::new(500, "Internal Server Error").bytes()))),
    )
    .on(&[Kind::Hook])
    .noticed_by(NoticedBy::Run),
    fault(
        "world/hook-is-no-http",
        "the hook answers with bytes that are no HTTP",
        Bytes(|_| Some(send_and_end(b"\x15\x03\x03\0\x02\x02\x50".to_vec()))),
    )
    .on(&[Kind::Hook])
    .noticed_by(NoticedBy::Run),
    fault(
        "world/hook-answers-garbage",
        "the hook answers with half a document of JSON",
        Parts(|answer| answer.set_body("{\"uid\":")),
    )
    .on(&[Kind::Hook])
    .noticed_by(NoticedBy::Run),
    fault(
        "world/hook-is-silent",
        "the hook does not answer",
        Bytes(|_| Some(send(""))),
    )
    .on(&[Kind::Hook])
    .noticed_by(NoticedBy::Run),
];
