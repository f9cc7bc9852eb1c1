//! Carries out what was granted.

pub mod content;
mod crc64;
mod hex;
pub mod image;

use bytes::Bytes;

use crate::answer::{Answer, Rejection};
use crate::checks::{Form, Granted};
use crate::config::{Config, Limits};
use crate::operation::Operation;
use crate::request::Request;
use crate::world::{Content, World};

/// The body of a request, as far as its operation wanted it.
#[derive(Debug, Clone)]
pub enum Payload {
    /// It wanted none.
    None,
    /// A document.
    Small(Bytes),
    /// An object's bytes.
    Content(Content),
}

/// What an operation does with a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Nothing.
    Nothing,
    /// Reads it as a document.
    Small {
        /// Most bytes it may have.
        limit: usize,
    },
    /// Stores it.
    Content {
        /// Most bytes it may have.
        limit: u64,
    },
}

/// What `operation` does with the body.
pub fn wants(_operation: Operation, _limits: &Limits) -> Wants {
    Wants::Nothing
}

/// Carries out what was granted.
///
/// # Errors
/// What the operation itself finds wrong: absent things, conflicts, documents that cannot be read.
pub fn execute(
    _world: &mut World,
    _config: &Config,
    _now: i64,
    _request: &Request,
    _form: Option<&Form>,
    _granted: &Granted,
    _payload: Payload,
) -> Result<Answer, Rejection> {
    Err(Rejection::new(501, "NotImplemented", "A header you provided implies functionality that is not implemented."))
}
