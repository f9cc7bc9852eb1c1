//! An answer that says nothing is no grant and no refusal, and shows neither an effect nor a leak.

use super::*;
use crate::run::record::TwinRecord;
use crate::wire::exchange::{Exchange, Failure};

type Spoil = fn(&mut Exchange);

/// Every way in which an answer can say nothing, put upon one.
fn says_nothing() -> Vec<(&'static str, Spoil)> {
    fn on(exchange: &mut Exchange, change: impl FnOnce(&mut Response)) {
        if let Outcome::Answered(response) = &mut exchange.outcome {
            change(response);
        }
    }
    fn fails(exchange: &mut Exchange, kind: FailureKind) {
        let detail = "the line went dead".to_owned();
        exchange.outcome = Outcome::Failed(Failure { kind, detail });
    }
    vec![
        ("answered 429", |sent| on(sent, |r| r.status = 429)),
        ("answered 500", |sent| on(sent, |r| r.status = 500)),
        ("answered 503", |sent| on(sent, |r| r.status = 503)),
        ("cut short", |sent| on(sent, |r| r.truncated = true)),
        ("the line went dead", |sent| fails(sent, FailureKind::Lost)),
        ("the line went dead", |sent| {
            fails(sent, FailureKind::Timeout);
        }),
        ("the line went dead", |sent| {
            fails(sent, FailureKind::Malformed);
        }),
    ]
}

fn with_edited(twin: Twin, spoil: Spoil) -> Twin {
    twin.record(|record| spoil(record.edited.as_mut().expect("there is one")))
}

#[test]
fn a_base_that_says_nothing_proves_nothing() {
    for (why, spoil) in says_nothing() {
        let twin = Twin::new().record(|record| spoil(record.base.as_mut().expect("there is one")));
        assert_verdict(&twin, Verdict::NotProvoked, why);
        // Nothing can be held against a server that could not answer either.
        assert_verdict(&with_edited(twin, spoil), Verdict::NotProvoked, why);
    }
}

#[test]
fn a_refusal_that_never_comes_deviates() {
    for (why, spoil) in says_nothing() {
        let twin = with_edited(Twin::new(), spoil);
        assert_facet(&twin, Facet::Unanswered, why);
        let twin = twin.record(|record| {
            let earlier = ["it was answered 503", "it was answered 502"].map(Into::into);
            record.edited.as_mut().expect("there is one").earlier = earlier.into();
        });
        let attempts = "sent 3 times: it was answered 503; it was answered 502; ";
        assert_facet(&twin, Facet::Unanswered, attempts);
    }
}

#[test]
fn a_grant_is_none_while_it_cannot_be_read() {
    let twin = Twin::new().edited(|r| {
        r.status = 200;
        r.truncated = true;
    });
    assert_facet(&twin, Facet::Unanswered, "cut short");
}

#[test]
fn a_probe_that_says_nothing_shows_no_effect() {
    let read = || answer(200, &[("etag", "\"1\"")], "a");
    for (why, spoil) in says_nothing() {
        for after in [false, true] {
            let twin = Twin::new().probe(read(), read()).record(|record| {
                let probe = &mut record.probes[0];
                spoil(if after {
                    &mut probe.after
                } else {
                    &mut probe.before
                });
            });
            assert_verdict(&twin, Verdict::NotProvoked, why);
            assert_verdict(
                &twin,
                Verdict::NotProvoked,
                "nothing can be said about effects",
            );
            // What another probe shows is shown, and what is wrong anyway is said.
            let changed = answer(200, &[], "b");
            let twin = twin.probe(read(), changed);
            assert_facet(&twin, Facet::Effect, "k.txt");
        }
    }
}

#[test]
fn a_change_outweighs_that_the_refusal_never_came() {
    let twin = Twin::new().probe(answer(200, &[], "a"), answer(200, &[], "b"));
    assert_facet(&twin.failed(FailureKind::Lost), Facet::Effect, "k.txt");
}

fn also_for(change: impl FnOnce(&mut Exchange)) -> Twin {
    Twin::new()
        .scenario(|scenario| scenario.expect.same_for = Some("/absent.txt".into()))
        .record(|record| {
            let mut sent = record.edited.clone().expect("there is one");
            change(&mut sent);
            record.same_for = Some(sent);
        })
}

#[test]
fn an_answer_for_the_other_object_that_says_nothing_tells_nothing_apart() {
    for (why, spoil) in says_nothing() {
        assert_facet(&also_for(spoil), Facet::Unanswered, why);
        // Nor does one for the object itself.
        let twin = also_for(|_| {}).record(|record| {
            spoil(record.edited.as_mut().expect("there is one"));
        });
        assert_facet(&twin, Facet::Unanswered, why);
    }
}

#[test]
fn a_grant_for_the_other_object_is_a_grant() {
    let twin = also_for(|sent| {
        if let Outcome::Answered(response) = &mut sent.outcome {
            response.status = 200;
        }
    });
    assert_facet(&twin, Facet::Granted, "for `/absent.txt` was answered 200");
    assert_facet(&twin.base(403), Facet::Granted, "200");
}

#[test]
fn no_connection_is_the_networks_fault_at_a_probe_too() {
    let read = || answer(200, &[], "a");
    let twin = Twin::new().probe(read(), read()).record(|record| {
        record.probes[0].after.outcome = Outcome::Failed(Failure {
            kind: FailureKind::Connect,
            detail: "nobody there".into(),
        });
    });
    assert_verdict(
        &twin,
        Verdict::HarnessError,
        "reading `k.txt` after the refusal",
    );
}

#[test]
fn what_is_no_proper_http_is_not_conformant_wherever_it_stands() {
    let spoil = |exchange: &mut Exchange| {
        if let Outcome::Answered(response) = &mut exchange.outcome {
            response.defects = vec!["two lengths".into(), "bare line feeds".into()];
        }
    };
    let read = || answer(200, &[], "a");
    type Place = fn(&mut TwinRecord) -> &mut Exchange;
    let places: [(&str, Place); 4] = [
        ("the edited request", |r| {
            r.edited.as_mut().expect("there is one")
        }),
        ("the base request", |r| {
            r.base.as_mut().expect("there is one")
        }),
        ("before the refusal", |r| &mut r.probes[0].before),
        ("after the refusal", |r| &mut r.probes[0].after),
    ];
    for (what, place) in places {
        let twin = Twin::new()
            .probe(read(), read())
            .record(|record| spoil(place(record)));
        assert_facet(&twin, Facet::Envelope, what);
        assert_facet(&twin, Facet::Envelope, "no proper HTTP: two lengths");
        // What is worse is said first.
        assert_facet(&twin.edited(|r| r.status = 400), Facet::Status, "400");
    }
    assert_facet(&also_for(spoil), Facet::Envelope, "the other object");
}
