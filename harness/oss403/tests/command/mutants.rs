//! `oss403 mutants`: what it says of a suite that notices everything, of one that does not, and of one that is broken.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Desk, root};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The ledger with other scenarios for `time-skewed`.
fn ledger(desk: &Desk, scenarios: &str) -> PathBuf {
    let cases = desk.path("cases");
    copy(&root().join("cases"), &cases);
    let file = cases.join("RequestTimeTooSkewed/time-skewed.yaml");
    let text = fs::read_to_string(&file).unwrap();
    let header = text.split("\nscenarios:").next().unwrap();
    fs::write(&file, format!("{header}\nscenarios:\n{scenarios}")).unwrap();
    cases
}

const AN_HOUR_OFF: &str = "  - name: an-hour-off
    given: { bucket: { objects: { k.txt: what the clock keeps } } }
    base: { request: GET /k.txt }
    edit: { clock: -1h }
";

const IN_TIME: &str = "  - name: in-time
    given: { bucket: { objects: { k.txt: what the clock keeps } } }
    base: { request: GET /k.txt }
    edit: { clock: -1m }
";

#[test]
fn a_part_of_the_mutants_is_killed_and_counted() {
    let desk = Desk::new();
    let ran = desk
        .run("mutants envelope/bucket-acl skip-check/referer --format json --html out/matrix.html");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    let total = said["total"].as_u64().unwrap();
    assert!(total >= 7, "{total}");
    assert_eq!(said["killed"], said["total"]);
    assert_eq!(said["survivors"], json!([]));
    assert_eq!(said["baselines"], json!({ "allow_all": 0, "deny_all": 0 }));
    assert!(said["idle_instances"].is_array());
    let skipped = said["mutants"].as_array().unwrap();
    let skipped = skipped
        .iter()
        .find(|mutant| mutant["id"] == "skip-check/referer")
        .unwrap();
    assert_eq!(skipped["fate"], "killed");
    let noticed = &skipped["noticed"]["referer-denied"];
    assert!(
        noticed["by"].as_u64().unwrap() > 0 && noticed["by"] == noticed["of"],
        "{skipped}"
    );
    let page = desk.read("out/matrix.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    assert!(page.contains("the check `referer` is skipped; noticed by"));
    let killed = format!("<strong>{total} / {total}</strong><span>mutants killed</span>");
    assert!(page.contains(&killed));
    assert!(!page.contains("class=\"mark survived\" title"));
}

#[test]
fn a_limit_that_no_scenario_comes_near_survives_and_is_named() {
    let desk = Desk::new();
    ledger(&desk, AN_HOUR_OFF);
    let ran = desk.run("mutants skew-past skip-check/clock-skew");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.out
            .contains("✗ off-by-one/skew-past/one-more  survived"),
        "{}",
        ran.out
    );
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("the limit `skew-past` lets one second more pass, and none of the 1 instance of time-skewed noticed"), "{said}");
    assert!(
        ran.out.contains("✓ skip-check              1/1"),
        "{}",
        ran.out
    );
}

#[test]
fn a_suite_that_fails_by_itself_proves_nothing() {
    let desk = Desk::new();
    ledger(&desk, IN_TIME);
    let ran = desk.run("mutants skip-check/clock-skew");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.err.contains("1 of 1 instances are not conformant"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("time-skewed/in-time"), "{}", ran.err);
    assert_eq!(ran.out, "");
}

#[test]
fn a_filter_that_names_no_mutant_is_told_so() {
    let desk = Desk::new();
    let ran = desk.run("mutants skip-checks");
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(
        ran.err.contains("no mutant is called `skip-checks`"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("a filter is a part of a mutant's id"),
        "{}",
        ran.err
    );
}

#[test]
fn what_happens_between_server_and_engine_is_a_table_of_its_own() {
    let desk = Desk::new();
    let ran = desk
        .run("mutants --outside lie/another-code head/order --format json --html out/matrix.html");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        said.get("total"),
        None,
        "nothing was asked of the mutants of the server"
    );
    let outside = &said["outside"];
    assert_eq!(
        (&outside["total"], &outside["killed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&outside["survivors"], &outside["idle"]),
        (&json!([]), &json!([]))
    );
    let weather = &outside["weather"];
    assert_eq!(weather["total"], 1);
    assert_eq!(
        (&weather["false_alarms"], &weather["left_behind"]),
        (&json!(0), &json!(0))
    );
    let played = weather["kinds"][0]["played"].as_object().unwrap();
    assert!(
        played["refusal"].as_u64() > Some(100) && played.len() == 4,
        "{played:?}"
    );
    let page = desk.read("out/matrix.html");
    assert!(page.contains("head/order: the headers come in the reverse order"));
    let row = page.split("lie/another-code: ").nth(1).unwrap();
    let row = row.split(['"', '<']).next().unwrap();
    assert!(row.contains("; noticed by "), "{row}");
    let ran = desk.run("mutants --inside leak/header");
    assert_eq!(ran.code, Some(4), "a fault is none of the inside: {ran:?}");
}
