//! Networks that take their time, well within every limit.

use std::time::Duration;

use super::super::exchange::{Script, Step, send};
use super::super::table::{ALL_BUT_HOOK, Kind, Weather, What, weather};

/// The answer in pieces of so many bytes, with a pause before each but the first.
fn pieces(bytes: &[u8], size: usize, pause: Duration) -> Script {
    let pieces = bytes.chunks(size).map(|piece| Step::Send(piece.to_vec()));
    let steps = pieces.flat_map(|piece| [Step::Wait(pause), piece]);
    steps.skip(1).collect()
}

const EVERYTHING: &[Kind] = Kind::ALL;

pub(super) const ROWS: &[Weather] = &[
    weather(
        "slow/delay",
        "each answer comes 5 ms later",
        What::After(|meeting| {
            Some(
                [
                    vec![Step::Wait(Duration::from_millis(5))],
                    send(meeting.answer.bytes()),
                ]
                .concat(),
            )
        }),
    )
    .on(EVERYTHING),
    weather(
        "slow/jitter",
        "each answer comes up to 12 ms later",
        What::After(|meeting| {
            let some = meeting.asked.bytes.len() * 7 % 13;
            Some(
                [
                    vec![Step::Wait(Duration::from_millis(some as u64))],
                    send(meeting.answer.bytes()),
                ]
                .concat(),
            )
        }),
    )
    .on(EVERYTHING),
    weather(
        "slow/stalls",
        "one answer in fifty comes 300 ms later",
        What::After(|meeting| {
            Some(
                [
                    vec![Step::Wait(Duration::from_millis(300))],
                    send(meeting.answer.bytes()),
                ]
                .concat(),
            )
        }),
    )
    .on(ALL_BUT_HOOK)
    .at(50, usize::MAX),
    weather(
        "slow/body",
        "each body comes in pieces, a pause before each",
        What::After(|meeting| {
            let head = meeting.answer.head();
            let bytes = meeting.answer.bytes();
            let (head, body) = bytes.split_at(head.len());
            let pause = Duration::from_millis(2);
            Some(
                [
                    send(head),
                    vec![Step::Wait(pause)],
                    pieces(body, 100, pause),
                ]
                .concat(),
            )
        }),
    ),
    weather(
        "slow/head",
        "each head comes in pieces, a pause before each",
        What::After(|meeting| {
            Some(pieces(
                &meeting.answer.bytes(),
                150,
                Duration::from_millis(1),
            ))
        }),
    ),
    weather(
        "slow/byte-by-byte",
        "one answer in three comes in segments of one byte, the first thousand of it",
        What::After(|meeting| {
            // Of a longer one the last could be late for the limit, where much else waits for its turn.
            let bytes = meeting.answer.bytes();
            let (first, rest) = bytes.split_at(bytes.len().min(1_000));
            Some([pieces(first, 1, Duration::ZERO), send(rest)].concat())
        }),
    )
    .at(3, usize::MAX)
    .waits(),
    weather(
        "slow/split-line-ends",
        "each answer is cut between carriage return and line feed",
        What::After(|meeting| {
            let bytes = meeting.answer.bytes();
            let lines = bytes
                .split_inclusive(|byte| *byte == b'\r')
                .map(|line| Step::Send(line.to_vec()));
            Some(
                lines
                    .flat_map(|line| [line, Step::Wait(Duration::ZERO)])
                    .collect(),
            )
        }),
    ),
    weather(
        "slow/hook",
        "each command to the hook takes 5 ms",
        What::After(|meeting| {
            Some(
                [
                    vec![Step::Wait(Duration::from_millis(5))],
                    send(meeting.answer.bytes()),
                ]
                .concat(),
            )
        }),
    )
    .on(&[Kind::Hook]),
];
