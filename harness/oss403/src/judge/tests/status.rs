//! Another status.

use super::*;

#[test]
fn another_refusal_deviates() {
    for status in [400, 401, 404, 409, 501] {
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

/// Another form of the answer with this status.
fn form(status: u16, code: Option<&str>, message: Option<&str>) -> Alternative {
    Alternative {
        status: Some(status),
        code: code.map(str::to_owned),
        message: message.map(str::to_owned),
        scenarios: Vec::new(),
        sources: Vec::new(),
    }
}

#[test]
fn the_status_of_an_alternative_is_right_and_no_other() {
    let twin = |status| {
        Twin::new()
            .file(|file| file.alternatives.push(form(400, None, None)))
            .edited(|r| r.status = status)
    };
    assert_conformant(&twin(400));
    assert_conformant(&twin(403));
    assert_facet(&twin(404), Facet::Status, "404");
    assert_facet(&twin(200), Facet::Granted, "200");
}

#[test]
fn an_alternative_brings_its_status_with_its_code_and_its_message() {
    let twin = |status, code, message| {
        let own = form(400, Some("Other"), Some("Text B"));
        Twin::new()
            .file(|file| file.alternatives.push(own))
            .edited_body(&error_body(code, message, REQUEST_ID))
            .edited(|r| r.status = status)
    };
    assert_conformant(&twin(400, "Other", "Text B."));
    assert_conformant(&twin(403, "AccessDenied", "Request has expired."));
    for (status, code) in [(403, "Other"), (400, "AccessDenied")] {
        assert_facet(&twin(status, code, "Text B."), Facet::Code, code);
    }
    let swapped = twin(400, "Other", "Request has expired.");
    assert_facet(&swapped, Facet::Message, "Request has expired");
}

#[test]
fn an_alternative_counts_in_the_scenarios_that_it_names() {
    let twin = |name: &str| {
        let own = Alternative {
            scenarios: vec![name.to_owned()],
            ..form(400, None, None)
        };
        let twin = Twin::new().file(|file| file.alternatives.push(own));
        twin.edited(|r| r.status = 400)
    };
    let own = Twin::new().instance.scenario.name.clone();
    assert_conformant(&twin(&own));
    assert_facet(&twin("another-one"), Facet::Status, "400");
}
