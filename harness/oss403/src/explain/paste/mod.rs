//! Answers in whatever form people paste them: XML, JSON, texts of exceptions, HTTP, HAR, logs. Untrusted.

mod har;
mod head;
mod labels;
mod phrases;
mod unwrap;
mod xml;

use std::collections::BTreeMap;

use crate::doctor::Asked;
pub use phrases::Vocabulary;

/// Most bytes of what is read.
pub const MAX_BYTES: usize = 16 << 20;
/// Most bytes of a text that is no HAR file.
const MAX_TEXT: usize = 1 << 20;
/// Most answers that are looked at.
const MOST: usize = 20;

/// What an answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pasted {
    /// HTTP status.
    pub status: Option<u16>,
    /// Elements by their names in the documentation, those of `AccessDeniedDetail` among them.
    pub elements: BTreeMap<String, String>,
    /// Headers of the answer, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The request, where it was saved too.
    pub asked: Option<Asked>,
    /// Text around it, for the signs of other services.
    pub text: String,
    /// Whether it ends in the middle.
    pub cut: bool,
}

/// Why there is nothing to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    /// Longer than a file of this kind is.
    #[error("longer than {} MiB, which no answer is", MAX_BYTES >> 20)]
    TooLong,
    /// Nothing but white space.
    #[error("there is nothing in it")]
    Empty,
    /// Not a text.
    #[error("it is no text")]
    Binary,
}

impl Pasted {
    /// The text of an element.
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.elements.get(name)?;
        (!text.trim().is_empty()).then_some(text.as_str())
    }

    /// The text without white space around it; empty when there is none.
    pub fn trimmed(&self, name: &str) -> &str {
        self.text(name).map(str::trim).unwrap_or_default()
    }

    /// Whether it has neither code nor message nor EC.
    pub fn says_nothing(&self) -> bool {
        let says = |name: &&str| self.text(name).is_some();
        !["Code", "Message", "EC"].iter().any(says)
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Takes what is not there yet.
    fn complete(&mut self, elements: BTreeMap<String, String>) {
        for (name, text) in elements {
            self.elements.entry(name).or_insert(text);
        }
    }
}

/// Reads what was pasted: at least one answer, which may say nothing.
///
/// # Errors
/// When it is too long, empty or no text.
pub fn read(bytes: &[u8], vocabulary: &Vocabulary) -> Result<Vec<Pasted>, PasteError> {
    if bytes.len() > MAX_BYTES {
        return Err(PasteError::TooLong);
    }
    let text = unwrap::text(bytes)?;
    if let Some(entries) = har::read(&text) {
        let read = |entry: har::Entry| {
            let mut pasted = of_text(&entry.body, vocabulary, &entry.headers);
            pasted.truncate(1);
            let mut pasted = pasted.pop().unwrap_or_default();
            (pasted.status, pasted.asked) = (entry.status, entry.asked);
            pasted
        };
        return Ok(entries.into_iter().take(MOST).map(read).collect());
    }
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Ok(of_text(&text[..end], vocabulary, &[]))
}

/// The answers of a text. `headers` are those of the answer where they stand elsewhere.
fn of_text(text: &str, vocabulary: &Vocabulary, headers: &[(String, String)]) -> Vec<Pasted> {
    let text = head::without_marks(text);
    let (text, asked) = (
        text.answer,
        text.request.as_deref().and_then(Asked::of_http),
    );
    let best = unwrap::views(&text)
        .into_iter()
        .map(|view| of_view(view, vocabulary, headers))
        .max_by_key(|(score, _)| *score);
    let mut found = best.map(|(_, found)| found).unwrap_or_default();
    if let (Some(asked), [.., last]) = (asked, &mut found[..]) {
        last.asked = Some(asked);
    }
    found
}

/// The answers in one reading of a text, and how much was understood.
fn of_view(
    view: String,
    vocabulary: &Vocabulary,
    headers: &[(String, String)],
) -> (usize, Vec<Pasted>) {
    let mut head = head::read(&view);
    head.headers.extend_from_slice(headers);
    let mut documents = xml::read(&view);
    let coded = head.header("x-oss-err").and_then(unwrap::base64);
    if documents.is_empty()
        && let Some(coded) = coded
    {
        documents = xml::read(&coded);
    }
    let labelled = labels::read(&view);
    let mut found: Vec<Pasted> = documents
        .into_iter()
        .map(|document| Pasted {
            elements: document.elements,
            cut: document.cut,
            ..Pasted::default()
        })
        .collect();
    if let [one] = &mut found[..] {
        one.complete(labelled.clone());
    } else if found.is_empty() {
        found.push(Pasted {
            elements: labelled.clone(),
            ..Pasted::default()
        });
    }
    let single = found.len() == 1;
    for pasted in &mut found {
        if single {
            vocabulary.complete(&view, &mut pasted.elements);
            pasted.status = head.status.or_else(|| labels::status(&view));
            pasted.headers.clone_from(&head.headers);
            pasted.complete(head.elements());
        }
        pasted.elements.remove("Status");
    }
    let score = |pasted| score(pasted) + 4 * usize::from(vocabulary.knows(pasted));
    let score = found.iter().map(score).max().unwrap_or_default();
    found.dedup_by(|later, first| later.elements == first.elements);
    found.truncate(MOST);
    if let Some(first) = found.first_mut() {
        first.text = view;
    }
    (score, found)
}

/// A message that was understood counts most.
fn score(pasted: &Pasted) -> usize {
    let has = |name| usize::from(pasted.text(name).is_some());
    let clean = |name| usize::from(!pasted.trimmed(name).contains(['\\', '&', '"', '\n']));
    let in_a_word = usize::from(!pasted.trimmed("Code").contains(char::is_whitespace));
    has("Code") * (20 + 4 * in_a_word)
        + has("Message") * (10 + 8 * clean("Message"))
        + has("EC") * 5
        + has("StringToSign") * usize::from(pasted.trimmed("StringToSign").contains('\n'))
        + pasted.elements.len()
}
