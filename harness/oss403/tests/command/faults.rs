//! A server with one fault is found out, for every check of the reference server's table; a server that grants or refuses everything
//! has no conformant cause.

use std::path::PathBuf;

use futures_util::StreamExt as _;
use oss_reference::checks::{Row, TABLE};
use oss_reference::config::{Config, Extreme, Faults};
use oss403::exit::Exit;
use oss403::judge::summary::CauseTally;
use oss403::judge::verdict::{Verdict, VerdictKind};
use oss403::run::{Options, StopSignal};
use oss403::suite::{Certified, Step, certify};
use oss403::target::Target;
use oss403_case::revision::Revision;
use oss403_case::{Instance, Ledger};
use tempfile::TempDir;

use crate::support::Desk;

/// Servers at a time: more would only wait for each other, and for open files.
pub(crate) const AT_A_TIME: usize = 8;

/// The ledger with everything that any revision has.
fn observed() -> Ledger {
    Ledger::embedded().unwrap().at(Revision::Observed)
}

async fn run(faults: Faults, instances: Vec<Instance>) -> Certified {
    run_with(faults, instances, |_| {}).await
}

/// A run against the reference server with those faults; `on_step` sees each instance as it is done.
pub(crate) async fn run_with(
    faults: Faults,
    instances: Vec<Instance>,
    on_step: impl FnMut(Step<'_>) + Send,
) -> Certified {
    let target = Target::embedded(Config {
        faults,
        ..Config::default()
    })
    .await
    .unwrap();
    let out = TempDir::new().unwrap();
    let options = Options {
        out: PathBuf::from(out.path()),
        canaries: false,
        ..Options::default()
    };
    let certified = certify(
        &target,
        instances,
        &options,
        StopSignal::new(),
        None,
        on_step,
    )
    .await
    .unwrap();
    target.stop().await;
    certified
}

#[tokio::test(flavor = "multi_thread")]
async fn every_check_that_is_switched_off_is_missed_by_a_scenario_of_its_cause() {
    let ledger = observed();
    let checks = TABLE.iter().filter_map(|row| match row {
        Row::Check(check) => Some(check),
        Row::Guard(_) => None,
    });
    let runs = checks.clone().map(|check| {
        let causes: Vec<String> = check
            .causes
            .iter()
            .map(|cause| cause.id().to_owned())
            .filter(|id| ledger.listed().iter().any(|row| row.id == *id))
            .collect();
        let instances = ledger.select(&causes).unwrap();
        async move {
            let faults = Faults {
                without: vec![check.name.into()],
                ..Faults::default()
            };
            let certified = run(faults, instances).await;
            let noticed = causes.iter().any(|cause| {
                let tally = certified.tally.cause(cause);
                matches!(
                    tally.and_then(CauseTally::verdict),
                    Some(Verdict::Deviates(_))
                )
            });
            (check.name, noticed, certified.exit())
        }
    });
    let results: Vec<_> = futures_util::stream::iter(runs)
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;
    assert_eq!(results.len(), checks.count());
    let missed: Vec<_> = results
        .iter()
        .filter(|(_, noticed, exit)| !noticed || *exit != Exit::Deviations)
        .collect();
    assert!(
        missed.is_empty(),
        "switched off without anybody noticing: {missed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_judgement_has_no_conformant_cause() {
    let ledger = observed();
    for extreme in [Extreme::AllowAll, Extreme::DenyAll] {
        let faults = Faults {
            extreme: Some(extreme),
            ..Faults::default()
        };
        let certified = run(faults, ledger.instances().collect()).await;
        let conformant: Vec<_> = certified
            .tally
            .causes()
            .filter(|(_, tally)| tally.verdict() == Some(Verdict::Conformant))
            .map(|(name, _)| name)
            .collect();
        assert!(conformant.is_empty(), "{extreme:?}: {conformant:?}");
        assert_eq!(
            certified.tally.instances().get(&VerdictKind::Conformant),
            None,
            "{extreme:?}"
        );
        assert!(
            certified
                .tally
                .level(ledger.listed().iter().map(|row| row.id.as_str()))
                .is_err()
        );
        assert_ne!(certified.exit(), Exit::Ok, "{extreme:?}");
    }
}

#[test]
fn the_command_names_the_cause() {
    let desk = Desk::new();
    for (check, cause) in [
        ("url-auth-expiry", "url-auth-expired"),
        ("clock-skew", "time-skewed"),
    ] {
        let profile = format!(
            "name: faulty\nendpoint: embedded\nembedded: {{ config: {{ faults: {{ without: [{check}] }} }} }}\n"
        );
        let profile = desk.write("faulty.yaml", &profile);
        let ran = desk.run(&format!(
            "run {cause} user-disabled --target {}",
            profile.display()
        ));
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let failures = ran.out.lines().filter(|line| line.starts_with("✗ "));
        let causes: Vec<_> = failures
            .filter_map(|line| line[4..].split('/').next())
            .collect();
        assert!(
            !causes.is_empty() && causes.iter().all(|named| *named == cause),
            "{causes:?} in {}",
            ran.out
        );
        assert!(ran.out.contains(" granted"), "{}", ran.out);
        assert!(ran.out.contains("    curl "), "{}", ran.out);
    }
}

#[test]
fn the_canaries_stop_a_run_against_a_server_without_judgement() {
    let desk = Desk::new();
    for (faults, says) in [
        ("extreme: allow-all", "any"),
        ("extreme: deny-all", "refuses the owner"),
        ("without: [signature]", "the target accepts a wrong secret"),
    ] {
        let profile = format!(
            "name: faulty\nendpoint: embedded\nembedded: {{ config: {{ faults: {{ {faults} }} }} }}\n"
        );
        let profile = desk.write("faulty.yaml", &profile);
        let ran = desk.run(&format!("run --target {}", profile.display()));
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.err.contains(says), "{}", ran.err);
        assert!(!ran.out.contains("conformant"), "{}", ran.out);
    }
}
