//! A strict JSON reader for policy documents, with positions and limits.
//!
//! The crate reads JSON itself because of what policies need and general libraries do not give: the position of every
//! value, so that a wrong one can be pointed at; duplicate keys refused, since two readers may pick different ones;
//! numbers kept as they were written; the escape `\$`, which only Post policies have; and the wording of the
//! service's own syntax errors. Its agreement with `serde_json` on what is valid is a test.

mod reader;
#[cfg(test)]
mod tests;

pub(crate) use reader::parse;

use std::fmt;

/// How deep arrays and objects may nest. The deepest valid policy needs six levels.
pub const MAX_JSON_DEPTH: usize = 32;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Bytes from the start.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
}

impl Position {
    /// The position of byte `offset` of `text`, which need not be UTF-8.
    pub(crate) fn of(offset: usize, text: &[u8]) -> Self {
        let before = &text[..offset.min(text.len())];
        let line_start = before
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        Self {
            offset,
            line: before.iter().filter(|&&b| b == b'\n').count() + 1,
            column: String::from_utf8_lossy(&before[line_start..])
                .chars()
                .count()
                + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A text that is not JSON, or not acceptable JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at {position}")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Where.
    pub position: Position,
}

/// What is wrong with a JSON text. The texts of the first three are the service's own (help page: *How to handle
/// common errors when the PostObject operation is called*); the others follow their style.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// A value was to start here and none can start like this.
    #[error("unknown char {}", printable(*.0))]
    UnknownChar(char),
    /// An array goes on neither with a comma nor with its end.
    #[error(", or ] expected")]
    ArrayEndExpected,
    /// An object goes on neither with a comma nor with its end.
    #[error(", or }} expected")]
    ObjectEndExpected,
    /// A key is not followed by a colon.
    #[error(": expected")]
    ColonExpected,
    /// A key of an object is not a string.
    #[error("string expected")]
    KeyExpected,
    /// The text stops in the middle of a value.
    #[error("unexpected end")]
    UnexpectedEnd,
    /// More text follows the value.
    #[error("end expected")]
    EndExpected,
    /// A number is not written as JSON wants it.
    #[error("invalid number")]
    InvalidNumber,
    /// A backslash is followed by something that it cannot escape.
    #[error("invalid escape")]
    InvalidEscape,
    /// A control character stands in a string as it is.
    #[error("control character in string")]
    ControlCharacter,
    /// Two members of an object have the same key.
    #[error("duplicate key")]
    DuplicateKey,
    /// Arrays and objects nest deeper than [`MAX_JSON_DEPTH`].
    #[error("nested too deeply")]
    TooDeep,
    /// The text is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
}

fn printable(c: char) -> String {
    if c.is_control() {
        c.escape_default().to_string()
    } else {
        c.to_string()
    }
}

/// A JSON value and where it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) offset: usize,
}

/// A JSON value. Numbers are kept as written, members in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool,
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) key_offset: usize,
    pub(crate) node: Node,
}

impl Node {
    /// What the value is, with its article: "a string".
    pub(crate) fn type_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Which escapes strings may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// JSON as it is.
    Standard,
    /// With `\$` for a literal dollar (help page: *PostObject*, appendix *Policy*).
    PostPolicy,
}

/// Writes `text` as a JSON string, never longer than any other way of writing it.
pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
