//! The beginning of a case: what is open in it is told, and once it is filled in nothing is wrong.

use oss403_case::check::{self, GAP};
use oss403_case::format::canonical;
use oss403_case::ledger::embedded_lists;
use oss403_case::scaffold;

use crate::support::texts;

/// What an author might have written into each gap.
fn filled(text: &str) -> String {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("message: "))
        .unwrap();
    let message = format!("message: \"{} and so on\"", line.trim_matches('"'));
    text.replace("message: …", &message)
        .replace("kind: …, ref: …", "kind: observed, ref: EC 0003-00000001")
        .replace("severity: …", "severity: misleads")
        .replace("provoked-by: …", "provoked-by: owner")
        .replace("means: …", "means: It is refused.")
        .replace("fix: …", "fix: Ask the owner.")
        .replace("edit: …", "edit: { wrong-secret: true }")
}

#[test]
fn a_scaffold_says_of_each_gap_what_belongs_there_and_nothing_else_is_wrong() {
    let lists = embedded_lists();
    assert!(lists.len() > 60);
    for row in &lists {
        let text = scaffold::file(row, "first-one");
        let name = format!("cases/{}/{}.yaml", row.code, row.id);
        let (entry, found) = check::file(&name, &text, &lists);
        assert!(entry.is_none(), "{text}");
        assert_eq!(found.len(), text.matches(GAP).count(), "{text}");
        for found in &found {
            assert!(found.message.ends_with("is not filled in yet"), "{found}");
            assert!(
                found.help.is_some()
                    && found
                        .excerpt
                        .as_ref()
                        .is_some_and(|line| line.contains(GAP)),
                "{found}"
            );
        }
        assert_eq!(canonical(&name, &text).as_ref(), Ok(&text));
        let (entry, found) = check::file(&name, &filled(&text), &lists);
        assert!(found.is_empty(), "{text}\n{found:?}");
        assert_eq!(entry.map(|entry| entry.instances().count()), Some(1));
    }
}

#[test]
fn a_scenario_goes_behind_the_others_and_before_those_with_two_faults() {
    let lists = embedded_lists();
    for (path, text) in texts()
        .into_iter()
        .filter(|(path, _)| path.ends_with(".yaml"))
    {
        let cause = path.rsplit('/').next().unwrap().trim_end_matches(".yaml");
        let row = lists.iter().find(|row| row.id == cause).unwrap();
        let (written, line) = scaffold::with_scenario(&text, row, "one-more");
        assert_eq!(
            written.lines().nth(line - 1),
            Some("  - name: one-more"),
            "{path}"
        );
        assert_eq!(canonical(&path, &written).as_ref(), Ok(&written));
        let names = |text: &str| -> Vec<String> {
            let (entry, found) = check::file(&format!("cases/{path}"), text, &lists);
            assert!(found.is_empty(), "{path}: {found:?}");
            let templates = entry.unwrap().templates;
            templates
                .iter()
                .map(|template| template.name.clone())
                .collect()
        };
        let (before, after) = (names(&text), names(&filled(&written)));
        let at = after.iter().position(|name| name == "one-more").unwrap();
        let without: Vec<String> = after
            .iter()
            .filter(|name| *name != "one-more")
            .cloned()
            .collect();
        assert_eq!(without, before, "{path}");
        let rest = text
            .split_once("  # Two faults at once.")
            .map_or(0, |(_, rest)| rest.matches("\n  - name:").count());
        assert_eq!(after.len() - 1 - at, rest, "{path}");
    }
}
