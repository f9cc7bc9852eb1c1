//! Every verdict and every facet, with records made by hand. What is due comes from the help page "Error responses" and the 403 page.

mod claims;
mod code;
mod effect;
mod envelope;
mod granted;
mod ids;
mod leak;
mod lines;
mod message;
mod recognise;
mod status;
mod sums;
mod unreadable;
mod verdicts;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::testing::{HOST, REQUEST_ID, Twin, answer, error_body};
use super::verdict::{Facet, Verdict};
use crate::run::record::Progress;
use crate::wire::exchange::{FailureKind, Outcome, Response};
use oss403_case::model::{Alternative, Edit, TextMap, Yes};

const CONTENT: &str = "content that nobody else has 4711";

#[track_caller]
fn assert_facet(twin: &Twin, facet: Facet, reason: &str) {
    let judgement = twin.judge();
    assert_eq!(judgement.verdict, Verdict::Deviates(facet), "{judgement:?}");
    assert!(
        judgement.reason.contains(reason),
        "{:?} does not say {reason:?}",
        judgement.reason
    );
}

#[track_caller]
fn assert_verdict(twin: &Twin, verdict: Verdict, reason: &str) {
    let judgement = twin.judge();
    assert_eq!(judgement.verdict, verdict, "{judgement:?}");
    assert!(
        judgement.reason.contains(reason),
        "{:?} does not say {reason:?}",
        judgement.reason
    );
}

#[track_caller]
fn assert_conformant(twin: &Twin) {
    assert_verdict(twin, Verdict::Conformant, "");
    assert_eq!(twin.judge().reason, "");
}

fn expired() -> String {
    error_body("AccessDenied", "Request has expired.", REQUEST_ID)
}

#[test]
fn the_documented_refusal_is_conformant() {
    assert_conformant(&Twin::new());
    assert_conformant(&Twin::new().head());
    let charset = Twin::new().edited_header("content-type", Some("application/xml; charset=utf-8"));
    assert_conformant(&charset);
}
