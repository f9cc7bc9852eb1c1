//! What a YAML file is meant to be: told by the keys at its top, mistyped ones included, so that it is held against what its author wrote.

use oss403_case::document::Document;
use oss403_case::format::FILE_KEYS;
use oss403_case::suggest;

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A case file; so is what has no key that speaks for anything.
    Case,
    /// A target profile.
    Profile,
    /// The deviations that are known of a target.
    Baseline,
}

/// Keys of a profile.
const PROFILE_KEYS: [&str; 17] = [
    "name",
    "endpoint",
    "regions",
    "suffix",
    "addressing",
    "tls",
    "identities",
    "capabilities",
    "retired",
    "limits",
    "canary",
    "operator",
    "snapshots",
    "quirks",
    "product",
    "artifact",
    "embedded",
];
/// Keys of a baseline.
const BASELINE_KEYS: [&str; 4] = ["version", "target", "ledger", "entries"];

impl Kind {
    /// The kind that most keys of a text speak for.
    pub fn of(text: &str) -> Self {
        let keys = keys(text);
        let votes = |known: &[&str]| -> usize {
            let vote = |key: &String| {
                let is_known = known.contains(&key.as_str());
                let is_near = suggest::nearest(key, known.iter().copied()).is_some();
                2 * usize::from(is_known) + usize::from(is_near)
            };
            keys.iter().map(vote).sum()
        };
        let case = votes(&FILE_KEYS);
        let (profile, baseline) = (votes(&PROFILE_KEYS), votes(&BASELINE_KEYS));
        if baseline > case.max(profile) {
            Self::Baseline
        } else if profile > case {
            Self::Profile
        } else {
            Self::Case
        }
    }

    /// Whether a key of a text speaks for it, rather than nothing for anything.
    pub fn has_keys(self, text: &str) -> bool {
        let known: &[&str] = match self {
            Self::Case => &FILE_KEYS,
            Self::Profile => &PROFILE_KEYS,
            Self::Baseline => &BASELINE_KEYS,
        };
        keys(text).iter().any(|key| known.contains(&key.as_str()))
    }

    /// What a text is that is no case file, in a sentence; `None` when it may be one.
    pub fn other_than_case(text: &str) -> Option<&'static str> {
        match Self::of(text) {
            Self::Case if Self::Case.has_keys(text) => None,
            // What is no YAML may have keys that cannot be read; what is wrong with it is said where it is read.
            Self::Case if Document::read("", text).is_err() => None,
            other if other != Self::Case && other.has_keys(text) => Some(other.in_words()),
            // A key that is merely like one of a baseline, as `apiVersion` is, makes none.
            _ => Some("something else"),
        }
    }

    /// Its name in a sentence.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Case => "a case file",
            Self::Profile => "a target profile",
            Self::Baseline => "a baseline",
        }
    }
}

/// The keys at the top; of a text that is no YAML the words that its lines begin with.
fn keys(text: &str) -> Vec<String> {
    if let Ok(document) = Document::read("", text) {
        let entries = document.value().as_object();
        return entries
            .map(|entries| entries.keys().cloned().collect())
            .unwrap_or_default();
    }
    let is_word = |word: &&str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    let lines = text.trim_start_matches('\u{feff}').lines();
    let words = lines.filter_map(|line| Some(line.split_once(':')?.0));
    words.filter(is_word).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_key_of_a_profile_is_known_here() {
        let schema: Value =
            serde_json::from_str(&crate::target::Profile::schema()).expect("a schema");
        let keys: Vec<&str> = schema["properties"]
            .as_object()
            .expect("a map")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(keys, PROFILE_KEYS);
    }

    #[test]
    fn a_file_is_what_most_of_its_keys_speak_for() {
        for (text, kind) in [
            (
                "endpont: http://127.0.0.1:1\nregions: [r]\nsuffix: s\n",
                Kind::Profile,
            ),
            ("regions: []\nidentities: {}\n", Kind::Profile),
            ("target: x\nsuffix: s\ncapabilities: all\n", Kind::Profile),
            ("endpoint: embedded\n", Kind::Profile),
            ("name: a\nendpoint: b: c\n", Kind::Profile),
            ("\u{feff}endpoint: embedded\n", Kind::Profile),
            ("cause: x\ncode: y\n", Kind::Case),
            ("cuase: x\nscenarios: []\n", Kind::Case),
            ("cause: x: y\nscenarios:\n\t- name: z\n", Kind::Case),
            ("version: 1\nentries: []\n", Kind::Baseline),
            ("versoin: 1\nentries: []\n", Kind::Baseline),
            ("", Kind::Case),
            ("- 1\n", Kind::Case),
        ] {
            assert_eq!(Kind::of(text), kind, "{text:?}");
        }
    }

    #[test]
    fn what_has_no_key_of_a_case_is_none() {
        for (text, other) in [
            ("cause: x\n", None),
            ("cause: x: y\n", None),
            ("a: 1\n", Some("something else")),
            ("apiVersion: v1\nkind: Pod\n", Some("something else")),
            ("endpoint: embedded\n", Some("a target profile")),
            ("version: 1\nentries: []\n", Some("a baseline")),
        ] {
            assert_eq!(Kind::other_than_case(text), other, "{text:?}");
        }
    }
}
