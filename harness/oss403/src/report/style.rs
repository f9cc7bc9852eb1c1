//! How text looks on a terminal: colors, numbers, and the harmlessness of what servers say.

use crate::wire::redact::{is_obeyed, one_line};

/// Whether there is color, and how wide a line may be.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether to use color.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

/// What a color stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Somebody should look at it.
    Bad,
    /// Set aside.
    Faint,
    /// Unproven.
    Warning,
    /// A heading.
    Strong,
}

impl Style {
    /// The text in a color, when there is color.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Bad => "1;31",
            Tone::Faint => "2",
            Tone::Warning => "33",
            Tone::Strong => "1",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// An id in lines of at most the width, each after so many blanks: it is broken after a slash, or else after a hyphen.
    pub fn wrap_id(self, id: &str, indent: usize) -> Vec<String> {
        let room = self.width.saturating_sub(indent).max(20);
        let mut lines = Vec::new();
        let mut rest = id;
        while let Some((end, _)) = rest.char_indices().nth(room) {
            let head = &rest[..end];
            let after = |c: char| head.rfind(c).map(|at| at + 1).filter(|at| *at > 1);
            let end = after('/').or_else(|| after('-')).unwrap_or(end);
            let (line, more) = rest.split_at(end);
            lines.push(line);
            rest = more;
        }
        lines.push(rest);
        lines
            .into_iter()
            .map(|line| format!("{:indent$}{line}", ""))
            .collect()
    }

    /// The text in lines of at most the width, each after so many blanks.
    pub fn wrap(self, text: &str, indent: usize) -> Vec<String> {
        let room = self.width.saturating_sub(indent).max(20);
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split(' ') {
                let needed = columns(&line) + 1 + columns(word);
                if !line.is_empty() && needed > room {
                    lines.push(std::mem::take(&mut line));
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            lines.push(line);
        }
        lines
            .into_iter()
            .map(|line| format!("{:indent$}{}", "", no_commands(&line)))
            .collect()
    }
}

/// Characters of a text that are seen: all but the colors of [`Style::paint`].
fn columns(text: &str) -> usize {
    let mut count = 0;
    let mut in_color = false;
    for c in text.chars() {
        match c {
            '\x1b' => in_color = true,
            'm' if in_color => in_color = false,
            _ => count += usize::from(!in_color),
        }
    }
    count
}

/// A text of a server without anything that a terminal would obey: control characters and those that turn the direction of writing
/// are shown as escapes. Line feeds remain, since what is printed is indented line by line; no line is a command to a CI server.
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_obeyed(c) && c != '\n' {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    no_commands(&out)
}

/// The same on one line.
pub fn in_a_line(text: &str) -> String {
    no_commands(&one_line(text.to_owned()))
}

/// A text in which no line begins, after blanks, as a CI server's commands do: `::error`, `##vso[`, `##teamcity[`.
pub(super) fn no_commands(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let (blanks, words) = line.split_at(line.len() - line.trim_start().len());
        for (begins, shown) in [("::", r"\u{3a}:"), ("##", r"\u{23}#")] {
            if let Some(rest) = words.strip_prefix(begins) {
                return format!("{blanks}{shown}{rest}");
            }
        }
        line.to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A number with commas between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 cause`, `2 causes`.
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_of_a_servers_text() {
        let hostile = "\x1b[2J\x1b]0;title\x07 \u{9b}31m a\rb \u{202e}cba\n next";
        let text = harmless(hostile);
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control()),
            "{text:?}"
        );
        assert!(!text.contains('\u{202e}'));
        assert_eq!(harmless("Überraschung, 你好"), "Überraschung, 你好");
    }

    #[test]
    fn no_line_is_a_command_to_a_ci_server() {
        let style = Style {
            color: false,
            width: 40,
        };
        let hostile = "x\n::error title=a::b\n \u{2003}##vso[task]\n##teamcity[x] :: ##[error]y ::debug::z ::a ::b ::c";
        for text in [
            harmless(hostile),
            style.wrap(&harmless(hostile), 4).join("\n"),
        ] {
            for line in text.lines() {
                let line = line.trim_start();
                assert!(!line.starts_with("::") && !line.starts_with("##"), "{text}");
            }
            assert!(text.contains("error title=a::b"), "{text}");
        }
        assert_eq!(in_a_line("a\n::b"), "a\\n::b");
        assert_eq!(harmless("a ::b\n: c # d"), "a ::b\n: c # d");
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn lines_keep_to_the_width_where_words_allow() {
        let style = Style {
            color: false,
            width: 30,
        };
        let lines = style.wrap("one two three four five six seven eight\nnine", 4);
        assert!(
            lines
                .iter()
                .all(|line| line.chars().count() <= 30 && line.starts_with("    ")),
            "{lines:?}"
        );
        assert_eq!(lines.last().map(String::as_str), Some("    nine"));
    }
}
