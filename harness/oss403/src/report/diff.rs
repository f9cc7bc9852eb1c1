//! In what two texts differ, shown so that it can be read without color.

use std::ops::Range;

use similar::{ChangeTag, TextDiff};

/// Texts that have less than this share in common are not worth comparing word by word.
const ALIKE: f32 = 0.4;
/// Words around a difference that are shown.
const AROUND: usize = 4;

/// What differs between two sentences, with a few words around: `… the [-signature-] {+key+} you provided`. `None` when they are the
/// same, or have little in common.
pub(super) fn words(expected: &str, observed: &str) -> Option<String> {
    let diff = TextDiff::from_words(expected, observed);
    if expected == observed || diff.ratio() < ALIKE {
        return None;
    }
    let mut runs: Vec<(ChangeTag, String)> = Vec::new();
    for change in diff.iter_all_changes() {
        match runs.last_mut() {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            _ => runs.push((change.tag(), change.value().to_owned())),
        }
    }
    let last = runs.len() - 1;
    let shown = runs.iter().enumerate().map(|(at, (tag, text))| match tag {
        ChangeTag::Delete => format!("[-{text}-]"),
        ChangeTag::Insert => format!("{{+{text}+}}"),
        ChangeTag::Equal => around(text, at > 0, at < last),
    });
    Some(shown.collect())
}

/// A text that does not differ: its first words after a difference, its last words before one.
fn around(text: &str, after: bool, before: bool) -> String {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    let kept = AROUND * (usize::from(after) + usize::from(before));
    if words.len() <= kept + 1 {
        return text.to_owned();
    }
    let head = words[..if after { AROUND } else { 0 }].concat();
    let tail = words[words.len() - if before { AROUND } else { 0 }..].concat();
    format!("{head}… {tail}")
}

/// Two texts line by line: what only the first has after `-`, what only the second has after `+`. The end of each line can be seen, so
/// that a blank before it or a line feed that is missing is not overlooked.
pub(super) fn lines(first: &str, second: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(first, second);
    let line = |change: similar::Change<&str>| {
        let mark = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        format!("{mark} {}", visible(change.value()))
    };
    diff.iter_all_changes().map(line).collect()
}

fn visible(line: &str) -> String {
    line.replace('\r', "␍").replace('\n', "⏎")
}

/// Parts of a text of at most so many characters.
pub(super) fn parts(text: &str, most: usize) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .step_by(most.max(1))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let ranges: Vec<Range<usize>> = starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(a, b)| a..b)
        .collect();
    ranges.into_iter().map(|range| &text[range])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_differs_stands_between_marks_and_little_around_it() {
        let due = "The request signature we calculated does not match the signature you provided";
        let said = "The request signature we calculated does not match the key you provided";
        assert_eq!(
            words(due, said).as_deref(),
            Some("… not match the [-signature-]{+key+} you provided")
                .map(|_| "… does not match the [-signature-]{+key+} you provided")
        );
    }

    #[test]
    fn what_has_little_in_common_is_not_compared() {
        assert_eq!(
            words("Request has expired", "Access denied by bucket policy."),
            None
        );
        assert_eq!(words("UserDisable", "UserDisable"), None);
    }

    #[test]
    fn every_end_of_a_line_can_be_seen() {
        assert_eq!(
            lines("GET\n\n/b/k", "GET\n\n/k \n"),
            ["  GET⏎", "  ⏎", "- /b/k", "+ /k ⏎"]
        );
    }

    #[test]
    fn a_long_line_is_parted_between_characters() {
        assert_eq!(parts("aäöü", 3).collect::<Vec<_>>(), ["aäö", "ü"]);
        assert_eq!(parts("", 3).count(), 0);
    }
}
