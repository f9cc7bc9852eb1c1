//! A target is asked to bear no more than its profile says.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use oss403::run::record::Progress;

use crate::support::{Desk, fake, instances, plain, run_all, run_with};

#[derive(Default)]
struct Load {
    alive: BTreeSet<String>,
    most_alive: usize,
    made: usize,
    in_flight: usize,
    most_in_flight: usize,
}

/// A server that grants everything and counts.
async fn counting() -> (std::net::SocketAddr, Arc<Mutex<Load>>) {
    let load = Arc::new(Mutex::new(Load::default()));
    let shared = Arc::clone(&load);
    let address = fake(move |seen| {
        let load = Arc::clone(&shared);
        async move {
            {
                let mut load = load.lock().unwrap();
                load.in_flight += 1;
                load.most_in_flight = load.most_in_flight.max(load.in_flight);
                if seen.is_bucket() && seen.method == "PUT" {
                    load.made += 1;
                    load.alive.insert(seen.bucket().to_owned());
                    load.most_alive = load.most_alive.max(load.alive.len());
                } else if seen.is_bucket() && seen.method == "DELETE" {
                    load.alive.remove(seen.bucket());
                }
            }
            // Others get a chance to be in flight at the same time.
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            load.lock().unwrap().in_flight -= 1;
            plain(200)
        }
    })
    .await;
    (address, load)
}

const SCENARIOS: &str = "
  - { name: write, matrix: { n: [a, b, c, d, e, f, g, h, i, j, k, l] }, base: { request: PUT /$n }, edit: { as: anonymous }, unchanged: [$n] }
  - { name: two, matrix: { n: [a, b, c, d] }, given: { buckets: { second: {} } }, base: { request: PUT /$n }, edit: { as: anonymous }, unchanged: [$n] }
  - { name: twofold, matrix: { n: [a, b] }, base: { request: PUT /$n }, edit: { bucket-acl: private }, unchanged: [$n] }
  - { name: read, matrix: { n: [a, b, c] }, given: { bucket: { objects: { k: v } } }, base: { request: GET /$n }, edit: { as: anonymous } }
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buckets_and_requests_in_flight_stay_within_the_limits() {
    let (address, load) = counting().await;
    let target = Desk::new()
        .target(address, "limits: { buckets: 3, concurrency: 2 }\n")
        .await;
    let ran = run_all(&target, instances(SCENARIOS)).await;
    assert!(
        ran.records
            .iter()
            .all(|record| record.progress == Progress::Complete),
        "{:?}",
        ran.records[0]
    );
    let load = load.lock().unwrap();
    assert_eq!(load.made, 12 + 4 * 2 + 2 * 2 + 1);
    assert!((2..=3).contains(&load.most_alive), "{}", load.most_alive);
    assert_eq!(load.most_in_flight, 2);
    assert!(load.alive.is_empty(), "{:?}", load.alive);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_such_limits_much_goes_on_at_the_same_time() {
    let (address, load) = counting().await;
    let target = Desk::new().target(address, "").await;
    run_all(&target, instances(SCENARIOS)).await;
    let load = load.lock().unwrap();
    assert!(
        load.most_alive > 6 && load.most_in_flight > 4,
        "{} {}",
        load.most_alive,
        load.most_in_flight
    );
}

#[tokio::test]
async fn one_job_is_one_instance_at_a_time() {
    let (address, load) = counting().await;
    let target = Desk::new().target(address, "").await;
    let ran = run_with(
        &target,
        instances(SCENARIOS),
        |options| options.jobs = Some(1),
        |_, _| {},
    );
    assert_eq!(ran.await.unwrap().records.len(), 21);
    // A world of two buckets is made at once, and so is a twofold one.
    assert!(load.lock().unwrap().most_alive <= 2);
}

#[tokio::test]
async fn what_needs_more_buckets_than_there_may_be_is_not_tried() {
    let (address, load) = counting().await;
    let target = Desk::new()
        .target(address, "limits: { buckets: 1 }\n")
        .await;
    let ran = run_all(&target, instances(SCENARIOS)).await;
    for record in &ran.records {
        let is_big = record.instance.contains("/two/") || record.instance.contains("/twofold/");
        let not_tried = matches!(&record.progress, Progress::NotApplicable(reason) if reason.contains("2 buckets"));
        assert_eq!(not_tried, is_big, "{record:?}");
    }
    assert_eq!(load.lock().unwrap().most_alive, 1);
}
