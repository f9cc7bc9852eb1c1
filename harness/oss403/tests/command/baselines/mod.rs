//! Baselines as a vendor uses them: a night with deviations, and the next.

mod reports;
mod signs;

use serde_json::Value;

use crate::fit::{mismatch, schema};
use crate::support::{Desk, Ran};
use oss403_case::yaml;

const TERMS: &str = "--reason proxy --owner web-team --expires";

/// A server that is wrong in one respect, or in none.
fn server(desk: &Desk, faults: &str) {
    let text = format!(
        "name: faulty\nendpoint: embedded\nsnapshots: faulty\nembedded: {{ config: {{ faults: {{ {faults} }} }} }}\n"
    );
    desk.write("faulty.yaml", &text);
}

const NO_REFERER: &str = "without: [referer]";
const SOUND: &str = "";

fn night(desk: &Desk, line: &str) -> Ran {
    desk.run(&format!("run {line} --target faulty.yaml --out journals"))
}

/// A day so many days from now.
fn day(ahead: i64) -> String {
    oss403::baseline::Day::today().plus(ahead).to_string()
}

/// Records what fails in `night.json`.
fn record(desk: &Desk, more: &str) -> Ran {
    let expires = day(90);
    desk.run(&format!(
        "baseline update known.yaml --from night.json {TERMS} {expires} {more}"
    ))
}

/// A baseline of the server without its hotlink rule.
fn recorded() -> Desk {
    let desk = Desk::new();
    server(&desk, NO_REFERER);
    let ran = night(&desk, "referer-denied --seed 1 --report json=night.json");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ran = record(&desk, "--accept-risk");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    desk
}

fn counts(desk: &Desk, name: &str) -> [u64; 5] {
    let sums = &desk.json(name)["summary"]["baseline"];
    ["known", "new", "stale", "expired", "unobserved"].map(|name| sums[name].as_u64().unwrap())
}

fn instances(desk: &Desk, name: &str) -> Vec<Value> {
    desk.json(name)["instances"].as_array().unwrap().clone()
}

#[test]
fn what_was_recorded_one_night_fails_no_other_and_is_never_conformant() {
    let desk = recorded();
    let failing = instances(&desk, "night.json").len() as u64;
    let reports = "--report json=next.json --report events=next.jsonl";
    let ran = night(
        &desk,
        &format!("referer-denied --seed 7 --baseline known.yaml {reports}"),
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(counts(&desk, "next.json"), [failing, 0, 0, 0, 0]);
    let result = desk.json("next.json");
    assert_eq!(
        mismatch(&schema("harness/oss403/result.schema.json"), &result),
        None
    );
    assert_eq!(result["summary"]["instances"]["conformant"], 0);
    assert_eq!(result["summary"]["instances"]["deviates"], failing);
    assert_eq!(result["summary"]["causes"]["conformant"], 0);
    assert!(result["summary"]["level"].is_null());
    for entry in instances(&desk, "next.json") {
        assert_eq!(entry["verdict"], "deviates", "{entry}");
        assert_eq!(entry["baseline"]["state"], "known", "{entry}");
        assert_eq!(entry["baseline"]["reason"], "proxy", "{entry}");
    }
    assert!(ran.out.contains("  = referer-denied "), "{}", ran.out);
    assert!(
        ran.out
            .contains(&format!("baseline  {failing} known, 0 new, 0 stale")),
        "{}",
        ran.out
    );
    assert!(
        !ran.out.contains("curl"),
        "what is known is not shown again: {}",
        ran.out
    );
    let event = schema("harness/oss403/events.schema.json");
    for line in desk.read("next.jsonl").lines() {
        assert_eq!(mismatch(&event, &serde_json::from_str(line).unwrap()), None);
    }
    // Without it the night is as red as it was, and what is asked for besides is not met by what is known.
    assert_eq!(night(&desk, "referer-denied").code, Some(1));
    let required = night(
        &desk,
        "referer-denied --baseline known.yaml --require referer-denied",
    );
    assert_eq!(required.code, Some(1), "{required:?}");
    let level = night(&desk, "referer-denied --baseline known.yaml --min-level 1");
    assert_eq!(level.code, Some(1), "{level:?}");
    let known = night(&desk, "referer-denied --verbose --baseline known.yaml");
    assert!(known.out.contains("\n= referer-denied/"), "{}", known.out);
    assert!(
        known.out.contains("known, deviates: granted"),
        "{}",
        known.out
    );
}

#[test]
fn the_same_instance_with_another_answer_is_new() {
    let desk = Desk::new();
    let says =
        |text: &str| format!("answer: {{ cause: referer-denied, wrong: {{ message: {text} }} }}");
    let cause = "referer-denied/blacklist-alone";
    server(&desk, &says("First wording"));
    let ran = night(&desk, &format!("{cause} --report json=night.json"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(record(&desk, "").code, Some(0));
    let next = format!("{cause} --baseline known.yaml --report json=next.json");
    assert_eq!(night(&desk, &next).code, Some(0));
    server(&desk, &says("Second wording"));
    let ran = night(&desk, &next);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let [known, new, stale, ..] = counts(&desk, "next.json");
    assert_eq!((known, new > 0, stale), (0, true, 0));
    let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("not as recorded in the baseline entry") && words.contains("First wording"),
        "{}",
        ran.out
    );
    // Another facet of the same instance is as new.
    server(&desk, NO_REFERER);
    assert_eq!(night(&desk, &next).code, Some(1));
    // Nobody replaces what a person has put up with.
    let before = desk.read("known.yaml");
    let ran = desk.run("baseline update known.yaml --from next.json");
    assert_eq!(
        (ran.code, desk.read("known.yaml")),
        (Some(1), before),
        "{ran:?}"
    );
    assert!(ran.out.contains("has another answer"), "{ran:?}");
}

#[test]
fn what_passes_is_stale_until_it_is_pruned() {
    let desk = recorded();
    server(&desk, SOUND);
    let ran = night(
        &desk,
        "referer-denied --baseline known.yaml --report json=next.json",
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let [known, new, stale, ..] = counts(&desk, "next.json");
    assert_eq!((known, new, stale > 0), (0, 0, true));
    assert!(ran.out.contains("is stale: it passes"), "{}", ran.out);
    // One instance is not the cause.
    let id = "referer-denied/blacklist-alone";
    let part = format!("{id} --baseline known.yaml --report json=part.json");
    assert_eq!(night(&desk, &part).code, Some(1));
    desk.run("baseline prune known.yaml --from part.json");
    assert!(
        desk.read("known.yaml").contains("referer-denied"),
        "what was not run stays"
    );
    let ran = desk.run("baseline prune known.yaml --from next.json");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        desk.read("known.yaml").ends_with("entries: []\n"),
        "{}",
        desk.read("known.yaml")
    );
    assert_eq!(
        night(&desk, "referer-denied --baseline known.yaml").code,
        Some(0)
    );
}

#[test]
fn what_has_expired_is_new_and_its_entry_named() {
    let desk = recorded();
    let text = desk.read("known.yaml");
    let over = text.replace(&day(90), &day(-1)).replace(&day(0), &day(-30));
    desk.write("known.yaml", &over);
    let ran = night(
        &desk,
        "referer-denied --baseline known.yaml --report json=next.json",
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let [known, new, stale, expired, _] = counts(&desk, "next.json");
    assert_eq!((known, new > 0, stale, expired > 0), (0, true, 0, true));
    let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let says = format!("expired on {}", day(-1));
    assert!(
        words.contains(&says) && words.contains("`referer-denied"),
        "{}",
        ran.out
    );
    let looked = desk.run("baseline check known.yaml");
    assert_eq!(
        (looked.code, looked.err.contains("has expired")),
        (Some(1), true),
        "{looked:?}"
    );
    // Today is still good.
    desk.write("known.yaml", &text.replace(&day(90), &day(0)));
    assert_eq!(
        night(&desk, "referer-denied --baseline known.yaml").code,
        Some(0)
    );
    let looked = desk.run("baseline check known.yaml --target faulty.yaml");
    assert_eq!(looked.code, Some(0), "{looked:?}");
    assert!(
        looked.out.contains("within 30 days") && looked.out.contains(&day(0)),
        "{looked:?}"
    );
}

#[test]
fn what_is_not_run_is_said_and_fails_nothing() {
    let desk = recorded();
    let ran = night(
        &desk,
        "time-skewed --baseline known.yaml --report json=next.json",
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let [known, new, stale, expired, unobserved] = counts(&desk, "next.json");
    assert_eq!(
        (known, new, stale, expired, unobserved > 0),
        (0, 0, 0, 0, true)
    );
    assert!(
        ran.out.contains("unobserved: `referer-denied"),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_disabled_is_not_sent_not_conformant_and_shown() {
    let desk = Desk::new();
    server(&desk, NO_REFERER);
    let text = format!(
        "version: 1\ntarget: faulty\nledger: documented-2023-06-27\nentries:\n  - id: referer-denied\n    verdict: disabled\n    reason: hangs\n    owner: web-team\n    expires: {}\n",
        day(9)
    );
    desk.write("known.yaml", &text);
    let line = "time-skewed referer-denied --baseline known.yaml --report json=n.json --report junit=n.xml";
    let ran = night(&desk, line);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let result = desk.json("n.json");
    let disabled = result["summary"]["instances"]["disabled"].as_u64().unwrap();
    assert!(
        disabled > 0 && result["summary"]["causes"]["disabled"] == 1,
        "{result}"
    );
    for entry in instances(&desk, "n.json")
        .iter()
        .filter(|e| e["cause"] == "referer-denied")
    {
        assert_eq!(
            (&entry["verdict"], &entry["curl"]),
            (&"disabled".into(), &Value::Null)
        );
        assert!(
            entry["reason"]
                .as_str()
                .unwrap()
                .contains("hangs (web-team"),
            "{entry}"
        );
    }
    assert!(ran.out.contains("disabled: hangs (web-team"), "{}", ran.out);
    assert!(desk.read("n.xml").contains("disabled: hangs"));
    // Nothing was shown.
    assert_eq!(
        night(&desk, "referer-denied --baseline known.yaml").code,
        Some(4)
    );
    let over = text.replace(&day(9), &day(-1));
    desk.write("known.yaml", &over);
    let ran = night(&desk, line);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(desk.json("n.json")["summary"]["instances"]["disabled"], 0);
}

#[test]
fn an_update_asks_for_what_only_people_know() {
    let desk = Desk::new();
    server(&desk, NO_REFERER);
    night(&desk, "referer-denied --report json=night.json");
    for line in [
        "",
        "--reason proxy --owner web-team",
        "--reason proxy --expires 2027-01-01",
        "--owner web-team --expires 2027-01-01 --reason=",
    ] {
        let ran = desk.run(&format!(
            "baseline update known.yaml --from night.json --accept-risk {line}"
        ));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(
            ran.err.contains("--reason TEXT --owner NAME --expires"),
            "{ran:?}"
        );
        assert!(!desk.path("known.yaml").exists());
    }
    for wrong in ["soon".to_owned(), day(-1), day(400)] {
        let ran = desk.run(&format!(
            "baseline update known.yaml --from night.json --accept-risk {TERMS} {wrong}"
        ));
        assert_eq!(
            (ran.code, ran.err.contains(&wrong)),
            (Some(2), true),
            "{ran:?}"
        );
    }
    // What is granted is left out unless somebody accepts it.
    let ran = record(&desk, "");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("--accept-risk"), "{ran:?}");
    assert!(!desk.path("known.yaml").exists() || !desk.read("known.yaml").contains("granted"));
    assert_eq!(record(&desk, "--accept-risk").code, Some(0));
    let text = desk.read("known.yaml");
    assert_eq!(
        mismatch(
            &schema("harness/oss403/baseline.schema.json"),
            &yaml::parse(&text).unwrap()
        ),
        None
    );
    let again = record(&desk, "--accept-risk");
    assert_eq!(
        (again.code, desk.read("known.yaml")),
        (Some(0), text),
        "{again:?}"
    );
    assert_eq!(desk.run("check known.yaml").code, Some(0));
    let other = desk.run("run referer-denied --baseline known.yaml --out journals");
    assert_eq!(other.code, Some(2), "{other:?}");
    assert!(
        other.err.contains("--> known.yaml:") && other.err.contains("^^^^"),
        "{}",
        other.err
    );
}

/// Answers with names of buckets, times and ids in them: nothing of that may be what a failure is known by.
#[test]
fn another_seed_makes_no_failure_another() {
    /// Some that read, and some that write.
    const SOME: &str = "bucket-acl/stranger-reads bucket-acl/stranger-writes";
    let desk = Desk::new();
    for (faults, facet) in [
        ("without: [bucket-acl]", "granted"),
        ("answer: { cause: bucket-acl, wrong: applies }", "effect"),
        (
            "answer: { cause: bucket-acl, wrong: shows-content }",
            "leak",
        ),
        (
            "answer: { cause: bucket-acl, wrong: { altered: HostId } }",
            "envelope",
        ),
    ] {
        server(&desk, faults);
        let seen = |seed: u32| {
            let name = format!("seed-{seed}.json");
            night(&desk, &format!("{SOME} --seed {seed} --report json={name}"));
            let known_by = |entry: &Value| {
                let fingerprint = entry["fingerprint"].clone();
                (entry["id"].to_string(), entry["facet"].clone(), fingerprint)
            };
            let all = instances(&desk, &name);
            all.iter().map(known_by).collect::<Vec<_>>()
        };
        let (first, second) = (seen(3), seen(4));
        assert_eq!(first, second, "{faults}");
        let mut known_by = first.iter().filter(|(_, found, _)| found == facet);
        assert!(
            known_by.any(|(_, _, by)| by["status"].is_u64()),
            "{faults}: {first:?}"
        );
    }
}

#[test]
fn what_is_disabled_asks_for_nothing_when_it_was_run_all_the_same() {
    let desk = Desk::new();
    server(&desk, NO_REFERER);
    let ran = night(
        &desk,
        "referer-denied/wildcard-forms --report json=night.json",
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let with_expiry = |expires: String| {
        desk.write(
            "known.yaml",
            &format!("version: 1\ntarget: faulty\nledger: documented-2023-06-27\nentries:\n  - {{ id: referer-denied, verdict: disabled, reason: stops billing, owner: us, expires: {expires} }}\n"),
        );
        record(&desk, "--accept-risk")
    };
    let updated = with_expiry(day(9));
    assert_eq!(updated.code, Some(0), "{updated:?}");
    assert_eq!(updated.out, "known.yaml: nothing to add\n");
    let next = night(
        &desk,
        "referer-denied time-skewed/behind --baseline known.yaml",
    );
    assert!(!next.out.contains("✗"), "{next:?}");
    let over = with_expiry(day(-1));
    assert_eq!(over.code, Some(1), "{over:?}");
    assert!(over.out.contains("has expired"), "{over:?}");
}
