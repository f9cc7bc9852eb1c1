//! The data of the page's script: a row for each instance, everything that comes up more than once only once.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::shown;
use crate::judge::verdict::VerdictKind;
use crate::report::entry::{Entry, Sent};
use crate::report::json::ResultFile;
use crate::report::lore::{Lore, Twin};

/// Of more instances than this the page lists those alone that are not conformant.
const MOST: usize = 20_000;

/// What stands in a row, in this order. Numbers are places in `values`, but for `ms` and `attempts`; −1 is nothing. `base` and `step` are an
/// answer and a command, `twin` the texts of given, base, edit, unchanged and about. Commands are places in `words` after two numbers: how many
/// words the one has in common with the base, at its beginning and at its end.
const COLUMNS: [&str; 16] = [
    "id",
    "cause",
    "scheme",
    "verdict",
    "ms",
    "attempts",
    "reason",
    "expected",
    "observed",
    "base",
    "step",
    "strings",
    "signature",
    "twin",
    "matrix",
    "curl",
];

/// The data as it grows.
pub(super) struct Pack {
    /// Whether what is conformant is listed too.
    has_all: bool,
    values: Table,
    words: Table,
    rows: Vec<Value>,
    unlisted: usize,
}

/// Things by their place, each once.
#[derive(Default)]
struct Table {
    all: Vec<Value>,
    places: HashMap<String, usize>,
}

impl Table {
    fn place(&mut self, value: Value) -> usize {
        let key = value.to_string();
        *self.places.entry(key).or_insert_with(|| {
            self.all.push(value);
            self.all.len() - 1
        })
    }
}

impl Pack {
    pub(super) fn new(instances: usize) -> Self {
        Self {
            has_all: instances <= MOST,
            values: Table::default(),
            words: Table::default(),
            rows: Vec::new(),
            unlisted: 0,
        }
    }

    pub(super) fn add(&mut self, entry: &Entry, scheme: &str, twin: Option<&Twin>) {
        let is_dull = entry.verdict == VerdictKind::Conformant;
        if (is_dull && !self.has_all) || self.rows.len() >= MOST {
            self.unlisted += 1;
            return;
        }
        let tenths = (entry.elapsed_ms * 10.0).round() / 10.0;
        let mut row = vec![
            json!(shown(&entry.id)),
            self.text(&entry.cause),
            self.text(scheme),
            self.text(&entry.verdict_in_words()),
            json!(tenths),
            json!(entry.attempts),
            self.text(&entry.reason),
        ];
        let expected = json!(entry.expected);
        let observed = json!(entry.observed);
        row.push(self.shown_value(expected));
        row.push(self.shown_value(observed));
        let (base, said) = self.sent(entry.base.as_ref());
        row.push(said);
        row.push(self.sent(entry.failed_step.as_ref()).1);
        row.push(match &entry.string_to_sign {
            Some(strings) => self.shown_value(json!(strings)),
            None => json!(-1),
        });
        row.push(self.maybe(entry.signature.as_deref()));
        row.push(match twin {
            Some(twin) => self.twin(twin),
            None => json!(-1),
        });
        row.push(self.shown_value(json!(entry.matrix)));
        row.push(match &entry.curl {
            Some(curl) => self.command(curl, &base).1,
            None => json!(-1),
        });
        self.rows.push(Value::Array(row));
    }

    fn text(&mut self, text: &str) -> Value {
        json!(self.values.place(json!(shown(text))))
    }

    fn maybe(&mut self, text: Option<&str>) -> Value {
        text.map_or(json!(-1), |text| self.text(text))
    }

    fn shown_value(&mut self, value: Value) -> Value {
        json!(self.values.place(harmless(value)))
    }

    fn twin(&mut self, twin: &Twin) -> Value {
        let Twin {
            given,
            base,
            edit,
            unchanged,
            about,
            ..
        } = twin;
        let about = about.as_deref().unwrap_or_default();
        let texts = [given, base, edit, unchanged, about];
        texts.iter().map(|text| self.text(text)).collect()
    }

    /// What was answered, and the command: by its words, and as it stands in the row.
    fn sent(&mut self, sent: Option<&Sent>) -> (Vec<usize>, Value) {
        let Some(sent) = sent else {
            return (Vec::new(), json!(-1));
        };
        let answer = self.shown_value(json!(sent.observed()));
        let (words, said) = self.command(&sent.curl, &[]);
        (words, json!([answer, said]))
    }

    /// A command by its words. Of one that is like another it is said how many words it has in common with that at its beginning and its end.
    fn command(&mut self, curl: &str, like: &[usize]) -> (Vec<usize>, Value) {
        let text = shown(curl);
        let words = text.split_inclusive([' ', '.', '/', '?', '&', '\'']);
        let words: Vec<usize> = words.map(|word| self.words.place(json!(word))).collect();
        let same = |(one, other): &(&usize, &usize)| one == other;
        let head = words.iter().zip(like).take_while(same).count();
        let (rest, of) = (&words[head..], &like[head..]);
        let tail = rest
            .iter()
            .rev()
            .zip(of.iter().rev())
            .take_while(same)
            .count();
        let own = &rest[..rest.len() - tail];
        let said = [head, tail].iter().chain(own).copied().collect();
        (words, said)
    }

    /// Everything that the script is given.
    pub(super) fn finish(&self, head: &ResultFile, lore: &Lore) -> Value {
        let profile = head.target.profile.as_deref().unwrap_or("embedded");
        json!({
            "target": shown(profile),
            "columns": COLUMNS,
            "values": self.values.all,
            "words": self.words.all,
            "rows": self.rows,
            "unlisted": self.unlisted,
            "causes": lore.causes,
        })
    }
}

/// A value of whose texts nothing is obeyed.
fn harmless(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(shown(&text)),
        Value::Array(items) => items.into_iter().map(harmless).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(name, value)| (shown(&name), harmless(value)))
            .collect(),
        other => other,
    }
}
