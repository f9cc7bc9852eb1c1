//! The rule by which a message is compared with the documented one.
//!
//! The service ends nearly every sentence with a full stop, which the 403 page drops, and it continues some messages with another
//! sentence ("… you provided. Check your key and signing method."). So white space around both texts and one final full stop are
//! ignored, and an answer may go on where the documented text ends, but only there where a sentence or the colon before a detail
//! ends: "You have no right to access this object" is not met by "You have no right to access this object because of bucket acl.",
//! which is the message of another cause.
//!
//! Of a few causes no source shows the message. Theirs is `*`, and any text meets it; an answer without any does not.

use oss403_case::ledger::ANY_MESSAGE;

/// Whether `observed` says what `documented` says.
pub fn matches(documented: &str, observed: &str) -> bool {
    let (documented, observed) = (trim(documented), trim(observed));
    if documented == ANY_MESSAGE {
        return !observed.is_empty();
    }
    let Some(rest) = observed.strip_prefix(documented) else {
        return false;
    };
    rest.is_empty() || ends_open(documented) || rest.starts_with(['.', ':'])
}

/// `text` without white space around it and without one final full stop.
fn trim(text: &str) -> &str {
    let text = text.trim();
    text.strip_suffix('.').unwrap_or(text).trim_end()
}

/// Whether the text announces that something follows.
fn ends_open(text: &str) -> bool {
    text.ends_with(':')
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
    fn a_further_sentence_or_detail_may_follow() {
        let signature =
            "The request signature we calculated does not match the signature you provided";
        let seen = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        assert!(matches(signature, seen));
        let condition = r#"Invalid according to Policy: Policy Condition failed: ["eq", "$x-oss-security-token", ""]"#;
        assert!(matches(
            "Invalid according to Policy: Policy Condition failed:",
            condition
        ));
        assert!(matches(
            "Invalid according to Policy: Policy Condition failed",
            condition
        ));
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
