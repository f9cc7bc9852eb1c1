//! The suite is tested too: a server that does not refuse what it should is always caught, by the scenario of the cause.

use std::collections::BTreeSet;

use oss_reference::checks::{Row, TABLE};
use oss_reference::config::{Config, Extreme, Faults};
use oss403::case::ledger::Ledger;
use oss403::exit::Exit;
use oss403::judge::verdict::Verdict;
use oss403::run::{Options, StopSignal};
use oss403::suite::{Certified, certify};
use oss403::target::Target;

/// Certifies the embedded server with these faults in the causes that `wanted` takes, without canaries: they would stop what is to
/// be tested here.
async fn certify_with(faults: Faults, wanted: impl Fn(&str) -> bool) -> Certified {
    let config = Config {
        faults,
        ..Config::default()
    };
    let target = Target::embedded(config).await.unwrap();
    let out = tempfile::tempdir().unwrap();
    let options = Options {
        seed: 0,
        jobs: None,
        partition: None,
        out: out.path().to_owned(),
        canaries: false,
    };
    let ledger = Ledger::embedded().unwrap();
    let instances: Vec<_> = ledger
        .instances()
        .filter(|instance| wanted(&instance.file.cause))
        .collect();
    certify(
        &target,
        instances,
        &options,
        StopSignal::new(),
        None,
        |_| {},
    )
    .await
    .unwrap()
}

/// The causes that did not come out conformant.
fn caught(certified: &Certified) -> BTreeSet<String> {
    let failed = |(cause, tally): (&str, &oss403::judge::summary::CauseTally)| {
        (tally.verdict() != Some(Verdict::Conformant)).then(|| cause.to_owned())
    };
    certified.tally.causes().filter_map(failed).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_that_is_switched_off_is_noticed_by_the_scenarios_of_its_causes() {
    let checks: Vec<_> = TABLE
        .iter()
        .filter_map(|row| match row {
            Row::Check(check) => Some(check),
            Row::Guard(_) => None,
        })
        .collect();
    assert!(checks.len() >= 35, "{}", checks.len());
    let mut named = BTreeSet::new();
    for check in checks {
        let causes: BTreeSet<&str> = check
            .causes
            .iter()
            .filter(|cause| cause.is_documented())
            .map(|cause| cause.id())
            .collect();
        let faults = Faults {
            without: vec![check.name.into()],
            ..Faults::default()
        };
        let certified = certify_with(faults, |cause| causes.contains(cause)).await;
        let caught = caught(&certified);
        assert_eq!(certified.exit(), Exit::Deviations, "without {}", check.name);
        assert!(
            causes.iter().copied().eq(caught.iter().map(String::as_str)),
            "without {}: {causes:?} should be caught, and {caught:?} are",
            check.name
        );
        named.extend(causes);
    }
    assert_eq!(named.len(), 51, "every documented cause rests on a check");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_say_yes_or_no_to_everything_conform_in_nothing() {
    for extreme in [Extreme::AllowAll, Extreme::DenyAll] {
        let certified = certify_with(
            Faults {
                extreme: Some(extreme),
                ..Faults::default()
            },
            |_| true,
        )
        .await;
        assert_eq!(caught(&certified).len(), 51, "{extreme:?}");
        assert_ne!(certified.exit(), Exit::Ok, "{extreme:?}");
        let instances = certified.tally.instances();
        assert_eq!(
            instances.get(&Verdict::Conformant).copied().unwrap_or(0),
            0,
            "{extreme:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sound_server_conforms_in_everything() {
    let certified = certify_with(Faults::default(), |_| true).await;
    assert_eq!(caught(&certified), BTreeSet::new());
    assert_eq!(certified.tally.causes().count(), 51);
    assert_eq!(certified.exit(), Exit::Ok);
}
