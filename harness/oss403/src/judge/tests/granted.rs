//! The edited request succeeded.

use super::*;

#[test]
fn any_answer_that_is_no_refusal_is_the_worst() {
    for status in [200, 204, 206, 301, 304, 307] {
        assert_facet(
            &Twin::new().edited(|r| r.status = status),
            Facet::Granted,
            &status.to_string(),
        );
    }
}

#[test]
fn it_is_said_even_when_the_base_failed_later() {
    let twin = Twin::new().edited(|r| r.status = 200);
    assert_facet(&twin.base(403), Facet::Granted, "200");
    let twin = Twin::new()
        .edited(|r| r.status = 200)
        .record(|r| r.base = None);
    assert_facet(
        &twin.record(|r| r.progress = Progress::HarnessError("x".into())),
        Facet::Granted,
        "200",
    );
}

#[test]
fn it_outweighs_an_effect() {
    let twin = Twin::new().probe(answer(200, &[], "a"), answer(200, &[], "b"));
    assert_facet(&twin.edited(|r| r.status = 200), Facet::Granted, "200");
}
