//! Snapshots: new, changed, accepted, rejected; and in CI never written.

use std::fs;
use std::path::{Path, PathBuf};

use insta::Snapshot;
use oss403::judge::snapshot::SnapshotFile;

use crate::support::Desk;

const RUN: &str = "run url-auth-expired --snapshots snaps";

fn desk() -> Desk {
    let desk = Desk::new();
    fs::create_dir(desk.path("snaps")).unwrap();
    desk
}

/// Snapshots and pending ones, sorted.
fn files(desk: &Desk) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let mut found = Vec::new();
    let mut folders = vec![desk.path("snaps")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found.into_iter().partition(|path| {
        path.extension()
            .is_some_and(|extension| extension == "snap")
    })
}

/// How many instances have their answers in these files.
fn labels(files: &[PathBuf]) -> usize {
    let read = |path: &PathBuf| SnapshotFile::read(path).unwrap().unwrap();
    files.iter().map(|path| read(path).answers.len()).sum()
}

/// How many instances share the first answer of a file.
fn sharing(path: &Path) -> usize {
    let answers = SnapshotFile::read(path).unwrap().unwrap().answers;
    let first = answers.values().next().unwrap();
    answers.values().filter(|answer| *answer == first).count()
}

/// The embedded server, which leaves an element out that no document asks for.
fn changed(desk: &Desk) -> String {
    let text = "name: changed\nendpoint: embedded\nsnapshots: embedded\nembedded: { config: { faults: { answer: { cause: url-auth-expired, wrong: { missing: RecommendDoc } } } } }\n";
    desk.write("changed.yaml", text);
    format!("{RUN} --target changed.yaml")
}

/// A desk with the accepted snapshots of one cause.
fn accepted() -> Desk {
    let desk = desk();
    assert_eq!(desk.run(RUN).code, Some(0));
    let ran = desk.run("review --snapshots snaps --accept");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    desk
}

#[test]
fn a_new_answer_waits_to_be_accepted_and_fails_nothing() {
    let desk = desk();
    let ran = desk.run(RUN);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (known, pending) = files(&desk);
    assert!(known.is_empty() && !pending.is_empty());
    assert!(
        ran.out.contains(&format!("{} new", labels(&pending))) && ran.out.contains("oss403 review"),
        "{}",
        ran.out
    );

    let shown = desk.run("review --snapshots snaps");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(
        shown.out.contains("same answer (new)")
            && shown.out.contains("+  Message: Request has expired."),
        "{}",
        shown.out
    );
    assert_eq!(files(&desk).1, pending, "looking changes nothing");

    let ran = desk.run("review --snapshots snaps --accept");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (known, rest) = files(&desk);
    assert_eq!((known.len(), rest.len()), (pending.len(), 0));
    let again = desk.run_in_ci(RUN);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(
        again.out.contains(&format!("{} the same", labels(&known))),
        "{}",
        again.out
    );
}

#[test]
fn a_changed_answer_deviates_and_can_be_rejected() {
    let desk = accepted();
    let (known, _) = files(&desk);
    let text = fs::read_to_string(&known[0]).unwrap();
    fs::write(
        &known[0],
        text.replace("Request has expired.", "Request has expired"),
    )
    .unwrap();
    let ran = desk.run(RUN);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.out.contains("deviates: envelope") && ran.out.contains("differs from its snapshot"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("+  Message: Request has expired."),
        "{}",
        ran.out
    );
    assert_eq!(files(&desk).1.len(), 1);
    let ran = desk.run("review --snapshots snaps --reject");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(files(&desk).1.len(), 0);
    assert!(
        fs::read_to_string(&known[0])
            .unwrap()
            .contains("Request has expired\n"),
        "the accepted one is untouched"
    );
}

#[test]
fn in_ci_a_new_answer_deviates_and_nothing_is_written() {
    let desk = accepted();
    let (known, _) = files(&desk);
    fs::remove_file(&known[0]).unwrap();
    let before = files(&desk);
    let ran = desk.run_in_ci(RUN);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.out.contains("deviates: envelope") && ran.out.contains("there is no snapshot"),
        "{}",
        ran.out
    );
    assert_eq!(files(&desk), before);
}

#[test]
fn in_ci_a_changed_answer_deviates_and_nothing_is_written() {
    let desk = accepted();
    let (known, _) = files(&desk);
    let sharing = sharing(&known[0]);
    let text = fs::read_to_string(&known[0])
        .unwrap()
        .replacen("status: 403", "status: 400", 1);
    fs::write(&known[0], &text).unwrap();
    let before = files(&desk);
    let ran = desk.run_in_ci(&format!("{RUN} --report json=a.json"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        (files(&desk), fs::read_to_string(&known[0]).unwrap()),
        (before, text)
    );
    let result = desk.json("a.json");
    assert_eq!(result["summary"]["instances"]["deviates"], sharing);
    let reason = result["instances"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|entry| {
            (entry["facet"] == "envelope").then(|| entry["reason"].as_str().unwrap().to_owned())
        });
    assert!(
        reason
            .as_deref()
            .is_some_and(|reason| reason.contains("-status: 400\n+status: 403")),
        "{reason:?}"
    );
}

#[test]
fn without_a_folder_nothing_is_compared_and_that_is_said() {
    let desk = Desk::new();
    let ran = desk.run_in_ci("run url-auth-expired");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("none compared"), "{}", ran.out);
}

#[test]
fn a_part_of_a_run_touches_its_own_instances_only_and_equal_changes_are_one() {
    let desk = accepted();
    let (known, _) = files(&desk);
    let (all, texts): (usize, Vec<String>) = (
        labels(&known),
        known
            .iter()
            .map(|path| fs::read_to_string(path).unwrap())
            .collect(),
    );
    let line = changed(&desk);
    let pending = |desk: &Desk| {
        let ran = desk.run("review --snapshots snaps");
        let line = ran.out.lines().last().unwrap().to_owned();
        let number = line.split(' ').next().unwrap().parse::<usize>();
        (number.unwrap_or(0), ran.out)
    };
    let ran = desk.run(&format!("{line} --partition 1/2"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let (first, _) = pending(&desk);
    assert!(first > 0 && first < all, "{first} of {all}");
    assert_eq!(desk.run(&format!("{line} --partition 2/2")).code, Some(1));
    let (both, out) = pending(&desk);
    assert_eq!(both, all, "{out}");
    // Each EC makes a change of its own, which is shown once.
    let ecs: std::collections::BTreeSet<&str> = out
        .lines()
        .filter_map(|line| line.split_once("RecommendDoc: ").map(|(_, doc)| doc))
        .collect();
    let shown = out.matches("-  RecommendDoc: ").count();
    assert!(shown == ecs.len() && shown > 1, "{out}");
    assert!(
        out.contains("same change (changed)") && out.contains(&format!(", {shown} changes;")),
        "{out}"
    );

    // The old server again, for one scenario: what waits of the others waits on.
    let ran = desk.run("run url-auth-expired/write-past-its-time --snapshots snaps");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (rest, out) = pending(&desk);
    assert!(
        rest < all && rest > 0 && !out.contains("write-past-its-time"),
        "{out}"
    );

    // One label of a file that has others.
    let ran = desk.run("review --snapshots snaps --accept one-second-past-its-last/url-v1-GET");
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "accepted 1 snapshot\n")
    );
    assert_eq!(pending(&desk).0, rest - 1);
    assert_eq!(desk.run("review --snapshots snaps --reject").code, Some(0));
    let (after, left) = files(&desk);
    assert_eq!((labels(&after), left.len()), (all, 0), "no label is lost");
    let moved = |(path, text): &(&PathBuf, &String)| fs::read_to_string(path).unwrap() != **text;
    let moved: Vec<_> = known.iter().zip(&texts).filter(moved).collect();
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert!(moved[0].0.ends_with("one-second-past-its-last.snap"));
    let text = fs::read_to_string(moved[0].0).unwrap();
    assert!(text.contains("---\nurl-v1-GET\n  status: 403\n"), "{text}");
}

#[test]
fn insta_accepts_to_the_letter_what_review_accepts() {
    let desk = desk();
    desk.run(RUN);
    let (_, pending) = files(&desk);
    for path in &pending {
        let snapshot = Snapshot::from_file(path).unwrap();
        let source = "cases/AccessDenied/url-auth-expired.yaml";
        assert_eq!(snapshot.metadata().source(), Some(source));
        // What `cargo insta accept` does.
        snapshot.save(&path.with_extension("insta")).unwrap();
    }
    desk.run("review --snapshots snaps --accept");
    for path in &pending {
        let read = |path: PathBuf| fs::read_to_string(path).unwrap();
        let accepted = path.with_extension("");
        assert_eq!(read(path.with_extension("insta")), read(accepted));
    }
}

#[test]
fn a_malformed_snapshot_is_told_with_its_place_and_not_overwritten() {
    let desk = accepted();
    let path = "snaps/embedded/url-auth-expired/write-past-its-time.snap";
    let text = desk
        .read(path)
        .replacen("\n  status", "\n<<<<<<< ours\n  status", 1);
    desk.write(path, &text);
    let ran = desk.run(RUN);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let line = 1 + text.lines().position(|line| line.starts_with('<')).unwrap();
    let place = format!("{path}:{line}:1");
    assert!(
        ran.out.contains("could not be compared") && ran.out.contains(&place),
        "{}",
        ran.out
    );
    assert_eq!(desk.read(path), text);

    desk.write(&format!("{path}.new"), &text);
    let ran = desk.run("review --snapshots snaps --accept");
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.err.contains("neither a label nor part of an answer"),
        "{}",
        ran.err
    );
    assert_eq!(desk.read(path), text);
}

#[test]
fn review_takes_only_what_a_filter_names() {
    let desk = desk();
    desk.run(RUN);
    let all = labels(&files(&desk).1);
    let ran = desk.run("review --snapshots snaps --accept HEAD");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (known, _) = files(&desk);
    let accepted = labels(&known);
    assert!(accepted > 0 && accepted < all, "{accepted} of {all}");
    for path in &known {
        let answers = SnapshotFile::read(path).unwrap().unwrap().answers;
        assert!(answers.keys().all(|label| label.contains("HEAD")));
    }
    let ran = desk.run("review --snapshots snaps");
    let left = format!("{} snapshots pending", all - accepted);
    assert!(
        ran.out.contains(&left) && !ran.out.contains("HEAD"),
        "{}",
        ran.out
    );
    assert_eq!(
        desk.run("review --snapshots snaps --accept nosuch").code,
        Some(4)
    );
    assert_eq!(desk.run("review --snapshots absent").code, Some(2));
    assert_eq!(
        desk.run("review --snapshots snaps --accept --reject").code,
        Some(2)
    );
}
