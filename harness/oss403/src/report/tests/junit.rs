//! The report for CI servers.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{entry, twins, written};

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
