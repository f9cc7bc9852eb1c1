//! A record as it stands in a journal: of what a server sends too much, the beginning, the length and the digest.

use sha2::{Digest as _, Sha256};

use crate::run::record::TwinRecord;
use crate::wire::exchange::{Exchange, Outcome, Response};

/// The most bytes that are kept whole of a body, or of the headers of an answer together. A refusal of the service has less than 3 KiB.
const WHOLE: usize = 8 * 1024;
/// What is kept of a longer one.
const HEAD: usize = 1024;
/// What is kept of each header where they are too long together, and how many are.
const HEADER: usize = 256;
const HEADERS: usize = 32;

/// The record with every body and head cut to size. An answer that lost something counts as truncated: it cannot be judged again as if it
/// were whole. What it was can still be told apart from another by the digest.
pub(super) fn shortened(mut record: TwinRecord) -> TwinRecord {
    let probes = record
        .probes
        .iter_mut()
        .flat_map(|probe| [&mut probe.before, &mut probe.after]);
    let twins = [
        &mut record.base,
        &mut record.edited,
        &mut record.same_for,
        &mut record.failed_step,
    ];
    for Exchange {
        request, outcome, ..
    } in twins.into_iter().flatten().chain(probes)
    {
        cut(&mut request.body);
        if let Outcome::Answered(response) = outcome {
            let was_cut = [
                cut(&mut response.body),
                cut(&mut response.excess),
                cut_head(response),
            ];
            response.truncated |= was_cut.contains(&true);
        }
    }
    record
}

/// Whether something was cut off.
fn cut(body: &mut Vec<u8>) -> bool {
    let length = body.len();
    if length <= WHOLE {
        return false;
    }
    let digest = oss_auth::hex(&Sha256::digest(&*body));
    let text = std::str::from_utf8(body).ok();
    body.truncate(text.map_or(HEAD, |text| text.floor_char_boundary(HEAD)));
    let note = format!("\n[the beginning of {length} bytes, SHA-256 {digest}]");
    body.extend_from_slice(note.as_bytes());
    true
}

fn cut_head(response: &mut Response) -> bool {
    let Response {
        reason,
        headers,
        trailers,
        interim,
        chunk_extensions,
        ..
    } = response;
    let size = |headers: &[(String, String)]| -> usize {
        headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum()
    };
    let informational: usize = interim
        .iter()
        .map(|answer| answer.reason.len() + size(&answer.headers) + 1)
        .sum();
    if reason.len() + chunk_extensions.len() + size(headers) + size(trailers) + informational
        <= WHOLE
    {
        return false;
    }
    interim.truncate(HEADERS);
    cut_text(reason);
    cut_text(chunk_extensions);
    let mut lists = vec![headers, trailers];
    for answer in interim {
        cut_text(&mut answer.reason);
        lists.push(&mut answer.headers);
    }
    let mut left = HEADERS;
    for list in lists {
        list.truncate(left);
        left -= list.len();
        for (name, value) in list {
            cut_text(name);
            cut_text(value);
        }
    }
    true
}

fn cut_text(text: &mut String) {
    let length = text.len();
    if length > HEADER {
        text.truncate(text.floor_char_boundary(HEADER));
        text.push_str(&format!("[… of {length} bytes]"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::record::Progress;
    use crate::wire::exchange::SentRequest;

    /// The edited answer as it is read back, and the length of the line.
    fn written(change: impl FnOnce(&mut Response)) -> (Response, usize) {
        let mut answer = Response {
            status: 403,
            ..Response::default()
        };
        change(&mut answer);
        let edited = Exchange {
            request: SentRequest {
                method: "PUT".into(),
                scheme: "http".into(),
                host: "b.oss-cn-hangzhou.aliyuncs.test".into(),
                address: "127.0.0.1:1".into(),
                target: "/k.txt".into(),
                headers: Vec::new(),
                body: answer.body.clone(),
                string_to_sign: None,
            },
            outcome: Outcome::Answered(answer),
            elapsed_us: 1,
            earlier: Vec::new(),
        };
        let record = TwinRecord {
            instance: "cause/scenario".into(),
            progress: Progress::Complete,
            base: None,
            edited: Some(edited),
            failed_step: None,
            same_for: None,
            probes: Vec::new(),
            secrets: Vec::new(),
            placeholders: std::collections::BTreeMap::new(),
            elements: Vec::new(),
            message: None,
            requests: 1,
            elapsed_us: 1,
        };
        let line = serde_json::to_string(&shortened(record)).unwrap();
        let record: TwinRecord = serde_json::from_str(&line).unwrap();
        let answer = record.edited.unwrap().response().unwrap().clone();
        (answer, line.len())
    }

    #[test]
    fn a_megabyte_of_anything_leaves_its_beginning_its_length_and_its_digest() {
        for byte in [0, b'a', 0x1b, 0xff] {
            let (answer, length) = written(|answer| {
                answer.body = vec![byte; 1 << 20];
                answer.excess = vec![byte; 1 << 20];
            });
            assert!(length < 16 * 1024, "{length} for {byte}");
            assert!(answer.truncated, "it is not whole");
            let note = format!(
                "[the beginning of 1048576 bytes, SHA-256 {}]",
                oss_auth::hex(&Sha256::digest(vec![byte; 1 << 20]))
            );
            for kept in [&answer.body, &answer.excess] {
                assert!(kept.starts_with(&[byte; 1024]));
                assert!(String::from_utf8_lossy(kept).contains(&note));
            }
        }
    }

    #[test]
    fn what_fits_is_kept_as_it_is_and_takes_no_more_than_base64_would() {
        for byte in [0, 0x1b, b'<', b'\n', 0xff] {
            let (answer, length) = written(|answer| answer.body = vec![byte; WHOLE]);
            assert_eq!(answer.body, vec![byte; WHOLE]);
            assert!(!answer.truncated);
            // Request and answer. A line feed is two characters.
            let most = if byte == b'\n' { 4 } else { 3 } * WHOLE + 1024;
            assert!(length < most, "{length} for {byte}");
        }
    }

    #[test]
    fn heads_without_an_end_are_cut_too() {
        let many = |n: usize, value: &str| vec![("x".to_owned(), value.to_owned()); n];
        let interim = crate::wire::exchange::Interim {
            status: 103,
            reason: "r".repeat(9000),
            headers: many(2, "v"),
        };
        for change in [
            &(|answer: &mut Response| answer.headers = many(100_000, "v"))
                as &dyn Fn(&mut Response),
            &|answer| answer.headers = many(1, &"v".repeat(1 << 20)),
            &|answer| answer.trailers = many(10_000, "\u{1}value"),
            &|answer| answer.reason = "é".repeat(60_000),
            &|answer| answer.interim = vec![interim.clone(); 5_000],
        ] {
            let (answer, length) = written(|answer| change(answer));
            assert!(length < 32 * 1024, "{length}");
            assert!(answer.truncated, "it is not whole");
        }
    }

    #[test]
    fn headers_and_trailers_share_what_is_kept() {
        let many = |n: usize| vec![("x".to_owned(), "v".to_owned()); n];
        let (answer, _) = written(|answer| {
            answer.reason = "r".repeat(9_000);
            answer.headers = many(HEADERS - 2);
            answer.trailers = many(5);
        });
        assert_eq!(answer.headers.len(), HEADERS - 2);
        assert_eq!(answer.trailers.len(), 2);
    }
}
