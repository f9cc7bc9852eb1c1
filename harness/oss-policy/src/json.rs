//! A strict JSON reader for policy documents, with positions and limits.
//!
//! The crate reads JSON itself because of what policies need and general libraries do not give: the position of every
//! value, so that a wrong one can be pointed at; duplicate keys refused, since two readers may pick different ones;
//! numbers kept as they were written; the escape `\$`, which only Post policies have; and the wording of the
//! service's own syntax errors. Its agreement with `serde_json` on what is valid is a test.

use std::collections::HashSet;
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
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        Self {
            offset,
            line: before.iter().filter(|&&b| b == b'\n').count() + 1,
            column: String::from_utf8_lossy(&before[line_start..]).chars().count() + 1,
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

/// Reads one JSON value that takes up the whole text but for white space.
pub(crate) fn parse(bytes: &[u8], dialect: Dialect) -> Result<Node, JsonError> {
    let fail = |kind, offset| JsonError {
        kind,
        position: Position::of(offset, bytes),
    };
    let text = std::str::from_utf8(bytes)
        .map_err(|error| fail(JsonErrorKind::NotUtf8, error.valid_up_to()))?;
    let mut reader = Reader {
        text,
        at: 0,
        dialect,
    };
    reader
        .document()
        .map_err(|kind| fail(kind, reader.at))
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

/// Recursive descent. An error leaves `at` where it was met.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    dialect: Dialect,
}

type Read<T> = Result<T, JsonErrorKind>;

impl Reader<'_> {
    fn document(&mut self) -> Read<Node> {
        let node = self.node(0)?;
        self.skip_white_space();
        match self.peek() {
            None => Ok(node),
            Some(_) => Err(JsonErrorKind::EndExpected),
        }
    }

    fn node(&mut self, depth: usize) -> Read<Node> {
        self.skip_white_space();
        let offset = self.at;
        let value = match self.peek().ok_or(JsonErrorKind::UnexpectedEnd)? {
            '[' | '{' if depth == MAX_JSON_DEPTH => return Err(JsonErrorKind::TooDeep),
            '[' => Value::Array(self.array(depth)?),
            '{' => Value::Object(self.object(depth)?),
            '"' => Value::String(self.string()?),
            '-' | '0'..='9' => Value::Number(self.number()?),
            c => self.word(c)?,
        };
        Ok(Node { value, offset })
    }

    fn array(&mut self, depth: usize) -> Read<Vec<Node>> {
        self.at += 1;
        let mut items = Vec::new();
        if self.next_is(']') {
            return Ok(items);
        }
        loop {
            items.push(self.node(depth + 1)?);
            if self.next_is(']') {
                return Ok(items);
            }
            self.expect(',', JsonErrorKind::ArrayEndExpected)?;
        }
    }

    fn object(&mut self, depth: usize) -> Read<Vec<Member>> {
        self.at += 1;
        let mut members = Vec::new();
        let mut keys = HashSet::new();
        if self.next_is('}') {
            return Ok(members);
        }
        loop {
            self.skip_white_space();
            let key_offset = self.at;
            let key = match self.peek() {
                Some('"') => self.string()?,
                Some(_) => return Err(JsonErrorKind::KeyExpected),
                None => return Err(JsonErrorKind::UnexpectedEnd),
            };
            if !keys.insert(key.clone()) {
                self.at = key_offset;
                return Err(JsonErrorKind::DuplicateKey);
            }
            self.expect(':', JsonErrorKind::ColonExpected)?;
            let node = self.node(depth + 1)?;
            members.push(Member {
                key,
                key_offset,
                node,
            });
            if self.next_is('}') {
                return Ok(members);
            }
            self.expect(',', JsonErrorKind::ObjectEndExpected)?;
        }
    }

    fn word(&mut self, start: char) -> Read<Value> {
        for (word, value) in [
            ("null", Value::Null),
            ("true", Value::Bool),
            ("false", Value::Bool),
        ] {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(JsonErrorKind::UnknownChar(start))
    }

    fn number(&mut self) -> Read<String> {
        let start = self.at;
        self.take('-');
        let leading_zero = self.peek() == Some('0');
        let whole = self.digits();
        let mut valid = whole > 0 && !(leading_zero && whole > 1);
        if self.take('.') {
            valid &= self.digits() > 0;
        }
        if self.take('e') || self.take('E') {
            let _sign = self.take('+') || self.take('-');
            valid &= self.digits() > 0;
        }
        if !valid {
            self.at = start;
            return Err(JsonErrorKind::InvalidNumber);
        }
        Ok(self.text[start..self.at].to_owned())
    }

    fn digits(&mut self) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest
                .find(|c: char| c == '"' || c == '\\' || c < ' ')
                .unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                None => return Err(JsonErrorKind::UnexpectedEnd),
                Some('"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some('\\') => out.push(self.escape()?),
                Some(_) => return Err(JsonErrorKind::ControlCharacter),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let escape = self.text[self.at + 1..].chars().next();
        let c = match escape.ok_or(JsonErrorKind::UnexpectedEnd)? {
            c @ ('"' | '\\' | '/') => c,
            '$' if self.dialect == Dialect::PostPolicy => '$',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.unicode_escape(),
            _ => return Err(JsonErrorKind::InvalidEscape),
        };
        self.at += 2;
        Ok(c)
    }

    /// `\uXXXX`, or two of them for a character beyond the basic plane.
    fn unicode_escape(&mut self) -> Read<char> {
        let first = self.code_unit(self.at)?;
        let (code, length) = match first {
            0xD800..=0xDBFF => {
                let second = self.code_unit(self.at + 6)?;
                if !(0xDC00..=0xDFFF).contains(&second) {
                    return Err(JsonErrorKind::InvalidEscape);
                }
                (0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
            }
            _ => (first, 6),
        };
        let c = char::from_u32(code).ok_or(JsonErrorKind::InvalidEscape)?;
        self.at += length;
        Ok(c)
    }

    fn code_unit(&self, at: usize) -> Read<u32> {
        let digits = self
            .text
            .get(at..at + 6)
            .and_then(|escape| escape.strip_prefix("\\u"))
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        digits
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or(JsonErrorKind::InvalidEscape)
    }

    fn expect(&mut self, wanted: char, otherwise: JsonErrorKind) -> Read<()> {
        if self.next_is(wanted) {
            return Ok(());
        }
        Err(match self.peek() {
            Some(_) => otherwise,
            None => JsonErrorKind::UnexpectedEnd,
        })
    }

    /// Skips white space, then `wanted` if it comes next.
    fn next_is(&mut self, wanted: char) -> bool {
        self.skip_white_space();
        self.take(wanted)
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn skip_white_space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let blank = |b: &&u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.iter().take_while(blank).count();
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(text: &str) -> (String, usize) {
        let error = parse(text.as_bytes(), Dialect::Standard).unwrap_err();
        (error.kind.to_string(), error.position.offset)
    }

    #[test]
    fn defects_are_named_and_placed() {
        for (text, message, offset) in [
            ("eyJ", "unknown char e", 0),
            ("[1 2]", ", or ] expected", 3),
            (r#"{"a":1 "b":2}"#, ", or } expected", 7),
            (r#"{"a" 1}"#, ": expected", 5),
            ("{1:1}", "string expected", 1),
            (r#"{"a":1,}"#, "string expected", 7),
            ("[1,]", "unknown char ]", 3),
            ("", "unexpected end", 0),
            ("[1,", "unexpected end", 3),
            (r#""abc"#, "unexpected end", 4),
            ("{} x", "end expected", 3),
            ("[01]", "invalid number", 1),
            ("[1.]", "invalid number", 1),
            ("[-]", "invalid number", 1),
            (r#""\x""#, "invalid escape", 1),
            (r#""\$""#, "invalid escape", 1),
            (r#""\ud800""#, "invalid escape", 1),
            (r#""\u12é""#, "invalid escape", 1),
            ("\"\n\"", "control character in string", 1),
            (r#"{"a":1,"\u0061":2}"#, "duplicate key", 7),
            ("\u{feff}{}", "unknown char \u{feff}", 0),
        ] {
            assert_eq!(error(text), (message.to_owned(), offset), "{text:?}");
        }
    }

    #[test]
    fn positions_count_lines_and_characters() {
        let error = parse("{\n \"é\": x}".as_bytes(), Dialect::Standard).unwrap_err();
        assert_eq!((error.position.line, error.position.column), (2, 7));
        let error = parse(b"{\n \xff", Dialect::Standard).unwrap_err();
        assert_eq!(error.kind, JsonErrorKind::NotUtf8);
        assert_eq!(error.position.offset, 3);
    }

    #[test]
    fn the_dollar_escape_exists_in_post_policies_only() {
        let read = |text: &str| parse(text.as_bytes(), Dialect::PostPolicy).unwrap().value;
        assert_eq!(read(r#""\$a""#), Value::String("$a".into()));
        assert_eq!(read(r#""\\$a""#), Value::String(r"\$a".into()));
        assert_eq!(read(r#""\\\$a""#), Value::String(r"\$a".into()));
        assert_eq!(read(r#""\u0024\/\ud83d\ude00""#), Value::String("$/😀".into()));
    }

    #[test]
    fn depth_is_limited_exactly() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(nested(MAX_JSON_DEPTH).as_bytes(), Dialect::Standard).is_ok());
        assert_eq!(error(&nested(MAX_JSON_DEPTH + 1)).0, "nested too deeply");
    }

    /// Objects and arrays of whatever is likely to confuse a reader.
    fn near_json() -> impl Strategy<Value = String> {
        let token = prop_oneof![
            Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\"a\""),
            Just("\"b\\\"\""), Just("\"\\u00e9\""), Just("\"\\ud83d\\ude00\""), Just("1"),
            Just("-0.5e+1"), Just("00"), Just("true"), Just("nul"), Just("null"), Just(" "),
            Just("\\"), Just("\""), Just("é"), Just("\n"),
        ];
        prop_oneof![
            proptest::collection::vec(token, 0..14).prop_map(|tokens| tokens.concat()),
            json_value().prop_map(|value| value.to_string()),
        ]
    }

    fn json_value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                proptest::collection::vec((any::<String>(), inner), 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn as_serde(node: &Node, text: &str) -> serde_json::Value {
        match &node.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool => text[node.offset..].starts_with('t').into(),
            Value::Number(digits) => serde_json::from_str(digits).unwrap(),
            Value::String(string) => string.as_str().into(),
            Value::Array(items) => items.iter().map(|item| as_serde(item, text)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|member| (member.key.clone(), as_serde(&member.node, text)))
                .collect(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2000,
            failure_persistence: None,
            rng_seed: proptest::test_runner::RngSeed::Fixed(403),
            ..ProptestConfig::default()
        })]

        #[test]
        fn agrees_with_serde_json(text in near_json()) {
            match (parse(text.as_bytes(), Dialect::Standard), serde_json::from_str::<serde_json::Value>(&text)) {
                (Ok(node), Ok(expected)) => prop_assert_eq!(as_serde(&node, &text), expected),
                (Err(error), Ok(_)) => prop_assert_eq!(error.kind, JsonErrorKind::DuplicateKey),
                (Ok(_), Err(error)) => prop_assert!(false, "serde_json refuses {text:?}: {error}"),
                (Err(_), Err(_)) => {}
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(&bytes, Dialect::PostPolicy);
        }

        #[test]
        fn a_written_string_reads_back(text in any::<String>()) {
            let mut written = String::new();
            write_string(&text, &mut written);
            let node = parse(written.as_bytes(), Dialect::Standard).unwrap();
            prop_assert_eq!(node.as_str(), Some(text.as_str()));
        }
    }
}
