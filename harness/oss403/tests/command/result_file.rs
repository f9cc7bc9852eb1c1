//! The result file of a real run fits the schema in the repository.

use serde_json::Value;

use crate::fit::{mismatch, schema};
use crate::support::Desk;

#[test]
fn real_results_fit_the_schema() {
    let schema = schema("harness/oss403/result.schema.json");
    let desk = Desk::new();
    let faulty = "name: faulty\nendpoint: embedded\ncapabilities: { except: [acceleration] }\nembedded: { config: { faults: { without: [url-auth-expiry] } } }\n";
    let faulty = desk.write("faulty.yaml", faulty);
    for line in [
        "run url-auth-expired signature-mismatch".to_owned(),
        format!(
            "run url-auth-expired transfer-acceleration --target {}",
            faulty.display()
        ),
    ] {
        desk.run(&format!("{line} --report json=a.json"));
        let result = desk.json("a.json");
        assert!(!result["instances"].as_array().unwrap().is_empty());
        assert_eq!(mismatch(&schema, &result), None);
    }
}

#[test]
fn the_check_itself_finds_what_does_not_fit() {
    let schema = schema("harness/oss403/result.schema.json");
    let desk = Desk::new();
    desk.run("run url-auth-expired --report json=a.json");
    let right = desk.json("a.json");
    let spoil = |pointer: &str, value: Value| {
        let mut wrong = right.clone();
        *wrong
            .pointer_mut(pointer)
            .unwrap_or_else(|| panic!("{pointer} is absent")) = value;
        assert!(mismatch(&schema, &wrong).is_some(), "{pointer}");
    };
    spoil("/seed", "one".into());
    spoil("/summary/level", 7.into());
    spoil("/summary/causes", Value::Null);
    spoil("/instances/0/verdict", "fine".into());
    spoil(
        "/instances/0/observed",
        serde_json::json!({ "status": 403, "body": "x" }),
    );
    let mut wrong = right.clone();
    wrong.as_object_mut().unwrap().remove("target");
    assert!(mismatch(&schema, &wrong).is_some());
}
