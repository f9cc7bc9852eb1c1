//! An id belongs to one request.

use super::*;
use crate::judge::ids::Ids;

const OTHER_ID: &str = "7D0A11C09DF0C3A9F9D3C28F";

/// A conformant twin whose refusal has this id, and whose base and probe have ids made of it.
fn twin(id: &str) -> Twin {
    let read = |place: &str| answer(200, &[("x-oss-request-id", &format!("{id}-{place}"))], "a");
    Twin::new()
        .edited_body(&error_body("AccessDenied", "Request has expired.", id))
        .edited_header("x-oss-request-id", Some(id))
        .probe(read("before"), read("after"))
        .record(|record| record.instance = format!("cause/scenario/{id}"))
}

fn verdicts<'t>(twins: impl IntoIterator<Item = &'t Twin>) -> Vec<(Verdict, String)> {
    let mut ids = Ids::default();
    let judge = |twin: &Twin| ids.judge(&twin.record, twin.judge());
    let judged = twins.into_iter().map(judge);
    judged
        .map(|judged| (judged.verdict, judged.reason))
        .collect()
}

#[test]
fn an_id_that_was_given_before_is_none() {
    let again = twin(REQUEST_ID).record(|record| record.probes.clear());
    for later in [again, twin(REQUEST_ID).record(|r| r.probes.clear()).head()] {
        let found = verdicts([&twin(REQUEST_ID), &twin(OTHER_ID), &later]);
        assert_eq!(
            (found[0].0, found[1].0),
            (Verdict::Conformant, Verdict::Conformant)
        );
        assert_eq!(found[2].0, Verdict::Deviates(Facet::Envelope));
        let says = format!(
            "the request id \"{REQUEST_ID}\" of the edited request was given to another request before (instance cause/scenario/{REQUEST_ID})"
        );
        assert_eq!(found[2].1, says);
    }
}

#[test]
fn it_counts_wherever_it_stands() {
    let repeated = format!("{REQUEST_ID}-before");
    // In the base of a later twin, and twice in one.
    let in_base = twin(OTHER_ID).record(|record| {
        if let Some(Outcome::Answered(base)) = record.base.as_mut().map(|base| &mut base.outcome) {
            base.headers
                .push(("x-oss-request-id".into(), repeated.clone()));
        }
    });
    let found = verdicts([&twin(REQUEST_ID), &in_base]);
    assert_eq!(found[1].0, Verdict::Deviates(Facet::Envelope), "{found:?}");
    assert!(found[1].1.contains("of the base request"), "{found:?}");
    let twice = twin(OTHER_ID).record(|record| record.probes.push(record.probes[0].clone()));
    assert_eq!(verdicts([&twice])[0].0, Verdict::Deviates(Facet::Envelope));
}

#[test]
fn what_deviates_or_is_set_aside_keeps_its_verdict_and_its_ids_count() {
    let wrong = twin(REQUEST_ID).edited(|r| r.status = 400);
    let unproven = twin(REQUEST_ID).base(403);
    let found = verdicts([&wrong, &unproven, &twin(REQUEST_ID)]);
    let found: Vec<_> = found.into_iter().map(|(verdict, _)| verdict).collect();
    let due = [
        Verdict::Deviates(Facet::Status),
        Verdict::NotProvoked,
        Verdict::Deviates(Facet::Envelope),
    ];
    assert_eq!(found, due);
}

#[test]
fn no_id_is_no_repetition() {
    let read = || answer(200, &[("x-oss-request-id", "")], "a");
    let without = || {
        twin(REQUEST_ID)
            .record(|r| r.probes.clear())
            .probe(read(), read())
    };
    assert_eq!(verdicts([&without()])[0].0, Verdict::Conformant);
}

#[test]
fn the_s3_dialect_may_have_its_own_header() {
    let s3 = |twin: Twin| {
        twin.edited_header("x-oss-request-id", None)
            .edited_header("x-amz-request-id", Some(REQUEST_ID))
    };
    let signed = |twin: Twin, name: &str, value: &str, target: &str| {
        let header = (name.to_owned(), value.to_owned());
        twin.record(|record| {
            let request = &mut record.edited.as_mut().expect("there is one").request;
            request.headers.push(header);
            request.target = target.into();
        })
    };
    for (name, value, target) in [
        ("Authorization", "AWS4-HMAC-SHA256 Credential=a", "/k"),
        ("Authorization", "AWS a:b", "/k"),
        ("X-Amz-Date", "20240923T063240Z", "/k"),
        ("Accept", "*/*", "/k?X-Amz-Signature=a"),
        ("Accept", "*/*", "/k?AWSAccessKeyId=a"),
    ] {
        assert_conformant(&signed(s3(Twin::new()), name, value, target));
        assert_conformant(&signed(Twin::new(), name, value, target));
        let twins = [
            signed(s3(Twin::new()), name, value, target),
            signed(s3(Twin::new()), name, value, target),
        ];
        assert_eq!(verdicts(&twins)[1].0, Verdict::Deviates(Facet::Envelope));
    }
    let own = signed(s3(Twin::new()), "Authorization", "OSS a:b", "/k");
    assert_facet(&own, Facet::Envelope, "x-oss-request-id is missing");
    let other = signed(s3(Twin::new()), "Authorization", "AWS a:b", "/k");
    let other = other.edited_header("x-amz-request-id", Some(OTHER_ID));
    assert_facet(&other, Facet::Envelope, "is not the x-amz-request-id");
}

#[test]
fn an_answer_has_one_id() {
    let twice = Twin::new().edited(|r| {
        r.headers.push(("x-oss-request-id".into(), OTHER_ID.into()));
    });
    assert_facet(&twice, Facet::Envelope, "more than once");
}

/// An answer's time is that of its base.
#[test]
fn the_date_is_that_of_the_answer_to_the_base() {
    let dated = |date| Twin::new().edited_header("date", date);
    for (date, says) in [
        (None, "Date is missing"),
        (Some("yesterday"), "is no time"),
        (Some(""), "is no time"),
        (Some("Mon, 23 Sep 2024 06:33:41 GMT"), "61 seconds away"),
        (Some("Mon, 23 Sep 2024 06:31:39 GMT"), "61 seconds away"),
        (Some("Fri, 31 Dec 9999 23:59:59 GMT"), "seconds away"),
    ] {
        assert_facet(&dated(date), Facet::Envelope, says);
        assert_facet(&dated(date).head(), Facet::Envelope, says);
    }
    for date in [
        "Mon, 23 Sep 2024 06:33:40 GMT",
        "Mon, 23 Sep 2024 06:31:40 GMT",
    ] {
        assert_conformant(&dated(Some(date)));
    }
    // A slow run takes its time between the two.
    let slow = dated(Some("Mon, 23 Sep 2024 06:35:40 GMT"));
    assert_conformant(&slow.record(|record| record.elapsed_us = 120_000_000));
}

/// Whose an id was is told as long as there is room for the names; that it was given before is told all the same.
#[test]
fn so_many_instances_are_remembered_by_name() {
    const MOST_INSTANCES: usize = 100_000;
    let mut ids = Ids::default();
    let silent = Twin::new().record(|record| (record.base, record.edited) = (None, None));
    for _ in 1..MOST_INSTANCES {
        assert_eq!(ids.add(&silent.record), None);
    }
    let (last, beyond) = (twin(REQUEST_ID), twin(OTHER_ID));
    assert_eq!(ids.add(&last.record), None);
    assert_eq!(ids.add(&beyond.record), None);
    let again = |ids: &mut Ids, twin: &Twin| ids.add(&twin.record).expect("it was seen");
    assert!(
        again(&mut ids, &last).ends_with(&format!("before (instance cause/scenario/{REQUEST_ID})"))
    );
    assert!(again(&mut ids, &beyond).ends_with("to another request before"));
}
