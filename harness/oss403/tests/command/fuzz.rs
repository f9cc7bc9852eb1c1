//! `oss403 fuzz`: what it finds, that `oss403 run` reproduces it, and that a run can be repeated, resumed and interrupted.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::fit::{mismatch, schema};
use crate::support::{Desk, reference};

/// A profile of the embedded server with faults; `more` goes on at its top level.
fn faulty(desk: &Desk, name: &str, faults: &str, more: &str) -> PathBuf {
    let text = format!(
        "name: {name}\nendpoint: embedded\nembedded: {{ config: {{ faults: {faults} }} }}\n{more}\n"
    );
    desk.write(&format!("{name}.yaml"), &text)
}

const APPLIES: &str = "{ answer: { cause: bucket-acl, wrong: applies } }";
const MUMBLES: &str = "{ answer: { cause: bucket-acl, wrong: { message: Nothing for you. } } }";

/// The files below a folder whose names end so, sorted.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Case files of findings: they stand two folders down.
fn cases(out: &Path) -> Vec<PathBuf> {
    let mut cases = files(out, ".yaml");
    cases.retain(|path| path.parent() != Some(out));
    cases
}

/// What was written down beside a case file.
fn finding_of(case: &Path) -> String {
    let folder = case.parent().and_then(Path::parent).unwrap();
    std::fs::read_to_string(folder.join("finding.txt")).unwrap()
}

#[test]
fn the_reference_server_differs_in_nothing_from_itself() {
    let desk = Desk::new();
    let ran = desk.run("fuzz --target embedded --requests 2000 --seed 11 --out o");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("findings  0;"), "{}", ran.out);
    assert!(ran.out.contains(" a second"), "{}", ran.out);
    let state = desk.json("o/fuzz-state.json");
    assert_eq!(state["seed"], 11);
    assert!(state["position"].as_u64().unwrap() >= 64);
    // What was made is gone, and the journals with it.
    assert_eq!(files(&desk.path("o"), ".jsonl"), Vec::<PathBuf>::new());
}

#[test]
fn nobody_is_accused_for_having_retired_version_1() {
    let desk = Desk::new();
    let text = "name: new\nendpoint: embedded\nembedded: { config: { decisions: { signature-v1: refuse } } }\n";
    let profile = desk.write("new.yaml", text);
    let ran = desk.run(&format!(
        "fuzz --target {} --requests 2000 --seed 11 --out o",
        profile.display()
    ));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("findings  0;"), "{}", ran.out);
    let retired = "   retired  header-v1, url-v1, form-v1: ";
    assert!(ran.out.contains(retired), "{}", ran.out);
    assert!(!ran.out.contains("not spoken"), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_elsewhere_that_is_the_same_differs_in_nothing_either() {
    let desk = Desk::new();
    let server = reference().await;
    let profile = desk.profile_of(server.address(), &server, "");
    let ran = desk.run(&format!(
        "fuzz --target {} --requests 1500 --seed 12 --out o",
        profile.display()
    ));
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_finding_is_a_case_file_that_run_reproduces() {
    let desk = Desk::new();
    let profile = faulty(&desk, "applies", APPLIES, "");
    // Other seeds may find a request first that cannot be carried out twice, so that its base fails.
    let line = format!(
        "fuzz --target {} --seed 1 --findings 1 --requests 20000 --out o",
        profile.display()
    );
    let ran = desk.run(&line);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("✗ effect: bucket-acl"), "{}", ran.out);
    let cases = cases(&desk.path("o"));
    assert!(!cases.is_empty(), "{}", ran.out);
    let case = cases[0].display();
    // The target fails the case, the reference server passes it, and the checker has nothing against it.
    let again = desk.run(&format!("run {case} --target {}", profile.display()));
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.out.contains("deviates: effect"), "{}", again.out);
    let sound = desk.run(&format!("run {case}"));
    assert_eq!(sound.code, Some(0), "{sound:?}");
    assert_eq!(desk.run(&format!("check {case}")).code, Some(0));
    let text = finding_of(&cases[0]);
    for part in [
        "curl ",
        "-- the target",
        "-- the model",
        "HTTP 403",
        "oss403 run ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let signed = text.lines().filter(|line| line.contains("Signature="));
    assert!(
        signed.clone().count() > 0 || !text.contains("Authorization: "),
        "{text}"
    );
    assert!(
        signed
            .clone()
            .all(|line| line.contains("Signature=[redacted]")),
        "{text}"
    );
}

#[test]
fn what_a_target_refuses_wrongly_is_the_base_of_its_case() {
    let desk = Desk::new();
    // Ten minutes are too much for it.
    let profile = faulty(
        &desk,
        "strict",
        "{ limit: { of: skew-past, by: -300 } }",
        "",
    );
    let line = format!(
        "fuzz --target {} --findings 1 --requests 20000 --out o",
        profile.display()
    );
    let ran = desk.run(&line);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("✗ refused: clock"), "{}", ran.out);
    let cases = cases(&desk.path("o"));
    let again = desk.run(&format!(
        "run {} --target {}",
        cases[0].display(),
        profile.display()
    ));
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.out.contains("not-provoked"), "{}", again.out);
    let text = std::fs::read_to_string(&files(&desk.path("o"), "finding.txt")[0]).unwrap();
    assert!(text.contains("its base has to succeed"), "{text}");
    let place = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("{part} in {text}"))
    };
    assert!(place("== The base request") < place("== The edited request"));
}

#[test]
fn a_seed_finds_the_same_again() {
    let desk = Desk::new();
    let profile = faulty(&desk, "open", "{ without: [bucket-acl] }", "");
    let line = |out| {
        format!(
            "fuzz --target {} --findings 2 --requests 4000 --seed 4 --out {out}",
            profile.display()
        )
    };
    let (one, other) = (desk.run(&line("one")), desk.run(&line("two")));
    assert_eq!(
        (one.code, other.code),
        (Some(1), Some(1)),
        "{one:?} {other:?}"
    );
    assert!(one.out.contains(": bucket-acl ("), "{}", one.out);
    let read = |out: &str| -> Vec<(PathBuf, String)> {
        let cases = cases(&desk.path(out)).into_iter();
        let read = cases.map(|case| {
            let place = case.strip_prefix(desk.path(out)).unwrap().to_owned();
            (place, std::fs::read_to_string(case).unwrap())
        });
        read.collect()
    };
    assert!(!read("one").is_empty(), "{}", one.out);
    assert_eq!(read("one"), read("two"));
}

#[test]
fn an_exploration_goes_on_where_it_stopped_and_finds_nothing_twice() {
    let desk = Desk::new();
    let profile = faulty(&desk, "applies", APPLIES, "");
    let line = |more: &str| {
        format!(
            "fuzz --target {} --findings 1 --requests 20000 --out o {more}",
            profile.display()
        )
    };
    assert_eq!(desk.run(&line("")).code, Some(1));
    let before = desk.json("o/fuzz-state.json");
    let again = desk.run(&line(""));
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(again.err.contains("--resume"), "{}", again.err);
    let other = desk.run(&line("--resume --seed 9"));
    assert_eq!(other.code, Some(2), "{other:?}");
    let resumed = desk.run(&line("--resume --requests 1"));
    assert_eq!(resumed.code, Some(2), "an option twice: {resumed:?}");
    let line = format!(
        "fuzz --target {} --requests 1500 --out o --resume",
        profile.display()
    );
    let resumed = desk.run(&line);
    assert!(resumed.code.is_some_and(|code| code < 2), "{resumed:?}");
    let after = desk.json("o/fuzz-state.json");
    assert!(
        after["position"].as_u64() > before["position"].as_u64(),
        "{before} {after}"
    );
    let keys = |state: &Value| state["known"].as_array().unwrap().clone();
    let known = keys(&after);
    assert!(known.starts_with(&keys(&before)));
    assert!(
        known
            .iter()
            .enumerate()
            .all(|(at, key)| !known[..at].contains(key)),
        "{after}"
    );
}

#[test]
fn wording_that_a_person_has_accepted_is_no_finding_any_more() {
    let desk = Desk::new();
    let profile = faulty(&desk, "mumbles", MUMBLES, "");
    let line = format!(
        "fuzz --target {} --requests 1500 --out o",
        profile.display()
    );
    let ran = desk.run(&line);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("✗ message: bucket-acl"), "{}", ran.out);
    let proposed = desk.read("o/quirks.yaml");
    assert!(proposed.contains("facet: message"), "{proposed}");
    let read = oss403_case::yaml::parse(&proposed).unwrap();
    let quirks = schema("harness/oss403/quirks.schema.json");
    assert_eq!(mismatch(&quirks, &read), None);
    let profile = faulty(&desk, "mumbles", MUMBLES, &proposed);
    let line = format!(
        "fuzz --target {} --requests 1500 --out again",
        profile.display()
    );
    let ran = desk.run(&line);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.out.contains(" 0 known as quirks"), "{}", ran.out);
}

#[test]
fn what_a_target_grants_is_never_a_quirk() {
    let desk = Desk::new();
    let quirk = "quirks: [{ cause: bucket-acl, facet: granted }]";
    let profile = faulty(&desk, "open", "{ without: [bucket-acl] }", quirk);
    let ran = desk.run(&format!(
        "fuzz --target {} --requests 1 --out o",
        profile.display()
    ));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.err.contains("`granted` is never a quirk"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("^^^"), "{}", ran.err);
    for quirk in [
        "{ facet: code }",
        "{ cause: bucket-acl }",
        "{ refuses: url-v1, facet: code }",
        "{ cause: bucket-acl, facet: unanswered }",
    ] {
        let quirks = format!("quirks: [{quirk}]");
        let profile = faulty(&desk, "odd", "{ without: [bucket-acl] }", &quirks);
        let ran = desk.run(&format!("check {}", profile.display()));
        assert_eq!(ran.code, Some(2), "{quirk}: {ran:?}");
    }
}

#[test]
fn laws_need_no_model_and_hold_on_the_reference_server() {
    let desk = Desk::new();
    let sound = desk.run("fuzz --target embedded --without-model --requests 2000 --out sound");
    assert_eq!(sound.code, Some(0), "{sound:?}");
    let profile = faulty(&desk, "late", "{ without: [url-auth-expiry] }", "");
    let line = format!(
        "fuzz --target {} --without-model --findings 1 --requests 20000 --out o",
        profile.display()
    );
    let ran = desk.run(&line);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.out.contains("✗ granted: url-auth-expired (expires-in)"),
        "{}",
        ran.out
    );
    let cases = cases(&desk.path("o"));
    let again = desk.run(&format!(
        "run {} --target {}",
        cases[0].display(),
        profile.display()
    ));
    assert!(again.out.contains("deviates: granted"), "{}", again.out);
}

#[test]
fn wrong_usage_exits_2_and_an_unreachable_target_3() {
    let desk = Desk::new();
    assert_eq!(desk.run("fuzz").code, Some(2));
    assert_eq!(desk.run("fuzz --target embedded --time 0s").code, Some(2));
    assert_eq!(
        desk.run("fuzz --target embedded --resume --out nothing-here")
            .code,
        Some(2)
    );
    assert_eq!(desk.run("fuzz --mutants no-such-mutant").code, Some(4));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let profile = desk.profile(nobody, "");
    let ran = desk.run(&format!("fuzz --target {} --out o", profile.display()));
    assert_eq!(ran.code, Some(3), "{ran:?}");
}

#[test]
fn a_case_file_runs_by_its_path_and_is_checked_first() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(
        crate::support::root().join("cases/UserDisable/user-disabled.yaml"),
    )
    .unwrap();
    desk.write("mine/UserDisable/user-disabled.yaml", &text);
    let ran = desk.run("run mine/UserDisable/user-disabled.yaml");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("1 of 1 conformant"), "{}", ran.out);
    let both = desk.run("run mine/UserDisable/user-disabled.yaml url-auth-expired");
    assert_eq!(both.code, Some(0), "{both:?}");
    assert!(both.out.contains("2 of 2 conformant"), "{}", both.out);
    let twice = desk.run("run mine/UserDisable/user-disabled.yaml user-disabled");
    assert_eq!(twice.code, Some(2), "{twice:?}");
    desk.write(
        "mine/UserDisable/user-disabled.yaml",
        &text.replace("edit:", "edti:"),
    );
    let wrong = desk.run("run mine/UserDisable/user-disabled.yaml");
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.err.contains("did you mean `edit`?"), "{}", wrong.err);
    assert_eq!(desk.run("run mine/absent.yaml").code, Some(2));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_exploration_can_be_gone_on_with() {
    use tokio::io::{AsyncBufReadExt as _, BufReader};
    let desk = Desk::new();
    let profile = faulty(&desk, "applies", APPLIES, "");
    let line = format!("fuzz --target {} --seed 5 --out o", profile.display());
    let mut child = tokio::process::Command::from(desk.command(&line))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while !lines.next_line().await.unwrap().unwrap().starts_with('✗') {}
    child.kill().await.unwrap();
    let state = desk.json("o/fuzz-state.json");
    assert_eq!(state["findings"], 1, "{state}");
    assert!(state["known"].to_string().contains("bucket-acl"), "{state}");
    let line = format!(
        "fuzz --target {} --requests 600 --resume --out o",
        profile.display()
    );
    let ran = desk.run(&line);
    assert!(ran.code.is_some_and(|code| code < 2), "{ran:?}");
    assert!(!ran.out.contains("✗ effect: bucket-acl"), "{}", ran.out);
    let after = desk.json("o/fuzz-state.json");
    assert!(after["position"].as_u64() > state["position"].as_u64());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_exploration_exits_130_and_can_be_gone_on_with() {
    use tokio::io::{AsyncBufReadExt as _, BufReader};
    let desk = Desk::new();
    let server = reference().await;
    // Slow enough that it cannot be over when the signal comes.
    let profile = desk.profile_of(
        server.address(),
        &server,
        "limits: { requests-per-second: 200 }",
    );
    let command = desk.command(&format!(
        "fuzz --target {} --requests 100000 --out o",
        profile.display()
    ));
    let mut child = tokio::process::Command::from(command)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        lines
            .next_line()
            .await
            .unwrap()
            .unwrap()
            .contains("fuzzes elsewhere")
    );
    let id = child.id().unwrap().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status();
    assert!(killed.unwrap().success());
    let status = child.wait().await.unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(desk.path("o/fuzz-state.json").is_file());
    assert_eq!(files(&desk.path("o"), ".jsonl"), Vec::<PathBuf>::new());
}
