//! `oss403 report`: parts merged, nights compared, reports made later.

use serde_json::Value;

use crate::support::Desk;

/// Causes of which some instances share worlds and others do not.
const CAUSES: &str = "object-acl-write kms-in-debt";

/// What must be the same in the result of one run and in that of its parts.
fn essence(result: &Value) -> Value {
    let mut result = result.clone();
    for name in ["started", "elapsed_ms"] {
        result[name] = Value::Null;
    }
    result["summary"]["requests"] = Value::Null;
    // The embedded server has another port each time.
    result["target"]["endpoint"] = Value::Null;
    for entry in result["instances"].as_array_mut().unwrap() {
        for name in ["elapsed_ms", "base", "curl"] {
            entry[name] = Value::Null;
        }
    }
    result
}

#[test]
fn parts_come_together_as_one_run_and_one_that_is_missing_or_foreign_is_refused() {
    let desk = Desk::new();
    let run = |line: &str, environment: &[(&str, &str)]| {
        let ran = desk.run_with(&format!("run {CAUSES} {line}"), environment);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    };
    run("--report json=whole.json --report events=whole.jsonl", &[]);
    run("--partition 1/3 --report json=part-1", &[]);
    run("--partition 2/3 --report events=part-2", &[]);
    run("--partition 3/3 --report json=part-3", &[]);
    // A level is the whole's alone.
    let part = desk.run(&format!("run {CAUSES} --partition 1/3"));
    assert!(
        part.out.contains("this is a part of it: `report merge`"),
        "{part:?}"
    );
    assert_eq!(desk.json("part-1")["level"], serde_json::Value::Null);
    let asked = desk.run("run --partition 1/3 --min-level 4");
    assert_eq!(asked.code, Some(2), "{asked:?}");
    // Run again by the engine, and killed half way.
    let again = [("JOB_COMPLETION_INDEX", "2"), ("OSS403_PARTITIONS", "3")];
    run("--partition auto --report json=part-3-again", &again);
    let cut: String = desk
        .read("part-2")
        .lines()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    desk.write("part-2-killed", &cut);
    let parts = "part-1 part-2-killed part-2 part-3 part-3-again";
    let merged = desk.run(&format!("report merge {parts} --report json=merged.json"));
    assert_eq!(merged.code, Some(0), "{merged:?}");
    let (one, other) = (desk.json("whole.json"), desk.json("merged.json"));
    assert!(essence(&one) == essence(&other), "{}", merged.out);
    let compared = desk.run("report compare whole.json merged.json");
    let same = compared.out.contains("nothing differs");
    assert_eq!((compared.code, same), (Some(0), true), "{compared:?}");

    let refused = |parts: &str, says: &str| {
        let ran = desk.run(&format!("report merge {parts}"));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(says), "{}", ran.err);
    };
    refused(
        "part-1",
        "part 2 of 3 is not there; part 3 of 3 is not there",
    );
    refused("part-1 part-2-killed part-3", "part 2 of 3 is not there");
    refused("whole.json part-1", "is the result of a whole run");
    let changed = |name: &str, from: &str, to: &str| {
        let text = desk.read("part-3");
        assert!(text.contains(from), "{from}");
        desk.write(name, &text.replace(from, to));
    };
    changed("foreign", "\"seed\":0", "\"seed\":9");
    refused("part-1 part-2 foreign", "its seed is 9, not 0");
    changed("renamed", "\"id\":\"", "\"id\":\"x");
    refused("part-1 part-2 renamed", "is no instance of the ledger");
    changed("doubled", "\"partition\":\"3/3\"", "\"partition\":\"1/3\"");
    refused("doubled part-2 part-3", "is in doubled and in part-3");
    changed(
        "interrupted",
        "\"complete\":false",
        "\"complete\":false,\"interrupted\":true",
    );
    refused(
        "part-1 part-2 interrupted",
        "part 3 of 3 did not come to its end",
    );
}

#[test]
fn what_is_new_in_a_night_is_said_and_shown_on_github() {
    let desk = Desk::new();
    let broken = desk.write(
        "broken.yaml",
        "name: faulty\nendpoint: embedded\nembedded: { config: { faults: { without: [referer] } } }\n",
    );
    assert_eq!(
        desk.run("run referer-denied --report events=before").code,
        Some(0)
    );
    let line = format!(
        "run referer-denied --report events=after --target {}",
        broken.display()
    );
    let summary = desk.path("summary.md");
    let environment = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
    ];
    let ran = desk.run_with(&line, &environment);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let shown: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.starts_with("::"))
        .collect();
    assert_eq!(shown.len(), 10, "{}", ran.out);
    assert!(
        shown[0].starts_with("::error file=") && shown[0].contains("deviates/granted"),
        "{}",
        shown[0]
    );
    assert!(shown[9].contains("more failures"), "{}", shown[9]);
    assert!(desk.read("summary.md").contains("| ❌ | referer-denied |"));

    let compared = desk.run("report compare before after");
    assert_eq!(compared.code, Some(1), "{compared:?}");
    assert!(
        compared.out.contains("new: ") && compared.out.contains("conformant → deviates/granted"),
        "{}",
        compared.out
    );
    let back = desk.run("report compare after before --format json");
    assert_eq!(back.code, Some(0), "{back:?}");
    let back: Value = serde_json::from_str(&back.out).unwrap();
    assert!(back["causes"]["referer-denied"]["fixed"].as_u64().unwrap() > 9);

    let made = desk.run("report --from after --report junit=later.xml --report tap=-");
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.out.starts_with("TAP version 14\n"), "{}", made.out);
    assert!(
        desk.read("later.xml")
            .contains("<failure type=\"deviates/granted\"")
    );
    let none = desk.run("report --from summary.md");
    assert_eq!(
        (
            none.code,
            none.err.contains("neither a result file nor a stream")
        ),
        (Some(2), true),
        "{none:?}"
    );
}

/// Every command of the examples for engines is one that the program takes: what is missing is the target alone.
#[test]
fn the_commands_of_the_examples_are_understood() {
    let folder = crate::support::root().join("harness/oss403/examples/nightly");
    let desk = Desk::new();
    let mut commands = Vec::new();
    for name in ["github.yml", "gitlab.yml"] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        oss403_case::yaml::parse(&text).unwrap();
        let lines = text.lines().map(|line| line.trim_start_matches([' ', '-']));
        let lines = lines.map(|line| line.strip_prefix("run: ").unwrap_or(line));
        let lines = lines.filter_map(|line| line.strip_prefix("oss403 "));
        commands.extend(lines.map(str::to_owned));
    }
    let text = std::fs::read_to_string(folder.join("kubernetes.yaml")).unwrap();
    let job = oss403_case::yaml::parse(&text).unwrap();
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    let arguments = container["args"].as_array().unwrap().iter();
    let arguments: Vec<&str> = arguments
        .map(|argument| argument.as_str().unwrap())
        .collect();
    commands.push(arguments.join(" "));
    let environment = [("JOB_COMPLETION_INDEX", "0"), ("OSS403_PARTITIONS", "8")];
    let mut runs = 0;
    for command in &commands {
        let command = command
            .replace("${{ matrix.part }}", "1")
            .replace("/results/", "./");
        let ran = desk.run_with(&command, &environment);
        let is_run = command.starts_with("run ");
        runs += usize::from(is_run);
        let says = if is_run { "my-server.yaml" } else { "part-*" };
        assert_eq!(
            (ran.code, ran.err.contains(says)),
            (Some(2), true),
            "{command}: {ran:?}"
        );
    }
    // The other run is the action's, whose inputs `kit.rs` looks at.
    assert_eq!((commands.len(), runs), (4, 2), "{commands:?}");
}
