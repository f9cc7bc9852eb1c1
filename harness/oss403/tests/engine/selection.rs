//! Which instances a target gets, and in which order.

use std::collections::BTreeSet;

use oss_reference::config::Config;
use oss403::run::record::Progress;
use oss403::suite::{Partition, select, select_harmless};
use oss403::target::Target;
use oss403::target::profile::Endpoint;
use oss403_case::Ledger;

use crate::support::{Desk, embedded, fake, instances, plain, reference, run_all, run_with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_finish_every_instance_exactly_once() {
    let target = embedded().await;
    let ledger = Ledger::embedded().unwrap();
    let all: BTreeSet<String> = ledger.instances().map(|instance| instance.id).collect();
    let mut seen = BTreeSet::new();
    for part in ["1/3", "2/3", "3/3"] {
        let part: Partition = part.parse().unwrap();
        let selected = part.of(select(&ledger, &[], &[]).unwrap());
        for record in run_all(&target, selected).await.records {
            assert!(
                seen.insert(record.instance.clone()),
                "{} came twice",
                record.instance
            );
        }
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn the_seed_decides_the_order() {
    let target = embedded().await;
    let scenarios = "[{ name: x, matrix: { n: [a, b, c, d, e, f, g, h] }, base: { request: PUT /$n }, edit: { as: anonymous } }]";
    let mut orders = Vec::new();
    for seed in [1, 1, 2] {
        let one_by_one = move |options: &mut oss403::run::Options| {
            options.jobs = Some(1);
            options.seed = seed;
        };
        let ran = run_with(&target, instances(scenarios), one_by_one, |_, _| {})
            .await
            .unwrap();
        orders.push(
            ran.records
                .into_iter()
                .map(|record| record.instance)
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(orders[0], orders[1]);
    assert_ne!(orders[0], orders[2]);
}

const PICKY: &str = "
  - { name: v1, given: { no-bucket: true }, base: { sign: header-v1, request: GET / }, edit: { as: anonymous } }
  - { name: v4, given: { no-bucket: true }, base: { sign: header-v4, request: GET / }, edit: { as: anonymous } }
  - { name: away, given: { bucket: { region: away } }, base: { request: GET / }, edit: { as: anonymous } }
  - { name: status, base: { request: GET / }, edit: { account-status: disabled } }
  - { name: session, given: { identities: { guest: { session: {} } } }, base: { as: guest, request: GET / }, edit: { as: anonymous } }
  - { name: other, base: { request: GET / }, edit: { as: other-account } }
  - { name: user, base: { request: GET / }, edit: { as: ram-user } }
  - { name: inferred, reference-only: true, base: { request: GET / }, edit: { as: anonymous } }
";

#[tokio::test]
async fn what_a_target_does_not_have_is_not_sent_and_says_why() {
    let address = fake(|_| async { plain(200) }).await;
    let desk = Desk::new();
    let mut config = Config::default();
    config.identities.0.retain(|name, _| name == "owner");
    let profile = desk.profile(
        address,
        &config,
        "capabilities: { except: [signature-v1] }\n",
    );
    let target = oss403::target::Target::ready(&profile).await.unwrap();
    let ran = run_all(&target, instances(PICKY)).await;
    let progress = |name: &str| ran.record(name).progress.clone();
    let not_claimed = |reason: &str| Progress::NotClaimed(reason.into());
    assert_eq!(progress("/v4"), Progress::Complete);
    assert_eq!(progress("/away"), Progress::Complete);
    assert_eq!(
        progress("/v1"),
        not_claimed("the target does not claim `header-v1`")
    );
    assert_eq!(
        progress("/status"),
        not_claimed("the target does not claim `operator`")
    );
    assert_eq!(
        progress("/session"),
        not_claimed("the target does not claim `sts`")
    );
    assert_eq!(
        progress("/user"),
        not_claimed("the target does not claim `ram-users`")
    );
    assert_eq!(
        progress("/other"),
        not_claimed("the target does not claim `second-account`")
    );
    assert!(matches!(progress("/inferred"), Progress::NotApplicable(_)));
    for name in ["/v1", "/status", "/session", "/user", "/other", "/inferred"] {
        assert_eq!(ran.record(name).requests, 0, "{name}");
    }
}

#[tokio::test]
async fn one_region_makes_scenarios_of_two_not_applicable() {
    let server = reference(Config::default()).await;
    let desk = Desk::new();
    let mut profile = desk.profile(server.address(), &Config::default(), "");
    let oss403::target::profile::Endpoint::Remote(remote) = &mut profile.endpoint else {
        panic!()
    };
    remote.away = None;
    let target = oss403::target::Target::ready(&profile).await.unwrap();
    let ran = run_all(&target, instances(PICKY)).await;
    let reason = Progress::NotApplicable("the target has one region only".into());
    assert_eq!(ran.record("/away").progress, reason);
}

#[tokio::test]
async fn readers_share_a_world_and_writers_do_not() {
    let target = embedded().await;
    let readers = "
      - name: read
        given: { bucket: { objects: { k: v } } }
        matrix: { n: [a, b, c, d, e], method: [GET, HEAD] }
        base: { request: '$method /k?n=$n' }
        edit: { as: anonymous }
    ";
    let ran = run_all(&target, instances(readers)).await;
    let buckets = |ran: &crate::support::Ran| {
        let named = ran
            .records
            .iter()
            .map(|record| record.placeholders["bucket"].clone());
        named.collect::<BTreeSet<_>>().len()
    };
    assert_eq!(buckets(&ran), 1);
    // One world of four requests for all ten twins, and a last look around.
    assert_eq!(ran.summary.requests, 4 + 2 * 10 + 1);
    let writers = readers.replace("[GET, HEAD]", "[PUT, DELETE]");
    let ran = run_all(&target, instances(&writers)).await;
    assert_eq!(buckets(&ran), 10);
}

#[test]
fn what_is_left_out_as_not_harmless_is_counted_by_what_it_leaves() {
    let ledger = Ledger::embedded().unwrap();
    let all: Vec<String> = ledger.instances().map(|one| one.id).collect();
    let (whole, left_out) = select_harmless(&ledger, &[], &[]).unwrap();
    assert_eq!(whole.len() + left_out.instances, all.len());
    assert!(whole.iter().all(|one| one.burdens().is_empty()));
    for name in [
        "locked-retention",
        "operator",
        "acceleration",
        "storage-class",
    ] {
        let count = left_out.burdens[name];
        assert!(count > 0 && count <= left_out.instances, "{name}");
    }
    let error = select_harmless(&ledger, &["worm-locked".into()], &[]).unwrap_err();
    let locked = select(&ledger, &["worm-locked".into()], &[]).unwrap();
    let count = format!("left out as not harmless: {} (", locked.len());
    assert!(error.to_string().contains(&count), "{error}");
}

const LOCKING: &str = "
  - { name: lock, given: { bucket: { worm: in-progress } }, base: { request: 'DELETE /?worm' }, edit: { lock-worm: true } }
  - { name: open, base: { request: GET / }, edit: { as: anonymous } }
";

#[tokio::test]
async fn nothing_is_locked_on_the_service_unless_that_is_allowed() {
    // Under which names, where, whether it was allowed, and whether it is sent.
    let table = [
        ("aliyuncs.test", "", false, true),
        ("aliyuncs.com", "", false, false),
        ("aliyuncs.com", "", true, true),
        ("notaliyuncs.com", "", false, true),
        ("oss.example", "oss.aliyuncs.com", false, false),
    ];
    for (suffix, service, allowed, is_sent) in table {
        let address =
            fake(|_| async { Some((200, vec![("x-oss-worm-id", "w".into())], String::new())) })
                .await;
        let desk = Desk::new();
        let mut profile = desk.profile(address, &Config::default(), "");
        let Endpoint::Remote(remote) = &mut profile.endpoint else {
            panic!("it is remote");
        };
        remote.suffix = suffix.into();
        if !service.is_empty() {
            remote.addressing.service = service.into();
        }
        let target = Target::ready(&profile).await.unwrap();
        let allow = move |options: &mut oss403::run::Options| options.allow_irreversible = allowed;
        let ran = run_with(&target, instances(LOCKING), allow, |_, _| {})
            .await
            .unwrap();
        let lock = ran.record("/lock");
        if is_sent {
            assert!(lock.requests > 0, "{suffix} {allowed}");
        } else {
            let Progress::NotApplicable(reason) = &lock.progress else {
                panic!("{suffix} {allowed}: {:?}", lock.progress);
            };
            assert!(reason.contains("--allow-irreversible"), "{reason}");
            assert_eq!(lock.requests, 0);
        }
        assert!(ran.record("/open").requests > 0, "{suffix} {allowed}");
    }
}
