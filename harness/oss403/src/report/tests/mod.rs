//! Reports of a run that never took place: fixed data, so that what people and programs read can be looked at here.

mod colors;
mod explained;
#[cfg(unix)]
mod formats;
mod html;
mod junit;
mod places;

use std::fs;
use std::sync::LazyLock;
use std::time::Duration;

use super::Facts;
use super::entry::Entry;
use super::json::{ResultFile, Selection};
use super::sink::{Kind, ReportError, Reports};
use super::style::Style;
use super::terminal::{Detail, Terminal};
use crate::judge::judge;
use crate::judge::scope::Scope;
use crate::judge::summary::{NoLevel, Tally};
use crate::judge::testing::{REQUEST_ID, Twin, error_body};
use crate::judge::verdict::{Facet, Verdict, VerdictKind};
use crate::run::record::Progress;
use crate::suite::Finished;
use crate::wire::exchange::{Outcome, Response};
use oss403_case::Ledger;
use oss403_case::model::CaseFile;

const HOSTILE: &str =
    "a]]>b\u{0}c<script>alert(1)</script>\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}31m\u{202e}&amp;\"'\r\nx";

/// Twins of several causes, one of each kind of result.
fn twins() -> Vec<Twin> {
    let twin = |cause: &str, code: &str, labels: &str, change: &dyn Fn(Twin) -> Twin| {
        let mut twin = change(Twin::new().file(|file| {
            file.cause = cause.into();
            file.code = code.into();
        }));
        twin.instance.id = format!("{cause}/get-after-expiry/{labels}");
        twin
    };
    let same = |twin: Twin| twin;
    let skewed = |message: &str| {
        let body = error_body("AccessDenied", message, REQUEST_ID);
        move |twin: Twin| twin.edited_body(&body)
    };
    let progress = |progress: Progress| {
        move |twin: Twin| {
            twin.record(|record| {
                record.progress = progress.clone();
                (record.base, record.edited) = (None, None);
            })
        }
    };
    // XML has none of these three.
    let text = HOSTILE
        .replace("]]>", "]]]]><![CDATA[>")
        .replace(['\0', '\u{1b}', '\u{7}'], "\u{84}");
    let text = format!("<![CDATA[{text}]]>");
    let hostile = error_body(&text, &text, REQUEST_ID);
    vec![
        twin("url-auth-expired", "AccessDenied", "url-v1-GET", &same),
        twin("url-auth-expired", "AccessDenied", "url-v4-GET", &same),
        twin("bucket-acl", "AccessDenied", "url-v1-GET", &|twin| {
            twin.edited(|answer| answer.status = 200)
        }),
        twin("bucket-acl", "AccessDenied", "url-v2-GET", &|twin| {
            twin.edited(|answer: &mut Response| answer.status = 404)
        }),
        twin("bucket-acl", "AccessDenied", "url-v3-GET", &|twin| {
            twin.edited(|answer| answer.status = 204)
        }),
        twin("bucket-acl", "AccessDenied", "url-v4-GET", &|twin| {
            twin.edited(|answer| answer.status = 206)
        }),
        twin("bucket-acl", "AccessDenied", "url-v5-GET", &same),
        twin("referer-denied", "AccessDenied", "url-v1-GET", &|twin| {
            twin.edited_body(&hostile)
        }),
        twin(
            "time-skewed",
            "RequestTimeTooSkewed",
            "header",
            &skewed("Request has expired."),
        ),
        twin(
            "user-disabled",
            "UserDisable",
            "header",
            &progress(Progress::NotClaimed(
                "needs an operator hook: create session".into(),
            )),
        ),
        twin(
            "bucket-disabled",
            "BucketDisable",
            "header",
            &progress(Progress::PreconditionFailed(
                "the bucket could not be made: 500".into(),
            )),
        ),
        twin(
            "cname-denied",
            "CnameDenied",
            "header",
            &progress(Progress::HarnessError("the connection was refused".into())),
        ),
    ]
}

fn finished(twin: &Twin) -> Finished<'_> {
    Finished {
        instance: &twin.instance,
        record: &twin.record,
        redactor: twin.record.redactor(),
        judged: judge(&twin.instance, &twin.record),
        attempts: 1,
    }
}

fn entry(twin: &Twin) -> Entry {
    static LEDGER: LazyLock<Ledger> =
        LazyLock::new(|| Ledger::embedded().expect("the embedded ledger is sound"));
    Entry::of(&finished(twin), &LEDGER)
}

fn facts(twins: &[Twin]) -> Facts {
    let mut tally = Tally::default();
    for twin in twins {
        let cause = &twin.instance.file.cause;
        tally.plan(cause);
        tally.add(cause, twin.judge().verdict, twin.record.elapsed_us);
    }
    tally.plan("object-state");
    Facts {
        revision: "documented-2023-06-27".into(),
        hash: "00".repeat(32),
        ledger_causes: 51,
        target: "vendor".into(),
        endpoint: "http://127.0.0.1:9403".into(),
        profile: Some("profiles/vendor,1.yaml".into()),
        reference: None,
        selection: Selection {
            filters: vec!["object-state".into()],
            partition: None,
            revision: "documented-2023-06-27".into(),
            left_out: None,
            rerun: false,
        },
        seed: 7,
        started: 1_700_000_000,
        elapsed: Duration::from_millis(250),
        requests: 4321,
        tally,
        baseline: None,
        level: Err(NoLevel::NotRun("object-state".into())),
        scope: Scope {
            tested: 40,
            of: 51,
            claimed: vec!["kms", "header-v4"],
            not_claimed: vec!["sts"],
            retired: Vec::new(),
        },
        unmet: vec!["`sts` is required, and the target does not claim it".into()],
        interrupted: true,
        time_ran_out: false,
        failure: None,
        notes: Vec::new(),
        left_behind: vec!["bucket oss403-1a2b3c4d-1".into()],
        snapshots: "3 the same (snapshots/vendor)".into(),
    }
}

fn files(twins: &[Twin]) -> Vec<CaseFile> {
    let mut files: Vec<CaseFile> = Vec::new();
    for twin in twins {
        if files
            .iter()
            .all(|file| file.cause != twin.instance.file.cause)
        {
            files.push(CaseFile::clone(&twin.instance.file));
        }
    }
    let state = CaseFile {
        cause: "object-state".into(),
        code: "InvalidObjectState".into(),
        ..files[0].clone()
    };
    files.push(state);
    files
}

fn rendered(style: Style) -> String {
    let twins = twins();
    let mut terminal = Terminal::new(Detail::default());
    for twin in twins.iter().rev() {
        terminal.add(entry(twin));
    }
    let files = files(&twins);
    terminal.render(&facts(&twins), &files.iter().collect::<Vec<_>>(), style)
}

#[test]
fn the_terminal_shows_a_table_the_failures_and_the_sums() {
    insta::assert_snapshot!(rendered(Style {
        color: false,
        width: 100
    }));
}

#[test]
fn a_narrow_terminal_wraps_all_but_what_is_copied() {
    let text = rendered(Style {
        color: false,
        width: 60,
    });
    let (failures, _) = text.split_once("   causes").expect("the sums come last");
    let (_, failures) = failures
        .split_once("\n\n")
        .expect("the failures come after the table");
    for line in failures
        .lines()
        .filter(|line| !line.trim_start().starts_with("curl "))
    {
        let fits = line.chars().count() <= 60;
        let one_word = line.trim().split(' ').count() <= 3;
        assert!(fits || one_word, "{line}");
    }
}

/// An interrupted run with every kind of verdict and what a hostile server says, on terminals of two widths.
#[test]
fn an_interrupted_run_fits_terminals_of_80_and_of_40_columns() {
    for width in [80, 40] {
        let text = rendered(Style {
            color: false,
            width,
        });
        for line in text.lines() {
            // Commands are there to be copied, and a word of a server is shown whole.
            let is_command = line.trim_start().starts_with("curl ");
            let is_one_word = line.trim().split(' ').count() == 1;
            let fits = line.chars().count() <= width;
            assert!(fits || is_command || is_one_word, "{width}: {line}");
        }
        assert!(text.contains("interrupted: what was"), "{text}");
        insta::assert_snapshot!(format!("interrupted-{width}"), text);
    }
}

fn finish(reports: Reports, facts: &Facts) {
    let head = ResultFile::head(facts);
    let finished = reports.finish(&head, &mut String::new());
    finished.expect("is written");
}

fn written(kind: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report");
    let mut reports = Reports::open(&[format!("{kind}={}", path.display())]).expect("opens");
    let twins = twins();
    for twin in twins.iter().rev() {
        reports.add(&entry(twin)).expect("takes it in");
    }
    assert!(!path.exists(), "a report appears only when it is whole");
    finish(reports, &facts(&twins));
    let text = fs::read_to_string(&path).expect("is UTF-8");
    let beside: Vec<_> = fs::read_dir(folder.path())
        .expect("lists")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(beside, ["report"], "nothing is left beside it");
    text
}

#[test]
fn no_line_of_a_report_is_a_command_to_a_ci_server() {
    let command = "a\n::error title=pwn::x\n##vso[task.complete]\n ##teamcity[x]";
    let twin = Twin::new().edited_body(&error_body(command, command, command));
    let mut entry = entry(&twin);
    // As if a judgement repeated it as it came.
    entry.reason = command.into();
    let folder = tempfile::tempdir().expect("a folder");
    let path = |kind: &str| folder.path().join(kind);
    let kinds: Vec<_> = Kind::names().collect();
    let wanted: Vec<_> = kinds
        .iter()
        .map(|kind| format!("{kind}={}", path(kind).display()))
        .collect();
    let mut reports = Reports::open(&wanted).expect("opens");
    reports.add(&entry).expect("takes it in");
    finish(reports, &facts(&[]));
    let mut terminal = Terminal::new(Detail::default());
    terminal.add(entry);
    let mut facts = facts(&[]);
    facts.left_behind.push(command.into());
    let style = Style {
        color: false,
        width: 80,
    };
    let read = |kind: &str| fs::read_to_string(path(kind)).expect("reads");
    let reports = kinds.into_iter().map(read);
    for text in reports.chain([terminal.render(&facts, &[], style)]) {
        assert!(text.contains("error title=pwn"), "{text}");
        for line in text.lines().map(str::trim_start) {
            let is_heading = line.starts_with("## ");
            let is_command = line.starts_with("::") || line.starts_with("##") && !is_heading;
            assert!(!is_command, "{text}");
        }
    }
}

#[test]
fn the_result_file_holds_every_instance_sorted_by_id_and_the_sums() {
    let text = written("json");
    let result: ResultFile = serde_json::from_str(&text).expect("has the documented form");
    let ids: Vec<_> = result
        .instances
        .iter()
        .map(|entry| entry.id.clone())
        .collect();
    let mut sorted = ids.clone();
    sorted.sort();
    assert_eq!((ids.len(), &ids), (12, &sorted));
    let instances = &result.summary.instances;
    assert_eq!(
        (instances.total, instances.conformant, instances.deviates),
        (13, 3, 6)
    );
    assert_eq!(
        (
            instances.not_provoked,
            instances.not_claimed,
            instances.harness_error,
            instances.unfinished
        ),
        (1, 1, 1, 1)
    );
    let causes = &result.summary.causes;
    assert_eq!(
        (
            causes.total,
            causes.conformant,
            causes.deviates,
            causes.unfinished
        ),
        (8, 1, 3, 1)
    );
    assert_eq!(
        (
            result.schema,
            result.suite.causes,
            result.seed,
            result.elapsed_ms
        ),
        (1, 51, 7, 250)
    );
    assert_eq!(result.started, "2023-11-14T22:13:20.000Z");
    assert_eq!(result.summary.level, None);
}

#[test]
fn the_result_file_has_the_documented_names() {
    let value: serde_json::Value = serde_json::from_str(&written("json")).expect("is JSON");
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value
            .as_object()
            .expect("is an object")
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(
        keys(&value),
        [
            "schema",
            "tool",
            "selection",
            "suite",
            "target",
            "claims",
            "scope",
            "seed",
            "started",
            "elapsed_ms",
            "summary",
            "instances"
        ]
    );
    assert_eq!(keys(&value["suite"]), ["revision", "hash", "causes"]);
    assert_eq!(keys(&value["tool"]), ["name", "version"]);
    assert_eq!(
        keys(&value["selection"]),
        ["filters", "partition", "revision"]
    );
    assert_eq!(keys(&value["target"]), ["name", "endpoint", "profile"]);
    let entry = &value["instances"][0];
    assert_eq!(
        keys(entry),
        [
            "id",
            "cause",
            "scenario",
            "code",
            "severity",
            "matrix",
            "verdict",
            "facet",
            "reason",
            "attempts",
            "elapsed_ms",
            "expected",
            "observed",
            "base",
            "fingerprint",
            "curl"
        ]
    );
    assert_eq!(
        keys(&entry["observed"]),
        ["status", "code", "message", "ec", "is_the_answer_of"]
    );
    assert_eq!(
        (&entry["verdict"], &entry["facet"]),
        (&"deviates".into(), &"granted".into())
    );
}

#[test]
fn a_report_of_nothing_is_a_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("empty.json");
    let reports = Reports::open(&[format!("json={}", path.display())]).expect("opens");
    finish(reports, &facts(&[]));
    let result: ResultFile =
        serde_json::from_str(&fs::read_to_string(&path).expect("reads")).expect("is JSON");
    assert!(result.instances.is_empty());
}

#[test]
fn a_report_that_cannot_be_written_is_known_beforehand() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().display();
    let open = |texts: &[String]| Reports::open(texts).expect_err("is refused");
    assert!(matches!(open(&["json".into()]), ReportError::Form(_)));
    assert!(matches!(
        open(&[format!("pdf={path}/a")]),
        ReportError::Kind(_)
    ));
    assert!(matches!(
        open(&[format!("json={path}")]),
        ReportError::File { .. }
    ));
    assert!(matches!(
        open(&[format!("json={path}/absent/a")]),
        ReportError::File { .. }
    ));
    assert!(matches!(open(&["junit=".into()]), ReportError::File { .. }));
    let twice = format!("json={path}/a");
    assert!(matches!(
        open(&[twice.clone(), twice]),
        ReportError::Twice(_)
    ));
}

#[test]
fn nothing_of_what_a_request_carried_reaches_a_report() {
    let signature = "c2lnbmF0dXJlIG9mIG5vYm9keQ==";
    let twin = Twin::new()
        .edited_body(&error_body(
            "AccessDenied",
            &format!("{signature} is wrong"),
            REQUEST_ID,
        ))
        .record(|record| {
            let edited = record.edited.as_mut().expect("there is one");
            edited
                .request
                .headers
                .push(("authorization".into(), format!("OSS AKID:{signature}")));
        });
    let judgement = twin.judge();
    assert_eq!(judgement.verdict, Verdict::Deviates(Facet::Message));
    assert!(
        judgement.reason.contains(signature),
        "the judgement is not what is redacted"
    );
    let entry = entry(&twin);
    let text = serde_json::to_string(&entry).expect("is plain data");
    assert!(
        !text.contains(signature) && !text.contains("c2lnbm"),
        "{text}"
    );
}
