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
    let desk = Desk::with_faulty();
    assert_eq!(
        desk.run("run referer-denied --report events=before").code,
        Some(0)
    );
    let line = "run referer-denied --report events=after --target faulty.yaml";
    let summary = desk.path("summary.md");
    let environment = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
    ];
    let ran = desk.run_with(line, &environment);
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

/// What one of two results alone has, and when that ends with 1.
#[test]
fn what_is_added_makes_nothing_worse_and_what_is_gone_does() {
    let desk = Desk::with_faulty();
    for (line, name) in [
        ("time-skewed", "little.json"),
        ("time-skewed url-auth-expired", "more.json"),
    ] {
        let ran = desk.run(&format!("run {line} --report json={name}"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let count = desk.json("more.json")["summary"]["instances"]["total"]
        .as_u64()
        .unwrap()
        - desk.json("little.json")["summary"]["instances"]["total"]
            .as_u64()
            .unwrap();
    let added = desk.run("report compare little.json more.json");
    assert_eq!(added.code, Some(0), "{added:?}");
    for says in [
        format!("added: {count} instances\n"),
        "not there → conformant".into(),
        format!("  … and {} more\n", count - 10),
        format!("  url-auth-expired              {count} added\n"),
    ] {
        assert!(added.out.contains(&says), "{says}: {}", added.out);
    }
    let gone = desk.run("report compare more.json little.json");
    assert_eq!(gone.code, Some(1), "{gone:?}");
    assert!(
        gone.out.contains(&format!("gone: {count} instances\n")),
        "{}",
        gone.out
    );
    let faulty = desk.run("run time-skewed referer-denied/blacklist-alone --target faulty.yaml --report json=faulty.json");
    assert_eq!(faulty.code, Some(1), "{faulty:?}");
    let new = desk.run("report compare little.json faulty.json");
    assert_eq!(new.code, Some(1), "{new:?}");
    assert!(
        new.out.contains("new: 1 instance\n") && new.out.contains("not there → deviates/granted"),
        "{}",
        new.out
    );
    let help = desk.run("report compare --help").out;
    for says in [
        "Exit codes: 0 nothing is new, changed or gone; 1 something is",
        "gone, it is not in AFTER",
    ] {
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains(says), "{says}: {help}");
    }
}

/// GitHub knows files by their paths in the repository, however they were named.
#[test]
fn a_report_names_files_as_the_repository_does() {
    let desk = Desk::with_faulty();
    let repository = desk.path("repository");
    for name in ["repository/ci/faulty.yaml", "elsewhere/faulty.yaml"] {
        desk.write(name, crate::support::FAULTY);
    }
    std::fs::create_dir_all(repository.join(".git")).unwrap();
    let workspace = repository.display().to_string();
    let absolute = repository.join("ci/faulty.yaml").display().to_string();
    let own = "file=ci/faulty.yaml,line=1,";
    // Where it is run, what is named there, what GitHub says of the workspace, and what is shown.
    let table: [(&str, &str, Option<&str>, &str); 7] = [
        ("repository/ci", "faulty.yaml", Some(&workspace), own),
        ("repository/ci", "./faulty.yaml", Some(&workspace), own),
        ("repository", &absolute, Some(&workspace), own),
        ("elsewhere", &absolute, Some(&workspace), own),
        ("repository/ci", "./faulty.yaml", None, own),
        ("elsewhere", "faulty.yaml", Some(&workspace), ""),
        ("repository", "../elsewhere/faulty.yaml", None, ""),
    ];
    for (folder, target, workspace, shown) in table {
        let line = format!(
            "run referer-denied/blacklist-alone --target {target} --report sarif=r.sarif --out o"
        );
        let mut command = desk.command(&line);
        command
            .current_dir(desk.path(folder))
            .env("GITHUB_ACTIONS", "true");
        if let Some(workspace) = workspace {
            command.env("GITHUB_WORKSPACE", workspace);
        }
        let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let error = out
            .lines()
            .find(|line| line.starts_with("::error "))
            .unwrap();
        let due = format!("::error {shown}title=");
        assert!(error.starts_with(&due), "{folder} {target}: {error}");
        let sarif = desk.json(&format!("{folder}/r.sarif"));
        let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        let place = place["artifactLocation"]["uri"].as_str().unwrap();
        let due = match shown {
            "" => "cases/AccessDenied/referer-denied.yaml",
            _ => "ci/faulty.yaml",
        };
        assert_eq!(place, due, "{folder} {target}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_named_and_the_others_are_there() {
    let desk = Desk::new();
    let reports = "--report junit=/dev/full --report events=full --report tap=/dev/full2 --report json=night.json";
    std::os::unix::fs::symlink("/dev/full", desk.path("full")).unwrap();
    std::os::unix::fs::symlink("/dev/full", desk.path("full2")).unwrap();
    let reports = reports.replace("/dev/full2", "full2");
    let ran = desk.run(&format!("run time-skewed {reports}"));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    for what in ["junit=/dev/full", "events=full", "tap=full2"] {
        let says = format!("error: the report {what} could not be written: No space left");
        assert!(ran.err.contains(&says), "{says}: {}", ran.err);
    }
    assert_eq!(
        ran.err.matches("could not be written").count(),
        3,
        "{}",
        ran.err
    );
    assert_eq!(
        desk.json("night.json")["summary"]["causes"]["conformant"],
        1
    );
    let later = desk.run("report --from night.json --report ctrf=full --report tap=night.tap");
    later.fails(
        3,
        "the report ctrf=full could not be written: No space left",
    );
    assert!(desk.read("night.tap").starts_with("TAP version 14"));
    let nowhere = desk.run("run time-skewed --report json=absent/night.json");
    nowhere.fails(
        2,
        "absent/night.json cannot be written: No such file or directory",
    );
    assert!(!nowhere.err.contains(".oss403-"), "{}", nowhere.err);
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
