//! A right server over a network that behaves like networks do: every verdict is right, nothing stays behind, and it ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use oss_reference::config::Config;
use oss_reference::server::Running;
use oss403::exit::Exit;
use oss403::run::{Options, StopReason, StopSignal};
use oss403::suite::{Certified, Step, certify};
use oss403::target::Profile;
use oss403::target::Target;
use oss403::wire::limits::Limits;
use oss403_case::model::Capability;
use oss403_case::{Instance, Ledger};
use tokio::sync::Notify;

use crate::front::{Act, Passing, front};
use crate::support::{Desk, buckets_on, instances_of, operator, reference};

/// A part of the ledger in which there is something of everything.
fn part() -> Vec<Instance> {
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    ledger.instances().step_by(10).collect()
}

/// A reference server, and the engine's view of it through a front.
struct Scene {
    desk: Desk,
    server: Running,
    profile: Profile,
    target: Target,
}

impl Scene {
    async fn new(act: impl Fn(&Passing<'_>) -> Act + Send + Sync + 'static) -> Self {
        let (desk, server) = (Desk::new(), reference(Config::default()).await);
        let address = front(server.address(), act).await;
        let hook = operator(&desk, server.operator_address(), server.operator_token());
        let profile = desk.profile(address, &Config::default(), &hook);
        let target = Target::ready(&profile).await.unwrap();
        Self {
            desk,
            server,
            profile,
            target,
        }
    }

    async fn limit(&mut self, change: impl FnOnce(&mut Limits)) {
        change(&mut self.profile.limits);
        self.target = Target::ready(&self.profile).await.unwrap();
    }

    /// Certifies; the instances that were not conformant, and why.
    async fn certify(&self, instances: Vec<Instance>) -> (Certified, Vec<String>) {
        self.certify_with(instances, 1).await
    }

    async fn certify_with(
        &self,
        instances: Vec<Instance>,
        attempts: usize,
    ) -> (Certified, Vec<String>) {
        let out = tempfile::tempdir().unwrap();
        let options = Options {
            out: out.path().to_owned(),
            attempts,
            ..Options::default()
        };
        let failures = Mutex::new(Vec::new());
        let certified = certify(
            &self.target,
            instances,
            &options,
            StopSignal::new(),
            None,
            |step| {
                if let Step::Finished(finished) = step
                    && finished.judged.verdict().kind().is_failure()
                {
                    let (id, why) = (&finished.instance.id, &finished.judged.judgement.reason);
                    let verdict = finished.judged.verdict();
                    let attempts = finished.attempts;
                    failures
                        .lock()
                        .unwrap()
                        .push(format!("{id}: {verdict:?} ({attempts}): {why}"));
                }
            },
        );
        let certified = certified.await.unwrap();
        (certified, failures.into_inner().unwrap())
    }

    /// The buckets that are really there.
    async fn left(&self) -> Vec<String> {
        let hook = operator(
            &self.desk,
            self.server.operator_address(),
            self.server.operator_token(),
        );
        buckets_on(&self.desk.target(self.server.address(), &hook).await).await
    }
}

/// Nothing is accused and nothing left behind in such weather.
async fn forgiven(act: impl Fn(&Passing<'_>) -> Act + Send + Sync + 'static) {
    let scene = Scene::new(act).await;
    let (certified, failures) = scene.certify(part()).await;
    assert_eq!(failures, Vec::<String>::new());
    let conformant: usize = certified
        .tally
        .causes()
        .map(|(_, cause)| cause.total())
        .sum();
    assert!(conformant > 150, "{conformant}");
    assert_eq!(certified.run.left_behind, Vec::<String>::new());
    assert_eq!(certified.run.notes, Vec::<String>::new());
    assert_eq!(scene.left().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_close_after_some_answers() {
    forgiven(|passing| {
        if passing.on_connection == 3 {
            Act::Close
        } else {
            Act::Pass
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_break_before_a_request_is_carried_out() {
    forgiven(|passing| {
        if passing.is_nth(7) {
            Act::ResetBefore
        } else {
            Act::Pass
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_break_after_a_request_was_carried_out() {
    forgiven(|passing| {
        if passing.is_nth(25) {
            Act::ResetAfter
        } else {
            Act::Pass
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_break_off() {
    forgiven(|passing| {
        if passing.is_nth(5) && passing.method() == "GET" {
            Act::Cut
        } else {
            Act::Pass
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_overloaded_now_and_then() {
    forgiven(|passing| match passing.number % 50 {
        24 => Act::Say("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
        49 => Act::Say(
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
        ),
        _ => Act::Pass,
    })
    .await;
}

/// Answers so many requests, and then does this with every one.
fn after(answered: usize, then: fn() -> Act) -> impl Fn(&Passing<'_>) -> Act + Send + Sync {
    move |passing| {
        if passing.number < answered {
            Act::Pass
        } else {
            then()
        }
    }
}

/// A target that stops answering properly: the run ends in two requests' time and a little, and what may be there is named.
async fn ends(act: impl Fn(&Passing<'_>) -> Act + Send + Sync + 'static) {
    let mut scene = Scene::new(act).await;
    scene
        .limit(|limits| limits.time_per_request = Duration::from_secs(1))
        .await;
    let started = Instant::now();
    let (certified, failures) = scene.certify(part()).await;
    let time = started.elapsed();
    // The limit of a request is a second here.
    assert!(time < Duration::from_secs(2 + 10), "{time:?}");
    assert!(!failures.is_empty());
    for failure in &failures {
        assert!(failure.contains("HarnessError"), "{failure}");
    }
    let left = &certified.run.left_behind;
    for bucket in scene.left().await {
        assert!(
            left.iter().any(|what| what.contains(&bucket)),
            "{bucket}: {left:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_falls_silent_ends_the_run() {
    ends(after(40, || Act::Silence)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_whose_answers_never_end_ends_the_run() {
    ends(after(40, || Act::Drip)).await;
}

/// Stops a run that is well under way; how long it takes to end, and what it was.
async fn stopped(target: &Target, instances: Vec<Instance>, at: Duration) -> (Duration, Certified) {
    let out = tempfile::tempdir().unwrap();
    let options = Options {
        out: out.path().to_owned(),
        time: Some(at),
        ..Options::default()
    };
    let started = Instant::now();
    let certified = certify(target, instances, &options, StopSignal::new(), None, |_| {}).await;
    let certified = certified.unwrap();
    assert_eq!(certified.run.stopped, Some(StopReason::TimeRanOut));
    assert_eq!(certified.exit(), Exit::Interrupted);
    (started.elapsed() - at, certified)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_reaches_those_who_wait_for_a_silent_target() {
    // A request may take a minute, and nothing is answered after the canaries.
    let mut scene = Scene::new(after(3, || Act::Silence)).await;
    scene
        .limit(|limits| limits.time_per_request = Duration::from_mins(1))
        .await;
    // These read only, and need no world but a shared one without a bucket.
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    let reads = ledger
        .instances()
        .filter(|instance| instance.scenario.given.no_bucket);
    let (time, _) = stopped(&scene.target, reads.collect(), Duration::from_millis(500)).await;
    assert!(time < Duration::from_secs(2), "{time:?}");
}

/// A target that answers so many requests and then does this; the run is stopped, and ends in the time of a request and a little more.
async fn stops(then: fn() -> Act) {
    let mut scene = Scene::new(after(40, then)).await;
    scene
        .limit(|limits| limits.time_per_request = Duration::from_secs(3))
        .await;
    let (time, certified) = stopped(&scene.target, part(), Duration::from_millis(500)).await;
    // However many steps there would be.
    assert!(time < Duration::from_secs(2 + 3 + 1), "{time:?}");
    let left = &certified.run.left_behind;
    for bucket in scene.left().await {
        assert!(
            left.iter().any(|what| what.contains(&bucket)),
            "{bucket}: {left:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_gives_a_silent_target_the_time_of_a_request_to_clean_up() {
    tokio::join!(stops(|| Act::Silence), stops(|| Act::Drip));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_gives_a_hook_that_hangs_the_time_of_a_request_for_all_its_commands() {
    let (desk, server) = (Desk::new(), reference(Config::default()).await);
    // The target answers well all the while.
    let (hangs, hung) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (hang, count) = (Arc::clone(&hangs), Arc::clone(&hung));
    let hook = front(server.operator_address(), move |passing| {
        if passing.number < 12 {
            return Act::Pass;
        }
        if count.fetch_add(1, Ordering::SeqCst) == 3 {
            hang.notify_one();
        }
        Act::Silence
    });
    let hook = operator(&desk, hook.await, server.operator_token());
    let mut profile = desk.profile(server.address(), &Config::default(), &hook);
    profile.limits.time_per_request = Duration::from_secs(3);
    let target = Target::ready(&profile).await.unwrap();
    let needs = |instance: &Instance| instance.needs.capabilities.contains(&Capability::Operator);
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    let instances = ledger.instances().filter(needs);
    let out = tempfile::tempdir().unwrap();
    let options = Options {
        out: out.path().to_owned(),
        ..Options::default()
    };
    let stop = StopSignal::new();
    let run = certify(
        &target,
        instances.collect(),
        &options,
        stop.clone(),
        None,
        |_| {},
    );
    let stopped = async {
        hangs.notified().await;
        stop.stop();
        Instant::now()
    };
    let (certified, since) = tokio::join!(run, stopped);
    let time = since.elapsed();
    assert!(time < Duration::from_secs(2 + 3 + 2), "{time:?}");
    let left = certified.unwrap().run.left_behind;
    assert!(
        left.iter().any(|what| what.contains("did not answer")),
        "{left:?}"
    );
    assert!(
        !left.iter().any(|what| what.starts_with("bucket ")),
        "{left:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_has_so_much_time_and_removes_what_it_made() {
    let mut scene = Scene::new(|_| Act::Pass).await;
    scene
        .limit(|limits| limits.requests_per_second = Some(100.0))
        .await;
    let (time, certified) = stopped(&scene.target, part(), Duration::from_secs(1)).await;
    assert!(time < Duration::from_secs(3), "{time:?}");
    assert!(certified.tally.unfinished() > 0);
    assert_eq!(certified.run.left_behind, Vec::<String>::new());
    assert_eq!(scene.left().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_said_to_be_gone_and_is_not_is_named() {
    // DeleteBucket is answered as it should be, and nothing is deleted.
    let scene = Scene::new(|passing| {
        if passing.head.starts_with("DELETE / ") {
            Act::Say("HTTP/1.1 204 No Content\r\n\r\n")
        } else {
            Act::Pass
        }
    })
    .await;
    let (certified, failures) = scene.certify(part().into_iter().take(20).collect()).await;
    assert_eq!(failures, Vec::<String>::new());
    let (there, said) = (scene.left().await, &certified.run.left_behind);
    assert!(!there.is_empty());
    for bucket in &there {
        assert!(
            said.iter()
                .any(|what| what.contains(bucket) && what.contains("DeleteBucket")),
            "{bucket}: {said:?}"
        );
    }
    assert_eq!(said.len(), there.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_does_not_list_buckets_is_told_so_once() {
    let scene = Scene::new(|passing| {
        if passing.head.starts_with("GET /?prefix=") {
            Act::Say("HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n")
        } else {
            Act::Pass
        }
    })
    .await;
    let (certified, _) = scene.certify(part().into_iter().take(5).collect()).await;
    let notes = &certified.run.notes;
    assert!(notes.len() == 1 && notes[0].contains("501"), "{notes:?}");
    assert_eq!(certified.run.left_behind, Vec::<String>::new());
}

/// An object that nobody but its owner may read, and somebody who tries.
fn closed() -> Vec<Instance> {
    let file = serde_json::json!({ "message": "*" });
    instances_of(
        &file,
        "[{ name: x, given: { bucket: { objects: { k.txt: one } } }, base: { request: GET /k.txt }, edit: { as: anonymous } }]",
    )
}

const NONSENSE: &str = "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n";

fn is_anonymous(passing: &Passing<'_>) -> bool {
    !passing.head.to_ascii_lowercase().contains("authorization:")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_differs_between_attempts_is_flaky_and_what_does_not_is_what_it_is() {
    let odd = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&odd);
    let scene = Scene::new(move |passing| {
        if is_anonymous(passing) && count.fetch_add(1, Ordering::SeqCst) == 0 {
            Act::Say(NONSENSE)
        } else {
            Act::Pass
        }
    })
    .await;
    let (certified, failures) = scene.certify_with(closed(), 3).await;
    assert_eq!(failures.len(), 1, "{failures:?}");
    let said = &failures[0];
    for part in [
        "Flaky (2)",
        "attempt 1 deviates (status)",
        "attempt 2 conformant",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(certified.exit(), Exit::Deviations);
    assert_eq!(certified.tally.unfinished(), 0);
    assert_eq!(odd.load(Ordering::SeqCst), 2);

    let scene = Scene::new(|passing| {
        if is_anonymous(passing) {
            Act::Say(NONSENSE)
        } else {
            Act::Pass
        }
    })
    .await;
    let (_, failures) = scene.certify_with(closed(), 3).await;
    assert!(
        failures.len() == 1 && failures[0].contains("Deviates(Status) (3)"),
        "{failures:?}"
    );
    let (_, failures) = scene.certify_with(closed(), 1).await;
    assert!(
        failures.len() == 1 && failures[0].contains("Deviates(Status) (1)"),
        "{failures:?}"
    );
}

/// What becomes of a closed bucket on a server whose cache knows for so long that it was open, and how often it was asked then.
async fn cached(time: Duration, settle: Duration) -> (Vec<String>, usize) {
    let closed = Arc::new(Mutex::new(None));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let mut scene = Scene::new(move |passing| {
        let mut closed = closed.lock().unwrap();
        if passing.head.starts_with("PUT /?acl") {
            *closed = Some(Instant::now());
        }
        if is_anonymous(passing) && closed.is_some_and(|since| since.elapsed() < time) {
            count.fetch_add(1, Ordering::SeqCst);
            return Act::Say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
        Act::Pass
    })
    .await;
    scene.limit(|limits| limits.settle.acl = settle).await;
    let closing = instances_of(
        &serde_json::json!({ "message": "*" }),
        "[{ name: x, given: { bucket: { acl: public-read, objects: { k.txt: one } } }, base: { as: anonymous, request: GET /k.txt }, edit: { bucket-acl: private } }]",
    );
    let (_, failures) = scene.certify(closing).await;
    assert_eq!(scene.left().await, Vec::<String>::new());
    (failures, asked.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_a_cache_has_time_to_settle() {
    let moment = Duration::from_millis(200);
    let (failures, asked) = cached(moment, Duration::from_secs(20)).await;
    assert_eq!(failures, Vec::<String>::new());
    assert!(asked > 0);
    let (failures, asked) = cached(moment, Duration::ZERO).await;
    assert!(
        failures.len() == 1 && failures[0].contains("Deviates(Granted)"),
        "{failures:?}"
    );
    assert_eq!(asked, 1);
    // It never settles: the last request is the base, asked again before that is said.
    let (failures, asked) = cached(Duration::from_secs(600), Duration::from_millis(1)).await;
    assert!(
        failures.len() == 1 && failures[0].contains("Deviates(Granted)"),
        "{failures:?}"
    );
    assert!(asked >= 2, "{asked}");
}
