//! What is left out since it is not harmless is said wherever one would look.

use serde_json::Value;

use crate::support::Desk;

#[test]
fn a_list_shows_what_each_leaves_and_can_leave_that_out() {
    let desk = Desk::new();
    let all = desk.run("list --format json");
    let all: Vec<Value> = serde_json::from_str(&all.out).unwrap();
    let leaves = |one: &Value| one["leaves"].as_array().unwrap().len();
    let harmless = desk.run("list --harmless --format json");
    let harmless: Vec<Value> = serde_json::from_str(&harmless.out).unwrap();
    assert!(harmless.iter().all(|one| leaves(one) == 0));
    let expected = all.iter().filter(|one| leaves(one) == 0).count();
    assert_eq!(harmless.len(), expected);
    assert!(expected > 0 && expected < all.len());
    let text = desk.run("list --harmless").out;
    let last = text.lines().last().unwrap();
    let left_out = format!("left out as not harmless: {} (", all.len() - expected);
    assert!(last.starts_with(&left_out), "{last}");
    assert!(last.contains(" locked-retention"), "{last}");
}

#[test]
fn a_run_says_what_it_left_out_and_passes_without() {
    let desk = Desk::new();
    let filters = "worm-locked anonymous-object";
    let whole = desk.run(&format!("run {filters} --report json=whole.json"));
    assert_eq!(whole.code, Some(0), "{}", whole.err);
    let ran = desk.run(&format!(
        "run {filters} --harmless --report json=a.json --report markdown=a.md"
    ));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let count = |name: &str| desk.json(name)["instances"].as_array().unwrap().len() as u64;
    let result = desk.json("a.json");
    let left_out = &result["selection"]["left_out"];
    assert_eq!(
        count("whole.json"),
        count("a.json") + left_out["instances"].as_u64().unwrap()
    );
    assert!(
        left_out["burdens"]["locked-retention"].as_u64() > Some(0),
        "{left_out}"
    );
    let said = "left out as not harmless: ";
    assert!(ran.out.contains(said), "{}", ran.out);
    let notes = result["summary"]["notes"].to_string();
    assert!(notes.contains(said), "{notes}");
    assert_eq!(
        desk.json("whole.json")["selection"]["left_out"],
        Value::Null
    );
}

#[test]
fn where_nothing_is_harmless_the_help_says_what_to_do() {
    let desk = Desk::new();
    let ran = desk.run("run bucket-disabled --harmless");
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(
        ran.err.contains("nothing that is selected is harmless"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("without --harmless"), "{}", ran.err);
    let both = desk.run("run --harmless --allow-irreversible");
    assert!(both.err.contains("cannot be used with"), "{}", both.err);
}
