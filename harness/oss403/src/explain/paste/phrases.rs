//! Codes, messages and ECs that are known, found anywhere in a text.

use std::collections::BTreeMap;

use crate::explain::ecs;
use crate::judge::message::matches;
use oss403_case::Ledger;
use oss403_case::ledger::ANY_MESSAGE;

/// The codes and messages of the ledger.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    /// Messages, the longest first, with a code that goes with each.
    messages: Vec<(String, String)>,
    /// Codes, the longest first.
    codes: Vec<String>,
}

/// Codes of answers besides the ledger's.
const OTHER_CODES: [&str; 12] = [
    "InvalidArgument",
    "InvalidRequest",
    "AuthorizationHeaderMalformed",
    "AuthorizationArgumentError",
    "NoSuchBucket",
    "NoSuchKey",
    "InvalidBucketName",
    "InvalidPolicyDocument",
    "MalformedPOSTRequest",
    "BadRequest",
    "InDebt",
    "InDebtOverdue",
];

impl Vocabulary {
    /// That of a ledger.
    pub fn of(ledger: &Ledger) -> Self {
        let mut messages = Vec::new();
        let mut codes: Vec<String> = OTHER_CODES.map(str::to_owned).to_vec();
        for file in ledger.causes() {
            codes.push(file.code.clone());
            messages.push((file.message.clone(), file.code.clone()));
            for other in &file.alternatives {
                let code = other.code.as_ref().unwrap_or(&file.code);
                codes.push(code.clone());
                let message = other.message.as_ref().unwrap_or(&file.message);
                messages.push((message.clone(), code.clone()));
            }
        }
        // A word may stand anywhere and mean nothing.
        messages.retain(|(message, _)| message != ANY_MESSAGE && message.contains(' '));
        messages.sort_by_key(|(message, _)| std::cmp::Reverse(message.len()));
        codes.sort_by_key(|code| std::cmp::Reverse(code.len()));
        codes.dedup();
        Self { messages, codes }
    }

    /// Every code.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.codes.iter().map(String::as_str)
    }

    /// Every message.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        self.messages.iter().map(|(message, _)| message.as_str())
    }

    /// Whether the message of an answer is a known one.
    pub(super) fn knows(&self, pasted: &super::Pasted) -> bool {
        let said = pasted.trimmed("Message");
        !said.is_empty() && self.messages().any(|message| matches(message, said))
    }

    /// Adds what stands in the text and in none of the elements.
    pub(super) fn complete(&self, text: &str, elements: &mut BTreeMap<String, String>) {
        let flat = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace('’', "'")
            // As SQL writes it.
            .replace("''", "'");
        let known = elements
            .get("Message")
            .is_some_and(|said| self.messages().any(|message| matches(message, said)));
        let phrase = self
            .messages
            .iter()
            .find(|(message, _)| flat.contains(message.trim_end_matches('.')));
        if let Some((message, _)) = phrase.filter(|_| !known) {
            let said = with_condition(message, &flat);
            elements.insert("Message".into(), said);
        }
        let has_code = elements
            .get("Code")
            .is_some_and(|code| self.codes.contains(code));
        if !has_code {
            let code = self.codes.iter().find(|code| has_word(text, code));
            if let Some(code) = code {
                elements.insert("Code".into(), code.clone());
            } else if let Some((_, code)) = phrase.filter(|_| !elements.contains_key("Code")) {
                elements.insert("Code".into(), code.clone());
            }
        }
        if !elements.contains_key("EC")
            && let Some(ec) = ec_in(text)
        {
            elements.insert("EC".into(), ec);
        }
    }
}

/// A message that goes on with the condition that failed, up to its bracket.
fn with_condition(message: &str, text: &str) -> String {
    if !message.ends_with(':') {
        return message.to_owned();
    }
    let rest = text.split_once(message).map_or("", |(_, rest)| rest);
    let end = rest.find(']').map_or(0, |at| at + 1);
    format!("{message}{}", &rest[..end])
}

fn has_word(text: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let after = &text[at + word.len()..];
        // `AccessDeniedError` is how JavaScript names it.
        let after = after.strip_prefix("Error").unwrap_or(after);
        !inside(text[..at].chars().next_back()) && !inside(after.chars().next())
    })
}

/// The first EC in a text.
fn ec_in(text: &str) -> Option<String> {
    let dashes = text.match_indices('-').map(|(at, _)| at);
    let mut found = dashes.filter_map(|at| {
        let start = at.checked_sub(4)?;
        let ec = text.get(start..at + 9)?;
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
        let alone =
            !digit(text[..start].chars().next_back()) && !digit(text[at + 9..].chars().next());
        (ecs::is_ec(ec) && alone).then(|| ec.to_owned())
    });
    found.next()
}
