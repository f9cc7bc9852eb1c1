//! `$axis` in a scenario: found, replaced, and traced back to where the words came from.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::decode::Problem;
use super::document::problem;
use super::place::{Part, Path, Step};
use super::placeholder;
use super::suggest;

#[cfg(test)]
mod tests;

/// An axis of a matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub name: String,
    /// What it may stand for.
    pub values: Vec<AxisValue>,
}

/// One value of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisValue {
    /// The label, as written.
    pub label: String,
    /// The label as a part of an id.
    pub slug: String,
    /// What takes the place of `$axis`.
    pub value: Value,
    /// Where it stands, from the top of the scenario.
    pub path: Path,
}

/// A choice of one value for each axis.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    pub axes: &'a [Axis],
    /// For each axis the number of its value.
    pub picks: &'a [usize],
}

impl<'a> Choice<'a> {
    /// The value chosen for the axis with this name.
    fn of(&self, name: &str) -> Option<&'a AxisValue> {
        let position = self.axes.iter().position(|axis| axis.name == name)?;
        self.axes[position].values.get(*self.picks.get(position)?)
    }

    /// Axis name and label for each axis.
    pub fn labels(&self) -> Vec<(String, String)> {
        self.axes
            .iter()
            .zip(self.picks)
            .map(|(axis, pick)| (axis.name.clone(), axis.values[*pick].label.clone()))
            .collect()
    }

    /// The labels as they stand in an id, joined by `-`.
    pub fn slug(&self) -> String {
        let slugs: Vec<&str> = self
            .axes
            .iter()
            .zip(self.picks)
            .map(|(axis, pick)| axis.values[*pick].slug.as_str())
            .collect();
        slugs.join("-")
    }
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'text> {
    /// Text that stays.
    Literal(&'text str),
    /// `$` and a word; the word may be longer than the axis it begins with.
    Dollar(&'text str),
}

/// Takes a text apart. `$$` and `${…}` stay as they are, because a run reads them again: only then is it known what they stand for.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    for piece in placeholder::pieces(text) {
        let length = match piece {
            placeholder::Piece::Dollar => "$$".len(),
            placeholder::Piece::Placeholder(name) => "${}".len() + name.len(),
            placeholder::Piece::Text(text) | placeholder::Piece::Unclosed(text) => text.len(),
        };
        let (written, after) = rest.split_at(length);
        rest = after;
        match piece {
            placeholder::Piece::Text(text) => axes_of(text, &mut found),
            _ => found.push(Piece::Literal(written)),
        }
    }
    found
}

fn axes_of<'text>(text: &'text str, found: &mut Vec<Piece<'text>>) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut parts = text.split('$');
    found.extend(
        parts
            .next()
            .filter(|first| !first.is_empty())
            .map(Piece::Literal),
    );
    for part in parts {
        if !part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            // A lone `$` is written so that it stays one, whatever comes behind it once an axis is replaced.
            found.extend([Piece::Literal("$$"), Piece::Literal(part)]);
            continue;
        }
        let (word, after) = part.split_at(part.find(|c| !is_word(c)).unwrap_or(part.len()));
        found.extend([Piece::Dollar(word), Piece::Literal(after)]);
    }
    found.retain(|piece| *piece != Piece::Literal(""));
}

/// The longest axis name that a word begins with, and what is left of the word.
fn axis_in<'w, 'n>(
    word: &'w str,
    names: impl Iterator<Item = &'n str>,
) -> Option<(&'n str, &'w str)> {
    names
        .filter_map(|name| Some((name, word.strip_prefix(name)?)))
        .filter(|(_, rest)| rest.is_empty() || rest.starts_with('-'))
        .max_by_key(|(name, _)| name.len())
}

/// Names of the axes that a text uses, and the words after a `$` that are none.
pub fn uses<'a>(text: &str, axes: &'a [Axis]) -> (Vec<&'a str>, Vec<String>) {
    let mut used = Vec::new();
    let mut unknown = Vec::new();
    for piece in pieces(text) {
        if let Piece::Dollar(word) = piece {
            match axis_in(word, axes.iter().map(|axis| axis.name.as_str())) {
                Some((name, _)) => used.push(name),
                None => unknown.push(word.to_owned()),
            }
        }
    }
    (used, unknown)
}

/// The problem that `$word` is no axis.
pub fn unknown_axis(path: &Path, part: Part, word: &str, axes: &[Axis]) -> Problem {
    let known = axes.iter().map(|axis| axis.name.as_str());
    let help = match suggest::nearest(word, known) {
        Some(name) => format!("did you mean `${name}`?"),
        None => {
            "a literal `$` is written `$$`; axes are declared in the scenario's `matrix`".into()
        }
    };
    problem(
        path.clone(),
        part,
        format!("`${word}` is no axis of this scenario"),
    )
    .word(format!("${word}"))
    .help(help)
}

/// Most bytes of a filled scenario, about: axes that stand in axes could make it grow without end.
const MAX_FILLED: usize = 4 * 1024 * 1024;

/// The value with every `$axis` replaced.
///
/// # Errors
/// When a word after `$` is no axis, when a value that is no scalar would stand inside a longer text, when axes go in a circle, or when
/// the result would be too big.
pub fn substitute(value: &Value, choice: Choice<'_>) -> Result<Value, Problem> {
    let filled = Filler::new(choice).fill(value, &mut Path::top(), 0)?;
    Ok(filled.unwrap_or(Value::Null))
}

struct Filler<'a> {
    choice: Choice<'a>,
    /// Bytes that may still be written.
    left: Cell<usize>,
}

impl<'a> Filler<'a> {
    fn new(choice: Choice<'a>) -> Self {
        Self {
            choice,
            left: Cell::new(MAX_FILLED),
        }
    }

    /// `None` means that the entry goes away: an axis stands there whose value is `null`. Unless there is a problem, `path` is in the end
    /// what it was.
    fn fill(&self, value: &Value, path: &mut Path, depth: usize) -> Result<Option<Value>, Problem> {
        match value {
            Value::String(text) => self.text(text, path, Part::Value, depth),
            Value::Array(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    path.0.push(index.into());
                    list.extend(self.fill(item, path, depth)?);
                    path.0.pop();
                }
                Ok(Some(Value::Array(list)))
            }
            Value::Object(entries) => self.map(entries, path, depth).map(Some),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(Some(value.clone())),
        }
    }

    fn map(
        &self,
        entries: &Map<String, Value>,
        path: &mut Path,
        depth: usize,
    ) -> Result<Value, Problem> {
        let mut map = Map::with_capacity(entries.len());
        for (key, entry) in entries {
            path.0.push(key.as_str().into());
            let key = self.text(key, path, Part::Key, depth)?;
            let key = key.map(|key| match key {
                Value::String(key) => key,
                scalar => scalar.to_string(),
            });
            if let Some(key) = key
                && let Some(entry) = self.fill(entry, path, depth)?
            {
                if map.contains_key(&key) {
                    let message = format!("the key `{key}` comes twice once the axes are replaced");
                    return Err(problem(path.clone(), Part::Key, message));
                }
                map.insert(key, entry);
            }
            path.0.pop();
        }
        Ok(Value::Object(map))
    }

    fn text(
        &self,
        text: &str,
        path: &Path,
        part: Part,
        depth: usize,
    ) -> Result<Option<Value>, Problem> {
        self.spend(text.len() + 1, path, part)?;
        if !text.contains('$') {
            return Ok(Some(text.into()));
        }
        let names = || self.choice.axes.iter().map(|axis| axis.name.as_str());
        let pieces = pieces(text);
        if let [Piece::Dollar(word)] = pieces[..]
            && let Some((name, "")) = axis_in(word, names())
        {
            return self.axis(name, path, part, depth);
        }
        let mut filled = String::with_capacity(text.len());
        for piece in pieces {
            let word = match piece {
                Piece::Literal(literal) => {
                    filled.push_str(literal);
                    continue;
                }
                Piece::Dollar(word) => word,
            };
            let Some((name, rest)) = axis_in(word, names()) else {
                return Err(unknown_axis(path, part, word, self.choice.axes));
            };
            match self.axis(name, path, part, depth)? {
                Some(Value::String(inner)) => filled.push_str(&inner),
                Some(scalar @ (Value::Number(_) | Value::Bool(_))) => {
                    filled.push_str(&scalar.to_string());
                }
                None => {}
                Some(_) => {
                    let message = format!(
                        "`${name}` is a map or a list here, which cannot stand inside a longer text"
                    );
                    return Err(problem(path.clone(), part, message).word(format!("${name}")));
                }
            }
            filled.push_str(rest);
        }
        Ok(Some(filled.into()))
    }

    fn axis(
        &self,
        name: &str,
        path: &Path,
        part: Part,
        depth: usize,
    ) -> Result<Option<Value>, Problem> {
        if depth > self.choice.axes.len() {
            let message = format!("the axis `{name}` stands for itself");
            return Err(problem(path.clone(), part, message).word(format!("${name}")));
        }
        match self.choice.of(name) {
            None
            | Some(AxisValue {
                value: Value::Null, ..
            }) => Ok(None),
            Some(AxisValue { value, path, .. }) => {
                match self.fill(value, &mut path.clone(), depth + 1)? {
                    Some(Value::Object(_) | Value::Array(_)) if part == Part::Key => {
                        let message =
                            format!("`${name}` is a map or a list here, which cannot be a key");
                        Err(problem(path.clone(), part, message))
                    }
                    filled => Ok(filled),
                }
            }
        }
    }

    fn spend(&self, bytes: usize, path: &Path, part: Part) -> Result<(), Problem> {
        let Some(left) = self.left.get().checked_sub(bytes) else {
            let message = "the scenario grows too big once the axes are replaced";
            return Err(problem(path.clone(), part, message));
        };
        self.left.set(left);
        Ok(())
    }
}

/// Where the entry at `path` of a filled scenario comes from: a path of the scenario as written.
pub fn origin(template: &Value, choice: Choice<'_>, path: &Path) -> Path {
    let mut written = Path::top();
    let mut node = template;
    let mut steps = path.0.iter();
    // Each turn goes one step down or replaces one axis; a circle of axes never gets here because filling it fails.
    for _ in 0..=path.0.len() * (choice.axes.len() + 2) {
        while let Some(value) = axis_at(node, choice) {
            written = value.path.clone();
            node = &value.value;
        }
        let Some(step) = steps.next() else { break };
        let Some((own, next)) = child(node, choice, step) else {
            // It is missing in what was written, too: the rest of the path says what.
            written.0.push(step.clone());
            written.0.extend(steps.cloned());
            break;
        };
        written.0.push(own);
        node = next;
    }
    written
}

/// Where the value of an axis stands that is a word of the text at a path: the path of that value, unless the text itself says the word.
pub fn axis_with(template: &Value, choice: Choice<'_>, path: &Path, word: &str) -> Option<Path> {
    let text = path.0.iter().try_fold(template, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.get(index),
    });
    let pieces = pieces(text?.as_str()?);
    let says = |piece: &Piece<'_>| matches!(piece, Piece::Literal(text) if text.contains(word));
    if pieces.iter().any(says) {
        return None;
    }
    pieces.iter().find_map(|piece| {
        let Piece::Dollar(dollar) = piece else {
            return None;
        };
        let names = choice.axes.iter().map(|axis| axis.name.as_str());
        let value = choice.of(axis_in(dollar, names)?.0)?;
        (value.value.as_str() == Some(word)).then(|| value.path.clone())
    })
}

fn axis_at<'a>(node: &Value, choice: Choice<'a>) -> Option<&'a AxisValue> {
    let Value::String(text) = node else {
        return None;
    };
    let [Piece::Dollar(word)] = pieces(text)[..] else {
        return None;
    };
    choice.of(word)
}

fn child<'v>(node: &'v Value, choice: Choice<'_>, step: &Step) -> Option<(Step, &'v Value)> {
    match (step, node) {
        (Step::Key(key), Value::Object(entries)) => entries.iter().find_map(|(written, entry)| {
            let same = written == key
                || matches!(Filler::new(choice).text(written, &Path::top(), Part::Key, 0), Ok(Some(Value::String(filled))) if filled == *key);
            same.then(|| (Step::Key(written.clone()), entry))
        }),
        (Step::Index(index), Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter(|(_, item)| !axis_at(item, choice).is_some_and(|value| value.value.is_null()))
            .nth(*index)
            .map(|(own, item)| (Step::Index(own), item)),
        _ => None,
    }
}
