//! Parts of a run of which some have nothing to do.

use serde_json::Value;

use crate::support::Desk;

/// A handful of instances.
const CAUSE: &str = "kms-in-debt";

/// Runs every part of a run; gives the files that they wrote.
fn parts(desk: &Desk, line: &str, of: usize) -> String {
    let names: Vec<String> = (1..=of)
        .map(|part| {
            let name = format!("part-{part}");
            // Both kinds of results come together.
            let kind = if part % 2 == 0 { "json" } else { "events" };
            let ran = desk.run(&format!(
                "{line} --partition {part}/{of} --report {kind}={name}"
            ));
            assert_eq!(ran.code, Some(0), "{ran:?}");
            name
        })
        .collect();
    names.join(" ")
}

/// The last line of a stream, or the whole file, without its instances.
fn head(desk: &Desk, name: &str) -> Value {
    let text = desk.read(name);
    let last: Value = serde_json::from_str(text.lines().last().unwrap_or_default())
        .ok()
        .filter(Value::is_object)
        .unwrap_or_else(|| serde_json::from_str(&text).unwrap());
    if last["event"] == "run-finished" {
        return last["result"].clone();
    }
    last
}

#[test]
fn a_part_without_a_world_is_a_whole_part_all_the_same() {
    let desk = Desk::new();
    let listed = desk.run(&format!("list {CAUSE} --format json"));
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    let many = listed.as_array().unwrap().len();
    let of = many + 2;
    let names = parts(&desk, &format!("run {CAUSE}"), of);
    let heads: Vec<Value> = names.split(' ').map(|name| head(&desk, name)).collect();
    let totals = heads
        .iter()
        .map(|head| head["summary"]["instances"]["total"].as_u64().unwrap());
    let totals: Vec<u64> = totals.collect();
    assert_eq!(totals.iter().sum::<u64>(), many as u64);
    assert_eq!(totals[many..], [0, 0], "there are not so many worlds");
    let empty = desk.run(&format!("run {CAUSE} --partition {of}/{of}"));
    assert!(
        empty.err.contains("there are more parts than worlds"),
        "{empty:?}"
    );

    let merged = desk.run(&format!("report merge {names} --report json=merged.json"));
    assert_eq!(merged.code, Some(0), "{merged:?}");
    let whole = desk.run(&format!("run {CAUSE} --report json=whole.json"));
    assert_eq!(whole.code, Some(0), "{whole:?}");
    let of = |name: &str| {
        let mut summary = desk.json(name)["summary"].clone();
        summary["requests"] = Value::Null;
        summary
    };
    assert_eq!(of("merged.json"), of("whole.json"));
    let compared = desk.run("report compare whole.json merged.json");
    let same = compared.out.contains("nothing differs");
    assert_eq!((compared.code, same), (Some(0), true), "{compared:?}");

    // Without them the whole is no whole, and what names nothing is nothing.
    let last = names.rsplit_once(' ').unwrap().0;
    let lacking = desk.run(&format!("report merge {last}"));
    assert_eq!(lacking.code, Some(2), "{lacking:?}");
    let none = desk.run("run no-such-cause --partition 1/2");
    assert_eq!(none.code, Some(4), "{none:?}");
}

#[test]
fn a_part_that_says_to_be_empty_and_is_not_is_found() {
    let desk = Desk::new();
    parts(&desk, &format!("run {CAUSE}"), 2);
    let many = head(&desk, "part-2")["summary"]["instances"]["total"].clone();
    assert!(many.as_u64().unwrap() > 0);
    let other = desk.run("run time-skewed --partition 100/100 --report json=empty");
    assert_eq!(other.code, Some(0), "{other:?}");
    let text = desk
        .read("empty")
        .replace("\"time-skewed\"", &format!("\"{CAUSE}\""))
        .replace("\"100/100\"", "\"2/2\"");
    desk.write("part-2", &text);
    let refused = desk.run("report merge part-1 part-2");
    let says = format!("{many} instances are in no part");
    assert_eq!(
        (refused.code, refused.err.contains(&says)),
        (Some(2), true),
        "{refused:?}"
    );
}

#[test]
fn whether_nothing_was_tested_is_a_matter_of_the_whole() {
    let desk = Desk::new();
    desk.write(
        "small.yaml",
        "name: small\nendpoint: embedded\ncapabilities: { except: [kms] }\n",
    );
    let names = parts(&desk, "run kms-in-debt --target small.yaml", 2);
    let merged = desk.run(&format!("report merge {names}"));
    let says = merged.err.contains("nothing was tested");
    assert_eq!((merged.code, says), (Some(4), true), "{merged:?}");
    let whole = desk.run("run kms-in-debt --target small.yaml");
    assert_eq!(whole.code, Some(4), "{whole:?}");
}

#[test]
fn what_failed_is_run_again_in_parts_too_and_has_no_level() {
    let desk = Desk::with_faulty();
    let night = desk.run("run referer-denied/wildcard-forms time-skewed --target faulty.yaml --report json=night.json");
    assert_eq!(night.code, Some(1), "{night:?}");
    let names: Vec<String> = (1..=8)
        .map(|part| {
            let name = format!("again-{part}");
            let line = format!(
                "run --target faulty.yaml --rerun-failed night.json --partition {part}/8 --report json={name}"
            );
            let ran = desk.run(&line);
            let total = desk.json(&name)["summary"]["instances"]["total"].clone();
            let due = if total == 0 { 0 } else { 1 };
            assert_eq!(ran.code, Some(due), "{ran:?}");
            name
        })
        .collect();
    let merged = desk.run(&format!(
        "report merge {} --report json=merged.json",
        names.join(" ")
    ));
    assert_eq!(merged.code, Some(1), "{merged:?}");
    assert!(
        merged.out.contains("only what had failed was run again"),
        "{merged:?}"
    );
    let failed = desk.json("night.json")["summary"]["instances"]["deviates"].clone();
    let again = &desk.json("merged.json")["summary"]["instances"];
    assert_eq!((&again["total"], &again["deviates"]), (&failed, &failed));
}
