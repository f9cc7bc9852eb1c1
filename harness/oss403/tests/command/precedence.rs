//! The order of the checks: every pair of neighbours is shown by a scenario with two faults at once, or cannot be told apart; and such a
//! scenario really has two faults.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::StreamExt as _;
use oss_reference::checks::{Check, Row, TABLE};
use oss_reference::config::Faults;
use oss403::judge::message;
use oss403::judge::verdict::Verdict;
use oss403::mutate::neighbours::{EXCLUSIVE, exclusive, neighbours};
use oss403::suite::Step;
use oss403_case::revision::Revision;
use oss403_case::{Instance, Ledger};

use crate::faults::{AT_A_TIME, run_with};

fn ledger() -> Ledger {
    Ledger::embedded().unwrap().at(Revision::Observed)
}

/// Whether an instance shows that `first` is asked before `second`.
fn shows(instance: &Instance, first: &Check, second: &Check) -> bool {
    let lists = |check: &Check, cause: &str| check.causes.iter().any(|own| own.id() == cause);
    let other = instance
        .scenario
        .before
        .as_ref()
        .and_then(|before| before.cause.as_deref());
    lists(first, &instance.file.cause) && other.is_some_and(|other| lists(second, other))
}

#[test]
fn neighbours_are_told_apart_by_a_scenario_or_by_nobody() {
    let instances: Vec<Instance> = ledger().instances().collect();
    let mut wrong = Vec::new();
    for (first, second) in neighbours() {
        let shown = instances
            .iter()
            .any(|instance| shows(instance, first, second));
        let reviewed = exclusive(first.name, second.name).is_some();
        if shown == reviewed {
            wrong.push(format!(
                "{} before {}: shown {shown}, reviewed {reviewed}",
                first.name, second.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reviewed_pairs_are_neighbours_in_the_order_of_the_table() {
    let pairs: Vec<_> = neighbours()
        .map(|(first, second)| (first.name, second.name))
        .collect();
    let places: Vec<Option<usize>> = EXCLUSIVE
        .iter()
        .map(|known| {
            pairs
                .iter()
                .position(|pair| *pair == (known.first, known.second))
        })
        .collect();
    assert!(places.iter().all(Option::is_some), "{places:?}");
    assert!(places.is_sorted(), "{places:?}");
    assert!(EXCLUSIVE.iter().all(|pair| pair.reason.len() > 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_check_that_wins_the_other_fault_is_refused() {
    let ledger = ledger();
    // The checks that can give each cause. One cause has two; the scenarios of either are refused by its own.
    let mut by_check: BTreeMap<&str, Vec<Instance>> = BTreeMap::new();
    for instance in ledger.instances() {
        let Some(before) = &instance.scenario.before else {
            continue;
        };
        if before.cause.is_none() {
            continue;
        }
        for row in TABLE {
            let Row::Check(check) = row else {
                continue;
            };
            if check
                .causes
                .iter()
                .any(|own| own.id() == instance.file.cause)
            {
                by_check
                    .entry(check.name)
                    .or_default()
                    .push(instance.clone());
            }
        }
    }
    let total: usize = by_check.values().map(Vec::len).sum();
    assert!(total >= 50, "{total}");
    let ledger = &ledger;
    let runs = by_check.into_iter().map(|(check, instances)| {
        async move {
            let faults = Faults {
                without: vec![check.into()],
                ..Faults::default()
            };
            let wrong = Mutex::new(Vec::new());
            run_with(faults, instances, |step| {
                let Step::Finished(finished) = step else {
                    return;
                };
                // The other check of a cause that has two refuses as before.
                if finished.judged.verdict() == Verdict::Conformant {
                    return;
                }
                let observed = finished.judged.observed();
                // A preflight goes no further than its own check, whose absence lets it pass whoever sends it.
                if check == "cors-preflight" && observed.status == Some(200) {
                    return;
                }
                let before = finished.instance.scenario.before.as_ref();
                let other = before.and_then(|before| before.cause.as_deref());
                let file = ledger
                    .causes()
                    .find(|file| Some(file.cause.as_str()) == other);
                let fits = file.is_some_and(|file| {
                    let forms = file
                        .alternatives
                        .iter()
                        .map(|form| (form.code.as_ref(), form.message.as_ref()))
                        .chain([(None, None)]);
                    let (code, said) = (observed.code.as_deref(), observed.message.as_deref());
                    forms.into_iter().any(|(own_code, own_message)| {
                        code == Some(own_code.unwrap_or(&file.code))
                            && said.is_some_and(|said| {
                                message::matches(own_message.unwrap_or(&file.message), said)
                            })
                    })
                });
                if !fits {
                    wrong.lock().unwrap().push(format!(
                        "{} without {check}: {:?} {:?} {:?} is not {other:?}",
                        finished.instance.id, observed.status, observed.code, observed.message
                    ));
                }
            })
            .await;
            wrong.into_inner().unwrap()
        }
    });
    let wrong: Vec<Vec<String>> = futures_util::stream::iter(runs)
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
