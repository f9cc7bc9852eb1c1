//! The parts by themselves.

mod features;
mod laws;

use std::collections::BTreeSet;

use proptest::strategy::ValueTree as _;
use serde_json::json;

use super::compare::{Accepted, Difference, Which, compare};
use super::generate::{Generator, is_sound};
use super::shrink::Shrinking;
use super::{BATCH, Key};
use crate::judge::testing::{REQUEST_ID, Twin, answer, error_body};
use crate::target::quirk::{Facet, Quirk};
use crate::wire::exchange::FailureKind;
use oss403_case::model::{Alternative, Edit, Scenario, Span, Yes};
use oss403_case::revision::Revision;
use oss403_case::{Ledger, Stage};

fn difference(subject: &Twin, model: &Twin) -> Option<(Facet, Which, String)> {
    let found = compare(&subject.record, &model.record, &Accepted::default())?;
    Some((found.facet, found.which, found.cause))
}

fn differs(subject: &Twin, model: &Twin) -> Difference {
    compare(&subject.record, &model.record, &Accepted::default()).unwrap()
}

fn refused_as(code: &str, message: &str) -> Twin {
    Twin::new().edited_body(&error_body(code, message, REQUEST_ID))
}

#[test]
fn the_same_answer_is_no_difference_whatever_is_different_each_time() {
    let other = Twin::new().edited_body(&error_body(
        "AccessDenied",
        "Request has expired.",
        "736B68BA80DA8539399F0002",
    ));
    assert_eq!(difference(&other, &Twin::new()), None);
    let full_stop = refused_as("AccessDenied", "Request has expired");
    assert_eq!(difference(&full_stop, &Twin::new()), None);
    let ec = error_body("AccessDenied", "Request has expired.", REQUEST_ID)
        .replace("</Error>", "<EC>0002-99999999</EC></Error>");
    assert_eq!(
        difference(&Twin::new().edited_body(&ec), &Twin::new()),
        None
    );
}

#[test]
fn what_the_target_grants_and_the_model_denies_comes_first() {
    let granted = Twin::new().edited(|response| response.status = 200);
    let found = difference(&granted, &Twin::new());
    assert_eq!(
        found,
        Some((Facet::Granted, Which::Edited, "url-auth-expired".into()))
    );
    let base = difference(&Twin::new(), &Twin::new().base(403));
    assert_eq!(
        base.map(|found| (found.0, found.1)),
        Some((Facet::Granted, Which::Base))
    );
}

#[test]
fn a_refusal_with_an_effect_or_a_leak_is_worse_than_one_that_reads_otherwise() {
    let wrong = || refused_as("SignatureDoesNotMatch", "no");
    let effect = wrong().probe(answer(200, &[], "before"), answer(200, &[], "after"));
    let still = Twin::new().probe(answer(200, &[], "before"), answer(200, &[], "before"));
    assert_eq!(
        difference(&effect, &still).map(|found| found.0),
        Some(Facet::Effect)
    );
    let leak = Twin::new()
        .record(|record| record.secrets = vec![("k.txt".into(), "the secret content".into())])
        .edited_body(&error_body(
            "AccessDenied",
            "the secret content",
            REQUEST_ID,
        ));
    assert_eq!(
        difference(&leak, &Twin::new()).map(|found| found.0),
        Some(Facet::Leak)
    );
    assert_eq!(
        difference(&wrong(), &Twin::new()).map(|found| found.0),
        Some(Facet::Code)
    );
}

#[test]
fn an_effect_that_the_model_has_too_is_none() {
    let changed = || Twin::new().probe(answer(200, &[], "before"), answer(200, &[], "after"));
    assert_eq!(difference(&changed(), &changed()), None);
}

#[test]
fn what_the_target_refuses_and_the_model_grants_names_what_the_target_says() {
    let model = Twin::new().edited(|response| response.status = 200);
    let found = difference(&Twin::new(), &model);
    assert_eq!(
        found,
        Some((Facet::Refused, Which::Edited, "url-auth-expired".into()))
    );
}

#[test]
fn wording_is_told_apart_by_status_code_message_and_the_rest() {
    let facet = |subject: &Twin| difference(subject, &Twin::new()).map(|found| found.0);
    assert_eq!(
        facet(&Twin::new().edited(|response| response.status = 401)),
        Some(Facet::Status)
    );
    assert_eq!(
        facet(&refused_as("Forbidden", "Request has expired.")),
        Some(Facet::Code)
    );
    assert_eq!(
        facet(&refused_as("AccessDenied", "Too late.")),
        Some(Facet::Message)
    );
    let more = error_body("AccessDenied", "Request has expired.", REQUEST_ID)
        .replace("</Error>", "<More>x</More></Error>");
    assert_eq!(
        facet(&Twin::new().edited_body(&more)),
        Some(Facet::Envelope)
    );
}

#[test]
fn what_is_not_answered_is_found_when_it_was_asked_twice_and_the_base_is_answered() {
    let facet = |subject: Twin| difference(&subject, &Twin::new()).map(|found| found.0);
    let again = |twin: Twin| {
        twin.record(|record| {
            let edited = record.edited.as_mut().unwrap();
            edited.earlier.push("the connection broke".into());
        })
    };
    let lost = || Twin::new().failed(FailureKind::Lost);
    assert_eq!(facet(lost()), None);
    assert_eq!(facet(again(lost())), Some(Facet::Unanswered));
    let busy = || Twin::new().edited(|response| response.status = 503);
    assert_eq!(facet(busy()), None);
    assert_eq!(facet(again(busy())), Some(Facet::Unanswered));
    let cut = || Twin::new().edited(|response| response.truncated = true);
    assert_eq!(facet(cut()), None);
    assert_eq!(facet(again(cut())), Some(Facet::Unanswered));
    // Nobody is there, or nothing is answered at all.
    assert_eq!(facet(again(Twin::new().failed(FailureKind::Connect))), None);
    assert_eq!(facet(again(lost().base(503))), None);
    assert_eq!(facet(again(lost().base_failed(FailureKind::Lost))), None);
    let found = differs(&again(lost()), &Twin::new());
    assert_eq!(found.as_quirk(), None);
}

#[test]
fn weather_is_no_effect_and_no_refusal() {
    let torn = answer(200, &[], "bef");
    let torn = || {
        Twin::new().probe(answer(200, &[], "before"), {
            let mut torn = torn.clone();
            torn.truncated = true;
            torn
        })
    };
    let still = Twin::new().probe(answer(200, &[], "before"), answer(200, &[], "before"));
    assert_eq!(difference(&torn(), &still), None);
    let slow = || Twin::new().probe(answer(200, &[], "before"), answer(503, &[], ""));
    assert_eq!(difference(&slow(), &still), None);
    assert_eq!(difference(&Twin::new().base(503), &Twin::new()), None);
    assert_eq!(difference(&Twin::new().base(429), &Twin::new()), None);
}

#[test]
fn another_form_that_the_ledger_has_is_no_difference() {
    let ledger = ledger();
    let file = ledger
        .causes()
        .find(|file| {
            file.alternatives
                .iter()
                .any(|other| other.message.is_some())
                && file.message != "*"
        })
        .unwrap();
    let form = file
        .alternatives
        .iter()
        .find(|other| other.message.is_some())
        .unwrap();
    let code = form.code.as_ref().unwrap_or(&file.code);
    let model = refused_as(&file.code, &file.message);
    let said = |message: &str| {
        let subject = refused_as(code, message);
        compare(&subject.record, &model.record, &Accepted::of(&ledger)).map(|found| found.facet)
    };
    let message = form.message.as_deref().unwrap();
    assert_eq!(said(message), None, "{}", file.cause);
    assert!(said("Something else.").is_some());
    let subject = refused_as(code, message);
    let strict = compare(&subject.record, &model.record, &Accepted::default());
    assert!(strict.is_some(), "{}", file.cause);
}

#[test]
fn another_status_that_the_ledger_has_is_no_difference() {
    let ledger = ledger();
    let (file, other) = ledger
        .causes()
        .find_map(|file| {
            let with_status = |other: &&Alternative| other.status.is_some();
            Some((file, file.alternatives.iter().find(with_status)?))
        })
        .unwrap();
    let (code, message) = (
        other.code.as_ref().unwrap_or(&file.code),
        other.message.as_ref().unwrap_or(&file.message),
    );
    let model = refused_as(&file.code, &file.message);
    let facet = |status: Option<u16>| {
        let subject = refused_as(code, message).edited(|answer| answer.status = status.unwrap());
        compare(&subject.record, &model.record, &Accepted::of(&ledger)).map(|found| found.facet)
    };
    assert_eq!(facet(other.status), None, "{}", file.cause);
    assert_eq!(facet(Some(409)), Some(Facet::Status), "{}", file.cause);
}

#[test]
fn an_answer_to_head_that_names_no_reason_is_one_defect_whatever_the_cause() {
    let silent = |message: &str| {
        let model = || refused_as("AccessDenied", message).head();
        let subject = model().edited_header("x-oss-err", None);
        differs(&subject, &model())
    };
    let (one, other) = (
        silent("Request has expired."),
        silent("You are denied by bucket policy."),
    );
    assert_ne!(one.cause, other.cause);
    assert_eq!((one.facet, &one.says), (Facet::Envelope, &other.says));
    let scenario = &Twin::new().instance.scenario;
    assert_eq!(Key::of(&one, scenario), Key::of(&other, scenario));
    assert!(other.is(&one.as_quirk().unwrap()));
}

#[test]
fn what_is_left_out_of_a_signature_is_told_apart_and_no_other_edit_is() {
    let found = |cause: &str| Difference {
        cause: cause.into(),
        ..differs(
            &Twin::new().edited(|response| response.status = 200),
            &Twin::new(),
        )
    };
    let key = |cause: &str, edit: Edit| {
        let twin = Twin::new().scenario(|scenario| scenario.edit = edit);
        Key::of(&found(cause), &twin.instance.scenario)
    };
    let (flip, wrong) = (|| Edit::FlipSignature(Yes), || Edit::WrongSecret(Yes));
    assert_ne!(
        key("signature-mismatch", flip()),
        key("signature-mismatch", wrong())
    );
    assert_eq!(key("bucket-acl", flip()), key("bucket-acl", wrong()));
}

#[test]
fn two_answers_of_which_none_is_a_403_say_nothing_of_who_may_do_what() {
    let status = |status| Twin::new().edited(|response| response.status = status);
    assert_eq!(difference(&status(404), &status(400)), None);
    assert_eq!(
        difference(&status(404), &Twin::new()).map(|found| found.0),
        Some(Facet::Status)
    );
}

#[test]
fn what_a_request_carried_is_not_repeated_when_a_server_does() {
    let signature = "c2lnbmF0dXJlIG9mIG5vYm9keQ==";
    let twin = || {
        Twin::new().record(|record| {
            let edited = record.edited.as_mut().unwrap();
            let line = format!("OSS AKID:{signature}");
            edited.request.headers.push(("Authorization".into(), line));
        })
    };
    let body = error_body("AccessDenied", &format!("not {signature}"), REQUEST_ID);
    let found = differs(&twin().edited_body(&body), &twin());
    assert_eq!(found.facet, Facet::Message);
    assert!(!format!("{found:?}").contains(signature), "{found:?}");
    assert!(found.says.contains("[redacted]"), "{found:?}");
}

#[test]
fn a_quirk_is_a_matter_of_wording_and_says_what_the_target_says() {
    let found = |subject: &Twin| differs(subject, &Twin::new());
    let wording = found(&refused_as("Forbidden", "Request has expired."));
    let quirk = wording.as_quirk().unwrap();
    assert!(wording.is(&quirk));
    assert!(!found(&refused_as("AnotherCode", "Request has expired.")).is(&quirk));
    let any = Quirk {
        says: None,
        ..quirk.clone()
    };
    let whatever = Quirk {
        cause: None,
        ..quirk
    };
    assert!(wording.is(&whatever));
    assert!(found(&refused_as("AnotherCode", "Request has expired.")).is(&any));
    let granted = found(&Twin::new().edited(|response| response.status = 200));
    assert_eq!(granted.as_quirk(), None);
    let never = Quirk {
        facet: Some(Facet::Granted),
        ..any
    };
    assert!(!granted.is(&never));
}

fn ledger() -> Ledger {
    Ledger::embedded().unwrap().at(Revision::Observed)
}

fn made(generator: &Generator, positions: std::ops::Range<u64>) -> Vec<Option<Scenario>> {
    let trees = positions.map(|position| generator.at(position));
    trees.map(|tree| tree.map(|tree| tree.current())).collect()
}

#[test]
fn a_seed_and_a_position_decide_the_scenario() {
    let ledger = ledger();
    let (one, same) = (Generator::new(7, &ledger), Generator::new(7, &ledger));
    let other = Generator::new(8, &ledger);
    let text = |list: &[Option<Scenario>]| format!("{list:?}");
    let first = made(&one, 0..BATCH);
    assert_eq!(text(&first), text(&made(&same, 0..BATCH)));
    // Whoever goes on later makes the same as who went all the way.
    let _ = made(&one, 5_000..5_004);
    assert_eq!(text(&first[10..]), text(&made(&one, 10..BATCH)));
    assert_ne!(text(&first), text(&made(&other, 0..BATCH)));
}

#[test]
fn scenarios_are_sound_mostly_and_of_every_kind() {
    let generator = Generator::new(1, &ledger());
    let scenarios: Vec<Scenario> = made(&generator, 0..1_500).into_iter().flatten().collect();
    assert!(scenarios.len() > 900, "{}", scenarios.len());
    assert!(scenarios.iter().all(is_sound));
    let names: BTreeSet<&str> = scenarios
        .iter()
        .flat_map(|scenario| scenario.edit.parts())
        .map(Edit::name)
        .collect();
    let missing: Vec<_> = Edit::names().filter(|name| !names.contains(name)).collect();
    assert!(missing.len() <= 3, "{missing:?}");
    for stage in [Stage::Request, Stage::Wire, Stage::World, Stage::Operator] {
        assert!(
            scenarios
                .iter()
                .any(|scenario| scenario.edit.stage() == stage)
        );
    }
    assert!(scenarios.iter().any(|scenario| scenario.to_the_second));
}

#[test]
fn no_limit_in_time_is_near_unless_the_second_is_met() {
    let generator = Generator::new(2, &ledger());
    let scenarios = made(&generator, 0..4_000).into_iter().flatten();
    let near = |scenario: &Scenario| {
        let spans = scenario.edit.parts().iter().filter_map(|part| match part {
            Edit::ExpiresIn(Span(span)) => Some((0..=45).contains(span)),
            Edit::Clock(Span(span)) => Some((855..=945).contains(&span.abs())),
            _ => None,
        });
        let people = scenario.given.identities.values();
        let mut lives = people.filter_map(|person| person.session.as_ref()?.lifetime);
        spans.into_iter().any(|near| near) || lives.any(|Span(life)| (0..=45).contains(&life))
    };
    let (met, others): (Vec<_>, Vec<_>) = scenarios.partition(|scenario| scenario.to_the_second);
    assert!(met.iter().any(near));
    assert!(!others.iter().any(near));
}

#[test]
fn a_round_takes_every_scenario_of_the_ledger_once() {
    let ledger = ledger();
    let count: usize = ledger
        .entries()
        .iter()
        .map(|entry| entry.templates.len())
        .sum();
    let generator = Generator::new(3, &ledger);
    let names: BTreeSet<String> = (0..count as u64 * 2)
        .step_by(2)
        .filter_map(|position| Some(generator.at(position)?.current().name))
        .collect();
    // Some are perturbed into what is not sound.
    assert!(names.len() > count * 3 / 4, "{} of {count}", names.len());
}

/// What a difference would need: an anonymous sender, and a Deny among the statements.
fn needed(scenario: &Scenario) -> bool {
    let text = serde_json::to_string(scenario).unwrap();
    text.contains("anonymous") && text.contains("wanted-statement")
}

#[test]
fn shrinking_leaves_what_is_needed_and_not_much_else() {
    let file = json!({
        "name": "big",
        "given": { "bucket": {
            "acl": "public-read",
            "objects": { "k.txt": "content", "l.txt": { "text": "x", "acl": "private" } },
            "policy": { "Version": "1", "Statement": [
                { "Effect": "Allow", "Principal": ["*"], "Action": ["oss:*"], "Resource": ["*"] },
                { "Effect": "Deny", "Principal": ["*"], "Action": ["oss:wanted-statement"], "Resource": ["*"] },
                { "Effect": "Allow", "Principal": ["*"], "Action": ["oss:*"], "Resource": ["*"] },
            ] },
            "referer": { "allow": ["http://a.example"] },
        }, "identities": { "reader": { "ram-user": {} } } },
        "base": { "as": "reader", "request": "GET /k.txt", "headers": { "Referer": "http://a.example" }, "clock": "5m" },
        "edit": { "all": [{ "clock": "1h" }, { "as": "anonymous" }, { "bucket-acl": "private" }] },
        "before": { "answer": "400 Bad", "order": "documented", "source": "x" },
        "unchanged": ["k.txt", "?acl"],
    });
    let scenario: Scenario = serde_json::from_value(file).unwrap();
    assert!(
        is_sound(&scenario),
        "{:?}",
        oss403_case::check::lone(&scenario)
    );
    let mut tree = Shrinking::new(scenario);
    let mut steps = 0;
    while tree.simplify() {
        steps += 1;
        if !needed(&tree.current()) {
            assert!(tree.complicate());
        }
    }
    let small = tree.current();
    assert!(needed(&small) && is_sound(&small));
    // An edit that the base can do without stands in the base.
    assert_eq!(small.edit.parts().len(), 1);
    assert_eq!(small.base.r#as, "anonymous");
    let bucket = small.given.bucket.unwrap();
    assert_eq!(
        bucket.policy.unwrap()["Statement"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(bucket.acl.is_none() && bucket.referer.is_none() && bucket.objects.is_empty());
    assert!(small.given.identities.is_empty() && small.base.headers.is_empty());
    assert!(small.unchanged.is_empty() && small.base.clock.is_none());
    assert!(steps < 100, "{steps}");
}
