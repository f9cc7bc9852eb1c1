use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::judge::testing::Twin;

const TEXT: &str = "status: 403\n\nError\n  Code: AccessDenied\n  Message: Request has expired.\n";
const PATH: &str = "embedded/url-auth-expired/get-after-expiry.snap";
const NEW: &str = "embedded/url-auth-expired/get-after-expiry.snap.new";

fn conformant() -> Judgement {
    Twin::new().judge()
}

/// The instance of the twin's scenario with this label.
fn instance(label: &str) -> Instance {
    let mut instance = Twin::new().instance;
    instance.id = format!("url-auth-expired/get-after-expiry/{label}");
    instance
}

/// A folder in which the labels have these answers.
fn accepted(answers: &[(&str, &str)]) -> (tempfile::TempDir, Snapshots) {
    let root = tempfile::tempdir().expect("a folder");
    let snapshots = Snapshots::new(root.path(), "embedded", false);
    for (label, text) in answers {
        snapshots.compare(&instance(label), text).expect("compares");
    }
    decide(&root, Decision::Accept);
    let snapshots = Snapshots::new(root.path(), "embedded", false);
    (root, snapshots)
}

fn pending(root: &tempfile::TempDir) -> Vec<Pending> {
    let (found, faults) = Pending::find(root.path());
    assert!(faults.is_empty(), "{faults:?}");
    found
}

fn decide(root: &tempfile::TempDir, decision: Decision) {
    Pending::decide(&pending(root), decision).expect("decides");
}

fn labels(pending: &[Pending]) -> Vec<&str> {
    pending.iter().map(|found| found.label.as_str()).collect()
}

fn read(root: &tempfile::TempDir, path: &str) -> String {
    fs::read_to_string(root.path().join(path)).expect("reads")
}

fn write(root: &tempfile::TempDir, path: &str, text: &str) {
    let path = root.path().join(path);
    fs::create_dir_all(path.parent().expect("lies in a folder")).expect("makes it");
    fs::write(path, text).expect("writes");
}

fn files(root: &tempfile::TempDir) -> Vec<String> {
    let folder = root.path();
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("is a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    let name = |path: &PathBuf| {
        let path = path.strip_prefix(folder).expect("lies in it");
        path.display().to_string()
    };
    let mut names: Vec<_> = found.iter().map(name).collect();
    names.sort();
    names
}

#[test]
fn a_new_answer_is_written_beside_where_it_belongs_and_accepted_later() {
    let root = tempfile::tempdir().expect("a folder");
    let snapshots = Snapshots::new(root.path(), "embedded", false);
    let instance = Twin::new().instance;
    let comparison = snapshots.compare(&instance, TEXT).expect("compares");
    assert_eq!(comparison, Comparison::New);
    assert_eq!(
        snapshots.judge(conformant(), &comparison).verdict,
        Verdict::Conformant
    );
    assert_eq!(files(&root), [NEW]);

    let found = pending(&root);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].is_new && found[0].diff.contains("+  Code: AccessDenied"),
        "{found:?}"
    );
    decide(&root, Decision::Accept);
    assert_eq!(files(&root), [PATH]);
    let snapshots = Snapshots::new(root.path(), "embedded", false);
    assert_eq!(
        snapshots.compare(&instance, TEXT).expect("compares"),
        Comparison::Same
    );
    assert_eq!(files(&root), [PATH]);
    assert_eq!(
        read(&root, PATH),
        "\
---
source: cases/AccessDenied/url-auth-expired.yaml
expression: url-auth-expired/get-after-expiry
---
url-v1
  status: 403

  Error
    Code: AccessDenied
    Message: Request has expired.
"
    );
}

#[test]
fn labels_that_share_an_answer_stand_together_in_whatever_order_they_came() {
    let answers = [("a-GET", "x"), ("b-HEAD", "y"), ("c-GET", "x"), ("", "x")];
    let (root, _) = accepted(&answers);
    let body = |text: String| text.split_once("\n---\n").map(|(_, body)| body.to_owned());
    let text = read(&root, PATH);
    assert_eq!(
        body(text.clone()).as_deref(),
        Some("  x\n\na-GET\nc-GET\n  x\n\nb-HEAD\n  y\n")
    );
    let mut turned = answers;
    turned.reverse();
    assert_eq!(read(&accepted(&turned).0, PATH), text);
}

#[test]
fn a_changed_answer_deviates_and_shows_what_changed() {
    let (root, snapshots) = accepted(&[("url-v1", TEXT)]);
    let other = TEXT.replace("expired.", "expired");
    let comparison = snapshots
        .compare(&instance("url-v1"), &other)
        .expect("compares");
    let judgement = snapshots.judge(conformant(), &comparison);
    assert_eq!(judgement.verdict, Verdict::Deviates(Facet::Envelope));
    assert!(
        judgement
            .reason
            .contains("-  Message: Request has expired.\n+  Message: Request has expired"),
        "{}",
        judgement.reason
    );
    assert_eq!(files(&root), [PATH, NEW]);
    decide(&root, Decision::Reject);
    assert_eq!(files(&root), [PATH]);
}

#[test]
fn what_is_pending_goes_away_when_the_answer_is_the_old_one_again() {
    let (root, snapshots) = accepted(&[("a", TEXT)]);
    let a = instance("a");
    snapshots.compare(&a, "other").expect("compares");
    snapshots.compare(&a, TEXT).expect("compares");
    assert_eq!(files(&root), [PATH]);
    // Also in the next run.
    snapshots.compare(&a, "other").expect("compares");
    let next = Snapshots::new(root.path(), "embedded", false);
    next.compare(&a, TEXT).expect("compares");
    assert_eq!(files(&root), [PATH]);
}

#[test]
fn a_run_of_some_labels_leaves_the_others_as_they_are() {
    let (root, snapshots) = accepted(&[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")]);
    let known = read(&root, PATH);
    snapshots.compare(&instance("a"), "2").expect("compares");
    // A run of another part, and one that meets no change.
    let next = Snapshots::new(root.path(), "embedded", false);
    next.compare(&instance("b"), "3").expect("compares");
    next.compare(&instance("c"), "1").expect("compares");
    assert_eq!(read(&root, PATH), known, "only a decision changes it");
    assert_eq!(labels(&pending(&root)), ["a", "b"]);
    // insta's own tool puts the whole file in the place of the accepted one.
    let text = read(&root, NEW);
    assert!(
        text.ends_with("---\na\n  2\n\nb\n  3\n\nc\nd\n  1\n"),
        "{text}"
    );

    let found = pending(&root);
    Pending::decide(&found[..1], Decision::Accept).expect("accepts");
    assert_eq!(labels(&pending(&root)), ["b"]);
    decide(&root, Decision::Reject);
    assert_eq!(files(&root), [PATH]);
    assert!(read(&root, PATH).ends_with("---\na\n  2\n\nb\nc\nd\n  1\n"));
}

#[test]
fn what_was_accepted_meanwhile_is_not_taken_back() {
    let (root, snapshots) = accepted(&[("a", "1"), ("b", "1")]);
    snapshots.compare(&instance("a"), "2").expect("compares");
    // Somebody else's commit changes one label and adds another.
    let text = read(&root, PATH).replace("a\nb\n  1\n", "a\n  1\n\nb\nc\n  3\n");
    write(&root, PATH, &text);
    assert_eq!(labels(&pending(&root)), ["a"]);
    // Neither does a run of something else put the old answer of `b` among what waits.
    let next = Snapshots::new(root.path(), "embedded", false);
    next.compare(&instance("d"), "4").expect("compares");
    assert_eq!(labels(&pending(&root)), ["a", "d"]);
    decide(&root, Decision::Accept);
    assert!(read(&root, PATH).ends_with("---\na\n  2\n\nb\nc\n  3\n\nd\n  4\n"));
}

#[test]
fn two_runs_at_a_time_keep_each_others_labels() {
    let (root, _) = accepted(&[]);
    let label = |run: usize, number: usize| format!("label-{number}-of-{run}");
    std::thread::scope(|scope| {
        for run in 0..2 {
            let root = root.path();
            scope.spawn(move || {
                let snapshots = Snapshots::new(root, "embedded", false);
                for number in 0..40 {
                    let instance = instance(&label(run, number));
                    snapshots.compare(&instance, TEXT).expect("compares");
                }
            });
        }
    });
    assert_eq!(pending(&root).len(), 80);
}

#[test]
fn an_answer_that_changed_after_it_was_shown_is_not_accepted_unseen() {
    let (root, snapshots) = accepted(&[("a", "1")]);
    snapshots.compare(&instance("a"), "2").expect("compares");
    let shown = pending(&root);
    snapshots.compare(&instance("a"), "3").expect("compares");
    Pending::decide(&shown, Decision::Accept).expect("accepts");
    assert!(read(&root, PATH).ends_with("---\na\n  2\n"));
    let left = pending(&root);
    assert_eq!(
        (labels(&left), left[0].diff.as_str()),
        (vec!["a"], "-2\n+3\n")
    );
}

#[test]
fn ci_writes_nothing_and_takes_the_new_for_a_deviation() {
    let root = tempfile::tempdir().expect("a folder");
    let ci = Snapshots::new(root.path(), "embedded", true);
    let instance = Twin::new().instance;
    let comparison = ci.compare(&instance, TEXT).expect("compares");
    let judgement = ci.judge(conformant(), &comparison);
    assert_eq!(judgement.verdict, Verdict::Deviates(Facet::Envelope));
    assert!(files(&root).is_empty());
}

#[test]
fn what_deviates_already_keeps_its_own_reason() {
    let root = tempfile::tempdir().expect("a folder");
    let ci = Snapshots::new(root.path(), "embedded", true);
    let deviates = Twin::new().edited(|answer| answer.status = 400).judge();
    assert_eq!(ci.judge(deviates.clone(), &Comparison::New), deviates);
}

/// Files that are not as they should be: the text, and what is said of it.
const MALFORMED: [(&str, &str, &str); 11] = [
    ("", "snap:1:1", "begins with a header"),
    ("status: 403\n", "snap:1:1", "begins with a header"),
    ("---\nsource: x\n", "snap:1:1", "the header has no end"),
    ("---\nchanges: [1]\n---\n", "snap:2:1", "no list"),
    (
        "---\n---\nstatus: 403\n",
        "snap:3:1",
        "neither a label nor part of an answer",
    ),
    ("---\n---\na\n  1\n b\n", "snap:5:1", "neither a label"),
    ("---\n---\na\n\t1\n", "snap:4:1", "neither a label"),
    (
        "---\n---\n<<<<<<< ours\na\n  1\n",
        "snap:3:1",
        "neither a label",
    ),
    (
        "---\n---\na\nb\n  1\n\nb\n  2\n",
        "snap:7:1",
        "`b` stands twice",
    ),
    ("---\n---\na\na\n  2\n", "snap:4:1", "`a` stands twice"),
    ("---\n---\na\n  1\nb\n\n", "snap:5:1", "`b` has no answer"),
];

#[test]
fn a_malformed_file_is_a_diagnostic_with_its_place_and_stays_as_it_is() {
    for (text, place, message) in MALFORMED {
        for path in [PATH, NEW] {
            let (root, _) = accepted(&[]);
            write(&root, path, text);
            let snapshots = Snapshots::new(root.path(), "embedded", false);
            let found = snapshots
                .compare(&instance("a"), TEXT)
                .expect_err("is malformed")
                .to_string();
            let place = place.replace("snap", path.rsplit_once(".snap").map_or("", |(_, end)| end));
            assert!(
                found.contains(&place) && found.contains(message),
                "{text:?}: {found}"
            );
            assert_eq!(read(&root, path), text);
            assert_eq!(files(&root), [path]);
        }
    }
}

#[test]
fn a_file_from_windows_and_with_an_empty_line_more_reads_the_same() {
    let (root, _) = accepted(&[("a", TEXT), ("b", "2")]);
    let text = read(&root, PATH);
    for other in [
        text.replace('\n', "\r\n"),
        text.replace("---\na\n", "---\n\na\n\n"),
        format!("{text}\n\n"),
        text.trim_end().to_owned(),
    ] {
        write(&root, PATH, &other);
        let snapshots = Snapshots::new(root.path(), "embedded", false);
        for (label, text) in [("a", TEXT), ("b", "2")] {
            let comparison = snapshots.compare(&instance(label), text).expect("compares");
            assert_eq!(comparison, Comparison::Same, "{other:?}");
        }
        assert_eq!(read(&root, PATH), other);
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let elsewhere = tempfile::tempdir().expect("a folder");
    let text = "---\n---\na\n  1\n";
    for linked in [PATH, NEW, "embedded/url-auth-expired", "embedded"] {
        for path in [PATH, NEW] {
            let below = Path::new(path).strip_prefix(linked).ok();
            let below = below.filter(|below| !below.as_os_str().is_empty());
            write(
                &elsewhere,
                &below.map_or("file".into(), |below| below.display().to_string()),
                text,
            );
        }
        let target = if linked.contains(".snap") {
            elsewhere.path().join("file")
        } else {
            elsewhere.path().to_owned()
        };
        let root = tempfile::tempdir().expect("a folder");
        let link = root.path().join(linked);
        fs::create_dir_all(link.parent().expect("lies in a folder")).expect("makes it");
        symlink(target, link).expect("links");
        let before = files(&elsewhere);
        for ci in [true, false] {
            let found = Snapshots::new(root.path(), "embedded", ci).compare(&instance("a"), "2");
            assert!(
                found.is_err_and(|found| found.message == "a link"),
                "{linked}"
            );
        }
        assert_eq!(files(&elsewhere), before);
        assert_eq!(read(&elsewhere, &before[0]), text);
        let (found, faults) = Pending::find(root.path());
        assert!(found.is_empty(), "{linked}: {found:?}");
        assert!(faults.iter().all(|fault| fault.message == "a link"));
        assert_eq!(faults.len(), usize::from(linked == NEW), "{linked}");
    }
}

#[test]
fn what_cannot_be_read_is_no_new_answer_but_an_error() {
    let compare = |root: &tempfile::TempDir, ci| {
        Snapshots::new(root.path(), "embedded", ci).compare(&instance("a"), TEXT)
    };
    for ci in [true, false] {
        // A folder where the snapshot should be, and a file where its folder should be.
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(root.path().join(PATH)).expect("makes it");
        let fault = compare(&root, ci).expect_err("is no file");
        assert!(fault.file.ends_with(PATH), "{fault}");
        let root = tempfile::tempdir().expect("a folder");
        write(&root, "embedded/url-auth-expired", "a file");
        let fault = compare(&root, ci).expect_err("is no folder");
        assert!(fault.file.contains("url-auth-expired"), "{fault}");
    }
}

#[test]
fn a_pending_file_that_cannot_be_read_keeps_nobody_from_the_others() {
    let (root, snapshots) = accepted(&[]);
    snapshots.compare(&instance("a"), TEXT).expect("compares");
    write(
        &root,
        "embedded/aaa/old.snap.new",
        "---\n---\nstatus: 403\n",
    );
    write(&root, "embedded/zzz/binary.snap.new", "\0");
    let (found, mut faults) = Pending::find(root.path());
    assert_eq!(labels(&found), ["a"]);
    faults.sort_by_key(|fault| fault.file.clone());
    let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 2, "{shown:?}");
    for (shown, name) in shown
        .iter()
        .zip(["aaa/old.snap.new", "zzz/binary.snap.new"])
    {
        assert!(
            shown.contains(name) && shown.contains("remove it"),
            "{shown}"
        );
    }
}

#[test]
fn names_never_leave_the_folder_and_never_meet() {
    let odd = [
        "..",
        "../x",
        "a/../b",
        "/etc",
        "",
        ".hidden",
        "a b",
        "a_b",
        "a/b/c",
        "a.b/c",
        "ä",
        &"x".repeat(300),
        &"x".repeat(301),
    ];
    let slugs: Vec<_> = odd.iter().map(|text| slug(text)).collect();
    for slug in &slugs {
        assert!(
            !slug.contains('/') && !slug.starts_with('.') && !slug.is_empty() && slug.len() < 140,
            "{slug}"
        );
    }
    let distinct: BTreeSet<_> = slugs.iter().collect();
    assert_eq!(distinct.len(), odd.len(), "{slugs:?}");
    assert_eq!(slug("get-after-expiry"), "get-after-expiry");
}

#[test]
fn what_is_written_is_read_again() {
    use proptest::prelude::*;
    let answers = prop::collection::btree_map("[A-Za-z0-9._-]{0,4}", "(?s).{0,30}[a-z:=`'-]", 1..6);
    proptest!(ProptestConfig::with_cases(200), |(answers in answers)| {
        let (root, _) = accepted(&[]);
        let snapshots = Snapshots::new(root.path(), "embedded", false);
        for (label, text) in &answers {
            snapshots.compare(&instance(label), text).expect("compares");
        }
        decide(&root, Decision::Accept);
        let next = Snapshots::new(root.path(), "embedded", true);
        for (label, text) in &answers {
            prop_assert_eq!(next.compare(&instance(label), text).expect("compares"), Comparison::Same);
        }
    });
}

/// What cannot be read is not the same as what is not there.
#[test]
fn a_snapshot_that_cannot_be_read_is_no_new_one() {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(root.path().join("embedded")).expect("makes it");
    // A file where the folder of the cause would be.
    fs::write(root.path().join("embedded/url-auth-expired"), "").expect("writes");
    let snapshots = Snapshots::new(root.path(), "embedded", false);
    assert!(snapshots.compare(&instance("a"), TEXT).is_err());
    // And a folder where the snapshot would be.
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(root.path().join(PATH)).expect("makes it");
    let snapshots = Snapshots::new(root.path(), "embedded", false);
    assert!(snapshots.compare(&instance("a"), TEXT).is_err());
}

#[test]
fn ci_is_what_says_so() {
    for (value, is_ci) in [
        ("true", true),
        ("1", true),
        ("", false),
        ("0", false),
        ("false", false),
    ] {
        assert_eq!(super::says_ci(value), is_ci, "{value}");
    }
}
