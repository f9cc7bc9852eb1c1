//! Files that were damaged: whatever stands in them, the reader answers and does not panic.

use oss403_case::check;
use oss403_case::format::canonical;
use oss403_case::ledger::embedded_lists;
use oss403_case::yaml;

use crate::support::{texts, with_scenarios};

/// A linear congruential generator (Knuth's constants): the same damages in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % end.max(1)
    }
}

/// What tends to mean something to a parser of YAML, of a template or of a path.
const SHARDS: [&str; 40] = [
    "$",
    "$$",
    "${",
    "}",
    "${bucket.",
    "$scheme",
    "${now+99999999999999999999}",
    "{",
    "[",
    "]",
    "- ",
    ": ",
    "? ",
    "&a ",
    "*a",
    "!x ",
    "|",
    ">",
    "\"",
    "'",
    "#",
    "%",
    "\t",
    "\n",
    "\n\n  ",
    "~",
    "null",
    "true",
    "-",
    "0",
    "1e999",
    ".inf",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "\u{1F600}",
    "<<: ",
    "---\n",
    "...\n",
];

fn damage(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(4) {
        let at = dice.below(letters.len());
        match dice.below(5) {
            0 => drop(letters.drain(at..(at + 1 + dice.below(12)).min(letters.len()))),
            1 => letters.truncate(at),
            2 => {
                let from = dice.below(letters.len());
                let copied: Vec<char> =
                    letters[from..(from + dice.below(60)).min(letters.len())].to_vec();
                letters.splice(at..at, copied);
            }
            _ => {
                let shard = SHARDS[dice.below(SHARDS.len())];
                letters.splice(at..at, shard.chars());
            }
        }
    }
    letters.into_iter().collect()
}

#[test]
fn a_damaged_file_is_read_without_a_panic() {
    let documented = embedded_lists();
    let texts: Vec<(String, String)> = texts()
        .into_iter()
        .filter(|(path, _)| path.ends_with(".yaml"))
        .collect();
    let mut dice = Dice(403);
    let mut refused = 0;
    for round in 0..1_000 {
        let (path, text) = &texts[round % texts.len()];
        let damaged = damage(text, &mut dice);
        let (entry, found) = check::file(path, &damaged, &documented);
        for diagnostic in &found {
            let rendered = diagnostic.to_string();
            assert!(
                rendered.chars().all(|c| c == '\n' || !c.is_control()),
                "{rendered:?}"
            );
        }
        refused += usize::from(entry.is_none());
        // What is taken for sound must expand, too.
        entry
            .iter()
            .flat_map(oss403_case::ledger::Entry::instances)
            .for_each(drop);
    }
    assert!(
        refused > 200,
        "only {refused} of the damaged files were refused"
    );
}

/// Order is put into whatever is YAML, or it is left alone.
#[test]
fn a_damaged_file_means_the_same_once_it_is_in_order() {
    let texts: Vec<(String, String)> = texts()
        .into_iter()
        .filter(|(path, _)| path.ends_with(".yaml"))
        .collect();
    let mut dice = Dice(404);
    let mut changed = 0;
    for round in 0..400 {
        let (path, text) = &texts[round % texts.len()];
        let damaged = damage(text, &mut dice);
        let Ok(written) = canonical(path, &damaged) else {
            continue;
        };
        let meant = |text: &str| yaml::parse(text.trim_start_matches('\u{feff}')).unwrap();
        assert_eq!(meant(&written), meant(&damaged), "{damaged}");
        assert_eq!(
            canonical(path, &written).as_ref(),
            Ok(&written),
            "{damaged}"
        );
        changed += usize::from(written != damaged);
    }
    assert!(
        changed > 40,
        "only {changed} of the damaged files were changed"
    );
}

/// Files made to be expensive: quadratic where a reader is careless, or growing without end.
fn hostile_scenarios() -> Vec<String> {
    let many =
        |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let axes = many(30, &|level| {
        format!(
            "a{level}: {{ l: \"{}\" }}, ",
            format!("$a{} ", level + 1).repeat(4)
        )
    });
    vec![
        format!("  - name: a\n    x: \"{}\"\n", "$a".repeat(300_000)),
        format!(
            "  - {{ {} }}\n",
            many(60_000, &|number| format!("k{number}: 1, "))
        ),
        format!("  - &a x\n{}", "  - *a\n".repeat(60_000)),
        many(60_000, &|number| format!("  - x{number}\n")),
        format!("  - \"{}\"\n", "${".repeat(300_000)),
        format!(
            "  - name: a\n    matrix: {{ {axes}a30: [x] }}\n    base: {{ request: GET / }}\n    edit: {{ body: $a0 }}\n"
        ),
        format!("  - name: {}\n", "x".repeat(900_000)),
        format!("  - {{ \"{}\": 1 }}\n", "k".repeat(900_000)),
    ]
}

#[test]
fn a_hostile_file_is_answered_in_bounded_space() {
    for scenarios in hostile_scenarios() {
        let text = with_scenarios(&scenarios);
        let (entry, found) = check::file(
            "AccessDenied/url-auth-expired.yaml",
            &text,
            &embedded_lists(),
        );
        let said: usize = found.iter().map(|found| found.to_string().len()).sum();
        let begin: String = scenarios.chars().take(40).collect();
        assert!(entry.is_none() && !found.is_empty(), "{begin}");
        assert!(said < 200_000, "{said} bytes are said about {begin}");
    }
}
