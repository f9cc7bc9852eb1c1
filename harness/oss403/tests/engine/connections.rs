//! Which requests go out on a connection that nothing was sent on yet: those that must not be repeated, and those that are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use oss_reference::config::Config;
use oss403::run::record::Progress;

use crate::front::{Act, front};
use crate::support::{Desk, embedded, instances, reference, run_all, run_with};

/// A world with a step that must not be sent twice, and things to read.
const SCENARIO: &str = "
  - name: x
    given:
      bucket: { objects: { a: one, b: two } }
      requests: [{ request: 'POST /log?append&position=0', body: x }]
    base: { request: GET /a }
    edit: { as: anonymous }
    unchanged: [a, b, log]
";

/// Each request by its first line: on which connections it went out, by how many requests were sent on them before.
async fn sent(answers: &'static str) -> BTreeMap<String, Vec<usize>> {
    let (desk, server) = (Desk::new(), reference(Config::default()).await);
    let seen: Arc<Mutex<BTreeMap<String, Vec<usize>>>> = Arc::default();
    let lines = Arc::clone(&seen);
    let address = front(server.address(), move |passing| {
        let line = passing.head.lines().next().unwrap_or_default();
        let signed = passing.head.to_ascii_lowercase().contains("authorization:");
        let mut lines = lines.lock().unwrap();
        let before = lines.entry(format!("{line} {signed}")).or_default();
        before.push(passing.on_connection);
        match before.len() == 1 && !answers.is_empty() && passing.method() != "POST" {
            true => Act::Say(answers),
            false => Act::Pass,
        }
    })
    .await;
    let target = desk.target(address, "").await;
    let ran = run_with(
        &target,
        instances(SCENARIO),
        |options| options.canaries = true,
        |_, _| {},
    );
    let ran = ran.await.unwrap();
    assert_eq!(ran.records[0].progress, Progress::Complete);
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    seen.lock().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_must_not_be_sent_twice_has_a_connection_of_its_own_and_others_share() {
    let sent = sent("").await;
    let of = |method: &str| -> Vec<usize> {
        let lines = sent.iter().filter(|(line, _)| line.starts_with(method));
        lines.flat_map(|(_, before)| before.clone()).collect()
    };
    assert_eq!(of("POST "), [0]);
    for method in ["GET ", "PUT ", "DELETE "] {
        assert!(
            of(method).iter().any(|before| *before > 0),
            "{method}: {sent:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_again_has_a_new_connection() {
    let sent = sent("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n").await;
    let again: Vec<_> = sent.iter().filter(|(_, before)| before.len() > 1).collect();
    // The canaries, the world and its removal, the twin, its probes, the last look around.
    assert!(again.len() > 8, "{sent:?}");
    for (line, before) in again {
        // Several canaries have the same line.
        let further = match line.starts_with("GET / ") {
            true => &before[1..],
            false => &before[1..2],
        };
        assert!(further.contains(&0), "{line}: {before:?}");
    }
}

#[tokio::test]
async fn a_record_counts_the_requests_of_its_twin() {
    let scenario = "[{ name: x, given: { bucket: { objects: { a: one, b: two } } }, base: { request: GET /a }, edit: { as: anonymous }, unchanged: [a, b] }]";
    let ran = run_all(&embedded().await, instances(scenario)).await;
    // Both are read before and after; the world is that of all who only read.
    assert_eq!(ran.records[0].requests, 2 + 2 * 2);
}
