//! What is printed: color, width, closed pipes.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::support::Desk;

#[test]
fn color_only_where_it_is_wanted() {
    let desk = Desk::new();
    let color = |line: &str, no_color: Option<&str>| {
        let mut command = desk.command(line);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(
        !color("run url-auth-expired", None),
        "a pipe is no terminal"
    );
    assert!(!color("run url-auth-expired", Some("1")));
    assert!(color("run url-auth-expired --color always", None));
    assert!(!color("run url-auth-expired --color never", None));
    // An explicit wish outweighs the environment.
    assert!(color("--color always run url-auth-expired", Some("1")));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let desk = Desk::new();
    for line in [
        "list",
        "run url-auth-expired",
        "explain url-auth-expired",
        "list --format json",
    ] {
        let mut child = desk
            .command(line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}: {err}");
        assert!(!err.contains("panic"), "{line}: {err}");
    }
    // One line is read, the rest is not wanted.
    let mut child = desk
        .command("list")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(!first.is_empty());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn outside_a_terminal_nothing_is_redrawn() {
    let desk = Desk::new();
    let ran = desk.run("run url-auth-expired");
    assert_eq!(ran.err, "");
    assert!(!ran.out.contains('\r'));
}

#[test]
fn the_seed_changes_the_order_and_nothing_else() {
    let desk = Desk::new();
    let result = |seed: u32| {
        let ran = desk.run(&format!(
            "run url-auth-expired --seed {seed} --report json=a.json"
        ));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let result = desk.json("a.json");
        assert_eq!(result["seed"], seed);
        result["instances"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(result(1), result(2));
}

#[test]
fn no_secret_of_the_embedded_server_reaches_a_report() {
    let desk = Desk::new();
    let faulty = "name: faulty\nendpoint: embedded\nembedded: { config: { faults: { without: [security-token-valid], answer: { cause: signature-mismatch, wrong: { status: 404 } } } } }\n";
    let faulty = desk.write("faulty.yaml", faulty);
    let ran = desk.run(&format!(
        "run signature-mismatch security-token-* --target {} --report json=a.json --report junit=a.xml",
        faulty.display()
    ));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let everything = [ran.out, ran.err, desk.read("a.json"), desk.read("a.xml")].concat();
    assert!(everything.contains("curl "), "{everything}");
    for identity in oss_reference::config::Config::default()
        .identities
        .0
        .values()
    {
        assert!(!everything.contains(&identity.access_key_secret));
        assert!(
            identity
                .security_token
                .as_ref()
                .is_none_or(|token| !everything.contains(token.as_str()))
        );
    }
}

#[test]
fn what_was_seen_besides_the_documented_causes_is_a_revision_of_its_own() {
    let desk = Desk::new();
    let without = desk.run("run date-invalid");
    assert_eq!(without.code, Some(4), "{without:?}");
    assert!(
        without.err.contains("add `--revision observed`"),
        "{}",
        without.err
    );
    let with = desk.run("run date-invalid --revision observed");
    assert_eq!(with.code, Some(0), "{with:?}");
    assert!(with.out.contains("(observed-2026-11)"), "{}", with.out);
    // A level of the whole revision is not had for one of its causes.
    assert!(with.out.contains("level  none"), "{}", with.out);

    assert!(!desk.run("list").out.contains("date-invalid"));
    let listed = desk.run("list --revision observed --format json").out;
    assert!(listed.contains("\"date-invalid/date-is-lost/"), "{listed}");
    let explained = desk.run("explain cname-risk").out;
    assert!(
        explained.contains("observed-2026-11") && explained.contains("no source shows it"),
        "{explained}"
    );
    let misspelt = desk.run("list --revision observd");
    assert_eq!(misspelt.code, Some(2), "{misspelt:?}");
    assert!(misspelt.err.contains("documented") && misspelt.err.contains("observed"));
}

/// A text with line ends of its own would be broken twice, once by them and once by the terminal.
#[test]
fn the_paragraphs_under_a_help_fill_their_lines() {
    let desk = Desk::new();
    for (line, begin, end) in [
        ("--help", "Exit codes: 0", "130 interrupted."),
        ("run --help", "Exit codes: 0", "130 interrupted."),
        ("sweep --help", "Exit codes: 0", "130 interrupted."),
        ("sweep --help", "Without a journal", "taken for one."),
        ("curl --help", "What is printed", "not in it."),
        ("certify --help", "A certificate is", "no certificate."),
    ] {
        for columns in [70, 80, 100] {
            let ran = desk.run_with(line, &[("COLUMNS", &columns.to_string())]);
            let lines: Vec<&str> = ran.out.lines().collect();
            let first = lines.iter().position(|line| line.starts_with(begin));
            let first = first.unwrap_or_else(|| panic!("{line}: {}", ran.out));
            let paragraph = lines[first..].split(|line| line.is_empty()).next();
            let paragraph = paragraph.unwrap_or_default();
            assert!(paragraph.join(" ").ends_with(end), "{line}: {paragraph:?}");
            for pair in paragraph.windows(2) {
                let next = pair[1].split(' ').next().unwrap_or_default();
                assert!(
                    pair[0].len() <= columns && pair[0].len() + 1 + next.len() > columns,
                    "{line} at {columns}: {pair:?}"
                );
            }
        }
    }
}

#[test]
fn a_span_without_a_unit_is_told_spans_that_are_taken() {
    let desk = Desk::new();
    for line in ["run --time 5", "sweep --target x.yaml --older-than 5"] {
        let ran = desk.run(line);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(
            ran.err.contains("`15m`") && !ran.err.contains("`-1s`"),
            "{line}: {}",
            ran.err
        );
    }
}
