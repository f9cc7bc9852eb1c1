//! The result file and the JUnit report of a real run.

use serde_json::Value;

use crate::support::Desk;

#[test]
fn the_result_file_counts_what_was_run() {
    let desk = Desk::new();
    let answer = desk.run(&["run", "--report", "json=r.json", "--report", "junit=r.xml"]);
    assert_eq!(answer.code, Some(0), "{answer:?}");
    let result: Value =
        serde_json::from_str(&std::fs::read_to_string(desk.path("r.json")).unwrap()).unwrap();
    assert_eq!(result["schema"], 1);
    assert_eq!(result["summary"]["causes"]["total"], 51);
    assert_eq!(result["summary"]["causes"]["conformant"], 51);
    let instances = result["instances"].as_array().unwrap();
    assert_eq!(result["summary"]["instances"]["total"], instances.len());
    assert_eq!(
        result["summary"]["instances"]["conformant"],
        instances.len()
    );
    for instance in instances {
        assert_eq!(instance["verdict"], "conformant");
        assert_eq!(instance["observed"]["status"], 403, "{}", instance["id"]);
        assert!(instance["curl"].as_str().unwrap().starts_with("curl "));
    }

    // The list names the same instances.
    let list: Value = serde_json::from_str(&desk.run(&["list", "--format", "json"]).out).unwrap();
    let ids = |array: &Value| {
        let mut ids: Vec<String> = array
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&list), ids(&result["instances"]));

    let junit = std::fs::read_to_string(desk.path("r.xml")).unwrap();
    assert_eq!(junit.matches("<testcase ").count(), instances.len());
    assert_eq!(junit.matches("<testsuite ").count(), 51);
}

#[test]
fn no_secret_reaches_any_output() {
    let desk = Desk::new();
    // A deviating run says the most.
    let target = "name: faulty\nendpoint: embedded\nembedded: { config: { faults: { without: [signature, security-token-valid] } } }\n";
    let target = desk.write("faulty.yaml", target);
    let answer = desk.run(&[
        "run",
        "--target",
        &target,
        "--report",
        "json=r.json",
        "--report",
        "junit=r.xml",
    ]);
    assert_eq!(answer.code, Some(1), "{answer:?}");
    let mut outputs = vec![answer.out, answer.err];
    for entry in walk(desk.0.path()) {
        outputs.push(std::fs::read_to_string(entry).unwrap());
    }
    let journal = outputs.iter().any(|text| text.contains("\"base\""));
    assert!(journal, "the journal is among what is searched");
    for secret in [
        "oss403-owner-secret-0001",
        "oss403-sts-secret-0001",
        "oss403-sts-token-0001",
    ] {
        for text in &outputs {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_partition_and_its_sisters_cover_everything_once() {
    let desk = Desk::new();
    let mut total = 0;
    for part in ["1/3", "2/3", "3/3"] {
        let answer = desk.run(&["run", "--partition", part, "--report", "json=r.json"]);
        assert_eq!(answer.code, Some(0), "{answer:?}");
        let result: Value =
            serde_json::from_str(&std::fs::read_to_string(desk.path("r.json")).unwrap()).unwrap();
        total += result["instances"].as_array().unwrap().len();
    }
    let list: Value = serde_json::from_str(&desk.run(&["list", "--format", "json"]).out).unwrap();
    assert_eq!(total, list.as_array().unwrap().len());
}
