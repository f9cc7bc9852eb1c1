//! The canonical form: the ledger has it, it means the same, and it is found again from whatever was done to the text.

use oss403_case::format::canonical;
use oss403_case::yaml;

use crate::support::texts;

fn cases() -> impl Iterator<Item = (String, String)> {
    texts()
        .into_iter()
        .filter(|(path, _)| path.ends_with(".yaml"))
}

fn formatted(path: &str, text: &str) -> String {
    canonical(path, text).unwrap_or_else(|found| panic!("{found}"))
}

/// What stands behind a `#` somewhere, sorted.
fn comments(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text
        .lines()
        .filter_map(|line| Some(line.split_once('#')?.1.trim()))
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn the_ledger_is_in_its_canonical_form() {
    let mut count = 0;
    for (path, text) in cases() {
        let written = formatted(&path, &text);
        assert!(
            written == text,
            "{path} is not: `oss403 fmt cases`\n{}",
            first_difference(&text, &written)
        );
        count += 1;
    }
    assert!(count > 60);
}

fn first_difference(left: &str, right: &str) -> String {
    let pair = left
        .lines()
        .zip(right.lines())
        .enumerate()
        .find(|(_, (left, right))| left != right);
    pair.map_or_else(
        || "at its end".into(),
        |(line, (left, right))| format!("{}: {left}\n{}: {right}", line + 1, line + 1),
    )
}

/// Ways to write the same otherwise, none of which touches what is meant.
fn disorders(text: &str) -> Vec<(&'static str, String)> {
    let deeper = |text: &str| {
        let lines = text.lines().map(|line| {
            let blanks = line.len() - line.trim_start().len();
            format!("{:1$}{line}", "", blanks)
        });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    };
    let (head, scenarios) = text.split_once("scenarios:\n").unwrap();
    let turned: Vec<String> = chunks(head).into_iter().rev().collect();
    vec![
        ("line breaks of Windows", text.replace('\n', "\r\n")),
        ("a byte order mark", format!("\u{feff}{text}")),
        (
            "blanks at the ends of lines",
            text.lines()
                .map(|line| {
                    if line.ends_with('.') {
                        format!("{line}\n")
                    } else {
                        format!("{line}  \n")
                    }
                })
                .collect(),
        ),
        ("twice as deep", deeper(text)),
        (
            "the head turned round, behind the scenarios",
            format!("scenarios:\n{scenarios}{}", turned.concat()),
        ),
        (
            "no blanks between braces",
            text.replace("{ ", "{").replace(" }", "}"),
        ),
        ("no end", text.trim_end().to_owned()),
        ("three blank lines", text.replace("\n\n", "\n\n\n\n")),
    ]
}

/// The keys of the head with what belongs to them; the line of the schema is left out.
fn chunks(head: &str) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    for line in head.lines().skip(1) {
        match chunks.last_mut() {
            Some(last) if line.starts_with(' ') => last.push_str(&format!("{line}\n")),
            _ => chunks.push(format!("{line}\n")),
        }
    }
    chunks
}

#[test]
fn what_was_written_otherwise_finds_back_to_it_and_means_the_same() {
    let (mut done, mut all) = (0, 0);
    for (path, text) in cases() {
        for (what, disorder) in disorders(&text) {
            all += 1;
            // What is written between braces may hold braces itself: then it is another text, and not of interest here.
            if yaml::parse(disorder.trim_start_matches('\u{feff}')).ok() != yaml::parse(&text).ok()
            {
                continue;
            }
            let again = formatted(&path, &disorder);
            assert!(
                again == text,
                "{path}, {what}:\n{}",
                first_difference(&text, &again)
            );
            done += 1;
        }
    }
    assert!(done * 10 > all * 8, "{done} of {all}");
}

#[test]
fn comments_stay_and_stay_where_they_were() {
    let text = "\
# of the file
scenarios: # of all of them
      # of the first
      -   edit:   {expires-in: -1s}   # of the edit
          # of the base
          base:   # why
                request: 'GET /k.txt'
                sign: url-v1
          name: one
      # of the second

      # of the second, too
      - {name: two, base: {request: GET /}, edit: {wrong-secret: true}} # flow
cause: url-auth-expired   # of the cause
notes: |
     kept as
       it is # no comment

     here
fix: >-
    folded
    text
means: a text
  that goes on
# at the end
";
    let expected = "\
# yaml-language-server: $schema=../case.schema.json
cause: url-auth-expired   # of the cause
means: a text
  that goes on
fix: >-
  folded
  text
notes: |
  kept as
    it is # no comment

  here
# of the file
scenarios: # of all of them
  # of the first
  - name: one
    # of the base
    base:   # why
      request: \"GET /k.txt\"
      sign: url-v1
    edit: { expires-in: -1s }   # of the edit
  # of the second

  # of the second, too
  - { name: two, base: { request: GET / }, edit: { wrong-secret: true } } # flow
# at the end
";
    let written = formatted("x.yaml", text);
    assert_eq!(written, expected);
    assert_eq!(yaml::parse(&written), yaml::parse(text));
    assert_eq!(
        comments(written.split_once('\n').unwrap().1),
        comments(text)
    );
    assert_eq!(formatted("x.yaml", &written), written);
}

#[test]
fn what_cannot_be_moved_is_left_alone_and_said() {
    for (text, what, place) in [
        ("cause: &a x\ncode: *a\n", "an anchor", (1, 8)),
        ("cause: x\nb: !t y\n", "tags", (2, 4)),
    ] {
        let found = canonical("x.yaml", text).unwrap_err();
        assert!(found.message.contains(what), "{found}");
        assert_eq!((found.line, found.column), place, "{found}");
    }
    assert!(canonical("x.yaml", "cause: [").is_err());
    assert!(canonical("x.yaml", "- a\n").is_err());
    assert!(canonical("x.yaml", "").is_err());
}
