//! Servers with caches: a change is waited for until it is heeded, no longer, and what was read meanwhile is read again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use oss_reference::config::Config;
use oss403::judge::judge;
use oss403::judge::verdict::Verdict;
use oss403::run::record::TwinRecord;
use oss403::target::Target;
use oss403::wire::limits::Limits;
use oss403_case::Instance;
use serde_json::json;

use crate::front::{Act, Passing, front};
use crate::support::{Desk, Watched, instances_of, operator, reference, run_all};

const SECONDS: fn(u64) -> Duration = Duration::from_secs;
/// A test that takes so long has waited to the end of what a change may take.
const LONG: Duration = Duration::from_secs(40);
const GRANTED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const REFUSED: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";

fn is_anonymous(passing: &Passing<'_>) -> bool {
    !passing.head.to_ascii_lowercase().contains("authorization:")
}

/// The only instance of a scenario, on a server behind this.
async fn sent(
    scenario: &str,
    change: impl FnOnce(&mut Limits),
    act: impl Fn(&Passing<'_>) -> Act + Send + Sync + 'static,
) -> (Instance, TwinRecord, Duration) {
    let (desk, server) = (Desk::new(), reference(Config::default()).await);
    let address = front(server.address(), act).await;
    let mut profile = desk.profile(address, &Config::default(), "");
    change(&mut profile.limits);
    let target = Target::ready(&profile).await.unwrap();
    let instance = instances_of(&json!({ "message": "*" }), scenario).swap_remove(0);
    let started = Instant::now();
    let mut ran = run_all(&target, vec![instance.clone()]).await;
    (instance, ran.records.swap_remove(0), started.elapsed())
}

const CLOSED_TO_READERS: &str = "[{ name: x, given: { bucket: { acl: public-read, objects: { k.txt: one } } }, \
    base: { as: anonymous, request: GET /k.txt }, edit: { bucket-acl: private } }]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_asked_for_now_and_then_until_it_is_heeded() {
    let closed = Arc::new(Mutex::new(None));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let act = move |passing: &Passing<'_>| {
        let mut closed = closed.lock().unwrap();
        if passing.head.starts_with("PUT /?acl") {
            *closed = Some(Instant::now());
        }
        let is_known = closed.is_some_and(|since| since.elapsed() > Duration::from_millis(300));
        if is_anonymous(passing) && closed.is_some() && !is_known {
            count.fetch_add(1, Ordering::SeqCst);
            return Act::Say(GRANTED);
        }
        Act::Pass
    };
    let settle = |limits: &mut Limits| limits.settle.acl = SECONDS(60);
    let (instance, record, time) = sent(CLOSED_TO_READERS, settle, act).await;
    assert_eq!(judge(&instance, &record).verdict(), Verdict::Conformant);
    assert!(time < LONG, "{time:?}");
    // After 50 ms, 100, 200, 400.
    let asked = asked.load(Ordering::SeqCst);
    assert!((1..=4).contains(&asked), "{asked}");
    let granted = &record.edited.as_ref().unwrap().earlier;
    assert_eq!(granted.len(), asked, "{granted:?}");
}

const CLOSED_TO_WRITERS: &str = "[{ name: x, given: { bucket: { acl: public-read-write, objects: { k.txt: one } } }, \
    base: { as: anonymous, request: PUT /other }, edit: { bucket-acl: private }, unchanged: [k.txt] }]";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_base_that_is_not_granted_yet_is_sent_until_it_is() {
    for scenario in [CLOSED_TO_READERS, CLOSED_TO_WRITERS] {
        let asked = AtomicUsize::new(0);
        let act = move |passing: &Passing<'_>| {
            let early = is_anonymous(passing) && asked.fetch_add(1, Ordering::SeqCst) < 2;
            if early { Act::Say(REFUSED) } else { Act::Pass }
        };
        let settle = |limits: &mut Limits| limits.settle.acl = SECONDS(60);
        let (instance, record, time) = sent(scenario, settle, act).await;
        assert_eq!(judge(&instance, &record).verdict(), Verdict::Conformant);
        assert!(time < LONG, "{time:?}");
    }
}

/// The change is not heeded at once, and what comes too early is carried out. What was there is what is there when it is heeded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_too_early_and_changed_something_is_no_effect_of_what_is_refused() {
    let (closed, early) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let act = move |passing: &Passing<'_>| {
        closed.fetch_add(
            usize::from(passing.head.starts_with("PUT /?acl")),
            Ordering::SeqCst,
        );
        if closed.load(Ordering::SeqCst) == 0 {
            return Act::Pass;
        }
        if is_anonymous(passing) && early.fetch_add(1, Ordering::SeqCst) == 0 {
            return Act::Say(GRANTED);
        }
        let is_changed = early.load(Ordering::SeqCst) > 0;
        if is_changed && passing.head.starts_with("GET /k.txt") {
            return Act::Say("HTTP/1.1 200 OK\r\nETag: \"2\"\r\nContent-Length: 3\r\n\r\ntwo");
        }
        Act::Pass
    };
    let settle = |limits: &mut Limits| limits.settle.acl = SECONDS(60);
    let (instance, record, time) = sent(CLOSED_TO_WRITERS, settle, act).await;
    let judged = judge(&instance, &record);
    assert_eq!(
        judged.verdict(),
        Verdict::Conformant,
        "{}",
        judged.judgement.reason
    );
    assert!(time < LONG, "{time:?}");
}

/// An account that is disabled while a request is sent; its owner reads before and after. `late` reads come before it is heeded that the
/// account is enabled again.
async fn disabled(request: &str, settle: Duration, late: usize) -> (Verdict, Duration) {
    let (desk, server) = (Desk::new(), reference(Config::default()).await);
    let watched = Watched::default();
    let hook = watched.stand_before(&server, None).await;
    let (commands, read) = (watched.clone(), AtomicUsize::new(0));
    let address = front(server.address(), move |passing| {
        let is_over = commands.count("set", "account-status") == 2;
        let is_probe = passing.head.starts_with("GET /unchanged");
        match is_over && is_probe && read.fetch_add(1, Ordering::SeqCst) < late {
            true => Act::Say(REFUSED),
            false => Act::Pass,
        }
    })
    .await;
    let more = operator(&desk, hook, server.operator_token());
    let mut profile = desk.profile(address, &Config::default(), &more);
    profile.limits.settle.key_status = settle;
    let target = Target::ready(&profile).await.unwrap();
    let scenario = format!(
        "[{{ name: x, given: {{ bucket: {{ objects: {{ k.txt: one, unchanged: two }} }} }}, base: {{ request: {request} }}, \
         edit: {{ account-status: disabled }}, unchanged: [unchanged] }}]"
    );
    let header = json!({ "code": "UserDisable", "message": "*" });
    let instance = instances_of(&header, &scenario).swap_remove(0);
    let started = Instant::now();
    let ran = run_all(&target, vec![instance.clone()]).await;
    let verdict = judge(&instance, &ran.records[0]).verdict();
    (verdict, started.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_hidden_is_read_again_until_it_is_shown() {
    for late in [0, 2] {
        let (verdict, time) = disabled("GET /k.txt", SECONDS(60), late).await;
        assert_eq!(verdict, Verdict::Conformant, "{late}");
        assert!(time < LONG, "{late}: {time:?}");
    }
}

/// Nobody can read what there was once the owner is blind, so what changes something must not come too early.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_something_waits_until_a_change_that_blinds_the_owner_is_heeded() {
    let settle = Duration::from_millis(700);
    let (verdict, time) = disabled("PUT /k.txt", settle, 0).await;
    assert_eq!(verdict, Verdict::Conformant);
    assert!(time >= settle, "{time:?}");
}
