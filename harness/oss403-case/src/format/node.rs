//! A text as a tree that knows where each of its nodes begins and ends.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// A place of the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    /// Counted from 0.
    pub(super) line: usize,
    /// In characters, counted from 0.
    pub(super) column: usize,
    /// In characters from the beginning.
    pub(super) index: usize,
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) start: At,
    pub(super) end: At,
    pub(super) kind: Kind,
}

/// What it is.
#[derive(Debug)]
pub(super) enum Kind {
    Scalar(ScalarStyle),
    /// Whether it stands between braces, and its keys with their values.
    Map(bool, Vec<(Node, Node)>),
    /// Whether it stands between brackets, and its items.
    List(bool, Vec<Node>),
}

/// Line, column and length, the first two counted from 1.
type Place = (usize, usize, usize);

/// Reads a text that is YAML.
///
/// # Errors
/// The first thing that cannot be moved, and its place.
pub(super) fn read(text: &str) -> Result<Node, (Place, &'static str)> {
    let mut tree = Tree {
        letters: text.chars().collect(),
        open: Vec::new(),
        root: None,
    };
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let (start, end) = places(span);
        if let Some(what) = immovable(&event) {
            return Err(((start.line + 1, start.column + 1, 1), what));
        }
        match event {
            Event::Scalar(_, style, ..) => tree.scalar(style, start, end),
            Event::MappingStart(..) => tree.begin(true, '{', start),
            Event::SequenceStart(..) => tree.begin(false, '[', start),
            Event::MappingEnd | Event::SequenceEnd => {
                let Some(open) = tree.open.pop() else { break };
                tree.end(open, start, end);
            }
            _ => {}
        }
    }
    tree.root.ok_or(((1, 1, 1), "a file without a value"))
}

/// What of YAML cannot be moved, when it is that.
fn immovable(event: &Event<'_>) -> Option<&'static str> {
    match event {
        Event::Alias(_) => Some("an alias (`*name`)"),
        Event::Scalar(_, _, _, Some(_))
        | Event::SequenceStart(_, Some(_))
        | Event::MappingStart(_, Some(_)) => Some("a tag (`!name`)"),
        Event::Scalar(_, _, anchor, _)
        | Event::SequenceStart(anchor, _)
        | Event::MappingStart(anchor, _)
            if *anchor != 0 =>
        {
            Some("an anchor (`&name`)")
        }
        _ => None,
    }
}

/// A tree that grows.
struct Tree {
    letters: Vec<char>,
    /// The maps and lists that have not ended yet, the innermost last.
    open: Vec<Open>,
    root: Option<Node>,
}

/// A map or list that has not ended yet.
struct Open {
    start: At,
    is_map: bool,
    /// Whether it stands between braces or brackets.
    is_flow: bool,
    children: Vec<Node>,
}

impl Tree {
    fn scalar(&mut self, style: ScalarStyle, start: At, end: At) {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let start = if is_block {
            head_of(&self.letters, start)
        } else {
            start
        };
        self.add(Node {
            start,
            end,
            kind: Kind::Scalar(style),
        });
    }

    fn begin(&mut self, is_map: bool, bracket: char, start: At) {
        self.open.push(Open {
            start,
            is_map,
            is_flow: self.letters.get(start.index) == Some(&bracket),
            children: Vec::new(),
        });
    }

    /// Ends a map or list. `close` is where its bracket stands, when it has one.
    fn end(&mut self, open: Open, close: At, end: At) {
        // The parser counts the blanks and the comment behind a bracket to it.
        let end = match open.is_flow {
            true => At {
                index: close.index + 1,
                ..close
            },
            false => end,
        };
        let kind = if open.is_map {
            Kind::Map(open.is_flow, pairs(open.children))
        } else {
            Kind::List(open.is_flow, open.children)
        };
        self.add(Node {
            start: open.start,
            end,
            kind,
        });
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => self.root = Some(node),
        }
    }
}

/// The `|` or `>` that a block text begins with: the parser gives the place of its first line.
fn head_of(letters: &[char], content: At) -> At {
    let is_head = |index: &usize| {
        "|>".contains(letters[*index]) && letters[index.saturating_sub(1)].is_whitespace()
    };
    if is_head(&content.index.min(letters.len().saturating_sub(1))) {
        return content;
    }
    let before = &letters[..content.index.min(letters.len())];
    let Some(index) = (0..before.len()).rev().find(is_head) else {
        return content;
    };
    let from = before[..index]
        .iter()
        .rposition(|letter| *letter == '\n')
        .map_or(0, |at| at + 1);
    let line = before[..index]
        .iter()
        .filter(|letter| **letter == '\n')
        .count();
    At {
        line,
        column: index - from,
        index,
    }
}

fn places(span: Span) -> (At, At) {
    let at = |line: usize, column, index| At {
        line: line.saturating_sub(1),
        column,
        index,
    };
    (
        at(span.start.line(), span.start.col(), span.start.index()),
        at(span.end.line(), span.end.col(), span.end.index()),
    )
}

fn pairs(children: Vec<Node>) -> Vec<(Node, Node)> {
    let mut pairs = Vec::new();
    let mut children = children.into_iter();
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        pairs.push((key, value));
    }
    pairs
}
