//! Another message.

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
    let twin = says("Another one.").record(|record| record.message = Some("Another one".into()));
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
        status: None,
        code: Some("Other".into()),
        message: Some("Text B".into()),
        scenarios: Vec::new(),
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
