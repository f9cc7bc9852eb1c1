//! Writing the tree again.

use saphyr_parser::ScalarStyle;

use super::node::{Kind, Node};
use super::{FILE_KEYS, SCENARIO_KEYS};

/// The whole text, written again.
pub(super) fn document(text: &str, root: &Node) -> String {
    let mut writer = Writer {
        letters: text.chars().collect(),
        lines: text.split('\n').collect(),
        out: Vec::new(),
    };
    let after = writer.block(root, 0, Keys::File, 0);
    let rest = writer.lines.get(after..).unwrap_or_default().to_vec();
    for line in rest {
        writer.out.push(line.trim_end().to_owned());
    }
    let mut out: Vec<String> = Vec::new();
    for line in writer.out {
        // One blank line parts, two part no better.
        let is_second = line.is_empty() && out.last().is_none_or(String::is_empty);
        if !is_second {
            out.push(line);
        }
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out.join("\n") + "\n"
}

/// Which order the keys of a map have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    File,
    /// Those of the list of scenarios.
    Scenarios,
    Scenario,
    AsWritten,
}

impl Keys {
    fn order(self) -> &'static [&'static str] {
        match self {
            Self::File => &FILE_KEYS,
            Self::Scenario => &SCENARIO_KEYS,
            Self::Scenarios | Self::AsWritten => &[],
        }
    }

    /// The order below a key.
    fn below(self, key: &str) -> Self {
        match self {
            Self::File if key == "scenarios" => Self::Scenarios,
            _ => Self::AsWritten,
        }
    }
}

struct Writer<'t> {
    letters: Vec<char>,
    lines: Vec<&'t str>,
    out: Vec<String>,
}

/// One key of a block map, or one item of a block list, and the lines that are its own.
struct Entry<'n> {
    key: Option<&'n Node>,
    value: &'n Node,
    /// The first line above it that is nobody else's.
    from: usize,
    /// The line in which it begins.
    line: usize,
    /// The line after its last.
    to: usize,
}

impl Writer<'_> {
    /// Writes a map or a list that stands in lines of its own, whose first line above is `from`. Gives the line after its last.
    fn block(&mut self, node: &Node, indent: usize, keys: Keys, from: usize) -> usize {
        let mut entries = self.entries(node, from);
        let after = entries.last().map_or(from, |entry| entry.to);
        let order = keys.order();
        if !order.is_empty() {
            let rank = |entry: &Entry<'_>| {
                let name = entry.key.map(|key| self.slice(key)).unwrap_or_default();
                order
                    .iter()
                    .position(|known| *known == name)
                    .unwrap_or(order.len())
            };
            entries.sort_by_key(rank);
        }
        for entry in entries {
            let own = entry.key.unwrap_or(entry.value).start.column;
            self.above(&entry, own, indent);
            match entry.key {
                Some(key) => self.pair(key, &entry, indent, keys),
                None => self.item(&entry, indent, keys),
            }
        }
        after
    }

    fn entries<'n>(&self, node: &'n Node, from: usize) -> Vec<Entry<'n>> {
        let pairs: Vec<(Option<&Node>, &Node)> = match &node.kind {
            Kind::Map(_, entries) => entries
                .iter()
                .map(|(key, value)| (Some(key), value))
                .collect(),
            Kind::List(_, items) => items.iter().map(|item| (None, item)).collect(),
            Kind::Scalar(_) => Vec::new(),
        };
        let mut from = from;
        pairs
            .into_iter()
            .map(|(key, value)| {
                let line = key.unwrap_or(value).start.line;
                let line = if key.is_none() {
                    self.line_of_dash(line, from)
                } else {
                    line
                };
                let column = key.map_or(node.start.column, |key| key.start.column);
                let to = self.last_line(value, column).max(line) + 1;
                let entry = Entry {
                    key,
                    value,
                    from: from.min(line),
                    line,
                    to,
                };
                from = to;
                entry
            })
            .collect()
    }

    /// The line with the `-` of an item that begins in `line`: often the same.
    fn line_of_dash(&self, line: usize, from: usize) -> usize {
        let has_dash = |line: &usize| self.lines[*line].trim_start().starts_with('-');
        (from..=line).rev().find(has_dash).unwrap_or(line)
    }

    /// The comments and blank lines above an entry.
    fn above(&mut self, entry: &Entry<'_>, own: usize, indent: usize) {
        for number in entry.from..entry.line {
            let line = self.lines[number];
            let content = line.trim();
            let deeper = (line.len() - line.trim_start().len()).saturating_sub(own);
            let blanks = if content.is_empty() {
                0
            } else {
                indent + deeper
            };
            self.out.push(format!("{:blanks$}{content}", ""));
        }
    }

    /// `key: value` at a depth.
    fn pair(&mut self, key: &Node, entry: &Entry<'_>, indent: usize, keys: Keys) {
        let name = self.scalar(key);
        let head = format!("{:indent$}{name}:", "");
        match &entry.value.kind {
            Kind::Map(false, _) | Kind::List(false, _) => {
                let comment = self.behind_colon(key);
                self.out.push(format!("{head}{comment}"));
                let below = keys.below(&self.slice(key));
                self.block(entry.value, indent + 2, below, key.start.line + 1);
            }
            _ => self.value(entry, &head, key.start.column, indent),
        }
    }

    /// `- value` at a depth.
    fn item(&mut self, entry: &Entry<'_>, indent: usize, keys: Keys) {
        let head = format!("{:indent$}-", "");
        let is_block = matches!(entry.value.kind, Kind::Map(false, _) | Kind::List(false, _));
        if !is_block {
            let dash = self.lines[entry.line].len() - self.lines[entry.line].trim_start().len();
            return self.value(entry, &head, dash, indent);
        }
        let below = if keys == Keys::Scenarios {
            Keys::Scenario
        } else {
            Keys::AsWritten
        };
        let first = self.out.len();
        self.block(entry.value, indent + 2, below, entry.line);
        // Comments of the key that stands behind the dash go above it.
        let content =
            |line: &String| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        if let Some(number) = (first..self.out.len()).find(|number| content(&self.out[*number])) {
            let line = self.out[number].trim_start().to_owned();
            self.out[number] = format!("{head} {line}");
            for above in &mut self.out[first..number] {
                let comment = above.trim_start().to_owned();
                *above = if comment.is_empty() {
                    comment
                } else {
                    format!("{:indent$}{comment}", "")
                };
            }
        }
    }

    /// A text or what stands between brackets, behind its key or its dash.
    fn value(&mut self, entry: &Entry<'_>, head: &str, own: usize, indent: usize) {
        let node = entry.value;
        let raw = self.slice(node);
        if entry.to <= node.start.line + 1 || raw.is_empty() {
            let text = self.inline(node);
            let gap = if text.is_empty() { "" } else { " " };
            let comment = self.behind(node, entry.line);
            self.out.push(format!("{head}{gap}{text}{comment}"));
            return;
        }
        // Several lines: they stay as they are, as far in as before.
        let line = self.lines[node.start.line];
        let first: String = line.chars().skip(node.start.column).collect();
        self.out.push(format!("{head} {}", first.trim_end()));
        let is_block = matches!(
            node.kind,
            Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded)
        );
        let rest = &self.lines[node.start.line + 1..entry.to];
        let margins = rest.iter().filter(|line| !line.trim().is_empty());
        let margin = margins
            .map(|line| line.len() - line.trim_start().len())
            .min()
            .unwrap_or(own + 2);
        for line in rest {
            let content = line.get(margin..).unwrap_or_default();
            let content = if is_block {
                content
            } else {
                content.trim_end()
            };
            let blanks = if content.trim().is_empty() {
                0
            } else {
                indent + 2
            };
            self.out.push(format!(
                "{:blanks$}{}",
                "",
                if blanks == 0 { "" } else { content }
            ));
        }
    }

    /// A text or what stands between brackets, in one line.
    fn inline(&self, node: &Node) -> String {
        let around = |open: &str, inside: Vec<String>, close: &str| {
            format!("{open}{}{close}", inside.join(", "))
        };
        match &node.kind {
            Kind::Scalar(_) => self.scalar(node),
            Kind::Map(_, entries) if entries.is_empty() => "{}".into(),
            Kind::Map(_, entries) => {
                let pair = |(key, value): &(Node, Node)| {
                    let value = self.inline(value);
                    let gap = if value.is_empty() { "" } else { " " };
                    format!("{}:{gap}{value}", self.scalar(key))
                };
                around("{ ", entries.iter().map(pair).collect(), " }")
            }
            Kind::List(_, items) => around(
                "[",
                items.iter().map(|item| self.inline(item)).collect(),
                "]",
            ),
        }
    }

    /// A text as it is written; in double quotes where single ones are not needed.
    fn scalar(&self, node: &Node) -> String {
        let raw = self.slice(node);
        match &node.kind {
            Kind::Scalar(ScalarStyle::SingleQuoted) => {
                let inside = raw.trim_matches('\'');
                let stays = inside.contains(['"', '\\', '\'', '\n']);
                if stays { raw } else { format!("\"{inside}\"") }
            }
            _ => raw,
        }
    }

    /// The text of a node, without what the parser counts to it and is not.
    fn slice(&self, node: &Node) -> String {
        let (start, end) = (node.start.index, node.end.index.min(self.letters.len()));
        let raw: String = self
            .letters
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .collect();
        let raw = raw.trim_end();
        // Of a value that is not there, the parser gives the place of what comes next.
        raw.trim_end_matches([' ', '\n']).to_owned()
    }

    /// The comment behind the colon of a key.
    fn behind_colon(&self, key: &Node) -> String {
        let line = self.lines[key.start.line];
        let rest: String = line.chars().skip(key.end.column).collect();
        let rest = rest
            .trim_start()
            .trim_start_matches(':')
            .trim_end()
            .to_owned();
        if rest.trim_start().starts_with('#') {
            rest
        } else {
            String::new()
        }
    }

    /// The comment behind a value in one line, with the blanks before it.
    fn behind(&self, node: &Node, line: usize) -> String {
        let raw = self.slice(node);
        let skipped = if raw.is_empty() {
            return self.comment_of(self.lines[line]);
        } else {
            node.start.column + raw.chars().count()
        };
        let rest: String = self.lines[node.start.line].chars().skip(skipped).collect();
        let rest = rest.trim_end();
        if rest.trim_start().starts_with('#') {
            rest.to_owned()
        } else {
            String::new()
        }
    }

    /// The comment of a line whose key has no value.
    fn comment_of(&self, line: &str) -> String {
        let Some((_, comment)) = line.split_once(" #") else {
            return String::new();
        };
        format!(" #{}", comment.trim_end())
    }

    /// The last line of a value whose key, or whose list, begins in a column.
    fn last_line(&self, node: &Node, column: usize) -> usize {
        match &node.kind {
            Kind::Map(false, entries) => entries
                .iter()
                .map(|(key, value)| self.last_line(value, key.start.column).max(key.start.line))
                .max()
                .unwrap_or(node.start.line),
            Kind::List(false, items) => items
                .iter()
                .map(|item| self.last_line(item, node.start.column))
                .max()
                .unwrap_or(node.start.line),
            Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) => {
                let inside = |line: &&str| {
                    line.trim().is_empty() || line.len() - line.trim_start().len() > column
                };
                let rest = &self.lines[node.start.line + 1..];
                let lines: Vec<&str> = rest
                    .iter()
                    .copied()
                    .take_while(|line| inside(line))
                    .collect();
                let blank = lines
                    .iter()
                    .rev()
                    .take_while(|line| line.trim().is_empty())
                    .count();
                node.start.line + lines.len() - blank
            }
            _ => {
                let raw = self.slice(node);
                if raw.is_empty() {
                    0
                } else {
                    node.start.line + raw.matches('\n').count()
                }
            }
        }
    }
}
