//! Exit codes: what each means, and what is said with it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use crate::support::{Desk, reference, root};

/// What "within seconds" may mean on a busy machine.
const SECONDS: Duration = Duration::from_secs(15);

#[test]
fn the_embedded_server_is_conformant_in_every_cause() {
    let desk = Desk::new();
    let snapshots = root().join("snapshots");
    let line = format!(
        "--report json=a.json --report junit=a.xml --snapshots {}",
        snapshots.display()
    );
    let ran = desk.run_in_ci(&line);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("51 of 51 conformant"), "{}", ran.out);
    assert!(ran.out.contains("4 Exact"), "{}", ran.out);
    assert!(ran.out.contains("ledger compiled in"), "{}", ran.out);
    let summary = &desk.json("a.json")["summary"];
    assert_eq!(
        (
            &summary["causes"]["total"],
            &summary["causes"]["conformant"]
        ),
        (&51.into(), &51.into())
    );
    assert_eq!(
        summary["instances"]["total"],
        summary["instances"]["conformant"]
    );
    assert_eq!(summary["level"], 4);
    assert!(desk.read("a.xml").contains("<testsuite "));
}

#[test]
fn a_folder_with_a_ledger_is_used_and_said() {
    let desk = Desk::new();
    copy_ledger(&desk);
    let ran = desk.run("run url-auth-expired");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("ledger cases "), "{}", ran.out);
    assert!(ran.out.contains("1 of 1 conformant"), "{}", ran.out);
    assert!(
        ran.out.contains("level  none"),
        "one cause is not the suite: {}",
        ran.out
    );
}

#[test]
fn a_filter_that_names_nothing_exits_4_and_says_what_was_meant() {
    let desk = Desk::new();
    for (filter, near) in [
        ("nosuchcause", ""),
        ("url-auth-expried", "did you mean `url-auth-expired`?"),
    ] {
        let ran = desk.run(&format!("run {filter}"));
        assert_eq!(ran.code, Some(4), "{ran:?}");
        assert!(
            ran.err
                .contains(&format!("error: nothing is called `{filter}`\nhelp: ")),
            "{}",
            ran.err
        );
        assert!(ran.err.contains(near), "{}", ran.err);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn a_typo_in_a_case_exits_2_with_place_and_caret() {
    let desk = Desk::new();
    copy_ledger(&desk);
    let name = "cases/AccessDenied/url-auth-expired.yaml";
    let text = desk.read(name);
    let line = text
        .lines()
        .position(|line| line.contains("edit: { expires-in:"))
        .expect("the case has this edit");
    let column = text
        .lines()
        .nth(line)
        .and_then(|text| text.find("expires-in"))
        .expect("it stands there");
    desk.write(
        name,
        &text.replacen("edit: { expires-in:", "edit: { expire-in:", 1),
    );
    let ran = desk.run("run");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.err
            .contains(&format!("{name}:{}:{}", line + 1, column + 1)),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("^^^^^^^^^"), "{}", ran.err);
    assert!(
        ran.err.contains("did you mean `expires-in`?"),
        "{}",
        ran.err
    );
    let checked = desk.run("check");
    assert_eq!(checked.code, Some(2), "{checked:?}");
}

#[test]
fn a_target_that_is_not_there_exits_3_within_seconds() {
    let desk = Desk::new();
    // Bound and closed again, so that nobody listens.
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let profile = desk.profile(address, "");
    let started = Instant::now();
    let ran = desk.run(&format!("run --target {}", profile.display()));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.err.contains("unreachable") && ran.err.contains(&address.to_string()),
        "{}",
        ran.err
    );
    assert!(started.elapsed() < SECONDS, "{:?}", started.elapsed());
}

#[test]
fn a_server_that_accepts_connections_and_says_nothing_exits_3_in_its_time() {
    let desk = Desk::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let profile = desk.profile(
        listener.local_addr().unwrap(),
        "limits: { time-per-request: 1s }",
    );
    let started = Instant::now();
    let ran = desk.run(&format!("run --target {}", profile.display()));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(started.elapsed() < SECONDS, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_exits_3_and_says_so() {
    let desk = Desk::new();
    let server = reference().await;
    let profile = desk.profile_of(server.address(), &server, "");
    desk.write("secrets/owner.access-key-secret", "not-the-secret-0001");
    let ran = desk.run(&format!(
        "run --target {} --report json=a.json",
        profile.display()
    ));
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.err.contains("refuses the owner's signature"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("not-the-secret"), "{}", ran.err);
    // Whoever reads the report learns it too, and finds nothing of yesterday in it.
    let report: serde_json::Value = serde_json::from_str(&desk.read("a.json")).unwrap();
    assert!(
        report["summary"]["failure"]
            .as_str()
            .or(report["failure"].as_str())
            .is_some_and(|why| why.contains("refuses the owner's signature")),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_server_elsewhere_is_conformant_too() {
    let desk = Desk::new();
    let server = reference().await;
    let profile = desk.profile_of(server.address(), &server, "");
    let ran = desk.run(&format!(
        "run --target {} url-auth-expired bucket-acl",
        profile.display()
    ));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out
            .contains(&format!("against elsewhere at http://{}", server.address())),
        "{}",
        ran.out
    );
}

#[test]
fn a_missing_credential_or_a_broken_profile_exits_2() {
    let desk = Desk::new();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    let profile = desk.profile(address, "");
    std::fs::remove_file(desk.path("secrets/owner.access-key-secret")).unwrap();
    let ran = desk.run(&format!("run --target {}", profile.display()));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let typo = desk.profile(address, "capabilites: all");
    let ran = desk.run(&format!("run --target {}", typo.display()));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.err.contains("did you mean `capabilities`?") && ran.err.contains("^^^^"),
        "{}",
        ran.err
    );
    assert_eq!(desk.run("run --target absent.yaml").code, Some(2));
}

#[test]
fn reports_that_cannot_be_written_exit_2_before_anything_is_sent() {
    let desk = Desk::new();
    for (report, says) in [
        ("pdf=a.pdf", "unknown kind of report `pdf`"),
        ("json", "KIND=PATH"),
        ("json=absent/folder/a.json", "absent/folder/a.json"),
        ("junit=.", "cannot be written"),
    ] {
        let ran = desk.run(&format!("run --report {report}"));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(
            ran.err.starts_with("error: ") && ran.err.contains(says),
            "{}",
            ran.err
        );
        assert_eq!(ran.out, "");
    }
    assert!(!desk.path("reports").exists(), "no run, no journal");
}

#[test]
fn wrong_usage_exits_2_and_help_exits_0() {
    let desk = Desk::new();
    for line in [
        "--nonsense",
        "run --partition 3/2",
        "run --jobs 0",
        "rnu",
        "run --snapshots absent",
        "run --cases absent",
        "--seed 1 list",
    ] {
        let ran = desk.run(line);
        assert_eq!(ran.code, Some(2), "{line}: {ran:?}");
        assert!(ran.err.contains("error: "), "{line}: {}", ran.err);
    }
    for line in ["--help", "--version", "run --help", "serve --help"] {
        assert_eq!(desk.run(line).code, Some(0), "{line}");
    }
}

#[test]
fn an_engine_that_says_half_of_which_part_it_is_is_told_the_other_half() {
    let desk = Desk::new();
    for (index, total) in [
        ("JOB_COMPLETION_INDEX", "OSS403_PARTITIONS"),
        ("CI_NODE_INDEX", "CI_NODE_TOTAL"),
        ("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT"),
        ("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL"),
    ] {
        let ran = desk.run_with("run --partition auto", &[(index, "1")]);
        let says = format!(
            "{index} is set, and {total}, which would say how many parts there are, is not"
        );
        ran.fails(2, &says);
    }
    desk.run("run --partition auto")
        .fails(2, "nothing says which part this is");
}

#[test]
fn partitions_together_are_the_whole() {
    let desk = Desk::new();
    let mut ids = Vec::new();
    for part in 1..=3 {
        let ran = desk.run(&format!(
            "run url-auth-expired bucket-acl --partition {part}/3 --report json=a.json"
        ));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let result = desk.json("a.json");
        let instances = result["instances"].as_array().unwrap();
        assert_eq!(result["summary"]["instances"]["total"], instances.len());
        ids.extend(
            instances
                .iter()
                .map(|entry| entry["id"].as_str().unwrap().to_owned()),
        );
    }
    ids.sort();
    let listed = desk.run("list url-auth-expired bucket-acl --format json");
    let listed: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    let mut all: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["id"].as_str().unwrap().to_owned())
        .collect();
    all.sort();
    assert_eq!(ids, all);
}

#[test]
fn what_is_not_claimed_is_no_success_when_nothing_else_was_run() {
    let desk = Desk::new();
    let profile = desk.write(
        "profile.yaml",
        "name: small\nendpoint: embedded\ncapabilities: { except: [acceleration] }\n",
    );
    let only = desk.run(&format!(
        "run transfer-acceleration --target {}",
        profile.display()
    ));
    assert_eq!(only.code, Some(4), "{only:?}");
    assert!(
        only.out.contains("not claimed") && only.err.contains("nothing was tested"),
        "{only:?}"
    );
    let beside = desk.run(&format!(
        "run transfer-acceleration url-auth-expired --target {}",
        profile.display()
    ));
    assert_eq!(beside.code, Some(0), "{beside:?}");
}

#[test]
fn a_level_and_what_has_to_be_in_it_can_be_asked_for() {
    let desk = Desk::new();
    for (asked, code, says) in [
        ("--require url-auth-expired --require url-v1", 0, ""),
        (
            "--require kms-forbidden",
            1,
            "`kms-forbidden` is required to be conformant: was not run",
        ),
        ("--require sts", 1, "`sts` is required, and no instance"),
        (
            "--min-level 1",
            1,
            "there is no level, and level 1 was asked for",
        ),
    ] {
        let ran = desk.run(&format!(
            "run url-auth-expired/url-past-its-time {asked} --report json=a.json"
        ));
        assert_eq!(ran.code, Some(code), "{asked}: {ran:?}");
        let unmet = desk.json("a.json")["summary"]["unmet"].to_string();
        assert!(
            ran.out.contains(says) && (code == 0 || unmet.contains(says)),
            "{asked}: {}",
            ran.out
        );
    }
    for (asked, says) in [
        (
            "--require url-auth-expird",
            "did you mean `url-auth-expired`?",
        ),
        ("--require zzzzzz", "oss403 list --capabilities"),
        ("--min-level 5", "5"),
    ] {
        let ran = desk.run(&format!("run {asked}"));
        assert_eq!(ran.code, Some(2), "{asked}: {ran:?}");
        assert!(ran.err.contains(says), "{asked}: {}", ran.err);
    }
}

#[test]
fn what_can_be_claimed_is_listed_with_what_it_means() {
    let desk = Desk::new();
    let ran = desk.run("list --capabilities --format json");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let listed: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let find = |name: &str| {
        let mut rows = listed.as_array().unwrap().iter();
        rows.find(|row| row["name"] == name).unwrap().clone()
    };
    assert_eq!(
        find("signature-v1")["stands_for"],
        serde_json::json!(["header-v1", "url-v1", "form-v1"])
    );
    assert_eq!(find("form-v1")["needs"], serde_json::json!(["post-object"]));
    let text = desk.run("list --capabilities").out;
    for row in listed.as_array().unwrap() {
        assert!(!row["means"].as_str().unwrap().is_empty());
        assert!(text.contains(row["name"].as_str().unwrap()), "{row}");
    }
}

/// The repository's ledger in this desk's `cases`.
fn copy_ledger(desk: &Desk) {
    let from = root().join("cases");
    let copied = std::process::Command::new("cp")
        .arg("-R")
        .arg(&from)
        .arg(desk.path("cases"))
        .status()
        .unwrap();
    assert!(copied.success());
}

#[test]
fn a_failed_canary_is_in_every_report_and_yesterdays_are_gone() {
    let desk = Desk::new();
    for name in ["a.json", "a.xml"] {
        desk.write(name, "<testsuites/> of yesterday, all green");
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let profile = desk.profile(address, "limits: { patience: { attempts: 2 } }");
    let line = format!(
        "run --target {} --report json=a.json --report junit=a.xml",
        profile.display()
    );
    let ran = desk.run(&line);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let summary = desk.json("a.json")["summary"].clone();
    let failure = summary["failure"].as_str().unwrap();
    assert!(failure.contains("unreachable"), "{failure}");
    assert_eq!(summary["level"], serde_json::Value::Null);
    assert_eq!(summary["instances"]["conformant"], 0);
    let junit = desk.read("a.xml");
    assert!(
        junit.contains("<error ") && junit.contains("unreachable"),
        "{junit}"
    );
    assert!(!junit.contains("yesterday"), "{junit}");
}

#[test]
fn a_full_journal_disk_is_in_every_report() {
    let desk = Desk::new();
    // A file may have 256 KiB, which the reports keep to and the journal does not.
    let line = "ulimit -f 512; trap '' XFSZ; exec \"$0\" run url-auth-expired bucket-acl --report json=a.json --report junit=a.xml";
    let ran = std::process::Command::new("sh")
        .args(["-c", line, env!("CARGO_BIN_EXE_oss403")])
        .current_dir(desk.folder.path())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(3), "{ran:?}");
    let summary = desk.json("a.json")["summary"].clone();
    let failure = summary["failure"].as_str().unwrap();
    assert!(failure.contains("journal"), "{failure}");
    assert!(summary["requests"].as_u64().unwrap() > 0, "{summary}");
    assert!(desk.read("a.xml").contains("<error "));
}
