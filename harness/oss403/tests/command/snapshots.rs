//! Snapshots: new, changed, accepted, rejected; and in CI never written.

use std::fs;
use std::path::PathBuf;

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
        ran.out.contains(&format!("{} new", pending.len())) && ran.out.contains("oss403 review"),
        "{}",
        ran.out
    );

    let shown = desk.run("review --snapshots snaps");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(
        shown.out.contains("(new)") && shown.out.contains("+  Message: Request has expired."),
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
        again.out.contains(&format!("{} the same", known.len())),
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
    let text = fs::read_to_string(&known[0])
        .unwrap()
        .replace("status: 403", "status: 400");
    fs::write(&known[0], &text).unwrap();
    let before = files(&desk);
    let ran = desk.run_in_ci(&format!("{RUN} --report json=a.json"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        (files(&desk), fs::read_to_string(&known[0]).unwrap()),
        (before, text)
    );
    let result = desk.json("a.json");
    assert_eq!(result["summary"]["instances"]["deviates"], 1);
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
fn review_takes_only_what_a_filter_names() {
    let desk = desk();
    desk.run(RUN);
    let all = files(&desk).1.len();
    let ran = desk.run("review --snapshots snaps --accept HEAD");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (known, pending) = files(&desk);
    assert!(
        !known.is_empty() && !pending.is_empty() && known.len() + pending.len() == all,
        "{known:?} {pending:?}"
    );
    assert!(
        known
            .iter()
            .all(|path| path.display().to_string().contains("HEAD"))
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
