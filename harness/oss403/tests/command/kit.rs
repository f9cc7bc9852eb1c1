//! What people install and start: completions, the manual, the image, the action, the hooks. Files that name options, inputs or paths are
//! held against what there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use oss403_case::yaml;
use serde_json::Value;

use crate::support::{Desk, root};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// What `--help` of a command shows.
fn help(command: &str) -> String {
    let ran = Desk::new().run(&format!("{command} --help"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.out
}

/// The commands that there are.
fn commands() -> Vec<String> {
    let help = help("");
    let lines = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let words =
        lines.filter_map(|line| Some(line.strip_prefix("  ")?.split(' ').next()?.to_owned()));
    words.filter(|word| !word.is_empty()).collect()
}

/// The options that a text gives `oss403`.
fn options(text: &str) -> BTreeSet<String> {
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    let starts = text
        .match_indices("--")
        .filter(|(at, _)| text[..*at].ends_with([' ', '(', '"']));
    let words = starts.map(|(at, _)| {
        text[at..]
            .split(|letter| !is_letter(letter))
            .next()
            .unwrap()
    });
    words
        .filter(|word| word.len() > 2)
        .map(str::to_owned)
        .collect()
}

fn completed(desk: &Desk, words: &[&str]) -> Vec<String> {
    let script = desk.write("completions.bash", &desk.run("completions bash").out);
    let line = words
        .iter()
        .map(|word| format!("'{word}'"))
        .collect::<Vec<_>>()
        .join(" ");
    let last = words.len() - 1;
    // As bash does at the tab key: name, word, and the one before it.
    let asks = format!(
        "source '{}'; COMP_WORDS=({line}); COMP_CWORD={last}; _oss403 oss403 '{}' '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.display(),
        words[last],
        words[last - 1]
    );
    let ran = Command::new("bash")
        .args(["--norc", "-c", &asks])
        .output()
        .unwrap();
    let out = String::from_utf8(ran.stdout).unwrap();
    out.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_options() {
    let desk = Desk::new();
    assert_eq!(completed(&desk, &["oss403", "comp"]), ["completions"]);
    assert_eq!(
        completed(&desk, &["oss403", "run", "--part"]),
        ["--partition"]
    );
    assert_eq!(completed(&desk, &["oss403", "report", "mer"]), ["merge"]);
    assert_eq!(
        completed(&desk, &["oss403", "check", "--format", "j"]),
        ["json"]
    );
    assert_eq!(completed(&desk, &["oss403", "completions", "z"]), ["zsh"]);
    assert_eq!(
        completed(&desk, &["oss403", "run", "--revision", "o"]),
        ["observed"]
    );
    assert_eq!(
        completed(&desk, &["oss403", "run", "--report", "ju"]),
        ["junit=", "junit+file="]
    );
    let kinds = completed(&desk, &["oss403", "report", "merge", "--report", ""]);
    let known: Vec<String> = oss403::report::sink::Kind::names()
        .map(|kind| format!("{kind}="))
        .collect();
    assert_eq!(kinds, known);
    assert!(
        completed(&desk, &["oss403", "run", "--no-such"])
            .iter()
            .all(String::is_empty)
    );
}

#[test]
fn every_shell_has_a_script_that_knows_every_command() {
    let desk = Desk::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = desk.run(&format!("completions {shell}")).out;
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
        assert!(
            script.contains("partition") && script.contains("explain"),
            "{shell}"
        );
    }
    assert_eq!(desk.run("completions tcsh").code, Some(2));
}

/// Each command has a page, each of its options stands in it, and a formatter finds nothing wrong with it.
#[test]
fn the_manual_has_a_page_for_each_command() {
    let desk = Desk::new();
    assert_eq!(desk.run("man --out pages/man1").code, Some(0));
    let commands = commands();
    assert!(commands.len() > 12, "{commands:?}");
    for command in &commands {
        let page = desk.read(&format!("pages/man1/oss403-{command}.1"));
        assert!(page.contains(".TH oss403-"), "{command}");
        let plain = page.replace('\\', "");
        for option in options(&help(command)) {
            assert!(plain.contains(&option), "{command}: {option}");
        }
    }
    assert_eq!(desk.run("man").out, desk.read("pages/man1/oss403.1"));
    for page in fs::read_dir(desk.path("pages/man1")).unwrap() {
        let page = page.unwrap().path();
        // Where there is no groff, the pages are looked at above.
        let Ok(ran) = Command::new("groff")
            .args(["-man", "-Tutf8", "-ww", "-z"])
            .arg(&page)
            .output()
        else {
            return;
        };
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(
            ran.status.success() && said.is_empty(),
            "{}: {said}",
            page.display()
        );
    }
}

/// The instructions of the Dockerfile, lines that go on joined.
fn instructions() -> Vec<(String, String)> {
    let text = read("Dockerfile").replace("\\\n", " ");
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parted = lines.filter_map(|line| line.split_once(' '));
    parted
        .map(|(word, rest)| {
            (
                word.to_owned(),
                rest.split_whitespace().collect::<Vec<_>>().join(" "),
            )
        })
        .collect()
}

#[test]
fn the_image_copies_what_is_there_and_all_that_its_build_reads() {
    let desk = Desk::new();
    let copies = instructions()
        .into_iter()
        .filter(|(word, rest)| word == "COPY" && !rest.starts_with("--from"));
    let mut count = 0;
    for (_, rest) in copies {
        let words: Vec<&str> = rest.split(' ').collect();
        let (place, sources) = words.split_last().unwrap();
        for source in sources {
            assert!(root().join(source).exists(), "{source}");
            count += 1;
            if place.starts_with('/') {
                continue;
            }
            // As much of it as cargo asks for before it builds.
            copy(&root().join(source), &desk.path(source));
        }
    }
    assert!(count > 5);
    let mut metadata = Command::new(env!("CARGO"));
    metadata.args([
        "metadata",
        "--locked",
        "--offline",
        "--no-deps",
        "--format-version",
        "1",
    ]);
    let ran = metadata.current_dir(desk.folder.path()).output().unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let known: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let targets = known["packages"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|package| package["targets"].as_array().unwrap());
    for target in targets {
        let path = target["src_path"].as_str().unwrap();
        assert!(Path::new(path).is_file(), "{path}");
    }
    assert!(desk.path("cases/causes.tsv").is_file());
    for left_out in read(".dockerignore").lines() {
        assert!(!["cases", "harness", "snapshots", "fuzz"].contains(&left_out));
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for entry in fs::read_dir(from).unwrap().flatten() {
        let name = entry.file_name();
        let skipped = [
            "target",
            "corpus",
            "artifacts",
            "coverage",
            "snapshots",
            "data",
        ];
        if !skipped.iter().any(|skipped| name == *skipped) {
            copy(&entry.path(), &to.join(name));
        }
    }
}

/// What linters of such files ask for.
#[test]
fn the_image_is_small_says_what_it_is_and_is_nobodys_root() {
    let all = instructions();
    let of = |word: &str| -> Vec<&str> {
        all.iter()
            .filter(|(known, _)| known == word)
            .map(|(_, rest)| rest.as_str())
            .collect()
    };
    let from = of("FROM");
    assert_eq!(from.len(), 2, "{from:?}");
    assert!(from[0].ends_with(" AS build") && from[1].contains("distroless"));
    assert!(
        from.iter()
            .all(|image| image.split(' ').next().unwrap().contains(':')),
        "{from:?}"
    );
    assert!(!from.iter().any(|image| image.contains(":latest")));
    let rust = env!("CARGO_PKG_RUST_VERSION");
    assert!(from[0].starts_with(&format!("rust:{rust}-")), "{from:?}");
    assert_eq!(of("USER"), ["nonroot:nonroot"]);
    let labels = of("LABEL").join(" ");
    for label in ["title", "description", "licenses", "version"] {
        assert!(
            labels.contains(&format!("org.opencontainers.image.{label}=")),
            "{label}"
        );
    }
    assert!(
        labels.contains(&format!("version=\"{}\"", env!("CARGO_PKG_VERSION"))),
        "{labels}"
    );
    let install = of("RUN")
        .into_iter()
        .find(|line| line.starts_with("cargo install"))
        .unwrap();
    let words: Vec<&str> = install.split(' ').collect();
    assert_eq!(
        words[..5],
        ["cargo", "install", "--path", "harness/oss403", "--locked"]
    );
    for word in ["ENTRYPOINT", "CMD"] {
        let list: Vec<String> = serde_json::from_str(of(word)[0]).unwrap();
        assert!(!list.is_empty(), "the form without a shell");
    }
    let command: Vec<String> = serde_json::from_str(of("CMD")[0]).unwrap();
    let known = help(&command[0]);
    for option in command.iter().filter(|word| word.starts_with("--")) {
        assert!(known.contains(option.as_str()), "{option}");
    }
}

#[test]
fn the_action_gives_the_command_options_that_it_has() {
    let text = read("action.yml");
    let action = yaml::parse(&text).unwrap();
    let inputs = action["inputs"].as_object().unwrap();
    for (name, input) in inputs {
        assert!(
            input["description"]
                .as_str()
                .is_some_and(|about| about.len() > 20),
            "{name}"
        );
        assert!(input["default"].is_string(), "{name}");
        assert!(
            text.contains(&format!("inputs.{name}")),
            "{name} is never used"
        );
    }
    for used in text.split("inputs.").skip(1) {
        let name = used
            .split(|letter: char| !letter.is_ascii_lowercase() && letter != '-')
            .next()
            .unwrap();
        assert!(inputs.contains_key(name), "{name}");
    }
    let steps = action["runs"]["steps"].as_array().unwrap();
    let script = steps.iter().find(|step| step["id"] == "run").unwrap()["run"]
        .as_str()
        .unwrap();
    assert!(!script.contains("${{"), "what is given would be code there");
    let known = help("run");
    let given = options(script);
    assert!(given.len() > 3, "{given:?}");
    for option in given {
        assert!(known.contains(&option), "{option}");
    }
    let kinds = script
        .split("for report in ")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    for kind in kinds
        .split(' ')
        .map(|report| report.split('=').next().unwrap())
    {
        assert!(known.contains(kind), "{kind}");
    }
    for step in steps {
        let shell = step["run"].is_string();
        assert_eq!(shell, step["shell"].is_string(), "{step}");
    }
}

/// The step that does the work, as a runner would start it.
#[test]
fn the_actions_script_runs_reports_and_ends_as_the_command_does() {
    let action = yaml::parse(&read("action.yml")).unwrap();
    let steps = action["runs"]["steps"].as_array().unwrap();
    let script = steps.iter().find(|step| step["id"] == "run").unwrap()["run"]
        .as_str()
        .unwrap()
        .to_owned();
    for (filters, level, code) in [
        ("url-auth-expired referer-denied", "", 0),
        ("url-auth-expired", "4", 1),
        ("no-such-cause", "", 4),
    ] {
        let desk = Desk::new();
        let mut bash = Command::new("bash");
        bash.args([
            "--noprofile",
            "--norc",
            "-e",
            "-o",
            "pipefail",
            "-c",
            &script,
        ])
        .current_dir(desk.folder.path());
        let given = [
            ("BINARY", env!("CARGO_BIN_EXE_oss403")),
            ("TARGET", "embedded"),
            ("FILTERS", filters),
            ("PARTITION", ""),
            ("MIN_LEVEL", level),
            ("ARGUMENTS", "--seed 7"),
            ("REPORTS", "reports of tonight"),
            ("GITHUB_OUTPUT", "output"),
        ];
        let ran = bash.envs(given).output().unwrap();
        assert_eq!(ran.status.code(), Some(code), "{ran:?}");
        assert_eq!(desk.read("output"), format!("exit-code={code}\n"));
        if code == 0 {
            assert_eq!(desk.json("reports of tonight/oss403.json")["schema"], 1);
            assert_eq!(desk.json("reports of tonight/oss403.json")["seed"], 7);
            assert!(desk.read("reports of tonight/oss403.jsonl").lines().count() > 3);
        }
    }
}

#[test]
fn actions_are_named_by_commit_and_examples_give_the_action_inputs_that_it_has() {
    let pinned = |text: &str, path: &str| {
        let uses = text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
        for (count, used) in uses.enumerate() {
            let (name, commit) = used
                .split_once('@')
                .unwrap_or_else(|| panic!("{path}: {used}"));
            let commit = commit.split(' ').next().unwrap();
            let is_commit =
                commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_commit || name == "oss403/oss403", "{path}: {used}");
            assert!(count < 20);
        }
    };
    pinned(&read("action.yml"), "action.yml");
    let inputs = yaml::parse(&read("action.yml")).unwrap()["inputs"].clone();
    let known = help("run");
    for (name, job) in [("baseline.yml", "night"), ("github.yml", "part")] {
        let example = read(&format!("harness/oss403/examples/nightly/{name}"));
        pinned(&example, name);
        let steps = yaml::parse(&example).unwrap()["jobs"][job]["steps"].clone();
        let steps = steps.as_array().unwrap();
        let ours = steps.iter().find(|step| {
            let used = step["uses"].as_str();
            used.is_some_and(|used| used.starts_with("oss403/"))
        });
        let given = ours.unwrap()["with"].as_object().unwrap();
        for (input, _) in given {
            assert!(inputs.get(input).is_some(), "{name}: {input}");
        }
        let more = given["arguments"].as_str().unwrap();
        for option in more.split(' ').filter(|word| word.starts_with("--")) {
            assert!(known.contains(option), "{name}: {option}");
        }
    }
}

#[test]
fn the_hooks_name_commands_that_there_are() {
    let hooks = yaml::parse(&read(".pre-commit-hooks.yaml")).unwrap();
    let desk = Desk::new();
    let sound = read("cases/AccessDenied/url-auth-expired.yaml");
    desk.write("cases/AccessDenied/url-auth-expired.yaml", &sound);
    for hook in hooks.as_array().unwrap() {
        let entry = hook["entry"]
            .as_str()
            .unwrap()
            .strip_prefix("oss403 ")
            .unwrap();
        let ran = desk.run(&format!("{entry} cases/AccessDenied/url-auth-expired.yaml"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        for key in ["id", "name", "description", "language", "files"] {
            assert!(hook[key].is_string(), "{key}");
        }
    }
}
