//! The mistakes that people made who wrote their first case: each must be told where it is and how it is put right.

use oss403_case::diagnostic::Severity;

use crate::support::{check_text, with_scenarios};

const SCENARIO: &str = "  - name: read-after-expiry
    given: { bucket: { objects: { k.txt: the content of k.txt } } }
    matrix: { who: [owner, sts] }
    base: { as: $who, sign: url-v1, request: GET /k.txt }
    edit: { expires-in: -1s }
";

/// What is written instead of what, where the first finding is, and words that its message and its help must have.
type Mistake = (
    &'static str,
    &'static str,
    (usize, usize),
    &'static str,
    &'static str,
);

const MISTAKES: [Mistake; 36] = [
    // Tabs.
    (
        "    given:",
        "\tgiven:",
        (14, 1),
        "a tab stands in the indentation",
        "blanks alone",
    ),
    (
        "  - { kind",
        "\t- { kind",
        (7, 1),
        "a tab stands in the indentation",
        "two of them for each level",
    ),
    (
        "    base:",
        "  \tbase:",
        (16, 3),
        "a tab stands in the indentation",
        "blanks alone",
    ),
    // Colons.
    (
        "means: The URL was",
        "means: The URL: it was",
        (10, 15),
        "stands in a text",
        "`means: \"The URL: it was used after the time",
    ),
    (
        "the content of k.txt",
        "the content: of k.txt",
        (14, 53),
        "stands in a text",
        "`k.txt: \"the content: of k.txt\"`",
    ),
    (
        "severity: ",
        "severity:",
        (8, 9),
        "only with a blank behind it",
        "`severity: grants-access`",
    ),
    // Indentation.
    (
        "    base:",
        "   base:",
        (16, 4),
        "begins with 3 blanks, those it belongs to with 4",
        "same column",
    ),
    (
        "    base:",
        "     base:",
        (16, 6),
        "begins with 5 blanks, those it belongs to with 4",
        "same column",
    ),
    (
        "\nseverity:",
        "\n severity:",
        (8, 2),
        "begins with one blank, those it belongs to with no blank",
        "same column",
    ),
    (
        "  - name:",
        " - name:",
        (14, 5),
        "begins with 4 blanks, those it belongs to with 3",
        "same column",
    ),
    (
        "  - name:",
        "  name:",
        (14, 5),
        "begins with 4 blanks, those it belongs to with 2",
        "same column",
    ),
    // Quotes, brackets, characters.
    (
        "fix: Sign",
        "fix: \"Sign",
        (11, 6),
        "the quote `\"` is never closed",
        "another `\"`",
    ),
    (
        "fix: Sign",
        "fix: 'Sign",
        (11, 6),
        "the quote `'` is never closed",
        "another `'`",
    ),
    (
        "-1s }",
        "-1s",
        (17, 11),
        "the `{` is never closed",
        "write `}`",
    ),
    (
        "sts] }",
        "sts }",
        (15, 20),
        "the `[` is never closed",
        "write `]`",
    ),
    (
        "sign: url-v1, request",
        "sign: \"url-v1\" request",
        (16, 38),
        "a comma is missing",
        "`, `",
    ),
    (
        "fix: Sign a new URL.",
        "fix: @Sign a new URL.",
        (11, 6),
        "cannot begin with `@`",
        "`\"@Sign a new URL.\"`",
    ),
    (
        "fix: Sign a new URL.",
        "fix: *Sign a new URL.",
        (11, 6),
        "cannot begin with `*`",
        "`\"*Sign a new URL.\"`",
    ),
    (
        "fix: Sign a new URL.",
        "fix: `Sign` a new URL.",
        (11, 6),
        "cannot begin with ```",
        "\"`Sign` a new URL.\"",
    ),
    (
        "fix: Sign a new URL.",
        "fix: \"Sign \\d\"",
        (11, 12),
        "a backslash means something",
        "`\\\\`",
    ),
    (
        "fix: Sign",
        "fix: Si\0gn",
        (11, 8),
        "control character (U+0000)",
        "delete it",
    ),
    (
        "-1s }\n",
        "-1s }\n---\ncause: x\n",
        (18, 1),
        "more than one document",
        "a file of each",
    ),
    // Keys.
    (
        "matrix:",
        "matrx:",
        (15, 5),
        "unknown key `matrx`",
        "did you mean `matrix`?",
    ),
    (
        "    base: { as: $who, sign: url-v1, request: GET /k.txt }\n",
        "",
        (13, 5),
        "the key `base` is missing",
        "",
    ),
    (
        "    base:",
        "    bsae:",
        (16, 5),
        "unknown key `bsae`",
        "did you mean `base`?",
    ),
    (
        "severity: g",
        "severity: misleads\nseverity: g",
        (9, 1),
        "stands here twice",
        "in line 8: keep one",
    ),
    (
        "-1s }\n",
        "-1s }\n  - name: read-after-expiry\n    base: { sign: url-v1, request: GET / }\n    edit: { expires-in: -1s }\n",
        (18, 11),
        "two scenarios",
        "in line 13",
    ),
    (
        "means: ",
        "meaning: ",
        (2, 1),
        "the key `means` is missing",
        "",
    ),
    // Values.
    (
        "status: 403",
        "status: \"403\"",
        (5, 9),
        "a number that is not negative",
        "without quotes and without zeros before it: 403",
    ),
    (
        "status: 403",
        "status: 0403",
        (5, 9),
        "a number that is not negative",
        "without zeros before it: 403",
    ),
    (
        "date: 2023-06-27",
        "date: 2023-13-45",
        (7, 59),
        "`2023-13-45` is no date",
        "`2023-06-27`",
    ),
    (
        "date: 2023-06-27",
        "date: 27.6.2023",
        (7, 59),
        "`27.6.2023` is no date",
        "`2023-06-27`",
    ),
    (
        "date: 2023-06-27",
        "date: 2023-02-29",
        (7, 59),
        "is no date",
        "as far as it is known",
    ),
    (
        "edit: { expires-in: -1s }",
        "edit: { object-acl: { nope.txt: private } }",
        (17, 13),
        "no object `nope.txt`",
        "`objects` of `given`",
    ),
    (
        "expires-in: -1s",
        "expires-in: -1",
        (17, 25),
        "a span",
        "its unit",
    ),
    (
        "expires-in: -1s",
        "expire-in: -1s",
        (17, 13),
        "unknown edit `expire-in`",
        "did you mean `expires-in`?",
    ),
];

#[test]
fn every_mistake_is_told_where_it_is_and_how_it_is_put_right() {
    let sound = with_scenarios(SCENARIO);
    assert!(check_text(&sound).1.is_empty());
    let mut wrong = Vec::new();
    for (from, to, place, message, help) in MISTAKES {
        assert!(sound.contains(from), "{from}");
        let (entry, found) = check_text(&sound.replacen(from, to, 1));
        let first = found.first().map(|first| {
            let said = first.help.as_deref().unwrap_or_default();
            (
                (first.line, first.column),
                first.message.contains(message) && said.contains(help),
            )
        });
        if first != Some((place, true)) || entry.is_some() {
            let said: Vec<String> = found.iter().map(ToString::to_string).collect();
            wrong.push(format!(
                "== {from:?} -> {to:?}, due at {place:?}: {message} / {help}\n{}",
                said.join("\n")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_byte_order_mark_is_a_warning_and_nothing_else() {
    let text = format!("\u{feff}{}", with_scenarios(SCENARIO));
    let (entry, found) = check_text(&text);
    assert!(entry.is_some());
    let [found] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((found.severity, found.line), (Severity::Warning, 1));
    assert!(found.message.contains("byte order mark"), "{found}");
    assert!(
        found
            .help
            .as_ref()
            .is_some_and(|help| help.contains("`UTF-8`")),
        "{found}"
    );
    // And places are those that an editor shows.
    let (_, found) = check_text(&text.replace("severity: grants-access", "severity: grants"));
    assert_eq!((found[0].line, found[0].column), (8, 11), "{found:?}");
}

#[test]
fn carriage_returns_are_line_breaks() {
    let text = with_scenarios(SCENARIO).replace('\n', "\r\n");
    assert!(check_text(&text).1.is_empty());
    let (_, found) = check_text(&text.replace("means: The URL", "means: The URL: it"));
    assert_eq!((found[0].line, found[0].column), (10, 15), "{found:?}");
}

/// While there are errors, a missing first line is not what an author wants to hear of.
#[test]
fn nothing_is_said_of_the_schema_while_there_are_errors() {
    let sound = with_scenarios(SCENARIO);
    let (_, without) = sound.split_once('\n').unwrap();
    assert_eq!(check_text(without).1.len(), 1);
    let (_, found) = check_text(&without.replace("severity: grants-access", "severity: grants"));
    assert!(
        found.iter().all(|found| found.severity == Severity::Error),
        "{found:?}"
    );
}
