//! Connections that end when nobody expects it. What is lost is asked again only where that is safe, so it is lost only there, and the same
//! request once: a refusal that is lost twice is one that nobody gives.

use super::super::exchange::{Answer, Script, Step, send_and_end};
use super::super::table::{Kind, Weather, What, weather};

/// The connection ends before the request was read.
macro_rules! unread {
    ($end:expr) => {
        What::Unread(|asked| asked.is_idempotent().then(|| vec![$end]))
    };
}

/// The request was read, and nothing was done.
macro_rules! undone {
    ($end:expr) => {
        What::Instead(|asked| asked.is_idempotent().then(|| vec![$end]))
    };
}

/// The request was carried out, and so much of the answer came.
macro_rules! done {
    (|$meeting:ident| $bytes:expr, $end:expr) => {
        What::After(|$meeting| {
            $meeting
                .asked
                .is_idempotent()
                .then(|| vec![Step::Send($bytes.into()), $end])
        })
    };
}

/// Half of the body, where there is one.
fn half(answer: &Answer) -> Option<Vec<u8>> {
    let cut = answer.body.len().div_ceil(2);
    let bytes = answer.bytes();
    (cut > 0 && !answer.to_head).then(|| bytes[..bytes.len() - cut].to_vec())
}

/// The whole answer after which the connection ends.
fn last(answer: &Answer, announced: bool) -> Script {
    let mut answer = answer.clone();
    if announced {
        answer.set("connection", "close");
    }
    send_and_end(answer.bytes())
}

pub(super) const ROWS: &[Weather] = &[
    weather("lost/closed-after-1", "each answer is the last of its connection, which says so", What::After(|meeting| Some(last(&meeting.answer, true)))),
    weather("lost/closed-after-3", "the third answer is the last of its connection, which says so", What::After(|meeting| {
        (meeting.on_connection >= 3).then(|| last(&meeting.answer, true))
    })),
    weather("lost/closed-unannounced-after-1", "each answer is the last of its connection, which does not say so", What::After(|meeting| Some(last(&meeting.answer, false)))),
    weather("lost/closed-unannounced-after-3", "the third answer is the last of its connection, which does not say so", What::After(|meeting| {
        (meeting.on_connection >= 3).then(|| last(&meeting.answer, false))
    })),
    weather("lost/closed-unannounced-later", "the connection ends a little after its second answer", What::After(|meeting| {
        let wait = Step::Wait(std::time::Duration::from_millis(1));
        (meeting.on_connection >= 2).then(|| vec![Step::Send(meeting.answer.bytes()), wait, Step::End])
    })),
    weather("lost/reset-after-3", "the connection is reset after its third answer", What::After(|meeting| {
        let wait = Step::Wait(std::time::Duration::from_millis(1));
        (meeting.on_connection >= 3).then(|| vec![Step::Send(meeting.answer.bytes()), wait, Step::Reset])
    })),
    weather("lost/closed-unread", "one request in twenty finds its connection closed", unread!(Step::End)).at(20, 1),
    weather("lost/reset-unread", "one request in twenty finds its connection reset", unread!(Step::Reset)).at(20, 1),
    weather("lost/closed-undone", "the connection is closed after one request in twenty, which is not carried out", undone!(Step::End)).at(20, 1),
    weather("lost/reset-undone", "the connection is reset after one request in twenty, which is not carried out", undone!(Step::Reset)).at(20, 1),
    weather("lost/closed-undone-one-in-5", "the connection is closed after one request in five, which is not carried out", undone!(Step::End)).at(5, 1),
    weather("lost/closed-done", "the connection is closed after one request in twenty, which is carried out", done!(|meeting| Vec::new(), Step::End)).at(20, 1),
    weather("lost/reset-done", "the connection is reset after one request in twenty, which is carried out", done!(|meeting| Vec::new(), Step::Reset)).at(20, 1),
    weather("lost/reset-done-one-in-5", "the connection is reset after one request in five, which is carried out", done!(|meeting| Vec::new(), Step::Reset)).at(5, 1),
    weather("lost/closed-in-the-head", "the connection is closed in the head of one answer in twenty", done!(|meeting| &meeting.answer.head()[..20], Step::End)).at(20, 1),
    weather("lost/reset-in-the-head", "the connection is reset in the head of one answer in twenty", done!(|meeting| &meeting.answer.head()[..20], Step::Reset)).at(20, 1),
    weather("lost/closed-in-the-body", "the connection is closed in the body of one answer in five", What::After(|meeting| {
        let half = half(&meeting.answer)?;
        meeting.asked.is_idempotent().then(|| vec![Step::Send(half), Step::End])
    })).at(5, 1),
    weather("lost/reset-in-the-body", "the connection is reset in the body of one answer in five", What::After(|meeting| {
        let half = half(&meeting.answer)?;
        meeting.asked.is_idempotent().then(|| vec![Step::Send(half), Step::Reset])
    })).at(5, 1),
    weather("lost/reads-in-the-body", "the connection is closed in the body of one base or probe in three", What::After(|meeting| {
        half(&meeting.answer).map(|half| vec![Step::Send(half), Step::End])
    })).on(&[Kind::Read]).at(3, 1),
    weather("lost/chunks-cut", "the connection is closed before the last chunk of one base or probe in five", What::After(|meeting| {
        let mut answer = meeting.answer.clone();
        answer.remove("content-length");
        answer.add("transfer-encoding", "chunked");
        let size = format!("{:x}\r\n", answer.body.len());
        let bytes = [&answer.head(), size.as_bytes(), &answer.body, b"\r\n"].concat();
        (!answer.to_head && !answer.body.is_empty()).then(|| send_and_end(bytes))
    })).on(&[Kind::Read]).at(5, 1),
    weather("lost/refusals", "the connection is closed instead of one refusal in three", done!(|meeting| Vec::new(), Step::End)).on(&[Kind::Refusal]).at(3, 1),
    weather("lost/writes", "the connection is closed instead of the answer to one write in three, which is carried out", done!(|meeting| Vec::new(), Step::End)).on(&[Kind::Write]).at(3, 1),
    weather("lost/removals", "the connection is closed instead of the answer to one removal in three, which is carried out", done!(|meeting| Vec::new(), Step::End)).on(&[Kind::Removal]).at(3, 1),
    weather("lost/removals-undone", "the connection is reset after one removal in three, which is not carried out", undone!(Step::Reset)).on(&[Kind::Removal]).at(3, 1),
    weather("lost/hook-closed", "the hook closes its connection before one command in five is read", unread!(Step::End)).on(&[Kind::Hook]).at(5, 1),
    weather("lost/hook-reset", "the hook resets its connection after one command in five, which is not carried out", undone!(Step::Reset)).on(&[Kind::Hook]).at(5, 1),
    weather("lost/hook-closed-after-1", "the hook closes its connection after each answer, unannounced", What::After(|meeting| Some(send_and_end(meeting.answer.bytes())))).on(&[Kind::Hook]),
];
