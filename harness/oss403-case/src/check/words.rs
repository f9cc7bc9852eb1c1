//! Names, ACLs, storage classes: words that have a meaning only as one of a list.

use crate::decode::Problem;
use crate::document::problem;
use crate::place::{Part, Path};
use crate::placeholder;
use crate::suggest;

/// ACLs of buckets.
pub(super) const BUCKET_ACLS: [&str; 3] = ["private", "public-read", "public-read-write"];
/// ACLs of objects.
pub(super) const OBJECT_ACLS: [&str; 4] =
    ["default", "private", "public-read", "public-read-write"];
pub(super) const STORAGE_CLASSES: [&str; 5] = [
    "Standard",
    "IA",
    "Archive",
    "ColdArchive",
    "DeepColdArchive",
];
/// Algorithms of server-side encryption.
pub(super) const ENCRYPTIONS: [&str; 3] = ["AES256", "KMS", "SM4"];
/// Methods that OSS knows.
pub(super) const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"];

/// Small letters, digits and single `-` between them.
pub(super) fn is_kebab(text: &str) -> bool {
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
