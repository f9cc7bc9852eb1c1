//! A diagnosis as text for a person.

use std::fmt::Write as _;

use super::diagnosis::Diagnosis;
use crate::doctor::{Examination, Kind, Row, Surety, hidden};
use crate::report::style::{Style, Tone, in_a_line};
use crate::wire::redact::one_line;

/// Causes after these fit so much worse that they would only confuse.
const MOST: usize = 3;
/// Guesses likewise.
const GUESSES: usize = 4;

/// What an answer says, the causes it fits with the reasons, and what to do.
pub fn describe(diagnosis: &Diagnosis, style: Style) -> String {
    let mut text = String::new();
    facts(diagnosis, style, &mut text);
    if let Some(not) = &diagnosis.not_of_oss {
        paragraph(&mut text, not, 0, style);
        return text;
    }
    let by_ec = diagnosis.ec_known.filter(|ec| {
        // Said by the cause already, when it is one's own.
        let first = diagnosis.fits.first();
        first.is_none_or(|fit| ec.causes != [fit.file.cause.as_str()])
    });
    if let Some(ec) = by_ec {
        paragraph(&mut text, &format!("EC {}: {}", ec.ec, ec.says), 0, style);
        text.push('\n');
    }
    for note in &diagnosis.notes {
        paragraph(&mut text, note, 0, style);
        text.push('\n');
    }
    if let Some(doctor) = &diagnosis.doctor {
        text.push_str(&examined(doctor, style));
    }
    if diagnosis.status.is_some_and(|status| status != 403) {
        paragraph(
            &mut text,
            "The status is not 403, so none of the documented causes of a 403 ought to be behind it.",
            0,
            style,
        );
        text.push('\n');
    }
    for (number, fit) in diagnosis.fits.iter().take(MOST).enumerate() {
        let file = &fit.file;
        let name = style.paint(Tone::Strong, &file.cause);
        let head = format!("{}. {name}: {}", number + 1, fit.why.join("; "));
        for (at, line) in style.wrap(&head, 0).iter().enumerate() {
            let _ = writeln!(text, "{}{line}", if at == 0 { "" } else { "   " });
        }
        paragraph(&mut text, &file.means, 3, style);
        paragraph(&mut text, &file.fix, 3, style);
        let _ = writeln!(text, "   More: oss403 explain {}\n", file.cause);
    }
    if diagnosis.fits.is_empty() && diagnosis.doctor.is_none() {
        unknown(diagnosis, style, &mut text);
    }
    text
}

fn facts(diagnosis: &Diagnosis, style: Style, text: &mut String) {
    let status = diagnosis.status.map(|status| status.to_string());
    let facts = [
        ("Status", status.as_deref()),
        ("Code", Some(diagnosis.code.as_str())),
        ("Message", Some(diagnosis.message.as_str())),
        ("EC", diagnosis.ec.as_deref()),
        ("RequestId", diagnosis.request_id.as_deref()),
        ("HostId", diagnosis.host.as_deref()),
    ];
    let before = text.len();
    for (name, value) in facts {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            continue;
        };
        let shown: String = in_a_line(&hidden(value)).chars().take(1000).collect();
        for (at, line) in style.wrap(&shown, 11).iter().enumerate() {
            let title = if at == 0 { name } else { "" };
            let _ = writeln!(text, "{title:11}{}", line.trim_start());
        }
    }
    if text.len() > before {
        text.push('\n');
    }
}

fn unknown(diagnosis: &Diagnosis, style: Style, text: &mut String) {
    if diagnosis.ec_known.is_some() {
        return;
    }
    let said = match diagnosis.same_code {
        count @ 1.. if diagnosis.message.is_empty() && diagnosis.ec.is_none() => format!(
            "It says nothing but the code, which {count} documented causes have (`oss403 explain {}`). Message and EC tell them apart: print the whole answer, or look for the header x-oss-ec.",
            in_a_line(&diagnosis.code)
        ),
        0 => "No documented cause has this code or this message. Look for the EC in the OSS documentation, and keep the request id for support.".to_owned(),
        count => format!(
            "No documented cause has this message; {count} of them have this code (`oss403 explain {}`). Look for the EC in the OSS documentation, and keep the request id for support.",
            in_a_line(&diagnosis.code)
        ),
    };
    paragraph(text, &said, 0, style);
}

fn paragraph(text: &mut String, said: &str, indent: usize, style: Style) {
    for line in style.wrap(said.trim(), indent) {
        let _ = writeln!(text, "{line}");
    }
}

/// What the doctor found.
pub fn examined(found: &Examination, style: Style) -> String {
    let mut text = String::new();
    for (title, rows) in [
        ("What the server signs, line by line", &found.string_to_sign),
        (
            "The canonical request of the server, line by line",
            &found.canonical_request,
        ),
    ] {
        if rows.iter().any(|row| row.server.is_some()) {
            let kind = found
                .kind
                .map(|kind| format!(" ({})", name(kind)))
                .unwrap_or_default();
            let _ = writeln!(
                text,
                "{}",
                style.paint(Tone::Strong, &format!("{title}{kind}"))
            );
            for row in rows {
                line(row, style, &mut text);
            }
            text.push('\n');
        }
    }
    if found.guesses.is_empty() {
        paragraph(
            &mut text,
            "Nothing in it shows what is wrong. Print the string that the client signs and give it with `--string-to-sign FILE`, or give the request with `--request FILE`; with `--secret-env NAME` the signature itself is computed.",
            0,
            style,
        );
        text.push('\n');
        return text;
    }
    let _ = writeln!(
        text,
        "{}",
        style.paint(Tone::Strong, "What is probably wrong with the signature")
    );
    for guess in found.guesses.iter().take(GUESSES) {
        let sure = match guess.surety {
            Surety::Proven => "proven",
            Surety::Certain => "certain",
            Surety::Likely => "likely",
            Surety::Hint => "maybe",
        };
        let lines = style.wrap(&format!("{} {}", guess.says, guess.because), 11);
        for (at, line) in lines.iter().enumerate() {
            let title = if at == 0 {
                format!("  {sure}")
            } else {
                String::new()
            };
            let _ = writeln!(text, "{title:11}{}", line.trim_start());
        }
    }
    text.push('\n');
    text
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::V1 => "version 1",
        Kind::V2 => "version 2",
        Kind::V4 => "version 4",
        Kind::S3V4 => "version 4 of S3",
    }
}

/// Most characters of a line.
const MOST_OF_A_LINE: usize = 1000;
/// Width of the column of names.
const NAMES: usize = 22;

/// A line of the server's, and of the client's where it differs, with a mark under the first byte that does.
fn line(row: &Row, style: Style, text: &mut String) {
    let name: String = in_a_line(&hidden(&row.name))
        .chars()
        .take(NAMES - 3)
        .collect();
    let room = style.width.saturating_sub(NAMES + 2).max(20);
    let Some(at) = row.differs_at else {
        let (shown, _) = shown(row.server.as_deref(), usize::MAX, MOST_OF_A_LINE);
        let shown: Vec<char> = shown.chars().collect();
        for (at, part) in shown.chunks(room).enumerate() {
            let name = if at == 0 { &*name } else { "" };
            let part: String = part.iter().collect();
            let _ = writeln!(text, "  {name:20}{part}");
        }
        return;
    };
    let (server, place) = shown(row.server.as_deref(), at, room);
    let (client, _) = shown(row.client.as_deref(), at, room);
    let _ = writeln!(text, "  {name:20}{server}");
    let _ = writeln!(text, "  {:20}{client}", "  yours");
    let byte = |line: &Option<Vec<u8>>| match line.as_ref().map(|line| line.get(at)) {
        Some(Some(byte)) => format!("{byte:02X}"),
        Some(None) => "the end".into(),
        None => "no such line".into(),
    };
    let said = format!(
        "byte {}: {} there, {} in yours",
        at + 1,
        byte(&row.server),
        byte(&row.client)
    );
    match place {
        Some(place) => {
            let mark = format!("  {:20}{:place$}^ {said}", "", "");
            let fits = mark.chars().count() <= style.width;
            let mark = if fits {
                mark
            } else {
                format!("  {:20}{:place$}^\n  {:20}{said}", "", "", "")
            };
            let _ = writeln!(text, "{}", style.paint(Tone::Bad, &mark));
        }
        None => {
            let _ = writeln!(text, "  {:20}{said}", "");
        }
    }
}

/// A line so that it fits, and in which column the byte at a place stands.
fn shown(line: Option<&[u8]>, at: usize, room: usize) -> (String, Option<usize>) {
    let Some(line) = line else {
        return ("(no such line)".into(), None);
    };
    if line.is_empty() {
        return ("(empty)".into(), None);
    }
    let plain = |bytes: &[u8]| one_line(readable(bytes));
    let whole = plain(line);
    let concealed = hidden(&whole);
    if concealed != whole {
        return (clipped(&concealed, room), None);
    }
    let Some(head) = line.get(..at) else {
        return (clipped(&whole, room), None);
    };
    let place = plain(head).chars().count();
    // A window around the place, when it would fall out of sight.
    let from = if whole.chars().count() > room && place + 24 > room {
        place.saturating_sub(16)
    } else {
        0
    };
    let window: String = whole.chars().skip(from).collect();
    let mark = if from > 0 { "…" } else { "" };
    (
        clipped(&format!("{mark}{window}"), room),
        Some(place - from + mark.chars().count()),
    )
}

fn clipped(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let mut text: String = text.chars().take(room - 1).collect();
    text.push('…');
    text
}

/// Bytes that are no UTF-8 as their digits.
fn readable(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02X}");
        }
    }
    out
}
