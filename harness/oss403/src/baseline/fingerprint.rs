//! What a failure is known by from one night to the next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The answer of a failure, free of what is made anew in each run: `…` stands for such a word.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fingerprint {
    /// HTTP status; absent when nothing was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The `Code` element; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The `Message` element; absent when there is none. `…` stands for anything without a blank, `\…` for that sign itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What is wrong, where status, code and message do not say it: an effect, a leak, an envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs: Option<String>,
}

impl Fingerprint {
    /// Whether this is what was recorded. A record without `differs` says nothing of it.
    pub fn is_as(&self, recorded: &Self) -> bool {
        let said = |recorded: &Option<String>, seen: &Option<String>| match (recorded, seen) {
            (None, None) => true,
            (Some(recorded), Some(seen)) => alike(recorded, seen),
            _ => false,
        };
        self.status == recorded.status
            && said(&recorded.code, &self.code)
            && said(&recorded.message, &self.message)
            && (recorded.differs.is_none() || said(&recorded.differs, &self.differs))
    }

    /// `403 AccessDenied "Access denied."`.
    pub fn in_words(&self) -> String {
        let status = self.status.map(|status| status.to_string());
        let mut parts = vec![status.unwrap_or_else(|| "no answer".into())];
        parts.extend(self.code.clone());
        parts.extend(self.message.as_ref().map(|said| format!("{said:?}")));
        parts.extend(self.differs.as_ref().map(|said| format!("({said})")));
        parts.join(" ")
    }
}

/// Whether a text is a recorded one, word by word. Blanks around it and their number make no difference.
fn alike(recorded: &str, seen: &str) -> bool {
    let (mut recorded, mut seen) = (recorded.split_whitespace(), seen.split_whitespace());
    loop {
        match (recorded.next(), seen.next()) {
            (None, None) => return true,
            (Some(recorded), Some(seen)) if fits(recorded, seen) => {}
            _ => return false,
        }
    }
}

/// Whether a word is a recorded one, in which `…` stands for at least one character. What was seen has a backslash before one of its own,
/// as what was recorded has.
fn fits(recorded: &str, seen: &str) -> bool {
    let mut from = 0;
    let signs = recorded.match_indices('…');
    let signs = signs.filter(|(at, _)| !recorded[..*at].ends_with('\\'));
    let ends = signs.map(|(at, sign)| (at, at + sign.len()));
    let ends = ends.chain([(recorded.len(), recorded.len())]);
    let mut parts = ends
        .map(|(end, next)| &recorded[std::mem::replace(&mut from, next)..end])
        .collect::<Vec<_>>()
        .into_iter();
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = seen.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    let mut passed = |part: &str| {
        let from = rest.chars().next().map_or(0, char::len_utf8);
        let found = rest.get(from..)?.find(part).filter(|_| from > 0)?;
        rest = &rest[from + found + part.len()..];
        Some(())
    };
    for part in parts {
        if passed(part).is_none() {
            return false;
        }
    }
    rest.len() > last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Fingerprint {
        Fingerprint {
            status: Some(403),
            code: Some("AccessDenied".into()),
            message: Some(text.into()),
            differs: None,
        }
    }

    #[test]
    fn each_part_of_an_answer_makes_it_another() {
        let recorded = message("Access denied.");
        assert!(recorded.is_as(&recorded));
        for other in [
            Fingerprint {
                status: Some(400),
                ..recorded.clone()
            },
            Fingerprint {
                status: None,
                ..recorded.clone()
            },
            Fingerprint {
                code: Some("Forbidden".into()),
                ..recorded.clone()
            },
            Fingerprint {
                code: None,
                ..recorded.clone()
            },
            Fingerprint {
                message: None,
                ..recorded.clone()
            },
            message("Access denied"),
            message("access denied."),
            message("Access denied. Really."),
        ] {
            assert!(!other.is_as(&recorded), "{other:?}");
            assert!(!recorded.is_as(&other), "{other:?}");
        }
    }

    #[test]
    fn an_ellipsis_stands_for_one_word_or_a_part_of_it() {
        for (recorded, seen, same) in [
            ("took … ms", "took 12 ms", true),
            ("took … ms", "took 12 34 ms", false),
            ("took … ms", "took ms", false),
            ("bucket …/k.txt", "bucket oss-1/k.txt", true),
            ("bucket …/k.txt", "bucket /k.txt", false),
            ("(…)", "(…)", true),
            ("a…b…c", "a1b2c", true),
            ("a…b…c", "abc", false),
            ("a…b…c", "a1b2", false),
            ("…", "ü", true),
            // What somebody says himself is that sign and nothing else.
            (r"wait\…", r"wait\…", true),
            (r"wait\…", "wait12", false),
            (r"wait\…", "wait…", false),
            (r"\…a…", r"\…ab", true),
            (r"\…a…", "xxab", false),
            ("wait…", r"wait\…", true),
            ("  two  words ", "two words", true),
        ] {
            let (recorded, seen) = (message(recorded), message(seen));
            assert_eq!(seen.is_as(&recorded), same, "{recorded:?} {seen:?}");
        }
    }

    #[test]
    fn what_differs_besides_counts_where_it_was_recorded() {
        let with = |differs: &str| Fingerprint {
            differs: Some(differs.into()),
            ..message("x")
        };
        assert!(with("HostId is missing").is_as(&message("x")));
        assert!(with("HostId is missing").is_as(&with("HostId is missing")));
        assert!(!with("RequestId is missing").is_as(&with("HostId is missing")));
        assert!(!message("x").is_as(&with("HostId is missing")));
    }
}
