//! What an argument names when it is no file: a cause, a code, an EC, a message, or an answer itself.

use std::collections::BTreeMap;

use oss403_case::{Ledger, suggest};

use super::ecs::{self, ECS, Ec};
use super::paste::{Pasted, Vocabulary};

/// What it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// The id of a cause.
    Cause(String),
    /// A code.
    Code(String),
    /// An EC that is known.
    Ec(&'static Ec),
    /// An EC that is not.
    UnknownEc {
        /// Known ones that look like it.
        nearest: Option<&'static str>,
    },
    /// A message that is known.
    Message(Box<Pasted>),
    /// A text with elements of an answer in it.
    Answer,
    /// A message that is not known.
    UnknownMessage {
        /// The known one that is most like it.
        nearest: Option<String>,
    },
    /// A word that is none of these.
    Unknown {
        /// What was probably meant.
        nearest: Option<String>,
    },
}

/// Characters of the shortest part of a message that is looked for: two words.
const SHORTEST_PART: usize = 8;

/// What a text names. Letters may be in any case.
pub fn term(text: &str, ledger: &Ledger, vocabulary: &Vocabulary) -> Term {
    let text = text.trim();
    let causes = ledger.listed().iter().map(|row| row.id.as_str());
    let mut causes = causes.filter(|id| id.eq_ignore_ascii_case(text));
    if let Some(id) = causes.next() {
        return Term::Cause(id.to_owned());
    }
    let mut codes = vocabulary.codes();
    if let Some(code) = codes.find(|code| code.eq_ignore_ascii_case(text)) {
        return Term::Code(code.to_owned());
    }
    let bare = match text.split_once([' ', ':']) {
        Some((label, ec)) if label.eq_ignore_ascii_case("ec") => ec.trim_start_matches([' ', ':']),
        _ => text,
    };
    if let Some(ec) = ecs::find(bare) {
        return Term::Ec(ec);
    }
    let is_like_ec = text.len() > 6
        && text.contains('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_like_ec {
        let nearest = suggest::nearest(text, ECS.iter().map(|ec| ec.ec));
        return if ecs::is_ec(text) {
            Term::UnknownEc { nearest }
        } else {
            Term::Unknown {
                nearest: nearest.map(str::to_owned),
            }
        };
    }
    if text.contains(['<', '{', '\n', '&', '='])
        || text.contains(": ") && !text.contains("Policy: ") && !text.starts_with("CORSResponse: ")
    {
        return Term::Answer;
    }
    if text.contains(' ') {
        return message(text, vocabulary);
    }
    let causes = ledger.causes().map(|file| file.cause.as_str());
    let known: Vec<&str> = causes.chain(vocabulary.codes()).collect();
    Term::Unknown {
        nearest: suggest::nearest(text, known).map(str::to_owned),
    }
}

fn message(text: &str, vocabulary: &Vocabulary) -> Term {
    let mut elements = BTreeMap::from([("Message".to_owned(), text.to_owned())]);
    let exact = vocabulary
        .messages()
        .any(|message| crate::judge::message::matches(message, text));
    // A part of a message, or a message with more around it.
    let folded = text.to_lowercase();
    let part = vocabulary.messages().find(|message| {
        let message = message.to_lowercase();
        (folded.len() >= SHORTEST_PART && message.contains(folded.trim_end_matches('.')))
            || folded.contains(&message)
    });
    match part.filter(|_| !exact) {
        Some(part) => drop(elements.insert("Message".to_owned(), part.to_owned())),
        None if !exact => {
            return Term::UnknownMessage {
                nearest: suggest::nearest(text, vocabulary.messages()).map(str::to_owned),
            };
        }
        None => {}
    }
    Term::Message(Box::new(Pasted {
        elements,
        ..Pasted::default()
    }))
}
