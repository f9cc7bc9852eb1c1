//! What is refused before the tree is built: what roxmltree lets pass although XML 1.0 or its namespaces forbid it, and what would take it
//! longer than the text is long. It is not a reader: of what it lets pass, the reader finds the rest.

use super::{Bounds, XmlError, broken, clipped};

/// More attributes than any answer's element has; the reader compares each with each.
const MOST_ATTRIBUTES: usize = 32;

/// # Errors
/// What is wrong.
pub(super) fn check(text: &str, bounds: Bounds) -> Result<(), XmlError> {
    let mut rest = without_declaration(text)?;
    let (mut depth, mut elements) = (0_usize, 0_usize);
    while let Some(at) = rest.find('<') {
        let (text, markup) = rest.split_at(at);
        references(text)?;
        let length = if markup.starts_with("<!--") {
            end_of(markup, 4, "-->")?
        } else if markup.starts_with("<![CDATA[") {
            end_of(markup, 9, "]]>")?
        } else if markup.starts_with("<!DOCTYPE") {
            return Err(XmlError::DocType);
        } else if markup.starts_with("<?") {
            let length = end_of(markup, 2, "?>")?;
            instruction(&markup[2..length - 2])?;
            length
        } else {
            let length = tag(markup)?;
            if markup.starts_with("</") {
                depth = depth.saturating_sub(1);
            } else {
                elements += 1;
                depth += 1;
                if elements > bounds.elements {
                    return Err(XmlError::TooMany(bounds.elements));
                }
                if depth > bounds.depth {
                    return Err(XmlError::TooDeep(bounds.depth));
                }
                depth -= usize::from(markup[..length].ends_with("/>"));
            }
            length
        };
        rest = &markup[length..];
    }
    references(rest)
}

/// Where a piece of markup ends that begins with so many bytes.
fn end_of(markup: &str, start: usize, end: &str) -> Result<usize, XmlError> {
    match markup[start..].find(end) {
        Some(at) => Ok(start + at + end.len()),
        None => Err(broken("a comment, a section or an instruction has no end")),
    }
}

/// The text behind its declaration, which says what it is.
fn without_declaration(text: &str) -> Result<&str, XmlError> {
    let Some(inside) = text
        .strip_prefix("<?xml")
        .filter(|inside| inside.starts_with(|c| is_blank(c) || c == '?'))
    else {
        return Ok(text);
    };
    let wrong = || broken("the XML declaration is none");
    let (mut inside, rest) = inside.split_once("?>").ok_or_else(wrong)?;
    let mut order = ["version", "encoding", "standalone"].iter();
    let mut versioned = false;
    while !inside.trim_start_matches(is_blank).is_empty() {
        let stripped = inside.trim_start_matches(is_blank);
        let (name, value) = stripped.split_once('=').ok_or_else(wrong)?;
        let name = name.trim_end_matches(is_blank);
        let value = value.trim_start_matches(is_blank);
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let quoted = quote.and_then(|quote| value[1..].split_once(quote));
        let (value, after) = quoted.ok_or_else(wrong)?;
        if stripped.len() == inside.len() || !order.any(|due| *due == name) {
            return Err(wrong());
        }
        match name {
            "version" if value == "1.0" => versioned = true,
            "encoding" if value.eq_ignore_ascii_case("utf-8") => {}
            "standalone" if matches!(value, "yes" | "no") => {}
            _ => return Err(XmlError::Declared(clipped(&format!("{name} {value:?}")))),
        }
        inside = after;
    }
    if versioned { Ok(rest) } else { Err(wrong()) }
}

/// An instruction's target is a name, and none that XML keeps for itself.
fn instruction(inside: &str) -> Result<(), XmlError> {
    let target = inside.split(is_blank).next().unwrap_or_default();
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') || !c.is_ascii();
    if !target.chars().all(plain) || target.eq_ignore_ascii_case("xml") {
        return Err(broken("an instruction has no name that it may have"));
    }
    Ok(())
}

/// The length of a tag whose names have prefixes that may be, and whose values no reference that may not.
fn tag(markup: &str) -> Result<usize, XmlError> {
    if markup[1..].trim_start_matches('/').starts_with(':') {
        return Err(broken("a name begins with a colon"));
    }
    let (mut at, mut attributes) = (1, 0);
    loop {
        let found = markup[at..].find(['>', '"', '\'']);
        let mark = at + found.ok_or_else(|| broken("a tag has no end"))?;
        let quote = &markup[mark..=mark];
        if quote == ">" {
            return Ok(mark + 1);
        }
        attributes += 1;
        if attributes > MOST_ATTRIBUTES {
            return Err(XmlError::TooWide(MOST_ATTRIBUTES));
        }
        let value = &markup[mark + 1..];
        let length = value
            .find(quote)
            .ok_or_else(|| broken("a value has no end"))?;
        let value = &value[..length];
        references(value)?;
        let name = markup[at..mark].trim_end_matches(|c| is_blank(c) || c == '=');
        let name = name.rsplit(is_blank).next().unwrap_or_default();
        if name.starts_with(':') || name == "xmlns:xmlns" {
            return Err(broken("an attribute has a name that none may have"));
        }
        if name.starts_with("xmlns:") && value.is_empty() {
            return Err(broken("a prefix is bound to nothing"));
        }
        at = mark + length + 2;
    }
}

/// A character reference names a character that there is.
fn references(text: &str) -> Result<(), XmlError> {
    for piece in text.split("&#").skip(1) {
        let number = piece.split(';').next().unwrap_or_default();
        let number = match number.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        if number.ok().and_then(char::from_u32).is_none() {
            return Err(broken("a reference names no character"));
        }
    }
    Ok(())
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
