//! The wildcards of policies and referer lists: `*` is any run of characters, `?` is exactly one.
//!
//! Neither stops at `/`, and there is no escape for either (help pages: *Policy structure and syntax*, *RAM Policy*).

use std::fmt;

/// A text with wildcards, prepared for matching.
///
/// # Cost
///
/// A pattern is cut at its stars once. Matching looks for the pieces from left to right and never goes back, because
/// the leftmost place of a piece leaves the most room for the rest. A piece without `?` is found in linear time, so
/// patterns without `?` cost O(pattern + text). A piece of length *p* with `?` in it costs at most O(*p* × text); that
/// product stays small because the sources of patterns are limited ([`crate::MAX_BUCKET_POLICY_BYTES`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    source: String,
    exact: Pieces,
    folded: Pieces,
}

impl Pattern {
    /// Prepares `source`. Every text is a valid pattern; one without wildcards matches only itself.
    #[must_use]
    pub fn new(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            exact: Pieces::cut(source),
            folded: Pieces::cut(&source.to_ascii_lowercase()),
        }
    }

    /// The text the pattern was made from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the pattern covers the whole of `text`, with regard to case.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.exact.cover(text)
    }

    /// Whether the pattern covers the whole of `text` when ASCII letters are compared without regard to case.
    ///
    /// Only ASCII is folded: what is compared this way (actions, referers) is ASCII on the wire.
    #[must_use]
    pub fn matches_ignore_case(&self, text: &str) -> bool {
        self.folded.cover(&text.to_ascii_lowercase())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl From<&str> for Pattern {
    fn from(source: &str) -> Self {
        Self::new(source)
    }
}

/// What stands between the stars of a pattern: `first*middle*middle*last`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pieces {
    first: Piece,
    /// `None` when there is no star, so that `first` has to cover everything.
    rest: Option<(Vec<Piece>, Piece)>,
}

impl Pieces {
    fn cut(source: &str) -> Self {
        let Some((first, tail)) = source.split_once('*') else {
            return Self {
                first: Piece::new(source),
                rest: None,
            };
        };
        let (middle, last) = tail.rsplit_once('*').unwrap_or(("", tail));
        let middle = middle
            .split('*')
            .filter(|piece| !piece.is_empty())
            .map(Piece::new);
        Self {
            first: Piece::new(first),
            rest: Some((middle.collect(), Piece::new(last))),
        }
    }

    fn cover(&self, text: &str) -> bool {
        let Some(tail) = self.first.strip_from_front(text) else {
            return false;
        };
        let Some((middle, last)) = &self.rest else {
            return tail.is_empty();
        };
        let Some(mut tail) = last.strip_from_back(tail) else {
            return false;
        };
        middle.iter().all(|piece| {
            piece.strip_through_leftmost(tail).is_some_and(|after| {
                tail = after;
                true
            })
        })
    }
}

/// A run of literal characters and `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    chars: usize,
    literal: bool,
}

impl Piece {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            chars: text.chars().count(),
            literal: !text.contains('?'),
        }
    }

    fn strip_from_front<'t>(&self, text: &'t str) -> Option<&'t str> {
        if self.literal {
            return text.strip_prefix(&self.text);
        }
        let mut rest = text.chars();
        let fits = self
            .text
            .chars()
            .all(|wanted| rest.next().is_some_and(|c| wanted == '?' || wanted == c));
        fits.then_some(rest.as_str())
    }

    fn strip_from_back<'t>(&self, text: &'t str) -> Option<&'t str> {
        if self.literal {
            return text.strip_suffix(&self.text);
        }
        let (start, _) = text.char_indices().rev().nth(self.chars.checked_sub(1)?)?;
        self.strip_from_front(&text[start..])
            .map(|_| &text[..start])
    }

    /// What follows the leftmost occurrence of the piece.
    fn strip_through_leftmost<'t>(&self, text: &'t str) -> Option<&'t str> {
        if self.literal {
            return text
                .find(&self.text)
                .map(|at| &text[at + self.text.len()..]);
        }
        text.char_indices()
            .find_map(|(at, _)| self.strip_from_front(&text[at..]))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use proptest::prelude::*;

    #[test]
    fn stars_and_question_marks_cover_the_whole_text() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "a/b/c", true),
            ("?", "", false),
            ("?", "é", true),
            ("?", "ab", false),
            ("oss:Get*", "oss:GetObject", true),
            ("oss:Get*", "oss:PutObject", false),
            ("oss:GetObject", "oss:GetObjectAcl", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*ab*ab*", "ab", false),
            ("*ab*ab*", "xabyab", true),
            ("a*?c", "abc", true),
            ("a*?c", "ac", false),
            ("*?é", "xé", true),
            ("*a?c*d", "aacabcd", true),
            ("**a**", "bab", true),
        ] {
            assert_eq!(
                Pattern::new(pattern).matches(text),
                expected,
                "{pattern:?} against {text:?}"
            );
        }
    }

    #[test]
    fn case_counts_unless_it_is_asked_to_be_ignored() {
        let pattern = Pattern::new("OSS:get*");
        assert_eq!(pattern.to_string(), "OSS:get*");
        assert!(!pattern.matches("oss:GetObject"));
        assert!(pattern.matches_ignore_case("oss:GetObject"));
        assert!(!Pattern::new("É").matches_ignore_case("é"));
    }

    #[test]
    fn a_hostile_pattern_does_not_blow_up() {
        let started = std::time::Instant::now();
        let pattern = Pattern::new(&format!("{}b", "*a?".repeat(5000)));
        assert!(!pattern.matches(&"a".repeat(8000)));
        let pattern = Pattern::new(&format!("*{}b*", "a".repeat(8000)));
        assert!(!pattern.matches(&"a".repeat(16_000)));
        assert!(started.elapsed().as_secs() < 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2000,
            failure_persistence: None,
            rng_seed: proptest::test_runner::RngSeed::Fixed(403),
            ..ProptestConfig::default()
        })]

        /// The regex engine is the independent second route.
        #[test]
        fn agrees_with_the_regex_translation(pattern in "[abA?*é\n.]{0,9}", text in "[abA?*é\n.]{0,12}") {
            let translated: String = pattern.chars().map(|c| match c {
                '*' => ".*".to_owned(),
                '?' => ".".to_owned(),
                literal => regex::escape(&literal.to_string()),
            }).collect();
            let regex = regex::Regex::new(&format!("^(?s:{translated})$")).unwrap();
            prop_assert_eq!(Pattern::new(&pattern).matches(&text), regex.is_match(&text));
            let folded = regex::Regex::new(&format!("^(?s:{})$", translated.to_ascii_lowercase())).unwrap();
            prop_assert_eq!(
                Pattern::new(&pattern).matches_ignore_case(&text),
                folded.is_match(&text.to_ascii_lowercase())
            );
        }
    }
}
