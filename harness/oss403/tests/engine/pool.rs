//! Buckets that a run is done with serve again, where it is known that they are as new, and not otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use oss403::judge::judge;
use oss403::run::journal::{Line, Made};
use oss403::run::record::Progress;
use oss403::run::{Options, RunEvent};
use oss403::target::{Profile, Target};
use oss403_case::{Instance, Ledger};

use crate::cleanup::assert_balanced;
use crate::support::{
    Desk, Ran, Reply, Seen, buckets_on, fake, instances, plain, run_all, run_with,
};

async fn embedded(pool: usize) -> Target {
    let mut profile = Profile::embedded();
    profile.limits.bucket_pool = pool;
    Target::ready(&profile).await.unwrap()
}

/// How many buckets were made.
fn made(ran: &Ran) -> usize {
    let lines = ran.lines();
    let is_bucket = |line: &&Line| {
        matches!(
            line,
            Line::Making {
                what: Made::Bucket { .. },
                ..
            }
        )
    };
    lines.iter().filter(is_bucket).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_verdicts_are_the_same_and_far_fewer_buckets_are_made() {
    let _alone = crate::support::alone().await;
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    let slice: Vec<Instance> = ledger.instances().step_by(4).collect();
    assert!(slice.len() > 300, "{}", slice.len());
    let known: BTreeMap<String, Instance> = slice
        .iter()
        .map(|instance| (instance.id.clone(), instance.clone()))
        .collect();
    let mut verdicts = Vec::new();
    let mut buckets = Vec::new();
    for pool in [0, 10] {
        let target = embedded(pool).await;
        // As many as a profile for a slow server has: what begins at once finds no bucket that was used before.
        let few = |options: &mut Options| options.jobs = Some(16);
        let ran = run_with(&target, slice.clone(), few, |_, _| {}).await;
        let ran = ran.unwrap();
        let judged = ran.records.iter().map(|record| {
            let verdict = judge(&known[&record.instance], record).judgement.verdict;
            (record.instance.clone(), format!("{verdict:?}"))
        });
        verdicts.push(judged.collect::<BTreeMap<_, _>>());
        buckets.push(made(&ran));
        assert_eq!(ran.summary.left_behind, Vec::<String>::new());
        assert_eq!(buckets_on(&target).await, Vec::<String>::new());
        assert_balanced(&ran.lines());
    }
    assert_eq!(verdicts[0], verdicts[1]);
    let [without, with] = buckets[..] else {
        panic!("two runs")
    };
    // About half; what is at work at the same time decides.
    assert!(with * 4 < without * 3, "{with} of {without}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_stopped_empties_the_pool_as_well() {
    let target = embedded(10).await;
    let ledger = Ledger::embedded().unwrap_or_else(|found| panic!("{}", found[0]));
    let mut finished = 0;
    let stop_at = |event: &RunEvent, stop: &oss403::run::StopSignal| {
        finished += usize::from(matches!(
            event,
            RunEvent::Finished { record, .. } if record.progress == Progress::Complete
        ));
        if finished > 40 {
            stop.stop();
        }
    };
    let ran = run_with(&target, ledger.instances().collect(), |_| {}, stop_at);
    let ran = ran.await.unwrap();
    assert!(ran.summary.stopped.is_some());
    assert_eq!(ran.summary.left_behind, Vec::<String>::new());
    assert_eq!(buckets_on(&target).await, Vec::<String>::new());
    assert_balanced(&ran.lines());
}

/// What a server did with buckets.
#[derive(Default)]
struct Log {
    alive: BTreeSet<String>,
    most_alive: usize,
    made: usize,
    lost: bool,
}

/// A server that grants everything, whose buckets are empty and private, but for what `twist` says.
async fn granting(twist: fn(&Seen, &mut bool) -> Option<Reply>) -> (SocketAddr, Arc<Mutex<Log>>) {
    let log = Arc::new(Mutex::new(Log::default()));
    let shared = Arc::clone(&log);
    let address = fake(move |seen| {
        let log = Arc::clone(&shared);
        async move {
            let mut log = log.lock().unwrap();
            if seen.is_bucket() && seen.method == "PUT" {
                log.made += 1;
                log.alive.insert(seen.bucket().to_owned());
                log.most_alive = log.most_alive.max(log.alive.len());
            } else if seen.is_bucket() && seen.method == "DELETE" {
                log.alive.remove(seen.bucket());
            }
            if let Some(reply) = twist(&seen, &mut log.lost) {
                return reply;
            }
            let body = |text: &str| Some((200, Vec::new(), text.to_owned()));
            match (&*seen.method, seen.target.split('&').next().unwrap()) {
                ("GET", "/?acl") => body(PRIVATE),
                ("GET", "/?list-type=2") => body("<ListBucketResult></ListBucketResult>"),
                ("GET", "/?uploads") => {
                    body("<ListMultipartUploadsResult></ListMultipartUploadsResult>")
                }
                _ => plain(200),
            }
        }
    })
    .await;
    (address, log)
}

const PRIVATE: &str = "<AccessControlPolicy><AccessControlList><Grant>private</Grant></AccessControlList></AccessControlPolicy>";

/// So many buckets are made for a scenario of six instances, one after the other.
async fn buckets_for(scenario: &str, twist: fn(&Seen, &mut bool) -> Option<Reply>) -> usize {
    let (address, log) = granting(twist).await;
    let target = Desk::new()
        .target(address, "limits: { buckets: 9, bucket-pool: 4 }\n")
        .await;
    let scenarios = format!("[{{ name: x, matrix: {{ n: [a, b, c, d, e, f] }}, {scenario} }}]");
    let ran = run_with(
        &target,
        instances(&scenarios),
        |options| options.jobs = Some(1),
        |_, _| {},
    );
    let ran = ran.await.unwrap();
    assert_eq!(ran.records.len(), 6);
    assert_eq!(ran.summary.left_behind, Vec::<String>::new(), "{scenario}");
    assert_balanced(&ran.lines());
    let log = log.lock().unwrap();
    assert!(log.alive.is_empty(), "{scenario}: {:?}", log.alive);
    made(&ran)
}

#[tokio::test]
async fn what_only_objects_were_in_is_used_again() {
    for scenario in [
        "base: { request: PUT /$n }, edit: { as: anonymous }, unchanged: [$n]",
        "given: { bucket: { objects: { $n: v }, uploads: { u: up } } }, base: { request: DELETE /$n }, edit: { wrong-secret: true }",
        "base: { request: 'POST /$n?append&position=0' }, edit: { flip-signature: true }",
        "base: { request: POST /, form: { fields: { key: $n }, file: f } }, edit: { as: anonymous }",
        "base: { request: 'POST /?delete', body: '<Delete><Quiet>true</Quiet><Object><Key>$n</Key></Object></Delete>' }, edit: { as: anonymous }",
    ] {
        assert_eq!(buckets_for(scenario, |_, _| None).await, 1, "{scenario}");
    }
    // The buckets of the world of the base and that of the edit, and two in each.
    let twofold = "given: { buckets: { second: {} } }, base: { request: PUT /$n }, edit: { ram-policy: { ram-user: null } }";
    assert!(buckets_for(twofold, |_, _| None).await <= 4);
}

/// A server whose buckets have no policy and no rules once those are deleted.
fn bare(seen: &Seen, _: &mut bool) -> Option<Reply> {
    let is_setting = matches!(&*seen.target, "/?policy" | "/?cors");
    (seen.method == "GET" && is_setting).then(|| plain(404))
}

const TAKEN_BACK: [&str; 9] = [
    "given: { bucket: { policy: { Version: '1', Statement: [] } } }, base: { request: PUT /$n }, edit: { as: anonymous }",
    "given: { bucket: { cors: [{ origins: ['*'], methods: [GET] }] } }, base: { request: PUT /$n }, edit: { as: anonymous }",
    "given: { bucket: { referer: { allow: [a] } } }, base: { request: PUT /$n }, edit: { as: anonymous }",
    "base: { request: 'PUT /?acl', headers: { x-oss-acl: public-read } }, edit: { as: anonymous }, unchanged: [$n]",
    "base: { request: 'DELETE /?policy' }, edit: { as: anonymous }, unchanged: [$n]",
    "given: { bucket: { objects: { k: { acl: private } } } }, base: { request: PUT /$n }, edit: { as: anonymous }",
    "base: { request: 'PUT /$n?acl', headers: { x-oss-object-acl: public-read } }, edit: { as: anonymous }",
    "base: { request: PUT /$n, headers: { x-oss-object-acl: public-read } }, edit: { as: anonymous }",
    "given: { bucket: { objects: { k: v } } }, base: { request: GET /k }, edit: { bucket-acl: private }, unchanged: [$n]",
];

#[tokio::test]
async fn settings_that_can_be_taken_back_are() {
    for scenario in TAKEN_BACK {
        assert_eq!(buckets_for(scenario, bare).await, 1, "{scenario}");
    }
    // What a server does not take back, or says that it has still, is not used again.
    let policy = TAKEN_BACK[0];
    let refusing: fn(&Seen, &mut bool) -> Option<Reply> = |seen, lost| {
        let deletes = seen.method == "DELETE" && seen.target == "/?policy";
        deletes.then(|| plain(403)).or_else(|| bare(seen, lost))
    };
    assert_eq!(buckets_for(policy, refusing).await, 6);
    assert_eq!(buckets_for(policy, |_, _| None).await, 6);
    let cors = TAKEN_BACK[1];
    assert_eq!(buckets_for(cors, |_, _| None).await, 6);
    let public: fn(&Seen, &mut bool) -> Option<Reply> = |seen, _| {
        let sets = seen.method == "PUT" && seen.target == "/?acl";
        sets.then(|| {
            plain(
                if seen.headers.iter().any(|(_, value)| value == "private") {
                    403
                } else {
                    200
                },
            )
        })
    };
    assert_eq!(buckets_for(TAKEN_BACK[3], public).await, 6);
}

#[tokio::test]
async fn what_a_cache_may_still_know_is_not_used_before_it_has_forgotten() {
    for (settle, expected) in [("policy: 10m", 1), ("acl: 10m", 6)] {
        let (address, _) = granting(bare).await;
        let limits = format!("limits: {{ buckets: 30, bucket-pool: 9, settle: {{ {settle} }} }}\n");
        let target = Desk::new().target(address, &limits).await;
        let scenarios = format!(
            "[{{ name: x, matrix: {{ n: [a, b, c, d, e, f] }}, {} }}]",
            TAKEN_BACK[3]
        );
        let one = |options: &mut Options| options.jobs = Some(1);
        let ran = run_with(&target, instances(&scenarios), one, |_, _| {})
            .await
            .unwrap();
        assert_eq!(made(&ran), expected, "{settle}");
        assert_balanced(&ran.lines());
    }
}

#[tokio::test]
async fn what_anything_else_was_done_to_is_not_used_again() {
    for scenario in [
        // In the bucket's own configuration.
        "given: { bucket: { acl: public-read } }, base: { request: PUT /$n }, edit: { as: anonymous }",
        "given: { bucket: { storage-class: IA } }, base: { request: PUT /$n }, edit: { as: anonymous }",
        "given: { bucket: { encryption: AES256 } }, base: { request: PUT /$n }, edit: { as: anonymous }",
        "given: { bucket: { acceleration: true } }, base: { request: PUT /$n }, edit: { as: anonymous }",
        "given: { bucket: { requester-pays: true } }, base: { request: PUT /$n }, edit: { as: anonymous }",
        "given: { bucket: { block-public-access: true } }, base: { request: PUT /$n }, edit: { as: anonymous }",
        "given: { requests: [{ request: 'PUT /?versioning' }] }, base: { request: PUT /$n }, edit: { as: anonymous }",
        // By the base or the edited request.
        "base: { request: 'PUT /?tagging' }, edit: { as: anonymous }, unchanged: [$n]",
        "base: { request: 'POST /?worm' }, edit: { as: anonymous }, unchanged: [$n]",
        "base: { request: DELETE / }, edit: { as: anonymous }, unchanged: [$n]",
        "base: { request: PUT /$n }, edit: { tamper-query: { acl: '' } }",
        "base: { request: PUT /$n }, edit: { tamper-path: / }",
        "base: { request: PUT /$n }, edit: { tamper-header: { x-oss-acl: public-read } }",
        "base: { request: GET /$n }, edit: { tamper-method: DELETE }",
        "given: { buckets: { second: {} } }, base: { request: PUT /$n }, edit: { tamper-bucket: second }",
        // More than one thing at a time, and rights where nobody looks for them.
        "base: { request: 'PUT /?acl&policy', headers: { x-oss-acl: public-read } }, edit: { as: anonymous }, unchanged: [$n]",
        "base: { request: 'PUT /?policy', headers: { x-oss-acl: public-read } }, edit: { as: anonymous }, unchanged: [$n]",
        "base: { request: PUT /$n, headers: { x-oss-object-worm-mode: COMPLIANCE } }, edit: { as: anonymous }",
        "base: { request: PUT /$n, headers: { x-oss-acl: public-read } }, edit: { as: anonymous }",
    ] {
        let two = usize::from(scenario.contains("second"));
        let buckets = buckets_for(scenario, |_, _| None).await;
        assert_eq!(buckets, 6 * (1 + two), "{scenario}");
    }
}

#[tokio::test]
async fn what_is_not_as_new_by_what_the_server_says_is_not_used_again() {
    let put = "base: { request: PUT /$n }, edit: { as: anonymous }";
    let twists: [fn(&Seen, &mut bool) -> Option<Reply>; 8] = [
        |seen, _| {
            (seen.target == "/?acl").then(|| said(&PRIVATE.replace("private", "public-read")))
        },
        |seen, _| (seen.target == "/?acl").then(|| plain(404)),
        |seen, _| (seen.target == "/?acl").then(|| said("private")),
        |seen, _| {
            let lists = seen.target.starts_with("/?list-type=2");
            lists.then(|| {
                said("<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>")
            })
        },
        |seen, _| seen.target.starts_with("/?list-type=2").then(|| said("")),
        |seen, _| {
            let lists = seen.target.starts_with("/?uploads");
            lists.then(|| said("<ListMultipartUploadsResult><Upload><Key>k</Key></Upload></ListMultipartUploadsResult>"))
        },
        |seen, _| (seen.method == "DELETE" && seen.target != "/").then(|| plain(403)),
        // Every first write is lost, and may arrive at any time.
        |seen, lost| {
            let writes = seen.method == "PUT" && seen.target != "/";
            *lost ^= writes;
            (writes && *lost).then_some(None)
        },
    ];
    for (at, twist) in twists.into_iter().enumerate() {
        let buckets = buckets_for(put, twist).await;
        assert!(buckets >= 6, "{at}: {buckets}");
    }
}

fn said(text: &str) -> Reply {
    Some((200, Vec::new(), text.to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buckets_that_wait_count_among_those_that_there_may_be() {
    let (address, log) = granting(|_, _| None).await;
    let target = Desk::new()
        .target(address, "limits: { buckets: 7, bucket-pool: 4 }\n")
        .await;
    let scenarios = "
      - { name: write, matrix: { n: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] }, base: { request: PUT /$n }, edit: { as: anonymous } }
      - { name: most, matrix: { n: [a, b] }, given: { buckets: { b: {}, c: {}, d: {}, e: {} } }, base: { request: PUT /$n }, edit: { as: anonymous } }
      - { name: public, matrix: { n: [a, b, c, d, e, f, g, h, i, j], m: [a, b, c, d, e, f, g, h] }, given: { bucket: { acl: public-read } }, base: { request: PUT /$n$m }, edit: { as: anonymous } }
    ";
    let ran = run_all(&target, instances(scenarios)).await;
    assert!(
        ran.records
            .iter()
            .all(|record| record.progress == Progress::Complete)
    );
    let log = log.lock().unwrap();
    // Of the seven two may wait: the scenario with five buckets needs the others.
    assert!((5..=7).contains(&log.most_alive), "{}", log.most_alive);
    assert!(log.alive.is_empty());
}
