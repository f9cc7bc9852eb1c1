//! What the service takes minutes for is waited for as long as the profile says, before anything is sent that needs it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oss403::run::record::Progress;
use oss403::run::{RunEvent, StopSignal};

use crate::support::{Desk, Reply, Seen, fake, instances, plain, run_all, run_with, status};

/// The targets that came in through the accelerate endpoint, or asked for the state of an object, and the rest.
type Log = Arc<Mutex<Vec<String>>>;

/// A server on which something is ready after so many looks at it.
async fn slow(
    looks: usize,
    is_look: fn(&Seen) -> bool,
    reply: fn(bool, &Seen) -> Reply,
) -> (SocketAddr, Log) {
    let log = Log::default();
    let (shared, looked) = (Arc::clone(&log), Arc::new(Mutex::new(0)));
    let address = fake(move |seen| {
        let (log, looked) = (Arc::clone(&shared), Arc::clone(&looked));
        async move {
            let mut looked = looked.lock().unwrap();
            *looked += usize::from(is_look(&seen));
            let line = format!("{} {} {}", seen.method, seen.host, seen.target);
            log.lock().unwrap().push(line);
            reply(*looked > looks, &seen)
        }
    })
    .await;
    (address, log)
}

fn refused(status: u16, code: &str) -> Reply {
    let body = format!("<Error><Code>{code}</Code><Message>not yet</Message></Error>");
    Some((status, Vec::new(), body))
}

fn is_accelerated(seen: &Seen) -> bool {
    seen.host.contains(".oss-accelerate.")
}

/// Disabled at the accelerate endpoint until it is ready, and then like any other.
fn accelerating(ready: bool, seen: &Seen) -> Reply {
    match (is_accelerated(seen), ready, &*seen.target) {
        (true, false, _) => refused(403, "TransferAccelerationDisabled"),
        (true, true, "/oss403-is-not-there") => refused(404, "NoSuchKey"),
        _ => plain(200),
    }
}

const ACCELERATED: &str = "
  - name: fast
    given: { bucket: { acceleration: true, objects: { k: v } } }
    base: { host: accelerate, request: GET /k }
    edit: { as: anonymous }
";

#[tokio::test]
async fn nothing_is_sent_through_an_accelerate_endpoint_that_is_not_there_yet() {
    let (address, log) = slow(3, is_accelerated, accelerating).await;
    let target = Desk::new()
        .target(address, "limits: { settle: { acceleration: 1m } }\n")
        .await;
    let ran = run_all(&target, instances(ACCELERATED)).await;
    let record = ran.record("/fast");
    assert_eq!(record.progress, Progress::Complete);
    assert_eq!(status(record.base.as_ref()), 200);
    let log = log.lock().unwrap();
    let fast: Vec<_> = log
        .iter()
        .filter(|line| line.contains("accelerate."))
        .collect();
    let (looks, sent) = fast.split_at(4);
    assert!(
        looks
            .iter()
            .all(|line| line.ends_with(" /oss403-is-not-there")),
        "{fast:?}"
    );
    assert!(
        sent.iter().all(|line| line.ends_with(" /k")) && sent.len() == 2,
        "{fast:?}"
    );
}

#[tokio::test]
async fn without_such_a_time_nobody_looks() {
    for more in ["", "limits: { settle: { default: 1s } }\n"] {
        let (address, log) = slow(usize::MAX, is_accelerated, accelerating).await;
        let target = Desk::new().target(address, more).await;
        let ran = run_all(&target, instances(ACCELERATED)).await;
        assert_eq!(ran.record("/fast").progress, Progress::Complete);
        assert!(
            log.lock()
                .unwrap()
                .iter()
                .all(|line| !line.contains("not-there"))
        );
    }
}

#[tokio::test]
async fn acceleration_that_does_not_come_in_time_provokes_nothing_and_says_so() {
    let (address, log) = slow(usize::MAX, is_accelerated, accelerating).await;
    let target = Desk::new()
        .target(address, "limits: { settle: { acceleration: 1s } }\n")
        .await;
    let ran = run_all(&target, instances(ACCELERATED)).await;
    let Progress::PreconditionFailed(reason) = &ran.record("/fast").progress else {
        panic!("{:?}", ran.record("/fast").progress);
    };
    for part in [
        "transfer acceleration was switched on 1s before and is not there",
        "403 TransferAccelerationDisabled: not yet",
        "`limits.settle.acceleration`",
    ] {
        assert!(reason.contains(part), "{reason}");
    }
    assert!(log.lock().unwrap().iter().all(|line| !line.ends_with(" /k")
        || line.starts_with("PUT")
        || line.starts_with("DELETE")));
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
}

#[tokio::test]
async fn a_run_that_is_stopped_waits_no_longer() {
    for how in ["time", "signal"] {
        let slot: Arc<Mutex<Option<StopSignal>>> = Arc::default();
        let signal = Arc::clone(&slot);
        let address = fake(move |seen| {
            if is_accelerated(&seen)
                && let Some(stop) = signal.lock().unwrap().as_ref()
            {
                stop.stop();
            }
            async move { accelerating(false, &seen) }
        })
        .await;
        let target = Desk::new()
            .target(address, "limits: { settle: { acceleration: 30m } }\n")
            .await;
        let ran = run_with(
            &target,
            instances(ACCELERATED),
            |options| options.time = (how == "time").then_some(Duration::from_millis(400)),
            |event: &RunEvent, stop| {
                if how == "signal" && matches!(event, RunEvent::Planned { .. }) {
                    *slot.lock().unwrap() = Some(stop.clone());
                }
            },
        );
        let ran = tokio::time::timeout(Duration::from_secs(60), ran).await;
        let ran = ran.expect("it ends").unwrap();
        assert!(ran.summary.stopped.is_some(), "{how}");
        assert_eq!(ran.summary.left_behind, Vec::<String>::new(), "{how}");
    }
}

const RESTORED: &str = "
  - name: thawed
    given:
      bucket: { objects: { a: { text: v, storage-class: Archive }, b: { text: w, storage-class: Archive } } }
      requests: [{ request: 'POST /a?restore' }]
    base: { request: GET /a }
    edit: { request: GET /b }
  - name: thawing
    given:
      bucket: { objects: { a: { text: v, storage-class: Archive }, b: { text: w, storage-class: Archive } } }
      requests: [{ request: 'POST /a?restore' }]
    base: { request: HEAD /a }
    edit: { method: GET }
";

fn restoring(ready: bool, seen: &Seen) -> Reply {
    let state = |state| Some((200, vec![("x-oss-restore", state)], String::new()));
    match (&*seen.method, &*seen.target, ready) {
        ("HEAD", "/a", true) => state(
            "ongoing-request=\"false\", expiry-date=\"Sat, 05 Dec 2026 00:00:00 GMT\"".to_owned(),
        ),
        ("HEAD", "/a", false) => state("ongoing-request=\"true\"".to_owned()),
        ("GET", "/a", false) | ("GET", "/b", _) => refused(403, "InvalidObjectState"),
        _ => plain(200),
    }
}

#[tokio::test]
async fn an_object_that_is_read_is_restored_before() {
    let asks = |seen: &Seen| seen.method == "HEAD";
    let (address, log) = slow(3, asks, restoring).await;
    let target = Desk::new()
        .target(address, "limits: { settle: { restore: 1m } }\n")
        .await;
    let only = |name: &str| {
        let mut found = instances(RESTORED);
        found.retain(|instance| instance.id.ends_with(name));
        found
    };
    let ran = run_all(&target, only("/thawed")).await;
    let record = ran.record("/thawed");
    assert_eq!(record.progress, Progress::Complete);
    assert_eq!(
        (status(record.base.as_ref()), status(record.edited.as_ref())),
        (200, 403)
    );
    let heads = log
        .lock()
        .unwrap()
        .iter()
        .filter(|line| line.starts_with("HEAD"))
        .count();
    assert_eq!(heads, 4);

    // Nobody waits for one that is to be seen while it goes on, and the two do not share a world.
    let (address, log) = slow(usize::MAX, asks, restoring).await;
    let target = Desk::new()
        .target(address, "limits: { settle: { restore: 1s } }\n")
        .await;
    let ran = run_all(&target, instances(RESTORED)).await;
    assert_eq!(ran.record("/thawing").progress, Progress::Complete);
    let Progress::PreconditionFailed(reason) = &ran.record("/thawed").progress else {
        panic!("{:?}", ran.record("/thawed").progress);
    };
    assert!(
        reason.contains("`a` was to be restored 1s before and is not")
            && reason.contains("`limits.settle.restore`"),
        "{reason}"
    );
    let made = log
        .lock()
        .unwrap()
        .iter()
        .filter(|line| line.starts_with("PUT") && line.ends_with(" /"))
        .count();
    assert_eq!(made, 2);

    // Without a time for it, it is read as it is.
    let (address, log) = slow(usize::MAX, asks, restoring).await;
    let target = Desk::new().target(address, "").await;
    let ran = run_all(&target, only("/thawed")).await;
    assert_eq!(status(ran.record("/thawed").base.as_ref()), 403);
    assert!(
        log.lock()
            .unwrap()
            .iter()
            .all(|line| !line.starts_with("HEAD"))
    );
}
