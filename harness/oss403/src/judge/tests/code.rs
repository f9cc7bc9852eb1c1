//! Another code.

use super::*;

#[test]
fn another_code_deviates_whatever_its_message() {
    for code in ["AccessForbidden", "accessdenied", "AccessDenied ", ""] {
        let twin = Twin::new().edited_body(&error_body(code, "Request has expired.", REQUEST_ID));
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
    let long = format!("<Error>{}</Error>", " ".repeat(256 << 10));
    assert_facet(&Twin::new().edited_body(&long), Facet::Code, "longer than");
}

#[test]
fn a_code_of_the_scenario_or_of_an_alternative_is_right() {
    let other =
        || Twin::new().edited_body(&error_body("Other", "Request has expired.", REQUEST_ID));
    assert_conformant(&other().scenario(|s| s.expect.code = Some("Other".into())));
    let alternative = Alternative {
        status: None,
        code: Some("Other".into()),
        message: None,
        scenarios: Vec::new(),
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
