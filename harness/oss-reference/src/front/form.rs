//! Reads `multipart/form-data` (RFC 7578) as PostObject sends it: fields first, then one file, which is streamed.
//!
//! The parser is fed with bytes as they arrive and does no I/O. A delimiter may lie across any number of arriving pieces.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memmem;

use super::part_head::{PartHead, boundary};
use crate::answer::Rejection;
use crate::config::Limits;
use crate::request::Form;

/// Room for a part's headers besides the name of its field.
const PART_HEAD: usize = 8 * 1024;
/// What the parser found next.
#[derive(Debug)]
pub(crate) enum Step {
    /// It needs more bytes.
    More,
    /// All fields before the file have been read; the file's bytes come next.
    Fields(Form),
    /// The next bytes of the file.
    File(Bytes),
    /// The form is complete, closing delimiter included.
    End,
}

/// Where the parser stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first delimiter.
    Preamble,
    /// Behind a delimiter: `--` ends the form, a line break begins a part.
    Delimiter,
    /// In a part's headers.
    Head,
    /// In a field's value.
    Value,
    /// In the file's bytes.
    File,
    /// Behind the closing delimiter, where nothing counts any more.
    Epilogue,
}

/// A push parser for one form.
#[derive(Debug)]
pub(crate) struct FormParser {
    /// `\r\n--boundary`. A line break is put before the body so that the first delimiter looks like all others.
    delimiter: Vec<u8>,
    buffer: BytesMut,
    state: State,
    form: Form,
    field: String,
    seen_file: bool,
    field_bytes: usize,
    /// How much of the front of the buffer is known not to hold what is looked for.
    searched: usize,
    /// How many bytes have been searched altogether.
    effort: u64,
    limits: Limits,
}

/// A whole form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadForm {
    /// The fields before the file, and what the file part says of itself.
    pub form: Form,
    /// The bytes of the file.
    pub file: Vec<u8>,
    /// How many bytes were searched for the ends of parts. It is linear in the body, however small the pieces are in which
    /// it arrives.
    pub effort: u64,
}

/// Reads a form that has arrived in pieces.
///
/// # Errors
/// The 400 answers of PostObject to forms that cannot be read.
pub fn read_form<'p>(
    content_type: &str,
    pieces: impl IntoIterator<Item = &'p [u8]>,
    limits: &Limits,
) -> Result<ReadForm, Rejection> {
    let mut parser = FormParser::new(content_type, limits)?;
    let (mut form, mut file) = (None, Vec::new());
    for piece in pieces {
        parser.feed(piece);
        loop {
            match parser.step()? {
                Step::More | Step::End => break,
                Step::Fields(fields) => form = Some(fields),
                Step::File(bytes) => file.extend_from_slice(&bytes),
            }
        }
    }
    parser.finish()?;
    Ok(ReadForm {
        form: form.ok_or_else(wrong_number_of_files)?,
        file,
        effort: parser.effort,
    })
}

impl FormParser {
    /// A parser for a body of this Content-Type.
    ///
    /// # Errors
    /// 400 `RequestIsNotMultiPartContent` for any other type, 400 `MalformedPOSTRequest` when the boundary is missing.
    pub(crate) fn new(content_type: &str, limits: &Limits) -> Result<Self, Rejection> {
        let boundary = boundary(content_type)?;
        let mut buffer = BytesMut::with_capacity(1024);
        buffer.extend_from_slice(b"\r\n");
        Ok(Self {
            delimiter: [b"\r\n--", boundary.as_bytes()].concat(),
            buffer,
            state: State::Preamble,
            form: Form::default(),
            field: String::new(),
            seen_file: false,
            field_bytes: 0,
            searched: 0,
            effort: 0,
            limits: limits.clone(),
        })
    }

    /// Adds bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Goes on as far as the bytes allow.
    ///
    /// # Errors
    /// The 400 answers of PostObject to forms that cannot be read.
    pub(crate) fn step(&mut self) -> Result<Step, Rejection> {
        loop {
            match self.state {
                State::Preamble => {
                    if self.skip_to_delimiter().is_none() {
                        return Ok(Step::More);
                    }
                    self.state = State::Delimiter;
                }
                State::Delimiter => match self.behind_delimiter()? {
                    Some(state) => self.state = state,
                    None => return Ok(Step::More),
                },
                State::Head => match self.head()? {
                    Some(State::File) => {
                        self.state = State::File;
                        return Ok(Step::Fields(std::mem::take(&mut self.form)));
                    }
                    Some(state) => self.state = state,
                    None => return Ok(Step::More),
                },
                State::Value => {
                    if !self.value()? {
                        return Ok(Step::More);
                    }
                    self.state = State::Delimiter;
                }
                State::File => {
                    return Ok(match self.file() {
                        Some(bytes) => Step::File(bytes),
                        None if self.state == State::Delimiter => continue,
                        None => Step::More,
                    });
                }
                State::Epilogue => {
                    self.buffer.clear();
                    return if self.seen_file {
                        Ok(Step::End)
                    } else {
                        Err(wrong_number_of_files())
                    };
                }
            }
        }
    }

    /// To be called when the body has ended.
    ///
    /// # Errors
    /// 400 `MalformedPOSTRequest` when the closing delimiter has not been seen.
    pub(crate) fn finish(&self) -> Result<(), Rejection> {
        if self.state == State::Epilogue {
            Ok(())
        } else {
            Err(malformed("the closing boundary is missing"))
        }
    }

    /// Drops everything up to and including the next delimiter; `None` when it has not arrived.
    fn skip_to_delimiter(&mut self) -> Option<()> {
        if let Some(at) = self.find_delimiter() {
            self.buffer.advance(at + self.delimiter.len());
            return Some(());
        }
        // The tail may be the beginning of a delimiter.
        self.buffer.advance(std::mem::take(&mut self.searched));
        None
    }

    fn behind_delimiter(&mut self) -> Result<Option<State>, Rejection> {
        if self.buffer.len() < 2 {
            return Ok(None);
        }
        if self.buffer.starts_with(b"--") {
            return Ok(Some(State::Epilogue));
        }
        // RFC 2046: blanks may stand between a boundary and its line break.
        let padding = self
            .buffer
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        match self.buffer.get(padding..padding + 2) {
            Some(b"\r\n") => {
                // The line break stays: it makes a part without headers look like `\r\n\r\n` too.
                self.buffer.advance(padding);
                Ok(Some(State::Head))
            }
            Some(_) => Err(malformed("a boundary is not followed by a line break")),
            None if padding > PART_HEAD => {
                Err(malformed("a boundary is not followed by a line break"))
            }
            None => Ok(None),
        }
    }

    fn head(&mut self) -> Result<Option<State>, Rejection> {
        let longest = self.limits.form_field_name + PART_HEAD;
        let Some(end) = self.find(b"\r\n\r\n") else {
            return if self.buffer.len() > longest {
                Err(too_long())
            } else {
                Ok(None)
            };
        };
        if end > longest {
            return Err(too_long());
        }
        let head = self.buffer.split_to(end + 4);
        let head = std::str::from_utf8(&head[..end])
            .map_err(|_| malformed("a part's headers are not UTF-8"))?;
        let head =
            PartHead::parse(head).ok_or_else(|| malformed("a part does not name its field"))?;
        if head.name.len() > self.limits.form_field_name {
            return Err(too_long());
        }
        if head.name.eq_ignore_ascii_case("file") {
            if self.seen_file {
                return Err(wrong_number_of_files());
            }
            self.seen_file = true;
            self.form.file_name = head.file_name;
            self.form.file_content_type = head.content_type;
            return Ok(Some(State::File));
        }
        self.field = head.name;
        Ok(Some(State::Value))
    }

    /// Takes a field's value once all of it is there.
    fn value(&mut self) -> Result<bool, Rejection> {
        let Some(end) = self.find_delimiter() else {
            let longest = self.limits.form_field_value + self.delimiter.len();
            return if self.buffer.len() > longest {
                Err(too_long())
            } else {
                Ok(false)
            };
        };
        if end > self.limits.form_field_value {
            return Err(too_long());
        }
        self.field_bytes += end + self.field.len();
        if self.field_bytes > self.limits.form_fields {
            return Err(too_long());
        }
        let value = self.buffer.split_to(end);
        self.buffer.advance(self.delimiter.len());
        // Fields behind the file are ignored (help page: PostObject).
        if !self.seen_file {
            let value = String::from_utf8(value.into())
                .map_err(|_| malformed("a field's value is not UTF-8"))?;
            self.form
                .fields
                .push((std::mem::take(&mut self.field), value));
        }
        Ok(true)
    }

    /// The next bytes of the file. `None` with the state changed means that the file is over.
    fn file(&mut self) -> Option<Bytes> {
        let (settled, ended) = match self.find_delimiter() {
            Some(at) => (at, true),
            None => (std::mem::take(&mut self.searched), false),
        };
        let bytes = self.buffer.split_to(settled).freeze();
        if ended && bytes.is_empty() {
            self.buffer.advance(self.delimiter.len());
            self.state = State::Delimiter;
        }
        (!bytes.is_empty()).then_some(bytes)
    }

    fn find_delimiter(&mut self) -> Option<usize> {
        let delimiter = std::mem::take(&mut self.delimiter);
        let found = self.find(&delimiter);
        self.delimiter = delimiter;
        found
    }

    /// Looks for `wanted` where it has not been looked for yet: a client may send one byte at a time, and what it has sent before
    /// must not be searched again for each.
    fn find(&mut self, wanted: &[u8]) -> Option<usize> {
        let fresh = &self.buffer[self.searched..];
        self.effort += fresh.len() as u64;
        match memmem::find(fresh, wanted) {
            Some(at) => Some(std::mem::take(&mut self.searched) + at),
            None => {
                // The tail may be the beginning of it.
                self.searched = self.buffer.len().saturating_sub(wanted.len() - 1);
                None
            }
        }
    }
}

/// 400 `MalformedPOSTRequest`; what is wrong goes into an element of its own.
pub(super) fn malformed(detail: &str) -> Rejection {
    Rejection::new(
        400,
        "MalformedPOSTRequest",
        "The body of your POST request is not well-formed multipart/form-data.",
    )
    .extra("Detail", detail)
}

fn too_long() -> Rejection {
    Rejection::new(
        400,
        "FieldItemTooLong",
        "Your post request fields value is too long.",
    )
}

fn wrong_number_of_files() -> Rejection {
    Rejection::new(
        400,
        "IncorrectNumberOfFilesInPOSTRequest",
        "POST requires exactly one file upload per request.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=\"b b\"";

    fn part(name: &str, value: &str) -> String {
        format!("--b b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    /// Feeds `body` in pieces of `size` and gives the form, the file, and whether the form was complete.
    fn parse(body: &[u8], size: usize) -> Result<(Form, Vec<u8>), Rejection> {
        let mut parser = FormParser::new(TYPE, &Limits::default())?;
        let (mut form, mut file) = (None, Vec::new());
        for piece in body.chunks(size) {
            parser.feed(piece);
            loop {
                match parser.step()? {
                    Step::More | Step::End => break,
                    Step::Fields(fields) => form = Some(fields),
                    Step::File(bytes) => file.extend(bytes),
                }
            }
        }
        parser.finish()?;
        Ok((form.expect("a complete form has a file"), file))
    }

    #[test]
    fn every_way_of_cutting_gives_the_same_form() {
        let file = "line\r\n--b \r\n--b\r\n\r\n--b x end";
        let body = format!(
            "preamble\r\n{}{}--b b \t\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\a\\\"q\\\".txt\"\r\n\
             content-type: text/x\r\n\r\n{file}\r\n{}--b b--\r\nepilogue --b b",
            part("key", "a/${filename}"),
            part("x", ""),
            part("submit", "ignored"),
        );
        for size in 1..body.len() {
            let (form, read) = parse(body.as_bytes(), size)
                .unwrap_or_else(|error| panic!("size {size}: {error:?}"));
            assert_eq!(
                form.fields,
                [
                    ("key".into(), "a/${filename}".into()),
                    ("x".into(), String::new())
                ]
            );
            assert_eq!(form.file_name.as_deref(), Some("C:\\a\"q\".txt"));
            assert_eq!(form.file_content_type.as_deref(), Some("text/x"));
            assert_eq!(String::from_utf8(read).unwrap(), file, "size {size}");
        }
    }

    #[test]
    fn a_value_that_arrives_byte_by_byte_is_not_searched_again_for_each() {
        let body = format!(
            "{}{}--b b--",
            part("k", &"v".repeat(20_000)),
            part("file", &"f".repeat(20_000))
        );
        let read = read_form(TYPE, body.as_bytes().chunks(1), &Limits::default()).expect("a form");
        let bytes = body.len() as u64;
        // Each byte is searched once, with the tail that may begin a delimiter.
        assert!(
            read.effort < 20 * bytes,
            "{} bytes searched for {bytes}",
            read.effort
        );
    }

    #[test]
    fn defects_have_their_codes() {
        let code = |body: &str| {
            parse(body.as_bytes(), 7)
                .err()
                .map(|rejection| rejection.code)
        };
        let file = part("file", "x");
        assert_eq!(code(&format!("{file}--b b--")), None);
        assert_eq!(code(&file), Some("MalformedPOSTRequest"));
        assert_eq!(code(""), Some("MalformedPOSTRequest"));
        assert_eq!(code("--b bX\r\n"), Some("MalformedPOSTRequest"));
        assert_eq!(
            code("--b b\r\n\r\nvalue\r\n--b b--"),
            Some("MalformedPOSTRequest")
        );
        assert_eq!(
            code("--b b\r\nContent-Disposition: form-data\r\n\r\nv\r\n--b b--"),
            Some("MalformedPOSTRequest")
        );
        assert_eq!(
            code(&format!("{}--b b--", part("key", "x"))),
            Some("IncorrectNumberOfFilesInPOSTRequest")
        );
        assert_eq!(
            code(&format!("{file}{file}--b b--")),
            Some("IncorrectNumberOfFilesInPOSTRequest")
        );
        let long = "n".repeat((8 << 10) + 1);
        assert_eq!(
            code(&format!("{}{file}--b b--", part(&long, "x"))),
            Some("FieldItemTooLong")
        );
        let long = "v".repeat((2 << 20) + 1);
        let body = format!("{}{file}--b b--", part("k", &long));
        assert_eq!(
            parse(body.as_bytes(), 1 << 16).unwrap_err().code,
            "FieldItemTooLong"
        );
    }

    #[test]
    fn content_types_are_read() {
        let code = |text: &str| {
            FormParser::new(text, &Limits::default())
                .err()
                .map(|rejection| rejection.code)
        };
        assert_eq!(code("Multipart/Form-Data;charset=utf-8; Boundary=x"), None);
        assert_eq!(
            code("text/plain; boundary=x"),
            Some("RequestIsNotMultiPartContent")
        );
        assert_eq!(code(""), Some("RequestIsNotMultiPartContent"));
        assert_eq!(code("multipart/form-data"), Some("MalformedPOSTRequest"));
        assert_eq!(
            code("multipart/form-data; boundary=\"x"),
            Some("MalformedPOSTRequest")
        );
    }
}
