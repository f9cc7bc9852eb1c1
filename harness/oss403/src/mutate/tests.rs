//! The mutants that are made, and the list of those that count as equivalent.

use std::collections::BTreeSet;

use oss_reference::Server;
use oss_reference::checks::{Row, TABLE};
use oss_reference::config::Config;
use oss_reference::denial::Cause;
use oss_reference::limit::Limit;

use super::equivalent::EQUIVALENT;
use super::{Kind, Mutant, generate};

fn all() -> Vec<Mutant> {
    let causes: BTreeSet<&str> = Cause::ALL.iter().map(|cause| cause.id()).collect();
    generate(&causes)
}

#[test]
fn each_has_a_name_of_its_own_and_a_server_that_can_be_started() {
    let mut seen = BTreeSet::new();
    for mutant in all() {
        assert!(seen.insert(mutant.id.clone()), "{} comes twice", mutant.id);
        assert!(mutant.id.starts_with(&format!("{}/", mutant.kind.name())));
        assert!(!mutant.causes.is_empty(), "{}", mutant.id);
        let config = Config {
            faults: mutant.faults,
            ..Config::default()
        };
        assert_eq!(Server::validate(&config), Ok(()), "{}", mutant.id);
    }
}

#[test]
fn every_check_cause_and_limit_has_its_mutants() {
    let ids: BTreeSet<String> = all().into_iter().map(|mutant| mutant.id).collect();
    let has = |id: String| assert!(ids.contains(&id), "{id}");
    for row in TABLE.iter().filter(|row| matches!(row, Row::Check(_))) {
        has(format!("skip-check/{}", row.name()));
    }
    for cause in Cause::ALL {
        for kind in ["wrong-status", "wrong-code"] {
            has(format!("{kind}/{}", cause.id()));
        }
        if cause.has_known_message() {
            has(format!("wrong-message/{}", cause.id()));
        }
        for element in cause.elements() {
            has(format!("wrong-envelope/{}/without-{element}", cause.id()));
        }
        if cause.keeps_from().changing {
            has(format!("deny-but-apply/{}", cause.id()));
        }
        if cause.keeps_from().reading {
            has(format!("deny-but-leak/{}/content", cause.id()));
        }
    }
    for limit in Limit::ALL {
        has(format!("off-by-one/{}/one-more", limit.name()));
        has(format!("off-by-one/{}/one-less", limit.name()));
    }
}

#[test]
fn only_the_causes_that_are_asked_for_have_mutants() {
    let mutants = generate(&BTreeSet::from(["bucket-acl"]));
    assert!(mutants.iter().all(|mutant| mutant.causes == ["bucket-acl"]));
    assert!(mutants.iter().any(|mutant| mutant.kind == Kind::SkipCheck));
    assert!(generate(&BTreeSet::new()).is_empty());
}

#[test]
fn a_wrong_code_or_message_is_never_the_right_one() {
    for mutant in all() {
        let Some(fault) = &mutant.faults.answer else {
            continue;
        };
        use oss_reference::config::Wrong;
        match &fault.wrong {
            Wrong::Code(code) => assert_ne!(code, fault.cause.code(&Config::default().decisions)),
            Wrong::Message(message) => assert_ne!(message, fault.cause.message()),
            Wrong::Status(status) => assert_ne!(*status, 403),
            _ => {}
        }
    }
}

#[test]
fn what_counts_as_equivalent_is_a_mutant_and_has_a_reason() {
    let ids: BTreeSet<String> = all().into_iter().map(|mutant| mutant.id).collect();
    let mut seen = BTreeSet::new();
    for entry in EQUIVALENT {
        assert!(ids.contains(entry.id), "no mutant is called {}", entry.id);
        assert!(seen.insert(entry.id), "{} is listed twice", entry.id);
        assert!(entry.reason.len() > 20, "{}", entry.id);
    }
}
