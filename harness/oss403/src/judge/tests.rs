//! Every verdict and every facet, with records made by hand. What is due comes from the help page "Error responses" and the 403 page.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::testing::{HOST, REQUEST_ID, Twin, answer, error_body};
use super::verdict::{Facet, Verdict};
use crate::case::model::{Alternative, Edit, Yes};
use crate::run::record::Progress;
use crate::wire::exchange::FailureKind;

const CONTENT: &str = "content that nobody else has 4711";

#[track_caller]
fn assert_facet(twin: &Twin, facet: Facet, reason: &str) {
    let judgement = twin.judge();
    assert_eq!(
        (judgement.verdict, judgement.facet),
        (Verdict::Deviates, Some(facet)),
        "{judgement:?}"
    );
    assert!(
        judgement.reason.contains(reason),
        "{:?} does not say {reason:?}",
        judgement.reason
    );
}

#[track_caller]
fn assert_verdict(twin: &Twin, verdict: Verdict, reason: &str) {
    let judgement = twin.judge();
    assert_eq!(
        (judgement.verdict, judgement.facet),
        (verdict, None),
        "{judgement:?}"
    );
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

mod verdicts {
    use super::*;

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
        for status in [199, 301, 304, 404, 500] {
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
        for kind in [FailureKind::Protocol, FailureKind::Timeout] {
            assert_facet(
                &Twin::new().failed(kind),
                Facet::Status,
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
}

mod granted {
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
}

mod effect {
    use super::*;

    #[test]
    fn the_same_before_and_after_is_no_effect() {
        let before = answer(
            200,
            &[
                ("etag", "\"1\""),
                ("date", "a"),
                ("x-oss-request-id", "1"),
                ("x-oss-server-time", "3"),
            ],
            "a",
        );
        let after = answer(
            200,
            &[
                ("etag", "\"1\""),
                ("date", "b"),
                ("x-oss-request-id", "2"),
                ("x-oss-server-time", "9"),
                ("connection", "close"),
            ],
            "a",
        );
        assert_conformant(&Twin::new().probe(before, after));
    }

    #[test]
    fn what_is_absent_before_and_after_is_unchanged() {
        let absent = |id| {
            answer(
                404,
                &[("x-oss-request-id", id)],
                &error_body("NoSuchKey", "The specified key does not exist.", id),
            )
        };
        assert_conformant(&Twin::new().probe(absent("1"), absent("2")));
    }

    #[test]
    fn content_existence_and_metadata_count() {
        let read = |headers: &[(&str, &str)], body| answer(200, headers, body);
        for (before, after, says) in [
            (read(&[], "a"), read(&[], "b"), "content of `k.txt`"),
            (
                answer(404, &[], ""),
                read(&[], "a"),
                "404 before the refusal and 200 after",
            ),
            (
                read(&[], "a"),
                answer(404, &[], ""),
                "200 before the refusal and 404 after",
            ),
            (
                read(&[("etag", "\"1\"")], "a"),
                read(&[("etag", "\"2\"")], "a"),
                "`etag`",
            ),
            (
                read(&[("last-modified", "1")], "a"),
                read(&[("last-modified", "2")], "a"),
                "`last-modified`",
            ),
            (
                read(&[("content-type", "a/b")], "a"),
                read(&[("content-type", "a/c")], "a"),
                "`content-type`",
            ),
            (
                read(&[], "a"),
                read(&[("x-oss-meta-a", "1")], "a"),
                "`x-oss-meta-a`",
            ),
            (
                read(&[("x-oss-meta-a", "1")], "a"),
                read(&[], "a"),
                "`x-oss-meta-a`",
            ),
            (
                read(&[("x-oss-object-acl", "private")], "a"),
                read(&[("x-oss-object-acl", "public-read")], "a"),
                "`x-oss-object-acl`",
            ),
            (
                read(&[("x-oss-next-append-position", "1")], "a"),
                read(&[("x-oss-next-append-position", "2")], "a"),
                "position",
            ),
        ] {
            assert_facet(&Twin::new().probe(before, after), Facet::Effect, says);
        }
    }

    #[test]
    fn it_outweighs_a_leak_and_a_wrong_status() {
        let twin = Twin::new().probe(answer(200, &[], "a"), answer(200, &[], "b"));
        assert_facet(
            &twin
                .edited(|r| r.status = 400)
                .edited_header("etag", Some("1")),
            Facet::Effect,
            "k.txt",
        );
    }

    #[test]
    fn one_changed_probe_among_others_is_found() {
        let same = || answer(200, &[], "a");
        let twin = Twin::new()
            .probe(same(), same())
            .probe(answer(403, &[], ""), answer(403, &[], ""));
        assert_facet(
            &twin.probe(same(), answer(200, &[], "b")),
            Facet::Effect,
            "k.txt",
        );
    }

    #[test]
    fn a_probe_that_was_refused_itself_shows_nothing() {
        let refused = || answer(403, &[], &error_body("UserDisable", "UserDisable", "1"));
        let twin = Twin::new().probe(refused(), refused());
        assert_verdict(&twin, Verdict::NotProvoked, "403 UserDisable");
        // What is wrong anyway is said rather than that.
        assert_facet(&twin.edited(|r| r.status = 400), Facet::Status, "400");
    }
}

mod leak {
    use super::*;

    fn body_with(text: &str) -> String {
        expired().replace("</Error>", &format!("<Content>{text}</Content></Error>"))
    }

    #[test]
    fn content_in_the_body() {
        assert_facet(
            &Twin::new().secret(CONTENT).edited_body(&body_with(CONTENT)),
            Facet::Leak,
            "content of `k.txt`",
        );
        assert_conformant(
            &Twin::new()
                .secret(CONTENT)
                .edited_body(&body_with("another text")),
        );
    }

    #[test]
    fn content_in_the_header_of_an_answer_to_head() {
        let twin = Twin::new()
            .secret(CONTENT)
            .edited_body(&body_with(CONTENT))
            .head();
        assert_facet(&twin, Facet::Leak, "content of `k.txt`");
    }

    #[test]
    fn content_that_the_request_brought_is_no_secret() {
        let twin = Twin::new().secret(CONTENT).edited_body(&body_with(CONTENT));
        let sent = twin.record(|record| {
            record.edited.as_mut().expect("there is one").request.body =
                CONTENT.as_bytes().to_vec();
        });
        assert_conformant(&sent);
    }

    #[test]
    fn headers_of_the_object() {
        for name in [
            "etag",
            "last-modified",
            "x-oss-hash-crc64ecma",
            "x-oss-object-type",
            "x-oss-meta-owner",
        ] {
            assert_facet(
                &Twin::new().edited_header(name, Some("1")),
                Facet::Leak,
                name,
            );
        }
    }

    #[test]
    fn the_objects_length_in_an_answer_to_head() {
        let length = CONTENT.len().to_string();
        let twin = || Twin::new().secret(CONTENT).head();
        assert_facet(
            &twin().edited_header("content-length", Some(&length)),
            Facet::Leak,
            "length of `k.txt`",
        );
        assert_conformant(&twin().edited_header("content-length", Some("0")));
        assert_conformant(&twin().edited_header("content-length", Some("312")));
        // For GET it is the length of the error's own text, and may coincide.
        assert_conformant(
            &Twin::new()
                .secret(CONTENT)
                .edited_header("content-length", Some(&length)),
        );
    }

    #[test]
    fn it_outweighs_a_wrong_status() {
        assert_facet(
            &Twin::new()
                .edited_header("etag", Some("1"))
                .edited(|r| r.status = 404),
            Facet::Leak,
            "etag",
        );
    }
}

mod status {
    use super::*;

    #[test]
    fn another_refusal_deviates() {
        for status in [400, 401, 404, 409, 500, 503] {
            assert_facet(
                &Twin::new().edited(|r| r.status = status),
                Facet::Status,
                &status.to_string(),
            );
        }
    }

    #[test]
    fn it_outweighs_a_wrong_code() {
        let twin = Twin::new().edited_body(&error_body("NoSuchKey", "x", REQUEST_ID));
        assert_facet(
            &twin.edited(|r| r.status = 404),
            Facet::Status,
            "404 NoSuchKey",
        );
    }
}

mod code {
    use super::*;

    #[test]
    fn another_code_deviates_whatever_its_message() {
        for code in ["AccessForbidden", "accessdenied", "AccessDenied ", ""] {
            let twin =
                Twin::new().edited_body(&error_body(code, "Request has expired.", REQUEST_ID));
            assert_facet(&twin, Facet::Code, "instead of `AccessDenied`");
        }
    }

    #[test]
    fn no_code_at_all_deviates() {
        let without = expired().replace("<Code>AccessDenied</Code>", "");
        assert_facet(
            &Twin::new().edited_body(&without),
            Facet::Code,
            "`Code` is missing",
        );
        assert_facet(&Twin::new().edited_body(""), Facet::Code, "empty");
        assert_facet(
            &Twin::new().edited_body("<html><body>Forbidden"),
            Facet::Code,
            "not well-formed",
        );
        assert_facet(
            &Twin::new().edited(|r| r.truncated = true),
            Facet::Code,
            "longer than",
        );
    }

    #[test]
    fn a_code_of_the_scenario_or_of_an_alternative_is_right() {
        let other =
            || Twin::new().edited_body(&error_body("Other", "Request has expired.", REQUEST_ID));
        assert_conformant(&other().scenario(|s| s.expect.code = Some("Other".into())));
        let alternative = Alternative {
            code: Some("Other".into()),
            message: None,
            sources: Vec::new(),
        };
        let twin = other().file(|file| file.alternatives.push(alternative));
        assert_conformant(&twin);
        // A scenario that names its own code means that one.
        assert_facet(
            &twin.scenario(|s| s.expect.code = Some("Third".into())),
            Facet::Code,
            "instead of `Third`",
        );
    }
}

mod message {
    use super::*;

    fn says(message: &str) -> Twin {
        Twin::new().edited_body(&error_body("AccessDenied", message, REQUEST_ID))
    }

    #[test]
    fn another_reason_under_the_right_code_deviates() {
        assert_facet(
            &says("Access denied by bucket policy."),
            Facet::Message,
            "instead of \"Request has expired\"",
        );
        let without = expired().replace("<Message>Request has expired.</Message>", "");
        assert_facet(
            &Twin::new().edited_body(&without),
            Facet::Message,
            "`Message` is missing",
        );
    }

    #[test]
    fn the_full_stop_makes_no_difference() {
        assert_conformant(&says("Request has expired"));
        assert_conformant(&says("  Request has expired.  "));
    }

    #[test]
    fn the_scenarios_message_with_its_placeholders_counts() {
        let twin =
            says("Another one.").record(|record| record.message = Some("Another one".into()));
        assert_conformant(&twin);
        assert_facet(
            &Twin::new().record(|r| r.message = Some("Another one".into())),
            Facet::Message,
            "Another one",
        );
    }

    #[test]
    fn an_alternative_brings_its_own_pair_of_code_and_message() {
        let pair = Alternative {
            code: Some("Other".into()),
            message: Some("Text B".into()),
            sources: Vec::new(),
        };
        let answers = |code, message| {
            Twin::new()
                .file(|file| file.alternatives.push(pair.clone()))
                .edited_body(&error_body(code, message, REQUEST_ID))
        };
        assert_conformant(&answers("Other", "Text B."));
        assert_facet(
            &answers("Other", "Request has expired."),
            Facet::Message,
            "instead of",
        );
        assert_facet(
            &answers("AccessDenied", "Text B."),
            Facet::Message,
            "instead of",
        );
    }
}

mod envelope {
    use super::*;

    #[test]
    fn the_root_is_error() {
        let body = expired().replace("Error>", "Fault>");
        assert_facet(
            &Twin::new().edited_body(&body),
            Facet::Envelope,
            "`Fault` instead of `Error`",
        );
    }

    #[test]
    fn every_required_element_stands_there_once() {
        for name in ["RequestId", "HostId"] {
            let (open, close) = (format!("<{name}>"), format!("</{name}>"));
            let start = expired().find(&open).expect("the sample has it");
            let end = expired().find(&close).expect("the sample has it") + close.len();
            let whole = expired()[start..end].to_owned();
            let without = expired().replace(&whole, "");
            assert_facet(
                &Twin::new().edited_body(&without),
                Facet::Envelope,
                &format!("`{name}` is missing"),
            );
            let twice = expired().replace(&whole, &format!("{whole}{whole}"));
            assert_facet(&Twin::new().edited_body(&twice), Facet::Envelope, "2 times");
        }
        let twice = expired().replace("<Code>", "<Code>AccessDenied</Code><Code>");
        assert_facet(
            &Twin::new().edited_body(&twice),
            Facet::Envelope,
            "`Code` stands there 2 times",
        );
    }

    #[test]
    fn the_order_of_elements_is_free() {
        let turned = format!(
            "<Error><HostId>{HOST}</HostId><RequestId>{REQUEST_ID}</RequestId><Message>Request has expired.</Message><Code>AccessDenied</Code></Error>"
        );
        assert_conformant(&Twin::new().edited_body(&turned));
    }

    #[test]
    fn the_request_id_is_that_of_this_answer() {
        assert_facet(
            &Twin::new().edited_header("x-oss-request-id", Some("636B68BA80DA8539399F0002")),
            Facet::Envelope,
            "RequestId",
        );
        assert_facet(
            &Twin::new().edited_header("x-oss-request-id", None),
            Facet::Envelope,
            "x-oss-request-id is missing",
        );
        let empty = Twin::new().edited_header("x-oss-request-id", Some(""));
        assert_facet(
            &empty.edited_body(&error_body("AccessDenied", "Request has expired.", "")),
            Facet::Envelope,
            "RequestId",
        );
    }

    #[test]
    fn the_host_id_is_the_host_that_was_sent() {
        let other = expired().replace(HOST, "oss-cn-hangzhou.aliyuncs.com");
        assert_facet(&Twin::new().edited_body(&other), Facet::Envelope, "HostId");
        // Seen on the wire: the port is repeated when one was sent.
        let with_port = expired().replace(HOST, &format!("{HOST}:80"));
        assert_conformant(&Twin::new().edited_body(&with_port));
        let with_port = expired().replace(HOST, &format!("{HOST}:8080"));
        assert_facet(
            &Twin::new().edited_body(&with_port),
            Facet::Envelope,
            "HostId",
        );
    }

    #[test]
    fn the_content_type_is_xml() {
        for wrong in [
            Some("text/xml"),
            Some("text/html"),
            Some("application/json"),
            None,
        ] {
            assert_facet(
                &Twin::new().edited_header("content-type", wrong),
                Facet::Envelope,
                "Content-Type",
            );
        }
    }

    #[test]
    fn an_answer_to_head_carries_its_reason_in_a_header_and_no_body() {
        let head = || Twin::new().head();
        assert_facet(
            &head().edited_header("x-oss-err", None),
            Facet::Envelope,
            "x-oss-err is missing",
        );
        assert_facet(
            &head().edited_header("x-oss-err", Some("%%%")),
            Facet::Envelope,
            "not base64",
        );
        assert_facet(&head().edited_body("x"), Facet::Envelope, "has a body");
        let other = BASE64_STANDARD.encode(error_body("AccessDenied", "Another.", REQUEST_ID));
        assert_facet(
            &head().edited_header("x-oss-err", Some(&other)),
            Facet::Message,
            "Another",
        );
        let other = BASE64_STANDARD.encode(error_body("Other", "Another.", REQUEST_ID));
        assert_facet(
            &head().edited_header("x-oss-err", Some(&other)),
            Facet::Code,
            "Other",
        );
    }

    #[test]
    fn further_elements_of_the_cause_are_required() {
        let body = expired().replace("</Error>", "<Expires>2026-01-01T00:00:00.000Z</Expires><Detail><Kind>A</Kind></Detail><Empty/></Error>");
        let with = |name, text| Twin::new().edited_body(&body).element(name, text);
        assert_conformant(&with("Expires", "*"));
        assert_conformant(&with("Expires", "2026-01-01T00:00:00.000Z"));
        assert_conformant(&with("Detail/Kind", "A"));
        assert_conformant(&with("Detail", "*"));
        assert_facet(
            &with("Expires", "2027"),
            Facet::Envelope,
            "instead of \"2027\"",
        );
        assert_facet(
            &with("ServerTime", "*"),
            Facet::Envelope,
            "`ServerTime` is missing",
        );
        assert_facet(
            &with("Detail/Other", "*"),
            Facet::Envelope,
            "`Detail/Other` is missing",
        );
        assert_facet(&with("Empty", "*"), Facet::Envelope, "`Empty` is empty");
    }

    #[test]
    fn a_reported_string_to_sign_is_the_one_that_was_signed() {
        let reports = |text: &str| {
            let body = expired().replace(
                "</Error>",
                &format!("<StringToSign>{text}</StringToSign></Error>"),
            );
            Twin::new()
                .edited_body(&body)
                .element("StringToSign", "*")
                .record(|record| {
                    let edited = record.edited.as_mut().expect("there is one");
                    edited.request.string_to_sign = Some("GET\n\n\n1\n/b/k".into());
                })
        };
        assert_conformant(&reports("GET\n\n\n1\n/b/k"));
        assert_conformant(&reports("GET\r\n\r\n\r\n1\r\n/b/k"));
        assert_facet(
            &reports("GET\n\n\n2\n/b/k"),
            Facet::Envelope,
            "StringToSign",
        );
        // A server computes it from what it got, which is not what was signed when somebody tampered with it.
        let tampered =
            reports("PUT\n\n\n1\n/b/k").scenario(|s| s.edit = Edit::TamperMethod("PUT".into()));
        assert_conformant(&tampered);
        let flipped = reports("PUT\n\n\n1\n/b/k").scenario(|s| s.edit = Edit::FlipSignature(Yes));
        assert_facet(&flipped, Facet::Envelope, "StringToSign");
    }
}
