//! A right server over a network that behaves like networks do: every verdict is right, nothing stays behind, and it ends.

use std::sync::Mutex;
use std::time::Duration;

use oss_reference::config::Config;
use oss_reference::server::Running;
use oss403::run::{Options, StopSignal};
use oss403::suite::{Certified, Step, certify};
use oss403::target::Target;
use oss403_case::{Instance, Ledger};

use crate::front::{Act, Passing, front};
use crate::support::{Desk, buckets_on, operator, reference};

/// A part of the ledger in which there is something of everything.
fn part() -> Vec<Instance> {
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    ledger.instances().step_by(10).collect()
}

/// A reference server, and the engine's view of it through a front.
struct Scene {
    desk: Desk,
    server: Running,
    target: Target,
}

impl Scene {
    async fn new(act: impl Fn(&Passing<'_>) -> Act + Send + Sync + 'static) -> Self {
        let (desk, server) = (Desk::new(), reference(Config::default()).await);
        let address = front(server.address(), act).await;
        let hook = operator(&desk, server.operator_address(), server.operator_token());
        let mut profile = desk.profile(address, &Config::default(), &hook);
        profile.limits.time_per_request = Duration::from_secs(1);
        let target = Target::ready(&profile).await.unwrap();
        Self {
            desk,
            server,
            target,
        }
    }

    /// Certifies; the instances that were not conformant, and why.
    async fn certify(&self, instances: Vec<Instance>) -> (Certified, Vec<String>) {
        let out = tempfile::tempdir().unwrap();
        let options = Options {
            out: out.path().to_owned(),
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
                    failures
                        .lock()
                        .unwrap()
                        .push(format!("{id}: {verdict:?}: {why}"));
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
