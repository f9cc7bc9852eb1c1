//! The envelope or its headers are not as they should be.

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
fn the_root_is_in_no_namespace() {
    for root in [
        r#"<Error xmlns="urn:evil">"#,
        r#"<Error xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com">"#,
    ] {
        let body = expired().replace("<Error>", root);
        assert_facet(
            &Twin::new().edited_body(&body),
            Facet::Envelope,
            "namespace",
        );
    }
    let prefixed = expired().replace("<Error>", r#"<o:Error xmlns:o="urn:evil">"#);
    let prefixed = prefixed.replace("</Error>", "</o:Error>");
    assert_facet(
        &Twin::new().edited_body(&prefixed),
        Facet::Code,
        "`Code` is missing",
    );
}

#[test]
fn further_elements_do_no_harm() {
    let with = |more: &str| {
        let body = expired().replace("</Error>", &format!("{more}</Error>"));
        Twin::new().edited_body(&body)
    };
    for more in [
        "<Region>cn</Region>",
        "<Region/><Region/>",
        "<a><b>c</b></a>",
        r#"<Code xmlns="urn:of-somebody-else">X</Code>"#,
        r#"<x:Message xmlns:x="urn:x">X</x:Message>"#,
        "<!-- a --><?p?>",
    ] {
        assert_conformant(&with(more));
    }
    for twice in ["EC", "OSSAccessKeyId", "StringToSign", "RecommendDoc"] {
        let more = format!("<{twice}>a</{twice}><{twice}>a</{twice}>");
        assert_facet(&with(&more), Facet::Envelope, "2 times");
    }
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
    let empty = expired().replace(HOST, "");
    assert_facet(&Twin::new().edited_body(&empty), Facet::Envelope, "HostId");
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
    // A server computes it from what it got, tampered with or not.
    for edit in [
        Edit::TamperMethod("PUT".into()),
        Edit::FlipSignature(Yes),
        Edit::RemoveHeader("Content-Type".into()),
    ] {
        let other = reports("PUT\n\n\n1\n/b/k").scenario(|s| s.edit = edit.clone());
        assert_facet(&other, Facet::Envelope, "StringToSign");
        assert_conformant(&reports("GET\n\n\n1\n/b/k").scenario(|s| s.edit = edit));
    }
    // How a repeated parameter is signed is not documented.
    let twice = Edit::RepeatQuery(TextMap::from_iter([("acl".into(), "x".into())]));
    assert_conformant(&reports("PUT\n\n\n1\n/b/k").scenario(|s| s.edit = twice));
}

#[test]
fn an_element_that_is_not_due_must_be_absent() {
    let with = |name: &str| Twin::new().edited_body(&expired()).element(name, "-");
    assert_conformant(&with("OSSAccessKeyId"));
    assert_facet(&with("HostId"), Facet::Envelope, "`HostId`");
}

#[test]
fn everything_that_is_wrong_with_an_envelope_is_said_at_once() {
    let body = error_body("AccessDenied", "Request has expired.", REQUEST_ID);
    let body = body.replace("HostId", "Host");
    let twin = Twin::new()
        .edited_body(&body)
        .edited_header("content-type", Some("text/html"))
        .element("ServerTime", "*");
    let reason = twin.judge().reason;
    for part in [
        "Content-Type `text/html`",
        "`HostId` is missing",
        "`ServerTime` is missing",
    ] {
        assert_eq!(reason.matches(part).count(), 1, "{part}: {reason}");
    }
}

#[test]
fn what_is_a_text_holds_no_elements() {
    for name in ["Code", "Message", "RequestId", "HostId"] {
        let end = format!("</{name}>");
        let body = expired().replace(&end, &format!("<b/>{end}"));
        let says = format!("the element `{name}` holds elements instead of a text alone");
        assert_facet(&Twin::new().edited_body(&body), Facet::Envelope, &says);
    }
    let detail = "<AccessDeniedDetail><PolicyType>ResourceGroupLevelIdentityBassdPolicy</PolicyType></AccessDeniedDetail></Error>";
    let body = expired().replace("</Error>", detail);
    assert_conformant(&Twin::new().edited_body(&body));
}
