//! Hides credentials that stand in a profile's text, before anything else looks at it.

/// Keys whose values are credentials unless they are maps.
const KEYS: [&str; 4] = [
    "access-key-id",
    "access-key-secret",
    "security-token",
    "token",
];

/// The text with every character of a literal credential replaced, so that lines and columns stay the same.
pub(super) fn credentials(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    // Inside a block scalar: the indentation of its key.
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if let Some(outer) = block {
            if line.trim().is_empty() || indent > outer {
                masked.push_str(&crossed_out(line));
                continue;
            }
            block = None;
        }
        let (line, opens_block) = mask_line(&without_user_info(line));
        if opens_block {
            block = Some(indent);
        }
        masked.push_str(&line);
    }
    masked
}

/// Masks the values in one line. True when the last of them goes on in the lines below.
fn mask_line(line: &str) -> (String, bool) {
    let mut masked = String::with_capacity(line.len());
    let mut rest = line;
    let mut opens_block = false;
    while let Some((before, value)) = next_value(rest) {
        masked.push_str(before);
        let length = if value.starts_with(['"', '\'']) {
            let quote = &value[..1];
            value[1..].find(quote).map_or(value.len(), |end| end + 2)
        } else {
            value.find([',', '}', '\n']).unwrap_or(value.len())
        };
        opens_block = value.starts_with(['|', '>']);
        let (value, after) = value.split_at(length);
        masked.push_str(&if opens_block {
            value.to_owned()
        } else {
            crossed_out(value)
        });
        rest = after;
    }
    masked.push_str(rest);
    (masked, opens_block)
}

/// Masks what stands between `://` and `@`.
fn without_user_info(line: &str) -> String {
    let mut parts = line.split("://");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['/', ' ', '\n']).unwrap_or(part.len());
        let at = part[..end].rfind('@').unwrap_or(0);
        masked.push_str("://");
        masked.push_str(&crossed_out(&part[..at]));
        masked.push_str(&part[at..]);
    }
    masked
}

/// Splits a line before the next literal value of one of the keys.
fn next_value(line: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let (key, at) = KEYS
            .iter()
            .filter_map(|key| Some((key, from + line[from..].find(key)?)))
            // Where one key begins another, the longer one stands there.
            .min_by_key(|(key, at)| (*at, usize::MAX - key.len()))?;
        let behind = at + key.len();
        let is_word = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
        match value_at(line, behind) {
            Some(start) if is_word => return Some(line.split_at(start)),
            _ => from = behind,
        }
    }
}

/// Where the literal value begins whose key ends at `behind`: the key may be quoted, and blanks may stand before its colon.
fn value_at(line: &str, behind: usize) -> Option<usize> {
    let rest = &line[behind..];
    let unquoted = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
    let value = unquoted.trim_start_matches([' ', '\t']).strip_prefix(':')?;
    let value = value.trim_start_matches([' ', '\t']);
    let literal = !value.trim_end().is_empty() && !value.starts_with(['{', '#', '[']);
    literal.then(|| line.len() - value.len())
}

fn crossed_out(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_whitespace() || matches!(c, '"' | '\'') {
                c
            } else {
                'x'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_credentials_disappear_and_everything_else_stays() {
        let text = "\
identities:
  owner:
    access-key-id: { env: ID }
    access-key-secret: hush-1   # a comment
    security-token: \"hush, 2\"
  sts: { access-key-secret: hush-3, access-key-id: {file: id}, security-token: 'hush-4' }
operator: { url: 'http://h/', token: hush-5 }
block:
  access-key-secret: |
    hush-6

    hush-7
  name: kept
";
        let masked = credentials(text);
        assert!(!masked.contains("hush"), "{masked}");
        for kept in [
            "{ env: ID }",
            "{file: id}",
            "'http://h/'",
            "name: kept",
            "sts: {",
        ] {
            assert!(masked.contains(kept), "{kept}: {masked}");
        }
        assert_eq!(masked.lines().count(), text.lines().count());
        let widths = |text: &str| {
            text.lines()
                .map(|line| line.chars().count())
                .collect::<Vec<_>>()
        };
        assert_eq!(widths(&masked), widths(text));
    }

    /// Found with the fuzz target `target_profile`: only bare keys with their colon right behind them were known.
    #[test]
    fn keys_may_be_quoted_and_blanks_may_stand_before_the_colon() {
        for text in [
            "\"access-key-secret\": hush",
            "'access-key-secret' : \"hush\"",
            "owner: { \"token\": hush }",
            "access-key-secret : hush",
            "access-key-id: { env: ID }, token: hush",
        ] {
            assert!(!credentials(text).contains("hush"), "{text}");
        }
        let kept = "naccess-key-secret: kept";
        assert_eq!(credentials(kept), kept);
    }

    #[test]
    fn odd_texts_are_no_reason_to_stop() {
        for text in [
            "",
            "token:",
            "token: é",
            "token: \"é",
            "a-token: kept",
            "token: '",
            "token: |",
        ] {
            assert_eq!(credentials(text).chars().count(), text.chars().count());
        }
        assert_eq!(credentials("a-token: kept"), "a-token: kept");
    }
}
