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
    let letters: Vec<char> = text.chars().collect();
    let mut open: Vec<(At, bool, bool, Vec<Node>)> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let (start, end) = places(span);
        let is_flow = |mark: char| letters.get(start.index) == Some(&mark);
        let refused = |what| Err(((start.line + 1, start.column + 1, 1), what));
        let done = match event {
            Event::Alias(_) => return refused("an alias (`*name`)"),
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return refused("a tag (`!name`)");
            }
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _)
                if anchor != 0 =>
            {
                return refused("an anchor (`&name`)");
            }
            Event::Scalar(_, style, _, _) => {
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let start = if is_block {
                    head_of(&letters, start)
                } else {
                    start
                };
                Node {
                    start,
                    end,
                    kind: Kind::Scalar(style),
                }
            }
            Event::MappingStart(..) => {
                open.push((start, true, is_flow('{'), Vec::new()));
                continue;
            }
            Event::SequenceStart(..) => {
                open.push((start, false, is_flow('['), Vec::new()));
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let close = start;
                let Some((start, is_map, flow, children)) = open.pop() else {
                    break;
                };
                // The parser counts the blanks and the comment behind a bracket to it.
                let end = match flow {
                    true => At {
                        index: close.index + 1,
                        ..close
                    },
                    false => end,
                };
                let kind = if is_map {
                    Kind::Map(flow, pairs(children))
                } else {
                    Kind::List(flow, children)
                };
                Node { start, end, kind }
            }
            _ => continue,
        };
        match open.last_mut() {
            Some((.., children)) => children.push(done),
            None => root = Some(done),
        }
    }
    root.ok_or(((1, 1, 1), "a file without a value"))
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
