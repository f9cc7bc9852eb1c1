//! Whatever happens, nothing stays behind unnoticed, and what is about to be made is written down before.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use oss_reference::config::Config;
use oss403::run::RunEvent;
use oss403::run::journal::{Line, Made};
use oss403::run::record::Progress;
use oss403_case::Ledger;

use crate::support::{
    Desk, Watched, buckets_on, embedded, fake, instances, operator, plain, reference, run_all,
    run_with,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_ledger_leaves_nothing_behind() {
    let _alone = crate::support::alone().await;
    let server = reference(Config::default()).await;
    let watched = Watched::default();
    let desk = Desk::new();
    let hook = watched.stand_before(&server, None).await;
    let more = operator(&desk, hook, server.operator_token());
    let target = desk.target(server.address(), &more).await;
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    let instances: Vec<_> = ledger.instances().collect();
    let expected = instances.len();
    let ran = run_all(&target, instances).await;
    assert_eq!(ran.records.len(), expected);
    for record in &ran.records {
        let skipped = matches!(record.progress, Progress::NotApplicable(_));
        assert!(
            skipped || record.progress == Progress::Complete,
            "{record:?}"
        );
    }
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
    for thing in ["account", "vpc-endpoint"] {
        let made = watched.count("create", thing);
        assert!(made > 0, "{thing}");
        assert_eq!(watched.count("remove", thing), made, "{thing}");
    }
    assert_balanced(&ran.lines());
}

/// Every intent was resolved, and everything created was removed.
pub(crate) fn assert_balanced(lines: &[Line]) {
    let mut open = Vec::new();
    let mut alive: Vec<Made> = Vec::new();
    for line in lines {
        match line {
            Line::Making {
                what: Made::State { .. },
                ..
            } => {}
            Line::Making { seq, what } => open.push((*seq, what.clone())),
            Line::Made { seq, what } => {
                assert!(
                    open.iter().any(|(known, _)| known == seq),
                    "created without an intent: {what}"
                );
                open.retain(|(known, _)| known != seq);
                alive.push(what.clone());
            }
            Line::NotMade { seq } => open.retain(|(known, _)| known != seq),
            Line::Removed { what } => {
                // An account takes its people with it; whoever removes it says only that.
                if let Made::Account { account } = what {
                    alive.retain(|made| !belongs_to(made, account));
                }
                alive.retain(|made| made != what);
                open.retain(|(_, made)| made != what);
            }
            _ => {}
        }
    }
    assert_eq!(alive, Vec::<Made>::new());
    assert_eq!(open, Vec::new());
    assert!(matches!(lines.last(), Some(Line::CleanedUp { left: 0 })));
}

fn belongs_to(made: &Made, owner: &str) -> bool {
    match made {
        Made::RamUser { account, .. } | Made::Session { account, .. } => account == owner,
        _ => false,
    }
}

#[tokio::test]
async fn a_world_that_cannot_be_made_is_taken_down_again() {
    let target = embedded().await;
    let scenarios = "
      - name: half-made
        given:
          bucket: { objects: { a: one, b: { text: two, storage-class: Nonsense } }, uploads: { u: c } }
          buckets: { second: { objects: { d: three }, policy: { Version: 2 } } }
          identities: { eve: { ram-user: {} } }
        matrix: { method: [GET, PUT] }
        base: { request: $method /a }
        edit: { as: eve }
        unchanged: [a]
    ";
    let ran = run_all(&target, instances(scenarios)).await;
    assert_eq!(ran.records.len(), 2);
    for record in &ran.records {
        assert!(
            matches!(&record.progress, Progress::PreconditionFailed(reason) if reason.contains("400")),
            "{record:?}"
        );
    }
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
    assert_balanced(&ran.lines());
}

#[tokio::test]
async fn what_requests_make_is_removed_as_well() {
    let target = embedded().await;
    let scenarios = "
      - { name: object, base: { request: PUT /made-by-base }, edit: { set-header: { x-oss-meta-a: b } } }
      - { name: upload, base: { request: 'POST /up?uploads' }, edit: { set-header: { x-oss-meta-a: b } } }
      - { name: bucket, given: { no-bucket: true }, base: { request: PUT /, host: bucket }, edit: { as: anonymous } }
      - { name: copied, given: { bucket: { objects: { k: v } } }, base: { request: PUT /copy, headers: { x-oss-copy-source: '/${bucket}/k' } }, edit: { as: anonymous } }
      - { name: posted, base: { request: POST /, form: { fields: { key: 'dir/${filename}' }, file: f } }, edit: { as: anonymous } }
    ".replace("${filename}", "$${filename}");
    let ran = run_all(&target, instances(&scenarios)).await;
    for record in &ran.records {
        assert_eq!(record.progress, Progress::Complete);
        assert!(
            record
                .base
                .as_ref()
                .unwrap()
                .response()
                .unwrap()
                .is_success(),
            "{record:?}"
        );
    }
    assert_eq!(ran.records.len(), 5);
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
    assert_balanced(&ran.lines());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_stopped_removes_everything_and_returns() {
    let target = embedded().await;
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    let instances: Vec<_> = ledger.instances().collect();
    let all = instances.len();
    let stop_at = |event: &RunEvent, stop: &oss403::run::StopSignal| {
        if let RunEvent::Finished { record, .. } = event
            && record.progress == Progress::Complete
        {
            stop.stop();
        }
    };
    let ran = run_with(
        &target,
        instances,
        |options| options.jobs = Some(8),
        stop_at,
    )
    .await
    .unwrap();
    assert!(ran.summary.stopped.is_some());
    assert!(
        ran.records.len() < all / 2,
        "{} of {all}",
        ran.records.len()
    );
    for record in &ran.records {
        assert!(
            matches!(
                record.progress,
                Progress::Complete | Progress::Interrupted | Progress::NotApplicable(_)
            ),
            "{record:?}"
        );
    }
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
    assert_balanced(&ran.lines());
}

#[tokio::test]
async fn after_a_stop_nothing_more_is_made_and_what_was_made_is_removed() {
    // The server itself raises the flag while it makes the bucket.
    let slot: Arc<Mutex<Option<oss403::run::StopSignal>>> = Arc::default();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (signal, seen) = (Arc::clone(&slot), Arc::clone(&requests));
    let address = fake(move |request| {
        if request.method == "PUT" {
            signal.lock().unwrap().as_ref().unwrap().stop();
        }
        seen.lock()
            .unwrap()
            .push(format!("{} {}", request.method, request.target));
        async { plain(200) }
    })
    .await;
    let target = Desk::new().target(address, "").await;
    let scenarios = "[{ name: x, given: { bucket: { objects: { k: v } } }, base: { request: PUT /k }, edit: { as: anonymous }, unchanged: [k] }]";
    let take = |event: &RunEvent, stop: &oss403::run::StopSignal| {
        if let RunEvent::Planned { .. } = event {
            *slot.lock().unwrap() = Some(stop.clone());
        }
    };
    let ran = run_with(&target, instances(scenarios), |_| {}, take)
        .await
        .unwrap();
    assert_eq!(ran.records[0].progress, Progress::Interrupted);
    let requests = requests.lock().unwrap();
    // The last is the look around for what is left.
    assert_eq!(requests[..2], ["PUT /", "DELETE /"]);
    assert!(
        requests.len() == 3 && requests[2].starts_with("GET /?prefix=oss403-"),
        "{requests:?}"
    );
    assert_balanced(&ran.lines());
}

#[tokio::test]
async fn a_run_that_was_stopped_before_it_began_sends_nothing() {
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&requests);
    let address = fake(move |_| {
        seen.fetch_add(1, Ordering::SeqCst);
        async { plain(200) }
    })
    .await;
    let target = Desk::new().target(address, "").await;
    let scenarios = "[{ name: x, base: { request: PUT /k }, edit: { as: anonymous } }]";
    let stop_at = |event: &RunEvent, stop: &oss403::run::StopSignal| {
        if let RunEvent::Planned { .. } = event {
            stop.stop();
        }
    };
    let ran = run_with(&target, instances(scenarios), |_| {}, stop_at)
        .await
        .unwrap();
    assert_eq!((ran.records.len(), requests.load(Ordering::SeqCst)), (0, 0));
    // Planned and Done.
    assert_eq!(ran.events, 2);
}

#[tokio::test]
async fn every_create_stands_in_the_journal_before_it_is_sent() {
    // A server that dies with the first create it gets: what it has done nobody knows, but the journal names it.
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_owned();
    let intents = Arc::new(Mutex::new(Vec::new()));
    let found = Arc::clone(&intents);
    let address = fake(move |seen| {
        let (out, found) = (out.clone(), Arc::clone(&found));
        async move {
            if seen.method == "PUT" && seen.is_bucket() {
                let journal = std::fs::read_dir(&out).unwrap().next().unwrap().unwrap().path();
                let journal = std::fs::read_to_string(journal).unwrap();
                let named = journal.lines().any(|line| {
                    let line: Line = serde_json::from_str(line).unwrap();
                    matches!(line, Line::Making { what: Made::Bucket { name, .. }, .. } if name == seen.bucket())
                });
                found.lock().unwrap().push((seen.bucket().to_owned(), named));
            }
            None
        }
    })
    .await;
    let target = Desk::new().target(address, "").await;
    let scenarios = "
      - { name: private, matrix: { n: [a, b] }, base: { request: PUT /$n }, edit: { as: anonymous } }
      - { name: shared, given: { bucket: { acl: public-read } }, base: { request: GET /k }, edit: { as: anonymous } }
      - { name: by-base, given: { no-bucket: true }, base: { request: PUT /, host: bucket }, edit: { as: anonymous } }
    ";
    let ran = run_with(
        &target,
        instances(scenarios),
        |options| options.out = folder.path().to_owned(),
        |_, _| {},
    );
    let ran = ran.await.unwrap();
    let intents = intents.lock().unwrap().clone();
    assert!(intents.iter().all(|(_, named)| *named), "{intents:?}");
    let names: BTreeSet<_> = intents.iter().map(|(name, _)| name).collect();
    assert!(names.len() >= 4, "{intents:?}");
    let left = &ran.summary.left_behind;
    assert_eq!(left.len(), names.len(), "{left:?}");
    for name in names {
        assert!(
            left.iter().any(|what| what.contains(&**name)),
            "{name}: {left:?}"
        );
    }
    // That nobody could look whether they are there is said once.
    assert_eq!(ran.summary.notes.len(), 1, "{:?}", ran.summary.notes);
}

#[tokio::test]
async fn only_what_may_make_a_bucket_is_announced_to() {
    let scenarios = "
      - { name: read, given: { no-bucket: true }, base: { request: GET /, host: bucket }, edit: { as: anonymous } }
      - { name: there-already, base: { request: PUT /, host: bucket }, edit: { as: anonymous } }
    ";
    let ran = run_all(&embedded().await, instances(scenarios)).await;
    assert_eq!(ran.records.len(), 2);
    let announced = ran.lines().into_iter().filter(|line| {
        let Line::Making { what, .. } = line else {
            return false;
        };
        matches!(what, Made::Bucket { .. })
    });
    // That of the second one's world.
    assert_eq!(announced.count(), 1);
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_is_an_error_before_anything_is_made() {
    let target = embedded().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().join("below-a-file");
    let scenarios = "[{ name: x, base: { request: PUT /k }, edit: { as: anonymous } }]";
    let error = run_with(
        &target,
        instances(scenarios),
        |options| options.out = path,
        |_, _| {},
    )
    .await
    .err()
    .unwrap();
    assert!(error.to_string().contains("journal"), "{error}");
}

/// Nobody can remove what has no name, so everybody is told; and nobody is told of what certainly is not there.
#[tokio::test]
async fn what_an_operator_may_have_made_without_saying_so_is_named() {
    let server = reference(Config::default()).await;
    let desk = Desk::new();
    for (hook, is_told) in [
        ("sh, -c, exit 3", true),
        ("sh, -c, 'echo nonsense'", true),
        ("no-such-program-anywhere, x", false),
    ] {
        let more = format!("operator: {{ command: [{hook}] }}\n");
        let target = desk.target(server.address(), &more).await;
        let scenarios = "
          - name: x
            given: { identities: { eve: { ram-user: { policy: { Version: '1', Statement: [] } } } } }
            base: { request: GET /k.txt }
            edit: { as: eve }
        ";
        let ran = run_all(&target, instances(scenarios)).await;
        let left = ran.summary.left_behind;
        let told = left
            .iter()
            .any(|what| what.contains("RAM user without a name"));
        assert_eq!(
            (told, left.len()),
            (is_told, usize::from(is_told)),
            "{hook}: {left:?}"
        );
    }
}

/// Whom nobody else uses needs no key any more when the world is gone.
#[tokio::test]
async fn the_key_of_a_user_of_the_world_is_not_enabled_again() {
    let server = reference(Config::default()).await;
    let (desk, watched) = (Desk::new(), Watched::default());
    let hook = watched.stand_before(&server, None).await;
    let more = operator(&desk, hook, server.operator_token());
    let target = desk.target(server.address(), &more).await;
    let scenario = "
      - name: x
        given: { identities: { eve: { ram-user: {} } } }
        base: { as: eve, request: GET /k.txt }
        edit: { key-status: { eve: inactive } }
    ";
    run_all(&target, instances(scenario)).await;
    assert_eq!(watched.count("set", "key-status"), 1);
}

/// `reads` share a world, `writes` has one for itself, and `blocks` an account.
const KINDS: &str = "
  - name: reads
    matrix: { who: [kept, other] }
    base: { request: GET /$who }
    edit: { as: anonymous }
  - name: writes
    matrix: { who: [kept, other] }
    base: { request: PUT /$who }
    edit: { as: anonymous }
  - name: blocks
    matrix: { who: [kept, other] }
    base: { request: GET /$who }
    edit: { account-status: disabled }
";

#[tokio::test]
async fn the_worlds_that_somebody_wants_to_look_at_stay_and_no_others() {
    let server = reference(Config::default()).await;
    let desk = Desk::new();
    let watched = Watched::default();
    let hook = watched.stand_before(&server, None).await;
    let more = operator(&desk, hook, server.operator_token());
    let target = desk.target(server.address(), &more).await;
    let keeping = |options: &mut oss403::run::Options| {
        options.keep = Some(|instance, _| instance.id.ends_with("kept"));
    };
    let ran = run_with(&target, instances(KINDS), keeping, |_, _| {})
        .await
        .unwrap();
    assert_eq!(ran.records.len(), 6);
    let kept = |what: &str| {
        let notes = ran.summary.notes.iter();
        let of = notes.filter(|note| note.starts_with("kept for ") && note.contains(what));
        of.cloned().collect::<Vec<_>>()
    };
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    assert!(
        kept("").iter().all(|note| note.contains("/kept: ")),
        "{:?}",
        kept("")
    );
    assert_eq!((kept(": bucket ").len(), kept(": account ").len()), (3, 1));
    assert_eq!(
        watched.count("create", "account"),
        watched.count("remove", "account") + 1
    );
    let mut there = server.buckets();
    there.sort();
    let mut named: Vec<String> = kept(": bucket ")
        .iter()
        .filter_map(|note| {
            note.split("bucket ")
                .nth(1)?
                .split(' ')
                .next()
                .map(str::to_owned)
        })
        .collect();
    named.sort();
    assert_eq!(there, named);
}
