//! The recursive descent behind [`parse`].

use std::collections::HashSet;

use super::{Dialect, JsonError, JsonErrorKind, MAX_JSON_DEPTH, Member, Node, Position, Value};

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
    reader.document().map_err(|kind| fail(kind, reader.at))
}

/// An error leaves `at` where it was met.
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
