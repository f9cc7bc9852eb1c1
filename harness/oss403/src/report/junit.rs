//! JUnit XML, for CI servers: a test suite for each cause, a test case for each instance.
//!
//! It stays well-formed whatever a server put into a message: characters that XML cannot hold are replaced, and the end of a CDATA
//! section is split.

use std::io;

use indexmap::IndexMap;
use junit_report::{
    Duration, Report as Document, ReportBuilder, TestCase, TestCaseBuilder, TestSuite,
};

use super::Facts;
use super::atomic::Atomic;
use super::entry::Entry;
use super::failures::facts;
use super::style::{Style, no_commands};
use super::terminal::{expected_in_words, observed_in_words};
use crate::judge::verdict::VerdictKind;
use oss403_case::model::CaseFile;

/// Lines as long as they are: a CI server wraps them.
const WIDE: Style = Style {
    color: false,
    width: usize::MAX,
};

/// A JUnit report that is being written.
#[derive(Debug)]
pub struct JunitReport {
    pub(super) file: Atomic,
    suites: IndexMap<String, TestSuite>,
}

impl JunitReport {
    pub(super) fn to(file: Atomic) -> Self {
        Self {
            file,
            suites: IndexMap::new(),
        }
    }

    pub(super) fn add(&mut self, entry: &Entry, file: &CaseFile) {
        let suite = self.suites.entry(entry.cause.clone()).or_insert_with(|| {
            let mut suite = TestSuite::new(&clean(&entry.cause));
            suite.package = clean(&file.code);
            suite
        });
        suite.add_testcase(test_case(entry, file));
    }

    pub(super) fn finish(mut self, facts: &Facts) -> io::Result<()> {
        self.suites.sort_unstable_keys();
        let run = unfinished(facts).map(run_that_failed);
        let suites = self.suites.into_values().chain(run).map(|mut suite| {
            suite.testcases.sort_by(|a, b| a.name.cmp(&b.name));
            suite
        });
        let document: Document = ReportBuilder::new().add_testsuites(suites).build();
        self.file
            .write(|out| document.write_xml(out).map_err(io::Error::other))
    }
}

/// Why the run is not what it was to be: whoever looks at tests alone must see it too.
fn unfinished(facts: &Facts) -> Option<&str> {
    match &facts.failure {
        Some(failure) => Some(failure),
        None if facts.time_ran_out => Some("time ran out before everything was done"),
        None if facts.interrupted => Some("the run was interrupted before everything was done"),
        None => None,
    }
}

fn run_that_failed(why: &str) -> TestSuite {
    let time = Duration::ZERO;
    let mut case = TestCaseBuilder::error("run", time, "unfinished", &clean(why));
    case.set_classname("oss403");
    let mut suite = TestSuite::new("oss403");
    suite.add_testcase(case.build());
    suite
}

fn test_case(entry: &Entry, file: &CaseFile) -> TestCase {
    let name = clean(
        entry
            .id
            .strip_prefix(&format!("{}/", entry.cause))
            .unwrap_or(&entry.id),
    );
    let time = Duration::seconds_f64(entry.elapsed_ms / 1000.0);
    let message = clean(entry.reason.lines().next().unwrap_or_default());
    let kind = kind(entry);
    let mut case = match entry.verdict {
        VerdictKind::Conformant => TestCaseBuilder::success(&name, time),
        VerdictKind::Deviates | VerdictKind::NotProvoked | VerdictKind::Flaky => {
            TestCaseBuilder::failure(&name, time, &kind, &message)
        }
        VerdictKind::HarnessError => TestCaseBuilder::error(&name, time, &kind, &message),
        VerdictKind::NotClaimed | VerdictKind::NotApplicable | VerdictKind::Disabled => {
            TestCaseBuilder::skipped_with_cause(&name, &kind, &message)
        }
    };
    case.set_classname(&clean(&format!("{}.{}", file.code, entry.cause)));
    case.set_filepath(&clean(&format!("cases/{}/{}.yaml", file.code, entry.cause)));
    case.set_trace(&section(&details(entry)));
    case.build()
}

/// `deviates/code`, `not-provoked`.
fn kind(entry: &Entry) -> String {
    match entry.facet {
        Some(facet) => format!("{}/{}", entry.verdict.name(), facet.name()),
        None => entry.verdict.name().to_owned(),
    }
}

/// What a terminal shows of a failure, and of everything else what was due and what came.
fn details(entry: &Entry) -> String {
    let mut text = format!("{}\n", entry.reason.trim_end());
    if entry.verdict.is_failure() {
        facts(&mut text, entry, WIDE);
    } else {
        let expected = expected_in_words(&entry.expected);
        let observed = observed_in_words(&entry.observed);
        text.push_str(&format!("expected  {expected}\nobserved  {observed}\n"));
    }
    // What prints the file to a log prints no command with it.
    no_commands(&text)
}

/// A text as the content of a CDATA section, which the library writes as it is.
fn section(text: &str) -> String {
    clean(text).replace("]]>", "]]]]><![CDATA[>")
}

/// A text without the characters that XML 1.0 cannot hold, and without further control characters, which mean nothing good in a report.
fn clean(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\t' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    };
    text.chars()
        .map(|c| {
            if harmless(c) {
                c
            } else {
                char::REPLACEMENT_CHARACTER
            }
        })
        .collect()
}
