//! Names, ACLs, storage classes: words that have a meaning only as one of a list.

use crate::decode::Problem;
use crate::document::problem;
use crate::place::{Part, Path};
use crate::placeholder;
use crate::suggest;

pub(super) use crate::model::words::{
    BUCKET_ACLS, ENCRYPTIONS, METHODS, OBJECT_ACLS, STORAGE_CLASSES,
};

/// Small letters, digits and single `-` between them.
pub fn is_kebab(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.split('-').all(part)
}

/// A problem unless the word is in the list or holds a placeholder. `what` is the list's name in the plural.
pub(super) fn one_of(word: &str, known: &[&str], what: &str, path: Path) -> Option<Problem> {
    if known.contains(&word) || placeholder::names(word).next().is_some() {
        return None;
    }
    let single = what
        .strip_suffix("es")
        .filter(|stem| stem.ends_with("ss"))
        .or(what.strip_suffix('s'));
    let single = single.unwrap_or(what);
    let help = suggest::help(word, known.iter().copied(), what);
    Some(problem(path, Part::Value, format!("unknown {single} `{word}`")).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kebab_case() {
        for name in ["a", "get-after-expiry", "v4-2"] {
            assert!(is_kebab(name), "{name}");
        }
        for name in ["", "-a", "a-", "a--b", "A", "a_b", "a b", "é"] {
            assert!(!is_kebab(name), "{name}");
        }
    }

    #[test]
    fn the_message_speaks_of_one() {
        let message = |what| one_of("x", &["y"], what, Path::top()).unwrap().message;
        assert_eq!(message("ACLs"), "unknown ACL `x`");
        assert_eq!(message("storage classes"), "unknown storage class `x`");
        assert_eq!(message("methods"), "unknown method `x`");
        assert!(one_of("${bucket}", &[], "buckets", Path::top()).is_none());
        assert!(one_of("$${bucket}", &[], "buckets", Path::top()).is_some());
    }
}
