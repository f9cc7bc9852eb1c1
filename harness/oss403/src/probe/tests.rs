use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::Answer;
use super::rounds::{Outcome, Rounds};
use oss403_case::model::Capability;
use oss403_case::{Instance, Ledger};

/// What is found of a server that has these, asked with the bases of the ledger.
fn found(has: &BTreeSet<Capability>, hook: bool) -> (Vec<super::Finding>, usize) {
    static INSTANCES: LazyLock<Vec<Instance>> =
        LazyLock::new(|| Ledger::embedded().unwrap().select(&[]).unwrap());
    let mut rounds = Rounds::new(&INSTANCES);
    for scheme in super::SCHEMES {
        let capability = scheme.needs().unwrap();
        let answer = if has.contains(&capability) {
            Answer::Spoken
        } else {
            Answer::NotSpoken
        };
        rounds.found(capability, answer, "a canary");
    }
    let mut asked = 0;
    while let Some(round) = rounds.next() {
        asked += round.instances.len();
        assert!(asked < 600, "it never ends");
        let outcomes = round.instances.iter().map(|instance| {
            let needs = instance.needs.capabilities.clone();
            assert!(needs.is_subset(&round.claims), "{}", instance.id);
            let can_ask = hook || !needs.contains(&Capability::Operator);
            Outcome {
                instance: instance.id.clone(),
                succeeded: can_ask.then(|| needs.is_subset(has)),
                shows: needs.clone(),
                needs,
                on_bucket: true,
                evidence: "an exchange".into(),
            }
        });
        rounds.heard(outcomes.collect());
    }
    (rounds.findings(), asked)
}

/// Sets of capabilities that hold together: nothing without what it needs.
fn sound(without: &[Capability]) -> BTreeSet<Capability> {
    let all = Capability::ALL.iter().copied();
    let mut has: BTreeSet<Capability> = all
        .filter(|capability| !without.contains(capability))
        .collect();
    loop {
        let before = has.len();
        let kept = has.clone();
        has.retain(|capability| {
            capability
                .row()
                .needs
                .iter()
                .all(|need| kept.contains(need))
        });
        if has.len() == before {
            return has;
        }
    }
}

#[test]
fn what_a_server_has_is_found_and_what_it_lacks_is_not_claimed() {
    for without in Capability::ALL {
        // One header scheme must be left, and a base needs it.
        let has = sound(&[*without]);
        let (findings, _) = found(&has, true);
        assert_eq!(findings.len(), Capability::ALL.len());
        for finding in findings {
            let is_there = has.contains(&finding.capability);
            match finding.answer {
                Answer::Spoken => assert!(is_there, "{without:?}: {finding:?}"),
                Answer::NotSpoken => assert!(!is_there, "{without:?}: {finding:?}"),
                Answer::Unknown => {}
            }
        }
    }
}

#[test]
fn of_a_whole_server_everything_that_the_ledger_asks_for_is_found() {
    let (findings, asked) = found(&sound(&[]), true);
    let not_found: Vec<&super::Finding> = findings
        .iter()
        .filter(|finding| finding.answer != Answer::Spoken)
        .collect();
    let asked_for_by_nobody =
        |finding: &&super::Finding| finding.evidence == "no base of the ledger needs it";
    assert!(not_found.iter().all(asked_for_by_nobody), "{not_found:#?}");
    assert!(asked < 300, "{asked}");
}

#[test]
fn what_nobody_can_ask_for_is_unknown() {
    let (findings, _) = found(&sound(&[]), false);
    let of = |capability| {
        findings
            .iter()
            .find(|finding| finding.capability == capability)
            .unwrap()
    };
    assert_eq!(of(Capability::Operator).answer, Answer::Unknown);
    assert_eq!(of(Capability::HeaderV1).answer, Answer::Spoken);
    assert!(
        findings
            .iter()
            .all(|finding| finding.answer != Answer::NotSpoken),
        "{findings:#?}"
    );
}
