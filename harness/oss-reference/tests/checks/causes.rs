//! Every documented cause is refused exactly so, and its control passes.

use std::collections::BTreeSet;

use oss_reference::Cause;
use oss_reference::checks::{Row, TABLE};
use oss_reference::config::{Extreme, Faults};

use crate::fixture::Setup;
use crate::scenarios::all;

#[test]
fn every_control_passes_and_every_defect_is_refused_for_its_cause() {
    for scenario in all() {
        let mut setup = Setup::new();
        let mut ask = (scenario.base)(&mut setup);
        assert_eq!(setup.cause(&ask), Ok(()), "control of {}", scenario.name);
        (scenario.edit)(&mut setup, &mut ask);
        assert_eq!(setup.cause(&ask), Err(scenario.cause), "{}", scenario.name);
    }
}

#[test]
fn every_documented_cause_has_a_scenario() {
    let shown: BTreeSet<&str> = all().iter().map(|scenario| scenario.cause.id()).collect();
    let documented: BTreeSet<&str> = Cause::ALL
        .iter()
        .filter(|cause| cause.is_documented())
        .map(|cause| cause.id())
        .collect();
    assert_eq!(documented.len(), 51);
    assert_eq!(
        documented.difference(&shown).collect::<Vec<_>>(),
        Vec::<&&str>::new()
    );
}

#[test]
fn every_cause_seen_besides_has_a_scenario_or_a_configuration() {
    let shown: BTreeSet<&str> = all().iter().map(|scenario| scenario.cause.id()).collect();
    for cause in &Cause::ALL[Cause::DOCUMENTED..] {
        // Extra fields are refused under a configuration of their own, see `configuration`.
        assert!(
            shown.contains(cause.id()) || *cause == Cause::PostExtraField,
            "{cause:?}"
        );
    }
}

#[test]
fn a_skipped_check_no_longer_refuses_for_its_causes() {
    for row in TABLE {
        let Row::Check(check) = row else { continue };
        let own: Vec<_> = all()
            .into_iter()
            .filter(|scenario| scenario.check == check.name)
            .collect();
        assert!(!own.is_empty(), "no scenario reaches {}", check.name);
        for scenario in own {
            assert!(
                check.causes.contains(&scenario.cause),
                "{} does not list {:?}",
                check.name,
                scenario.cause
            );
            let mut setup = Setup::faulty(Faults {
                without: vec![check.name.into()],
                ..Faults::default()
            });
            let mut ask = (scenario.base)(&mut setup);
            (scenario.edit)(&mut setup, &mut ask);
            // Another row may refuse what is left, a guard among them; for this cause nothing does.
            if let Err(oss_reference::answer::Refusal::Denied(denial)) = setup.send(&ask) {
                assert_ne!(
                    denial.cause, scenario.cause,
                    "{} without {}",
                    scenario.name, check.name
                );
            }
        }
    }
}

#[test]
fn every_cause_that_a_check_lists_is_shown_by_it() {
    for row in TABLE {
        let Row::Check(check) = row else { continue };
        for cause in check.causes {
            // Extra fields are refused under a configuration of their own, see `configuration`.
            let shown = all()
                .iter()
                .any(|scenario| scenario.check == check.name && scenario.cause == *cause);
            assert!(
                shown || *cause == Cause::PostExtraField,
                "{} never shows {cause:?}",
                check.name
            );
        }
    }
}

#[test]
fn allow_all_refuses_nothing_that_can_be_understood() {
    for scenario in all() {
        let mut setup = Setup::faulty(Faults {
            extreme: Some(Extreme::AllowAll),
            ..Faults::default()
        });
        let mut ask = (scenario.base)(&mut setup);
        (scenario.edit)(&mut setup, &mut ask);
        match setup.send(&ask) {
            Ok(_) | Err(oss_reference::answer::Refusal::Rejected(_)) => {}
            Err(denied) => panic!("{}: {denied:?}", scenario.name),
        }
    }
}

#[test]
fn allow_all_takes_a_garbled_claim_for_the_owners() {
    let setup = Setup::faulty(Faults {
        extreme: Some(Extreme::AllowAll),
        ..Faults::default()
    });
    let owner = oss_reference::checks::Caller::Root {
        uid: crate::fixture::OWNER.into(),
    };
    let garbled = setup
        .ask("GET", "bucket-one", "/k.txt")
        .anonymous()
        .header("authorization", "nonsense");
    assert_eq!(setup.send(&garbled).expect("granted").caller, owner);
    let anonymous = setup.ask_service("GET", "/").anonymous();
    assert_eq!(
        setup.send(&anonymous).expect("granted").caller,
        owner,
        "a list of buckets is somebody's"
    );
}

#[test]
fn deny_all_refuses_every_control() {
    for scenario in all() {
        let mut setup = Setup::new();
        let ask = (scenario.base)(&mut setup);
        setup.config.faults.extreme = Some(Extreme::DenyAll);
        assert_eq!(
            setup.cause(&ask),
            Err(Cause::AccessDenied),
            "{}",
            scenario.name
        );
    }
}
