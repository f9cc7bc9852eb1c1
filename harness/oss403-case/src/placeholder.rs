//! The `${…}` placeholders: found here, checked here, replaced by a run.

use std::ops::Range;

/// A placeholder in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder<'text> {
    /// What stands between the braces.
    pub name: &'text str,
    /// Where it stands in the text, `${` and `}` included, in bytes.
    pub range: Range<usize>,
}

/// A `${` without its `}`, at this byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unclosed(pub usize);

/// Every placeholder of a text, in order. `$$` is a literal `$` and begins none.
pub fn find(text: &str) -> impl Iterator<Item = Result<Placeholder<'_>, Unclosed>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text.get(from..)?.find('$')?;
            match text.as_bytes().get(start + 1) {
                Some(b'$') => from = start + 2,
                Some(b'{') => {
                    let Some(length) = text[start..].find('}') else {
                        from = text.len();
                        return Some(Err(Unclosed(start)));
                    };
                    from = start + length + 1;
                    let name = &text[start + 2..from - 1];
                    return Some(Ok(Placeholder {
                        name,
                        range: start..from,
                    }));
                }
                _ => from = start + 1,
            }
        }
    })
}

/// Placeholders whose name is all there is to them.
pub const PLAIN: [&str; 11] = [
    "bucket",
    "region",
    "away-region",
    "suffix",
    "domain",
    "worm",
    "now",
    "x-oss-date",
    "service-host",
    "bucket-host",
    "away-bucket-host",
];

/// Placeholders of the form `KIND.NAME`, with what the name is one of.
pub const DOTTED: [(&str, Names); 5] = [
    ("bucket", Names::Buckets),
    ("uid", Names::Identities),
    ("account", Names::Identities),
    ("access-key-id", Names::Identities),
    ("upload", Names::Uploads),
];

/// What a placeholder's second part may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Buckets of `given.buckets`.
    Buckets,
    /// Built-in identities and those of `given.identities`.
    Identities,
    /// Uploads of any bucket.
    Uploads,
}

/// What a placeholder's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning<'text> {
    /// One of [`PLAIN`].
    Plain(&'text str),
    /// One of [`DOTTED`], with the name after the dot.
    Named(Names, &'text str),
    /// `now+60`, `now-60`: Unix seconds from the present.
    Now(i64),
    /// `x-oss-date`, `x-oss-date+60`: the same time as that header has it.
    Date(i64),
}

/// Reads a placeholder's name; `None` when there is no such placeholder.
pub fn meaning(name: &str) -> Option<Meaning<'_>> {
    if PLAIN.contains(&name) {
        return Some(Meaning::Plain(name));
    }
    if let Some(shift) = name.strip_prefix("now") {
        return seconds(shift).map(Meaning::Now);
    }
    if let Some(shift) = name.strip_prefix("x-oss-date") {
        return seconds(shift).map(Meaning::Date);
    }
    let (kind, rest) = name.split_once('.')?;
    let (_, names) = DOTTED.iter().find(|(known, _)| *known == kind)?;
    (!rest.is_empty()).then_some(Meaning::Named(*names, rest))
}

/// `+60`, `-60`.
fn seconds(shift: &str) -> Option<i64> {
    let digits = shift.strip_prefix(['+', '-'])?;
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = whole.then(|| digits.parse())?.ok()?;
    Some(if shift.starts_with('-') {
        -seconds
    } else {
        seconds
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_between_literal_dollars() {
        let text = "$$key ${bucket}$$${uid.owner} $x $";
        let found: Vec<_> = find(text).map(|found| found.unwrap()).collect();
        let names: Vec<_> = found.iter().map(|found| found.name).collect();
        assert_eq!(names, ["bucket", "uid.owner"]);
        assert_eq!(&text[found[0].range.clone()], "${bucket}");
        assert_eq!(find("$${bucket}").count(), 0);
    }

    #[test]
    fn an_open_brace_is_reported_once() {
        assert_eq!(find("é ${a").collect::<Vec<_>>(), [Err(Unclosed(3))]);
        assert_eq!(find("${").collect::<Vec<_>>(), [Err(Unclosed(0))]);
    }

    #[test]
    fn names_have_meanings() {
        assert_eq!(meaning("now"), Some(Meaning::Plain("now")));
        assert_eq!(meaning("now+60"), Some(Meaning::Now(60)));
        assert_eq!(meaning("now-60"), Some(Meaning::Now(-60)));
        assert_eq!(meaning("x-oss-date+60"), Some(Meaning::Date(60)));
        assert_eq!(
            meaning("upload.one"),
            Some(Meaning::Named(Names::Uploads, "one"))
        );
        for wrong in [
            "",
            "now+",
            "now+x",
            "now60",
            "x-oss-date60",
            "now+99999999999999999999",
            "uid",
            "uid.",
            "buckets.a",
            "Bucket",
        ] {
            assert_eq!(meaning(wrong), None, "{wrong}");
        }
    }
}
