//! Typed reading of plain values, with errors that know their path and speak the language of a case's author.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::model::Capability;
use super::place::{Part, Path, Step};
use super::plain::{Fault, Plain};
use super::suggest;

/// Something wrong in a document, before its place in the text is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// The way to the entry.
    pub path: Path,
    /// Whether its key or its value is wrong.
    pub part: Part,
    /// What kind of problem it is.
    pub kind: Kind,
    /// The word within the value, when it is not the whole of it.
    pub word: Option<String>,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A key that is not there, by its name; the path leads to the map.
    Missing(&'static str),
    /// A key or a word that does not exist, or a value of another type.
    Shape,
    /// Well-formed, and against a rule of the language.
    Rule,
}

impl Problem {
    /// The same with help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether it is a key that does not exist, and its help names this one instead.
    pub fn may_be_meant_as(&self, key: &str) -> bool {
        let wanted = format!("did you mean `{key}`?");
        self.part == Part::Key && self.help.as_ref() == Some(&wanted)
    }

    /// The same, about a word within the value.
    #[must_use]
    pub fn word(mut self, word: impl Into<String>) -> Self {
        self.word = Some(word.into());
        self
    }
}

/// Reads a value as a type.
///
/// # Errors
/// The first fault.
pub fn first<T: DeserializeOwned>(value: &Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Plain(value)).map_err(|error| {
        let path = Path(error.path().iter().filter_map(step).collect());
        problem(path, error.inner(), value)
    })
}

/// Reads a value as a type.
///
/// # Errors
/// Every fault but what hides behind another: entries that are wrong are taken out one by one to see what else is.
pub fn all<T: DeserializeOwned>(value: &Value) -> Result<T, Vec<Problem>> {
    const MOST: usize = 32;
    let mut problems: Vec<Problem> = Vec::new();
    let mut taken: Vec<Path> = Vec::new();
    let mut rest = None;
    loop {
        let problem = match first::<T>(rest.as_ref().unwrap_or(value)) {
            Ok(read) if problems.is_empty() => return Ok(read),
            Ok(_) => return Err(problems),
            Err(problem) => problem,
        };
        if let Kind::Missing(key) = problem.kind {
            // What was taken out is missing now, what is there under a mistyped name was told; what is missing otherwise is a fault.
            let mistyped = |found: &Problem| found.may_be_meant_as(key);
            if !taken.contains(&problem.path.then(key)) && !problems.iter().any(mistyped) {
                problems.push(problem);
            }
            return Err(problems);
        }
        let entry = entry_of(&problem.path);
        // Taking an entry out can make the map around it wrong, which is no fault of the author's.
        if !taken.iter().any(|path| path.0.starts_with(&problem.path.0)) {
            problems.push(problem);
        }
        let goes_on =
            taken.len() < MOST && take_out(rest.get_or_insert_with(|| value.clone()), &entry);
        if !goes_on {
            return Err(problems);
        }
        taken.push(entry);
    }
}

/// The entry of a map that a path leads to or through: items of lists cannot be taken out without moving their neighbours.
fn entry_of(path: &Path) -> Path {
    let last = path.0.iter().rposition(|step| matches!(step, Step::Key(_)));
    Path(path.0[..last.map_or(0, |last| last + 1)].to_vec())
}

fn step(segment: &Segment) -> Option<Step> {
    match segment {
        Segment::Seq { index } => Some(Step::Index(*index)),
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Enum { variant } => Some(Step::Key(variant.clone())),
        Segment::Unknown => None,
    }
}

fn take_out(value: &mut Value, path: &Path) -> bool {
    let Some((last, above)) = path.0.split_last() else {
        return false;
    };
    let mut node = value;
    for step in above {
        let next = match step {
            Step::Index(index) => node.get_mut(index),
            Step::Key(key) => node.get_mut(key),
        };
        match next {
            Some(next) => node = next,
            None => return false,
        }
    }
    match (last, node) {
        (Step::Key(key), Value::Object(map)) => map.shift_remove(key).is_some(),
        _ => false,
    }
}

/// Serde speaks of fields, variants and types of Rust; an author knows keys and values.
fn problem(path: Path, fault: &Fault, whole: &Value) -> Problem {
    if let Some(meant) = meant_as_bucket(&path) {
        return meant;
    }
    let ends_with = |word: &str| matches!(path.0.last(), Some(Step::Key(last)) if *last == *word);
    let mut kind = Kind::Shape;
    let (part, message, help) = match fault {
        Fault::UnknownKey(word, known) => {
            let help = match is_piece_of_a_text(word, whole, &path) {
                true => "a comma ends an entry inside `{ }`: put the whole text in quotes".into(),
                false => suggest::help(word, known.iter().copied(), "keys"),
            };
            (Part::Key, format!("unknown key `{word}`"), Some(help))
        }
        Fault::UnknownWord(word, known) => {
            let help = match list_of(&path) {
                CAPABILITY => unknown_capability(word),
                _ => suggest::help(word, known.iter().copied(), "words"),
            };
            let part = if ends_with(word) {
                Part::Key
            } else {
                Part::Value
            };
            let message = format!("unknown {} `{word}`", list_of(&path));
            (part, message, Some(help))
        }
        Fault::Missing(key) => {
            kind = Kind::Missing(key);
            (Part::Key, format!("the key `{key}` is missing"), None)
        }
        Fault::Unfit { found, wanted } => {
            let wanted = wanted_in_words(wanted);
            let help = help_for(&wanted, whole, &path);
            let message = format!("{wanted} is needed here, not {found}");
            (Part::Value, message, help)
        }
        Fault::Said(message) => (Part::Value, message.clone(), None),
    };
    let path = match fault {
        // The path ends with the key itself, unless the reader lost it.
        Fault::UnknownKey(word, _) if !ends_with(word) => path.then(word.as_str()),
        _ => path,
    };
    Problem {
        path,
        part,
        kind,
        word: None,
        message,
        help,
    }
}

/// Keys of a bucket that nobody would give a bucket as its name.
const OF_A_BUCKET: [&str; 8] = [
    "objects",
    "uploads",
    "acl",
    "region",
    "storage-class",
    "cors",
    "worm",
    "encryption",
];

/// `given: { buckets: { objects: … } }`: what is wrong below it is that somebody meant the scenario's own bucket.
fn meant_as_bucket(path: &Path) -> Option<Problem> {
    let steps = path.0.iter();
    let keys: Vec<&str> = steps
        .map_while(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        })
        .collect();
    let ["given", "buckets", name] = keys[..keys.len().min(3)] else {
        return None;
    };
    if !OF_A_BUCKET.contains(&name) {
        return None;
    }
    Some(Problem {
        path: Path::from(["given", "buckets"]),
        part: Part::Key,
        kind: Kind::Shape,
        word: None,
        message: format!(
            "`buckets` are further ones, each under a name, and `{name}` describes one"
        ),
        help: Some("did you mean `bucket`?".into()),
    })
}

/// What to write instead of a capability that does not exist.
pub fn unknown_capability(word: &str) -> String {
    const LIST: &str = "`oss403 list --capabilities` shows all of them";
    if word == "path-style" {
        return "write `addressing: { style: path }` instead".into();
    }
    if let Some(group) = Capability::named(word) {
        let members: Vec<&str> = group.members.iter().map(|member| member.as_str()).collect();
        return format!(
            "it stands for several: name one of {}",
            suggest::quoted(&members)
        );
    }
    let likely = suggest::likely(word, Capability::NAMES.iter().copied());
    match likely[..] {
        [] => LIST.into(),
        [one] => format!("did you mean `{one}`? {LIST}"),
        _ => format!("did you mean one of {}? {LIST}", suggest::quoted(&likely)),
    }
}

const CAPABILITY: &str = "capability";

/// What the words are called that may stand at a path.
fn list_of(path: &Path) -> &'static str {
    let key = path.0.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    match key {
        Some("requires" | "capabilities" | "claim" | "except") => CAPABILITY,
        Some("sign") => "signature scheme",
        Some("region") => "region",
        Some("picture") => "picture",
        Some("severity") => "severity",
        Some("kind") => "kind of source",
        _ => "word",
    }
}

fn wanted_in_words(wanted: &str) -> String {
    match wanted {
        "a string" | "string or map" => "a text".into(),
        "a boolean" => "`true` or `false`".into(),
        "a sequence" => "a list".into(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a number that is not negative".into(),
        "map" | "a map" | "an object" => "a map".into(),
        "newtype variant" => "a value behind this word".into(),
        "unit variant" => "this word alone".into(),
        "map with a single key" => "a map with exactly one key".into(),
        other if other.starts_with("struct ") || other.starts_with("internally tagged") => {
            "a map".into()
        }
        other => other.to_owned(),
    }
}

fn value_at<'v>(whole: &'v Value, path: &Path) -> Option<&'v Value> {
    path.0.iter().try_fold(whole, |value, step| match step {
        Step::Index(index) => value.get(index),
        Step::Key(key) => value.get(key),
    })
}

/// Whether an unknown key is rather what stands behind a comma of a text, as `403` of `{ page: HTTP, 403 }`: it has no value, and is no word
/// that a key could be.
fn is_piece_of_a_text(word: &str, whole: &Value, path: &Path) -> bool {
    let has_no_value = |path: &Path| value_at(whole, path) == Some(&Value::Null);
    let is_like_a_key = word.starts_with(|first: char| first.is_ascii_lowercase())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    !is_like_a_key && (has_no_value(path) || has_no_value(&path.then(word)))
}

fn help_for(wanted: &str, whole: &Value, path: &Path) -> Option<String> {
    // The path ends with the word itself.
    if wanted == "a value behind this word"
        && let Some(Step::Key(word)) = path.0.last()
    {
        return Some(format!("write `{{ {word}: … }}`"));
    }
    match value_at(whole, path) {
        Some(Value::Object(entries)) if wanted == "a list" => {
            let glued = |key: &&String| key.len() > 1 && key.starts_with('-');
            let key = entries.keys().find(glued)?;
            Some(format!(
                "a blank belongs behind the `-`: write `- {}: …`",
                key.trim_start_matches('-')
            ))
        }
        Some(Value::Number(number)) if wanted.starts_with("a span") => {
            Some(format!("write its unit, too: `{number}s`"))
        }
        Some(value @ (Value::Number(_) | Value::Bool(_))) if wanted.starts_with("a text") => {
            Some(format!("write it in quotes: \"{value}\""))
        }
        Some(Value::String(text)) if wanted.starts_with("a number") => {
            let number: u64 = text.trim().parse().ok()?;
            Some(format!(
                "write it without quotes and without zeros before it: {number}"
            ))
        }
        Some(Value::Null) if wanted == "a text" => {
            Some("an empty text is written \"\"; behind a blank, `#` begins a comment".into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_without_its_value_and_one_with_too_much_are_told_in_words() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Wrong {
            Message(#[allow(dead_code, reason = "read")] String),
            Bare,
        }
        let said = |value: Value| first::<Wrong>(&value).expect_err("is wrong");
        let alone = said(Value::from("message"));
        assert_eq!(
            (alone.message.as_str(), alone.help.as_deref()),
            (
                "a value behind this word is needed here, not the word alone",
                Some("write `{ message: … }`")
            )
        );
        let more = said(serde_json::json!({ "bare": 1 }));
        assert!(!more.message.contains("variant"), "{}", more.message);
        assert!(matches!(
            first::<Wrong>(&Value::from("bare")),
            Ok(Wrong::Bare)
        ));
    }

    #[test]
    fn an_unknown_capability_is_told_which_may_be_meant() {
        let help = unknown_capability("v4");
        for name in [
            "`header-v4`",
            "`url-v4`",
            "`signature-v4`",
            "list --capabilities",
        ] {
            assert!(help.contains(name), "{help}");
        }
        assert!(unknown_capability("sts-sessions").contains("list --capabilities"));
        // A case names one at a time, so that a name for several is unknown there.
        let help = unknown_capability("signature-v2");
        assert!(help.contains("`header-v2`, `url-v2`"), "{help}");
    }
}
