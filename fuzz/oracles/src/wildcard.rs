//! The wildcards of policies and referer lists, against the crate `regex`.
//!
//! The same answer as the regular expression that says the same, with and without regard to case; a star in front only widens; a text
//! without wildcards matches itself alone.

use oss_policy::Pattern;
use regex::{Regex, RegexBuilder};

/// Longer patterns and texts are no input: the second opinion is the slow one.
const LONGEST: usize = 256;

/// The input is a pattern, a line feed, a text.
pub fn check(data: &[u8]) -> bool {
    let Ok(input) = std::str::from_utf8(data) else {
        return false;
    };
    let Some((pattern, text)) = input.split_once('\n') else {
        return false;
    };
    if data.len() > LONGEST {
        return false;
    }
    let subject = Pattern::new(pattern);
    assert_eq!(
        (subject.as_str(), subject.to_string().as_str()),
        (pattern, pattern)
    );
    let matches = subject.matches(text);
    let expression = expression(pattern);
    assert_eq!(
        matches,
        expression.is_match(text),
        "{pattern:?} on {text:?}"
    );
    let folded = RegexBuilder::new(&source(&pattern.to_ascii_lowercase()))
        .build()
        .is_ok_and(|folded| folded.is_match(&text.to_ascii_lowercase()));
    assert_eq!(
        subject.matches_ignore_case(text),
        folded,
        "{pattern:?} on {text:?}, any case"
    );
    assert!(!matches || subject.matches_ignore_case(text));
    if !pattern.contains(['*', '?']) {
        assert_eq!(matches, pattern == text);
    }
    let wider = Pattern::new(&format!("*{pattern}"));
    assert!(
        !matches || (wider.matches(text) && wider.matches(&format!("x{text}"))),
        "a star narrows"
    );
    true
}

fn expression(pattern: &str) -> Regex {
    Regex::new(&source(pattern)).expect("every pattern is an expression")
}

fn source(pattern: &str) -> String {
    let mut source = String::from(r"(?s)\A");
    for sign in pattern.chars() {
        match sign {
            '*' => source.push_str(".*"),
            '?' => source.push('.'),
            other => source.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    source.push_str(r"\z");
    source
}
