//! `$$` and the `${…}` placeholders of a text: the one reader of them, and what they may be called. A run replaces them.

use strum::{IntoStaticStr, VariantArray};

use super::model::Who;

/// A piece of a text. Nothing but this says what a `$` means; an axis, whose `$` goes away when a scenario is expanded, stands in a
/// [`Piece::Text`] before that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'text> {
    /// What stands for itself, a `$` before neither `$` nor `{` included.
    Text(&'text str),
    /// `$$`: a dollar sign.
    Dollar,
    /// `${name}`, by what stands between the braces.
    Placeholder(&'text str),
    /// `${` without its `}`, and all that follows.
    Unclosed(&'text str),
}

/// Takes a text apart, from left to right.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let piece;
        (piece, rest) = if rest.is_empty() {
            return None;
        } else if let Some(after) = rest.strip_prefix("$$") {
            (Piece::Dollar, after)
        } else if let Some(inner) = rest.strip_prefix("${") {
            match inner.split_once('}') {
                Some((name, after)) => (Piece::Placeholder(name), after),
                None => (Piece::Unclosed(rest), ""),
            }
        } else {
            let begins = |(at, _): &(usize, &str)| rest[at + 1..].starts_with(['$', '{']);
            let end = rest.match_indices('$').find(begins);
            let (text, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
            (Piece::Text(text), after)
        };
        Some(piece)
    })
}

/// The names of the placeholders of a text.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter_map(|piece| match piece {
        Piece::Placeholder(name) => Some(name),
        Piece::Text(_) | Piece::Dollar | Piece::Unclosed(_) => None,
    })
}

/// The identities that the placeholders of a text are about, and what of each they stand for.
pub fn people(text: &str) -> impl Iterator<Item = (Kind, Who)> {
    names(text).filter_map(|name| match meaning(name)? {
        Meaning::Named(kind, who) if kind.names() == Named::Identity => Some((kind, who.into())),
        _ => None,
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

/// The first words of placeholders of the form `KIND.NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// The real name of a bucket.
    Bucket,
    /// The UID of an identity.
    Uid,
    /// The UID of an identity's account.
    Account,
    /// The id of an identity's key.
    AccessKeyId,
    /// The id of an upload in progress.
    Upload,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

    /// The word, as a case writes it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What its second part is a name of.
    pub fn names(self) -> Named {
        match self {
            Self::Bucket => Named::Bucket,
            Self::Uid | Self::Account | Self::AccessKeyId => Named::Identity,
            Self::Upload => Named::Upload,
        }
    }
}

/// What a placeholder's second part may be a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A bucket of `given.buckets`.
    Bucket,
    /// A built-in identity or one of `given.identities`.
    Identity,
    /// An upload of any bucket.
    Upload,
}

/// What a placeholder's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning<'text> {
    /// One of [`PLAIN`].
    Plain(&'text str),
    /// A [`Kind`] and the name after the dot.
    Named(Kind, &'text str),
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
    let kind = Kind::ALL.iter().find(|known| known.as_str() == kind)?;
    (!rest.is_empty()).then_some(Meaning::Named(*kind, rest))
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
    fn a_text_is_taken_apart_at_its_dollars() {
        use Piece::{Dollar, Placeholder as P, Text, Unclosed};
        let cases: [(&str, &[Piece<'_>]); 12] = [
            ("", &[]),
            ("$x costs 5$", &[Text("$x costs 5$")]),
            ("a$$b", &[Text("a"), Dollar, Text("b")]),
            ("${a}b${}", &[P("a"), Text("b"), P("")]),
            ("$${a}", &[Dollar, Text("{a}")]),
            ("$$${a}", &[Dollar, P("a")]),
            ("$$$${a}", &[Dollar, Dollar, Text("{a}")]),
            ("$${a}${b}", &[Dollar, Text("{a}"), P("b")]),
            ("$x$$${a}", &[Text("$x"), Dollar, P("a")]),
            ("${a$$b}", &[P("a$$b")]),
            ("é ${a $$", &[Text("é "), Unclosed("${a $$")]),
            ("$${a ${", &[Dollar, Text("{a "), Unclosed("${")]),
        ];
        for (text, expected) in cases {
            assert_eq!(pieces(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn people_are_those_of_the_three_kinds_that_are_about_identities() {
        let text =
            "${uid.a} $${uid.b} ${bucket.c}${access-key-id.sts} ${account.d} ${uid.} ${uid.e";
        let found: Vec<_> = people(text).collect();
        let expected = [
            (Kind::Uid, Who::from("a")),
            (Kind::AccessKeyId, Who::Sts),
            (Kind::Account, Who::from("d")),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn names_have_meanings() {
        assert_eq!(meaning("now"), Some(Meaning::Plain("now")));
        assert_eq!(meaning("now+60"), Some(Meaning::Now(60)));
        assert_eq!(meaning("now-60"), Some(Meaning::Now(-60)));
        assert_eq!(meaning("x-oss-date+60"), Some(Meaning::Date(60)));
        assert_eq!(
            meaning("upload.one"),
            Some(Meaning::Named(Kind::Upload, "one"))
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
