//! "Did you mean": the known word nearest to an unknown one.

/// The known word that somebody who wrote `word` probably meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| is_near(*distance, &folded, candidate))
        .min_by_key(|(distance, candidate)| (*distance, candidate.len()))
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?" where one word is near; otherwise the known words, as far as they are few.
pub fn help<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, what: &str) -> String {
    const FEW: usize = 16;
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(found) = nearest(word, known.iter().copied()) {
        return format!("did you mean `{found}`?");
    }
    match known.len() {
        0 => format!("there are no {what} here"),
        1..=FEW => format!("the {what} here: {}", quoted(&known)),
        count => format!(
            "the {what} here: {}, and {} more",
            quoted(&known[..FEW]),
            count - FEW
        ),
    }
}

/// The known words that somebody who wrote `word` may have meant: the nearest one, and those of which it is a part.
pub fn likely<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Vec<&'a str> {
    const FEW: usize = 6;
    let folded = word.to_lowercase();
    let mut found: Vec<&str> = nearest(word, known.clone()).into_iter().collect();
    if found.is_empty() && !folded.is_empty() {
        let part = |known: &&str| {
            known.split('-').any(|part| part == folded)
                || folded
                    .split('-')
                    .any(|part| part.len() > 3 && part == *known)
        };
        found.extend(known.into_iter().filter(part).take(FEW));
    }
    found
}

/// Words in backticks, with commas between them.
pub fn quoted(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A third of the letters may be wrong, or the word may be the beginning or the end of the known one.
fn is_near(distance: usize, word: &str, candidate: &str) -> bool {
    let length = word.chars().count().max(candidate.chars().count());
    let part = word.len() >= 4 && (candidate.starts_with(word) || candidate.ends_with(word));
    distance * 3 <= length || part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["expires", "expires-in", "clock", "sign"];
        assert_eq!(nearest("expire-in", known), Some("expires-in"));
        assert_eq!(nearest("Clock", known), Some("clock"));
        assert_eq!(nearest("sing", known), Some("sign"));
        assert_eq!(nearest("retention", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("expi", ["access-key", "expiry"]), Some("expiry"));
    }

    #[test]
    fn help_lists_what_is_known_when_nothing_is_near() {
        assert_eq!(help("zzz", ["a", "b"], "edits"), "the edits here: `a`, `b`");
        assert_eq!(help("zzz", [], "axes"), "there are no axes here");
    }
}
