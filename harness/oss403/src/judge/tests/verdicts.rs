//! What sets a verdict other than a deviation.

use super::*;
use crate::judge::expected::Observed;
use crate::judge::judge;

#[test]
fn what_was_answered_goes_with_the_judgement() {
    let body = error_body("AccessDenied", "no", REQUEST_ID)
        .replace("</Error>", "<EC>0003-00000001</EC></Error>");
    let observed = |twin: &Twin| judge(&twin.instance, &twin.record).observed();
    let of_body = observed(&Twin::new().edited_body(&body));
    let said = [&of_body.code, &of_body.message, &of_body.ec].map(Option::as_deref);
    assert_eq!(
        said,
        [Some("AccessDenied"), Some("no"), Some("0003-00000001")]
    );
    assert_eq!(of_body.status, Some(403));
    // The element speaks before the header.
    let of_header = Twin::new().edited_header("x-oss-ec", Some("0002-00000069"));
    assert_eq!(observed(&of_header).ec.as_deref(), Some("0002-00000069"));
    let both = of_header.edited_body(&body);
    assert_eq!(observed(&both).ec.as_deref(), Some("0003-00000001"));
    let nothing = Twin::new().failed(FailureKind::Connect);
    assert_eq!(observed(&nothing), Observed::default());
}

#[test]
fn what_was_not_sent_is_set_aside_with_its_reason() {
    for (progress, verdict) in [
        (
            Progress::NotClaimed("no region two".into()),
            Verdict::NotClaimed,
        ),
        (
            Progress::NotApplicable("no region two".into()),
            Verdict::NotApplicable,
        ),
        (
            Progress::PreconditionFailed("no region two".into()),
            Verdict::NotProvoked,
        ),
        (
            Progress::HarnessError("no region two".into()),
            Verdict::HarnessError,
        ),
    ] {
        let twin = Twin::new().record(|record| {
            record.progress = progress;
            (record.base, record.edited) = (None, None);
        });
        assert_verdict(&twin, verdict, "no region two");
    }
}

#[test]
fn a_refusal_beside_a_failed_base_proves_nothing() {
    let refused = error_body(
        "InvalidAccessKeyId",
        "The OSS Access Key Id you provided is disabled.",
        "1",
    );
    let twin = Twin::new().base(403).record(|record| {
        if let Some(crate::wire::exchange::Outcome::Answered(response)) =
            record.base.as_mut().map(|base| &mut base.outcome)
        {
            response.body = refused.into_bytes();
        }
    });
    assert_verdict(
        &twin,
        Verdict::NotProvoked,
        "403 InvalidAccessKeyId (\"The OSS Access Key Id",
    );
}

#[test]
fn a_redirect_or_an_error_is_no_success_of_the_base() {
    for status in [199, 301, 304, 404, 501] {
        assert_verdict(
            &Twin::new().base(status),
            Verdict::NotProvoked,
            &status.to_string(),
        );
    }
}

#[test]
fn a_base_status_of_the_scenario_is_the_only_success() {
    let wants =
        |status| Twin::new().scenario(|scenario| scenario.expect.base_status = Some(status));
    assert_conformant(&wants(404).base(404));
    assert_verdict(
        &wants(204).base(200),
        Verdict::NotProvoked,
        "200 instead of 204",
    );
}

#[test]
fn no_connection_is_the_networks_fault() {
    assert_verdict(
        &Twin::new().failed(FailureKind::Connect),
        Verdict::HarnessError,
        "no answer",
    );
    assert_verdict(
        &Twin::new().base_failed(FailureKind::Connect),
        Verdict::HarnessError,
        "no answer",
    );
}

#[test]
fn a_server_that_breaks_off_has_not_refused_as_it_should() {
    for kind in [
        FailureKind::Malformed,
        FailureKind::Lost,
        FailureKind::Timeout,
    ] {
        assert_facet(
            &Twin::new().failed(kind),
            Facet::Unanswered,
            "the connection broke",
        );
        assert_verdict(
            &Twin::new().base_failed(kind),
            Verdict::NotProvoked,
            "the connection broke",
        );
    }
}

#[test]
fn a_record_without_requests_is_our_fault() {
    assert_verdict(
        &Twin::new().record(|r| r.base = None),
        Verdict::HarnessError,
        "base",
    );
    assert_verdict(
        &Twin::new().record(|r| r.edited = None),
        Verdict::HarnessError,
        "edited",
    );
}
