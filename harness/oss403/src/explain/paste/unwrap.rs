//! Layers around a text: its encoding, escapes of programs, of HTML and of URLs, marks of mail, base64, lines that a screen broke.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::PasteError;

/// The text of bytes: UTF-8, or UTF-16 as PowerShell writes it.
pub(super) fn text(bytes: &[u8]) -> Result<String, PasteError> {
    let wide = |bytes: &[u8], swap: bool| {
        let unit = |pair: &[u8]| {
            let pair = [pair[0], pair[1]];
            if swap {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            }
        };
        let units: Vec<u16> = bytes.chunks_exact(2).map(unit).collect();
        String::from_utf16_lossy(&units)
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, false),
        [0xfe, 0xff, rest @ ..] => wide(rest, true),
        _ if zeros(bytes, 1) => wide(bytes, false),
        _ if zeros(bytes, 0) => wide(bytes, true),
        _ => String::from_utf8_lossy(bytes)
            .trim_start_matches('\u{feff}')
            .to_owned(),
    };
    if text.trim().is_empty() {
        return Err(PasteError::Empty);
    }
    let strange = text
        .chars()
        .filter(|c| *c == '\u{fffd}' || *c == '\0')
        .count();
    if strange * 4 > text.chars().count() {
        return Err(PasteError::Binary);
    }
    Ok(text)
}

/// Whether every other byte is zero, from this one on: UTF-16 without the mark that says so, in a language of the west.
fn zeros(bytes: &[u8], from: usize) -> bool {
    let zero = |from: usize| {
        bytes
            .iter()
            .skip(from)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let half = bytes.len() / 2;
    half >= 8 && zero(from) * 10 > half * 9 && zero(1 - from) * 10 < half
}

/// The text as it stands and without one, two or three layers of escapes.
pub(super) fn views(text: &str) -> Vec<String> {
    let mut views = vec![text.to_owned()];
    let unquoted = unquoted(text);
    if unquoted != text {
        views.push(unquoted);
    }
    for how in [unescaped as fn(&str) -> String, of_html] {
        let mut at = views[0].clone();
        for _ in 0..3 {
            let next = how(&at);
            if next == at {
                break;
            }
            views.push(next.clone());
            at = next;
        }
    }
    // Both at once, as in a log that a page shows.
    let both = of_html(&unescaped(text));
    if !views.contains(&both) {
        views.push(both);
    }
    views.extend(of_url(text));
    views.extend(of_base64(text));
    // Of readings that are as good as each other the last one counts.
    views.extend(unprefixed(text));
    views.splice(0..0, unbroken(text));
    views
}

/// Without what stands before every line of a document, as before its root: an indent, or the prefix of a log, in which times go on.
fn unprefixed(text: &str) -> Option<String> {
    let root = text.find("<Error>").or_else(|| text.find("<Error "))?;
    let start = text[..root].rfind('\n').map_or(0, |end| end + 1);
    let prefix: Vec<char> = text[start..root].chars().collect();
    let end = text[root..]
        .find("</Error>")
        .map_or(text.len(), |end| root + end);
    let has_lines = text[root..end].contains('\n');
    if prefix.is_empty() || prefix.contains(&'<') || !has_lines {
        return None;
    }
    let is_same =
        |(c, known): (char, &char)| c == *known || c.is_ascii_digit() && known.is_ascii_digit();
    let bare = |line: &str| {
        // White space at the end of an empty line is lost on the way.
        let whole = line.chars().count() >= prefix.len();
        let is_prefixed = line.chars().zip(&prefix).all(is_same);
        let rest: String = line.chars().skip(prefix.len()).collect();
        let is_blank = prefix
            .iter()
            .skip(line.chars().count())
            .all(|c| c.is_whitespace());
        (is_prefixed && (whole || is_blank)).then_some(rest)
    };
    let lines = text[start..end].split('\n').map(bare);
    let lines: Vec<String> = lines.collect::<Option<_>>()?;
    let (before, after) = (&text[..start], &text[end..]);
    Some([before, &lines.join("\n"), after].concat())
}

/// Without up to three layers of the escapes of URLs, when there is an error below them.
fn of_url(text: &str) -> Option<String> {
    let mut at = text.to_owned();
    for _ in 0..3 {
        let decoded = oss_auth::percent_decode(&at.replace('+', " "))
            .ok()?
            .into_owned();
        if decoded == at {
            return None;
        }
        if is_error(&decoded) {
            return Some(decoded);
        }
        at = decoded;
    }
    None
}

/// With what is base64 decoded, when it is an error. The header that is base64 of an error is read as a header.
fn of_base64(text: &str) -> Option<String> {
    const SHORTEST: usize = 40;
    if text.to_ascii_lowercase().contains("x-oss-err") {
        return None;
    }
    let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    // Lines of a block belong together.
    let words = text.split(|c: char| !is_code(c) && c != '\n' && c != '\r');
    let mut words = words.map(str::trim).filter(|word| word.len() >= SHORTEST);
    words.find_map(|word| {
        let decoded = base64(word).filter(|decoded| is_error(decoded))?;
        Some(text.replacen(word, &decoded, 1))
    })
}

fn is_error(text: &str) -> bool {
    ["<Error", "<Code>", "\"Code\"", "\"code\""]
        .iter()
        .any(|sign| text.contains(sign))
}

/// With lines joined that a screen broke at its edge, in the middle of words.
fn unbroken(text: &str) -> Option<String> {
    const NARROWEST: usize = 40;
    let width = |line: &str| line.chars().count();
    let widest = text.lines().map(width).max().unwrap_or_default();
    let full = text.lines().filter(|line| width(line) == widest).count();
    if widest < NARROWEST || full < 2 {
        return None;
    }
    let mut joined = String::with_capacity(text.len());
    for line in text.lines() {
        joined.push_str(line);
        if width(line) < widest {
            joined.push('\n');
        }
    }
    Some(joined)
}

/// Without the `>` of a mail, when most lines have one.
fn unquoted(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let is_marked = |line: &&&str| line.trim_start().starts_with(['>', '|']);
    let marked = lines.iter().filter(is_marked).count();
    if marked * 2 <= lines.len() {
        return text.to_owned();
    }
    let bare = |line: &&str| {
        let mut line = line.trim_start();
        while let Some(rest) = line.strip_prefix(['>', '|']) {
            line = rest.strip_prefix(' ').unwrap_or(rest);
        }
        line.to_owned()
    };
    lines.iter().map(bare).collect::<Vec<_>>().join("\n")
}

/// Without one layer of the escapes of JSON and of most languages.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let digits: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_hexdigit))
                    .take(4)
                    .collect();
                match u32::from_str_radix(&digits, 16)
                    .ok()
                    .and_then(char::from_u32)
                {
                    Some(c) if digits.len() == 4 => out.push(c),
                    _ => out.push_str(&digits),
                }
            }
            Some('x') => {
                let digits: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_hexdigit))
                    .take(2)
                    .collect();
                out.extend(u8::from_str_radix(&digits, 16).ok().map(char::from));
            }
            Some(c @ ('"' | '\'' | '\\' | '/')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}

/// Without the references that HTML and XML are shown with.
fn of_html(text: &str) -> String {
    // `&amp;` last: `&amp;lt;` is shown as `&lt;`.
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&#10;", "\n"),
        ("&#xA;", "\n"),
        ("\\u003c", "<"),
        ("\\u003e", ">"),
        ("&amp;", "&"),
    ];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The text that is base64, also without its padding.
pub(super) fn base64(coded: &str) -> Option<String> {
    let coded: String = coded.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = BASE64_STANDARD
        .decode(&coded)
        .or_else(|_| base64::prelude::BASE64_STANDARD_NO_PAD.decode(coded.trim_end_matches('=')));
    String::from_utf8(bytes.ok()?).ok()
}
