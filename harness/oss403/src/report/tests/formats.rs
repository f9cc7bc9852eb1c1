//! What other programs read: each format has what its readers ask for, and all of them can be made of the stream of events.

use serde_json::Value;

use super::super::compare::{Change, Comparison};
use super::super::read::{NoResult, Recorded};
use super::explained::held_to_a_baseline;
use super::*;

fn json(kind: &str) -> Value {
    serde_json::from_str(&written(kind)).expect("is JSON")
}

/// Writes all reports of the twins into a folder, each under the name of its kind.
fn all(folder: &std::path::Path, twins: &[Twin]) {
    let wanted: Vec<_> = Kind::names()
        .map(|kind| format!("{kind}={}", folder.join(kind).display()))
        .collect();
    let mut reports = Reports::open(&wanted).expect("opens");
    for twin in twins {
        reports.add(&entry(twin)).expect("takes it in");
    }
    finish(reports, &facts(twins));
}

#[test]
fn every_report_can_be_made_of_the_stream_of_events_or_the_result_file() {
    let (first, second) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    all(first.path(), &twins());
    for from in ["events", "json"] {
        let mut recorded = Recorded::read(&first.path().join(from)).expect("is a result");
        let others = || Kind::names().filter(|kind| *kind != "events");
        let wanted: Vec<_> = others()
            .map(|kind| format!("{kind}={}", second.path().join(kind).display()))
            .collect();
        let reports = Reports::open(&wanted).expect("opens");
        reports.of(&mut recorded).expect("writes");
        for kind in others() {
            let read = |folder: &tempfile::TempDir| {
                fs::read_to_string(folder.path().join(kind)).expect("reads")
            };
            assert_eq!(read(&first), read(&second), "{kind} of {from}");
        }
    }
}

#[test]
fn events_are_written_as_they_happen_and_a_stream_that_was_cut_is_no_result() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.jsonl");
    let mut reports = Reports::open(&[format!("events={}", path.display())]).expect("opens");
    let twins = twins();
    let lines = || fs::read_to_string(&path).expect("reads").lines().count();
    for (number, twin) in twins.iter().enumerate() {
        reports.add(&entry(twin)).expect("takes it in");
        assert_eq!(lines(), number + 1);
    }
    let cut = Recorded::read(&path).expect_err("has no end");
    assert!(
        matches!(cut, NoResult::Cut { instances } if instances == twins.len()),
        "{cut}"
    );
    finish(reports, &facts(&twins));
    assert_eq!(lines(), twins.len() + 1);
    let mut text = fs::read_to_string(&path).expect("reads");
    assert_eq!(
        Recorded::read(&path)
            .expect("is a result")
            .entries()
            .expect("reads")
            .len(),
        twins.len()
    );
    text.insert_str(
        text.find('\n').expect("has lines") + 1,
        "{\"event\":\"no-such-thing\"}\n",
    );
    fs::write(&path, text).expect("writes");
    assert!(matches!(
        Recorded::read(&path),
        Err(NoResult::Line { line: 2, .. })
    ));
}

#[test]
fn ctrf_counts_as_its_tests_do_and_has_no_key_of_our_own() {
    let report = json("ctrf");
    let results = &report["results"];
    let tests = results["tests"].as_array().expect("a list");
    assert_eq!(tests.len(), twins().len());
    for status in ["passed", "failed", "skipped", "pending", "other"] {
        let count = tests.iter().filter(|test| test["status"] == status).count();
        assert_eq!(results["summary"][status], count, "{status}");
    }
    let known = [
        "name",
        "testId",
        "suite",
        "status",
        "rawStatus",
        "duration",
        "type",
        "filePath",
        "retries",
        "parameters",
        "message",
        "trace",
    ];
    for test in tests {
        for (name, value) in test.as_object().expect("an object") {
            assert!(known.contains(&name.as_str()), "{name}");
            assert_ne!(*value, Value::Null, "{name}");
        }
        assert!(test["duration"].is_u64());
        assert_eq!(test.get("retries"), None, "each was run once");
    }
    let summary = &results["summary"];
    assert_eq!(summary["start"], 1_700_000_000_000_u64);
    assert_eq!(summary["stop"], 1_700_000_000_250_u64);
}

#[test]
fn ctrf_says_how_often_something_was_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report");
    let mut reports = Reports::open(&[format!("ctrf={}", path.display())]).expect("opens");
    let twins = twins();
    let again = Entry {
        attempts: 3,
        ..entry(&twins[0])
    };
    reports.add(&again).expect("takes it in");
    finish(reports, &facts(&twins[..1]));
    let text = fs::read_to_string(&path).expect("is UTF-8");
    let report: Value = serde_json::from_str(&text).expect("is JSON");
    assert_eq!(report["results"]["tests"][0]["retries"], 2);
}

#[test]
fn ctrf_of_a_run_with_a_baseline_counts_what_is_known_and_what_fails_the_run_besides() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report");
    let mut reports = Reports::open(&[format!("ctrf={}", path.display())]).expect("opens");
    let twins = twins();
    let (mut entries, account) = held_to_a_baseline(&twins);
    entries.push(Entry {
        id: "object-state/flaky".into(),
        verdict: VerdictKind::Flaky,
        facet: None,
        baseline: None,
        ..entry(&twins[0])
    });
    entries.push(Entry {
        id: "object-state/disabled".into(),
        verdict: VerdictKind::Disabled,
        facet: None,
        baseline: None,
        ..entry(&twins[0])
    });
    for entry in &entries {
        reports.add(entry).expect("takes it in");
    }
    let red: Vec<String> = account.red().map(|entry| entry.id.clone()).collect();
    assert!(!red.is_empty());
    let mut facts = Facts {
        baseline: Some(account),
        ..facts(&twins)
    };
    facts.tally.add("object-state", Verdict::Flaky, 1);
    facts.tally.add("object-state", Verdict::Disabled, 1);
    finish(reports, &facts);
    let text = fs::read_to_string(&path).expect("is UTF-8");
    let report: Value = serde_json::from_str(&text).expect("is JSON");
    let tests = report["results"]["tests"].as_array().expect("a list");
    assert_eq!(tests.len(), entries.len() + red.len());
    for status in ["passed", "failed", "skipped", "pending", "other"] {
        let count = tests.iter().filter(|test| test["status"] == status).count();
        assert_eq!(report["results"]["summary"][status], count, "{status}");
    }
    for id in red {
        let name = format!("baseline/{id}");
        let test = tests.iter().find(|test| test["name"] == *name);
        let test = test.unwrap_or_else(|| panic!("{name}"));
        assert_eq!(test["status"], "failed");
        assert!(
            test["line"].is_u64() && test["message"].is_string(),
            "{test}"
        );
    }
}

#[test]
fn sarif_calls_an_error_what_is_granted_done_or_shown_and_nothing_else() {
    let twins = twins();
    for (verdict, facet, level) in [
        (VerdictKind::Deviates, Some(Facet::Granted), "error"),
        (VerdictKind::Deviates, Some(Facet::Effect), "error"),
        (VerdictKind::Deviates, Some(Facet::Leak), "error"),
        (VerdictKind::Deviates, Some(Facet::Code), "warning"),
        (VerdictKind::NotProvoked, None, "warning"),
        (VerdictKind::HarnessError, None, "note"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report");
        let mut reports = Reports::open(&[format!("sarif={}", path.display())]).expect("opens");
        let entry = Entry {
            verdict,
            facet,
            ..entry(&twins[0])
        };
        reports.add(&entry).expect("takes it in");
        finish(reports, &facts(&twins[..1]));
        let text = fs::read_to_string(&path).expect("is UTF-8");
        let report: Value = serde_json::from_str(&text).expect("is JSON");
        assert_eq!(report["runs"][0]["results"][0]["level"], level, "{facet:?}");
    }
}

#[test]
fn what_an_entry_took_is_read_as_it_was_written() {
    let twin = &twins()[0];
    assert_eq!(entry(twin).microseconds(), twin.record.elapsed_us);
}

#[test]
fn sarif_has_a_rule_for_each_result_a_place_and_a_fingerprint_of_its_own() {
    let report = json("sarif");
    let run = &report["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    let results = run["results"].as_array().expect("a list");
    let failures = twins()
        .iter()
        .filter(|twin| entry(twin).verdict.is_failure())
        .count();
    assert_eq!(results.len(), failures);
    let mut prints = std::collections::BTreeSet::new();
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("a number");
        assert_eq!(
            rules[usize::try_from(index).expect("small")]["id"],
            result["ruleId"]
        );
        let place = &result["locations"][0]["physicalLocation"];
        // By its path from the repository that these tests stand in.
        let uri = place["artifactLocation"]["uri"].as_str().expect("is one");
        assert!(uri.ends_with("profiles/vendor%2C1.yaml"), "{uri}");
        assert_eq!(place["region"]["startLine"], 1);
        assert!(
            !result["message"]["text"]
                .as_str()
                .expect("a text")
                .is_empty()
        );
        assert!(
            prints.insert(result["partialFingerprints"]["primaryLocationLineHash"].to_string())
        );
    }
    // The gravest first: GitHub keeps those.
    assert!(
        results[0]["properties"]["verdict"]
            .as_str()
            .expect("a text")
            .starts_with("deviates/granted")
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn tap_has_its_plan_its_points_and_says_when_it_was_cut_short() {
    let text = written("tap");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "TAP version 14");
    let count = twins().len();
    assert!(lines.contains(&format!("1..{count}").as_str()));
    let points = lines
        .iter()
        .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "));
    assert_eq!(points.count(), count);
    let failures = twins()
        .iter()
        .filter(|twin| entry(twin).verdict.is_failure())
        .count();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("not ok "))
            .count(),
        failures
    );
    assert_eq!(
        lines.iter().filter(|line| **line == "  ---").count(),
        failures
    );
    assert_eq!(
        lines.iter().filter(|line| **line == "  ...").count(),
        failures
    );
    assert!(lines.iter().any(|line| line.contains(" # SKIP ")));
    assert!(
        lines
            .last()
            .expect("there are lines")
            .starts_with("Bail out! the run was interrupted")
    );
}

#[test]
fn markdown_shows_no_markup_of_a_server() {
    let hostile = "<script>alert(1)</script> | `x` ``` @everyone [a](javascript:b)";
    let twin = Twin::new().edited_body(&error_body("AccessDenied", "m", REQUEST_ID));
    let mut entry = entry(&twin);
    entry.reason = hostile.into();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.md");
    let mut reports = Reports::open(&[format!("markdown={}", path.display())]).expect("opens");
    reports.add(&entry).expect("takes it in");
    let mut facts = facts(&[twin]);
    facts.failure = Some(hostile.into());
    finish(reports, &facts);
    let text = fs::read_to_string(&path).expect("reads");
    let fences: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with("````"))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(fences.len(), 2, "{text}");
    for (number, line) in text.lines().enumerate() {
        let inside = fences[0] < number && number < fences[1];
        assert!(
            inside || !(line.contains("<script") || line.contains("[a](")),
            "{line}"
        );
    }
}

#[test]
fn github_is_told_of_the_gravest_and_of_how_many_more_in_commands_of_ours_alone() {
    let twin = Twin::new().edited_body(&error_body("AccessDenied", "m", REQUEST_ID));
    let folder = tempfile::tempdir().expect("a folder");
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "of another step\n").expect("writes");
    let mut reports = Reports::default();
    reports
        .show_on_github(Some(summary.clone()))
        .expect("opens");
    for number in 0..25 {
        let mut entry = entry(&twin);
        entry.id = format!("time-skewed/a:b,c-{number:02}");
        entry.facet = (number == 20).then_some(Facet::Granted).or(entry.facet);
        entry.verdict = VerdictKind::Deviates;
        entry.reason = "100 %\n::error::no".into();
        reports.add(&entry).expect("takes it in");
    }
    let mut annotations = String::new();
    let head = ResultFile::head(&facts(&[]));
    reports.finish(&head, &mut annotations).expect("is written");
    let lines: Vec<&str> = annotations.lines().collect();
    assert_eq!(lines.len(), 10, "{annotations}");
    let due = "profiles/vendor%2C1.yaml,line=1,title=time-skewed/a%3Ab%2Cc-20%3A deviates/granted::100 %25";
    assert!(
        lines[0].starts_with("::error file=") && lines[0].ends_with(due),
        "{}",
        lines[0]
    );
    assert!(
        lines[9].ends_with("::… and 16 more failures"),
        "{annotations}"
    );
    assert!(
        lines.iter().all(|line| line.starts_with("::error ")),
        "{annotations}"
    );
    let text = fs::read_to_string(&summary).expect("reads");
    assert!(
        text.starts_with("of another step\n## oss403: vendor"),
        "{text}"
    );
}

fn result(entries: &[Entry]) -> (tempfile::TempDir, Recorded) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("result.json");
    let mut reports = Reports::open(&[format!("json={}", path.display())]).expect("opens");
    for entry in entries {
        reports.add(entry).expect("takes it in");
    }
    let mut facts = facts(&[]);
    facts.tally = Tally::default();
    facts.interrupted = false;
    for entry in entries {
        let verdict = match entry.verdict {
            VerdictKind::Conformant => Verdict::Conformant,
            VerdictKind::Deviates => Verdict::Deviates(Facet::Code),
            _ => Verdict::NotClaimed,
        };
        facts.tally.plan(&entry.cause);
        facts.tally.add(&entry.cause, verdict, 1);
    }
    finish(reports, &facts);
    let recorded = Recorded::read(&path).expect("is a result");
    (folder, recorded)
}

#[test]
fn two_results_differ_in_what_is_new_changed_fixed_and_gone_and_not_by_chance() {
    let twin = Twin::new();
    let named = |id: &str, verdict: VerdictKind, reason: &str| {
        let mut entry = entry(&twin);
        entry.id = format!("time-skewed/{id}");
        entry.verdict = verdict;
        entry.facet = (verdict == VerdictKind::Deviates).then_some(Facet::Code);
        entry.reason = reason.into();
        entry
    };
    let (ok, bad) = (VerdictKind::Conformant, VerdictKind::Deviates);
    let before = [
        named("new", ok, ""),
        named("fixed", bad, "a"),
        named("changed", bad, "GET on oss403-1a2b3c4d-7 was answered 403"),
        named("same", bad, "GET on oss403-1a2b3c4d-8 was answered 500"),
        named("gone", bad, "a"),
        named("dropped", ok, ""),
        named("unclaimed", ok, ""),
    ];
    let after = [
        named("new", bad, "a"),
        named("fixed", ok, ""),
        named("changed", bad, "GET on oss403-99999999-1 was answered 404"),
        named("same", bad, "GET on oss403-99999999-2 was answered 500"),
        named("unclaimed", VerdictKind::NotClaimed, "no claim"),
        named("new-scenario", bad, "a"),
        named("extra", ok, ""),
    ];
    let ((_a, mut first), (_b, mut second)) = (result(&before), result(&after));
    let compared = Comparison::of(&mut first, &mut second).expect("compares");
    let found: Vec<_> = compared
        .differences
        .iter()
        .map(|difference| {
            (
                difference.id.trim_start_matches("time-skewed/"),
                difference.change,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("changed", Change::Changed),
            ("dropped", Change::Gone),
            ("extra", Change::Added),
            ("fixed", Change::Fixed),
            ("gone", Change::Gone),
            ("new", Change::New),
            ("new-scenario", Change::New),
            ("unclaimed", Change::Other),
        ]
    );
    assert!(compared.is_worse());
    let ((_a, mut first), (_b, mut second)) = (result(&before), result(&before));
    let compared = Comparison::of(&mut first, &mut second).expect("compares");
    assert!(compared.differences.is_empty() && !compared.is_worse());
    // What is looked at besides, and is as it should be, makes nothing worse.
    let passing = [named("fixed", ok, ""), named("extra", ok, "")];
    let ((_a, mut first), (_b, mut second)) = (result(&passing[..1]), result(&passing));
    let compared = Comparison::of(&mut first, &mut second).expect("compares");
    assert!(!compared.is_worse());
    let counts = compared.causes.values().flatten();
    assert_eq!(counts.collect::<Vec<_>>(), [(&"added", &1)]);
    // What is not looked at any more may be as bad as one likes.
    let ((_a, mut first), (_b, mut second)) = (result(&after[1..2]), result(&[]));
    let compared = Comparison::of(&mut first, &mut second).expect("compares");
    assert!(compared.is_worse());
    // A result that says something else of all than of each is none.
    let text = fs::read_to_string(_a.path().join("result.json")).expect("reads");
    let forged = text.replace("\"verdict\":\"conformant\"", "\"verdict\":\"deviates\"");
    assert_ne!(forged, text);
    fs::write(_a.path().join("result.json"), forged).expect("writes");
    let forged = Recorded::read(&_a.path().join("result.json"));
    assert!(matches!(forged, Err(NoResult::Sums(_))));
}
