//! The rule by which a message is compared with the documented one.
//!
//! The service ends nearly every sentence with a full stop, which the 403 page drops. So white space around both texts and one final full
//! stop are ignored. Nothing else may follow: where the wire was seen to go on with another sentence, that longer text stands in the case
//! file. Only the text that ends with the colon before a condition of a Post policy goes on with what nobody can spell out beforehand,
//! the condition that failed: `["eq", "$key", "a"]`.
//!
//! Of a few causes no source shows the message. Theirs is `*`, and any text meets it; an answer without any does not.

use oss403_case::ledger::ANY_MESSAGE;
use serde_json::Value;

/// Whether `observed` says what `documented` says.
pub fn matches(documented: &str, observed: &str) -> bool {
    let (documented, observed) = (trim(documented), trim(observed));
    if documented == ANY_MESSAGE {
        return !observed.is_empty();
    }
    match observed.strip_prefix(documented) {
        Some("") => true,
        Some(rest) => documented.ends_with(':') && is_condition(rest),
        None => false,
    }
}

/// Whether a text is a condition of a Post policy, behind a blank.
fn is_condition(text: &str) -> bool {
    let Some(text) = text.strip_prefix(' ').filter(|text| text.len() <= LONGEST) else {
        return false;
    };
    let parts: Result<(String, String, Value), _> = serde_json::from_str(text);
    parts.is_ok_and(|(_, field, value)| {
        field.starts_with('$') && (value.is_string() || value.is_array())
    })
}

/// Longest condition, in bytes: a form's fields are not longer.
const LONGEST: usize = 4096;

/// `text` without white space around it and without one final full stop.
fn trim(text: &str) -> &str {
    let text = text.trim();
    text.strip_suffix('.').unwrap_or(text).trim_end()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_full_stop_and_white_space_make_no_difference() {
        for (documented, observed) in [
            ("Request has expired", "Request has expired."),
            ("Request has expired.", "Request has expired"),
            ("UserDisable", "UserDisable"),
            (
                "  The image file may be damaged",
                "The image file may be damaged. \n",
            ),
        ] {
            assert!(matches(documented, observed), "{documented:?} {observed:?}");
        }
    }

    #[test]
    fn only_a_condition_of_a_post_policy_may_follow_and_only_a_colon() {
        let failed = "Invalid according to Policy: Policy Condition failed:";
        for condition in [
            r#"["eq", "$x-oss-security-token", ""]"#,
            r#"["starts-with", "$key", "user/eric/"]"#,
            r#"["not-in", "$content-type", ["text/html"]]"#,
            r#"["eq","$key","a"]."#,
        ] {
            assert!(
                matches(failed, &format!("{failed} {condition}")),
                "{condition}"
            );
            assert!(!matches(
                "Request has expired",
                &format!("Request has expired {condition}")
            ));
        }
        let long = format!(r#" ["eq", "$key", "{}"]"#, "a".repeat(200_000));
        for rest in [
            " not really",
            "[]",
            " []",
            r#" ["eq", "$key"]"#,
            r#" ["eq", "key", "a"]"#,
            r#" ["eq", "$key", "a"] x"#,
            r#"["eq", "$key", "a"]"#,
            r#" ["eq", "$key", 1]"#,
            " . x",
            &long,
        ] {
            assert!(!matches(failed, &format!("{failed}{rest}")), "{rest:.60}");
        }
    }

    #[test]
    fn nothing_else_may_follow() {
        let long = format!(". {}", "x".repeat(200_000));
        for rest in [
            ".x",
            ". x",
            ".. ",
            "..",
            ".But you are granted, never mind.",
            ". But you are granted, never mind.",
            ": not really",
            ":",
            ", not really",
            ",",
            "!",
            " - no",
            ";",
            "\u{1}",
            ". \u{1}",
            "\n\nx",
            "\u{200b}",
            &long,
        ] {
            assert!(
                !matches("Request has expired", &format!("Request has expired{rest}")),
                "{rest:.60?}"
            );
        }
    }

    #[test]
    fn the_message_of_another_cause_is_not_taken_for_a_longer_form() {
        let object = "You have no right to access this object";
        assert!(!matches(
            object,
            "You have no right to access this object because of bucket acl."
        ));
        assert!(!matches(
            "Current user is indebted",
            "Current user is indebted Overdue."
        ));
        assert!(!matches("AccessDenied", "AccessDeniedByPolicy"));
    }

    #[test]
    fn any_text_meets_a_message_that_no_source_shows() {
        assert!(matches("*", "The cname is forbidden."));
        assert!(!matches("*", "  ") && !matches("*", "."));
        assert!(!matches("The cname is forbidden", "*"));
    }

    #[test]
    fn anything_else_is_another_message() {
        assert!(!matches("Request has expired", "request has expired."));
        assert!(!matches(
            "Request has expired",
            "Sorry: Request has expired."
        ));
        assert!(!matches("Request has expired", ""));
        assert!(!matches("Request has expired", "Request has expire"));
        // One full stop is dropped, not several.
        assert!(!matches("AccessDenied...", "AccessDenied"));
    }
}
