//! The report for CI servers.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::explained::held_to_a_baseline;
use super::*;

#[test]
fn junit_is_well_formed_whatever_a_server_says() {
    let text = written("junit");
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(legal), "a character that XML cannot hold");
    let mut reader = Reader::from_str(&text);
    let (mut suites, mut cases, mut failures, mut errors, mut skipped) = (0, 0, 0, 0, 0);
    loop {
        match reader.read_event().expect("is well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    attribute.expect("is a well-formed attribute");
                }
                match tag.local_name().as_ref() {
                    "testsuite" => suites += 1,
                    "testcase" => cases += 1,
                    "failure" => failures += 1,
                    "error" => errors += 1,
                    "skipped" => skipped += 1,
                    "script" => panic!("a server's text became an element"),
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    // One suite, case and error says that the run was interrupted.
    assert_eq!((suites, cases, failures, errors, skipped), (8, 13, 7, 2, 1));
    assert!(text.contains("needs an operator hook: create session"));
}

#[test]
fn junit_says_why_what_was_expected_what_came_and_how_to_ask_again() {
    let text = written("junit");
    let twins = twins();
    let twin = twins
        .iter()
        .find(|twin| twin.instance.id.starts_with("time-skewed/"));
    let twin = twin.expect("is one of them");
    let entry = entry(twin);
    let case = text
        .split("<testcase ")
        .find(|case| case.contains("RequestTimeTooSkewed.time-skewed\""));
    let case = case.expect("is one of them");
    let base = entry.base.as_ref().expect("was sent");
    for line in [
        entry.reason.as_str(),
        "expected  403 RequestTimeTooSkewed \"Request has expired\"",
        "observed  403 AccessDenied \"Request has expired.\"",
        "that is the answer of `url-auth-expired`",
        entry.curl.as_deref().expect("was sent"),
        &format!("# the base request, answered {}", base.status.unwrap()),
        &base.curl,
    ] {
        assert!(
            !line.is_empty() && case.contains(&format!("{line}\n")),
            "{line}\n{case}"
        );
    }
}

/// Both schemas: no `file`, no attributes of the root, what Ant asks for of a suite and in it, at most three decimals of a second. Says how many
/// suites there are.
fn takes_both_schemas(text: &str) -> usize {
    let mut reader = Reader::from_str(text);
    let (mut path, mut children): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut ids, mut outcomes): (Vec<String>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().expect("is well-formed");
        let (tag, is_empty) = match event {
            Event::Start(tag) => (tag, false),
            Event::Empty(tag) => (tag, true),
            Event::End(_) => {
                path.pop();
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        let name = tag.name().as_ref().to_owned();
        let attributes: Vec<(String, String)> = tag
            .attributes()
            .map(|attribute| attribute.expect("is one"))
            .map(|a| (a.key.as_ref().to_owned(), a.value.to_string()))
            .collect();
        let names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
        let value = |name: &str| {
            let found = attributes.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        let decimals = |text: &str| text.split_once('.').map(|(_, after)| after.len());
        match name.as_str() {
            "testsuites" => assert_eq!(names, [""; 0]),
            "testsuite" => {
                for needed in [
                    "id",
                    "name",
                    "package",
                    "hostname",
                    "timestamp",
                    "tests",
                    "failures",
                    "errors",
                    "skipped",
                    "time",
                ] {
                    assert!(names.contains(&needed), "{needed} of {names:?}");
                }
                assert_eq!(value("timestamp"), "2023-11-14T22:13:20");
                assert_eq!(decimals(value("time")), Some(3));
                ids.push(value("id").to_owned());
                children.clear();
            }
            "testcase" => {
                outcomes.clear();
                assert_eq!(names, ["name", "time", "classname"]);
                assert_eq!(decimals(value("time")), Some(3));
            }
            "failure" | "error" => {
                assert_eq!(names, ["type", "message"]);
                // Ant takes one of each case.
                assert!(!outcomes.contains(&path.len()), "a case with two outcomes");
                outcomes.push(path.len());
            }
            "skipped" => {
                assert_eq!(names, ["message"]);
                assert!(!outcomes.contains(&path.len()), "a case with two outcomes");
                outcomes.push(path.len());
            }
            "properties" | "property" | "system-out" | "system-err" => {}
            other => panic!("no schema knows `{other}`"),
        }
        if path.last().is_some_and(|parent| parent == "testsuite") {
            children.push(name.clone());
            let rank = |name: &str| {
                ["properties", "testcase", "system-out", "system-err"]
                    .iter()
                    .position(|known| *known == name)
            };
            assert!(
                children.is_sorted_by_key(|name| rank(name).expect("belongs there")),
                "{children:?}"
            );
        }
        if name == "system-err" {
            assert_eq!(children.first().map(String::as_str), Some("properties"));
            assert!(children.contains(&"system-out".into()));
        }
        if !is_empty {
            path.push(name);
        }
    }
    let numbers: Vec<String> = (0..ids.len()).map(|id| id.to_string()).collect();
    assert_eq!(ids, numbers);
    ids.len()
}

#[test]
fn junit_has_the_form_that_jenkins_and_ant_take() {
    let text = written("junit");
    let suites = takes_both_schemas(&text);
    for property in [
        "oss403.target\" value=\"vendor\"",
        "oss403.seed\" value=\"7\"",
        "oss403.level\" value=\"none\"",
        "oss403.scope.not-claimed\" value=\"sts\"",
    ] {
        assert_eq!(text.matches(property).count(), suites, "{property}");
    }
    assert!(written("junit+file").contains("file=\"cases/RequestTimeTooSkewed/time-skewed.yaml\""));
}

/// What is known, what fails the run although its instances do not, what is not run, and what is flaky.
#[test]
fn junit_of_a_run_with_a_baseline_and_flaky_instances_has_that_form_too() {
    let twins = twins();
    let (mut entries, account) = held_to_a_baseline(&twins);
    let mut others = entries.iter_mut().filter(|entry| entry.baseline.is_none());
    for verdict in [VerdictKind::Flaky, VerdictKind::Disabled] {
        let entry = others.next().expect("is one of them");
        (entry.verdict, entry.facet, entry.attempts) = (verdict, None, 3);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("junit.xml");
    let mut reports = Reports::open(&[format!("junit={}", path.display())]).expect("opens");
    for entry in &entries {
        reports.add(entry).expect("takes it in");
    }
    let facts = Facts {
        baseline: Some(account),
        ..facts(&twins)
    };
    finish(reports, &facts);
    let text = fs::read_to_string(&path).expect("reads");
    assert_eq!(
        takes_both_schemas(&text),
        text.matches("<testsuite ").count()
    );
    for said in [
        "name=\"baseline\"",
        "type=\"flaky\"",
        "<skipped message=\"known",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}
