//! Where things stand in a file: from a path such as `scenarios[0].edit.expires-in` to line, column and length.
//!
//! Built only when there is something to report, with a second parser that keeps places.

use std::collections::HashMap;
use std::fmt;

use saphyr_parser::{Event, Parser, Span as Mark};

/// One step down a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into a map.
    Key(String),
    /// Into a list.
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// The way from the top of a document to a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The top of the document.
    pub fn top() -> Self {
        Self::default()
    }

    /// One step further.
    #[must_use]
    pub fn then(&self, step: impl Into<Step>) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.into());
        Self(steps)
    }

    /// Several steps further.
    #[must_use]
    pub fn join(&self, further: &Self) -> Self {
        Self(self.0.iter().chain(&further.0).cloned().collect())
    }
}

impl<S: Into<Step>, const N: usize> From<[S; N]> for Path {
    fn from(steps: [S; N]) -> Self {
        Self(steps.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

/// Which part of an entry is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The key; the value where there is none, as in a list.
    Key,
    Value,
}

/// A stretch of text within one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// In characters; at least 1.
    pub length: usize,
}

/// The places of everything in one document.
#[derive(Debug, Default)]
pub struct Places {
    nodes: Vec<Node>,
    duplicates: Vec<(String, Place, Place)>,
}

#[derive(Debug)]
struct Node {
    span: Place,
    children: Children,
}

#[derive(Debug)]
enum Children {
    None,
    List(Vec<usize>),
    /// Key, place of the key, value.
    Map(Vec<(String, Place, usize)>),
}

impl Places {
    /// Reads the places of a text. Where the text stops being YAML the index stops, too.
    pub fn of(text: &str) -> Self {
        let mut builder = Builder {
            widths: text
                .lines()
                .map(|line| line.trim_end().chars().count())
                .collect(),
            ..Builder::default()
        };
        for event in Parser::new_from_str(text) {
            let Ok((event, place)) = event else { break };
            builder.take(event, place);
        }
        while !builder.open.is_empty() {
            builder.close();
        }
        builder.index
    }

    /// The place of a path. When the document has no such path, that of its longest part that is there.
    pub fn find(&self, path: &Path, part: Part) -> Option<Place> {
        let mut node = self.nodes.last()?;
        let mut found = node.span;
        for (number, step) in path.0.iter().enumerate() {
            let (key, child) = match (step, &node.children) {
                (Step::Index(index), Children::List(items)) => (None, items.get(*index)),
                (Step::Key(key), Children::Map(entries)) => {
                    let entry = entries.iter().find(|(known, _, _)| known == key);
                    (
                        entry.map(|(_, place, _)| *place),
                        entry.map(|(_, _, child)| child),
                    )
                }
                _ => (None, None),
            };
            let Some(child) = child else { break };
            node = &self.nodes[*child];
            let last = number + 1 == path.0.len();
            found = match key {
                // Missing further down, or asked for: the key says it best.
                Some(key) if part == Part::Key || !last => key,
                _ => node.span,
            };
        }
        Some(found)
    }

    /// Where a key stands for the first and for the second time in its map.
    pub fn duplicate(&self, key: &str) -> Option<(Place, Place)> {
        self.duplicates
            .iter()
            .find(|(known, ..)| known == key)
            .map(|(_, first, second)| (*first, *second))
    }
}

#[derive(Default)]
struct Builder {
    index: Places,
    /// Characters of each line, without the blanks at its end.
    widths: Vec<usize>,
    open: Vec<Open>,
    anchors: HashMap<usize, usize>,
}

struct Open {
    span: Place,
    anchor: usize,
    children: Children,
    /// A map's key that waits for its value.
    key: Option<(String, Place)>,
    /// The map's keys so far.
    keys: HashMap<String, Place>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, place: Mark) {
        let span = self.span(place);
        match event {
            Event::Scalar(text, _, anchor, _) => self.scalar(&text, span, anchor),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::SequenceStart(anchor, _) => self.begin(span, anchor, Children::List(Vec::new())),
            Event::MappingStart(anchor, _) => self.begin(span, anchor, Children::Map(Vec::new())),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            _ => {}
        }
    }

    fn scalar(&mut self, text: &str, span: Place, anchor: usize) {
        if let Some(Open {
            children: Children::Map(_),
            key: key @ None,
            keys,
            ..
        }) = self.open.last_mut()
        {
            match keys.get(text) {
                Some(first) => {
                    let again = (text.to_owned(), *first, span);
                    self.index.duplicates.push(again);
                }
                None => drop(keys.insert(text.to_owned(), span)),
            }
            *key = Some((text.to_owned(), span));
            return;
        }
        self.finish(
            Node {
                span,
                children: Children::None,
            },
            anchor,
        );
    }

    fn alias(&mut self, anchor: usize, span: Place) {
        match self.anchors.get(&anchor).copied() {
            Some(node) => self.attach(node, span),
            None => self.finish(
                Node {
                    span,
                    children: Children::None,
                },
                0,
            ),
        }
    }

    fn begin(&mut self, span: Place, anchor: usize, children: Children) {
        // Of a list or a map only its first character is shown.
        let span = Place { length: 1, ..span };
        self.open.push(Open {
            span,
            anchor,
            children,
            key: None,
            keys: HashMap::new(),
        });
    }

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.finish(
                Node {
                    span: open.span,
                    children: open.children,
                },
                open.anchor,
            );
        }
    }

    fn finish(&mut self, node: Node, anchor: usize) {
        let span = node.span;
        self.index.nodes.push(node);
        let number = self.index.nodes.len() - 1;
        if anchor != 0 {
            self.anchors.insert(anchor, number);
        }
        self.attach(number, span);
    }

    fn attach(&mut self, node: usize, span: Place) {
        match self.open.last_mut() {
            Some(Open {
                children: Children::List(items),
                ..
            }) => items.push(node),
            Some(Open {
                children: Children::Map(entries),
                key,
                ..
            }) => match key.take() {
                Some((name, place)) => entries.push((name, place, node)),
                // A list or a map as key; the reader of values refuses it.
                None => *key = Some((String::new(), span)),
            },
            _ => {}
        }
    }

    /// The first line of a place, without the blanks at its end.
    fn span(&self, place: Mark) -> Place {
        let (line, start) = (place.start.line(), place.start.col());
        let width = self
            .widths
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or_default();
        let end = if place.end.line() == line {
            place.end.col()
        } else {
            width
        };
        Place {
            line,
            column: start + 1,
            length: end.min(width).saturating_sub(start).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
a: one
é: { k: two, \"q\": [x, yy] }
list:
  - name: first
    at: &here { deep: 1 }
  - *here
";

    fn at(path: &[Step], part: Part) -> (usize, usize, usize) {
        let span = Places::of(TEXT).find(&Path(path.to_vec()), part).unwrap();
        (span.line, span.column, span.length)
    }

    #[test]
    fn keys_and_values_have_their_own_places() {
        assert_eq!(at(&["a".into()], Part::Key), (1, 1, 1));
        assert_eq!(at(&["a".into()], Part::Value), (1, 4, 3));
        assert_eq!(at(&["é".into(), "k".into()], Part::Value), (2, 9, 3));
        assert_eq!(at(&["é".into(), "q".into()], Part::Key), (2, 14, 3));
        assert_eq!(
            at(&["é".into(), "q".into(), 1.into()], Part::Value),
            (2, 23, 2)
        );
        assert_eq!(
            at(&["list".into(), 0.into(), "name".into()], Part::Value),
            (4, 11, 5)
        );
    }

    #[test]
    fn an_alias_leads_to_what_it_stands_for() {
        assert_eq!(
            at(&["list".into(), 1.into(), "deep".into()], Part::Key),
            (5, 17, 4)
        );
    }

    #[test]
    fn a_path_that_is_not_there_ends_at_its_last_known_key() {
        assert_eq!(
            at(
                &["list".into(), 0.into(), "at".into(), "nope".into()],
                Part::Value
            ),
            (5, 5, 2)
        );
        assert_eq!(at(&["list".into(), 7.into()], Part::Value), (3, 1, 4));
    }

    #[test]
    fn the_second_of_two_equal_keys_is_known() {
        let index = Places::of("a: 1\nb: { c: 1, c: 2 }\n");
        let (first, second) = index.duplicate("c").unwrap();
        assert_eq!((first.line, first.column), (2, 6));
        assert_eq!((second.line, second.column), (2, 12));
        assert_eq!(index.duplicate("a"), None);
    }

    #[test]
    fn what_is_no_yaml_ends_the_index_without_a_panic() {
        for text in [
            "",
            "a: [",
            "a: {b: c",
            "]",
            "*x",
            "? [a]\n: b",
            "- - -\n",
            "\u{0}",
            "a: 'x",
        ] {
            Places::of(text).find(&Path::from(["a", "b"]), Part::Key);
        }
    }
}
