//! What is run again when it fails, and what is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oss_reference::config::Config;
use oss403::run::{Options, StopSignal};
use oss403::suite::{Step, certify};
use serde_json::json;

use crate::front::{Act, front};
use crate::support::{Desk, instances_of, reference};

/// A server that answers nonsense where it should refuse, and counts what canaries ask for: the buckets, of the service.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_canaries_are_sent_once_however_often_an_instance_is_run_again() {
    let (desk, server) = (Desk::new(), reference(Config::default()).await);
    let canaries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&canaries);
    let address = front(server.address(), move |passing| {
        count.fetch_add(
            usize::from(passing.head.starts_with("GET / ")),
            Ordering::SeqCst,
        );
        match passing.head.to_ascii_lowercase().contains("authorization:") {
            true => Act::Pass,
            false => Act::Say("HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n"),
        }
    })
    .await;
    let target = desk.target(address, "").await;
    let scenarios = "[{ name: x, given: { bucket: { objects: { k.txt: one } } }, base: { request: GET /k.txt }, edit: { as: anonymous } }]";
    let instances = instances_of(&json!({ "message": "*" }), scenarios);
    let mut sent = Vec::new();
    for attempts in [1, 3] {
        let out = tempfile::tempdir().unwrap();
        let options = Options {
            out: out.path().to_owned(),
            attempts,
            ..Options::default()
        };
        let mut made = 0;
        let certified = certify(
            &target,
            instances.clone(),
            &options,
            StopSignal::new(),
            None,
            |step| {
                if let Step::Finished(finished) = step {
                    made = finished.attempts;
                }
            },
        );
        certified.await.unwrap();
        assert_eq!(made, attempts);
        sent.push(canaries.swap(0, Ordering::SeqCst));
    }
    assert!(sent[0] > 0 && sent[0] == sent[1], "{sent:?}");
}
