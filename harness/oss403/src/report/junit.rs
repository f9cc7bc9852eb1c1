//! JUnit XML, for CI servers: a test suite for each cause, a test case for each instance.
//!
//! It is what `junit-report` writes, in the form that both Jenkins' and Ant's schemas take. It stays well-formed whatever a server put into
//! a message: characters that XML cannot hold are replaced, and the end of a CDATA section is split.

use std::io::{self, Write};

use junit_report::{Duration, Report, TestCase, TestCaseBuilder, TestSuite};
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer, XmlVersion};

use super::entry::Entry;
use super::failures;
use super::json::ResultFile;
use super::spool::Spool;
use crate::judge::verdict::VerdictKind;

/// Whether a test case says which file it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    /// Neither schema knows the attribute.
    Unsaid,
    /// GitLab and annotating actions show it.
    Said,
}

/// Writes a run, one suite after the other.
pub(super) fn write(
    out: &mut dyn Write,
    head: &ResultFile,
    spool: &mut Spool,
    files: Files,
) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>")?;
    writeln!(out, "<testsuites>")?;
    let mut form = Form {
        head,
        files,
        number: 0,
    };
    let mut suite: Option<(String, TestSuite)> = None;
    spool.each(|entry| {
        if let Some((_, done)) = suite.take_if(|(cause, _)| *cause != entry.cause) {
            form.put(out, done)?;
        }
        let (_, suite) = suite.get_or_insert_with(|| {
            let mut suite = TestSuite::new(&clean(&entry.cause));
            suite.package = clean(entry.code());
            (entry.cause.clone(), suite)
        });
        suite.add_testcase(test_case(&entry));
        Ok(())
    })?;
    if let Some((_, suite)) = suite {
        form.put(out, suite)?;
    }
    if let Some(red) = red_entries(head) {
        form.put(out, red)?;
    }
    if let Some(why) = head.unfinished_because() {
        form.put(out, run_that_failed(&why))?;
    }
    writeln!(out, "</testsuites>")
}

fn run_that_failed(why: &str) -> TestSuite {
    let mut case = TestCaseBuilder::error("run", Duration::ZERO, "unfinished", &clean(why));
    case.set_classname("oss403");
    let mut suite = TestSuite::new("oss403");
    suite.package = "oss403".into();
    suite.add_testcase(case.build());
    suite
}

/// The entries of the baseline that fail the run.
fn red_entries(head: &ResultFile) -> Option<TestSuite> {
    let mut suite = TestSuite::new("baseline");
    suite.package = "baseline".into();
    for (file, entry) in head.red_entries() {
        let (name, words) = (clean(&entry.id), clean(&entry.sentence()));
        let mut case = TestCaseBuilder::failure(&name, Duration::ZERO, entry.state.name(), &words);
        case.set_classname("baseline");
        case.set_filepath(&clean(file));
        case.set_trace(&section(&format!("{file}:{}: {words}", entry.line)));
        suite.add_testcase(case.build());
    }
    (suite.tests() > 0).then_some(suite)
}

fn test_case(entry: &Entry) -> TestCase {
    let prefix = format!("{}/", entry.cause);
    let name = clean(entry.id.strip_prefix(&prefix).unwrap_or(&entry.id));
    let time = Duration::seconds_f64(entry.elapsed_ms / 1000.0);
    let reason = entry.reason_with_baseline();
    let message = clean(reason.lines().next().unwrap_or_default());
    let kind = entry.verdict_in_words();
    let mut case = match entry.verdict {
        _ if entry.is_known() => TestCaseBuilder::skipped_with_cause(&name, &kind, &message),
        VerdictKind::Conformant => TestCaseBuilder::success(&name, time),
        VerdictKind::Deviates | VerdictKind::NotProvoked | VerdictKind::Flaky => {
            TestCaseBuilder::failure(&name, time, &kind, &message)
        }
        VerdictKind::HarnessError => TestCaseBuilder::error(&name, time, &kind, &message),
        VerdictKind::NotClaimed | VerdictKind::NotApplicable | VerdictKind::Disabled => {
            TestCaseBuilder::skipped_with_cause(&name, &kind, &message)
        }
    };
    case.set_classname(&clean(&format!("{}.{}", entry.code(), entry.cause)));
    case.set_filepath(&clean(&entry.case_file()));
    case.set_trace(&section(&failures::unwrapped(entry)));
    case.build()
}

/// What both schemas ask for.
struct Form<'h> {
    head: &'h ResultFile,
    files: Files,
    /// Suites so far.
    number: usize,
}

impl Form<'_> {
    /// Puts a suite down, brought into form.
    fn put(&mut self, out: &mut dyn Write, suite: TestSuite) -> io::Result<()> {
        let skipped = suite.skipped();
        let mut report = Report::new();
        report.add_testsuite(suite);
        let mut text = Vec::new();
        report.write_xml(&mut text).map_err(io::Error::other)?;
        let text = String::from_utf8(text).map_err(io::Error::other)?;
        let mut reader = Reader::from_str(&text);
        let mut writer = Writer::new(&mut *out);
        loop {
            match reader.read_event().map_err(io::Error::other)? {
                Event::Eof => break,
                Event::Decl(_) => {}
                Event::Start(tag) => {
                    if let Some(tag) = self.formed(&tag, skipped)? {
                        let is_suite = tag.name().as_ref() == "testsuite";
                        writer.write_event(Event::Start(tag))?;
                        if is_suite {
                            self.properties(&mut writer)?;
                        }
                    }
                }
                Event::Empty(tag) => {
                    if let Some(tag) = self.formed(&tag, skipped)? {
                        writer.write_event(Event::Empty(tag))?;
                    }
                }
                Event::End(tag) => match tag.name().as_ref() {
                    "testsuites" => {}
                    "testsuite" => {
                        for name in ["system-out", "system-err"] {
                            writer.create_element(name).write_empty()?;
                        }
                        writer.write_event(Event::End(tag))?;
                        writer.write_event(Event::Text(BytesText::new("\n")))?;
                    }
                    _ => {
                        let is_case = tag.name().as_ref() == "testcase";
                        writer.write_event(Event::End(tag))?;
                        if is_case {
                            writer.write_event(Event::Text(BytesText::new("\n")))?;
                        }
                    }
                },
                event => writer.write_event(event)?,
            }
        }
        self.number += 1;
        Ok(())
    }

    /// A tag with the attributes that both schemas know and need, or none of it.
    fn formed(
        &self,
        tag: &BytesStart<'_>,
        skipped: usize,
    ) -> io::Result<Option<BytesStart<'static>>> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(io::Error::other)?;
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(io::Error::other)?;
            attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        let name = tag.name().as_ref().to_owned();
        match name.as_str() {
            "testsuites" => return Ok(None),
            "testsuite" => {
                let started = self.head.started.split('.').next().unwrap_or_default();
                for (name, value) in &mut attributes {
                    match name.as_str() {
                        "id" => *value = self.number.to_string(),
                        "timestamp" => *value = started.trim_end_matches('Z').to_owned(),
                        "time" => *value = in_milliseconds(value),
                        _ => {}
                    }
                }
                attributes.push(("skipped".into(), skipped.to_string()));
            }
            "testcase" => {
                attributes.retain(|(name, _)| name != "file" || self.files == Files::Said);
                for (_, value) in attributes.iter_mut().filter(|(name, _)| name == "time") {
                    *value = in_milliseconds(value);
                }
            }
            "skipped" => attributes.retain(|(name, _)| name == "message"),
            _ => {}
        }
        let mut formed = BytesStart::new(name);
        formed.extend_attributes(attributes.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        Ok(Some(formed))
    }

    /// What the run was, for those who have only this file.
    fn properties<W: Write>(&self, writer: &mut Writer<W>) -> io::Result<()> {
        let ResultFile {
            tool,
            suite,
            target,
            summary,
            scope,
            ..
        } = self.head;
        let level = summary
            .level
            .map_or("none".into(), |level| level.to_string());
        let properties = [
            ("oss403.version", tool.version.clone()),
            ("oss403.target", target.name.clone()),
            ("oss403.endpoint", target.endpoint.clone()),
            ("oss403.seed", self.head.seed.to_string()),
            ("oss403.revision", suite.revision.clone()),
            ("oss403.suite-hash", suite.hash.clone()),
            ("oss403.level", level),
            ("oss403.scope.claimed", scope.claimed.join(" ")),
            ("oss403.scope.not-claimed", scope.not_claimed.join(" ")),
        ];
        writer
            .create_element("properties")
            .write_inner_content(|writer| {
                for (name, value) in &properties {
                    writer
                        .create_element("property")
                        .with_attributes([("name", *name), ("value", clean(value).as_str())])
                        .write_empty()?;
                }
                Ok(())
            })?;
        Ok(())
    }
}

/// Seconds with three decimals: Jenkins takes no more.
fn in_milliseconds(seconds: &str) -> String {
    let seconds: f64 = seconds.parse().unwrap_or_default();
    format!("{seconds:.3}")
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
