//! The text of a snapshot: an answer with everything taken out that is different each time.
//!
//! Redaction is by type, not by value: whatever stands in `RequestId` becomes `[request-id]`, every date `[date]`. So a snapshot
//! still shows that an element is there, that it is not empty, and in which order the elements stand.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::answer::{Answer, shorten};
use crate::wire::redact::one_line;
use crate::wire::xml::Element;

/// The headers that a snapshot shows, in its order.
const HEADERS: [&str; 6] = [
    "content-type",
    "x-oss-request-id",
    "x-oss-ec",
    "x-oss-err",
    "location",
    "allow",
];

/// Elements whose text is never the same, and what stands for it.
const BY_ELEMENT: [(&str, &str); 16] = [
    ("RequestId", "[request-id]"),
    ("OSSAccessKeyId", "[access-key-id]"),
    ("AWSAccessKeyId", "[access-key-id]"),
    ("AccessKeyId", "[access-key-id]"),
    ("SignatureProvided", "[signature]"),
    ("StringToSign", "[string-to-sign]"),
    ("StringToSignBytes", "[string-to-sign-bytes]"),
    ("CanonicalRequest", "[canonical-request]"),
    ("CanonicalRequestBytes", "[canonical-request-bytes]"),
    ("SecurityToken", "[security-token]"),
    ("EncodedDiagnosticMessage", "[diagnostic-message]"),
    ("AuthPrincipalOwnerId", "[uid]"),
    ("AuthPrincipalDisplayName", "[principal]"),
    ("RequestTime", "[date]"),
    ("ServerTime", "[date]"),
    ("Expires", "[date]"),
];

/// The normalised text of an answer. `placeholders` are the names that the run made up.
pub fn normalise(answer: &Answer<'_>, placeholders: &BTreeMap<String, String>) -> String {
    let response = answer.response;
    let names = Names::of(placeholders);
    let mut text = format!("status: {}\n", response.status);
    for name in HEADERS {
        for (_, value) in response.headers.iter().filter(|(known, _)| known == name) {
            let value = match name {
                _ if value.is_empty() => String::new(),
                "x-oss-request-id" => "[request-id]".to_owned(),
                "x-oss-err" => "[the envelope below]".to_owned(),
                _ => names.redact(value),
            };
            line(&mut text, 0, name, &value);
        }
    }
    text.push('\n');
    match answer.envelope() {
        Ok(envelope) => {
            text.push_str(&printable(&envelope.root));
            text.push('\n');
            elements(&mut text, 1, &envelope.elements, &names);
        }
        Err(error) => {
            let _ = writeln!(text, "no envelope: {error}");
        }
    }
    text
}

/// A text of an answer, or about one, on one line and without what is made anew in each run, so that it says the same the next night.
/// `placeholders` are the names that the run made up. Whoever says himself what stands for these (`…`, `[bucket]`, `[date]`) means just
/// that: it has a backslash before it here.
pub fn steady(text: &str, placeholders: &BTreeMap<String, String>) -> String {
    let names = Names::of(placeholders);
    let text = names.redact(&names.escaped(text.trim()));
    in_common(&one_line(text))
}

/// A reason with `…` for every word that names something of this one instance: made names, ids, times.
pub fn in_common(reason: &str) -> String {
    let of_a_word = |c: char| c.is_alphanumeric() || "-_.:+%".contains(c);
    let is_own = |word: &str| {
        word.starts_with("oss403-") || word.chars().filter(char::is_ascii_digit).count() >= 6
    };
    let mut out = String::with_capacity(reason.len());
    let mut rest = reason;
    while let Some(first) = rest.chars().next() {
        let inside = of_a_word(first);
        let end = rest.find(|c| of_a_word(c) != inside).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        out.push_str(if inside && is_own(piece) {
            "…"
        } else {
            piece
        });
        rest = after;
    }
    out
}

fn elements(text: &mut String, depth: usize, siblings: &[Element], names: &Names<'_>) {
    for element in siblings {
        let by_element = BY_ELEMENT.iter().find(|(name, _)| *name == element.name);
        let value = match by_element {
            _ if element.text.trim().is_empty() => String::new(),
            Some((_, stands_for)) => (*stands_for).to_owned(),
            None => names.redact(&element.text),
        };
        line(text, depth, &element.name, &value);
        elements(text, depth + 1, &element.children, names);
    }
}

fn line(text: &mut String, depth: usize, name: &str, value: &str) {
    let (name, value) = (printable(name), printable(value));
    let line = format!("{:indent$}{name}: {value}", "", indent = depth * 2);
    text.push_str(line.trim_end());
    text.push('\n');
}

/// One line without control characters, so that an answer cannot forge lines of the snapshot.
fn printable(text: &str) -> String {
    let text = shorten(text);
    if !text.contains(char::is_control) {
        return text;
    }
    text.chars()
        .map(|c| {
            if c.is_control() {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// Names that the run made up, longest first, with what stands for each.
struct Names<'a>(Vec<(Cow<'a, str>, String)>);

/// Shorter names would be found inside other words by chance.
const SHORTEST_NAME: usize = 6;

impl<'a> Names<'a> {
    fn of(placeholders: &'a BTreeMap<String, String>) -> Self {
        const MADE_UP: [&str; 7] = [
            "bucket",
            "uid",
            "account",
            "access-key-id",
            "upload",
            "domain",
            "worm",
        ];
        let mut names: Vec<_> = placeholders
            .iter()
            .filter(|(name, _)| MADE_UP.contains(&name.split('.').next().unwrap_or_default()))
            .filter(|(_, value)| value.len() >= SHORTEST_NAME)
            // A host may come back in capitals, if that is how it was sent.
            .flat_map(|(name, value)| {
                let capitals = Cow::Owned(value.to_ascii_uppercase());
                [Cow::Borrowed(value.as_str()), capitals].map(|value| (value, format!("[{name}]")))
            })
            .collect();
        names.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self(names)
    }

    /// The text with a backslash before whatever stands for something in what is redacted.
    fn escaped(&self, text: &str) -> String {
        let own = self.0.iter().map(|(_, stands_for)| stands_for.as_str());
        let patterns = PATTERNS
            .iter()
            .map(|(_, stands_for)| stands_for.trim_start_matches(':'));
        let signs: BTreeSet<&str> = own.chain(patterns).chain(["…"]).collect();
        let mut text = text.to_owned();
        for sign in signs {
            if text.contains(sign) {
                text = text.replace(sign, &format!("\\{sign}"));
            }
        }
        text
    }

    fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (value, stands_for) in &self.0 {
            if text.contains(&**value) {
                text = text.replace(&**value, stands_for);
            }
        }
        patterns(&text)
    }
}

/// Replaces dates, request ids, account ids and ports wherever they stand.
fn patterns(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let at_word = !before.is_ascii_alphanumeric();
        let found = PATTERNS.iter().find_map(|(find, stands_for)| {
            let length = find(rest).filter(|_| at_word || rest.starts_with(':'))?;
            let ends = !rest[length..].starts_with(|c: char| c.is_ascii_alphanumeric());
            ends.then_some((length, *stands_for))
        });
        let (length, piece) = found.unwrap_or((c.len_utf8(), &rest[..c.len_utf8()]));
        out.push_str(piece);
        before = rest[..length].chars().next_back().unwrap_or(' ');
        rest = &rest[length..];
    }
    out
}

/// A pattern that says how long its match at the beginning of a text is, and what stands for it.
type Pattern = (fn(&str) -> Option<usize>, &'static str);

const PATTERNS: [Pattern; 6] = [
    (|text| shape(text, "dddd-dd-ddTdd:dd:dd.dddZ"), "[date]"),
    (|text| shape(text, "dddd-dd-ddTdd:dd:ddZ"), "[date]"),
    (|text| shape(text, "ddddddddTddddddZ"), "[date]"),
    (
        |text| shape(text, "Aaa, dd Aaa dddd dd:dd:dd GMT"),
        "[date]",
    ),
    (
        |text| shape(text, "XXXXXXXXXXXXXXXXXXXXXXXX"),
        "[request-id]",
    ),
    (port, ":[port]"),
];

/// Matches a shape in which `d` is a digit, `A` a capital, `a` a small letter, `X` an upper-case hexadecimal digit, and anything else
/// itself.
fn shape(text: &str, shape: &str) -> Option<usize> {
    let text = text.as_bytes().get(..shape.len())?;
    let fits = text
        .iter()
        .zip(shape.bytes())
        .all(|(&byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            b'a' => byte.is_ascii_lowercase(),
            b'X' => byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte),
            other => byte == other,
        });
    fits.then_some(shape.len())
}

/// A port: four or five digits after a colon, at the end of a host.
fn port(text: &str) -> Option<usize> {
    let digits = text
        .strip_prefix(':')?
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let end = text.as_bytes().get(1 + digits);
    let at_end = matches!(end, None | Some(b'/' | b'?' | b'"' | b' '));
    ((4..=5).contains(&digits) && at_end).then_some(1 + digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{Twin, error_body};

    #[test]
    fn names_dates_ids_and_ports_are_replaced_by_what_they_are() {
        let placeholders = BTreeMap::from([
            ("bucket".to_owned(), "oss403-1a2b3c4d-7".to_owned()),
            ("bucket.second".to_owned(), "oss403-1a2b3c4d-71".to_owned()),
            ("uid.owner".to_owned(), "1000000000000001".to_owned()),
            ("upload.short".to_owned(), "1".to_owned()),
            ("region".to_owned(), "cn-hangzhou".to_owned()),
        ]);
        let names = Names::of(&placeholders);
        for (from, to) in [
            (
                "oss403-1a2b3c4d-7.oss-cn-hangzhou.aliyuncs.test:41234",
                "[bucket].oss-cn-hangzhou.aliyuncs.test:[port]",
            ),
            ("oss403-1a2b3c4d-71/k1.txt", "[bucket.second]/k1.txt"),
            ("OSS403-1A2B3C4D-71.OSS-CN", "[bucket.second].OSS-CN"),
            ("acs:oss:*:1000000000000001:x", "acs:oss:*:[uid.owner]:x"),
            (
                "at 2026-11-24T00:11:22.000Z or 2026-11-24T00:11:22Z",
                "at [date] or [date]",
            ),
            ("20261124T001122Z", "[date]"),
            ("Tue, 24 Nov 2026 00:11:22 GMT", "[date]"),
            ("id 636B68BA80DA8539399F0001.", "id [request-id]."),
            ("127.0.0.1:40404/path", "127.0.0.1:[port]/path"),
            (
                "https://api.aliyun.com/troubleshoot?q=0003-00000001",
                "https://api.aliyun.com/troubleshoot?q=0003-00000001",
            ),
            ("900000", "900000"),
            (r#"["eq", "$key", "a:b"]"#, r#"["eq", "$key", "a:b"]"#),
        ] {
            assert_eq!(names.redact(from), to);
        }
    }

    #[test]
    fn what_a_server_says_itself_is_told_from_what_stands_for_a_name() {
        let placeholders = BTreeMap::from([("bucket".to_owned(), "oss403-1a2b3c4d-7".to_owned())]);
        for (from, to) in [
            ("loading… oss403-x-1", r"loading\… …"),
            (
                "no oss403-1a2b3c4d-7, no [bucket]",
                r"no [bucket], no \[bucket]",
            ),
            ("[date] 20261124T001122Z [other]", r"\[date] [date] [other]"),
            ("at :[port] of h:40404", r"at :\[port] of h:[port]"),
        ] {
            assert_eq!(steady(from, &placeholders), to);
        }
    }

    fn normalised(twin: &Twin) -> String {
        let edited = twin.record.edited.as_ref().expect("was sent");
        let answer = Answer::of(edited).expect("was answered");
        normalise(&answer, &twin.record.placeholders)
    }

    #[test]
    fn a_body_keeps_its_order_and_shows_which_elements_are_empty() {
        let body = error_body("AccessDenied", "Request has expired.", "636B68BA80DA8539399F0001")
            .replace("</Error>", "<Expires>2026-11-24T00:11:22.000Z</Expires><ServerTime></ServerTime><AccessDeniedDetail><AuthAction>oss:GetObject</AuthAction></AccessDeniedDetail></Error>");
        let twin = Twin::new().edited_body(&body);
        insta::assert_snapshot!(normalised(&twin), @r"
        status: 403
        content-type: application/xml
        x-oss-request-id: [request-id]

        Error
          Code: AccessDenied
          Message: Request has expired.
          RequestId: [request-id]
          HostId: [bucket].oss-cn-hangzhou.aliyuncs.com
          Expires: [date]
          ServerTime:
          AccessDeniedDetail:
            AuthAction: oss:GetObject
        ");
    }

    #[test]
    fn a_header_without_a_value_shows_none() {
        let twin = Twin::new().edited_header("x-oss-request-id", Some(""));
        let text = normalised(&twin.edited_header("location", Some("")));
        assert!(text.contains("\nx-oss-request-id:\nlocation:\n"), "{text}");
    }

    /// A request id is one whatever it looks like, and what HEAD is told in base64 stands below in words.
    #[test]
    fn headers_are_known_by_their_names() {
        let text = normalised(&Twin::new().edited_header("x-oss-request-id", Some("nine")));
        assert!(
            text.contains("\nx-oss-request-id: [request-id]\n"),
            "{text}"
        );
        let text = normalised(&Twin::new().head());
        let told = "\nx-oss-err: [the envelope below]\n\nError\n  Code: AccessDenied\n";
        assert!(text.contains(told), "{text}");
    }

    #[test]
    fn reasons_of_many_instances_have_their_words_in_common() {
        for (reason, common) in [
            ("the bucket oss403-1a2b-7 is gone", "the bucket … is gone"),
            ("(oss403-x), not \"oss403\"", "(…), not \"oss403\""),
            ("12345 of 123456", "12345 of …"),
            ("a1b2c3d4e5f, a1b2c3d4e5f6", "a1b2c3d4e5f, …"),
            (
                "at 2026-11-24T00:11:22.000Z, said b_1%2F2+34.56 é",
                "at …, said … é",
            ),
            ("403 instead of 404", "403 instead of 404"),
            ("", ""),
        ] {
            assert_eq!(in_common(reason), common, "{reason}");
        }
    }

    #[test]
    fn what_is_said_the_next_night_again_is_said_alike() {
        let placeholders = BTreeMap::from([("bucket".to_owned(), "examplebucket".to_owned())]);
        let said = "  examplebucket\nsaid 636B68BA80DA8539399F0001 of oss403-9 ";
        assert_eq!(
            steady(said, &placeholders),
            r"[bucket]\nsaid [request-id] of …"
        );
    }

    #[test]
    fn a_server_cannot_forge_lines() {
        let body = error_body("AccessDenied", "a\n  EC: 0000\r\u{85}b", "1");
        let text = normalised(&Twin::new().edited_body(&body));
        // XML itself reads a lone carriage return as a line feed.
        assert!(text.contains(r"Message: a\n  EC: 0000\n\u{85}b"), "{text}");
    }
}
