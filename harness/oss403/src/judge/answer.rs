//! An answer as judging reads it.

use std::cell::OnceCell;

use super::envelope::{Envelope, EnvelopeError};
use crate::wire::exchange::{Exchange, Response};

/// An answer with its envelope, which is parsed when it is first asked for, and once.
#[derive(Debug)]
pub struct Answer<'r> {
    /// The request, and what came back.
    pub exchange: &'r Exchange,
    /// What came back.
    pub response: &'r Response,
    envelope: OnceCell<Result<Envelope, EnvelopeError>>,
}

impl<'r> Answer<'r> {
    /// The answer of an exchange, if it has one.
    pub fn of(exchange: &'r Exchange) -> Option<Self> {
        Some(Self {
            exchange,
            response: exchange.response()?,
            envelope: OnceCell::new(),
        })
    }

    /// Its envelope.
    ///
    /// # Errors
    /// Why there is none.
    pub fn envelope(&self) -> Result<&Envelope, &EnvelopeError> {
        let read = || Envelope::of(self.exchange, self.response);
        self.envelope.get_or_init(read).as_ref()
    }

    /// The text of an element of the envelope, as far as there is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.envelope().ok()?.text(name)
    }

    /// Whether it answers a HEAD.
    pub(crate) fn is_head(&self) -> bool {
        self.exchange.request.method.eq_ignore_ascii_case("HEAD")
    }

    /// Whether a base may be answered so: with the status that its scenario names, and otherwise with a success.
    pub(crate) fn suits_base(&self, wanted: Option<u16>) -> bool {
        let status = self.response.status;
        wanted.map_or(self.response.is_success(), |wanted| wanted == status)
    }

    /// Status, code and message on one line, for a reason.
    pub(crate) fn in_words(&self) -> String {
        let status = self.response.status;
        match (self.text("Code"), self.text("Message")) {
            (Some(code), Some(said)) => format!("{status} {} ({:?})", shorten(code), shorten(said)),
            (Some(code), None) => format!("{status} {}", shorten(code)),
            (None, _) => status.to_string(),
        }
    }
}

/// Why an exchange says nothing of what the server decided, with what came of the same request before.
pub(crate) fn unreadable(exchange: &Exchange) -> Option<String> {
    let why = exchange.unreadable()?;
    if exchange.earlier.is_empty() {
        return Some(why);
    }
    let times = exchange.earlier.len() + 1;
    let earlier = exchange.earlier.join("; ");
    Some(format!("{why} (sent {times} times: {earlier}; {why})"))
}

/// Longest text of a server that a report repeats, in characters.
const MAX_TEXT: usize = 1000;

/// A server may answer as long a text as it likes; a report need not repeat all of it.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
