//! The known ways to get a StringToSign wrong, each made of the server's own.

mod derived;
mod resource;
mod values;

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::evidence::{Evidence, Kind, Lines, RESOURCE};
pub(super) use derived::Derivation;
use derived::keys;
use resource::{orders, resources};
use values::{alone, values};

/// A string that a client may have signed instead.
pub(super) struct Variant {
    /// What it did otherwise, in a sentence.
    pub(super) says: String,
    /// The StringToSign.
    pub(super) string: Vec<u8>,
    /// How the key was made; as it has to be, by default.
    pub(super) key: Option<Derivation>,
}

/// A change of lines, with what it says. Names of lines are those of [`Lines`].
type Change = (String, Lines);

/// Every variant: each change alone, then two of them at once.
pub(super) fn variants(evidence: &Evidence, kind: Kind) -> Vec<Variant> {
    let base = match kind {
        Kind::V1 | Kind::V2 => evidence.server_lines(),
        Kind::V4 | Kind::S3V4 => evidence.canonical_lines(),
    };
    let singles = changes(&base, kind);
    let mut all: Vec<Change> = singles.clone();
    for (says, lines) in singles.iter().take(MOST_FIRST) {
        let again = changes(lines, kind);
        all.extend(
            again
                .into_iter()
                .map(|(more, lines)| (format!("{says} {more}"), lines)),
        );
    }
    all.extend(alone(&base, kind));
    all.extend(orders(&base, kind));
    let mut found: Vec<Variant> = Vec::with_capacity(all.len());
    let mut add = |says, string, key| found.push(Variant { says, string, key });
    for (says, lines) in all {
        if let Some(string) = to_sign(evidence, kind, &joined(&lines)) {
            add(says, string, None);
        }
    }
    for (says, string) in whole(evidence, kind) {
        add(says.into(), string, None);
    }
    for (says, key) in keys(evidence, kind) {
        add(says, evidence.server.clone().unwrap_or_default(), Some(key));
    }
    found
}

/// Of a string with so many headers not every pair is tried.
const MOST_FIRST: usize = 64;

fn joined(lines: &Lines) -> Vec<u8> {
    let lines: Vec<&[u8]> = lines.0.iter().map(|(_, line)| line.as_slice()).collect();
    lines.join(&b'\n')
}

/// The StringToSign, which under version 4 has the hash of the canonical request in it.
fn to_sign(evidence: &Evidence, kind: Kind, text: &[u8]) -> Option<Vec<u8>> {
    if matches!(kind, Kind::V1 | Kind::V2) {
        return Some(text.to_vec());
    }
    let server = String::from_utf8(evidence.server.clone()?).ok()?;
    let head = server.rsplit_once('\n')?.0;
    let mut string = format!("{head}\n");
    for byte in Sha256::digest(text) {
        let _ = write!(string, "{byte:02x}");
    }
    Some(string.into_bytes())
}

/// Changes of the whole string, and of the scope of version 4.
fn whole(evidence: &Evidence, kind: Kind) -> Vec<(&'static str, Vec<u8>)> {
    let Some(server) = &evidence.server else {
        return Vec::new();
    };
    let mut found = ends_of_lines(server);
    if matches!(kind, Kind::V4 | Kind::S3V4) {
        let server = String::from_utf8_lossy(server);
        found.extend(of_version_4(&server).unwrap_or_default());
    }
    found
}

fn ends_of_lines(server: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (
            "The client signed a line feed after the last line.",
            [server, &b"\n"[..]].concat(),
        ),
        (
            "The client signed carriage returns at the ends of the lines.",
            String::from_utf8_lossy(server)
                .replace('\n', "\r\n")
                .into_bytes(),
        ),
    ]
}

/// Another hash, and other scopes; `None` for what is no StringToSign of version 4.
fn of_version_4(server: &str) -> Option<Vec<(&'static str, Vec<u8>)>> {
    let lines: Vec<&str> = server.split('\n').collect();
    let [algorithm, date, scope, hash] = lines[..] else {
        return None;
    };
    let mut found = vec![(
        "The client signed the hash of the canonical request in upper case.",
        format!("{algorithm}\n{date}\n{scope}\n{}", hash.to_uppercase()).into_bytes(),
    )];
    for (says, scope) in other_scopes(date, scope)? {
        let string = format!("{algorithm}\n{date}\n{scope}\n{hash}");
        found.push((says, string.into_bytes()));
    }
    Some(found)
}

/// The scopes that a key may have been derived for instead of this one.
fn other_scopes(date: &str, scope: &str) -> Option<[(&'static str, String); 8]> {
    let parts: Vec<&str> = scope.split('/').collect();
    let [day, region, product, terminator] = parts[..] else {
        return None;
    };
    let bare = region
        .trim_start_matches("oss-")
        .trim_end_matches("-internal");
    let other_day = date.get(..8).unwrap_or_default();
    Some([
        (
            "The key was derived for the region without `oss-`.",
            format!("{day}/{bare}/{product}/{terminator}"),
        ),
        (
            "The key was derived for the region with `oss-` before it.",
            format!("{day}/oss-{bare}/{product}/{terminator}"),
        ),
        (
            "The key was derived for the region with `-internal` behind it.",
            format!("{day}/{bare}-internal/{product}/{terminator}"),
        ),
        (
            "The key was derived for the region `us-east-1`.",
            format!("{day}/us-east-1/{product}/{terminator}"),
        ),
        (
            "The key was derived for the product `s3`.",
            format!("{day}/{region}/s3/{terminator}"),
        ),
        (
            "The key was derived for the product `oss`.",
            format!("{day}/{region}/oss/{terminator}"),
        ),
        (
            "The key was derived for the terminator `aws4_request`.",
            format!("{day}/{region}/{product}/aws4_request"),
        ),
        (
            "The key was derived for another day than that of the scope.",
            format!("{other_day}/{region}/{product}/{terminator}"),
        ),
    ])
}

fn changes(lines: &Lines, kind: Kind) -> Vec<Change> {
    let mut found = Vec::new();
    headers(lines, &mut found);
    methods(lines, &mut found);
    blanked(lines, &mut found);
    values(lines, kind, &mut found);
    resources(lines, kind, &mut found);
    match kind {
        Kind::V1 | Kind::V2 => {}
        Kind::V4 | Kind::S3V4 => canonical(lines, &mut found),
    }
    found
}

/// The lines with one replaced.
fn with(lines: &Lines, at: usize, line: impl Into<Vec<u8>>) -> Lines {
    let mut changed = lines.clone();
    if let Some((_, old)) = changed.0.get_mut(at) {
        *old = line.into();
    }
    changed
}

fn without(lines: &Lines, drop: impl Fn(&str) -> bool) -> Lines {
    Lines(
        lines
            .0
            .iter()
            .filter(|(name, _)| !drop(name))
            .cloned()
            .collect(),
    )
}

fn place(lines: &Lines, name: &str) -> Option<usize> {
    lines.0.iter().position(|(known, _)| known == name)
}

fn methods(lines: &Lines, found: &mut Vec<Change>) {
    let server = lines.get("method").unwrap_or_default();
    for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"] {
        if method != server && !server.is_empty() {
            let says = format!("The client signed the method {method}, and {server} arrived.");
            found.push((says, with(lines, 0, method)));
        }
    }
    let lower = server.to_lowercase();
    found.push((
        "The client signed the method in lower case.".into(),
        with(lines, 0, lower),
    ));
}

fn blanked(lines: &Lines, found: &mut Vec<Change>) {
    for name in ["Content-MD5", "Content-Type", "Date", "Expires"] {
        let Some(at) = place(lines, name).filter(|at| !lines.0[*at].1.is_empty()) else {
            continue;
        };
        let says =
            format!("The client signed an empty line for {name}, and the server received one.");
        found.push((says, with(lines, at, "")));
    }
    if let Some(at) = place(lines, "Content-Type") {
        let value = lines.get("Content-Type").unwrap_or_default();
        if let Some((bare, _)) = value.split_once(';') {
            let says = "The client signed the Content-Type without its `charset`.";
            found.push((says.into(), with(lines, at, bare.trim())));
        }
        for other in [
            "application/octet-stream",
            "application/x-www-form-urlencoded",
            "application/json",
            "text/plain",
            "multipart/form-data",
        ] {
            if value != other {
                let says =
                    format!("The client signed the Content-Type {other}, which did not arrive.");
                found.push((says, with(lines, at, other)));
            }
        }
    }
}

fn headers(lines: &Lines, found: &mut Vec<Change>) {
    let names: Vec<&str> = lines
        .0
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| is_header(name))
        .collect();
    for name in names.iter().take(32) {
        let says = format!(
            "The client did not sign the header {}.",
            super::text::hidden(name.trim_end_matches(" header"))
        );
        found.push((says, without(lines, |known| known == *name)));
    }
    if !names.is_empty() {
        found.push((
            "The client signed none of the headers.".into(),
            without(lines, is_header),
        ));
        found.push((
            "The client signed the names of headers as they are written, not in lower case.".into(),
            retold(lines, titled),
        ));
        found.push((
            "The client signed a blank between name and value of headers.".into(),
            retold(lines, |name, value| format!("{name}: {value}")),
        ));
    }
    date_header(lines, found);
}

fn is_header(name: &str) -> bool {
    name.ends_with(" header")
}

/// The lines with every header written otherwise.
fn retold(lines: &Lines, how: fn(&str, &str) -> String) -> Lines {
    let mut changed = lines.clone();
    for (name, line) in &mut changed.0 {
        if is_header(name)
            && let Some((header, value)) = std::str::from_utf8(line)
                .ok()
                .and_then(|line| line.split_once(':'))
        {
            *line = how(header, value).into_bytes();
        }
    }
    changed
}

fn titled(name: &str, value: &str) -> String {
    let parts: Vec<String> = name
        .split('-')
        .map(|part| {
            let (first, rest) = part.split_at(usize::from(!part.is_empty()));
            first.to_uppercase() + rest
        })
        .collect();
    format!("{}:{value}", parts.join("-"))
}

/// What is made of the line of the date where x-oss-date is sent as well.
fn date_header(lines: &Lines, found: &mut Vec<Change>) {
    const NAME: &str = "x-oss-date header";
    let (Some(at), Some(line)) = (place(lines, NAME), lines.get(NAME)) else {
        return;
    };
    let value = line.split_once(':').map_or("", |(_, value)| value);
    let Some(date) = place(lines, "Date").filter(|_| place(lines, RESOURCE).is_some()) else {
        return;
    };
    let says = "The client left the line of the date empty because of x-oss-date, as S3 does.";
    found.push((says.into(), with(lines, date, "")));
    let mut changed = with(lines, date, value);
    changed.0.remove(at);
    found.push((
        "The client did not sign x-oss-date among the headers.".into(),
        changed,
    ));
}

fn canonical(lines: &Lines, found: &mut Vec<Change>) {
    if let Some(at) = place(lines, "payload hash") {
        for hash in [
            "UNSIGNED-PAYLOAD",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "",
        ] {
            let says = match hash {
                "" => "The client signed an empty line for the payload.".to_owned(),
                _ => format!("The client signed `{hash}` for the payload."),
            };
            found.push((says, with(lines, at, hash)));
        }
    }
    let Some(at) = place(lines, "list of headers") else {
        return;
    };
    let list = lines.get("list of headers").unwrap_or_default().to_owned();
    found.push((
        "The client signed no list of additional headers.".into(),
        with(lines, at, ""),
    ));
    for left in list.split(';').filter(|name| !name.is_empty()).take(16) {
        let rest: Vec<&str> = list.split(';').filter(|name| *name != left).collect();
        let changed = without(&with(lines, at, rest.join(";")), |known| {
            known == format!("{left} header")
        });
        found.push((
            format!("The client left `{left}` out of the signed headers."),
            changed,
        ));
    }
    if let Some(at) = place(lines, "end of the headers") {
        let mut changed = lines.clone();
        changed.0.remove(at);
        found.push((
            "The client left out the empty line after the headers.".into(),
            changed,
        ));
    }
}
