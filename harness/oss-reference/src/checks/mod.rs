//! The ordered table of checks: reading it top to bottom is reading how OSS says no.
//!
//! For the front: after [`decide`] has granted a request whose body is small and has been read, call [`decide_body`] with it before
//! carrying the request out; a few rows (domain ownership, public policies) rest on what the body says.

use std::borrow::Cow;

use crate::answer::Refusal;
use crate::config::Config;
use crate::denial::Cause;
use crate::operation::Operation;
use crate::request::Request;
use crate::world::World;

mod inquiry;

pub use inquiry::{Caller, Inquiry};

/// PostObject's fields in the order they came, up to `file`. Parsed by the front before the file's bytes.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Names as sent, and values.
    pub fields: Vec<(String, String)>,
    /// The `filename` of the file part.
    pub file_name: Option<String>,
    /// The Content-Type of the file part.
    pub file_content_type: Option<String>,
}

impl Form {
    /// First value of the field `name`, compared without regard to case (help page: PostObject).
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The key the file will have: the field `key` with `${filename}` expanded; `None` when it is absent or empty.
    pub fn key(&self) -> Option<Cow<'_, str>> {
        let key = self.field("key").filter(|key| !key.is_empty())?;
        if !key.contains("${filename}") {
            return Some(Cow::Borrowed(key));
        }
        let name = self.file_name.as_deref().unwrap_or("");
        Some(Cow::Owned(key.replace("${filename}", name)))
    }
}

/// What [`decide`] found: the request may be carried out, as this operation, by this caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// What is asked.
    pub operation: Operation,
    /// Who asks.
    pub caller: Caller,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub enum Row {
    /// Answers with 400, 404, 405, 409, or with a 403 outside the documented list; cannot be switched off.
    Guard(Guard),
    /// One of the documented 403 refusals.
    Check(Check),
}

impl Row {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Guard(guard) => guard.name,
            Self::Check(check) => check.name,
        }
    }
}

/// See [`Row::Guard`].
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// What it rests on.
    pub source: &'static str,
    /// Passes or refuses.
    pub decide: fn(&Inquiry<'_>) -> Result<(), Refusal>,
}

/// See [`Row::Check`].
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its name, in kebab-case: public, as configurations name it.
    pub name: &'static str,
    /// The causes it may answer with.
    pub causes: &'static [Cause],
    /// What it rests on.
    pub source: &'static str,
    /// Passes or refuses.
    pub decide: fn(&Inquiry<'_>) -> Result<(), Refusal>,
}

/// The ordered table.
pub static TABLE: &[Row] = &[];

/// Runs the table.
///
/// # Errors
/// The refusal of the first row that does not pass.
pub fn decide(inquiry: &Inquiry<'_>) -> Result<Granted, Refusal> {
    let operation = inquiry.operation()?;
    Ok(Granted { operation, caller: inquiry.caller().clone() })
}

/// Runs the rows that rest on a small body, once it has been read.
///
/// # Errors
/// The refusal of the first row that does not pass.
pub fn decide_body(_inquiry: &Inquiry<'_>, _body: &[u8]) -> Result<(), Refusal> {
    Ok(())
}

/// Whether the caller may do `operation` to `key` of the request's bucket: DeleteMultipleObjects asks it for each key.
pub fn may(_inquiry: &Inquiry<'_>, _operation: Operation, _key: &str) -> bool {
    true
}

#[allow(dead_code)]
fn unused(_: &Request, _: &World, _: &Config) {}
