//! What is read out of disguises, and what is not taken for one.

use super::*;

fn shown(piece: &str) -> Shown {
    let mut pieces = Pieces::default();
    pieces.add(piece.as_bytes());
    pieces.shown()
}

#[test]
fn every_escape_stands_for_its_character() {
    for (escaped, plain) in [
        (r"a\x41b", "aAb"),
        (r#"a\"b"#, "a\"b"),
        (r"a\\b", r"a\b"),
        (r"a\/b", "a/b"),
        (r"a\nb", "a\nb"),
        (r"a\u00e9b", "aéb"),
        ("a%41b", "aAb"),
        ("a&amp;b", "a&b"),
        ("a&#65;b&#x42;", "aAbB"),
    ] {
        let found = unescaped(escaped.as_bytes()).expect(escaped);
        assert_eq!(String::from_utf8_lossy(&found), plain, "{escaped}");
    }
    for plain in ["abc", r"a\qb", r"\x4", "%4", "&b;", "&b", r"\u00e"] {
        assert_eq!(unescaped(plain.as_bytes()), None, "{plain}");
    }
}

/// A digit too many spoils nothing of what stands before it, and what has no padding is whole.
#[test]
fn base64_is_read_to_its_end() {
    let fifteen = BASE64_STANDARD.encode("fifteen bytes..");
    let sixteen = BASE64_STANDARD.encode("and sixteen more");
    for (text, inside) in [
        (fifteen.clone(), "fifteen bytes.."),
        (format!("{fifteen}A"), "fifteen bytes.."),
        (sixteen.trim_end_matches('=').into(), "and sixteen more"),
        (sixteen, "and sixteen more"),
    ] {
        let found = inside_base64(format!("<{text}>").as_bytes());
        assert_eq!(found, [inside.as_bytes(), &[BETWEEN]].concat(), "{text}");
    }
    assert_eq!(
        inside_base64(b"QUJDREVGR0hJSktMTU5"),
        b"",
        "nineteen digits"
    );
}

#[test]
fn hexdumps_are_told_from_words() {
    for (text, bytes) in [
        ("0: 4142 4344 zz", "ABCD"),
        ("000000 41 42 zz 43", "AB"),
        ("000000 4142 another 4344", "AB"),
        // After sixteen bytes comes the column of text, whatever it looks like.
        (
            "000000 4142 4142 4142 4142 4142 4142 4142 4142 4344",
            "ABABABABABABABAB",
        ),
        ("another 4142 4344", ""),
        (": 4142", ""),
        ("41 42 43 44", ""),
        ("4142 4344", ""),
    ] {
        let found = inside_hexdumps(text.as_bytes());
        let in_order = found.split(|byte| *byte == BETWEEN).next();
        assert_eq!(in_order, Some(bytes.as_bytes()), "{text}");
    }
}

#[test]
fn a_plus_sign_may_be_a_blank() {
    let content = "what nobody should see of it";
    assert_eq!(
        shown(&content.replace(' ', "+")).find(content, &[]),
        Some("")
    );
    assert_eq!(shown(&content.replace(' ', "-")).find(content, &[]), None);
}

#[test]
fn disguises_count_from_sixteen_bytes_on() {
    for (content, backwards, how) in [
        ("sixteen bytes, x", "x ,setyb neetxis", Some(", backwards")),
        ("fifteen bytes x", "x setyb neetfif", None),
    ] {
        assert_eq!(shown(content).find(content, &[]), Some(""));
        assert_eq!(shown(backwards).find(content, &[]), how, "{content}");
    }
}

/// What several lines of one name hold together is searched once, and what stands alone is not laid beside itself.
#[test]
fn lines_of_one_name_are_one_list() {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut pieces = Pieces::default();
    pieces.headers(&[
        header("x-a", "one"),
        header("x-b", "alone"),
        header("x-a", "two"),
        header("x-a", "three"),
    ]);
    let text = String::from_utf8_lossy(&pieces.0).into_owned();
    for (part, times) in [
        ("onetwothree", 1),
        ("one two three", 1),
        ("alone", 1),
        ("x-a", 3),
    ] {
        assert_eq!(text.matches(part).count(), times, "{part}: {text}");
    }
    let mut pieces = Pieces::default();
    pieces.headers(&[
        header("x-a", "the one half"),
        header("x-a", "and the other"),
    ]);
    let content = "the one half and the other";
    assert_eq!(pieces.shown().find(content, &[]), Some(""));
}
