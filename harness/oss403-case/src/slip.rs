//! What slipped where a text is no YAML: the commonest mistakes, each in a sentence of its own. A library's words for them speak of
//! tokens and indicators, which an author has never heard of.

use super::place::Place;
use super::yaml::YamlError;

/// The byte order mark, which editors on Windows put in front of a text.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// What slipped, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Where it happened, which is often before the place where the parser gave up.
    pub place: Place,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// What slipped in a text that the parser refuses; `None` when it is none of the common mistakes.
pub fn of(text: &str, error: &YamlError) -> Option<Slip> {
    let (line, column) = error.place.unwrap_or((1, 1));
    let seen = Seen {
        lines: text.lines().collect(),
        line,
        column,
        said: &error.message,
    };
    control_character(text, error)
        .or_else(|| second_document(&seen))
        .or_else(|| tab(&seen))
        .or_else(|| item_without_a_blank(&seen))
        .or_else(|| colon_in_a_text(&seen))
        .or_else(|| first_character(&seen))
        .or_else(|| escape(&seen))
        .or_else(|| never_closed(&seen))
        .or_else(|| key_without_a_blank(&seen))
        .or_else(|| indentation(&seen))
}

/// A text, and what the parser said of it.
struct Seen<'t> {
    lines: Vec<&'t str>,
    /// Where the parser gave up, both counted from 1.
    line: usize,
    column: usize,
    said: &'t str,
}

impl<'t> Seen<'t> {
    fn says(&self, words: &str) -> bool {
        self.said.contains(words)
    }

    /// A line by its number, empty when there is none.
    fn text(&self, line: usize) -> &'t str {
        let index = line.checked_sub(1);
        index
            .and_then(|index| self.lines.get(index).copied())
            .unwrap_or_default()
    }

    /// The line at which the parser gave up, before the place and from it on.
    fn halves(&self) -> (&'t str, &'t str) {
        let line = self.text(self.line);
        let at = line.char_indices().nth(self.column.saturating_sub(1));
        line.split_at(at.map_or(line.len(), |(byte, _)| byte))
    }
}

fn slip(
    (line, column, length): (usize, usize, usize),
    message: impl Into<String>,
    help: impl Into<String>,
) -> Slip {
    Slip {
        place: Place {
            line,
            column,
            length,
        },
        message: message.into(),
        help: help.into(),
    }
}

/// YAML has no control characters but line breaks and tabs.
fn control_character(text: &str, error: &YamlError) -> Option<Slip> {
    if !error.message.contains("control characters") {
        return None;
    }
    let (line, column, found) = text.lines().enumerate().find_map(|(number, line)| {
        let mut characters = line.chars().enumerate();
        let (column, found) = characters.find(|(_, found)| found.is_control() && *found != '\t')?;
        Some((number + 1, column + 1, found))
    })?;
    let code = u32::from(found);
    Some(slip(
        (line, column, 1),
        format!("a control character (U+{code:04X}) cannot stand in a text"),
        "delete it; in a text in double quotes it may be written as `\\x` and its two hexadecimal digits",
    ))
}

fn second_document(seen: &Seen<'_>) -> Option<Slip> {
    if !seen.says("more than one document") {
        return None;
    }
    let is_mark = |line: &str| line == "---" || line.starts_with("--- ");
    let is_content = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !line.starts_with('%')
    };
    let first = seen.lines.iter().position(is_content)?;
    let found = seen
        .lines
        .iter()
        .skip(first + 1)
        .position(|line| is_mark(line))?;
    Some(slip(
        (first + found + 2, 1, 3),
        seen.said,
        "`---` begins another one: make a file of each",
    ))
}

fn tab(seen: &Seen<'_>) -> Option<Slip> {
    if !seen.says("tab character")
        && !seen.says("cannot start any token")
        && !seen.says("did not find")
    {
        return None;
    }
    let line = [seen.line, seen.line + 1, seen.line.saturating_sub(1)]
        .into_iter()
        .find(|line| blank_part(seen.text(*line)).contains('\t'))?;
    let before = blank_part(seen.text(line));
    let column = before.chars().take_while(|found| *found != '\t').count() + 1;
    Some(slip(
        (line, column, 1),
        "a tab stands in the indentation",
        "YAML is indented with blanks alone: write two of them for each level",
    ))
}

/// The blanks and tabs that a line begins with.
fn blank_part(line: &str) -> &str {
    let content = line.trim_start_matches([' ', '\t']);
    &line[..line.len() - content.len()]
}

/// `key: a text: with a colon`, in a line of its own or between braces.
fn colon_in_a_text(seen: &Seen<'_>) -> Option<Slip> {
    let in_flow = seen.says("expected ',' or");
    if !in_flow && !seen.says("mapping values are not allowed") {
        return None;
    }
    let (before, after) = seen.halves();
    if !after.starts_with(':') {
        return None;
    }
    let start = match in_flow {
        true => before.rfind(['{', '[', ',']).map_or(0, |at| at + 1),
        false => before.len() - before.trim_start_matches([' ', '-']).len(),
    };
    let (key, text) = before[start..].split_once(": ")?;
    let rest = match in_flow {
        true => after.split([',', '}', ']']).next().unwrap_or(after),
        false => after,
    };
    let quoted = quoted(&format!("{}{}", text.trim_start(), rest.trim_end()));
    Some(slip(
        (seen.line, seen.column, 1),
        "a colon with a blank behind it ends a key, and this one stands in a text",
        format!("put the text in quotes: `{}: {quoted}`", key.trim()),
    ))
}

/// A text in double quotes, as much of it as help has room for.
fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = text.chars().take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    format!("\"{}\"", shown.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Characters that mean something of their own where a text begins.
fn first_character(seen: &Seen<'_>) -> Option<Slip> {
    if !seen.says("cannot start any token")
        && !seen.says("unknown anchor")
        && !seen.says("alphabetic or numeric")
    {
        return None;
    }
    let (_, after) = seen.halves();
    let first = after
        .chars()
        .next()
        .filter(|first| "@`%*&".contains(*first))?;
    let text = after.split([',', '}', ']']).next().unwrap_or(after);
    Some(slip(
        (seen.line, seen.column, 1),
        format!("a text cannot begin with `{first}`"),
        format!("put it in quotes: `{}`", quoted(text.trim_end())),
    ))
}

fn escape(seen: &Seen<'_>) -> Option<Slip> {
    if !seen.says("escape character") {
        return None;
    }
    Some(slip(
        (seen.line, seen.column, 1),
        "a backslash means something in double quotes, and nothing before this character",
        "write `\\\\` for a backslash, or put the text in single quotes",
    ))
}

/// A bracket or a quote that is open where the parser gave up.
fn never_closed(seen: &Seen<'_>) -> Option<Slip> {
    let at_end = seen.says("unexpected end of stream") || seen.says("expected node content");
    if !at_end && !seen.says("expected ',' or") {
        return None;
    }
    let open = Open::before(seen, at_end);
    if let Some((mark, place)) = open.quote {
        let help = format!("end the text with another `{mark}`, or begin it without one");
        return Some(slip(
            place,
            format!("the quote `{mark}` is never closed"),
            help,
        ));
    }
    let (mark, place) = open.brackets.last().copied()?;
    let close = if mark == '{' { '}' } else { ']' };
    if let Some(slip) = comment_in_a_text(seen, place, close) {
        return Some(slip);
    }
    let (_, after) = seen.halves();
    if place.0 == seen.line && after.contains(close) {
        return Some(slip(
            (seen.line, seen.column, 1),
            format!("a comma is missing between two entries of the `{mark}`"),
            "write `, ` before this one",
        ));
    }
    Some(slip(
        place,
        format!("the `{mark}` is never closed"),
        format!("write `{close}` behind its last entry"),
    ))
}

/// `{ key: a text # and the rest }`: what was to close the bracket is part of a comment.
fn comment_in_a_text(seen: &Seen<'_>, place: (usize, usize, usize), close: char) -> Option<Slip> {
    let line = seen.text(place.0);
    let mut open = Open::default();
    open.line(place.0, line, usize::MAX);
    let at = open.comment?;
    let before: String = line.chars().take(at).collect();
    let comment: String = line.chars().skip(at).collect();
    if at < place.1 || !comment.contains(close) {
        return None;
    }
    let text = before.trim_end().rsplit([',', '{', '[']).next()?;
    let text = text.split_once(": ").map_or(text, |(_, text)| text).trim();
    if text.is_empty() || text.starts_with(['"', '\'']) {
        return None;
    }
    let rest = comment.split([',', close]).next().unwrap_or(&comment);
    let quoted = quoted(&format!("{text} {}", rest.trim_end()));
    Some(slip(
        (place.0, at + 1, 1),
        "`#` with a blank before it begins a comment: the rest of the line is not read",
        format!("if it belongs to the text, put that in quotes: `{quoted}`"),
    ))
}

/// What is open at a place of a text.
#[derive(Default)]
struct Open {
    brackets: Vec<(char, (usize, usize, usize))>,
    quote: Option<(char, (usize, usize, usize))>,
    /// Characters of the last line before its comment, when it has one.
    comment: Option<usize>,
}

impl Open {
    /// Reads as far as the parser came, or everything. Block texts are read like others: who gets here has a broken file anyway.
    fn before(seen: &Seen<'_>, everything: bool) -> Self {
        let mut open = Self::default();
        for (index, line) in seen.lines.iter().enumerate() {
            let last = !everything && index + 1 == seen.line;
            if !everything && index + 1 > seen.line {
                break;
            }
            let most = if last { seen.column - 1 } else { usize::MAX };
            open.line(index + 1, line, most);
        }
        open
    }

    fn line(&mut self, number: usize, line: &str, most: usize) {
        // Whether a text may begin here, so that a quote is one.
        let mut begins = true;
        let mut former = ' ';
        let mut characters = line.chars().enumerate().take(most).peekable();
        while let Some((index, found)) = characters.next() {
            let place = (number, index + 1, 1);
            if let Some((mark, _)) = self.quote {
                if mark == '"' && found == '\\' {
                    characters.next();
                } else if found == mark {
                    self.quote = None;
                }
            } else {
                match found {
                    '#' if former == ' ' => {
                        self.comment = Some(index);
                        return;
                    }
                    '"' | '\'' if begins => self.quote = Some((found, place)),
                    '{' | '[' if begins => self.brackets.push((found, place)),
                    '}' | ']' => drop(self.brackets.pop()),
                    _ => {}
                }
                let next_is_blank = characters.peek().is_none_or(|(_, next)| *next == ' ');
                let introduces = "{[,".contains(found) || (":-".contains(found) && next_is_blank);
                begins = introduces || (begins && found == ' ');
            }
            former = found;
        }
    }
}

/// `key:value`.
fn key_without_a_blank(seen: &Seen<'_>) -> Option<Slip> {
    if !seen.says("could not find expected ':'") && !seen.says("mapping values are not allowed") {
        return None;
    }
    let line = [seen.line, seen.line.saturating_sub(1)]
        .into_iter()
        .find(|line| is_glued(seen.text(*line)))?;
    let text = seen.text(line);
    let (key, value) = text.split_once(':')?;
    Some(slip(
        (line, key.chars().count() + 1, 1),
        "a colon ends a key only with a blank behind it",
        format!("write `{}: {}`", key.trim(), value.trim()),
    ))
}

/// Whether a line looks like a key with its value right behind the colon.
/// `-name: one`, which YAML takes for a key that begins with `-`, until the next line stands where such a key has none.
fn item_without_a_blank(seen: &Seen<'_>) -> Option<Slip> {
    if !seen.says("mapping values are not allowed")
        && !seen.says("expected '-' indicator")
        && !seen.says("expected key")
        && !seen.says("did not find")
    {
        return None;
    }
    let line = [seen.line, seen.line.saturating_sub(1)]
        .into_iter()
        .find(|line| {
            let item = seen.text(*line).trim_start().strip_prefix('-');
            item.is_some_and(|item| {
                item.starts_with(|first: char| first.is_ascii_lowercase()) && item.contains(": ")
            })
        })?;
    let text = seen.text(line);
    let item = text.trim();
    Some(slip(
        (line, blank_part(text).chars().count() + 1, 1),
        "a `-` begins an item of a list only with a blank behind it",
        format!("write `- {}`", item.trim_start_matches('-')),
    ))
}

fn is_glued(line: &str) -> bool {
    let content = line.trim_start_matches([' ', '-']);
    content.split_once(':').is_some_and(|(key, value)| {
        let is_key = !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        is_key && !value.is_empty() && !value.starts_with([' ', '/'])
    })
}

/// A line that begins in a column in which nothing around it does.
fn indentation(seen: &Seen<'_>) -> Option<Slip> {
    let gave_up = [
        "expected '-' indicator",
        "expected key",
        "mapping values are not allowed",
        "could not find expected ':'",
    ];
    if !gave_up.iter().any(|words| seen.says(words)) {
        return None;
    }
    let line = seen.text(seen.line);
    let own = blank_part(line).chars().count();
    let columns = columns_above(seen);
    let nearest = columns
        .into_iter()
        .min_by_key(|column| column.abs_diff(own))?;
    if nearest == own {
        return None;
    }
    let length = line
        .trim()
        .split(':')
        .next()
        .unwrap_or_default()
        .chars()
        .count();
    let blanks = |count: usize| match count {
        0 => "no blank".to_owned(),
        1 => "one blank".to_owned(),
        _ => format!("{count} blanks"),
    };
    Some(slip(
        (seen.line, own + 1, length.max(1)),
        format!(
            "this line begins with {}, those it belongs to with {}",
            blanks(own),
            blanks(nearest)
        ),
        "the keys of one map begin in the same column, as do the `-` of one list",
    ))
}

/// The columns in which the maps that are open above the line begin; of a line with a `-` those of the lists.
fn columns_above(seen: &Seen<'_>) -> Vec<usize> {
    let is_item = |content: &str| content.starts_with("- ") || content == "-";
    let wants_items = is_item(seen.text(seen.line).trim_start());
    let above = &seen.lines[..seen.line.saturating_sub(1).min(seen.lines.len())];
    let mut columns = Vec::new();
    let mut least = usize::MAX;
    for line in above.iter().rev() {
        let content = line.trim_start();
        let own = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') || own >= least {
            continue;
        }
        let entry = content.trim_start_matches('-').trim_start();
        let has_key = entry.contains(':') && !entry.starts_with(['{', '[']);
        if is_item(content) {
            least = own;
            columns.extend(wants_items.then_some(own));
            columns.extend((has_key && !wants_items).then_some(line.len() - entry.len()));
        } else if has_key {
            least = own;
            columns.extend((!wants_items).then_some(own));
        }
    }
    columns
}
